//! A schedule to be walked through: what each step does, and which nodes and cables it is about.

use super::explain::{is_line, lines};
use super::{Bank, Line, Schedule, Step};
use crate::compile::Compiled;
use crate::node::BLOCK;
use std::ops::Range;
use std::sync::Arc;

/// A step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// What it does, as [`super::explain`] tells it.
    pub words: String,
    /// The keys of the nodes that it runs, or for whom it does what it does.
    pub nodes: Vec<Arc<str>>,
    /// The cables that it is about: the instance that each lies in with a `/` at the end, and its id there.
    pub cables: Vec<(Arc<str>, u32)>,
    /// Whether nodes are run in this very step, and not only readied or announced.
    pub runs: bool,
    /// Where this begins a loop: what goes round.
    pub round: Option<Round>,
}

/// Steps that go round, some frames at once, until the block is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Round {
    /// How many steps follow that belong to it.
    pub steps: usize,
    /// How many frames they are run for at once.
    pub frames: usize,
}

impl Round {
    /// How often they are run in a block.
    pub fn count(self) -> usize {
        BLOCK.div_ceil(self.frames.max(1))
    }

    /// The frames of a block in one of the rounds, from 0 on.
    pub fn frames(self, round: usize) -> Range<usize> {
        let start = round * self.frames;
        start..(start + self.frames).min(BLOCK)
    }
}

/// All steps of a schedule.
pub fn walk(compiled: &Compiled, rate: u32) -> Vec<Told> {
    let steps = &compiled.schedule.steps;
    let told = lines(compiled, rate).enumerate().map(|(at, words)| {
        let (mut nodes, cables) = subjects(compiled, at);
        nodes.dedup();
        let key = |n: &usize| compiled.flat.nodes[*n].key.clone();
        let runs = matches!(steps[at], Step::Run(_));
        let round = match steps[at] {
            Step::Loop { steps, frames } => Some(Round { steps, frames }),
            _ => None,
        };
        Told { words, nodes: nodes.iter().map(key).collect(), cables, runs, round }
    });
    told.collect()
}

/// The nodes, as indices of the flat table, and the cables that a step is about.
fn subjects(compiled: &Compiled, at: usize) -> (Vec<usize>, Vec<(Arc<str>, u32)>) {
    let schedule = &*compiled.schedule;
    match &schedule.steps[at] {
        Step::Run(run) => (schedule.banks[run.bank as usize].nodes().collect(), Vec::new()),
        Step::Loop { steps, .. } | Step::Fuse { steps } => {
            let inner = schedule.steps[at + 1..].iter().take(*steps);
            (inner.filter_map(|s| bank(schedule, s)).flat_map(Bank::nodes).collect(), Vec::new())
        }
        Step::Give { line, .. } | Step::Take { line, .. } | Step::Delay { line, .. } => {
            of_lines(compiled, [&schedule.lines[*line as usize]].into_iter())
        }
        Step::WideDelay { line, .. } => of_lines(compiled, schedule.wide_lines[*line as usize].lines()),
        Step::Copy { to, .. } | Step::Pack { to, .. } | Step::Sum { to, .. } | Step::WideSum { to, .. } => {
            (user(schedule, &schedule.steps[at + 1..], to.value), Vec::new())
        }
        Step::Unpack { to, .. } => {
            let users = to.iter().flat_map(|(_, to)| user(schedule, &schedule.steps[at + 1..], to.value));
            (users.collect(), Vec::new())
        }
        Step::Fade { channels, .. } => {
            let after = channels.first().map(|c| c.1.value);
            let users = after.map(|value| user(schedule, &schedule.steps[at + 1..], value));
            (users.unwrap_or_default(), Vec::new())
        }
        Step::Merge { to, .. } => (hearer(schedule, &schedule.steps[at + 1..], *to), Vec::new()),
        Step::Deal { dealer, .. } | Step::Level { dealer, .. } => {
            (vec![schedule.dealers[*dealer as usize].node], Vec::new())
        }
    }
}

fn bank<'s>(schedule: &'s Schedule, step: &Step) -> Option<&'s Bank> {
    match step {
        Step::Run(run) => schedule.banks.get(run.bank as usize),
        _ => None,
    }
}

/// The cables that delays belong to, and their ends.
fn of_lines<'l>(
    compiled: &Compiled,
    lines: impl Iterator<Item = &'l Line>,
) -> (Vec<usize>, Vec<(Arc<str>, u32)>) {
    let (mut nodes, mut cables) = (Vec::new(), Vec::new());
    for line in lines {
        match compiled.flat.cables.iter().find(|c| is_line(c, line)) {
            Some(cable) => {
                nodes.extend([cable.from.0, cable.to.0]);
                cables.push((cable.scope.clone(), cable.id));
            }
            // An output that waits for the others.
            None => nodes.extend(compiled.flat.nodes.iter().position(|n| n.key == line.scope)),
        }
    }
    (nodes, cables)
}

/// The nodes of the next step that uses a value.
fn user(schedule: &Schedule, steps: &[Step], value: u32) -> Vec<usize> {
    let uses = |step: &&Step| match step {
        Step::Run(run) => {
            let moves = run.moved.iter().flat_map(|m| m.cables.iter().map(|c| c.0));
            run.places
                .iter()
                .copied()
                .chain(run.before.iter().copied())
                .chain(moves)
                .any(|p| p.value == value)
        }
        _ => false,
    };
    let step = steps.iter().find(uses);
    step.and_then(|s| bank(schedule, s)).map_or_else(Vec::new, |bank| bank.nodes().collect())
}

/// The nodes of the next step that hears a list of events.
fn hearer(schedule: &Schedule, steps: &[Step], list: u32) -> Vec<usize> {
    let hears = |step: &&Step| match step {
        Step::Run(run) => run.inputs.iter().any(|view| view.events && view.start == list),
        _ => false,
    };
    let step = steps.iter().find(hears);
    step.and_then(|s| bank(schedule, s)).map_or_else(Vec::new, |bank| bank.nodes().collect())
}
