//! Holds a sound back by any time, to a fraction of a frame.
//!
//! A [`Line`] remembers what was pushed; a [`Fractional`] table reads it between the frames, by a sinc under a Kaiser
//! window in many phases, with the phases interpolated (Laakso, Välimäki, Karjalainen, Laine: Splitting the unit
//! delay, 1996). A delay of whole frames gives back the very bits.

mod glide;

use crate::interpolate::CHUNK;
use crate::lane::Lane;
use std::f64::consts::PI;
use std::sync::OnceLock;

/// The most frames that can be looked at in one piece.
const PIECE: usize = 64;

/// The most lanes of any lane type.
const MAX_LANES: usize = 16;

/// How many positions between two frames a table holds; in between it interpolates.
const PHASES: usize = 512;

/// Taps of the long table, [`Fractional::long`].
pub const LONG: usize = 32;

/// Taps of the short table, [`Fractional::short`].
pub const SHORT: usize = 12;

/// A ring that remembers the last frames of one channel.
#[derive(Clone, Debug)]
pub struct Line<L> {
    /// The ring, and its first frames once more behind its end, so that a piece never wraps.
    memory: Vec<L>,
    mask: usize,
    next: usize,
}

impl<L: Lane> Line<L> {
    /// Silence, with room for a delay of `frames` frames and a [`LONG`] table around it.
    pub fn new(frames: usize) -> Self {
        let length = (frames + LONG + PIECE).next_power_of_two();
        Self { memory: vec![L::default(); length + PIECE], mask: length - 1, next: 0 }
    }

    /// Remembers one more frame.
    #[inline(always)]
    pub fn push(&mut self, x: L) {
        self.memory[self.next] = x;
        if self.next < PIECE {
            self.memory[self.mask + 1 + self.next] = x;
        }
        self.next = (self.next + 1) & self.mask;
    }

    /// Remembers `frames` more frames (at most 64), each from its number.
    #[inline(always)]
    pub fn extend(&mut self, frames: usize, mut x: impl FnMut(usize) -> L) {
        let (start, end, length) = (self.next, self.next + frames, self.mask + 1);
        // The copy behind the end has room for what goes over it.
        for (j, to) in self.memory[start..end].iter_mut().enumerate() {
            *to = x(j);
        }
        if end > length {
            self.memory.copy_within(length..end, 0);
        }
        if start < PIECE {
            self.memory.copy_within(start..end.min(PIECE), length + start);
        }
        self.next = end & self.mask;
    }

    /// Remembers the first `frames` of sixteen frames.
    #[inline(always)]
    pub fn write(&mut self, x: &[L; CHUNK], frames: usize) {
        // Of a known length for the compiler.
        if frames == CHUNK {
            self.extend(CHUNK, |j| x[j]);
        } else {
            self.extend(frames, |j| x[j]);
        }
    }

    /// `frames` frames (at most 64) in order of time; the first is the one that was pushed `delay` pushes ago.
    #[inline(always)]
    pub fn piece(&self, delay: usize, frames: usize) -> &[L] {
        let start = self.next.wrapping_sub(delay) & self.mask;
        &self.memory[start..start + frames]
    }

    /// The frame that was pushed `delay` pushes ago.
    #[inline(always)]
    pub fn tap(&self, delay: usize) -> L {
        self.memory[self.next.wrapping_sub(delay) & self.mask]
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.memory.fill(L::default());
    }
}

/// A delay in frames for each lane, whole frames and fraction apart.
#[derive(Clone, Copy, Debug)]
pub struct Delay<L> {
    whole: [usize; MAX_LANES],
    fraction: L,
    uniform: bool,
}

impl<L: Lane> Delay<L> {
    /// `seconds` at `rate` frames a second, held between `min` and `max` frames. A time that rounds to a whole frame
    /// within the accuracy of single precision is that whole frame.
    #[inline(always)]
    pub fn from_seconds(seconds: L, rate: f64, min: f64, max: f64) -> Self {
        let mut whole = [0; MAX_LANES];
        let fraction = L::from_fn(|lane| {
            let frames = (f64::from(seconds.get(lane)) * rate).max(min).min(max);
            let nearest = (frames + 0.5).floor();
            let exact = (frames - nearest).abs() <= nearest * 6e-8;
            let floor = if exact { nearest } else { frames.floor() };
            whole[lane] = floor as usize;
            if exact { 0.0 } else { (frames - floor) as f32 }
        });
        Self::new(whole, fraction)
    }

    /// `whole` frames in every lane and `offset` frames (of either sign) more.
    #[inline(always)]
    pub fn around(whole: usize, offset: L) -> Self {
        let floor = offset.floor();
        let first = floor.get(0);
        if floor == L::splat(first) {
            let whole = [whole.saturating_add_signed(first as isize); MAX_LANES];
            return Self { whole, fraction: offset - floor, uniform: true };
        }
        let mut all = [0; MAX_LANES];
        for (lane, to) in all.iter_mut().take(L::LANES).enumerate() {
            *to = whole.saturating_add_signed(floor.get(lane) as isize);
        }
        Self::new(all, offset - floor)
    }

    #[inline(always)]
    fn new(whole: [usize; MAX_LANES], fraction: L) -> Self {
        let uniform = whole[..L::LANES].iter().all(|&w| w == whole[0]);
        Self { whole, fraction, uniform }
    }

    /// A delay that is longer by whole frames.
    #[inline(always)]
    pub fn plus(mut self, frames: usize) -> Self {
        self.whole.iter_mut().for_each(|w| *w += frames);
        self
    }

    /// A delay that is shorter by whole frames, down to none.
    #[inline(always)]
    pub fn minus(mut self, frames: usize) -> Self {
        self.whole.iter_mut().for_each(|w| *w = w.saturating_sub(frames));
        self
    }

    /// The least number of whole frames in any lane.
    #[inline(always)]
    pub fn least(&self) -> usize {
        self.whole[..L::LANES].iter().copied().fold(usize::MAX, usize::min)
    }
}

/// A table that reads a [`Line`] between its frames.
#[derive(Debug)]
pub struct Fractional<const TAPS: usize> {
    rows: Vec<[f32; TAPS]>,
}

/// The weights of one fraction.
pub type Weights<L, const TAPS: usize> = [L; TAPS];

impl Fractional<LONG> {
    /// 32 taps: static error below -100 dB up to a third of the rate (16 kHz at 48 kHz). Made once, at first use.
    pub fn long() -> &'static Self {
        static TABLE: OnceLock<Fractional<LONG>> = OnceLock::new();
        TABLE.get_or_init(|| Fractional::new(11.5))
    }
}

impl Fractional<SHORT> {
    /// 12 taps: static error below -75 dB up to a quarter of the rate. Made once, at first use.
    pub fn short() -> &'static Self {
        static TABLE: OnceLock<Fractional<SHORT>> = OnceLock::new();
        TABLE.get_or_init(|| Fractional::new(8.7))
    }
}

impl<const TAPS: usize> Fractional<TAPS> {
    /// A table under a Kaiser window with shape `beta`; each row passes a constant exactly.
    fn new(beta: f64) -> Self {
        let half = TAPS as f64 / 2.0;
        let row = |phase: usize| {
            let f = phase as f64 / PHASES as f64;
            let weights: [f64; TAPS] = std::array::from_fn(|k| {
                let u = k as f64 - half + f;
                sinc(u) * bessel_i0(beta * (1.0 - (u / half).powi(2)).max(0.0).sqrt())
            });
            let sum: f64 = weights.iter().sum();
            weights.map(|w| (w / sum) as f32)
        };
        Self { rows: (0..=PHASES).map(row).collect() }
    }

    /// The least delay, in whole frames, at which a line can be read before the present frame is pushed.
    pub const LEAST: usize = TAPS / 2;

    /// The weights of a delay's fraction.
    #[inline(always)]
    pub fn weights<L: Lane>(&self, delay: &Delay<L>) -> Weights<L, TAPS> {
        let position = delay.fraction * L::splat(PHASES as f32);
        let floor = position.floor();
        let between = position - floor;
        // Loops rather than closures: a closure that is not inlined would miss the machine's instruction set.
        let mut weights = [L::default(); TAPS];
        if position == L::splat(position.get(0)) {
            let (low, high) = self.pair(floor.get(0));
            for k in 0..TAPS {
                weights[k] = L::splat(high[k] - low[k]).mul_add(between, L::splat(low[k]));
            }
            return weights;
        }
        for lane in 0..L::LANES {
            let (low, high) = self.pair(floor.get(lane));
            for (k, weight) in weights.iter_mut().enumerate() {
                weight.set(lane, (high[k] - low[k]).mul_add(between.get(lane), low[k]));
            }
        }
        weights
    }

    #[inline(always)]
    fn pair(&self, phase: f32) -> (&[f32; TAPS], &[f32; TAPS]) {
        let at = (phase as usize).min(PHASES - 1);
        (&self.rows[at], &self.rows[at + 1])
    }

    /// Reads a line `delay` frames back from the frame that is `ahead` frames after the next push; the delay must be
    /// at least [`Self::LEAST`]` + ahead` frames. `weights` are those of the delay.
    #[inline(always)]
    pub fn read<L: Lane>(
        &self,
        line: &Line<L>,
        delay: &Delay<L>,
        weights: &Weights<L, TAPS>,
        ahead: usize,
    ) -> L {
        let between = delay.fraction.gt(L::splat(0.0));
        if delay.uniform {
            let exact = line.tap(delay.whole[0] - ahead);
            if !L::any(between) {
                return exact;
            }
            let sum = dot(line.piece(delay.whole[0] - ahead + TAPS / 2, TAPS), weights);
            return L::select(between, sum, exact);
        }
        let mut gathered = [L::default(); TAPS];
        for lane in 0..L::LANES {
            let piece = line.piece(delay.whole[lane] - ahead + TAPS / 2, TAPS);
            for (to, x) in gathered.iter_mut().zip(piece) {
                to.set(lane, x.get(lane));
            }
        }
        L::select(between, dot(&gathered, weights), gathered[TAPS / 2])
    }
}

/// Sum of products in four strands of a fixed order.
#[inline(always)]
fn dot<L: Lane, const TAPS: usize>(x: &[L], weights: &[L; TAPS]) -> L {
    let mut strands = [L::splat(0.0); 4];
    for (x, w) in x.chunks_exact(4).zip(weights.chunks_exact(4)) {
        for k in 0..4 {
            strands[k] = x[k].mul_add(w[k], strands[k]);
        }
    }
    (strands[0] + strands[2]) + (strands[1] + strands[3])
}

fn sinc(x: f64) -> f64 {
    // At whole numbers exactly one or zero, so that whole delays are exact.
    if x == 0.0 {
        1.0
    } else if x.fract() == 0.0 {
        0.0
    } else {
        (PI * x).sin() / (PI * x)
    }
}

/// Modified Bessel function of the first kind and order zero, by its power series.
fn bessel_i0(x: f64) -> f64 {
    let quarter = x * x / 4.0;
    let (mut sum, mut term) = (1.0, 1.0);
    for k in 1..60 {
        term *= quarter / f64::from(k * k);
        sum += term;
    }
    sum
}

#[cfg(test)]
mod tests;
