//! Automation that jumps, because the song does or because a lane was drawn anew, glides to where it is.

use crate::node::Keeper;
use signalbox_dsp::lane::Lane;

/// The glide of one parameter that lanes of automation move, in each SIMD lane.
#[derive(Clone, Copy, Debug)]
pub struct Glide<L> {
    /// The last value.
    last: L,
    /// Where the next value is a jump: 1, else 0.
    jumps: L,
    /// By how much the value is off what the lane says at the start of the glide.
    by: L,
    /// Frames that are left, whole numbers.
    left: L,
}

impl<L: Lane> Glide<L> {
    /// At rest.
    pub fn new() -> Self {
        let zero = L::splat(0.0);
        Self { last: zero, jumps: zero, by: zero, left: zero }
    }

    /// The last value of a lane.
    pub fn last(&self, lane: usize) -> f32 {
        self.last.get(lane)
    }

    /// The next value of a lane is a jump from `last`.
    pub fn jump_from(&mut self, lane: usize, last: f32) {
        self.last.set(lane, last);
        self.jumps.set(lane, 1.0);
    }

    /// The next value is a jump, in all lanes.
    pub fn jump(&mut self) {
        self.jumps = L::splat(1.0);
    }

    /// Brings the values of a block, or the one value that it has, to where they glide; a glide takes `length` frames.
    /// Gives the value where it is one.
    #[inline(always)]
    pub fn run(&mut self, length: f32, value: Option<L>, out: &mut [L]) -> Option<L> {
        let zero = L::splat(0.0);
        if L::any(self.jumps.gt(zero)) {
            let jumps = self.jumps.gt(zero);
            self.by = L::select(jumps, self.last - value.unwrap_or(out[0]), self.by);
            self.left = L::select(jumps, L::splat(length), self.left);
            self.jumps = zero;
        }
        if !L::any(self.left.gt(zero)) {
            self.last = value.unwrap_or(out[out.len() - 1]);
            return value;
        }
        if let Some(value) = value {
            out.fill(value);
        }
        let (one, step) = (L::splat(1.0), L::splat(1.0 / length));
        for x in out.iter_mut() {
            let glides = self.left.gt(zero);
            *x = L::select(glides, *x + self.by * (self.left * step), *x);
            self.left = (self.left - one).max(zero);
        }
        self.last = out[out.len() - 1];
        None
    }

    /// Shows what a lane holds.
    pub fn keep(&mut self, keeper: &mut Keeper<'_>) {
        keeper.numbers([&mut self.last, &mut self.jumps, &mut self.by, &mut self.left]);
    }
}
