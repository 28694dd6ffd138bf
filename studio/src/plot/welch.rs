//! Measures the average spectrum of a sound, for the curve in the picture.
//!
//! Welch's method (P. D. Welch, "The use of fast Fourier transform for the estimation of power spectra", IEEE
//! Transactions on Audio and Electroacoustics 15, 1967) over half-overlapping Hann windows, then summed in bands of
//! a twelfth of an octave.

use super::SpectrumPoint;
use realfft::RealFftPlanner;
use signalbox_engine::Audio;

/// Points an octave: neighbouring bands overlap four times, so the curve is smooth.
const POINTS: f64 = 48.0;
/// Bands an octave.
const BANDS: f64 = 12.0;
/// Lowest and highest centre frequency, in Hz.
const RANGE: [f64; 2] = [20.0, 20_000.0];
/// Half the width of the main lobe of a Hann window, in bins: a band holds it, so that a tone reads its level.
const LOBE: f64 = 2.0;
/// Windows at most: those of a long programme are spread evenly over it.
const MOST_WINDOWS: usize = 192;

/// The average level of each band of a twelfth of an octave, from 20 Hz to 20 kHz (or to half the rate), 48 points
/// an octave: the power in the band, averaged over time and channels, in dB against a sine at full scale.
///
/// A steady sine reads its own level; pink noise reads flat, white noise rises by 3 dB an octave. Below some 25 Hz at
/// the usual rates a band is widened to the resolution of the transform (four bins, 1.5 Hz at 48 kHz). Silence reads
/// negative infinity; samples that are not finite count as silence. Without a sound the curve is empty.
pub fn spectrum(audio: &Audio) -> Vec<SpectrumPoint> {
    let frames = audio.frames();
    if frames == 0 || audio.rate == 0 {
        return Vec::new();
    }
    let rate = f64::from(audio.rate);
    let size = window_size(audio.rate);
    // A shorter sound gets a window of its own length, whose lobe is wider.
    let length = size.min(frames);
    let lobe = LOBE * size as f64 / length as f64;
    let power = bins(audio, size, length);
    let octaves = (RANGE[1] / RANGE[0]).log2();
    let points = (octaves * POINTS).floor() as usize;
    (0..=points)
        .map(|index| RANGE[0] * 2f64.powf(index as f64 / POINTS))
        .filter(|hertz| hertz * 2f64.powf(0.75 / BANDS) < 0.5 * rate)
        .map(|hertz| (hertz, 10.0 * band(&power, hertz * size as f64 / rate, lobe).log10()))
        .collect()
}

/// Power in the band around a place between bins: all of it near the middle, ever less towards the edges, so that a
/// tone is a hill with a round top and not a box. It takes as much noise as a sharp band of a twelfth of an octave.
fn band(power: &[f64], middle: f64, lobe: f64) -> f64 {
    // From the middle to where the fall begins, and to its end; their mean is half a band.
    let flat = (middle * (2f64.powf(0.25 / BANDS) - 1.0)).max(lobe);
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

/// Power of each bin of a transform of `size`, averaged over windows of `length` and over channels; all bins of a
/// sine at full scale sum up to 1.
fn bins(audio: &Audio, size: usize, length: usize) -> Vec<f64> {
    let window: Vec<f32> = (0..length)
        .map(|n| (0.5 - 0.5 * (std::f64::consts::TAU * (n as f64 + 0.5) / length as f64).cos()) as f32)
        .collect();
    let transform = RealFftPlanner::<f32>::new().plan_fft_forward(size);
    let mut input = transform.make_input_vec();
    let mut output = transform.make_output_vec();
    let mut scratch = transform.make_scratch_vec();
    let mut power = vec![0.0; output.len()];
    let starts = starts(audio.frames(), length);
    for channel in &audio.channels {
        for &start in &starts {
            let piece = channel.get(start..(start + length).min(channel.len())).unwrap_or_default();
            input.fill(0.0);
            for ((into, &sample), &weight) in input.iter_mut().zip(piece).zip(&window) {
                *into = if sample.is_finite() { sample * weight } else { 0.0 };
            }
            // Lengths match by construction, which is all that can fail.
            if transform.process_with_scratch(&mut input, &mut output, &mut scratch).is_err() {
                continue;
            }
            for (sum, bin) in power.iter_mut().zip(&output) {
                *sum += f64::from(bin.norm_sqr());
            }
        }
    }
    let weight: f64 = window.iter().map(|&w| f64::from(w) * f64::from(w)).sum();
    // Parseval: the one-sided sum of |X|² is size/2 · Σ(w·x)², and that of a sine at full scale is ½ · Σw².
    let norm = 4.0 / (size as f64 * weight * (starts.len() * audio.width()) as f64);
    power.iter_mut().for_each(|bin| *bin *= norm);
    power
}

/// Where windows begin: half of one apart, or wider in a long sound; one at 0 where the sound is shorter.
fn starts(frames: usize, length: usize) -> Vec<usize> {
    if frames <= length {
        return vec![0];
    }
    let room = frames - length;
    let count = (room.div_ceil((length / 2).max(1)) + 1).min(MOST_WINDOWS);
    (0..count).map(|index| index * room / (count - 1)).collect()
}

#[cfg(test)]
mod tests;
