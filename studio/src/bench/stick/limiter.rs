//! The limiter of the mix: the largest peak of the next frames sets the gain, which goes there smoothly.

use super::{BLOCK, Channel};
use crate::bench::settings::{CEILING, LIMITER_RELEASE, LOOKAHEAD, RATE};

/// Time constant of the way down in seconds.
const ATTACK: f64 = 0.001;

/// The largest of the last `n` values, after van Herk, "A fast algorithm for local minimum and maximum filters" (1992):
/// of stretches of `n` the largest so far, and of the stretch before, the largest from each place on.
struct Largest {
    stretch: Vec<f32>,
    before: Vec<f32>,
    at: usize,
    so_far: f32,
}

impl Largest {
    fn new(n: usize) -> Self {
        Self { stretch: vec![0.0; n], before: vec![0.0; n + 1], at: 0, so_far: 0.0 }
    }

    #[inline(always)]
    fn next(&mut self, x: f32) -> f32 {
        self.stretch[self.at] = x;
        self.so_far = larger(self.so_far, x);
        self.at += 1;
        let largest = larger(self.so_far, self.before[self.at]);
        if self.at == self.stretch.len() {
            let mut so_far = 0.0;
            for (before, &x) in self.before.iter_mut().zip(&self.stretch).rev() {
                so_far = larger(so_far, x);
                *before = so_far;
            }
            (self.at, self.so_far) = (0, 0.0);
        }
        largest
    }
}

#[inline(always)]
fn larger(a: f32, b: f32) -> f32 {
    if a > b { a } else { b }
}

/// A limiter of both sides alike.
pub struct Limiter {
    largest: Largest,
    held: Vec<[f32; 2]>,
    at: usize,
    gain: f32,
}

impl Limiter {
    /// A limiter at rest.
    pub fn new() -> Self {
        let frames = (LOOKAHEAD * f64::from(RATE)).round() as usize;
        Self { largest: Largest::new(frames + 1), held: vec![[0.0; 2]; frames], at: 0, gain: 1.0 }
    }

    /// Limits a block.
    #[inline(always)]
    pub fn limit(&mut self, [left, right]: &mut [Channel; 2]) {
        let step = |seconds: f64| (1.0 - (-1.0 / (seconds * f64::from(RATE))).exp()) as f32;
        let (down, up) = (step(ATTACK), step(LIMITER_RELEASE));
        let ceiling = 10f64.powf(CEILING / 20.0) as f32;
        let mut wanted = [1.0f32; BLOCK];
        for ((w, l), r) in wanted.iter_mut().zip(left.iter()).zip(right.iter()) {
            *w = self.largest.next(larger(l.abs(), r.abs()));
        }
        // One division a frame, several at once.
        wanted.iter_mut().for_each(|w| *w = ceiling / larger(*w, ceiling));
        let mut gain = self.gain;
        for ((l, r), wanted) in left.iter_mut().zip(right.iter_mut()).zip(wanted) {
            let way = if wanted < gain { down } else { up };
            gain = way.mul_add(wanted - gain, gain);
            let old = std::mem::replace(&mut self.held[self.at], [*l, *r]);
            self.at = if self.at + 1 == self.held.len() { 0 } else { self.at + 1 };
            (*l, *r) = (old[0] * gain, old[1] * gain);
        }
        self.gain = gain;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_of_a_window_is_found() {
        let noise: Vec<f32> = (0..1_000u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 8) as f32).collect();
        let mut largest = Largest::new(24);
        for i in 0..noise.len() {
            let wanted = noise[i.saturating_sub(23)..=i].iter().copied().fold(0.0, f32::max);
            assert_eq!(largest.next(noise[i]), wanted, "{i}");
        }
    }
}
