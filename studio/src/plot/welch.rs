//! Measures the average spectrum of a sound, for the curve in the picture.
//!
//! The meters' averaged transform, summed in soft-edged bands of a twelfth of an octave.

use super::SpectrumPoint;
use signalbox_dsp::spectrum::{Spectrum, Welch};
use signalbox_engine::Audio;

/// Points an octave: neighbouring bands overlap four times, so the curve is smooth.
const POINTS: f64 = 48.0;
/// Bands an octave.
const BANDS: f64 = 12.0;
/// Lowest and highest centre frequency, in Hz.
const RANGE: [f64; 2] = [20.0, 20_000.0];
/// Half the width of the main lobe of a Hann window, in bins: a band holds it, so that a tone reads its level.
const LOBE: f64 = 2.0;
/// The bins of a sine under a Hann window sum up to this, where its own bin is 1.
const SUM_OF_TONE: f64 = 1.5;

/// The average level of each band of a twelfth of an octave, from 20 Hz to 20 kHz (or to half the rate), 48 points
/// an octave: the power in the band, averaged over time and channels, in dB against a sine at full scale.
///
/// A steady sine reads its own level; pink noise reads flat, white noise rises by 3 dB an octave. Below some 100 Hz at
/// the usual rates a band is widened to the resolution of the transform (four bins, 1.5 Hz at 48 kHz). Silence reads
/// negative infinity; samples that are not finite count as silence. Without a sound the curve is empty.
pub fn spectrum(audio: &Audio) -> Vec<SpectrumPoint> {
    let frames = audio.frames();
    if frames == 0 || audio.rate == 0 {
        return Vec::new();
    }
    let rate = f64::from(audio.rate);
    let Some(average) = average(audio) else { return Vec::new() };
    let power: Vec<f64> = average.bins().iter().map(|bin| bin / SUM_OF_TONE).collect();
    let octaves = (RANGE[1] / RANGE[0]).log2();
    let points = (octaves * POINTS).floor() as usize;
    (0..=points)
        .map(|index| RANGE[0] * 2f64.powf(index as f64 / POINTS))
        .filter(|hertz| hertz * 2f64.powf(0.75 / BANDS) < 0.5 * rate)
        .map(|hertz| (hertz, 10.0 * band(&power, hertz / average.bin_width()).log10()))
        .collect()
}

/// Power in the band around a place between bins: all of it near the middle, ever less towards the edges, so that a
/// tone is a hill with a round top and not a box. It takes as much noise as a sharp band of a twelfth of an octave.
fn band(power: &[f64], middle: f64) -> f64 {
    // From the middle to where the fall begins, and to its end; their mean is half a band.
    let flat = (middle * (2f64.powf(0.25 / BANDS) - 1.0)).max(LOBE);
    let fall = (middle * (2f64.powf(0.75 / BANDS) - 2f64.powf(0.25 / BANDS))).max(1.0);
    let first = (middle - flat - fall).ceil().max(0.0) as usize;
    let last = ((middle + flat + fall).floor() as usize).min(power.len().saturating_sub(1));
    let bins = power.get(first..=last).unwrap_or_default();
    (bins.iter().enumerate())
        .map(|(index, power)| {
            let inside = (flat + fall - ((first + index) as f64 - middle).abs()) / fall;
            let share = inside.clamp(0.0, 1.0);
            power * share * share * (3.0 - 2.0 * share)
        })
        .sum()
}

/// A window of some 2.7 s: the power of two nearest to it, so that the lowest bands are resolved.
fn window_size(rate: u32) -> usize {
    let wanted = 2.7 * f64::from(rate);
    (wanted.log2().round().exp2() as usize).clamp(64, 1 << 21)
}

/// The average over time and channels.
fn average(audio: &Audio) -> Option<Spectrum> {
    let spectra = audio.channels.iter().map(|channel| {
        // A shorter sound is one window of its own, even, length.
        let size = window_size(audio.rate).min(audio.frames() / 2 * 2);
        let mut welch = Welch::new(audio.rate, size);
        welch.push(channel);
        welch.spectrum()
    });
    spectra.reduce(|mut whole, channel| {
        whole.merge(&channel);
        whole
    })
}

#[cfg(test)]
mod tests;
