//! The gain of a look-ahead limiter: held at its minimum, released, and smoothed so that it arrives in time.

use crate::lane::{Lane, Simd};

/// Gains are whole multiples of 2^-30 here, so that running sums stay exact for ever.
const UNIT: f64 = 1_073_741_824.0;

/// A release that comes this near to one has arrived.
const REST: f64 = 1e-8;

/// How many moving averages smooth the gain.
const BOXES: usize = 3;

/// The smallest of the last so many values, with three comparisons a frame whatever comes (van Herk 1992; Gil,
/// Werman 1993): blocks as long as the window, of each the minima from its end and from its beginning.
#[derive(Clone, Debug)]
pub struct SlidingMinimum<L> {
    /// What came in this block so far, and behind it the minima to the end of the block before.
    memory: Vec<L>,
    at: usize,
    so_far: L,
}

impl<L: Lane> SlidingMinimum<L> {
    /// A window of `length` frames, 1 or more, full of ones.
    pub fn new(length: usize) -> Self {
        Self { memory: vec![L::splat(1.0); length.max(1)], at: 0, so_far: L::splat(1.0) }
    }

    /// One frame.
    #[inline(always)]
    pub fn step(&mut self, x: L) -> L {
        // What is left of the block before begins one after `at`, which this frame replaces.
        self.memory[self.at] = x;
        self.so_far = if self.at == 0 { x } else { self.so_far.min(x) };
        self.at += 1;
        if self.at < self.memory.len() {
            return self.so_far.min(self.memory[self.at]);
        }
        self.at = 0;
        for i in (1..self.memory.len()).rev() {
            self.memory[i - 1] = self.memory[i - 1].min(self.memory[i]);
        }
        self.so_far
    }

    /// Forgets everything.
    pub fn reset(&mut self) {
        self.memory.fill(L::splat(1.0));
        self.at = 0;
    }
}

/// A moving average of whole multiples of the unit, exact for ever.
#[derive(Clone, Debug)]
struct MovingAverage<L: Lane> {
    memory: Vec<L::Double>,
    at: usize,
    sum: L::Double,
    share: f64,
}

impl<L: Lane> MovingAverage<L> {
    fn new(length: usize) -> Self {
        let share = 1.0 / length as f64;
        let mut new =
            Self { memory: vec![L::Double::default(); length], at: 0, sum: L::Double::default(), share };
        new.reset();
        new
    }

    #[inline(always)]
    fn step(&mut self, x: L::Double) -> L::Double {
        self.sum += x - self.memory[self.at];
        self.memory[self.at] = x;
        self.at = if self.at + 1 == self.memory.len() { 0 } else { self.at + 1 };
        self.sum.mul_add(L::Double::splat(self.share), L::Double::splat(0.5)).floor()
    }

    fn reset(&mut self) {
        self.memory.fill(L::Double::splat(UNIT));
        self.at = 0;
        self.sum = L::Double::splat(UNIT * self.memory.len() as f64);
    }
}

/// From the gain that each frame allows to the gain that is applied.
///
/// The minimum over the look-ahead is released by a one-pole, then averaged by three boxes in a row that together
/// reach over the look-ahead (Hämäläinen, "Smoothing of the control signal without clipped output in digital peak
/// limiters", 2002). Every value that the boxes average has seen the peak, so none lies above what it allows, and
/// the gain moves as a piecewise cubic does: its spectrum falls by 18 dB an octave.
#[derive(Clone, Debug)]
pub struct LimiterGain<L: Lane> {
    minimum: SlidingMinimum<L>,
    released: L::Double,
    boxes: [MovingAverage<L>; BOXES],
}

impl<L: Lane> LimiterGain<L> {
    /// The gain lags `lookahead` frames behind what it is asked for.
    pub fn new(lookahead: usize) -> Self {
        let mut rest = lookahead;
        let boxes = std::array::from_fn(|i| {
            let part = rest / (BOXES - i);
            rest -= part;
            MovingAverage::new(part + 1)
        });
        // The peak after a frame and the one before it both bear upon it.
        Self { minimum: SlidingMinimum::new(lookahead + 2), released: L::Double::splat(1.0), boxes }
    }

    /// One frame: the gain for the frame that came `lookahead` frames ago, from the gain (0 to 1) that the peak
    /// between the present frame and the next allows. `release` is a [`super::one_pole`] share.
    #[inline(always)]
    pub fn step(&mut self, allowed: L, release: L::Double) -> L {
        let one = L::Double::splat(1.0);
        let lowest = self.minimum.step(allowed).double();
        let rising = (lowest - self.released).mul_add(release, self.released);
        let rising = L::Double::select((one - rising).gt(L::Double::splat(REST)), rising, one);
        self.released = rising.min(lowest);
        let mut gain = (self.released * L::Double::splat(UNIT)).floor();
        for average in &mut self.boxes {
            gain = average.step(gain);
        }
        L::single(gain * L::Double::splat(1.0 / UNIT))
    }

    /// Forgets everything.
    pub fn reset(&mut self) {
        self.minimum.reset();
        self.released = L::Double::splat(1.0);
        self.boxes.iter_mut().for_each(MovingAverage::reset);
    }
}
