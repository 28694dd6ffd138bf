//! Coefficients on their way from one filter to the next.

use super::{Section, Tuning};
use crate::lane::{Keeper, Lane};

/// The numbers of a section, moved to new ones in even steps: a filter that is renewed every few frames then changes
/// without a trace of that grid. The core is bounded whatever lies on the way.
#[derive(Clone, Copy, Debug)]
pub struct Glide<L> {
    now: [L; 5],
    /// Zero in all lanes where nothing moves.
    step: [L; 5],
    to: [L; 5],
    moving: bool,
}

impl<L: Lane> Default for Glide<L> {
    fn default() -> Self {
        let mut glide =
            Self { now: [L::default(); 5], step: [L::default(); 5], to: [L::default(); 5], moving: false };
        for lane in 0..L::LANES {
            glide.set(lane, Section::neutral(0.25, 1.0));
        }
        glide.jump();
        glide
    }
}

impl<L: Lane> Glide<L> {
    /// Says where one lane is to go; [`Self::jump`] or [`Self::start`] sends it there.
    #[inline(always)]
    pub fn set(&mut self, lane: usize, section: Section) {
        for (to, share) in self.to.iter_mut().zip(section.shares()) {
            // Adding zero takes the sign off a zero, as every step of a glide does.
            to.set(lane, share as f32 + 0.0);
        }
    }

    /// Arrives. To be called before new values are set, and after them where the filter is to begin there.
    #[inline(always)]
    pub fn jump(&mut self) {
        self.now = self.to;
        if self.moving {
            self.step = [L::default(); 5];
            self.moving = false;
        }
    }

    /// Starts on the way to what was set since [`Self::jump`], to be there after `frames` calls of [`Self::advance`].
    #[inline(always)]
    pub fn start(&mut self, frames: usize) {
        self.moving = self.now != self.to;
        if self.moving {
            let share = L::splat(1.0 / frames as f32);
            for i in 0..5 {
                self.step[i] = (self.to[i] - self.now[i]) * share;
            }
        }
    }

    /// Shows where a lane is and where it goes.
    pub fn keep(&mut self, keeper: &mut Keeper<'_>) {
        keeper.numbers(self.now.iter_mut().chain(&mut self.step).chain(&mut self.to));
        // One lane that moves makes all of them go frame by frame.
        let mut moving = self.moving;
        keeper.own(&mut moving);
        self.moving |= moving;
    }

    /// Whether the coefficients differ from frame to frame.
    #[inline(always)]
    pub fn is_moving(&self) -> bool {
        self.moving
    }

    /// The coefficients where nothing moves.
    #[inline(always)]
    pub fn steady(&self) -> Tuning<L> {
        Tuning::new(self.now)
    }

    /// The coefficients of the next frame.
    #[inline(always)]
    pub fn advance(&mut self) -> Tuning<L> {
        for i in 0..5 {
            self.now[i] += self.step[i];
        }
        Tuning::new(self.now)
    }
}
