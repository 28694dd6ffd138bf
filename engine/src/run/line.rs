//! Delays of whole frames that keep paths together, for sound and for events.

use crate::node::{Event, EventList};
use std::collections::VecDeque;
use std::ops::Range;

/// A delay of whole frames for several channels.
pub struct DelayLine {
    channels: Vec<Vec<f32>>,
    /// By channel: for how many frames silence came in, up to many.
    quiet: Vec<usize>,
    at: usize,
}

impl DelayLine {
    /// A silent line.
    pub fn new(width: usize, frames: usize) -> Self {
        Self { channels: vec![vec![0.0; frames]; width], quiet: vec![frames; width], at: 0 }
    }

    /// Delays a block of one channel in place; `advance` follows when all channels are through. Whether what comes out
    /// is silent.
    pub fn run(&mut self, channel: usize, block: &mut [f32]) -> bool {
        let silent = block.iter().all(|x| x.to_bits() == 0);
        let Some(line) = self.channels.get_mut(channel).filter(|l| !l.is_empty()) else { return silent };
        let quiet = &mut self.quiet[channel];
        if silent && *quiet >= line.len() {
            return true;
        }
        *quiet = if silent { quiet.saturating_add(block.len()) } else { 0 };
        let mut at = self.at;
        for x in block {
            std::mem::swap(&mut line[at], x);
            at += 1;
            if at == line.len() {
                at = 0;
            }
        }
        false
    }

    /// What a line of one frame holds of a channel.
    pub fn held(&self, channel: usize) -> f32 {
        self.channels.get(channel).and_then(|line| line.first()).copied().unwrap_or(0.0)
    }

    /// Lets a line of one frame hold a value for a channel.
    pub fn hold(&mut self, channel: usize, x: f32) {
        if let Some(held) = self.channels.get_mut(channel).and_then(|line| line.first_mut()) {
            *held = x;
        }
    }

    /// Moves on by a block.
    pub fn advance(&mut self, frames: usize) {
        if let Some(line) = self.channels.first().filter(|l| !l.is_empty()) {
            self.at = (self.at + frames) % line.len();
        }
    }

    /// Forgets all sound.
    pub fn reset(&mut self) {
        self.channels.iter_mut().for_each(|c| c.fill(0.0));
        self.quiet.fill(usize::MAX);
    }
}

/// A delay of whole frames for events.
pub struct EventLine {
    frames: i64,
    waiting: VecDeque<(i64, Event)>,
}

impl EventLine {
    /// The most events that wait at once; further ones are passed on at once.
    const ROOM: usize = 4_096;

    /// An empty line.
    pub fn new(frames: usize) -> Self {
        Self { frames: frames as i64, waiting: VecDeque::with_capacity(Self::ROOM) }
    }

    /// Takes the events of some frames of a block that begins at `start`, and gives those that are due in them.
    pub fn run(&mut self, start: i64, frames: Range<usize>, from: &[Event], to: &mut EventList) {
        for &event in from.iter().filter(|e| frames.contains(&(e.frame as usize))) {
            if self.waiting.len() < Self::ROOM {
                self.waiting.push_back((start + i64::from(event.frame) + self.frames, event));
            } else {
                to.push(event);
            }
        }
        while let Some(&(due, event)) = self.waiting.front() {
            if due >= start + frames.end as i64 {
                break;
            }
            to.push(Event { frame: (due - start).max(frames.start as i64) as u32, ..event });
            self.waiting.pop_front();
        }
    }
}
