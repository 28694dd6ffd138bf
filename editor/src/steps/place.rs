//! Where one is in a schedule: at a step and, in a loop, in one of its rounds.

use signalbox_engine::schedule::{Round, Told};
use std::ops::Range;

/// A place in a schedule.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The step, from 0 on.
    pub step: usize,
    /// In a loop: which time it goes round, from 0 on.
    pub round: usize,
}

/// The loop that a step lies in: the step that begins it, and what goes round.
fn around(told: &[Told], step: usize) -> Option<(usize, Round)> {
    let heads = told.iter().enumerate().take(step).rev();
    let found = heads.filter_map(|(at, told)| Some((at, told.round?))).next();
    found.filter(|(at, round)| step <= at + round.steps)
}

impl Place {
    /// The next place: a loop is gone through as often as it goes round in a block. Behind the last comes the first.
    pub fn next(self, told: &[Told]) -> Self {
        if let Some((head, round)) = around(told, self.step)
            && self.step == head + round.steps
            && self.round + 1 < round.count()
        {
            return Self { step: head + 1, round: self.round + 1 };
        }
        self.at(told, self.step + 1, self.step)
    }

    /// The place before.
    pub fn last(self, told: &[Told]) -> Self {
        if let Some((head, round)) = around(told, self.step)
            && self.step == head + 1
            && self.round > 0
        {
            return Self { step: head + round.steps, round: self.round - 1 };
        }
        let before = self.step.checked_sub(1).unwrap_or(told.len().saturating_sub(1));
        let place = self.at(told, before, self.step);
        match around(told, before) {
            // A loop is come into from behind, in its last round.
            Some((_, round)) if before + 1 != self.step || around(told, self.step).is_none() => {
                Self { round: round.count() - 1, ..place }
            }
            _ => place,
        }
    }

    /// Behind the loop that this lies in or begins; else the next step.
    pub fn over(self, told: &[Told]) -> Self {
        let begins = told.get(self.step).and_then(|t| Some((self.step, t.round?)));
        match begins.or(around(told, self.step)) {
            Some((head, round)) => self.at(told, head + round.steps + 1, head),
            None => self.next(told),
        }
    }

    /// The step that begins the loop that this lies in; else the step before, a loop being one.
    pub fn back(self, told: &[Told]) -> Self {
        let last = self.last(told);
        match around(told, self.step).or(around(told, last.step)) {
            Some((head, _)) => Self { step: head, round: 0 },
            None => last,
        }
    }

    /// The frames of the block that are run here, where it is a loop; how often it goes round.
    pub fn frames(self, told: &[Told]) -> Option<(Range<usize>, usize)> {
        let (_, round) = around(told, self.step)?;
        Some((round.frames(self.round), round.count()))
    }

    /// The same place, in steps that may be others.
    pub fn within(self, told: &[Told]) -> Self {
        let step = self.step.min(told.len().saturating_sub(1));
        let count = around(told, step).map_or(1, |(_, round)| round.count());
        Self { step, round: self.round.min(count - 1) }
    }

    /// At a step that is come to from another one.
    fn at(self, told: &[Told], step: usize, from: usize) -> Self {
        let step = step % told.len().max(1);
        let head = |step: usize| around(told, step).map(|(head, _)| head);
        let same = head(step).is_some() && head(step) == head(from);
        Self { step, round: if same { self.round } else { 0 } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A step, a loop of two that is run for so many frames at once, and a step behind it.
    fn told(frames: usize) -> Vec<Told> {
        let step = |round: Option<Round>| Told {
            words: String::new(),
            nodes: Vec::new(),
            cables: Vec::new(),
            runs: round.is_none(),
            round,
        };
        vec![step(None), step(Some(Round { steps: 2, frames })), step(None), step(None), step(None)]
    }

    #[test]
    fn a_loop_is_gone_through_frame_by_frame_there_and_back() {
        let told = told(1);
        let mut place = Place::default();
        let mut way = vec![place];
        for _ in 0..2 + 2 * 64 {
            place = place.next(&told);
            way.push(place);
        }
        let rounds: Vec<usize> = way.iter().filter(|p| p.step == 2).map(|p| p.round).collect();
        assert_eq!(rounds, (0..64).collect::<Vec<_>>());
        assert_eq!(place, Place { step: 4, round: 0 }, "then it goes on behind the loop");
        assert_eq!(place.next(&told), Place::default(), "behind the last comes the first");
        assert_eq!(Place { step: 3, round: 7 }.frames(&told), Some((7..8, 64)));
        for before in way.iter().rev().skip(1) {
            place = place.last(&told);
            assert_eq!(place, *before);
        }
        assert_eq!(place.last(&told).step, 4);
    }

    #[test]
    fn a_loop_can_be_gone_over_and_left() {
        let told = told(16);
        let behind = Place { step: 4, round: 0 };
        let inside = Place { step: 3, round: 2 };
        assert_eq!((inside.over(&told), Place { step: 1, round: 0 }.over(&told)), (behind, behind));
        assert_eq!(Place::default().over(&told).step, 1);
        let head = Place { step: 1, round: 0 };
        assert_eq!((inside.back(&told), behind.back(&told)), (head, head));
        assert_eq!(head.back(&told), Place::default());
        assert_eq!((inside.frames(&told), behind.frames(&told)), (Some((32..48, 4)), None));
        assert_eq!(Place { step: 9, round: 9 }.within(&told), behind);
    }
}
