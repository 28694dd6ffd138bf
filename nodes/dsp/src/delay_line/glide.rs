//! Reads a line whose delay moves slowly, sixteen frames at once.

use super::{Delay, Fractional, Line, SHORT};
use crate::interpolate::CHUNK;
use crate::lane::Lane;

impl Fractional<SHORT> {
    /// Reads the next sixteen frames of a line, from `phase` frames (0 to 15) after a moment at which the delay is the
    /// first one on; within sixteen frames from that moment it becomes the second one. The weights move evenly, which
    /// strays from the table by less than its own error where the delay moves by up to 0.02 frames. Both must be at
    /// least [`Self::LEAST`]` + 16` frames, and less than a frame apart.
    #[inline(always)]
    pub fn glide<L: Lane>(&self, line: &Line<L>, [from, to]: [&Delay<L>; 2], phase: usize) -> [L; CHUNK] {
        let (before, after) = (self.weights(from), self.weights(to));
        let mut weights = [[L::splat(0.0); SHORT + 1]; 2];
        let mut x = [L::splat(0.0); SHORT + CHUNK];
        if from.uniform && to.uniform {
            let longest = from.whole[0].max(to.whole[0]);
            for (weights, (delay, row)) in weights.iter_mut().zip([(from, before), (to, after)]) {
                let skip = (longest - delay.whole[0]).min(1);
                weights[skip..skip + SHORT].copy_from_slice(&row);
            }
            x.copy_from_slice(line.piece(longest + SHORT / 2, SHORT + CHUNK));
        } else {
            for lane in 0..L::LANES {
                let longest = from.whole[lane].max(to.whole[lane]);
                for (weights, (delay, row)) in weights.iter_mut().zip([(from, before), (to, after)]) {
                    let skip = (longest - delay.whole[lane]).min(1);
                    for (to, from) in weights[skip..].iter_mut().zip(row) {
                        to.set(lane, from.get(lane));
                    }
                }
                let piece = line.piece(longest + SHORT / 2, SHORT + CHUNK);
                for (to, from) in x.iter_mut().zip(piece) {
                    to.set(lane, from.get(lane));
                }
            }
        }
        let mut sums = [[L::splat(0.0); CHUNK]; 2];
        for k in 0..SHORT + 1 {
            let (weight, step) =
                (weights[0][k], (weights[1][k] - weights[0][k]) * L::splat(1.0 / CHUNK as f32));
            let mut row = [L::splat(0.0); CHUNK];
            for (j, row) in row.iter_mut().enumerate() {
                *row = step.mul_add(L::splat((phase + j) as f32), weight);
            }
            for j in 0..CHUNK {
                sums[k & 1][j] = row[j].mul_add(x[k + j], sums[k & 1][j]);
            }
        }
        let mut out = [L::splat(0.0); CHUNK];
        for j in 0..CHUNK {
            out[j] = sums[0][j] + sums[1][j];
        }
        out
    }
}
