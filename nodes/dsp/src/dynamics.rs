//! What holds levels: the static curve of a compressor, its detectors and its ballistics.
//!
//! After Giannoulis, Massberg, Reiss, "Digital Dynamic Range Compressor Design" (2012): level and gain are computed
//! in decibels, the detector smooths the wanted *reduction* (not the level), attack and release are decoupled. Two
//! things are added: a hold, so that the detector does not ripple within a period of a tone, and a release that
//! does not carry the lag of the attack. [`limit`] holds what a look-ahead limiter needs.

pub mod limit;

use crate::lane::{Keeper, Lane, Simd, exp2, tan_half_turns, tanh};

/// From this ratio on a compressor limits: its slope is one.
pub const LIMITING_RATIO: f32 = 100.0;

/// Reductions below this (in dB) end the tail of a release; the gain rounds to one long before.
const REST_DB: f64 = 1e-7;

/// A peak this little (in dB of reduction) below the one that is held prolongs the hold.
const NEAR_DB: f64 = 0.05;

/// States of filters below this are silence (-200 dBFS).
const SILENCE: f64 = 1e-10;

/// Share of the way that a one-pole smoother goes in one frame, so that a step is followed to 63 % (1 - 1/e) within
/// `frames` frames; 1 for zero frames.
#[inline(always)]
pub fn one_pole<L: Lane>(frames: L) -> L {
    // 1 - exp(-u) = 2 t / (1 + t) with t = tanh(u / 2), which keeps its precision where u is small.
    let t = tanh(L::splat(0.5) / frames.max(L::splat(1e-3)));
    (t + t) / (t + L::splat(1.0))
}

/// The static curve: how far a level is brought down.
#[derive(Clone, Copy, Debug, Default)]
pub struct Curve<L> {
    slope: L,
    knee: L,
    bend: L,
}

impl<L: Lane> Curve<L> {
    /// `ratio` from 1 (nothing happens) to [`LIMITING_RATIO`] (counts as infinite); the knee is `knee` dB wide,
    /// centred on the threshold, a parabola; 0 is hard.
    #[inline(always)]
    pub fn new(ratio: L, knee: L) -> Self {
        let one = L::splat(1.0);
        let slope = one - one / ratio.max(one);
        Self {
            slope: L::select(L::splat(LIMITING_RATIO).gt(ratio), slope, one),
            knee,
            bend: L::splat(0.5) / knee.max(L::splat(1e-6)),
        }
    }

    /// The reduction in dB, 0 or more, for a level that lies `over` dB above the threshold.
    #[inline(always)]
    pub fn reduction(&self, over: L) -> L {
        let zero = L::splat(0.0);
        let half = self.knee * L::splat(0.5);
        let inside = (over + half).clamp(zero, self.knee);
        let beyond = (over - half).max(zero);
        (inside * inside).mul_add(self.bend, beyond) * self.slope
    }
}

/// How fast a detector moves.
#[derive(Clone, Copy, Debug, Default)]
pub struct Times<L: Lane> {
    attack: L::Double,
    release: L::Double,
    hold: L::Double,
}

impl<L: Lane> Times<L> {
    /// All three in frames: time constants of attack and release (to 63 % of the way in dB), and how long a peak
    /// is held before its release begins.
    #[inline(always)]
    pub fn new(attack: L, release: L, hold: L) -> Self {
        Self { attack: one_pole(attack).double(), release: one_pole(release).double(), hold: hold.double() }
    }
}

/// Smooths a wanted reduction: the peak is held and released, and followed with the attack.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Ballistics<L: Lane> {
    held: L::Double,
    left: L::Double,
    out: L::Double,
}

impl<L: Lane> Ballistics<L> {
    /// Whether nothing changes any more while nothing is wanted.
    pub fn at_rest(&self, times: &Times<L>) -> bool {
        self.held.is_zero() && self.out.is_zero() && self.left == times.hold
    }

    /// Shows what is kept for a lane.
    pub fn keep(&mut self, keeper: &mut Keeper<'_>) {
        keeper.numbers([&mut self.held, &mut self.left, &mut self.out]);
    }

    /// One frame: the smoothed reduction for the wanted one, both in dB, 0 or more. Exactly 0 after silence.
    #[inline(always)]
    pub fn step(&mut self, wanted: L, times: &Times<L>) -> L {
        let (zero, one) = (L::Double::splat(0.0), L::Double::splat(1.0));
        let wanted = wanted.double();
        let falling = self.held.gt(wanted);
        let released = (wanted - self.held).mul_add(times.release, self.held);
        let released = L::Double::select(released.gt(L::Double::splat(REST_DB)), released, wanted);
        // The next peak of a tone may fall between the samples: near is as good as reached.
        let near = (wanted + L::Double::splat(NEAR_DB)).gt(self.held);
        let waiting = self.left.gt(zero);
        let fallen = L::Double::select(waiting, self.held, released);
        let fallen = L::Double::select(near, released, fallen);
        let left = L::Double::select(waiting, self.left - one, zero);
        self.held = L::Double::select(falling, fallen, wanted);
        self.left = L::Double::select(near, times.hold, left);
        // The output never lies above what is held, so a release is not slowed by the attack.
        self.out = (self.held - self.out).mul_add(times.attack, self.out).min(self.held);
        L::single(self.out)
    }
}

/// Mean of the square through two one-pole low-passes in a row, whose delays add up to the window.
#[derive(Clone, Copy, Debug, Default)]
pub struct MeanSquare<L: Lane> {
    states: [L::Double; 2],
}

impl<L: Lane> MeanSquare<L> {
    /// Whether nothing is left of what came before.
    pub fn at_rest(&self) -> bool {
        self.states.iter().all(|s| s.is_zero())
    }

    /// Shows what is kept for a lane.
    pub fn keep(&mut self, keeper: &mut Keeper<'_>) {
        keeper.numbers(&mut self.states);
    }

    /// The coefficient for a window of `frames` frames.
    #[inline(always)]
    pub fn coefficient(frames: L) -> L::Double {
        one_pole(frames * L::splat(0.5)).double()
    }

    /// One frame.
    #[inline(always)]
    pub fn step(&mut self, x: L, coefficient: L::Double) -> L {
        let mut value = x.double() * x.double();
        for state in &mut self.states {
            let next = (value - *state).mul_add(coefficient, *state);
            *state =
                L::Double::select(next.gt(L::Double::splat(SILENCE * SILENCE)), next, L::Double::splat(0.0));
            value = *state;
        }
        L::single(value)
    }
}

/// A high-pass of 12 dB an octave (Butterworth) for a side-chain, by the trapezoidal rule (Simper 2013).
#[derive(Clone, Copy, Debug, Default)]
pub struct HighPass<L> {
    states: [L; 2],
}

/// Coefficients of a [`HighPass`].
#[derive(Clone, Copy, Debug, Default)]
pub struct HighPassAt<L> {
    a: [L; 3],
    on: L,
}

impl<L: Lane> HighPassAt<L> {
    /// The corner lies at `turns` periods a frame (below 0.45); at `off` and below the filter passes every bit.
    #[inline(always)]
    pub fn new(turns: L, off: L) -> Self {
        let one = L::splat(1.0);
        let g = tan_half_turns(turns.min(L::splat(0.45)));
        let first = one / (g * (g + L::splat(std::f32::consts::SQRT_2)) + one);
        let second = g * first;
        Self { a: [first, second, g * second], on: L::select(turns.gt(off), one, L::splat(0.0)) }
    }

    /// Whether the filter does anything in any lane.
    #[inline(always)]
    pub fn is_on(&self) -> bool {
        L::any(self.on.gt(L::splat(0.0)))
    }
}

impl<L: Lane> HighPass<L> {
    /// Whether nothing is left of what came before.
    pub fn at_rest(&self) -> bool {
        self.states.iter().all(|s| s.is_zero())
    }

    /// Shows what is kept for a lane.
    pub fn keep(&mut self, keeper: &mut Keeper<'_>) {
        keeper.numbers(&mut self.states);
    }

    /// One frame.
    #[inline(always)]
    pub fn step(&mut self, x: L, at: &HighPassAt<L>) -> L {
        let zero = L::splat(0.0);
        let [s1, s2] = self.states;
        let difference = x - s2;
        let band = at.a[0] * s1 + at.a[1] * difference;
        let low = s2 + at.a[1] * s1 + at.a[2] * difference;
        let on = at.on.gt(zero);
        let flush = |s: L| {
            let loud = s.abs().gt(L::splat(SILENCE as f32));
            L::select(on, L::select(loud, s, zero), zero)
        };
        self.states = [flush(band + band - s1), flush(low + low - s2)];
        L::select(on, x - L::splat(std::f32::consts::SQRT_2) * band - low, x)
    }
}

/// Amplitude of a level in dB, exactly 1 at 0 dB.
#[inline(always)]
pub fn amplitude<L: Lane>(db: L) -> L {
    exp2(db * L::splat(std::f32::consts::LOG2_10 / 20.0))
}

/// Holds one channel back by a fixed number of frames.
#[derive(Clone, Debug)]
pub struct Lag<L> {
    ring: Vec<L>,
    next: usize,
}

impl<L: Lane> Lag<L> {
    /// Silence; 0 frames is a wire.
    pub fn new(frames: usize) -> Self {
        Self { ring: vec![L::default(); frames], next: 0 }
    }

    /// Replaces a stretch by what came `frames` earlier.
    #[inline(always)]
    pub fn process(&mut self, signal: &mut [L]) {
        if self.ring.is_empty() {
            return;
        }
        let mut rest = signal;
        while !rest.is_empty() {
            let n = rest.len().min(self.ring.len() - self.next);
            let (now, later) = rest.split_at_mut(n);
            now.swap_with_slice(&mut self.ring[self.next..self.next + n]);
            self.next = if self.next + n == self.ring.len() { 0 } else { self.next + n };
            rest = later;
        }
    }

    /// Whether it holds nothing but silence.
    pub fn at_rest(&self) -> bool {
        self.ring.iter().all(|x| x.is_zero())
    }

    /// Shows what is kept for a lane.
    pub fn keep(&mut self, keeper: &mut Keeper<'_>) {
        keeper.ring(&mut self.ring, self.next);
    }

    /// Forgets everything.
    pub fn reset(&mut self) {
        self.ring.fill(L::default());
        self.next = 0;
    }
}

#[cfg(test)]
mod tests;
