//! Noise whose every frame can be told from the seed and the frame's number, and the filters that colour it.

use crate::lane::{Keeper, Lane, Simd};
use std::f64::consts::PI;

/// A 64-bit number that looks random, from one that does not: the finaliser of SplitMix (Steele, Lea and Flood 2014,
/// "Fast splittable pseudorandom number generators", with Stafford's constants).
#[inline(always)]
pub fn scramble(x: u64) -> u64 {
    let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// White noise as a function of the frame: evenly spread, without memory.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct White {
    key: u64,
}

impl White {
    /// The noise of a seed and a channel; different ones are independent.
    pub fn new(seed: u64, channel: u64) -> Self {
        Self { key: scramble(scramble(seed.wrapping_add(1)).wrapping_add(channel)) }
    }

    /// The value at a frame, evenly spread over -√3 to √3, so that its root mean square is 1.
    #[inline(always)]
    pub fn at(self, frame: i64) -> f32 {
        let bits = scramble((frame as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(self.key));
        // 24 bits, in the middle of their steps so that the mean is zero.
        let whole = (bits >> 40) as f32 + 0.5;
        (whole * (2.0 / 16_777_216.0) - 1.0) * 3f32.sqrt()
    }
}

/// How far apart the poles of [`Pink`] lie.
const SPREAD: f64 = 4.0;

/// The fastest pole of [`Pink`], in radians a frame.
const TOP: f64 = 0.8;

/// What the sum of poles lacks near half the rate, whatever the rate is: the weights of the three fastest poles, of
/// the input, and of a pole of its own. Found by least squares, then for the least deviation up to 0.46 of the rate.
const TOP_WEIGHTS: [f64; 3] = [0.894_454, 0.971_572, 0.988_894];
const DIRECT: f64 = 0.330_666;
const ALTERNATING: (f64, f64) = (-0.138_769, -0.296_499);

/// The most poles that [`Pink`] needs, at 384 kHz.
const POLES: usize = 12;

/// A filter that makes white noise pink: -3.01 dB an octave from 20 Hz up to 0.46 of the rate, ±0.04 dB.
///
/// `1/√s` is an integral over real poles; with poles two octaves apart the sum follows it to 0.014 dB (the trapezium
/// rule in the logarithm converges exponentially). The slowest pole stands for all that would follow below.
#[derive(Clone, Debug)]
pub struct Pink<L: Lane> {
    poles: [(f64, f64); POLES],
    count: usize,
    direct: f64,
    state: [L::Double; POLES],
}

impl<L: Lane> Pink<L> {
    /// The filter for a rate; white noise of a root mean square of 1 comes out with 1.
    pub fn new(rate: u32) -> Self {
        let slowest = 2.0 * PI * 1.5 / f64::from(rate.max(1));
        let mut poles = [(0.0, 0.0); POLES];
        poles[0] = (ALTERNATING.1, ALTERNATING.0);
        let mut count = 1;
        while count < POLES {
            let speed = TOP * SPREAD.powi(1 - count as i32);
            let last = speed < slowest || count == POLES - 1;
            let tuned = TOP_WEIGHTS.get(count - 1).copied().unwrap_or(1.0);
            let weight = tuned * speed.sqrt() * SPREAD.ln() / PI;
            // The last stands for all that would follow: their weights' sum, at their centre of gravity.
            let (slower, heavier) = if last { (4.0 / 7.0, 2.0) } else { (1.0, 1.0) };
            poles[count] = ((-speed * slower).exp(), weight * heavier);
            count += 1;
            if last {
                break;
            }
        }
        let mut new = Self { poles, count, direct: DIRECT, state: [L::Double::splat(0.0); POLES] };
        let loudness = new.power().sqrt();
        new.direct /= loudness;
        new.poles.iter_mut().for_each(|p| p.1 /= loudness);
        new
    }

    /// The sum of the squares of the impulse response.
    fn power(&self) -> f64 {
        let poles = &self.poles[..self.count];
        let first = self.direct + poles.iter().map(|p| p.1).sum::<f64>();
        let pairs = poles.iter().flat_map(|p| poles.iter().map(move |q| (p.0 * q.0, p.1 * q.1)));
        first * first + pairs.map(|(ratio, weight)| weight * ratio / (1.0 - ratio)).sum::<f64>()
    }

    /// Filters one frame.
    #[inline(always)]
    pub fn next(&mut self, white: L) -> L {
        let x = white.double();
        let mut sum = x * L::Double::splat(self.direct);
        for (state, &(pole, weight)) in self.state.iter_mut().zip(&self.poles[..self.count]) {
            *state = state.mul_add(L::Double::splat(pole), x);
            sum = state.mul_add(L::Double::splat(weight), sum);
        }
        L::single(sum)
    }

    /// Shows what is kept for a lane.
    pub fn keep(&mut self, keeper: &mut Keeper<'_>) {
        keeper.numbers(&mut self.state);
    }

    /// Forgets all.
    pub fn reset(&mut self) {
        self.state = [L::Double::splat(0.0); POLES];
    }
}

/// A filter that makes white noise brown: -6.02 dB an octave above its corner at 5 Hz.
#[derive(Clone, Debug)]
pub struct Brown<L: Lane> {
    pole: f64,
    gain: f64,
    state: L::Double,
}

impl<L: Lane> Brown<L> {
    /// The filter for a rate; white noise of a root mean square of 1 comes out with 1.
    pub fn new(rate: u32) -> Self {
        let pole = (-2.0 * PI * 5.0 / f64::from(rate.max(1))).exp();
        Self { pole, gain: (1.0 - pole * pole).sqrt(), state: L::Double::splat(0.0) }
    }

    /// Filters one frame.
    #[inline(always)]
    pub fn next(&mut self, white: L) -> L {
        let more = white.double() * L::Double::splat(self.gain);
        self.state = self.state.mul_add(L::Double::splat(self.pole), more);
        L::single(self.state)
    }

    /// Shows what is kept for a lane.
    pub fn keep(&mut self, keeper: &mut Keeper<'_>) {
        keeper.number(&mut self.state);
    }

    /// Forgets all.
    pub fn reset(&mut self) {
        self.state = L::Double::splat(0.0);
    }
}

#[cfg(test)]
mod tests;
