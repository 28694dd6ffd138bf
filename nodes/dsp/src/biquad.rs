//! Filters of second order whose response is that of the analogue circuit, up to the edge of hearing.
//!
//! The bilinear transform squeezes the whole analogue frequency axis below half the rate, so that a bell at 16 kHz is
//! several decibels off. Here the poles and zeros are chosen so that the *magnitude* is the analogue one: the idea of
//! Vicanek, "Matched Second Order Digital Filters" (2016), which meets the analogue magnitude at a few points. In
//! place of a few points the squared magnitude, a ratio of two quadratics in `tan²(π f / rate)`, is fitted to the
//! analogue one over the band by weighted least squares, iterated as by Sanathanan and Koerner, "Transfer function
//! synthesis as a ratio of two complex polynomials" (1963). Gain at 0 Hz is exact.
//!
//! Checked by a scan over all curves, frequencies, gains and Q (`biquad/tests.rs`).

use crate::svf::Section;

mod fit;

/// The form of an analogue filter. The definitions are those of Bristow-Johnson's cookbook before its transform.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Curve {
    /// Raises or lowers a band.
    Bell,
    /// Raises or lowers what lies below.
    LowShelf,
    /// Raises or lowers what lies above.
    HighShelf,
    /// Raises what lies above and lowers what lies below by half the gain each.
    Tilt,
    /// Keeps what lies below.
    LowPass,
    /// Keeps what lies above.
    HighPass,
    /// Keeps a band; 0 dB in its middle.
    BandPass,
    /// Takes a band away.
    Notch,
}

/// An analogue filter of second order.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Analogue {
    /// Its form.
    pub curve: Curve,
    /// Frequency in hertz, above 0: middle of a band, half gain of a shelf, pole of a pass.
    pub frequency: f64,
    /// Gain in decibels of a bell, a shelf or a tilt.
    pub gain_db: f64,
    /// Quality, above 0.
    pub q: f64,
}

/// Squared magnitude as a ratio of two quadratics, lowest coefficient first.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Ratio {
    top: [f64; 3],
    bottom: [f64; 3],
}

impl Ratio {
    fn at(&self, u: f64) -> f64 {
        let value = |p: &[f64; 3]| p[0] + u * (p[1] + u * p[2]);
        value(&self.top) / value(&self.bottom)
    }
}

impl Analogue {
    /// Squared magnitude over `u = (f / frequency)²`.
    fn ratio(&self) -> Ratio {
        let a = 10f64.powf(self.gain_db / 40.0);
        let b = 1.0 / (self.q * self.q);
        let pole = [1.0, b - 2.0, 1.0];
        // A shelf: (A - u)² + A/Q² u over (1 - A u)² + A/Q² u is A² at 0 Hz and 1/A² far above.
        let slope = a * (b - 2.0);
        let (near, far) = ([a * a, slope, 1.0], [1.0, slope, a * a]);
        let (top, bottom) = match self.curve {
            Curve::Bell => ([1.0, a * a * b - 2.0, 1.0], [1.0, b / (a * a) - 2.0, 1.0]),
            Curve::LowShelf => (near.map(|c| c * a * a), far),
            Curve::HighShelf => (far.map(|c| c * a * a), near),
            Curve::Tilt => (far, near),
            Curve::LowPass => ([1.0, 0.0, 0.0], pole),
            Curve::HighPass => ([0.0, 0.0, 1.0], pole),
            Curve::BandPass => ([0.0, b, 0.0], pole),
            Curve::Notch => ([1.0, -2.0, 1.0], pole),
        };
        Ratio { top, bottom }
    }

    /// Squared magnitude at `frequency` in hertz.
    pub fn power(&self, frequency: f64) -> f64 {
        self.ratio().at((frequency / self.frequency).powi(2))
    }

    /// Magnitude in decibels at `frequency` in hertz; never below -400 dB.
    pub fn magnitude_db(&self, frequency: f64) -> f64 {
        10.0 * self.power(frequency).max(1e-40).log10()
    }

    /// The digital filter with this magnitude, for `rate` in hertz; a notch or a pass above 0.49 of the rate lies
    /// there. `top` is the frequency in hertz up to which it is to fit best, at most `0.45 * rate`.
    pub fn matched(&self, rate: f64, top: f64) -> Section {
        let neutral = self.gain_db.abs() < 1e-6;
        match self.curve {
            Curve::Bell | Curve::LowShelf | Curve::HighShelf | Curve::Tilt if neutral => {
                Section::neutral(self.frequency / rate, 1.0 / self.q)
            }
            _ => fit::fit(self, rate, top),
        }
    }
}

#[cfg(test)]
mod tests;
