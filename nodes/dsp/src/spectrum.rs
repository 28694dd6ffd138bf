//! Shows which frequencies a sound is made of, and how strong they are.
//!
//! The average of the power of overlapping windowed pieces (Welch, "The use of fast Fourier transform for the
//! estimation of power spectra", 1967), with a Hann window and 50 % overlap. Power is counted against a sine of
//! amplitude 1: such a sine reads 0 dBFS, wherever its frequency lies between the bins, because its height is read
//! off the known shape of the window (Grandke, "Interpolation algorithms for discrete Fourier transforms of weighted
//! signals", 1983).
//!
//! Checked by: tones at all places between two bins, within 0.001 dB and 0.001 bins where the tone stands 100 dB
//! clear, and the power of noise in thirds of an octave (`spectrum/tests.rs`).

use realfft::num_complex::Complex;
use realfft::{RealFftPlanner, RealToComplex};
use std::f64::consts::{PI, TAU};
use std::fmt;
use std::sync::Arc;

/// Bins of white noise that a tone's peak stands for under a Hann window (its noise bandwidth).
const NOISE_BINS: f64 = 1.5;

/// The least size of a piece, in frames.
const SMALLEST: usize = 16;

/// Averages the power spectrum of one channel as it streams by.
///
/// ```
/// use signalbox_dsp::spectrum::Welch;
/// let tone: Vec<f32> = (0..48_000).map(|i| (i as f32 * 0.01 * std::f32::consts::TAU).sin() * 0.5).collect();
/// let mut welch = Welch::new(48_000, 4096);
/// welch.push(&tone);
/// let found = welch.spectrum().tone(20.0, 20_000.0).unwrap();
/// assert!((found.frequency - 480.0).abs() < 0.1 && (found.dbfs - -6.02).abs() < 0.02);
/// ```
#[derive(Clone)]
pub struct Welch {
    rate: u32,
    transform: Arc<dyn RealToComplex<f32>>,
    window: Vec<f32>,
    /// The frames of the running piece.
    piece: Vec<f32>,
    filled: usize,
    windowed: Vec<f32>,
    bins: Vec<Complex<f32>>,
    scratch: Vec<Complex<f32>>,
    power: Vec<f64>,
    pieces: u64,
}

impl fmt::Debug for Welch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Welch")
            .field("rate", &self.rate)
            .field("size", &self.piece.len())
            .finish_non_exhaustive()
    }
}

impl Welch {
    /// An average over pieces of `size` frames (at least 16, and an even number; powers of two are fastest), for a
    /// sound of `rate` frames a second. Nothing is allocated after this.
    pub fn new(rate: u32, size: usize) -> Self {
        let size = size.max(SMALLEST).next_multiple_of(2);
        let transform = RealFftPlanner::new().plan_fft_forward(size);
        Self {
            rate: rate.max(1),
            window: (0..size).map(|i| hann(i, size) as f32).collect(),
            piece: vec![0.0; size],
            filled: 0,
            windowed: transform.make_input_vec(),
            bins: transform.make_output_vec(),
            scratch: transform.make_scratch_vec(),
            power: vec![0.0; size / 2 + 1],
            pieces: 0,
            transform,
        }
    }

    /// Listens to any number of frames. Not finite samples count as 0.
    pub fn push(&mut self, mut samples: &[f32]) {
        let size = self.piece.len();
        while !samples.is_empty() {
            let (now, later) = samples.split_at((size - self.filled).min(samples.len()));
            for (to, &x) in self.piece[self.filled..].iter_mut().zip(now) {
                *to = if x.is_finite() { x } else { 0.0 };
            }
            self.filled += now.len();
            if self.filled == size {
                for ((to, &x), &w) in self.windowed.iter_mut().zip(&self.piece).zip(&self.window) {
                    *to = x * w;
                }
                self.add_windowed(size);
                self.piece.copy_within(size / 2.., 0);
                self.filled = size / 2;
            }
            samples = later;
        }
    }

    /// The average so far. A sound that is shorter than one piece is one piece of its own length, less sharp in
    /// frequency; of a longer one, the end that does not fill a piece is left out.
    pub fn spectrum(&self) -> Spectrum {
        if self.pieces > 0 || self.filled == 0 {
            return self.average();
        }
        let mut short = self.clone();
        short.windowed.fill(0.0);
        for (i, (to, &x)) in short.windowed.iter_mut().zip(&self.piece[..self.filled]).enumerate() {
            *to = x * hann(i, self.filled) as f32;
        }
        short.add_windowed(self.filled);
        Spectrum { length: self.filled, ..short.average() }
    }

    /// Goes back to the state after creation.
    pub fn reset(&mut self) {
        self.filled = 0;
        self.power.fill(0.0);
        self.pieces = 0;
    }

    /// Adds the power of what lies in `windowed`, under a window of `length` frames.
    fn add_windowed(&mut self, length: usize) {
        // The sum of a Hann window is half its length, and a sine puts half its amplitude into a bin.
        let scale = (4.0 / length as f64).powi(2);
        // It fails for buffers of a wrong length alone, and these are its own.
        if self.transform.process_with_scratch(&mut self.windowed, &mut self.bins, &mut self.scratch).is_ok()
        {
            for (power, bin) in self.power.iter_mut().zip(&self.bins) {
                *power = scale.mul_add(f64::from(bin.re).powi(2) + f64::from(bin.im).powi(2), *power);
            }
            self.pieces += 1;
        }
    }

    fn average(&self) -> Spectrum {
        let pieces = self.pieces.max(1) as f64;
        let mut power: Vec<f64> = self.power.iter().map(|p| p / pieces).collect();
        // The outermost bins have no mirror image to share their power with.
        let last = power.len() - 1;
        power[0] *= 0.5;
        power[last] *= 0.5;
        Spectrum { rate: self.rate, size: self.piece.len(), length: self.piece.len(), weight: pieces, power }
    }
}

/// The Hann window of a period of `size` frames.
fn hann(i: usize, size: usize) -> f64 {
    0.5 - 0.5 * (TAU * i as f64 / size as f64).cos()
}

/// A power spectrum.
#[derive(Clone, Debug, PartialEq)]
pub struct Spectrum {
    rate: u32,
    size: usize,
    /// Frames under the window.
    length: usize,
    /// Pieces in the average.
    weight: f64,
    power: Vec<f64>,
}

/// A tone in a spectrum.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tone {
    /// In hertz.
    pub frequency: f64,
    /// Level in dBFS: a sine of amplitude 1 has 0.
    pub dbfs: f64,
}

/// The power in one band.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Band {
    /// The exact middle, in hertz.
    pub centre: f64,
    /// Power against that of a sine of amplitude 1; the part above half the sample rate is missing.
    pub power: f64,
}

impl Band {
    /// Level in dBFS (a sine of amplitude 1 has 0); `None` where there is no power.
    pub fn dbfs(&self) -> Option<f64> {
        (self.power > 0.0).then(|| 10.0 * self.power.log10())
    }
}

impl Spectrum {
    /// The power of each bin, from 0 Hz to half the sample rate, against that of a sine of amplitude 1: at such a
    /// sine's own bin it is 1. (Noise reads 1.76 dB too high in a single bin; [`power_between`](Self::power_between)
    /// allows for that.)
    pub fn bins(&self) -> &[f64] {
        &self.power
    }

    /// The frequency of a bin in hertz.
    pub fn frequency(&self, bin: usize) -> f64 {
        bin as f64 * self.bin_width()
    }

    /// Hertz from one bin to the next.
    pub fn bin_width(&self) -> f64 {
        f64::from(self.rate) / self.size as f64
    }

    /// Takes another spectrum of the same rate and size (another channel's) into the average, each piece with the
    /// same weight. Gives back whether they fit; if not, nothing changes.
    pub fn merge(&mut self, other: &Self) -> bool {
        let fit = (self.rate, self.size, self.length) == (other.rate, other.size, other.length);
        if fit {
            let weight = self.weight + other.weight;
            for (a, b) in self.power.iter_mut().zip(&other.power) {
                *a = (*a * self.weight + b * other.weight) / weight;
            }
            self.weight = weight;
        }
        fit
    }

    /// The strongest tone between two frequencies in hertz, by interpolation: exact for a steady tone that is alone
    /// within three bins. `None` where there is nothing.
    pub fn tone(&self, low: f64, high: f64) -> Option<Tone> {
        // A zero-padded piece has a wider peak; its neighbours that count lie further off.
        let spread = self.size as f64 / self.length as f64;
        let step = (spread.round() as usize).max(1);
        let first = (low / self.bin_width()).ceil().max(1.0) as usize;
        let last =
            ((high / self.bin_width()).floor().max(0.0) as usize).min(self.power.len().saturating_sub(2));
        let (at, &power) =
            self.power.get(first..=last)?.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1))?;
        let at = at + first;
        if power <= 0.0 {
            return None;
        }
        let below = self.power[at.saturating_sub(step)];
        let above = self.power[(at + step).min(self.power.len() - 1)];
        let (side, neighbour) = if above >= below { (1.0, above) } else { (-1.0, below) };
        // Under a Hann window two amplitudes `d` bins apart stand in a ratio that is free of their common factor.
        let ratio = (neighbour / power).sqrt();
        let away = offset(ratio, step as f64 / spread);
        Some(Tone {
            frequency: (at as f64 + side * away * spread) * self.bin_width(),
            dbfs: 10.0 * power.log10() - 20.0 * lobe(away).log10(),
        })
    }

    /// The power between two frequencies in hertz, against that of a sine of amplitude 1. A bin that a border cuts
    /// counts in part.
    pub fn power_between(&self, low: f64, high: f64) -> f64 {
        let last = self.power.len() - 1;
        let inside = |frequency: f64| (frequency / self.bin_width()).clamp(0.0, last as f64);
        let (low, high) = (inside(low), inside(high));
        let spread = self.size as f64 / self.length as f64;
        let mut sum = 0.0;
        for bin in low.round() as usize..=high.round() as usize {
            let width = (bin as f64 + 0.5).min(high) - (bin as f64 - 0.5).max(low);
            // Half of the outermost bins lies outside, with no power of its own.
            let share = if bin == 0 || bin == last { 2.0 * width } else { width };
            sum += self.power[bin] * share.max(0.0);
        }
        sum / (NOISE_BINS * spread)
    }

    /// The power in thirds of an octave from 20 Hz to 20 kHz: the base-ten bands of IEC 61260-1, with their exact
    /// middles 1000 · 10^(n/10) and borders 10^(1/20) to either side. A band narrower than three bins is coarse: see
    /// [`third_octaves`].
    pub fn third_octaves(&self) -> [Band; 31] {
        let border = 10f64.powf(0.05);
        std::array::from_fn(|i| {
            let centre = 1_000.0 * 10f64.powf((i as f64 - 17.0) / 10.0);
            Band { centre, power: self.power_between(centre / border, centre * border) }
        })
    }
}

/// The levels of a sound in thirds of an octave (see [`Spectrum::third_octaves`]), fine enough for the lowest.
pub fn third_octaves(samples: &[f32], rate: u32) -> [Band; 31] {
    // The lowest band is 4.6 Hz wide: five bins or more.
    let mut welch = Welch::new(rate, (rate as usize).max(SMALLEST).next_power_of_two());
    welch.push(samples);
    welch.spectrum().third_octaves()
}

/// The amplitude of a tone under a Hann window, `d` bins from its middle, against that at its middle.
fn lobe(d: f64) -> f64 {
    if d.abs() < 1e-9 { 1.0 } else { (PI * d).sin() / (PI * d) / (1.0 - d * d) }
}

/// How far, in bins, a tone lies from the highest bin towards its neighbour `step` bins on, that has `ratio` times its
/// amplitude. The ratio rises with the offset, so it is found by halving.
fn offset(ratio: f64, step: f64) -> f64 {
    let (mut low, mut high) = (0.0, 0.5);
    for _ in 0..50 {
        let middle = 0.5 * (low + high);
        if lobe(step - middle) < ratio * lobe(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
    0.5 * (low + high)
}

#[cfg(test)]
mod tests;
