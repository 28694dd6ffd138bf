//! Corners without aliasing: what has to be added to a jump, or to a kink, so that it holds no more than the rate
//! can carry.
//!
//! A wave is first computed as if the rate were infinite. Around each of its jumps the difference between a
//! band-limited step and the bare one is added; around each kink the integral of that difference (Stilson and Smith
//! 1996; Brandt 2001, "Hard sync without aliasing"). Here the step is the integral of a sinc under a Kaiser window
//! (Kaiser and Schafer 1980): its phase is linear, so that the corners stay where they are and a moving frequency
//! leaves no offset behind, at the price of a look-ahead that is declared as latency.

use crate::lane::{Keeper, Lane, Simd};
use std::f64::consts::PI;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

/// How many places between two frames are tabulated; between them the table is read along a straight line.
const PLACES: usize = 512;

/// How far images lie below a step of the same frequency, in decibels.
const STOP_DB: f64 = 100.0;

/// The highest frequency that is to stay clean, in hertz, and as a share of low rates.
const CLEAN: (f64, f64) = (20_000.0, 0.4535);

/// Tables of what a band-limited jump and a band-limited kink have more than bare ones, for one rate.
#[derive(Debug)]
pub struct Blep {
    half: usize,
    /// For each place, `2 * half` values: for a jump of 1.
    steps: Vec<f32>,
    /// For each place, `2 * half` values: for a kink that makes the slope larger by 1 a frame.
    ramps: Vec<f32>,
}

impl Blep {
    /// How many frames of look-ahead are needed at a rate: below 20 kHz nothing folds back at 44.1 kHz and above,
    /// below 0.45 of lower rates.
    pub fn look_ahead(rate: u32) -> usize {
        let rate = f64::from(rate.max(1));
        let transition = 1.0 - 2.0 * (CLEAN.0 / rate).min(CLEAN.1);
        // Kaiser's formula for the length of the window, halved.
        ((STOP_DB - 7.95) / (2.285 * 2.0 * PI * transition) / 2.0).ceil() as usize
    }

    /// The tables for a rate; made once for each length and kept.
    pub fn for_rate(rate: u32) -> Arc<Self> {
        static MADE: LazyLock<Mutex<Vec<Arc<Blep>>>> = LazyLock::new(Mutex::default);
        let half = Self::look_ahead(rate);
        let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = made.iter().find(|b| b.half == half) {
            return found.clone();
        }
        let new = Arc::new(Self::new(half));
        made.push(new.clone());
        new
    }

    /// Integrates the windowed sinc of `2 * half` frames twice.
    fn new(half: usize) -> Self {
        let cells = 2 * half * PLACES;
        let width = 1.0 / PLACES as f64;
        let at = |cell: f64| kernel(cell * width - half as f64, half as f64);
        let impulse: Vec<f64> = (0..=cells).map(|i| at(i as f64)).collect();
        // Simpson's rule, with the middle of each cell.
        let mut step = vec![0.0; cells + 1];
        for i in 0..cells {
            step[i + 1] = step[i] + width / 6.0 * (impulse[i] + 4.0 * at(i as f64 + 0.5) + impulse[i + 1]);
        }
        let whole = step[cells];
        // The trapezium rule with its end correction, since the derivative of the step is known.
        let mut ramp = vec![0.0; cells + 1];
        for i in 0..cells {
            let (a, b) = (step[i] / whole, step[i + 1] / whole);
            let bend = width * width / 12.0 * (impulse[i] - impulse[i + 1]) / whole;
            ramp[i + 1] = ramp[i] + width / 2.0 * (a + b) + bend;
        }
        let (mut steps, mut ramps) = (Vec::new(), Vec::new());
        for place in 0..=PLACES {
            for tap in 0..2 * half {
                let i = tap * PLACES + place;
                let after = if tap >= half { 1.0 } else { 0.0 };
                let time = (tap as f64 - half as f64) + place as f64 * width;
                steps.push((step[i] / whole - after) as f32);
                ramps.push((ramp[i] - after * time) as f32);
            }
        }
        Self { half, steps, ramps }
    }
}

/// A sinc with its first zeros one frame from the middle, under a Kaiser window.
pub(crate) fn kernel(time: f64, half: f64) -> f64 {
    let beta = 0.1102 * (STOP_DB - 8.7);
    let inside = (1.0 - (time / half).powi(2)).max(0.0);
    let sinc = if time.abs() < 1e-9 { 1.0 } else { (PI * time).sin() / (PI * time) };
    sinc * bessel_i0(beta * inside.sqrt()) / bessel_i0(beta)
}

/// The modified Bessel function of the first kind and order zero, by its power series.
fn bessel_i0(x: f64) -> f64 {
    let (mut sum, mut term) = (1.0, 1.0);
    for k in 1..60 {
        term *= (x / 2.0 / f64::from(k)).powi(2);
        sum += term;
    }
    sum
}

/// Which tables a corner needs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Corner {
    /// The value rises by this much.
    Jump(f64),
    /// The slope rises by this much a frame.
    Kink(f64),
}

/// A signal on its way through the look-ahead, to which corners are added.
#[derive(Clone, Debug)]
pub struct Corrector<L> {
    table: Arc<Blep>,
    ring: Vec<L>,
    now: usize,
}

impl<L: Lane> Corrector<L> {
    /// An empty one.
    pub fn new(table: Arc<Blep>) -> Self {
        let ring = vec![L::splat(0.0); (2 * table.half + 1).next_power_of_two()];
        Self { table, ring, now: 0 }
    }

    /// How many frames lie between [`put`](Self::put) and [`take`](Self::take).
    pub fn latency(&self) -> usize {
        self.table.half
    }

    /// Adds the bare value of the present frame.
    #[inline(always)]
    pub fn put(&mut self, value: L) {
        self.ring[self.now] += value;
    }

    /// Adds a corner to one lane, `ago` frames (0 to 1) before the present one.
    #[inline(always)]
    pub fn corner(&mut self, lane: usize, ago: f64, corner: Corner) {
        let (rows, size) = match corner {
            Corner::Jump(size) => (&self.table.steps, size as f32),
            Corner::Kink(size) => (&self.table.ramps, size as f32),
        };
        if size == 0.0 {
            return;
        }
        let place = Simd::clamp(ago, 0.0, 1.0) * PLACES as f64;
        let row = (place as usize).min(PLACES - 1);
        let between = (place - row as f64) as f32;
        let taps = 2 * self.table.half;
        let low = &rows[row * taps..][..taps];
        let high = &rows[(row + 1) * taps..][..taps];
        let length = self.ring.len();
        let start = (self.now + length - self.table.half) & (length - 1);
        let first = taps.min(length - start);
        let (wrapped, straight) = self.ring.split_at_mut(start);
        let add = |to: &mut [L], from: std::ops::Range<usize>| {
            for ((to, &a), &b) in to.iter_mut().zip(&low[from.clone()]).zip(&high[from]) {
                let more = size.mul_add((b - a).mul_add(between, a), to.get(lane));
                to.set(lane, more);
            }
        };
        add(&mut straight[..first], 0..first);
        add(&mut wrapped[..taps - first], first..taps);
    }

    /// Gives the frame that is complete now, and goes on to the next.
    #[inline(always)]
    pub fn take(&mut self) -> L {
        let mask = self.ring.len() - 1;
        let due = (self.now + self.ring.len() - self.table.half) & mask;
        let out = std::mem::take(&mut self.ring[due]);
        self.now = (self.now + 1) & mask;
        out
    }

    /// Shows what is kept for a lane.
    pub fn keep(&mut self, keeper: &mut Keeper<'_>) {
        keeper.ring(&mut self.ring, self.now);
    }

    /// Forgets all.
    pub fn reset(&mut self) {
        self.ring.fill(L::splat(0.0));
        self.now = 0;
    }
}

#[cfg(test)]
mod tests;
