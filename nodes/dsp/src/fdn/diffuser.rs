//! All-passes in a row: each echo becomes a cloud, and no frequency gains or loses (Schroeder 1962).

use super::{STRETCH, audible};
use crate::delay_line::Line;
use crate::interpolate::Chunk;
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

    /// Replaces a stretch, of which `frames` frames count.
    #[inline(always)]
    pub fn process(&mut self, sound: &mut Chunk<L>, frames: usize) {
        for (line, length, g) in &mut self.stages {
            // The lines are longer than a stretch, so that all that comes out is there already.
            let late = Chunk::of(line.piece(*length, STRETCH), 0);
            let mut into = Chunk::splat(0.0);
            for j in 0..STRETCH {
                into.0[j] = audible((-*g).mul_add(late.0[j], sound.0[j]));
            }
            for j in 0..STRETCH {
                sound.0[j] = g.mul_add(into.0[j], late.0[j]);
            }
            line.write(&into.0, frames);
        }
    }

    /// Goes back to silence.
    pub fn clear(&mut self) {
        self.stages.iter_mut().for_each(|s| s.0.clear());
    }
}
