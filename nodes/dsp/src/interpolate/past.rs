//! What a filter remembers.

use super::chunk::{CHUNK, Chunk};
use crate::lane::Lane;

/// How many chunks come before what is kept is moved back to the beginning.
const CHUNKS: usize = 32;

/// The last frames of a signal in one piece of memory. It goes forward by up to 16 frames at once.
#[derive(Clone, Debug)]
pub struct Past<L> {
    memory: Vec<L>,
    keep: usize,
    /// Where the chunk that was written last begins, and how many of its frames count.
    start: usize,
    frames: usize,
}

impl<L: Lane> Past<L> {
    /// Silence; the `keep` frames before the chunk that was written last can be read.
    pub fn new(keep: usize) -> Self {
        Self { memory: vec![L::default(); keep + CHUNKS * CHUNK], keep, start: keep, frames: 0 }
    }

    /// Writes the next chunk, of which `frames` frames count.
    #[inline(always)]
    pub fn write(&mut self, new: &Chunk<L>, frames: usize) {
        self.start += self.frames;
        if self.start + CHUNK > self.memory.len() {
            self.memory.copy_within(self.start - self.keep..self.start, 0);
            self.start = self.keep;
        }
        self.memory[self.start..self.start + CHUNK].copy_from_slice(&new.0);
        self.frames = frames;
    }

    /// What came `back` frames before each frame of the chunk that was written last, and all that came after it.
    #[inline(always)]
    pub fn from(&self, back: usize) -> &[L] {
        &self.memory[self.start - back..self.start + CHUNK]
    }

    /// Forgets everything.
    pub fn reset(&mut self) {
        self.memory.fill(L::default());
        (self.start, self.frames) = (self.keep, 0);
    }
}
