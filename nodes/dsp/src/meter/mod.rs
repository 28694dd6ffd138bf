//! Says how loud a sound is, how high its peaks reach, and how its two sides agree.
//!
//! [`Loudness`] follows ITU-R BS.1770-5, EBU R 128, Tech 3341 and Tech 3342; [`TruePeak`] finds the peaks between
//! the samples; [`Basics`] keeps the plain sums (peak, mean, power, correlation). A [`Measurer`] runs all three over
//! a whole programme and ends in a [`Measurement`].
//!
//! Samples flow: `weighting` (what the ear hears) → `loudness` (windows of 0.4 and 3 s) → `gate` (what counts).
//! Beside it `oversample` → `true_peak`, and `basics`. Every meter takes pieces of any length and reads the same
//! bits however the frames were cut; none allocates after its creation, save the time series, which is asked for.

mod basics;
mod gate;
mod loudness;
mod measurement;
mod oversample;
mod true_peak;
mod weighting;

pub use basics::Basics;
pub use loudness::{Loudness, weights};
pub use measurement::{ChannelMeasurement, Measurement, Measurer, Moment};
pub use oversample::Oversample4;
pub use true_peak::TruePeak;

/// Decibels of an amplitude against full scale; `None` for silence.
fn amplitude_db(amplitude: f64) -> Option<f64> {
    (amplitude > 0.0).then(|| 20.0 * amplitude.log10())
}

#[cfg(test)]
mod tests;
