//! Loudness as a listener judges it: momentary, short-term, integrated, and its range.
//!
//! ITU-R BS.1770-5 with the windows of EBU Tech 3341 and the range of Tech 3342. The programme is cut into hops of
//! 10 ms (their borders at the whole frames at or before each hundredth of a second, so that nothing drifts at any
//! rate). Momentary loudness is the power of the last 40 hops, short-term of the last 300; both are renewed with each
//! hop. Every tenth hop the momentary window is a gating block (400 ms, 75 % overlap) and the short-term window a
//! value for the range (10 a second).
//!
//! Checked by: every case of Tech 3341 (save 7 and 8, which are recordings) and Tech 3342 at five rates, and against
//! another implementation (`meter/tests`).

use super::gate::{Histogram, lufs};
use super::weighting::{State, Weighting};
use crate::lane::{Task, dispatch};
use std::ops::Range;

/// Hops a second.
const HOPS: u64 = 100;
/// Hops of the momentary window, 0.4 s.
const MOMENTARY: usize = 40;
/// Hops of the short-term window, 3 s.
const SHORT_TERM: usize = 300;
/// Hops from one gating block to the next, 0.1 s.
pub(super) const STEP: u64 = 10;
/// The slowest rate that the weighting can be made for.
pub(super) const SLOWEST: u32 = 4_000;

/// The weight of each channel's power in the sum (ITU-R BS.1770-5, Table 4): 1.41 to the sides of the listener
/// (60° to 120°), 0 for the low-frequency channel, else 1.
///
/// Five channels are L R C Ls Rs, six L R C LFE Ls Rs, eight L R C LFE, rears, sides, and twelve the same with four
/// above. Any other number has the weight 1 throughout.
pub fn weights(channels: usize) -> Vec<f64> {
    let mut weights = vec![1.0; channels];
    let (low, sides) = match channels {
        5 => (None, 3..5),
        6 => (Some(3), 4..6),
        8 | 12 => (Some(3), 6..8),
        _ => (None, 0..0),
    };
    weights[sides].fill(1.41);
    if let Some(low) = low {
        weights[low] = 0.0;
    }
    weights
}

/// The first frame of a hop at `rate` frames a second.
pub(super) fn border(hop: u64, rate: u32) -> u64 {
    hop * u64::from(rate) / HOPS
}

/// A loudness meter. A mono programme is one channel of weight 1.
///
/// Every reading is `None` until its window is full: a sound shorter than 0.4 s has neither a momentary nor an
/// integrated loudness, one shorter than 3 s has neither short-term loudness nor a range. What is left over at the end,
/// less than one hop, is not heard, nor by the gates an unfinished block (as the recommendation says).
#[derive(Clone, Debug)]
pub struct Loudness {
    rate: u32,
    weighting: Weighting,
    channels: Vec<Channel>,
    /// How many frames of the running hop are there.
    filled: usize,
    /// How many hops are done.
    hops: u64,
    momentary: Window<MOMENTARY>,
    short_term: Window<SHORT_TERM>,
    blocks: Histogram,
    range: Histogram,
}

/// A channel that has weight.
#[derive(Clone, Debug)]
struct Channel {
    /// Its place among the channels pushed.
    index: usize,
    weight: f64,
    state: State,
    /// The frames of the running hop.
    hop: Box<[f64]>,
}

impl Loudness {
    /// A meter for a sound of `rate` frames a second (below 4,000 counts as 4,000), one weight a channel: see
    /// [`weights`]. A channel of weight 0 is not looked at.
    pub fn new(rate: u32, weights: &[f64]) -> Self {
        let rate = rate.max(SLOWEST);
        let longest = (u64::from(rate) / HOPS) as usize + 1;
        let heard = weights.iter().enumerate().filter(|(_, weight)| **weight != 0.0);
        Self {
            rate,
            weighting: Weighting::new(f64::from(rate)),
            channels: heard
                .map(|(index, &weight)| Channel {
                    index,
                    weight,
                    state: State::default(),
                    hop: vec![0.0; longest].into(),
                })
                .collect(),
            filled: 0,
            hops: 0,
            momentary: Window::new(),
            short_term: Window::new(),
            blocks: Histogram::new(),
            range: Histogram::new(),
        }
    }

    /// Listens to a piece of any length, one slice a channel; the longest slice gives the length. A channel that is
    /// missing or shorter is silent there. Not finite samples count as silence for the hop that they are in.
    pub fn push(&mut self, channels: &[&[f32]]) {
        let frames = channels.iter().map(|c| c.len()).max().unwrap_or(0);
        self.push_range(channels, 0..frames);
    }

    /// [`push`](Self::push) of the frames in `range` alone.
    pub(super) fn push_range(&mut self, channels: &[&[f32]], range: Range<usize>) {
        let mut at = range.start;
        while at < range.end {
            let length = (border(self.hops + 1, self.rate) - border(self.hops, self.rate)) as usize;
            let take = (length - self.filled).min(range.end - at);
            for channel in &mut self.channels {
                let source = channels.get(channel.index).copied().unwrap_or_default();
                let part = &source[at.min(source.len())..(at + take).min(source.len())];
                dispatch(Take { sound: part, hop: &mut channel.hop[self.filled..self.filled + take] });
            }
            self.filled += take;
            at += take;
            if self.filled == length {
                self.filled = 0;
                self.finish_hop(length);
            }
        }
    }

    fn finish_hop(&mut self, length: usize) {
        let energy = dispatch(Hop { weighting: &self.weighting, channels: &mut self.channels, length });
        self.hops += 1;
        let span = |hops: usize| {
            let first = self.hops.saturating_sub(hops as u64);
            (border(self.hops, self.rate) - border(first, self.rate)) as f64
        };
        self.momentary.push(energy, span(MOMENTARY));
        self.short_term.push(energy, span(SHORT_TERM));
        if self.hops.is_multiple_of(STEP) {
            if let Some(block) = self.momentary.mean {
                self.blocks.add(block);
            }
            if let Some(value) = self.short_term.mean {
                self.range.add(value);
            }
        }
    }

    /// Loudness of the last 0.4 s up to the last full hop, in LUFS, ungated. `None` in the first 0.4 s and where the
    /// window is silent.
    pub fn momentary(&self) -> Option<f64> {
        self.momentary.mean.and_then(heard)
    }

    /// Loudness of the last 3 s up to the last full hop, in LUFS, ungated. `None` in the first 3 s and where the
    /// window is silent.
    pub fn short_term(&self) -> Option<f64> {
        self.short_term.mean.and_then(heard)
    }

    /// The highest [`momentary`](Self::momentary) loudness so far, in LUFS, over windows 10 ms apart.
    pub fn max_momentary(&self) -> Option<f64> {
        heard(self.momentary.highest)
    }

    /// The highest [`short_term`](Self::short_term) loudness so far, in LUFS, over windows 10 ms apart.
    pub fn max_short_term(&self) -> Option<f64> {
        heard(self.short_term.highest)
    }

    /// Loudness of the whole programme so far, in LUFS, gated at −70 LUFS and then at 10 LU below the mean. `None`
    /// where no block of 0.4 s is louder than −70 LUFS.
    pub fn integrated(&self) -> Option<f64> {
        self.blocks.gated_loudness(10.0)
    }

    /// Loudness range so far, in LU: from the 10th to the 95th percentile of the short-term loudness, gated at
    /// −70 LUFS and then at 20 LU below the mean. `None` where no window of 3 s is louder than −70 LUFS.
    pub fn range(&self) -> Option<f64> {
        self.range.gated_spread(20.0, 0.10, 0.95)
    }

    /// Goes back to the state after creation.
    pub fn reset(&mut self) {
        for channel in &mut self.channels {
            channel.state = State::default();
        }
        self.filled = 0;
        self.hops = 0;
        self.momentary = Window::new();
        self.short_term = Window::new();
        self.blocks.clear();
        self.range.clear();
    }
}

/// The loudness of a mean square, where there is any.
fn heard(energy: f64) -> Option<f64> {
    (energy > 0.0).then(|| lufs(energy))
}

/// The energies of the last `N` hops.
#[derive(Clone, Debug)]
struct Window<const N: usize> {
    ring: [f64; N],
    next: usize,
    filled: usize,
    /// The mean square over the window, once it is full.
    mean: Option<f64>,
    highest: f64,
}

impl<const N: usize> Window<N> {
    fn new() -> Self {
        Self { ring: [0.0; N], next: 0, filled: 0, mean: None, highest: 0.0 }
    }

    /// Takes the energy of one more hop; `frames` is the length of the window that ends with it.
    fn push(&mut self, energy: f64, frames: f64) {
        self.ring[self.next] = energy;
        self.next = (self.next + 1) % N;
        self.filled = (self.filled + 1).min(N);
        if self.filled == N {
            // Summed anew each time: a running difference would keep the rounding errors of what was loud.
            let mut sums = [0.0; 4];
            for four in self.ring.as_chunks::<4>().0 {
                for (sum, energy) in sums.iter_mut().zip(four) {
                    *sum += energy;
                }
            }
            let mean = ((sums[0] + sums[2]) + (sums[1] + sums[3])) / frames;
            self.mean = Some(mean);
            self.highest = self.highest.max(mean);
        }
    }
}

/// Some frames that go into a hop; where they end, silence follows.
struct Take<'a> {
    sound: &'a [f32],
    hop: &'a mut [f64],
}

impl Task for Take<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let (heard, silent) = self.hop.split_at_mut(self.sound.len());
        for (to, &x) in heard.iter_mut().zip(self.sound) {
            *to = f64::from(x);
        }
        silent.fill(0.0);
    }
}

/// One hop of all channels.
struct Hop<'a> {
    weighting: &'a Weighting,
    channels: &'a mut [Channel],
    length: usize,
}

impl Task for Hop<'_> {
    type Output = f64;

    /// The weighted sum of squares.
    #[inline(always)]
    fn run(self) -> f64 {
        let mut sum = 0.0;
        let (pairs, single) = self.channels.as_chunks_mut::<2>();
        // Two channels at a time: while one waits for its state, the other computes.
        for [a, b] in pairs {
            let sounds = [&a.hop[..self.length], &b.hop[..self.length]];
            let energies = self.weighting.energies([&mut a.state, &mut b.state], sounds);
            sum = a.weight.mul_add(energies[0], sum);
            sum = b.weight.mul_add(energies[1], sum);
        }
        for a in single {
            let [energy] = self.weighting.energies([&mut a.state], [&a.hop[..self.length]]);
            sum = a.weight.mul_add(energy, sum);
        }
        sum
    }
}
