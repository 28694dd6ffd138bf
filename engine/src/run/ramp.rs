//! A parameter on its way to a target, in each lane.

use crate::node::Keeper;
use signalbox_dsp::lane::Lane;

/// A parameter on its way to a target, in each lane.
#[derive(Clone, Copy, Debug)]
pub struct Ramp<L> {
    now: L,
    target: L,
    step: L,
    /// Frames that are left, whole numbers.
    left: L,
    length: u32,
    /// Whether this block's values were filled in.
    filled: bool,
}

impl<L: Lane> Ramp<L> {
    /// At rest at a value; changes take `length` frames.
    pub fn new(value: L, length: u32) -> Self {
        let zero = L::splat(0.0);
        Self { now: value, target: value, step: zero, left: zero, length, filled: false }
    }

    /// The value of this block; `None` where values were filled in.
    pub fn steady(&self) -> Option<L> {
        (!self.filled).then_some(self.now)
    }

    /// Starts on the way to `target` in the lanes where that is new (at once where `jump`); whether there are any.
    pub fn go(&mut self, target: L, jump: bool) -> bool {
        let mut new = false;
        let length = if jump { 0 } else { self.length };
        for lane in 0..L::LANES {
            let to = target.get(lane);
            if to.to_bits() != self.target.get(lane).to_bits() {
                new = true;
                let now = self.now.get(lane);
                self.target.set(lane, to);
                self.step.set(lane, (to - now) / length.max(1) as f32);
                self.left.set(lane, length as f32);
                if length == 0 {
                    self.now.set(lane, to);
                }
            }
        }
        new
    }

    /// The value of a lane.
    pub fn now(&self, lane: usize) -> f32 {
        self.now.get(lane)
    }

    /// Starts on the way from a value to the target.
    pub fn come_from(&mut self, lane: usize, value: f32) {
        let left = self.length.max(1) as f32;
        self.now.set(lane, value);
        self.step.set(lane, (self.target.get(lane) - value) / left);
        self.left.set(lane, left);
    }

    /// Fills in the values of the next frames where a lane is under way; whether one is.
    pub fn fill(&mut self, values: &mut [L]) -> bool {
        let (zero, one) = (L::splat(0.0), L::splat(1.0));
        self.filled = L::any(self.left.gt(zero));
        if !self.filled {
            self.now = self.target;
            return false;
        }
        for x in values {
            self.now = L::select(self.left.gt(one), self.now + self.step, self.target);
            self.left = (self.left - one).max(zero);
            *x = self.now;
        }
        true
    }

    /// Shows what a lane holds.
    pub fn keep(&mut self, keeper: &mut Keeper<'_>) {
        keeper.numbers([&mut self.now, &mut self.target, &mut self.step, &mut self.left]);
    }
}
