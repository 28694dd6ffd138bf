//! The delays of a builder's cables: which go on from one program to the next, and which are made.

use super::line::DelayLine;
use super::moves::{Held, Moves, Slip};
use crate::compile::FlatCable;
use crate::schedule::{Line, Schedule, WideLine};
use foldhash::HashMap;
use std::cell::UnsafeCell;
use std::sync::Arc;

/// What the last program holds of a cable's delay.
#[derive(Clone)]
struct Kept {
    /// By how many frames.
    frames: usize,
    /// In which lane, of how many.
    lane: usize,
    lanes: usize,
    /// Whether it began on its way from another length.
    slips: bool,
    line: Arc<Held<DelayLine>>,
}

/// What the last program holds of the delays of its cables, by their names.
#[derive(Default)]
pub struct Lines(HashMap<Line, Kept>);

/// The delays of a program.
pub struct GoneOn {
    /// By cable.
    pub lines: Vec<Arc<Held<DelayLine>>>,
    /// Of cables side by side.
    pub wide: Vec<Arc<Held<DelayLine>>>,
    /// For how many frames some of them are on their way from another length.
    pub unsettled: usize,
}

impl Lines {
    /// Whether a cable with so many channels, held back by so many frames now, is on its way there from another length.
    pub fn slips(&self, cable: &FlatCable, frames: usize, width: usize) -> bool {
        let FlatCable { scope, id, ends, goes, .. } = cable;
        let (scope, cable, ends, goes) = (scope.clone(), *id, *ends, *goes);
        let name = Line { scope, cable, ends, frames: 0, width, was: None, goes };
        self.0.get(&name).is_some_and(|kept| kept.slips || kept.frames != frames)
    }

    /// The delays of the next schedule. Those that were there, and are as long and lie where they did, are kept; others
    /// take over what their cables held before. One that gets another length takes `fade` frames to come to it.
    pub fn go_on(&mut self, schedule: &Schedule, fade: usize, moves: &mut Moves) -> GoneOn {
        let mut old = Self(std::mem::take(&mut self.0));
        // What goes takes its delay with it; what comes in its place has one of its own.
        for line in schedule.lines.iter().filter(|line| line.goes) {
            let name = line.name();
            if let Some(kept) = old.0.remove(&Line { goes: false, ..name.clone() }) {
                old.0.insert(name, kept);
            }
        }
        let mut all = GoneOn { lines: Vec::new(), wide: Vec::new(), unsettled: 0 };
        for line in &schedule.lines {
            let kept = old.single(line, fade, moves, &mut all.unsettled);
            all.lines.push(kept.line.clone());
            self.0.insert(line.name(), kept);
        }
        for wide in &schedule.wide_lines {
            let held = old.wide(wide, moves);
            for (lane, line) in wide.lanes.iter().enumerate() {
                let (frames, lanes) = (wide.frames(), wide.lanes.len());
                let kept = Kept { frames, lane, lanes, slips: false, line: held.clone() };
                self.0.extend(line.iter().map(|line| (line.name(), kept.clone())));
            }
            all.wide.push(held);
        }
        all
    }

    /// A cable's delay; `unsettled` grows to the frames for which it is on its way from another length.
    fn single(&mut self, line: &Line, fade: usize, moves: &mut Moves, unsettled: &mut usize) -> Kept {
        let kept = match self.0.remove(&line.name()) {
            Some(kept) if kept.frames == line.frames && kept.lanes == 1 => return kept,
            kept => kept,
        };
        let was = kept.as_ref().map(|kept| kept.frames).or(line.was).filter(|&was| was != line.frames);
        let new = match was {
            Some(was) => DelayLine::following(line.width, line.frames, was, fade),
            None => DelayLine::new(line.width, line.frames),
        };
        *unsettled = new.unsettled().max(*unsettled);
        let new = Arc::new(Held(UnsafeCell::new(new)));
        moves.lines.extend(kept.map(|kept| Slip { from: (kept.line, kept.lane), to: (new.clone(), 0) }));
        Kept { frames: line.frames, lane: 0, lanes: 1, slips: was.is_some(), line: new }
    }

    /// The delay of cables side by side.
    fn wide(&mut self, wide: &WideLine, moves: &mut Moves) -> Arc<Held<DelayLine>> {
        let lanes = wide.lanes.len();
        let kept: Vec<(usize, Option<Kept>)> = wide
            .lanes
            .iter()
            .enumerate()
            .filter_map(|(lane, line)| Some((lane, self.0.remove(&line.as_ref()?.name()))))
            .collect();
        if let Some((_, Some(Kept { line: first, .. }))) = kept.first() {
            let stays = |(lane, kept): &(usize, Option<Kept>)| {
                kept.as_ref().is_some_and(|k| {
                    (k.lane, k.lanes, k.frames) == (*lane, lanes, wide.frames())
                        && Arc::ptr_eq(&k.line, first)
                })
            };
            if kept.iter().all(stays) {
                return first.clone();
            }
        }
        let new = DelayLine::wide(wide.width(), wide.frames(), lanes);
        let new = Arc::new(Held(UnsafeCell::new(new)));
        for (lane, kept) in kept {
            moves
                .lines
                .extend(kept.map(|kept| Slip { from: (kept.line, kept.lane), to: (new.clone(), lane) }));
        }
        new
    }
}
