//! How loud the lanes of a buffer are.

use super::memory::Memory;
use super::memory::{flat, range, wide};
use crate::schedule::Place;
use signalbox_dsp::lane::{Lane, Task, Wide, dispatch};
use std::ops::Range;

/// The greatest magnitude in each lane of a buffer in some frames of the block.
pub fn peaks(memory: &Memory, of: Place, frames: Range<usize>) -> [f32; 16] {
    if memory.is_silent(of) {
        return [0.0; 16];
    }
    let slots = &memory.slots[range(of)];
    match of.span {
        4 => dispatch(Peaks(&wide::<Wide<f32, 4>>(slots)[0][frames])),
        8 => dispatch(Peaks(&wide::<Wide<f32, 8>>(slots)[0][frames])),
        16 => dispatch(Peaks(&wide::<Wide<f32, 16>>(slots)[0][frames])),
        _ => dispatch(Peaks(&flat(slots)[frames])),
    }
}

struct Peaks<'a, L: Lane>(&'a [L]);

impl<L: Lane> Task for Peaks<'_, L> {
    type Output = [f32; 16];
    #[inline(always)]
    fn run(self) -> [f32; 16] {
        let mut peak = L::splat(0.0);
        for x in self.0 {
            peak = x.abs().max(peak);
        }
        std::array::from_fn(|lane| if lane < L::LANES { peak.get(lane) } else { 0.0 })
    }
}
