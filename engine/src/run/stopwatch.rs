//! Where the time of a buffer goes: each step, or each group of steps where there are many, against what it usually takes.

use crate::schedule::{Schedule, Step};
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::time::Instant;

/// The most groups that are timed: so many looks at the clock cost under a hundredth of a block's time.
const GROUPS: usize = 256;

/// How much of what a group takes goes into what it usually takes.
const LEARN: f32 = 0.02;

/// What each group of steps takes, in nanoseconds.
#[derive(Debug, Default)]
pub struct Stopwatch {
    /// In this buffer.
    spent: Vec<f32>,
    last: Option<Instant>,
}

impl Stopwatch {
    pub fn new() -> Self {
        Self { spent: Vec::with_capacity(GROUPS), last: None }
    }

    /// A buffer begins, of a program with so many groups.
    pub fn begin(&mut self, groups: usize) {
        self.spent.clear();
        self.spent.resize(groups.min(GROUPS), 0.0);
    }

    /// A block begins.
    pub fn start(&mut self) {
        self.last = Some(Instant::now());
    }

    /// A group is done.
    pub fn done(&mut self, group: usize) {
        let now = Instant::now();
        if let (Some(last), Some(spent)) = (self.last.replace(now), self.spent.get_mut(group)) {
            *spent += now.duration_since(last).as_nanos() as f32;
        }
    }

    /// A buffer is over; the group that took most beyond what it usually takes, which is kept in `usual` as the bits of
    /// numbers, in nanoseconds a frame.
    pub fn end(&mut self, usual: &[AtomicU32], frames: usize) -> Option<usize> {
        let frames = frames.max(1) as f32;
        let mut worst: Option<(usize, f32)> = None;
        for (group, (kept, spent)) in usual.iter().zip(&self.spent).enumerate() {
            let usual = f32::from_bits(kept.load(Relaxed));
            let beyond = spent - usual * frames;
            if worst.is_none_or(|(_, most)| beyond > most) {
                worst = Some((group, beyond));
            }
            kept.store((usual + (spent / frames - usual) * LEARN).to_bits(), Relaxed);
        }
        worst.map(|(group, _)| group)
    }
}

/// Where each group of steps ends; loops and rows that run as one stay whole.
pub fn groups(schedule: &Schedule) -> Vec<u32> {
    let steps = &schedule.steps;
    let mut ends = Vec::new();
    let mut at = 0;
    while let Some(step) = steps.get(at) {
        at += 1;
        if let Step::Loop { steps, .. } | Step::Fuse { steps } = step {
            at += steps;
        }
        ends.push(at as u32);
    }
    let size = ends.len().div_ceil(GROUPS).max(1);
    let whole = ends.len();
    ends.into_iter().enumerate().filter(|(i, _)| (i + 1) % size == 0 || i + 1 == whole).map(|e| e.1).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_group_that_takes_longer_than_it_usually_does_is_found() {
        let mut watch = Stopwatch::new();
        let usual: Vec<AtomicU32> = (0..3).map(|_| AtomicU32::new(0)).collect();
        let mut buffer = |slow: Option<usize>| {
            watch.begin(3);
            for group in 0..3 {
                // The last always takes most.
                let takes = if group == 2 { 90_000.0 } else { 1_000.0 };
                watch.spent[group] = if slow == Some(group) { takes + 50_000.0 } else { takes };
            }
            watch.end(&usual, 64)
        };
        assert_eq!(buffer(None), Some(2), "at first, what takes most");
        (0..300).for_each(|_| assert!(buffer(None).is_some()));
        assert_eq!(buffer(Some(1)), Some(1));
        assert_eq!(buffer(Some(0)), Some(0));
    }
}
