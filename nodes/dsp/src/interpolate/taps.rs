//! The half-band filters of the detector, and how they run.

use super::chunk::Chunk;
use super::{bessel_i0, kaiser_sinc};
use crate::lane::Lane;
use std::array::from_fn;

/// Half the taps of each half-band filter, with the shape of its window.
pub const HALF_BANDS: [(usize, f64); 3] = [(SHORT, 5.0), (72, 4.5), (183, 2.4)];
pub const SHORT: usize = 24;

/// Frames from one tap of the differences to the next.
const EVERY: usize = 6;
/// Half the taps of the difference to the second and to the third filter, the first at half of [`EVERY`].
const SECOND: usize = 12;
const THIRD: usize = 30;
/// The last tap, in frames from the middle.
pub const LAST: usize = EVERY * THIRD - EVERY / 2;

/// Half the taps of the filter that keeps the band in which the half-bands differ, with the shape of its window.
pub const BAND: usize = 16;
const BAND_SHAPE: f64 = 5.0;

/// How far the longest filter reaches.
pub const REACH: usize = LAST + BAND;

/// The filters of a detector.
#[derive(Clone, Debug)]
pub struct Taps {
    short: Vec<[f32; 4]>,
    band: Vec<[f32; 4]>,
    /// One side of the differences, in threes; the other side has the other sign.
    second: [[f32; 3]; SECOND / 3],
    third: [[f32; 3]; THIRD / 3],
}

impl Taps {
    /// A half-band at the distance t from its middle is sin(pi t) times a function e(t) that moves slowly. So the
    /// difference of two of them is the sum over k of e(t_k) sin(pi t) l(t - t_k), where l interpolates between the
    /// t_k, and as all t_k are odd, sin(pi t) is that of t - t_k, turned over.
    pub fn new() -> Self {
        let [first, second, third] = HALF_BANDS;
        let short = kaiser_sinc(first.0, 0.5, 1.0, first.1);
        let mut band = kaiser_sinc(BAND, 0.5, 1.0 / EVERY as f64, BAND_SHAPE);
        for (i, tap) in band.iter_mut().enumerate() {
            *tap *= if i.is_multiple_of(2) { EVERY as f64 } else { -(EVERY as f64) };
        }
        Self {
            short: fours(&short),
            band: fours(&band),
            second: difference(second, first),
            third: difference(third, second),
        }
    }

    /// The band in which the half-bands differ; `x` begins at the first tap of the first frame.
    #[inline(always)]
    pub fn band<L: Lane>(&self, x: &[L]) -> Chunk<L> {
        convolve(&self.band, x)
    }

    /// What the first half-band sees; `x` begins at the first tap of the first frame.
    #[inline(always)]
    pub fn short<L: Lane>(&self, x: &[L]) -> Chunk<L> {
        convolve(&self.short, x)
    }

    /// What the second and the third half-band see more than the one before; `band` holds all that the third reaches.
    #[inline(always)]
    pub fn differences<L: Lane>(&self, band: &[L]) -> [Chunk<L>; 2] {
        let mut sums = [[Chunk::splat(0.0); 3]; 2];
        for (i, third) in self.third.iter().enumerate() {
            for k in 0..3 {
                let t = EVERY * (3 * i + k) + EVERY / 2;
                let x = Chunk::of(band, LAST - t).minus(Chunk::of(band, LAST + t));
                if let Some(second) = self.second.get(i) {
                    sums[0][k] = x.mul_add(second[k], sums[0][k]);
                }
                sums[1][k] = x.mul_add(third[k], sums[1][k]);
            }
        }
        let [[a, b, c], [d, e, f]] = sums;
        [a.plus(b).plus(c), d.plus(e).plus(f)]
    }
}

/// Taps in fours.
fn fours(taps: &[f64]) -> Vec<[f32; 4]> {
    taps.chunks_exact(4).map(|t| from_fn(|k| t[k] as f32)).collect()
}

/// What e(t) of one half-band is more than that of another.
fn difference<const N: usize>(more: (usize, f64), less: (usize, f64)) -> [[f32; 3]; N] {
    from_fn(|i| {
        from_fn(|j| {
            let t = (EVERY * (3 * i + j) + EVERY / 2) as f64;
            (envelope(more, t) - envelope(less, t)) as f32
        })
    })
}

/// The e(t) of a half-band.
fn envelope((half, beta): (usize, f64), t: f64) -> f64 {
    let at = |t: f64| bessel_i0(beta * (1.0 - (t / half as f64).powi(2)).max(0.0).sqrt()) / t;
    // A tap in the middle, half a frame away, tells by what all were divided.
    let middle = kaiser_sinc(half, 0.5, 1.0, beta)[half];
    if t < half as f64 { middle * at(t) / at(0.5) } else { 0.0 }
}

/// Filters a chunk; `x` begins at the first tap of its first frame. Four sums of fused steps each.
#[inline(always)]
fn convolve<L: Lane>(taps: &[[f32; 4]], x: &[L]) -> Chunk<L> {
    let mut sums = [Chunk::splat(0.0); 4];
    for (i, taps) in taps.iter().enumerate() {
        for k in 0..4 {
            sums[k] = Chunk::of(x, 4 * i + k).mul_add(taps[k], sums[k]);
        }
    }
    sums[0].plus(sums[2]).plus(sums[1].plus(sums[3]))
}
