//! Delays of whole frames that keep paths together, for sound and for events.

use crate::node::{Event, EventList};
use std::collections::VecDeque;
use std::ops::Range;

/// A delay of whole frames for several channels, of one cable or of some that lie side by side.
pub struct DelayLine {
    /// How many cables lie side by side.
    lanes: usize,
    /// Numbers of a channel that it delays by: as many frames, each with its lanes.
    length: usize,
    /// By channel: a ring of the last numbers, at least `length` of them.
    channels: Vec<Vec<f32>>,
    /// By channel: for how many numbers silence came in, up to many.
    quiet: Vec<usize>,
    /// Where in the rings the oldest number stands.
    at: usize,
    /// The way from another delay to this one.
    change: Option<Change>,
}

/// A line on its way from one delay to another: it goes on with the old one until the new one has something to give,
/// then it fades over.
#[derive(Clone, Copy)]
struct Change {
    from: usize,
    wait: usize,
    fade: usize,
    left: usize,
}

impl DelayLine {
    /// A silent line.
    pub fn new(width: usize, frames: usize) -> Self {
        Self::wide(width, frames, 1)
    }

    /// A silent line for so many cables side by side.
    pub fn wide(width: usize, frames: usize, lanes: usize) -> Self {
        let length = frames * lanes;
        let channels = vec![vec![0.0; length]; width];
        Self { lanes, length, channels, quiet: vec![length; width], at: 0, change: None }
    }

    /// A line that will go on as another one, of the same width, that delays by `from` frames; it takes `fade` frames
    /// to come to its own delay.
    pub fn following(width: usize, frames: usize, from: usize, fade: usize) -> Self {
        let room = frames.max(from) + 1;
        let change = Change { from, wait: frames.saturating_sub(from), fade, left: fade };
        let channels = vec![vec![0.0; room]; width];
        Self { lanes: 1, length: frames, channels, quiet: vec![0; width], at: 0, change: Some(change) }
    }

    /// For how many frames it is on its way from another delay.
    pub fn unsettled(&self) -> usize {
        self.change.map_or(0, |c| c.wait + c.left)
    }

    /// Takes over, in one lane, what a lane of another line holds. It has not run yet.
    pub fn follow(&mut self, lane: usize, old: &Self, old_lane: usize) {
        for (to, from) in self.channels.iter_mut().zip(&old.channels) {
            let (room, held) = (to.len() / self.lanes, from.len() / old.lanes);
            // The youngest frame lies right before the place that is written next.
            for age in 1..=held.min(room) {
                let place = (old.at / old.lanes + held - age) % held;
                to[(room - age) * self.lanes + lane] = from[place * old.lanes + old_lane];
            }
        }
        self.quiet.fill(0);
    }

    /// Delays a block of one channel in place, frame by frame with all lanes; `advance` follows when all channels are
    /// through. Whether what comes out is silent.
    pub fn run(&mut self, channel: usize, block: &mut [f32]) -> bool {
        let silent = block.iter().all(|x| x.to_bits() == 0);
        let Some(line) = self.channels.get_mut(channel).filter(|l| !l.is_empty()) else { return silent };
        let quiet = &mut self.quiet[channel];
        if silent && *quiet >= line.len() && self.change.is_none() {
            return true;
        }
        *quiet = if silent { quiet.saturating_add(block.len()) } else { 0 };
        let (mut at, length) = (self.at, line.len());
        let next = |at: usize| if at + 1 == length { 0 } else { at + 1 };
        if length == self.length {
            let mut rest = block;
            while !rest.is_empty() {
                let (now, later) = rest.split_at_mut(rest.len().min(length - at));
                line[at..at + now.len()].swap_with_slice(now);
                at = if at + now.len() == length { 0 } else { at + now.len() };
                rest = later;
            }
            return false;
        }
        let tap = |at: usize, delay: usize| if at >= delay { at - delay } else { at + length - delay };
        let mut change = self.change;
        for x in block {
            line[at] = *x;
            *x = line[tap(at, self.length)];
            if let Some(c) = &mut change {
                let old = line[tap(at, c.from)];
                if c.wait > 0 {
                    c.wait -= 1;
                    *x = old;
                } else {
                    *x += (old - *x) * (c.left as f32 / (c.fade + 1) as f32);
                    c.left -= 1;
                }
                change = change.filter(|c| c.left > 0);
            }
            at = next(at);
        }
        false
    }

    /// The place of the youngest frame: the one that a line of one frame holds, however long its ring is.
    fn youngest(&self, length: usize) -> usize {
        (self.at + length.max(1) - 1) % length.max(1)
    }

    /// What a line of one frame holds of a channel.
    pub fn held(&self, channel: usize) -> f32 {
        self.channels
            .get(channel)
            .and_then(|line| line.get(self.youngest(line.len())))
            .copied()
            .unwrap_or(0.0)
    }

    /// Lets a line of one frame hold a value for a channel.
    pub fn hold(&mut self, channel: usize, x: f32) {
        let at = self.channels.get(channel).map_or(0, |line| self.youngest(line.len()));
        if let Some(held) = self.channels.get_mut(channel).and_then(|line| line.get_mut(at)) {
            *held = x;
        }
    }

    /// Moves on by a block.
    pub fn advance(&mut self, frames: usize) {
        if let Some(mut change) = self.change.take() {
            let waited = change.wait.min(frames);
            change.wait -= waited;
            change.left -= (frames - waited).min(change.left);
            self.change = (change.left > 0).then_some(change);
        }
        if let Some(line) = self.channels.first().filter(|l| !l.is_empty()) {
            self.at = (self.at + frames * self.lanes) % line.len();
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lane_goes_on_in_another_line() {
        let (lanes, frames) = (4, 3);
        let mut wide = DelayLine::wide(1, frames, lanes);
        let number = |frame: usize, lane: usize| (10 * frame + lane + 1) as f32;
        let mut block: Vec<f32> = (0..5 * lanes).map(|i| number(i / lanes, i % lanes)).collect();
        wide.run(0, &mut block);
        wide.advance(5);
        let late = |i: usize| if i < frames * lanes { 0.0 } else { number(i / lanes - frames, i % lanes) };
        assert_eq!(block, (0..5 * lanes).map(late).collect::<Vec<_>>());
        let mut own = DelayLine::new(1, frames);
        own.follow(0, &wide, 2);
        let mut block = [0.0; 4];
        assert!(!own.run(0, &mut block));
        assert_eq!(block, [number(2, 2), number(3, 2), number(4, 2), 0.0]);
        // And back, into another lane.
        let mut own = DelayLine::new(1, frames);
        own.follow(0, &wide, 2);
        let mut again = DelayLine::wide(1, frames, lanes);
        again.follow(1, &own, 0);
        let mut block = vec![0.0; frames * lanes];
        assert!(!again.run(0, &mut block));
        let lane = |l: usize| block.iter().skip(l).step_by(lanes).copied().collect::<Vec<f32>>();
        assert_eq!((lane(0), lane(1)), (vec![0.0; 3], vec![number(2, 2), number(3, 2), number(4, 2)]));
    }

    #[test]
    fn a_line_that_comes_to_hold_one_frame_gives_the_youngest() {
        let mut old = DelayLine::new(1, 5);
        let mut block: Vec<f32> = (1..=7).map(|x| x as f32).collect();
        old.run(0, &mut block);
        old.advance(7);
        let mut new = DelayLine::following(1, 1, 5, 10);
        new.follow(0, &old, 0);
        assert_eq!(new.held(0), 7.0);
        new.hold(0, 8.0);
        assert_eq!(new.held(0), 8.0);
    }
}
