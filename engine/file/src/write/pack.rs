//! Planar samples into the interleaved bytes of a WAV file.

use signalbox_dsp::dither::{STEPS_24, quantise};
use signalbox_dsp::lane::{Task, dispatch};

/// One piece of sound in one of the formats: a slice a channel, all of one length.
pub(super) enum Piece<'a> {
    /// Words of 16 bits.
    Words(&'a [Vec<i16>]),
    /// Samples, to be rounded to 24 bits; outside full scale they become full scale.
    Rounded(&'a [&'a [f32]]),
    /// Samples as they are.
    Floats(&'a [&'a [f32]]),
}

impl Piece<'_> {
    /// Fills `bytes`, which hold exactly the frames of the piece.
    pub(super) fn pack(self, bytes: &mut [u8]) {
        dispatch(Pack { piece: self, bytes });
    }
}

struct Pack<'a> {
    piece: Piece<'a>,
    bytes: &'a mut [u8],
}

impl Task for Pack<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        match self.piece {
            Piece::Words(channels) => weave(channels, self.bytes, i16::to_le_bytes),
            Piece::Rounded(channels) => weave(channels, self.bytes, |sample| {
                let [a, b, c, _] = (quantise(f64::from(sample), 0.0, STEPS_24) as i32).to_le_bytes();
                [a, b, c]
            }),
            Piece::Floats(channels) => weave(channels, self.bytes, f32::to_le_bytes),
        }
    }
}

/// One and two channels have loops of their own, which the compiler turns into vector instructions.
#[inline(always)]
fn weave<T: Copy, C: AsRef<[T]>, const N: usize>(
    channels: &[C],
    bytes: &mut [u8],
    value: impl Fn(T) -> [u8; N],
) {
    let (places, _) = bytes.as_chunks_mut::<N>();
    match channels {
        [only] => places.iter_mut().zip(only.as_ref()).for_each(|(place, &sample)| *place = value(sample)),
        [left, right] => {
            let pairs = places.as_chunks_mut::<2>().0;
            for ((pair, &l), &r) in pairs.iter_mut().zip(left.as_ref()).zip(right.as_ref()) {
                *pair = [value(l), value(r)];
            }
        }
        many => {
            for (index, channel) in many.iter().enumerate() {
                let own = places.iter_mut().skip(index).step_by(many.len());
                own.zip(channel.as_ref()).for_each(|(place, &sample)| *place = value(sample));
            }
        }
    }
}
