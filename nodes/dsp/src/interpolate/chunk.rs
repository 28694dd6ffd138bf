//! Sixteen frames in a row, as one vector in time.

use crate::lane::Lane;
use std::array::from_fn;

/// How many frames there are.
pub const CHUNK: usize = 16;

/// Sixteen frames in a row. Each operation is a short loop of its own, which the compiler turns into one instruction.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
pub struct Chunk<L>(pub [L; CHUNK]);

impl<L: Lane> Chunk<L> {
    /// The same value in every frame.
    #[inline(always)]
    pub fn splat(x: f32) -> Self {
        Self([L::splat(x); CHUNK])
    }

    /// The frames of `signal` from its frame `at` on; silence follows where it is short.
    #[inline(always)]
    pub fn of(signal: &[L], at: usize) -> Self {
        if let Some(chunk) = signal[at..].first_chunk() {
            return Self(*chunk);
        }
        let mut chunk = Self::splat(0.0);
        chunk.0.iter_mut().zip(&signal[at..]).for_each(|(to, &x)| *to = x);
        chunk
    }

    /// The chunk that began one frame earlier, with this frame.
    #[inline(always)]
    pub fn earlier(self, first: L) -> Self {
        Self(from_fn(|i| if i == 0 { first } else { self.0[i - 1] }))
    }

    /// `self * by + to`, rounded once.
    #[inline(always)]
    pub fn mul_add(self, by: f32, to: Self) -> Self {
        let by = L::splat(by);
        Self(from_fn(|i| self.0[i].mul_add(by, to.0[i])))
    }

    /// Frame by frame.
    #[inline(always)]
    pub fn plus(self, o: Self) -> Self {
        Self(from_fn(|i| self.0[i] + o.0[i]))
    }

    /// Frame by frame.
    #[inline(always)]
    pub fn minus(self, o: Self) -> Self {
        Self(from_fn(|i| self.0[i] - o.0[i]))
    }

    /// All frames by one factor.
    #[inline(always)]
    pub fn times(self, by: L) -> Self {
        Self(from_fn(|i| self.0[i] * by))
    }

    /// Frame by frame.
    #[inline(always)]
    pub fn max(self, o: Self) -> Self {
        Self(from_fn(|i| self.0[i].max(o.0[i])))
    }

    /// Frame by frame.
    #[inline(always)]
    pub fn abs(self) -> Self {
        Self(from_fn(|i| self.0[i].abs()))
    }
}
