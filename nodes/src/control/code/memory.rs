//! What an operation remembers of frames before.

use signalbox_dsp::lane::{Keeper, Lane};

/// A ring of past values; empty for operations that remember nothing.
pub struct Memory<L> {
    ring: Vec<L>,
    at: usize,
}

impl<L: Lane> Memory<L> {
    pub fn new(frames: usize) -> Self {
        Self { ring: vec![L::splat(0.0); frames], at: 0 }
    }

    /// Takes a value, and gives the one that went in as many frames before as the ring has.
    #[inline(always)]
    pub fn exchange(&mut self, x: L) -> L {
        let y = std::mem::replace(&mut self.ring[self.at], x);
        self.at = if self.at + 1 == self.ring.len() { 0 } else { self.at + 1 };
        y
    }

    /// Does so for several frames.
    #[inline(always)]
    pub fn exchange_all(&mut self, from: &[L], to: &mut [L]) {
        let mut done = 0;
        while done < to.len() {
            let n = (to.len() - done).min(self.ring.len() - self.at);
            let ring = &mut self.ring[self.at..self.at + n];
            to[done..done + n].copy_from_slice(ring);
            ring.copy_from_slice(&from[done..done + n]);
            done += n;
            self.at = if self.at + n == self.ring.len() { 0 } else { self.at + n };
        }
    }

    pub fn reset(&mut self) {
        self.ring.fill(L::splat(0.0));
        self.at = 0;
    }

    pub fn keep(&mut self, keeper: &mut Keeper<'_>) {
        keeper.ring(&mut self.ring, self.at);
    }
}
