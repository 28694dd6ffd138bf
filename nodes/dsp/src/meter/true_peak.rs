//! How high a sound rises between its samples, so that no converter or encoder clips on it.
//!
//! ITU-R BS.1770-5, Annex 2: four times oversampled at every rate, with the longer filter of
//! [`Oversample4`](super::Oversample4). A tone that keeps step with the grid of quarter frames at the worst phase reads
//! low by 0.17 dB at a quarter of the rate and 0.55 dB at 0.45 of it; any other tone is met near its crest.
//!
//! Checked by: Tech 3341 cases 15 to 23 at five rates, and sums of tones whose exact course is known
//! (`meter/tests`, `true_peak/tests.rs`).

use super::amplitude_db;
use super::oversample::{LONG, SPREAD, Taps};
use crate::lane::{Simd, Task, Wide, dispatch};
use std::ops::Range;

/// Frames side by side in time.
const LANES: usize = 16;
/// Frames that are looked at in one go.
const PIECE: usize = 64;
/// Half values kept from the piece before.
const KEPT: usize = LANES;

type Row = Wide<f32, LANES>;

/// Peaks of every channel: of the samples, and of the sound that they stand for.
#[derive(Clone, Debug)]
pub struct TruePeak {
    taps: Taps,
    reach: f32,
    channels: Vec<Channel>,
}

#[derive(Clone, Debug)]
struct Channel {
    /// The frames of the piece before, then of this one.
    frames: [f32; 2 * PIECE],
    filled: usize,
    /// Half values: the last of the piece before, then of this one.
    halves: [f32; KEPT + PIECE],
    /// Whether the piece before was looked at, so that its half values are there.
    fresh: bool,
    /// The highest sample of the piece before.
    before: f32,
    sample: f32,
    between: f32,
}

impl TruePeak {
    /// Frames by which the reading is behind what was pushed, at most.
    pub const DELAY: usize = LONG + SPREAD + PIECE - 1;

    /// A meter for `width` channels, at any sample rate.
    pub fn new(width: usize) -> Self {
        let taps = Taps::new();
        Self { taps, reach: taps.reach(), channels: vec![Channel::new(); width] }
    }

    /// Listens to a piece of any length, one slice a channel; the longest slice gives the length. A channel that is
    /// missing or shorter is silent there. Not finite samples count as 0.
    pub fn push(&mut self, channels: &[&[f32]]) {
        let frames = channels.iter().map(|c| c.len()).max().unwrap_or(0);
        self.push_range(channels, 0..frames);
    }

    /// [`push`](Self::push) of the frames in `range` alone.
    pub(super) fn push_range(&mut self, channels: &[&[f32]], range: Range<usize>) {
        for (index, channel) in self.channels.iter_mut().enumerate() {
            let sound = channels.get(index).copied().unwrap_or_default();
            let sound = &sound[range.start.min(sound.len())..range.end.min(sound.len())];
            let silence = range.len() - sound.len();
            dispatch(Push { taps: &self.taps, reach: self.reach, channel, sound, silence });
        }
    }

    /// Ends the programme with silence, so that the reading holds its last frames and what rings after them.
    pub fn flush(&mut self) {
        for channel in &mut self.channels {
            // One piece is filled up, and one more takes the last frames through the filter.
            dispatch(Push { taps: &self.taps, reach: self.reach, channel, sound: &[], silence: 2 * PIECE });
        }
    }

    /// The true peak of a channel so far, as an amplitude (1 is full scale). It is [`DELAY`](Self::DELAY) frames behind
    /// at most, until [`flush`](Self::flush); it is never below the [`sample_peak`](Self::sample_peak). A channel that
    /// is not there reads 0.
    pub fn true_peak(&self, channel: usize) -> f64 {
        self.channels.get(channel).map_or(0.0, |c| f64::from(c.between)).max(self.sample_peak(channel))
    }

    /// The highest sample of a channel so far, as an amplitude, without delay. A channel that is not there reads 0.
    pub fn sample_peak(&self, channel: usize) -> f64 {
        self.channels.get(channel).map_or(0.0, |c| f64::from(c.sample.max(peak(c.waiting()))))
    }

    /// The true peak of all channels in dBTP; `None` for silence.
    pub fn dbtp(&self) -> Option<f64> {
        amplitude_db((0..self.channels.len()).map(|c| self.true_peak(c)).fold(0.0, f64::max))
    }

    /// The sample peak of all channels in dBFS; `None` for silence.
    pub fn dbfs(&self) -> Option<f64> {
        amplitude_db((0..self.channels.len()).map(|c| self.sample_peak(c)).fold(0.0, f64::max))
    }

    /// Goes back to the state after creation.
    pub fn reset(&mut self) {
        self.channels.fill(Channel::new());
    }
}

/// The largest amplitude of samples that are finite.
#[inline(always)]
fn peak(samples: &[f32]) -> f32 {
    // Without their sign, floating numbers have the order of their bits, and whole numbers vectorise better.
    f32::from_bits(samples.iter().fold(0, |peak, x| x.abs().to_bits().max(peak)))
}

/// Some frames of one channel: a sound, then silence.
struct Push<'a> {
    taps: &'a Taps,
    reach: f32,
    channel: &'a mut Channel,
    sound: &'a [f32],
    silence: usize,
}

impl Task for Push<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self { taps, reach, channel, mut sound, mut silence } = self;
        while sound.len() + silence > 0 {
            let room = &mut channel.frames[PIECE + channel.filled..];
            let (now, later) = sound.split_at(room.len().min(sound.len()));
            let (heard, rest) = room.split_at_mut(now.len());
            for (to, &x) in heard.iter_mut().zip(now) {
                *to = if x.is_finite() { x } else { 0.0 };
            }
            let quiet = rest.len().min(silence);
            rest[..quiet].fill(0.0);
            (sound, silence) = (later, silence - quiet);
            channel.filled += now.len() + quiet;
            if channel.filled == PIECE {
                channel.piece(taps, reach);
            }
        }
    }
}

impl Channel {
    fn new() -> Self {
        Self {
            frames: [0.0; 2 * PIECE],
            filled: 0,
            halves: [0.0; KEPT + PIECE],
            fresh: true,
            before: 0.0,
            sample: 0.0,
            between: 0.0,
        }
    }

    /// The frames that wait for their piece to be full.
    fn waiting(&self) -> &[f32] {
        &self.frames[PIECE..PIECE + self.filled]
    }

    /// Looks at a full piece, unless it can't hold a new peak.
    #[inline(always)]
    fn piece(&mut self, taps: &Taps, reach: f32) {
        let highest = peak(&self.frames[PIECE..]);
        self.sample = self.sample.max(highest);
        let possible = reach * highest.max(self.before);
        if possible > self.between.max(self.sample) {
            self.look(taps);
            self.fresh = true;
        } else {
            self.fresh = false;
        }
        self.before = highest;
        self.frames.copy_within(PIECE.., 0);
        self.filled = 0;
    }

    #[inline(always)]
    fn look(&mut self, taps: &Taps) {
        // Half values, from KEPT frames before those of this piece.
        if self.fresh {
            self.halves.copy_within(PIECE.., 0);
        } else {
            self.halves_at(taps, 0);
        }
        for at in (KEPT..KEPT + PIECE).step_by(LANES) {
            self.halves_at(taps, at);
        }
        let mut high = Row::default();
        for at in (0..PIECE).step_by(LANES) {
            let frames = &self.frames[at + PIECE - LONG - 2 * SPREAD..][..LANES + 2 * SPREAD + 1];
            let halves = &self.halves[at + KEPT - 2 * SPREAD..][..LANES + 2 * SPREAD];
            let [first, third] = taps.quarters(|k| row(&frames[k..]), |k| row(&halves[k..]));
            high = first.abs().max(third.abs()).max(row(&halves[SPREAD..]).abs()).max(high);
        }
        self.between = Simd::max(peak(&high.0), self.between);
    }

    /// Sixteen half values from place `at` on.
    #[inline(always)]
    fn halves_at(&mut self, taps: &Taps, at: usize) {
        // The first half value kept lies after frame PIECE − KEPT − LONG, and looks LONG − 1 frames further back.
        let first = at + PIECE - KEPT - LONG - (LONG - 1);
        let frames = &self.frames[first..][..LANES + 2 * LONG - 1];
        let halves = taps.half(|k| row(&frames[k..]));
        self.halves[at..at + LANES].copy_from_slice(&halves.0);
    }
}

/// The first sixteen of `samples`, which hold as many.
#[inline(always)]
fn row(samples: &[f32]) -> Row {
    Row::from_fn(|i| samples[i])
}

#[cfg(test)]
mod tests;
