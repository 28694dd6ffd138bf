//! State-variable filters: a second-order filter that stays calm while its frequency moves.
//!
//! The core solves the analogue state-variable circuit by the trapezoidal rule (Simper, "Solving the continuous SVF
//! equations using trapezoidal integration and equivalent currents", 2013). Its state is the charge of two
//! integrators. One frame without input applies a Cayley transform to them, which never lengthens the state vector,
//! whatever the frequency does from frame to frame; a direct-form filter has no such bound.
//!
//! Any transfer function of second order can be run on the core: see [`Section`].
//!
//! Each integrator keeps the part of its sum that single precision would round away (Kahan, "Further remarks on
//! reducing truncation errors", 1965). Without it, a filter at 20 Hz adds noise near -110 dB, since the steps of
//! its integrators are thousands of times smaller than their content. Checked against the same filter in double
//! precision (`svf/tests.rs`).

use crate::lane::{Keeper, Lane, Simd, half_turns};
use std::f64::consts::PI;

mod glide;

pub use glide::Glide;

/// A second-order filter as `(high s² + band s + low) / (s² + k s + 1)`, where `s = j tan(π f / rate) / g`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Section {
    /// Tangent of half the pole frequency, in radians a frame; above 0.
    pub g: f64,
    /// Damping, the inverse of Q; above 0.
    pub k: f64,
    /// How much of the high-pass output is mixed in: the gain at half the rate.
    pub high: f64,
    /// How much of the band-pass output is mixed in.
    pub band: f64,
    /// How much of the low-pass output is mixed in: the gain at 0 Hz.
    pub low: f64,
}

impl Section {
    /// Changes nothing; poles at the frequency `x = frequency / rate` (0 to 0.5) with damping `k`.
    pub fn neutral(x: f64, k: f64) -> Self {
        Self { g: (PI * x.min(0.49)).tan(), k, high: 1.0, band: k, low: 1.0 }
    }

    /// The section with the transfer function `(b0 + b1 z⁻¹ + b2 z⁻²) / (1 + a1 z⁻¹ + a2 z⁻²)`; `None` where its poles
    /// do not lie inside the unit circle. Below a thousandth of the rate the five numbers hold little of what they
    /// stand for: design the section itself there.
    pub fn from_biquad(b: [f64; 3], a: [f64; 2]) -> Option<Self> {
        let (at_zero, at_half) = (1.0 + a[0] + a[1], 1.0 - a[0] + a[1]);
        let damping = 1.0 - a[1];
        if !(at_zero > 0.0 && at_half > 0.0 && damping > 0.0) {
            return None;
        }
        let g = (at_zero / at_half).sqrt();
        Some(Self {
            g,
            k: 2.0 * damping / (at_half * g),
            high: (b[0] - b[1] + b[2]) / at_half,
            band: 2.0 * (b[0] - b[2]) / (at_half * g),
            low: (b[0] + b[1] + b[2]) / at_zero,
        })
    }

    /// The coefficients `b0 b1 b2` and `a1 a2` of the same transfer function.
    pub fn to_biquad(self) -> ([f64; 3], [f64; 2]) {
        let Self { g, k, high, band, low } = self;
        let d = 1.0 / (1.0 + g * (g + k));
        let b0 = (high + g * (band + g * low)) * d;
        let b2 = (high + g * (g * low - band)) * d;
        ([b0, 2.0 * (g * g * low - high) * d, b2], [2.0 * (g * g - 1.0) * d, (1.0 + g * (g - k)) * d])
    }

    /// Squared magnitude at `frequency`, both in hertz; `frequency` from 0 to half the rate.
    pub fn power(self, frequency: f64, rate: f64) -> f64 {
        let x = (PI * (frequency / rate).min(0.5)).tan() / self.g;
        // Beyond 1, the inverse keeps the squares small.
        let (flip, y) = if x > 1.0 { (true, 1.0 / (x * x)) } else { (false, x * x) };
        let (near, far) = if flip { (self.high, self.low) } else { (self.low, self.high) };
        let top = (near - far * y).powi(2) + self.band * self.band * y;
        top / ((1.0 - y).powi(2) + self.k * self.k * y)
    }

    /// Magnitude in decibels at `frequency`, both in hertz; never below -400 dB.
    pub fn magnitude_db(self, frequency: f64, rate: f64) -> f64 {
        10.0 * self.power(frequency, rate).max(1e-40).log10()
    }

    /// The numbers that [`Tuning`] holds, as `g`, `k` and the shares of input, band and low.
    pub fn shares(self) -> [f64; 5] {
        [self.g, self.k, self.high, self.band - self.k * self.high, self.low - self.high]
    }
}

/// What the core needs for a frame, lane by lane.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Tuning<L> {
    g: L,
    /// Twice `g`.
    g2: L,
    /// `-(g + k)`: what the high output takes from the band state.
    damping: L,
    /// `g / (1 + g (g + k))`: half of how far the high output moves the band state.
    rate: L,
    /// Twice that.
    rate2: L,
    /// `damping * rate`: what the band output lacks of the band state.
    loss: L,
    /// Shares of the input, the band output and the low output.
    input: L,
    band: L,
    low: L,
}

impl<L: Lane> Tuning<L> {
    /// From the numbers of [`Section::shares`], rounded to single precision.
    #[inline(always)]
    pub fn new([g, k, input, band, low]: [L; 5]) -> Self {
        let damping = g + k;
        let rate = g / g.mul_add(damping, L::splat(1.0));
        Self::made(g, -damping, rate, [input, band, low])
    }

    /// For a pole frequency as a share `x` of the rate, 0 to below 0.5, and a damping `k`, with the shares of input,
    /// band and low. One division in place of three makes it fit for a frequency that moves from frame to frame.
    #[inline(always)]
    pub fn at(x: L, k: L, [input, band, low]: [L; 3]) -> Self {
        // With g = sine / cosine, the rate is sine cosine / (1 + k sine cosine).
        let (sine, cosine) = half_turns(x);
        let below = k.mul_add(sine * cosine, L::splat(1.0));
        let share = sine / (cosine * below);
        let (g, rate) = (share * below, share * (cosine * cosine));
        Self::made(g, -(g + k), rate, [input, band, low])
    }

    #[inline(always)]
    fn made(g: L, damping: L, rate: L, [input, band, low]: [L; 3]) -> Self {
        Self { g, g2: g + g, damping, rate, rate2: rate + rate, loss: damping * rate, input, band, low }
    }
}

/// The state of one filter in each lane.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Svf<L> {
    band: L,
    low: L,
    band_rest: L,
    low_rest: L,
}

impl<L: Lane> Svf<L> {
    /// A filter at rest.
    pub fn new() -> Self {
        Self::default()
    }

    /// The band-pass and the low-pass output for one frame. What goes in less `k` times the first less the second is
    /// the high-pass output.
    #[inline(always)]
    pub fn outputs(&mut self, x: L, t: &Tuning<L>) -> (L, L) {
        let above = x - self.low;
        let high = t.damping.mul_add(self.band, above);
        // Made of `high` it would be a step later, and the next frame waits for it.
        let band = t.rate.mul_add(above, t.loss.mul_add(self.band, self.band));
        let low = t.g.mul_add(band, self.low);
        (self.band, self.band_rest) = add(self.band, t.rate2.mul_add(high, self.band_rest));
        (self.low, self.low_rest) = add(self.low, t.g2.mul_add(band, self.low_rest));
        (band, low)
    }

    /// Runs one frame and mixes the outputs as the section says.
    #[inline(always)]
    pub fn tick(&mut self, x: L, t: &Tuning<L>) -> L {
        let (band, low) = self.outputs(x, t);
        x.mul_add(t.input, band.mul_add(t.band, low * t.low))
    }

    /// Whether silence keeps the filter silent: nothing is left in it.
    pub fn at_rest(&self) -> bool {
        [self.band, self.low, self.band_rest, self.low_rest].into_iter().all(L::is_zero)
    }

    /// Shows the state of a lane.
    pub fn keep(&mut self, keeper: &mut Keeper<'_>) {
        keeper.numbers([&mut self.band, &mut self.low, &mut self.band_rest, &mut self.low_rest]);
    }

    /// Sets to zero what has decayed below -200 dBFS. Call it at fixed absolute frames only.
    #[inline(always)]
    pub fn flush(&mut self) {
        let zero = L::splat(0.0);
        let alive = self.band.abs().max(self.low.abs()).gt(L::splat(1e-10));
        self.band = L::select(alive, self.band, zero);
        self.low = L::select(alive, self.low, zero);
        self.band_rest = L::select(alive, self.band_rest, zero);
        self.low_rest = L::select(alive, self.low_rest, zero);
    }
}

/// A sum, and what rounding took from it.
#[inline(always)]
fn add<L: Simd>(sum: L, step: L) -> (L, L) {
    let next = sum + step;
    (next, step - (next - sum))
}

#[cfg(test)]
mod tests;
