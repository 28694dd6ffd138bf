//! Finds the peaks between the samples, as a limiter must know them.
//!
//! Between two samples a band-limited signal may rise by several decibels. Here it is interpolated to four times the
//! rate: a half-band filter doubles the rate, a short one (the signal now fills half the band) doubles it again, and
//! a wave through the highest point and its neighbours finds the peak. What a signal does between the samples is not
//! settled near half the rate, where each reconstruction filter (a meter's, a converter's) cuts off in its own way.
//! So half-bands of 48, 144 and about 370 taps look at once, and the highest reading counts, raised by a part of what
//! they differ; up to 20 kHz at 48 kHz they agree. Kaiser, "Nonrecursive digital filter design using the I0-sinh
//! window function", 1974.
//!
//! The longer filters cost little: they differ from the shortest only in a narrow band below half the rate, so the
//! difference of two of them is a filter with one tap every six frames, behind one that keeps that band (Neuvo,
//! Dong, Mitra: Interpolated finite impulse response filters, 1984).
//!
//! Checked against sines and against reconstruction with 96 to 1,536 taps (see the limiter).

mod chunk;
mod past;
mod taps;

use crate::lane::Lane;
pub(crate) use chunk::{CHUNK, Chunk};
use past::Past;
use std::f64::consts::PI;
use taps::{BAND, HALF_BANDS, LAST, REACH, SHORT, Taps};

/// By how much of the difference between one filter and the next longer one a reading is raised. Where they differ
/// there is sound near half the rate, of which filters of other lengths, and the longest too, see something else.
const DOUBTS: [f32; 2] = [0.05, 0.5];

/// The filter from twice to four times the rate: half its taps, from the middle outwards. The sum of four cosines that
/// lies nearest to one up to half the rate: within 0.005 dB, and one for a constant.
const QUARTER: [f32; 4] = [0.610_528_4, -0.144_017_34, 0.040_654_19, -0.007_165_27];

/// 1 / (8 cos^2 h) and -tan^2 h / (32 cos^2 h) for h of 25 degrees: see [`crest`].
const CREST: [f32; 2] = [0.152_18, -0.008_273];

/// A low-pass of `2 * half` taps that reads a signal `fraction` of a frame after its tap number `half - 1`: a sinc
/// with its corner at `corner` (1 is half the rate) under a Kaiser window of shape `beta`, one in total.
pub fn kaiser_sinc(half: usize, fraction: f64, corner: f64, beta: f64) -> Vec<f64> {
    let mut taps: Vec<f64> = (0..2 * half)
        .map(|tap| {
            let distance = tap as f64 - (half - 1) as f64 - fraction;
            let inside = 1.0 - (distance / half as f64).powi(2);
            let x = PI * corner * distance;
            let sinc = if x.abs() < 1e-9 { 1.0 } else { x.sin() / x };
            if inside <= 0.0 { 0.0 } else { sinc * bessel_i0(beta * inside.sqrt()) }
        })
        .collect();
    let sum: f64 = taps.iter().sum();
    taps.iter_mut().for_each(|tap| *tap /= sum);
    taps
}

/// Reads the peak around every frame of one channel.
#[derive(Clone, Debug)]
pub struct TruePeak<L> {
    taps: Taps,
    past: Past<L>,
    /// What lies in the band in which the half-bands differ, half a frame after each frame.
    band: Past<L>,
    /// What the first half-band sees half a frame after each frame, and what each of the others sees more.
    halves: [Past<L>; HALF_BANDS.len()],
    /// The magnitude a quarter before the next frame to be read.
    carry: L,
}

impl<L: Lane> TruePeak<L> {
    /// How many frames a reading lags behind.
    pub const LATENCY: usize = REACH + QUARTER.len() / 2;

    /// Silence.
    pub fn new() -> Self {
        Self {
            taps: Taps::new(),
            past: Past::new(REACH + SHORT),
            band: Past::new(2 * LAST),
            halves: std::array::from_fn(|_| Past::new(QUARTER.len())),
            carry: L::default(),
        }
    }

    /// Takes the next frames and raises `peaks` to the largest magnitude between each frame (included) and the one
    /// after, all [`Self::LATENCY`] frames late.
    #[inline(always)]
    pub fn raise(&mut self, signal: &[L], peaks: &mut [L]) {
        let n = signal.len().min(peaks.len());
        for (signal, peaks) in signal[..n].chunks(CHUNK).zip(peaks[..n].chunks_mut(CHUNK)) {
            let read = self.read(&Chunk::of(signal, 0), signal.len()).max(Chunk::of(peaks, 0));
            peaks.copy_from_slice(&read.0[..peaks.len()]);
        }
    }

    #[inline(always)]
    fn read(&mut self, signal: &Chunk<L>, frames: usize) -> Chunk<L> {
        self.past.write(signal, frames);
        self.band.write(&self.taps.band(self.past.from(2 * BAND - 1)), frames);
        let short = self.taps.short(self.past.from(REACH + SHORT - 1));
        let [second, third] = self.taps.differences(self.band.from(2 * LAST));
        for (half, new) in self.halves.iter_mut().zip([short, second, third]) {
            half.write(&new, frames);
        }

        let near: [Chunk<L>; 4] = one_by_one(self.past.from(Self::LATENCY + 1));
        let [first, second, third] = &self.halves;
        let between = [
            one_by_one(first.from(QUARTER.len())),
            one_by_one(second.from(QUARTER.len())),
            one_by_one(third.from(QUARTER.len())),
        ];
        let points = points(&near, &between);
        let mut highest = [Chunk::splat(0.0); 3];
        let mut apart = [Chunk::splat(0.0); 2];
        for (highest, [first, second, third]) in highest.iter_mut().zip(points) {
            let both = first.plus(second);
            *highest = first.abs().max(both.abs()).max(both.plus(third).abs());
            apart = [apart[0].max(second.abs()), apart[1].max(third.abs())];
        }
        let before = highest[2].earlier(self.carry);
        self.carry = highest[2].0[frames - 1];
        let [a, b, c] = highest;
        let peak = top([before, near[1].abs(), a, b, c, near[2].abs()]);
        apart[1].mul_add(DOUBTS[1], apart[0].mul_add(DOUBTS[0], peak))
    }

    /// Forgets everything.
    pub fn reset(&mut self) {
        self.past.reset();
        self.band.reset();
        self.halves.iter_mut().for_each(Past::reset);
        self.carry = L::default();
    }
}

impl<L: Lane> Default for TruePeak<L> {
    fn default() -> Self {
        Self::new()
    }
}

/// The first chunks of a signal, each one frame after the other.
#[inline(always)]
fn one_by_one<L: Lane, const N: usize>(x: &[L]) -> [Chunk<L>; N] {
    let mut chunks = [Chunk::splat(0.0); N];
    for (i, chunk) in chunks.iter_mut().enumerate() {
        *chunk = Chunk::of(x, i);
    }
    chunks
}

/// What the first half-band sees, and what each of the others sees more, at a quarter, a half and three quarters of the
/// way from a frame to the next; from the frames and the halves around them.
#[inline(always)]
fn points<L: Lane>(near: &[Chunk<L>; 4], between: &[[Chunk<L>; 5]; 3]) -> [[Chunk<L>; 3]; 3] {
    let [a, b, c, d] = QUARTER;
    let mut points = [[Chunk::splat(0.0); 3]; 3];
    for k in 0..4 {
        points[0][0] = near[k].mul_add([c, a, b, d][k], points[0][0]);
        points[2][0] = near[k].mul_add([d, b, a, c][k], points[2][0]);
    }
    for (h, half) in between.iter().enumerate() {
        points[1][h] = half[2];
        for k in 0..4 {
            points[0][h] = half[k].mul_add([d, b, a, c][k], points[0][h]);
            points[2][h] = half[k + 1].mul_add([c, a, b, d][k], points[2][h]);
        }
    }
    points
}

/// The top of the curve through the highest of the points 1 to 4 and its two neighbours.
#[inline(always)]
fn top<L: Lane>(row: [Chunk<L>; 6]) -> Chunk<L> {
    let (mut left, mut best, mut right) = (row[0], row[1], row[2]);
    for p in 2..5 {
        for i in 0..CHUNK {
            let higher = row[p].0[i].gt(best.0[i]);
            left.0[i] = L::select(higher, row[p - 1].0[i], left.0[i]);
            right.0[i] = L::select(higher, row[p + 1].0[i], right.0[i]);
            best.0[i] = L::select(higher, row[p].0[i], best.0[i]);
        }
    }
    for i in 0..CHUNK {
        best.0[i] = crest(left.0[i], best.0[i], right.0[i]);
    }
    best
}

/// The highest point of the wave through three points in a row; the middle one where it is not the highest.
///
/// The wave is a constant and a cosine that turns by 2h from one point to the next, whatever the true frequency: for a
/// lower one that reads up to 0.03 dB too much, never too little. With the ratio r of the slope and the bend, both from
/// the three points, the phase of the middle one has the tangent r tan h, and the wave rises above it by the slope times
/// r / (8 cos^2 h) (1 - (r tan h)^2 / 4 ...).
#[inline(always)]
fn crest<L: Lane>(left: L, middle: L, right: L) -> L {
    let bend = (middle + middle - left - right).max(L::splat(1e-30));
    let slope = (left - right).abs();
    // In theory the slope is no larger than the bend; where rounding leaves no bend the bound holds the rise.
    let ratio = (slope / bend).min(L::splat(1.0));
    let rise = slope * ratio * (ratio * ratio).mul_add(L::splat(CREST[1]), L::splat(CREST[0]));
    L::select(left.gt(middle), middle, L::select(right.gt(middle), middle, middle + rise))
}

/// Zeroth-order modified Bessel function of the first kind.
fn bessel_i0(x: f64) -> f64 {
    let (mut sum, mut term, mut k) = (1.0, 1.0, 1.0);
    while term > sum * 1e-17 {
        term *= (x / 2.0 / k).powi(2);
        sum += term;
        k += 1.0;
    }
    sum
}

#[cfg(test)]
mod tests;
