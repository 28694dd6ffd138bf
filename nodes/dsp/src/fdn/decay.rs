//! How long a room sounds at each frequency, and the filters of the lines that make it so.

use super::{LINES, audible};
use crate::interpolate::Chunk;
use crate::lane::{Lane, exp2};
use std::f64::consts::PI;

/// Corners of the two shelves, and the frequencies at which the shares are stated, in hertz.
const CORNERS: [f64; 2] = [250.0, 4_000.0];
const STATED: [f64; 3] = [125.0, 1_000.0, 8_000.0];

/// Octaves (of amplitude) in 60 dB.
const OCTAVES: f32 = 9.965_784;

/// How long a room sounds at each frequency. The rate of decay (decibels a second) is what is stated at 125 Hz, 1 kHz
/// and 8 kHz; in between it moves along two first-order shelves with corners at 250 Hz and 4 kHz.
#[derive(Clone, Copy, Debug)]
pub struct Decay {
    /// Weights that give, from the rates at the three frequencies, that in the middle and what the shelves add.
    weights: [[f64; 3]; 3],
    corners: [f64; 2],
    rate: f64,
}

impl Decay {
    /// For sound at `rate` frames a second. Where that is too low for 8 kHz, 0.45 of it stands for 8 kHz.
    pub fn new(rate: f64) -> Self {
        let corners = CORNERS.map(|f| (PI * (f / rate).min(0.35)).tan());
        let mut decay = Self { weights: [[0.0; 3]; 3], corners, rate };
        decay.weights = inverse(STATED.map(|f| decay.shelves(f)));
        decay
    }

    /// How much the middle, the low shelf and the high shelf count at a frequency.
    fn shelves(&self, hertz: f64) -> [f64; 3] {
        let t = (PI * (hertz / self.rate).min(0.45)).tan();
        let [low, high] = self.corners.map(|c| (t / c).powi(2));
        [1.0, 1.0 / (1.0 + low), high / (1.0 + high)]
    }

    /// Seconds to -60 dB at a frequency, for `seconds` at 1 kHz and the shares `lows` at 125 Hz and `highs` at 8 kHz.
    pub fn at(&self, hertz: f64, seconds: f64, lows: f64, highs: f64) -> f64 {
        let stated = [1.0 / lows, 1.0, 1.0 / highs];
        let parts = self.weights.map(|w| w.iter().zip(stated).map(|(w, r)| w * r).sum::<f64>());
        seconds / parts.iter().zip(self.shelves(hertz)).map(|(p, s)| p * s).sum::<f64>()
    }
}

/// The inverse of a matrix of order three, by cofactors.
fn inverse(m: [[f64; 3]; 3]) -> [[f64; 3]; 3] {
    let minor = |r: usize, c: usize| {
        let (r1, r2, c1, c2) = ((r + 1) % 3, (r + 2) % 3, (c + 1) % 3, (c + 2) % 3);
        m[r1][c1] * m[r2][c2] - m[r1][c2] * m[r2][c1]
    };
    let determinant: f64 = (0..3).map(|c| m[0][c] * minor(0, c)).sum();
    std::array::from_fn(|r| std::array::from_fn(|c| minor(c, r) / determinant))
}

/// The filters of the lines: for each a gain, a low shelf and a high shelf, whose decibels are the line's length
/// times the rate of decay.
pub struct Absorber<L> {
    decay: Decay,
    /// Lengths of the lines in frames.
    lengths: [f32; LINES],
    /// What the coefficients were made for.
    made_for: Option<[L; 3]>,
    scale: L,
    /// Overall gain with the high shelf's gain in it; half of what the high shelf's low part adds, and of what the low
    /// shelf's does.
    gain: [L; LINES],
    high: [L; LINES],
    low: [L; LINES],
    /// How far the states of the one-poles go towards the sound in a frame, by the trapezoidal rule.
    high_step: [L; LINES],
    low_step: [L; LINES],
    high_state: [L; LINES],
    low_state: [L; LINES],
}

impl<L: Lane> Absorber<L> {
    /// Filters for lines of these lengths in frames, without a decay yet.
    pub fn new(rate: f64, lengths: [usize; LINES]) -> Self {
        let zero = [L::splat(0.0); LINES];
        Self {
            decay: Decay::new(rate),
            lengths: lengths.map(|n| n as f32),
            made_for: None,
            scale: L::splat(0.0),
            gain: zero,
            high: zero,
            low: zero,
            high_step: zero,
            low_step: zero,
            high_state: zero,
            low_state: zero,
        }
    }

    /// Makes the coefficients, where the decay is another than before.
    #[inline(always)]
    pub fn set(&mut self, seconds: L, lows: L, highs: L) {
        let wanted = Some([seconds, lows, highs]);
        if self.made_for == wanted {
            return;
        }
        self.made_for = wanted;
        let one = L::splat(1.0);
        let rate = self.decay.rate as f32;
        let per_frame = L::splat(OCTAVES / rate) / seconds;
        let [middle, low, high] = self.decay.weights.map(|w| {
            let [a, b, c] = w.map(|w| L::splat(w as f32));
            (a / lows + b + c / highs) * per_frame
        });
        let [low_corner, high_corner] = self.decay.corners.map(|c| L::splat(c as f32));
        let half = L::splat(0.5);
        let step = |corner: L| (corner + corner) / (one + corner);
        let mut energy = [[L::splat(0.0); 2]; 2];
        for i in 0..LINES {
            let length = L::splat(-self.lengths[i]);
            let gain = exp2(middle * length);
            // Half the shelf's gain lies on each side of its corner, so that its decibels keep their shape.
            let (low_root, high_root) = (exp2(low * length * half), exp2(high * length * half));
            self.low_step[i] = step(low_corner / low_root);
            self.high_step[i] = step(high_corner * high_root);
            self.low[i] = (low_root * low_root - one) * half;
            self.high[i] = gain * (one - high_root * high_root) * half;
            self.gain[i] = gain * high_root * high_root;
            for (shelf, [kept, lost]) in [one, one / highs].into_iter().zip(&mut energy) {
                let gain = exp2(per_frame * shelf * length);
                *kept += gain * gain;
                *lost += one - gain * gain;
            }
        }
        // Sixteen lines take in noise of power one each; what they lose is what they are given. Eight of them are
        // heard on each side. The mean of what they give at 1 kHz and at 8 kHz is to be one.
        let [[kept, lost], [high_kept, high_lost]] = energy;
        let power = (kept / lost + high_kept / high_lost) * L::splat(4.0);
        self.scale = one / power.sqrt();
    }

    /// What to multiply the sound by, so that white noise comes out as loud as it went in.
    #[inline(always)]
    pub fn scale(&self) -> L {
        self.scale
    }

    /// Filters frames of all lines, one after the other.
    #[inline(always)]
    pub fn process(&mut self, rows: &mut [Chunk<L>]) {
        let (mut low_state, mut high_state) = (Chunk(self.low_state), Chunk(self.high_state));
        for row in rows {
            // A one-pole gives the mean of its state before and after.
            let x = *row;
            let (mut low, mut high, mut shelved) = (low_state, high_state, x);
            for i in 0..LINES {
                low.0[i] = (x.0[i] - low_state.0[i]).mul_add(self.low_step[i], low_state.0[i]);
            }
            for i in 0..LINES {
                shelved.0[i] = self.low[i].mul_add(low.0[i] + low_state.0[i], x.0[i]);
            }
            for i in 0..LINES {
                high.0[i] = (shelved.0[i] - high_state.0[i]).mul_add(self.high_step[i], high_state.0[i]);
            }
            for i in 0..LINES {
                row.0[i] = self.gain[i].mul_add(shelved.0[i], self.high[i] * (high.0[i] + high_state.0[i]));
            }
            (low_state, high_state) = (low, high);
        }
        (self.low_state, self.high_state) = (low_state.0, high_state.0);
    }

    /// Lets states that have decayed below hearing be zero.
    #[inline(always)]
    pub fn settle(&mut self) {
        self.low_state.iter_mut().chain(&mut self.high_state).for_each(|s| *s = audible(*s));
    }

    /// Goes back to silence.
    pub fn clear(&mut self) {
        self.low_state = [L::splat(0.0); LINES];
        self.high_state = [L::splat(0.0); LINES];
    }
}
