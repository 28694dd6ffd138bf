//! Proves a schedule by playing it through on paper: every step must find in its slots the very values that it means.

mod paper;
mod run;

use super::Mode;
use crate::schedule::{Schedule, Step};
use paper::{Paper, Used};

/// Plays a schedule through; the text tells the first step that reads what has been overwritten or was never there, and
/// any node, delay or list of events that is used twice or in the wrong order.
pub fn check(schedule: &Schedule) -> Result<(), String> {
    let mut paper = Paper::new(schedule);
    let mut at = 0;
    while let Some(step) = schedule.steps.get(at) {
        let place = |step: usize| move |why: String| format!("step {step}: {why}");
        if let Step::Loop { steps, frames } = step {
            let inner = schedule.steps.get(at + 1..at + 1 + steps).filter(|_| *frames > 0);
            let inner = inner.ok_or_else(|| place(at)("a loop without steps or frames".into()))?;
            // Twice: what the second round needs must still be there after the first.
            let mut again = paper.clone();
            for round in 0..2 {
                for (i, step) in inner.iter().enumerate() {
                    belongs(step, Some(*frames), schedule).map_err(place(at + 1 + i))?;
                    paper.step(at + 1 + i, step, schedule).map_err(place(at + 1 + i))?;
                }
                if round == 0 {
                    again.slots.clone_from(&paper.slots);
                    std::mem::swap(&mut paper, &mut again);
                }
            }
            at += 1 + steps;
        } else {
            belongs(step, None, schedule).map_err(place(at))?;
            paper.step(at, step, schedule).map_err(place(at))?;
            at += 1;
        }
    }
    let most = schedule.nodes().max().map_or(0, |n| n + 1);
    let mut lies = vec![false; most];
    for bank in &schedule.banks {
        if !matches!(bank.lanes(), 1 | 4 | 8 | 16) {
            return Err(format!("a bank has {} lanes", bank.lanes()));
        }
        if let Some(twice) = bank.nodes().find(|&n| std::mem::replace(&mut lies[n], true)) {
            return Err(format!("node {twice} lies in two banks"));
        }
    }
    let stopped = |ran: &Option<Mode>| !matches!(ran, Some(Mode::Process | Mode::Absorb));
    if let Some(node) = paper.ran.iter().position(stopped) {
        return Err(format!("bank {node} is not run to its end"));
    }
    let lines = paper.lines.iter().all(|used| matches!(used, Used::Delay | Used::Taken));
    if !lines || !paper.wide_lines.iter().chain(&paper.event_lines).all(|used| *used) {
        return Err("a delay is not used".into());
    }
    let levels = schedule.dealers.iter().map(|d| d.levels);
    if !paper.dealt.iter().all(|dealt| *dealt) || levels.ne(paper.levels.iter().copied()) {
        return Err("a dealer does not deal, or does not hear its voices".into());
    }
    for output in &schedule.outputs {
        for place in &output.channels {
            paper.read(*place).map_err(|why| format!("output {}: {why}", output.name))?;
        }
    }
    Ok(())
}

/// In a loop (of so many frames at once) nothing runs side by side, and there is no other loop; what cuts a loop is
/// nowhere else.
fn belongs(step: &Step, around: Option<usize>, schedule: &Schedule) -> Result<(), String> {
    let right = match step {
        Step::Run(run) if around.is_some() => {
            schedule.banks.get(run.bank as usize).is_none_or(|b| b.lanes() == 1)
        }
        Step::Run(run) => run.mode == Mode::Process && run.windows.is_empty(),
        Step::Give { .. } | Step::Take { .. } => around == Some(1),
        Step::Pack { .. } | Step::Unpack { .. } => around.is_none(),
        Step::WideSum { .. } | Step::WideDelay { .. } => around.is_none(),
        Step::Loop { .. } => false,
        Step::Fuse { .. } => around.is_none(),
        _ => true,
    };
    let place = if around.is_some() { "into a loop" } else { "out of a loop" };
    if right { Ok(()) } else { Err(format!("does not belong {place}")) }
}

#[cfg(test)]
mod tests;
