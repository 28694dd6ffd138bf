//! K-weighting: a shelf for the head and a high-pass, before the power is taken (ITU-R BS.1770-5, Annex 1).
//!
//! Both filters are made by the bilinear transform, pre-warped at their own frequency, from the analogue parameters
//! that give the printed tables at 48 kHz. The high-pass is scaled so that the whole weighting has at 997 Hz the gain
//! that it has at 48 kHz; so a 997 Hz tone reads the same at every rate.
//!
//! A recursive filter waits for its own output. Here eight frames are done at once: the eight outputs and the state
//! after them are linear in the state before and the eight inputs, with matrices found once by running the plain
//! filter on units (block state-space form, Barnes and Shinnaka, "Block-shift invariance and block implementation of
//! discrete-time filters", 1980).

use crate::lane::{Simd, Wide};
use std::f64::consts::PI;

/// Frames done at once.
const GROUP: usize = 8;

/// The frequency, in hertz, at which every rate has the gain of 48 kHz.
const REFERENCE: f64 = 997.0;

/// The state of one channel: two numbers of the shelf, two of the high-pass.
pub(super) type State = Wide<f64, 4>;

type Outputs = Wide<f64, GROUP>;

/// Below this a state counts as silence: −300 dBFS.
const SILENT: f64 = 1e-15;

/// A second-order filter, transposed direct form 2.
#[derive(Clone, Copy, Debug)]
struct Biquad {
    b: [f64; 3],
    a: [f64; 2],
}

impl Biquad {
    fn shelf(rate: f64) -> Self {
        let k = (PI * 1_681.974_450_955_533 / rate).tan();
        let over_q = k / 0.707_175_236_955_419_6;
        let high = 10f64.powf(3.999_843_853_973_347 / 20.0);
        let band = high.powf(0.499_666_774_154_541_6);
        let a0 = 1.0 + over_q + k * k;
        Self {
            b: [
                (high + band * over_q + k * k) / a0,
                2.0 * (k * k - high) / a0,
                (high - band * over_q + k * k) / a0,
            ],
            a: [2.0 * (k * k - 1.0) / a0, (1.0 - over_q + k * k) / a0],
        }
    }

    fn high_pass(rate: f64) -> Self {
        let k = (PI * 38.135_470_876_024_44 / rate).tan();
        let over_q = k / 0.500_327_037_323_877_3;
        let a0 = 1.0 + over_q + k * k;
        Self { b: [1.0, -2.0, 1.0], a: [2.0 * (k * k - 1.0) / a0, (1.0 - over_q + k * k) / a0] }
    }

    /// Gain at `turns` cycles a frame.
    fn gain(&self, turns: f64) -> f64 {
        let ((s1, c1), (s2, c2)) = ((2.0 * PI * turns).sin_cos(), (4.0 * PI * turns).sin_cos());
        let [b0, b1, b2] = self.b;
        let [a1, a2] = self.a;
        let above = (b0 + b1 * c1 + b2 * c2).hypot(b1 * s1 + b2 * s2);
        above / (1.0 + a1 * c1 + a2 * c2).hypot(a1 * s1 + a2 * s2)
    }

    #[inline(always)]
    fn step(&self, x: f64, state: &mut [f64]) -> f64 {
        let y = self.b[0].mul_add(x, state[0]);
        state[0] = (-self.a[0]).mul_add(y, self.b[1].mul_add(x, state[1]));
        state[1] = (-self.a[1]).mul_add(y, self.b[2] * x);
        y
    }
}

/// The weighting at one sample rate.
#[derive(Clone, Debug)]
pub(super) struct Weighting {
    shelf: Biquad,
    high_pass: Biquad,
    /// Column `i`: the state after a group, from a 1 in state `i` before it.
    carry: [State; 4],
    /// Column `i`: the state after a group, from a 1 in frame `i`.
    feed: [State; GROUP],
    /// Column `i`: the outputs, from a 1 in state `i`.
    ring: [Outputs; 4],
    /// Column `i`: the outputs, from a 1 in frame `i`.
    response: [Outputs; GROUP],
}

impl Weighting {
    /// The weighting at `rate` frames a second, 4,000 or more.
    pub(super) fn new(rate: f64) -> Self {
        let gain = |shelf: &Biquad, high_pass: &Biquad, rate: f64| {
            shelf.gain(REFERENCE / rate) * high_pass.gain(REFERENCE / rate)
        };
        let shelf = Biquad::shelf(rate);
        let mut high_pass = Biquad::high_pass(rate);
        let wanted = gain(&Biquad::shelf(48_000.0), &Biquad::high_pass(48_000.0), 48_000.0);
        let scale = wanted / gain(&shelf, &high_pass, rate);
        high_pass.b = high_pass.b.map(|b| b * scale);

        let mut weighting = Self {
            shelf,
            high_pass,
            carry: Default::default(),
            feed: Default::default(),
            ring: Default::default(),
            response: Default::default(),
        };
        for i in 0..4 {
            let state = State::from_fn(|lane| f64::from(u8::from(lane == i)));
            (weighting.carry[i], weighting.ring[i]) = weighting.units(state, [0.0; GROUP]);
        }
        for i in 0..GROUP {
            let inputs = std::array::from_fn(|frame| f64::from(u8::from(frame == i)));
            (weighting.feed[i], weighting.response[i]) = weighting.units(State::default(), inputs);
        }
        weighting
    }

    /// The state after a group of frames and its outputs, by the plain filter.
    fn units(&self, mut state: State, inputs: [f64; GROUP]) -> (State, Outputs) {
        let outputs = inputs.map(|x| self.step(x, &mut state));
        (state, Wide::new(outputs))
    }

    /// One frame by the plain filter.
    #[inline(always)]
    fn step(&self, x: f64, state: &mut State) -> f64 {
        let (shelf, high_pass) = state.0.split_at_mut(2);
        self.high_pass.step(self.shelf.step(x, shelf), high_pass)
    }

    /// The sum of the squares of the weighted samples, for `C` channels of equal length side by side. Goes on from
    /// `states` and leaves them behind the last frame. A channel that was not finite counts as silent and starts
    /// anew.
    #[inline(always)]
    pub(super) fn energies<const C: usize>(&self, states: [&mut State; C], sounds: [&[f64]; C]) -> [f64; C] {
        let mut now = [State::default(); C];
        for (now, state) in now.iter_mut().zip(&states) {
            *now = **state;
        }
        let groups = sounds.map(|sound| sound.as_chunks::<GROUP>());
        let count = groups.iter().map(|(whole, _)| whole.len()).min().unwrap_or(0);
        let mut rows = groups.map(|(whole, _)| whole.iter());
        let mut sums = [Outputs::default(); C];
        for _ in 0..count {
            for ((row, now), sum) in rows.iter_mut().zip(&mut now).zip(&mut sums) {
                if let Some(inputs) = row.next() {
                    let outputs = self.group(inputs, now);
                    *sum = outputs.mul_add(outputs, *sum);
                }
            }
        }
        let mut energies = [0.0; C];
        for (c, state) in states.into_iter().enumerate() {
            let s = sums[c].0;
            let mut energy = ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7]));
            for &x in groups[c].1 {
                let y = self.step(x, &mut now[c]);
                energy = y.mul_add(y, energy);
            }
            (*state, energies[c]) = settled(now[c], energy);
        }
        energies
    }

    /// Eight frames at once.
    #[inline(always)]
    fn group(&self, inputs: &[f64; GROUP], state: &mut State) -> Outputs {
        let old = *state;
        let (mut outputs, mut fed) = (Outputs::default(), State::default());
        for (i, &x) in inputs.iter().enumerate() {
            outputs = self.response[i].mul_add(Outputs::splat(x), outputs);
            fed = self.feed[i].mul_add(State::splat(x), fed);
        }
        for (i, &s) in old.0.iter().enumerate() {
            outputs = self.ring[i].mul_add(Outputs::splat(s), outputs);
        }
        // The next group waits for this sum alone, so it is a tree, not a chain.
        let shelf = self.carry[1].mul_add(State::splat(old.0[1]), self.carry[0] * State::splat(old.0[0]));
        let rest =
            self.carry[3].mul_add(State::splat(old.0[3]), self.carry[2].mul_add(State::splat(old.0[2]), fed));
        *state = shelf + rest;
        outputs
    }
}

/// A state that has died away becomes exactly zero, and one that is not finite starts anew with no energy.
#[inline(always)]
fn settled(state: State, energy: f64) -> (State, f64) {
    if !energy.is_finite() || state.0.iter().any(|s| !s.is_finite()) {
        (State::default(), 0.0)
    } else if state.0.iter().all(|s| s.abs() < SILENT) {
        (State::default(), energy)
    } else {
        (state, energy)
    }
}

#[cfg(test)]
mod tests;
