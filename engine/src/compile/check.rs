//! Proves a schedule by playing it through on paper: every step must find in its slots the very values that it means.

use super::Mode;
use super::buffers::SILENT_SLOTS;
use crate::schedule::{Place, Run, Schedule, Step, Term};

/// Plays a schedule through; the text tells the first step that reads what has been overwritten or was never there, and
/// any node, delay or list of events that is used twice or in the wrong order.
pub fn check(schedule: &Schedule) -> Result<(), String> {
    let mut paper = Paper {
        slots: vec![None; schedule.slots as usize],
        lists: vec![false; schedule.lists as usize],
        ran: vec![None; schedule.banks.len()],
        lines: vec![Used::No; schedule.lines.len()],
        event_lines: vec![false; schedule.event_lines.len()],
    };
    paper.slots.iter_mut().take(SILENT_SLOTS as usize).for_each(|silent| *silent = Some(0));
    if let Some(empty) = paper.lists.first_mut() {
        *empty = true;
    }
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
    let mut nodes = std::collections::HashSet::new();
    for bank in &schedule.banks {
        if !matches!(bank.lanes(), 1 | 4 | 8 | 16) {
            return Err(format!("a bank has {} lanes", bank.lanes()));
        }
        if let Some(twice) = bank.nodes().find(|&n| !nodes.insert(n)) {
            return Err(format!("node {twice} lies in two banks"));
        }
    }
    let stopped = |ran: &Option<Mode>| !matches!(ran, Some(Mode::Process | Mode::Absorb));
    if let Some(node) = paper.ran.iter().position(stopped) {
        return Err(format!("bank {node} is not run to its end"));
    }
    let lines = paper.lines.iter().all(|used| matches!(used, Used::Delay | Used::Taken));
    if !lines || !paper.event_lines.iter().all(|used| *used) {
        return Err("a delay is not used".into());
    }
    for output in &schedule.outputs {
        for place in &output.channels {
            paper.read(*place).map_err(|why| format!("output {}: {why}", output.name))?;
        }
    }
    Ok(())
}

/// What a delay was used for.
#[derive(Clone, Copy, PartialEq)]
enum Used {
    No,
    Delay,
    /// In a loop: it gave, and has to take.
    Given,
    Taken,
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
        Step::Pack { .. } | Step::Unpack { .. } | Step::WideSum { .. } => around.is_none(),
        Step::Loop { .. } => false,
        Step::Fuse { .. } => around.is_none(),
        _ => true,
    };
    let place = if around.is_some() { "into a loop" } else { "out of a loop" };
    if right { Ok(()) } else { Err(format!("does not belong {place}")) }
}

#[derive(Clone)]
struct Paper {
    /// Which value each slot holds.
    slots: Vec<Option<u32>>,
    /// Whether each list of events is there.
    lists: Vec<bool>,
    /// How each node was run last.
    ran: Vec<Option<Mode>>,
    /// Whether each delay was used.
    lines: Vec<Used>,
    /// The same for events.
    event_lines: Vec<bool>,
}

/// How many slots a sum in double precision covers.
const SUM_SPAN: u32 = 2;

/// A delay in a loop holds one frame of so many channels.
fn one_frame(schedule: &Schedule, line: u32, width: usize) -> Result<(), String> {
    let line = &schedule.lines[line as usize];
    if line.frames == 1 && line.width == width { Ok(()) } else { Err("the delay has another width".into()) }
}

/// Whether two places share a slot.
fn overlap(a: Place, b: Place) -> bool {
    a.slot < b.slot + b.span && b.slot < a.slot + a.span
}

/// Uses a thing that can be used once.
fn once(used: &mut [bool], at: u32, what: &str) -> Result<(), String> {
    match used.get_mut(at as usize) {
        None => Err(format!("{what} {at} is not there")),
        Some(true) => Err(format!("{what} {at} is used twice")),
        Some(used) => {
            *used = true;
            Ok(())
        }
    }
}

impl Paper {
    fn read(&self, place: Place) -> Result<(), String> {
        for slot in place.slot..place.slot.saturating_add(place.span) {
            match self.slots.get(slot as usize) {
                None => return Err(format!("slot {slot} is not there")),
                Some(Some(value)) if *value == place.value => {}
                Some(held) => {
                    return Err(format!("wants value {} in slot {slot}, which holds {held:?}", place.value));
                }
            }
        }
        Ok(())
    }

    fn write(&mut self, place: Place) -> Result<(), String> {
        if place.slot < SILENT_SLOTS {
            return Err("writes a silent slot".into());
        }
        if place.span == 0 || !place.slot.is_multiple_of(place.span) {
            return Err(format!("slot {} is no place for {} side by side", place.slot, place.span));
        }
        for slot in place.slot..place.slot.saturating_add(place.span) {
            match self.slots.get_mut(slot as usize) {
                None => return Err(format!("slot {slot} is not there")),
                Some(slot) => *slot = Some(place.value),
            }
        }
        Ok(())
    }

    /// Reads a place that must have so many slots.
    fn read_span(&self, place: Place, span: u32) -> Result<(), String> {
        if place.span != span {
            return Err(format!("slot {} has span {}, wanted is {span}", place.slot, place.span));
        }
        self.read(place)
    }

    fn sum(&mut self, before: Option<Place>, to: Place, terms: &[Term]) -> Result<(), String> {
        if let Some(before) = before {
            self.read_span(before, SUM_SPAN)?;
            if to.slot != before.slot && overlap(before, to) {
                return Err("a sum goes on half over itself".into());
            }
        }
        if !matches!(to.span, 1 | SUM_SPAN) {
            return Err(format!("a sum has span {}", to.span));
        }
        for term in terms {
            let place = term.place();
            match term {
                Term::Channel(..) => self.read_span(place, 1)?,
                Term::Lanes(_, lanes) => {
                    self.read(place)?;
                    if !matches!(place.span, 4 | 8 | 16) || lanes.iter().any(|l| l.0 >= place.span) {
                        return Err("a sum reads a lane that is not there".into());
                    }
                }
            }
            if overlap(place, to) {
                return Err(format!("sums slot {} into itself", to.slot));
            }
        }
        self.write(to)
    }

    fn step(&mut self, at: usize, step: &Step, schedule: &Schedule) -> Result<(), String> {
        match step {
            Step::Copy { from, to } => {
                self.read_span(*from, to.span)?;
                if overlap(*from, *to) {
                    return Err("copies a slot onto itself".into());
                }
                self.write(*to)
            }
            Step::Sum { before, to, terms } => self.sum(*before, *to, terms),
            Step::WideSum { to, terms } => {
                for (place, gains) in terms {
                    self.read_span(*place, to.span)?;
                    if gains.len() != to.span as usize || overlap(*place, *to) {
                        return Err(format!("a sum over lanes reads slot {} wrongly", place.slot));
                    }
                }
                self.write(*to)
            }
            Step::Pack { from, to } => {
                if from.len() != to.span as usize || !matches!(to.span, 4 | 8 | 16) {
                    return Err(format!("{} channels do not make {} lanes", from.len(), to.span));
                }
                for place in from {
                    self.read_span(*place, 1)?;
                    if overlap(*place, *to) {
                        return Err(format!("lays slot {} into itself", place.slot));
                    }
                }
                self.write(*to)
            }
            Step::Unpack { from, to } => {
                self.read(*from)?;
                for (i, (lane, place)) in to.iter().enumerate() {
                    let twice = to[..i].iter().any(|t| t.1.slot == place.slot);
                    if *lane >= from.span || place.span != 1 || overlap(*from, *place) || twice {
                        return Err(format!("takes lane {lane} of slot {} apart wrongly", from.slot));
                    }
                }
                to.iter().try_for_each(|t| self.write(t.1))
            }
            Step::Loop { .. } => Ok(()),
            Step::Fuse { steps } => {
                let rest = schedule.steps.get(at + 1..at + 1 + steps).unwrap_or_default();
                let fits = |s: &Step| matches!(s, Step::Run(run) if run.mode == Mode::Process && run.moved.is_empty());
                let whole = rest.len() == *steps && *steps > 0 && rest.iter().all(fits);
                if whole { Ok(()) } else { Err("fuses what does not rest".into()) }
            }
            Step::Give { line, to } => {
                self.line(*line, (Used::No, Used::Given))?;
                one_frame(schedule, *line, to.len())?;
                to.iter().try_for_each(|place| self.write(*place))
            }
            Step::Take { line, from } => {
                self.line(*line, (Used::Given, Used::Taken))?;
                one_frame(schedule, *line, from.len())?;
                from.iter().try_for_each(|place| self.read_span(*place, 1))
            }
            Step::Delay { line, channels } => {
                self.line(*line, (Used::No, Used::Delay))?;
                if schedule.lines[*line as usize].width != channels.len() {
                    return Err("the delay has another width".into());
                }
                for (before, after) in channels {
                    self.read_span(*before, 1)?;
                    if before.slot != after.slot {
                        return Err("a delay works in place, but its slots differ".into());
                    }
                }
                channels.iter().try_for_each(|c| self.write(c.1))
            }
            Step::Merge { to, from } => {
                for &(list, held) in from {
                    self.list(list)?;
                    if let Some(line) = held {
                        once(&mut self.event_lines, line, "delay of events")?;
                    }
                }
                once(&mut self.lists, *to, "list")
            }
            Step::Run(run) => self.run(run, schedule),
        }
    }

    /// Uses a delay.
    fn line(&mut self, line: u32, (from, to): (Used, Used)) -> Result<(), String> {
        match self.lines.get_mut(line as usize) {
            None => Err(format!("delay {line} is not there")),
            Some(used) if *used == from => {
                *used = to;
                Ok(())
            }
            Some(Used::No) => Err(format!("delay {line} takes before it gave")),
            Some(_) => Err(format!("delay {line} is used twice")),
        }
    }

    /// A list can be read once it was written.
    fn list(&self, list: u32) -> Result<(), String> {
        match self.lists.get(list as usize) {
            Some(true) => Ok(()),
            Some(false) => Err(format!("list {list} is read before it is there")),
            None => Err(format!("list {list} is not there")),
        }
    }

    /// A node runs once, or gives once and then takes once.
    fn turn(&mut self, run: &Run) -> Result<(), String> {
        let ran = self.ran.get_mut(run.bank as usize).ok_or("no such bank")?;
        let right = match run.mode {
            Mode::Process | Mode::Emit => ran.is_none(),
            Mode::Absorb => *ran == Some(Mode::Emit),
        };
        *ran = Some(run.mode);
        if right { Ok(()) } else { Err("the node runs twice, or takes before it gave".into()) }
    }

    fn run(&mut self, run: &Run, schedule: &Schedule) -> Result<(), String> {
        self.turn(run)?;
        let lanes = schedule.banks[run.bank as usize].lanes();
        let span = lanes as u32;
        if lanes > 1 && run.mode != Mode::Process {
            return Err("nodes side by side cut no loop".into());
        }
        for moved in &run.moved {
            if moved.curves.iter().any(|&curve| curve as usize >= schedule.lanes.len()) {
                return Err("a lane is not there".into());
            }
            let whole = moved.curves.is_empty() || moved.curves.len() == lanes;
            if !whole || moved.cables.iter().any(|c| c.1.len() != lanes) {
                return Err("a parameter is not moved in all lanes".into());
            }
        }
        let places = |port: &crate::run::PortView| -> Result<&[Place], String> {
            if port.events {
                let last = port.start + if port.apart { span - 1 } else { 0 };
                let there = port.width == 0 && last < schedule.lists;
                return if there { Ok(&[]) } else { Err(format!("list {} is not there", port.start)) };
            }
            let start = port.start as usize;
            run.places
                .get(start..start + usize::from(port.width))
                .ok_or_else(|| "a port has no places".into())
        };
        let given = run.slots.iter().map(|&slot| slot.checked_mul(span));
        if run.places.iter().map(|p| Some(p.slot)).ne(given) {
            return Err("slots and places differ".into());
        }
        if run.places.iter().chain(&run.before).any(|p| p.span != span) {
            return Err("a port has another number of lanes".into());
        }
        for window in run.windows.iter().filter(|w| !w.written) {
            self.list(window.whole)?;
            *self.lists.get_mut(window.seen as usize).ok_or("a window is not there")? = true;
        }
        let mut read: Vec<Place> = Vec::new();
        for port in &run.inputs {
            if port.events {
                let count = if port.apart { span } else { 1 };
                (port.start..port.start + count).try_for_each(|list| self.list(list))?;
            }
            for place in places(port)? {
                self.read(*place)?;
                read.push(*place);
            }
        }
        for place in run.moved.iter().flat_map(|m| m.cables.iter().map(|c| c.0)) {
            self.read_span(place, span)?;
            read.push(place);
        }
        for place in &run.before {
            self.read(*place)?;
        }
        let mut written: Vec<Place> = Vec::new();
        for (i, port) in run.outputs.iter().enumerate() {
            let channels = places(port)?;
            if i == 0
                && !run.before.is_empty()
                && run.before.iter().map(|p| p.slot).ne(channels.iter().map(|p| p.slot))
            {
                return Err("works in place, but in other slots than its input".into());
            }
            if port.events {
                if lanes > 1 {
                    return Err("nodes side by side give no events".into());
                }
                once(&mut self.lists, port.start, "list")?;
            }
            written.extend(channels);
        }
        for window in run.windows.iter().filter(|w| w.written) {
            once(&mut self.lists, window.whole, "list")?;
        }
        for (i, place) in written.iter().enumerate() {
            if read.iter().chain(&written[..i]).any(|p| overlap(*p, *place)) {
                return Err(format!("slot {} is used twice", place.slot));
            }
        }
        written.into_iter().try_for_each(|place| self.write(place))
    }
}

#[cfg(test)]
mod tests;
