//! A block of several tracks side by side: each row holds one frame of all.

use super::{BLOCK, Channel};
use signalbox_dsp::lane::{Element, Wide, pack, unpack};

/// The most tracks that lie side by side.
pub const MOST: usize = 16;

/// `N` tracks side by side, as one stretch of numbers.
#[derive(Clone, Copy)]
#[repr(align(64))]
pub struct Rows<const N: usize>([f32; MOST * BLOCK]);

impl<const N: usize> Rows<N>
where
    f32: Element<N>,
{
    /// Silence.
    pub const SILENT: Self = Self([0.0; MOST * BLOCK]);

    /// Lays tracks side by side.
    #[inline(always)]
    pub fn pack(&mut self, tracks: &[&Channel; N]) {
        pack(tracks, &mut self.0[..N * BLOCK]);
    }

    /// The sum of the tracks.
    #[inline(always)]
    pub fn sum(&self) -> Channel {
        let mut tracks = [[0.0; BLOCK]; N];
        unpack(&self.0[..N * BLOCK], &mut tracks);
        let mut sum = tracks[0];
        for track in &tracks[1..] {
            for (sum, x) in sum.iter_mut().zip(track) {
                *sum += x;
            }
        }
        sum
    }

    /// A frame.
    #[inline(always)]
    pub fn get(&self, frame: usize) -> Wide<f32, N> {
        Wide::new(self.0.as_chunks().0[frame])
    }

    /// Writes a frame.
    #[inline(always)]
    pub fn set(&mut self, frame: usize, x: Wide<f32, N>) {
        self.0.as_chunks_mut().0[frame] = x.0;
    }
}
