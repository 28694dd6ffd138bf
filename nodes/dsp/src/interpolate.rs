//! Finds the peaks between the samples, as a limiter must know them.
//!
//! Between two samples a band-limited signal may rise by several decibels. Here it is interpolated to eight times the
//! rate: a long half-band filter doubles the rate, a short one (the signal now fills half the band) makes it eight
//! times, and a parabola through the highest point and its neighbours finds the peak. That is cheaper than eight
//! long phases, so the long filter can be very long. It has to be: what a signal does between the samples is not
//! settled near half the rate, where each reconstruction filter (a meter's, a converter's) cuts off in its own way.
//! So three filters of 48, 144 and 384 taps look at once, and the highest reading counts, raised by a part of what
//! they differ; up to 20 kHz at 48 kHz they agree. Kaiser, "Nonrecursive digital filter design using the I0-sinh window function", 1974.
//!
//! Checked against sines and against reconstruction with 96 to 1,536 taps (see the limiter).

use crate::lane::Lane;
use std::f64::consts::PI;

/// The most frames in one piece.
const PIECE: usize = 64;

/// Frames that are done at once.
const CHUNK: usize = 16;
const CHUNKS: usize = PIECE / CHUNK;

/// Half the taps of the longest filter.
const LONGEST: usize = 192;

/// Half the taps of each half-band filter, with the shape of its window.
const HALF_BANDS: [(usize, f64); 3] = [(24, 5.0), (72, 4.5), (LONGEST, 4.0)];

/// By how much of the difference between one filter and the next longer one a reading is raised. Where they differ
/// there is sound near half the rate, of which filters of other lengths, and the longest too, see something else.
const DOUBTS: [f32; 2] = [0.05, 0.5];

/// Half the taps of the filter from twice to eight times the rate.
const REACH: usize = 6;

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

/// The last frames of a signal in one piece of memory.
#[derive(Clone, Debug)]
struct Past<L> {
    memory: Vec<L>,
    keep: usize,
    end: usize,
}

impl<L: Lane> Past<L> {
    fn new(keep: usize) -> Self {
        let keep = keep + PIECE;
        Self { memory: vec![L::default(); keep + 16 * PIECE], keep, end: keep }
    }

    #[inline(always)]
    fn push(&mut self, new: &[L]) {
        if self.end + new.len() > self.memory.len() {
            self.memory.copy_within(self.end - self.keep..self.end, 0);
            self.end = self.keep;
        }
        self.memory[self.end..self.end + new.len()].copy_from_slice(new);
        self.end += new.len();
    }

    /// `frames` frames, of which the first is the one pushed `back` pushes ago.
    #[inline(always)]
    fn from(&self, back: usize, frames: usize) -> &[L] {
        &self.memory[self.end - back..self.end - back + frames]
    }

    fn reset(&mut self) {
        self.memory.fill(L::default());
        self.end = self.keep;
    }
}

/// Filters `out.len()` frames; `x` begins at the first tap of the first one. Two sums in a row of fused steps each:
/// the order is the same for any number of frames.
#[inline(always)]
fn convolve<L: Lane>(taps: &[f32], x: &[L], out: &mut [L]) {
    let mut done = 0;
    while out.len() - done >= 32 {
        out[done..done + 32].copy_from_slice(&tile::<L, 32>(taps, &x[done..]));
        done += 32;
    }
    while out.len() - done >= 8 {
        out[done..done + 8].copy_from_slice(&tile::<L, 8>(taps, &x[done..]));
        done += 8;
    }
    while done < out.len() {
        out[done] = tile::<L, 1>(taps, &x[done..])[0];
        done += 1;
    }
}

#[inline(always)]
fn tile<L: Lane, const N: usize>(taps: &[f32], x: &[L]) -> [L; N] {
    let (mut even, mut odd) = ([L::splat(0.0); N], [L::splat(0.0); N]);
    let x = &x[..taps.len() + N - 1];
    for (k, pair) in taps.chunks_exact(2).enumerate() {
        let (a, b) = (L::splat(pair[0]), L::splat(pair[1]));
        let x = &x[2 * k..2 * k + N + 1];
        for i in 0..N {
            even[i] = a.mul_add(x[i], even[i]);
            odd[i] = b.mul_add(x[i + 1], odd[i]);
        }
    }
    std::array::from_fn(|i| even[i] + odd[i])
}

/// One filter's view of what lies between the samples.
#[derive(Clone, Debug)]
struct View<L> {
    taps: Vec<f32>,
    /// The values half a frame after each frame.
    halves: Past<L>,
    /// The magnitude an eighth before the next frame to be read.
    carry: L,
}

/// Reads the peak around every frame of one channel.
#[derive(Clone, Debug)]
pub struct TruePeak<L> {
    past: Past<L>,
    views: [View<L>; HALF_BANDS.len()],
    /// Taps for a quarter, a half and three quarters of the way between two frames at twice the rate.
    quarters: [[f32; 2 * REACH]; 3],
}

impl<L: Lane> TruePeak<L> {
    /// How many frames a reading lags behind.
    pub const LATENCY: usize = LONGEST + REACH / 2;

    /// Silence.
    pub fn new() -> Self {
        let views = HALF_BANDS.map(|(half, beta)| View {
            taps: kaiser_sinc(half, 0.5, 1.0, beta).iter().map(|&t| t as f32).collect(),
            halves: Past::new(REACH + 1),
            carry: L::default(),
        });
        // At twice the rate nothing lies above half the band: the corner may lie in the middle of what is free.
        let quarters = [0.25, 0.5, 0.75].map(|f| {
            let taps = kaiser_sinc(REACH, f, 0.75, 5.0);
            std::array::from_fn(|i| taps[i] as f32)
        });
        Self { past: Past::new(2 * LONGEST + REACH), views, quarters }
    }

    /// Takes the next frames (at most 64) and raises `peaks` to the largest magnitude between each frame (included)
    /// and the one after, all [`Self::LATENCY`] frames late.
    #[inline(always)]
    pub fn raise(&mut self, signal: &[L], peaks: &mut [L]) {
        let n = signal.len().min(PIECE);
        self.past.push(&signal[..n]);
        let mut rows = [Rows::default(); HALF_BANDS.len()];
        let mut highest = [L::default(); PIECE];
        for (view, rows) in self.views.iter_mut().zip(&mut rows) {
            view.read(&self.past, &self.quarters, rows, n);
            view.raise(rows, &mut highest[..n]);
        }
        for (pair, doubt) in rows.windows(2).zip(DOUBTS) {
            let mut apart = [L::default(); PIECE];
            for (a, b) in pair[0].0[1..8].iter().zip(&pair[1].0[1..8]) {
                for i in 0..PIECE {
                    apart[i] = apart[i].max((a[i] - b[i]).abs());
                }
            }
            for i in 0..PIECE {
                highest[i] = apart[i].mul_add(L::splat(doubt), highest[i]);
            }
        }
        peaks.iter_mut().zip(&highest[..n]).for_each(|(peak, &h)| *peak = peak.max(h));
    }

    /// Forgets everything.
    pub fn reset(&mut self) {
        self.past.reset();
        for view in &mut self.views {
            view.halves.reset();
            view.carry = L::default();
        }
    }
}

impl<L: Lane> Default for TruePeak<L> {
    fn default() -> Self {
        Self::new()
    }
}

/// Magnitudes at each eighth of the way from every frame to the next, both included.
#[derive(Clone, Copy)]
struct Rows<L>([[L; PIECE]; 9]);

impl<L: Lane> Default for Rows<L> {
    #[inline(always)]
    fn default() -> Self {
        Self([[L::default(); PIECE]; 9])
    }
}

impl<L: Lane> View<L> {
    /// Interpolates `n` frames.
    #[inline(always)]
    fn read(&mut self, past: &Past<L>, quarters: &[[f32; 2 * REACH]; 3], rows: &mut Rows<L>, n: usize) {
        let mut new = [L::default(); PIECE];
        let half = self.taps.len() / 2;
        convolve(&self.taps, past.from(n + LONGEST + half - 1, n + 2 * half - 1), &mut new[..n]);
        self.halves.push(&new[..n]);

        // The frames to read and the ones around them, on time (near) and half a frame later (between); copied, so
        // that all lengths below are known and the loops become vectors.
        let near: [[L; PIECE]; REACH] =
            std::array::from_fn(|i| padded(past.from(n + TruePeak::<L>::LATENCY + 2 - i, n)));
        let between: [[L; PIECE]; REACH + 1] =
            std::array::from_fn(|i| padded(self.halves.from(n + REACH - i, n)));
        let rows = &mut rows.0;
        for chunk in (0..CHUNKS).take_while(|c| c * CHUNK < n) {
            for i in chunk * CHUNK..(chunk + 1) * CHUNK {
                rows[0][i] = near[2][i].abs();
                rows[4][i] = between[3][i].abs();
                rows[8][i] = near[3][i].abs();
            }
            for (quarter, taps) in quarters.iter().enumerate() {
                let (mut first, mut second) = ([L::splat(0.0); CHUNK], [L::splat(0.0); CHUNK]);
                for k in 0..REACH {
                    let (a, b) = (L::splat(taps[2 * k]), L::splat(taps[2 * k + 1]));
                    for j in 0..CHUNK {
                        let i = chunk * CHUNK + j;
                        first[j] = b.mul_add(near[k][i], a.mul_add(between[k][i], first[j]));
                        second[j] = b.mul_add(between[k + 1][i], a.mul_add(near[k][i], second[j]));
                    }
                }
                for j in 0..CHUNK {
                    rows[1 + quarter][chunk * CHUNK + j] = first[j].abs();
                    rows[5 + quarter][chunk * CHUNK + j] = second[j].abs();
                }
            }
        }
    }

    /// Raises `peaks` to the tops of the parabolas through the highest points.
    #[inline(always)]
    fn raise(&mut self, Rows(rows): &Rows<L>, peaks: &mut [L]) {
        let n = peaks.len();
        let mut before = [L::default(); PIECE];
        before[0] = self.carry;
        before[1..].copy_from_slice(&rows[7][..PIECE - 1]);
        self.carry = rows[7][n - 1];
        let (mut left, mut best, mut right) = (before, rows[0], rows[1]);
        for p in 1..8 {
            for i in 0..PIECE {
                let higher = rows[p][i].gt(best[i]);
                left[i] = L::select(higher, rows[p - 1][i], left[i]);
                right[i] = L::select(higher, rows[p + 1][i], right[i]);
                best[i] = L::select(higher, rows[p][i], best[i]);
            }
        }
        for i in 0..PIECE {
            best[i] = top(left[i], best[i], right[i]);
        }
        peaks.iter_mut().zip(&best).for_each(|(peak, &b)| *peak = peak.max(b));
    }
}

/// A piece, filled up.
#[inline(always)]
fn padded<L: Lane>(signal: &[L]) -> [L; PIECE] {
    let mut piece = [L::default(); PIECE];
    piece[..signal.len()].copy_from_slice(signal);
    piece
}

/// The top of the parabola through three points in a row; the middle one where it is not the highest.
#[inline(always)]
fn top<L: Lane>(left: L, middle: L, right: L) -> L {
    let bend = (middle + middle - left - right).max(L::splat(1e-30));
    let slope = (left - right).abs();
    // In theory the slope is no larger than the bend; where rounding leaves no bend the bound holds the rise.
    let rise = (slope * slope / (bend * L::splat(8.0))).min(slope * L::splat(0.125));
    L::select(left.gt(middle), middle, L::select(right.gt(middle), middle, middle + rise))
}

#[cfg(test)]
mod tests;
