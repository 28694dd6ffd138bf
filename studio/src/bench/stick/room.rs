//! The room of the mix: the combs and all-passes of the public-domain reverb Freeverb (Jezar, 2000), eight and four a
//! side.

use super::{BLOCK, Channel};

/// Frames of the combs and of the all-passes at 44.1 kHz.
const COMBS: [usize; 8] = [1_116, 1_188, 1_277, 1_356, 1_422, 1_491, 1_557, 1_617];
const PASSES: [usize; 4] = [556, 441, 341, 225];
/// How many frames longer the right side's are.
const SPREAD: usize = 23;

/// How loud the room is fed.
const FEED: f32 = 0.015;
/// What a comb keeps on each round, and how much of its last frame it mixes in.
const KEEP: f32 = 0.84;
const DAMP: f32 = 0.2;
/// What an all-pass passes back.
const BACK: f32 = 0.5;

/// A ring of frames.
struct Line {
    ring: Vec<f32>,
    at: usize,
    /// What a comb damped last.
    damped: f32,
}

impl Line {
    fn new(frames: usize) -> Self {
        Self { ring: vec![0.0; frames], at: 0, damped: 0.0 }
    }

    /// Calls `f` with the stretches of the ring, without a gap, and of a block that lie next to each other.
    #[inline(always)]
    fn walk(&mut self, mut f: impl FnMut(&mut [f32], std::ops::Range<usize>, &mut f32)) {
        let mut done = 0;
        while done < BLOCK {
            let count = (BLOCK - done).min(self.ring.len() - self.at);
            f(&mut self.ring[self.at..self.at + count], done..done + count, &mut self.damped);
            done += count;
            self.at = if self.at + count == self.ring.len() { 0 } else { self.at + count };
        }
    }

    #[inline(always)]
    fn comb(&mut self, input: &Channel, out: &mut Channel) {
        self.walk(|ring, span, damped| {
            let mut low = *damped;
            for ((held, &x), y) in ring.iter_mut().zip(&input[span.clone()]).zip(&mut out[span]) {
                let old = *held;
                low = DAMP.mul_add(low, (1.0 - DAMP) * old);
                *held = KEEP.mul_add(low, x);
                *y += old;
            }
            *damped = low;
        });
    }

    #[inline(always)]
    fn pass(&mut self, sound: &mut Channel) {
        self.walk(|ring, span, _| {
            for (held, y) in ring.iter_mut().zip(&mut sound[span]) {
                let (old, x) = (*held, *y);
                *held = BACK.mul_add(old, x);
                *y = old - x;
            }
        });
    }
}

/// A room.
pub struct Room {
    combs: [Vec<Line>; 2],
    passes: [Vec<Line>; 2],
}

impl Room {
    /// An empty room.
    pub fn new() -> Self {
        let lines = |frames: &[usize], side: usize| {
            frames.iter().map(|n| Line::new(n * 48_000 / 44_100 + side * SPREAD)).collect()
        };
        Self {
            combs: [0, 1].map(|side| lines(&COMBS, side)),
            passes: [0, 1].map(|side| lines(&PASSES, side)),
        }
    }

    /// Answers a block.
    #[inline(always)]
    pub fn answer(&mut self, [left, right]: &[Channel; 2]) -> [Channel; 2] {
        let mut input = [0.0; BLOCK];
        for ((x, l), r) in input.iter_mut().zip(left).zip(right) {
            *x = (l + r) * FEED;
        }
        let mut out = [[0.0; BLOCK]; 2];
        for (side, out) in out.iter_mut().enumerate() {
            for comb in &mut self.combs[side] {
                comb.comb(&input, out);
            }
            for pass in &mut self.passes[side] {
                pass.pass(out);
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::settings::{DECAY, RATE, ROOM};

    fn energy(block: &[Channel; 2]) -> f64 {
        block.iter().flatten().map(|x| f64::from(*x).powi(2)).sum()
    }

    /// What the patch's reverb is told is what these combs do.
    #[test]
    fn the_room_fades_as_the_settings_say() {
        let mut room = Room::new();
        let mut click = [[0.0; BLOCK]; 2];
        (click[0][0], click[1][0]) = (1.0, 1.0);
        let energies: Vec<f64> = (0..750)
            .map(|block| energy(&room.answer(if block == 0 { &click } else { &[[0.0; BLOCK]; 2] })))
            .collect();
        let stretch = |from: f64| {
            let at = (from * f64::from(RATE)) as usize / BLOCK;
            10.0 * energies[at..at + 75].iter().sum::<f64>().log10()
        };
        let decay = 0.6 / ((stretch(0.2) - stretch(0.8)) / 60.0);
        assert!((decay / DECAY - 1.0).abs() < 0.2, "{decay}");
    }

    #[test]
    fn the_room_is_as_quiet_as_the_settings_say() {
        let (mut room, mut seed) = (Room::new(), 1u32);
        let (mut heard, mut sent) = (0.0, 0.0);
        for block in 0..1_500 {
            let mut noise = [[0.0; BLOCK]; 2];
            for x in noise.as_flattened_mut() {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                *x = seed as i32 as f32 / i32::MAX as f32;
            }
            let answer = room.answer(&noise);
            if block > 750 {
                (heard, sent) = (heard + energy(&answer), sent + energy(&noise));
            }
        }
        let level = 10.0 * (heard / sent).log10();
        assert!((level - ROOM).abs() < 1.0, "{level}");
    }
}
