//! Runs a piece of a kernel at a multiple of the rate, so that what bends a signal has room for its harmonics.
//!
//! Each doubling is a linear-phase half-band filter in two phases, one of which is a mere delay (Crochiere and
//! Rabiner, "Multirate Digital Signal Processing", 1983), with Kaiser's window (1974). The first doubling is steep,
//! the following ones have more and more room and are short. Latency is a whole number of frames: where the sum of
//! all delays is not, the way down takes the other sample of a pair.
//!
//! Checked by: images and alias of tones over the band, pass band, symmetry of the impulse response about the frame
//! that the latency names (`oversample/tests.rs`).

use crate::lane::{Keeper, Lane};
use std::f64::consts::{PI, TAU};

/// The largest factor.
pub const MAX_FACTOR: usize = 32;

/// How many products are summed side by side.
const STRIDE: usize = 8;

/// The way up and down for one channel.
#[derive(Clone, Debug)]
pub struct Oversampler<L> {
    stages: Vec<Stage<L>>,
    factor: usize,
    latency: usize,
}

impl<L: Lane> Oversampler<L> {
    /// `factor` is 1, 2, 4, 8, 16 or 32 (others count as the next lower); `rate` is the outer rate in hertz;
    /// `attenuation` in decibels (60 to 150) is how far images and alias below the edge of hearing lie under the
    /// signal; `inner` is the latency, in frames of the high rate, of what runs between up and down.
    ///
    /// The pass band reaches to 20 kHz at 44.1 and 48 kHz, and to the same share of the rate below and above.
    pub fn new(factor: usize, rate: f64, attenuation: f64, inner: usize) -> Self {
        let mut stages = Vec::new();
        let latency = latency(factor, rate, attenuation, inner, |edge, both| {
            stages.push(Stage::new(&half_band(edge, attenuation), both % 2 == 1));
        });
        stages.reverse();
        Self { factor: 1 << stages.len(), stages, latency }
    }

    /// The latency that [`Self::new`] comes to, without making anything.
    pub fn latency_of(factor: usize, rate: f64, attenuation: f64, inner: usize) -> usize {
        latency(factor, rate, attenuation, inner, |_, _| {})
    }

    /// Frames of the high rate in a frame of the outer rate.
    #[inline(always)]
    pub fn factor(&self) -> usize {
        self.factor
    }

    /// Delay there and back, with that of what runs between, in frames of the outer rate.
    pub fn latency(&self) -> usize {
        self.latency
    }

    /// Takes one frame; fills the first [`Self::factor`] places of `out`.
    #[inline(always)]
    pub fn up(&mut self, x: L, out: &mut [L; MAX_FACTOR]) {
        out[0] = x;
        let mut count = 1;
        for stage in &mut self.stages {
            // From the last to the first, each value makes room for two; they are taken in order of time.
            let mut values = [L::default(); MAX_FACTOR];
            values[..count].copy_from_slice(&out[..count]);
            for (pair, &value) in out.chunks_exact_mut(2).zip(&values[..count]) {
                stage.up(value, pair);
            }
            count *= 2;
        }
    }

    /// Takes the first [`Self::factor`] values of `values`, which are overwritten; gives one frame.
    #[inline(always)]
    pub fn down(&mut self, values: &mut [L; MAX_FACTOR]) -> L {
        let mut count = self.factor;
        for stage in self.stages.iter_mut().rev() {
            count /= 2;
            for i in 0..count {
                values[i] = stage.down(values[2 * i], values[2 * i + 1]);
            }
        }
        values[0]
    }

    /// Whether nothing is left of what came before.
    pub fn at_rest(&self) -> bool {
        let silent = |history: &History<L>| history.values.iter().all(|x| x.is_zero());
        self.stages.iter().all(|s| silent(&s.up) && silent(&s.filtered) && silent(&s.delayed))
    }

    /// Shows what is kept for a lane.
    pub fn keep(&mut self, keeper: &mut Keeper<'_>) {
        for stage in &mut self.stages {
            stage.up.keep(keeper);
            stage.filtered.keep(keeper);
            stage.delayed.keep(keeper);
        }
    }

    /// Forgets what came before.
    pub fn reset(&mut self) {
        for stage in &mut self.stages {
            stage.up.reset();
            stage.filtered.reset();
            stage.delayed.reset();
        }
    }
}

/// Highest frequency that passes, as a share of the rate.
fn pass_edge(rate: f64) -> f64 {
    (20_000.0 / rate).clamp(20.0 / 48.0, 20.0 / 44.1)
}

/// One doubling.
#[derive(Clone, Debug)]
struct Stage<L> {
    /// Every second tap of the half-band filter, doubled: they sum to 1. Zeros in front fill up the stride.
    taps: Vec<f32>,
    /// How far the phase that is a mere delay lags behind, on the way up and on the way down.
    up_lag: usize,
    down_lag: usize,
    /// Whether the way down filters the second sample of each pair.
    late: bool,
    up: History<L>,
    filtered: History<L>,
    delayed: History<L>,
}

impl<L: Lane> Stage<L> {
    fn new(taps: &[f64], late: bool) -> Self {
        let length = taps.len().next_multiple_of(STRIDE);
        let mut padded = vec![0.0; length - taps.len()];
        padded.extend(taps.iter().map(|&t| t as f32));
        let half = taps.len() / 2;
        Self {
            taps: padded,
            up_lag: half - 1,
            down_lag: if late { half - 1 } else { half },
            late,
            up: History::new(length),
            filtered: History::new(length),
            delayed: History::new(length),
        }
    }

    #[inline(always)]
    fn up(&mut self, x: L, pair: &mut [L]) {
        let past = self.up.push(x);
        pair[0] = dot(&self.taps, past);
        pair[1] = past[past.len() - 1 - self.up_lag];
    }

    #[inline(always)]
    fn down(&mut self, first: L, second: L) -> L {
        let (filtered, delayed) = if self.late { (second, first) } else { (first, second) };
        let sum = dot(&self.taps, self.filtered.push(filtered));
        let past = self.delayed.push(delayed);
        (sum + past[past.len() - 1 - self.down_lag]) * L::splat(0.5)
    }
}

/// The last values, oldest first, in one piece: each is written twice.
#[derive(Clone, Debug)]
struct History<L> {
    values: Vec<L>,
    length: usize,
    at: usize,
}

impl<L: Lane> History<L> {
    fn new(length: usize) -> Self {
        Self { values: vec![L::default(); 2 * length], length, at: 0 }
    }

    #[inline(always)]
    fn push(&mut self, x: L) -> &[L] {
        self.values[self.at] = x;
        self.values[self.at + self.length] = x;
        self.at = if self.at + 1 == self.length { 0 } else { self.at + 1 };
        &self.values[self.at..self.at + self.length]
    }

    fn keep(&mut self, keeper: &mut Keeper<'_>) {
        for i in self.at..self.at + self.length {
            keeper.number(&mut self.values[i]);
            let twin = if i < self.length { i + self.length } else { i - self.length };
            self.values[twin] = self.values[i];
        }
    }

    fn reset(&mut self) {
        self.values.fill(L::default());
    }
}

/// Sum of products, in an order that is the same for any number of lanes; both lengths are multiples of the stride.
#[inline(always)]
fn dot<L: Lane>(taps: &[f32], past: &[L]) -> L {
    let mut sums = [L::default(); STRIDE];
    for (taps, past) in taps.chunks_exact(STRIDE).zip(past.chunks_exact(STRIDE)) {
        for i in 0..STRIDE {
            sums[i] = L::splat(taps[i]).mul_add(past[i], sums[i]);
        }
    }
    let [a, b, c, d, e, f, g, h] = sums;
    ((a + e) + (c + g)) + ((b + f) + (d + h))
}

/// The latency in frames of the outer rate; `each` hears of each doubling, the last one first: the edge of its filter
/// and its delay there and back, in frames of its higher rate.
fn latency(
    factor: usize,
    rate: f64,
    attenuation: f64,
    inner: usize,
    mut each: impl FnMut(f64, usize),
) -> usize {
    let edge = pass_edge(rate);
    (1..=factor.clamp(1, MAX_FACTOR).ilog2()).rev().fold(inner, |inner, doubling| {
        let edge = edge / f64::from(1u32 << doubling);
        let both = 2 * (2 * half_length(edge, attenuation) - 1) + inner;
        each(edge, both);
        // An odd sum needs the later sample of each pair.
        both / 2
    })
}

/// Half the number of taps of [`half_band`].
fn half_length(edge: f64, attenuation: f64) -> usize {
    let width = TAU * (0.5 - 2.0 * edge);
    let reach = (attenuation - 7.95) / (2.285 * width) / 2.0;
    // The outermost taps stand at odd distances from the middle one.
    ((reach + 1.0) / 2.0).ceil().max(1.0) as usize
}

/// Every second tap, doubled, of a half-band filter that passes up to `edge` (a share of the higher rate, below a
/// quarter) and stops, by `attenuation` in decibels, from half the rate less `edge`. Their number is even.
fn half_band(edge: f64, attenuation: f64) -> Vec<f64> {
    let half = half_length(edge, attenuation);
    let reach = (2 * half - 1) as f64;
    let beta = 0.1102 * (attenuation - 8.7);
    let side = |j: f64| {
        (PI * j / 2.0).sin() / (PI * j / 2.0) * bessel(beta * (1.0 - (j / (reach + 1.0)).powi(2)).sqrt())
    };
    let taps: Vec<f64> = (0..2 * half).map(|i| side(2.0 * i as f64 - reach)).collect();
    let sum: f64 = taps.iter().sum();
    taps.into_iter().map(|t| t / sum).collect()
}

/// Modified Bessel function of the first kind, order 0.
fn bessel(x: f64) -> f64 {
    let (mut sum, mut term) = (1.0, 1.0);
    for k in 1..60 {
        term *= (x / (2.0 * f64::from(k))).powi(2);
        sum += term;
    }
    sum
}

#[cfg(test)]
mod tests;
