//! All-passes in a row: each echo becomes a cloud, and no frequency gains or loses (Schroeder 1962).

use super::{STRETCH, audible};
use crate::delay_line::Line;
use crate::lane::Lane;

/// Lengths in seconds for the left and for the right, and the coefficient of each.
const STAGES: [([f64; 2], f32); 6] = [
    ([0.0013, 0.0011], 0.7),
    ([0.0019, 0.0023], 0.7),
    ([0.0037, 0.0034], 0.7),
    ([0.0053, 0.0059], 0.65),
    ([0.0083, 0.0077], 0.6),
    ([0.0113, 0.0119], 0.55),
];

/// The least length in frames: a stretch is run at once.
const LEAST: usize = STRETCH + 1;

/// All-passes in a row, for one channel.
pub struct Diffuser<L> {
    stages: [(Line<L>, usize, L); STAGES.len()],
}

impl<L: Lane> Diffuser<L> {
    /// Silent all-passes for one side (0 or 1).
    pub fn new(rate: f64, side: usize) -> Self {
        Self {
            stages: STAGES.map(|(seconds, coefficient)| {
                let frames = ((seconds[side] * rate).round() as usize).max(LEAST + side);
                (Line::new(frames), frames, L::splat(coefficient))
            }),
        }
    }

    /// Replaces a stretch of at most 16 frames.
    #[inline(always)]
    pub fn process(&mut self, sound: &mut [L]) {
        for (line, frames, g) in &mut self.stages {
            let mut into = [L::splat(0.0); STRETCH];
            // The lines are longer than a stretch, so that all that comes out is there already.
            for ((x, late), into) in sound.iter_mut().zip(line.piece(*frames, STRETCH)).zip(&mut into) {
                *into = audible((-*g).mul_add(*late, *x));
                *x = g.mul_add(*into, *late);
            }
            line.extend(sound.len(), |j| into[j]);
        }
    }

    /// Goes back to silence.
    pub fn clear(&mut self) {
        self.stages.iter_mut().for_each(|s| s.0.clear());
    }
}
