//! Dither: the noise that turns the error of a shorter word length into a constant, harmless hiss.
//!
//! Rounding to 16 bits leaves an error that follows the signal: harmonics of a quiet tone, and silence below half a
//! step. Noise with a triangular density, two steps wide from end to end, added before the rounding makes the mean
//! and the power of the error independent of the signal (Lipshitz, Wannamaker, Vanderkooy, "Quantization and
//! Dither: A Theoretical Survey", 1992). The power of the error is then a quarter of a squared step: −96.33 dB
//! against full scale at 16 bits, white. Silence is dithered too, because a hiss that comes and goes is heard.
//!
//! The noise comes from SplitMix64 (Steele, Lea, Flood, "Fast Splittable Pseudorandom Number Generators", 2014),
//! asked by the number of the frame: whatever the length of the pieces, and wherever they begin, a frame gets the
//! same noise, so a render is reproducible. Channels have independent noise.
//!
//! Checked by: power, whiteness and independence of the error, and a tone of −100 dBFS (`dither/tests.rs`).

use crate::lane::{Simd, Task, dispatch};

/// Steps of a 16-bit word from zero to full scale.
pub const STEPS_16: f64 = 32_768.0;
/// Steps of a 24-bit word from zero to full scale.
pub const STEPS_24: f64 = 8_388_608.0;

/// The odd number nearest to 2⁶⁴ divided by the golden ratio: the stride of SplitMix64.
const STRIDE: u64 = 0x9e37_79b9_7f4a_7c15;

/// The triangular noise of one channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tpdf {
    key: u64,
}

impl Tpdf {
    /// The noise of channel number `channel` of a render with this `seed`. Equal arguments give equal noise.
    pub const fn new(seed: u64, channel: u64) -> Self {
        Self { key: mix(mix(seed).wrapping_add(channel.wrapping_mul(STRIDE))) }
    }

    /// The noise for one frame, in steps: triangular from −1 to 1, mean 0, variance 1/6.
    #[inline(always)]
    pub fn noise(self, frame: u64) -> f64 {
        let bits = mix(self.key.wrapping_add(frame.wrapping_mul(STRIDE)));
        // Two whole numbers of 32 bits, each uniform: their difference is triangular and exact in an f64.
        let (a, b) = (bits >> 32, bits & 0xffff_ffff);
        (a as i64 - b as i64) as f64 * (1.0 / 4_294_967_296.0)
    }

    /// Quantises a stretch of samples (full scale at 1.0) to 16 bits with dither. `first` is the number of the
    /// stretch's first frame in the whole render. What lies above full scale becomes the outermost word.
    ///
    /// Only as many samples as the shorter slice holds are done.
    pub fn to_16_bits(self, first: u64, samples: &[f32], words: &mut [i16]) {
        dispatch(To16Bits { noise: self, first, samples, words });
    }
}

struct To16Bits<'a> {
    noise: Tpdf,
    first: u64,
    samples: &'a [f32],
    words: &'a mut [i16],
}

impl Task for To16Bits<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for (index, (word, &sample)) in self.words.iter_mut().zip(self.samples).enumerate() {
            let noise = self.noise.noise(self.first.wrapping_add(index as u64));
            *word = quantise(f64::from(sample), noise, STEPS_16) as i16;
        }
    }
}

/// A sample (full scale at 1.0) plus `noise` (in steps), rounded to the nearest whole step and held within the words
/// that `steps` steps from zero to full scale allow: `-steps..=steps − 1`. With no noise, halves are rounded up.
#[inline(always)]
pub fn quantise<D: Simd<Scalar = f64>>(sample: D, noise: D, steps: f64) -> D {
    // The steps are a power of two, so the product is exact and a fused multiply-add would change nothing.
    let whole = (sample * D::splat(steps) + (noise + D::splat(0.5))).floor();
    whole.clamp(D::splat(-steps), D::splat(steps - 1.0))
}

/// The finaliser of SplitMix64: every bit of the result depends on every bit of `x`.
#[inline(always)]
const fn mix(x: u64) -> u64 {
    let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

#[cfg(test)]
mod tests;
