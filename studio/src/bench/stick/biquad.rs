//! A filter of second order: one multiplication and four fused steps a frame.

use crate::bench::settings::{Band, RATE};
use signalbox_dsp::lane::Lane;
use std::f64::consts::TAU;

/// Coefficients, the feedback's with their signs turned: transposed direct form 2.
#[derive(Clone, Copy, Debug)]
pub struct Biquad<L> {
    forward: [L; 3],
    back: [L; 2],
}

impl<L: Lane> Biquad<L> {
    /// The filter of each lane's band, after Bristow-Johnson, "Cookbook formulae for audio equalizer biquad filter
    /// coefficients".
    pub fn new(band: impl Fn(usize) -> Band) -> Self {
        let part = |k: usize| L::from_fn(|lane| cookbook(&band(lane))[k] as f32);
        Self { forward: [part(0), part(1), part(2)], back: [part(3), part(4)] }
    }

    /// The next frame.
    #[inline(always)]
    pub fn tick(&self, state: &mut [L; 2], x: L) -> L {
        let y = self.forward[0].mul_add(x, state[0]);
        state[0] = self.back[0].mul_add(y, self.forward[1].mul_add(x, state[1]));
        state[1] = self.back[1].mul_add(y, self.forward[2] * x);
        y
    }
}

/// `b0, b1, b2, -a1, -a2` with `a0` at 1.
fn cookbook(band: &Band) -> [f64; 5] {
    let a = 10f64.powf(band.gain / 40.0);
    let (sin, cos) = (TAU * band.frequency / f64::from(RATE)).sin_cos();
    let alpha = sin / (2.0 * band.q);
    let [b0, b1, b2, a0, a1, a2] = if band.curve == "bell" {
        let (lift, fall) = (alpha * a, alpha / a);
        [1.0 + lift, -2.0 * cos, 1.0 - lift, 1.0 + fall, -2.0 * cos, 1.0 - fall]
    } else {
        // A high shelf is a low shelf with the frequency axis turned round.
        let side = if band.curve == "lowshelf" { 1.0 } else { -1.0 };
        let (up, down, turn) = (a + 1.0, (a - 1.0) * cos * side, 2.0 * a.sqrt() * alpha);
        let odd = |sign: f64| side * ((a - 1.0) + sign * up * cos * side);
        [
            a * (up - down + turn),
            2.0 * a * odd(-1.0),
            a * (up - down - turn),
            up + down + turn,
            -2.0 * odd(1.0),
            up + down - turn,
        ]
    };
    [b0 / a0, b1 / a0, b2 / a0, -a1 / a0, -a2 / a0]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::settings::{MASTER, track};
    use signalbox_dsp::biquad::{Analogue, Curve};

    /// Magnitude in decibels at a frequency in hertz.
    fn magnitude(c: [f64; 5], frequency: f64) -> f64 {
        let w = TAU * frequency / f64::from(RATE);
        let power = |k: [f64; 3]| {
            let re = k[0] + k[1] * w.cos() + k[2] * (2.0 * w).cos();
            let im = k[1] * w.sin() + k[2] * (2.0 * w).sin();
            re * re + im * im
        };
        10.0 * (power([c[0], c[1], c[2]]) / power([1.0, -c[3], -c[4]])).log10()
    }

    #[test]
    fn a_band_has_the_analogue_response_where_the_transform_leaves_it_alone() {
        let curve = |name: &str| match name {
            "bell" => Curve::Bell,
            "lowshelf" => Curve::LowShelf,
            _ => Curve::HighShelf,
        };
        for band in MASTER.into_iter().chain(track(1).bands).chain(track(4).bands) {
            let analogue = Analogue {
                curve: curve(band.curve),
                frequency: band.frequency,
                gain_db: band.gain,
                q: band.q,
            };
            for frequency in [10.0, 50.0, 100.0, 400.0, 1_000.0] {
                let (is, wanted) = (magnitude(cookbook(&band), frequency), analogue.magnitude_db(frequency));
                assert!((is - wanted).abs() < 0.03, "{band:?} at {frequency}: {is} for {wanted}");
            }
        }
    }
}
