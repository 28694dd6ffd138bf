//! Tags of buffers: what is known of their values in a block, so that what is silent or constant costs little.
//!
//! Every buffer that a step writes is looked at. A node whose inputs are silent and that would give silence is not run;
//! of one that treats each frame by itself, and of sums, one frame is computed where all inputs are constant; and a
//! parameter that constants move has a value all through the block.

use signalbox_dsp::lane::{Task, dispatch};

/// What is known of the values of a buffer in this block; of several, the least is known of all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tag {
    /// Nothing.
    Live,
    /// In each lane, all frames have the same bits.
    Constant,
    /// All are zero, without a sign.
    Silent,
}

impl Tag {
    /// What is known of a frame by itself.
    pub fn of(x: f32) -> Self {
        if x.to_bits() == 0 { Self::Silent } else { Self::Constant }
    }

    /// What is known of all of several buffers.
    #[inline(always)]
    pub fn least(tags: impl IntoIterator<Item = Self>) -> Self {
        let mut least = Self::Silent;
        for tag in tags {
            least = least.min(tag);
            if least == Self::Live {
                break;
            }
        }
        least
    }
}

/// Whether all values are finite, and what is known of them; each frame has so many lanes.
#[inline(always)]
pub fn look(values: &[f32], lanes: usize) -> (bool, Tag) {
    let (finite, silent) = dispatch(Look(values));
    let tag = match values.get(lanes) {
        _ if silent => Tag::Silent,
        // Most sounds differ in their first two frames already.
        Some(second) if second.to_bits() != values[0].to_bits() => Tag::Live,
        Some(_) if !dispatch(Alike(values, &values[lanes..])) => Tag::Live,
        _ => Tag::Constant,
    };
    (finite, tag)
}

/// Whether all values are finite, and whether all are zero without a sign.
struct Look<'a>(&'a [f32]);

impl Task for Look<'_> {
    type Output = (bool, bool);
    #[inline(always)]
    fn run(self) -> (bool, bool) {
        // The sign out of the way, all that is not finite has the largest exponents.
        let worst = self.0.iter().fold(0u32, |worst, x| worst.max(x.to_bits() & 0x7fff_ffff));
        let silent = worst == 0 && self.0.iter().all(|x| x.to_bits() == 0);
        (worst < f32::INFINITY.to_bits(), silent)
    }
}

/// Whether two rows have the same bits, as far as both reach.
struct Alike<'a>(&'a [f32], &'a [f32]);

impl Task for Alike<'_> {
    type Output = bool;
    #[inline(always)]
    fn run(self) -> bool {
        let mut bits = 0;
        for (a, b) in self.0.iter().zip(self.1) {
            bits |= a.to_bits() ^ b.to_bits();
        }
        bits == 0
    }
}

#[cfg(test)]
mod tests;
