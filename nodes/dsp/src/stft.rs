//! Takes sound apart into overlapping spectra, and puts what has become of them together again.
//!
//! The short-time Fourier transform with overlap-add (Allen, Rabiner, "A unified approach to short-time Fourier analysis
//! and synthesis", 1977): the same window before and after, so that what is not changed comes out as it went in, one frame
//! of the transform later. Several channels are taken apart together.
//!
//! Checked by: noise that passes unchanged, within -130 dB, for each window in use (`stft/tests.rs`).

pub use realfft::num_complex::Complex;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};
use std::f64::consts::TAU;
use std::sync::Arc;

/// Hann's window at a part, 0 to 1, of a frame.
pub fn hann(part: f64) -> f64 {
    0.5 - 0.5 * (TAU * part).cos()
}

/// The state of one transform, for some channels.
pub struct Stft {
    size: usize,
    hop: usize,
    window: Vec<f32>,
    forward: Arc<dyn RealToComplex<f32>>,
    back: Arc<dyn ComplexToReal<f32>>,
    time: Vec<f32>,
    scratch: Vec<Complex<f32>>,
    channels: Vec<Channel>,
    spectra: Vec<Vec<Complex<f32>>>,
    /// Where the rings are written next; a frame is due where the hop divides it.
    at: usize,
}

/// The last frame of what came in, and of what is added up to go out; both rings.
struct Channel {
    input: Vec<f32>,
    output: Vec<f32>,
}

impl Stft {
    /// A transform of `size` frames (a power of two), of which `overlap` overlap, with a window that is told of the part of
    /// a frame, 0 to 1. Squares of the window must add up evenly: Hann's does at an overlap of 3 and more, its root at 2.
    pub fn new(channels: usize, size: usize, overlap: usize, window: impl Fn(f64) -> f64) -> Self {
        let mut planner = RealFftPlanner::new();
        let (forward, back) = (planner.plan_fft_forward(size), planner.plan_fft_inverse(size));
        let shape = || (0..size).map(|i| window(i as f64 / size as f64));
        let power: f64 = shape().map(|w| w * w).sum();
        // The frames that overlap add up their power, and the transforms add a factor of the size.
        let scale = 1.0 / (power * overlap as f64).sqrt();
        let ring = || Channel { input: vec![0.0; size], output: vec![0.0; size] };
        Self {
            size,
            hop: size / overlap,
            window: shape().map(|w| (w * scale) as f32).collect(),
            time: vec![0.0; size],
            scratch: vec![Complex::default(); forward.get_scratch_len().max(back.get_scratch_len())],
            channels: (0..channels).map(|_| ring()).collect(),
            spectra: (0..channels).map(|_| forward.make_output_vec()).collect(),
            forward,
            back,
            at: 0,
        }
    }

    /// How many frames a transform has; so much later comes out what went in.
    pub fn size(&self) -> usize {
        self.size
    }

    /// How many frames lie between two transforms.
    pub fn hop(&self) -> usize {
        self.hop
    }

    /// Whether a transform is due before the next frame goes in.
    pub fn is_due(&self) -> bool {
        self.at.is_multiple_of(self.hop)
    }

    /// Takes the last frames apart, lets their spectra (one a channel, from 0 Hz to half of the rate) be changed, and puts
    /// them together.
    #[inline(always)]
    pub fn transform(&mut self, change: impl FnOnce(&mut [Vec<Complex<f32>>])) {
        for (channel, spectrum) in self.channels.iter().zip(&mut self.spectra) {
            let (older, newer) = channel.input.split_at(self.at);
            for ((t, x), w) in self.time.iter_mut().zip(newer.iter().chain(older)).zip(&self.window) {
                *t = x * w;
            }
            // The lengths are those of the plans, the only thing that these can find wrong.
            let _ = self.forward.process_with_scratch(&mut self.time, spectrum, &mut self.scratch);
        }
        change(&mut self.spectra);
        for (channel, spectrum) in self.channels.iter_mut().zip(&mut self.spectra) {
            // A real signal has no imaginary part at the ends of its spectrum.
            spectrum[0].im = 0.0;
            spectrum[self.size / 2].im = 0.0;
            let _ = self.back.process_with_scratch(spectrum, &mut self.time, &mut self.scratch);
            let (first, second) = channel.output.split_at_mut(self.at);
            for ((y, t), w) in second.iter_mut().chain(first).zip(&self.time).zip(&self.window) {
                *y += t * w;
            }
        }
    }

    /// What went into a channel one transform ago, which the next frame takes the place of.
    #[inline(always)]
    pub fn oldest(&self, channel: usize) -> f32 {
        self.channels[channel].input[self.at]
    }

    /// Puts a frame into a channel, and gives the one that comes out.
    #[inline(always)]
    pub fn exchange(&mut self, channel: usize, x: f32) -> f32 {
        let Channel { input, output } = &mut self.channels[channel];
        input[self.at] = x;
        std::mem::take(&mut output[self.at])
    }

    /// Goes on to the next frame, after each channel has had its own.
    #[inline(always)]
    pub fn step(&mut self) {
        self.at = if self.at + 1 == self.size { 0 } else { self.at + 1 };
    }

    /// Forgets all that went in.
    pub fn reset(&mut self) {
        for channel in &mut self.channels {
            channel.input.fill(0.0);
            channel.output.fill(0.0);
        }
        self.at = 0;
    }
}

#[cfg(test)]
mod tests;
