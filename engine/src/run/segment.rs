//! Cuts a schedule into segments that follow each other, for several threads: while one works on a stretch of time,
//! those before it are ahead and those behind it come after.

use super::program::Program;
use crate::schedule::access::{lists, reads, writes};
use crate::schedule::{Place, Schedule, Step};
use std::collections::HashMap;
use std::ops::Range;

/// Steps that one thread runs at a time.
#[derive(Clone, Debug, Default)]
pub struct Segment {
    /// The steps.
    pub steps: Range<usize>,
    /// Crossings that it reads, and those that it writes, as indices of [`Cut::crossings`].
    pub reads: Vec<usize>,
    pub writes: Vec<usize>,
    /// Outputs of the patch that it writes: the index among all channels of all outputs, and the place.
    pub outputs: Vec<(usize, Place)>,
}

/// What one segment writes and later ones read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Crossing {
    /// A buffer.
    Buffer(Place),
    /// A list of events.
    List(u32),
}

/// A schedule in segments.
#[derive(Debug, Default)]
pub struct Cut {
    /// In the order of their steps.
    pub segments: Vec<Segment>,
    /// What crosses from one to another.
    pub crossings: Vec<Crossing>,
    /// By crossing: the segment that writes it.
    pub writers: Vec<usize>,
}

/// Cuts a schedule into about `count` segments of equal cost; `costs` has that of each step, that of a loop at its
/// first step.
pub fn cut(program: &Program, costs: &[f64], count: usize) -> Cut {
    let schedule = program.schedule();
    let share = costs.iter().sum::<f64>() / count.max(1) as f64;
    let mut cut = Cut::default();
    let whole = whole(schedule);
    let (mut start, mut at, mut spent, mut due) = (0, 0, 0.0, share);
    while at < schedule.steps.len() {
        let next = match schedule.steps[at] {
            Step::Loop { steps, .. } | Step::Fuse { steps } => at + 1 + steps,
            _ => at + 1,
        };
        spent += costs[at..next].iter().sum::<f64>();
        at = next;
        if at == schedule.steps.len() || (spent >= due && !whole[at]) {
            cut.segments.push(Segment { steps: start..at, ..Segment::default() });
            start = at;
            due = spent + share;
        }
    }
    cross(program, &mut cut);
    cut
}

/// By step: whether it can't begin a segment. What deals notes to voices must know how loud they were up to the block
/// before, so it runs with all steps that measure them.
fn whole(schedule: &Schedule) -> Vec<bool> {
    let mut ends: Vec<Option<(usize, usize)>> = vec![None; schedule.dealers.len()];
    for (at, step) in schedule.steps.iter().enumerate() {
        if let Step::Deal { dealer, .. } | Step::Level { dealer, .. } = step {
            ends[*dealer as usize].get_or_insert((at, at)).1 = at;
        }
    }
    let mut until = vec![0; schedule.steps.len()];
    ends.into_iter().flatten().for_each(|(first, last)| until[first] = last);
    let mut latest = 0;
    let inside = until.into_iter().enumerate().map(|(at, last)| {
        let inside = at <= latest;
        latest = latest.max(last);
        inside
    });
    inside.collect()
}

/// Finds what crosses.
fn cross(program: &Program, cut: &mut Cut) {
    let schedule = program.schedule();
    // By slot and by list: the segment that wrote it last.
    let mut slots: Vec<Option<usize>> = vec![None; schedule.slots as usize];
    let mut events: Vec<Option<usize>> = vec![None; schedule.lists as usize];
    let mut known: HashMap<(usize, Crossing), usize> = HashMap::new();
    for at in 0..cut.segments.len() {
        let mut read: Vec<(usize, Crossing)> = Vec::new();
        for step in &schedule.steps[cut.segments[at].steps.clone()] {
            reads(step, |place| {
                if let Some(from) = slots[place.slot as usize].filter(|&from| from != at) {
                    read.push((from, Crossing::Buffer(place)));
                }
            });
            writes(step, |place| slots[place.slot as usize] = Some(at));
            let lanes = match step {
                Step::Run(run) => schedule.banks[run.bank as usize].lanes() as u32,
                _ => 1,
            };
            lists(step, lanes, |list, written| match written {
                true => events[list as usize] = Some(at),
                false => {
                    if let Some(from) = events[list as usize].filter(|&from| from != at) {
                        read.push((from, Crossing::List(list)));
                    }
                }
            });
        }
        for (from, crossing) in read {
            let next = cut.crossings.len();
            let index = *known.entry((from, crossing)).or_insert(next);
            if index == next {
                cut.crossings.push(crossing);
                cut.writers.push(from);
                cut.segments[from].writes.push(index);
            }
            if !cut.segments[at].reads.contains(&index) {
                cut.segments[at].reads.push(index);
            }
        }
    }
    for (channel, &place) in schedule.outputs.iter().flat_map(|o| &o.channels).enumerate() {
        // What nobody wrote is silent.
        if let Some(from) = slots[place.slot as usize] {
            cut.segments[from].outputs.push((channel, place));
        }
    }
}
