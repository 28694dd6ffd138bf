//! Interleaved samples of a WAV file into planar channels.

use signalbox_dsp::lane::{Task, dispatch};

/// How one sample is stored, little-endian.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sample {
    /// Unsigned, 8 bits, silence at 128.
    U8,
    /// Signed, 16 bits.
    I16,
    /// Signed, 24 bits in three bytes.
    I24,
    /// Signed, 32 bits.
    I32,
    /// Floating point, 32 bits, full scale at 1.0.
    F32,
    /// Floating point, 64 bits, full scale at 1.0.
    F64,
}

impl Sample {
    /// The bytes of one sample.
    pub(super) fn bytes(self) -> usize {
        match self {
            Self::U8 => 1,
            Self::I16 => 2,
            Self::I24 => 3,
            Self::I32 | Self::F32 => 4,
            Self::F64 => 8,
        }
    }

    /// Whether a sample can be something else than a finite number.
    pub(super) fn is_float(self) -> bool {
        matches!(self, Self::F32 | Self::F64)
    }

    /// Fills `channels` from `bytes`, which hold whole frames of as many channels. Integers are scaled so that the
    /// lowest one is −1.0.
    pub(super) fn spread(self, bytes: &[u8], channels: &mut [Vec<f32>]) {
        let frames = bytes.len() / (self.bytes() * channels.len()).max(1);
        for channel in channels.iter_mut() {
            channel.resize(frames, 0.0);
        }
        dispatch(Spread { sample: self, bytes, channels });
    }
}

struct Spread<'a> {
    sample: Sample,
    bytes: &'a [u8],
    channels: &'a mut [Vec<f32>],
}

impl Task for Spread<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let (bytes, channels) = (self.bytes, self.channels);
        match self.sample {
            Sample::U8 => spread(bytes, channels, |[a]| (f32::from(a) - 128.0) / 128.0),
            Sample::I16 => spread(bytes, channels, |s| f32::from(i16::from_le_bytes(s)) / 32_768.0),
            // The three bytes are put on top of a word, whose lowest byte stays zero: a sign comes for nothing.
            Sample::I24 => spread(bytes, channels, |[a, b, c]| word([0, a, b, c])),
            Sample::I32 => spread(bytes, channels, word),
            Sample::F32 => spread(bytes, channels, f32::from_le_bytes),
            Sample::F64 => spread(bytes, channels, |s| f64::from_le_bytes(s) as f32),
        }
    }
}

#[inline(always)]
fn word(bytes: [u8; 4]) -> f32 {
    i32::from_le_bytes(bytes) as f32 / 2_147_483_648.0
}

/// One and two channels have loops of their own, which the compiler turns into vector instructions.
#[inline(always)]
fn spread<const N: usize>(bytes: &[u8], channels: &mut [Vec<f32>], value: impl Fn([u8; N]) -> f32) {
    let (samples, _) = bytes.as_chunks::<N>();
    let width = channels.len();
    match channels {
        [only] => only.iter_mut().zip(samples).for_each(|(out, &sample)| *out = value(sample)),
        [left, right] => {
            for ((l, r), pair) in left.iter_mut().zip(right).zip(samples.as_chunks::<2>().0) {
                *l = value(pair[0]);
                *r = value(pair[1]);
            }
        }
        many => {
            for (index, channel) in many.iter_mut().enumerate() {
                let own = samples.iter().skip(index).step_by(width);
                channel.iter_mut().zip(own).for_each(|(out, &sample)| *out = value(sample));
            }
        }
    }
}

#[cfg(test)]
mod tests;
