//! The plain sums of a sound: its mean, its power, and how its two sides agree.
//!
//! Sums are kept in double precision, eight side by side (frame `n` in sum `n mod 8`), so that the bits do not depend
//! on how the frames were cut.

use super::amplitude_db;
use crate::lane::{Simd, Task, Wide, dispatch};
use std::ops::Range;

/// Sums side by side.
const LANES: usize = 8;

type Sums = Wide<f64, LANES>;

/// Mean and power of each channel, and the correlation of a stereo pair.
#[derive(Clone, Debug)]
pub struct Basics {
    channels: Vec<Channel>,
    frames: u64,
    /// The sum of left times right.
    both: Sums,
}

#[derive(Clone, Copy, Debug, Default)]
struct Channel {
    sum: Sums,
    squares: Sums,
    broken: u64,
}

impl Basics {
    /// A meter for `width` channels.
    pub fn new(width: usize) -> Self {
        Self { channels: vec![Channel::default(); width], frames: 0, both: Sums::default() }
    }

    /// Listens to a piece of any length, one slice a channel; the longest slice gives the length. A channel that is
    /// missing or shorter is silent there. Not finite samples count as 0, and are counted.
    pub fn push(&mut self, channels: &[&[f32]]) {
        let frames = channels.iter().map(|c| c.len()).max().unwrap_or(0);
        self.push_range(channels, 0..frames);
    }

    /// [`push`](Self::push) of the frames in `range` alone.
    pub(super) fn push_range(&mut self, channels: &[&[f32]], range: Range<usize>) {
        let part = |channel: usize| {
            let sound = channels.get(channel).copied().unwrap_or_default();
            &sound[range.start.min(sound.len())..range.end.min(sound.len())]
        };
        let lane = (self.frames % LANES as u64) as usize;
        if let [left, right] = self.channels.as_mut_slice() {
            let channels = [left, right];
            dispatch(Pair { channels, both: &mut self.both, sounds: [part(0), part(1)], lane });
        } else {
            for (index, channel) in self.channels.iter_mut().enumerate() {
                dispatch(Single { channel, sound: part(index), lane });
            }
        }
        self.frames += range.len() as u64;
    }

    /// How many frames were heard.
    pub fn frames(&self) -> u64 {
        self.frames
    }

    /// The mean of a channel (its DC offset), 1 being full scale; 0 where there is nothing.
    pub fn mean(&self, channel: usize) -> f64 {
        self.channels.get(channel).map_or(0.0, |c| total(c.sum)) / self.frames.max(1) as f64
    }

    /// The root mean square of a channel, 1 being full scale (a full-scale sine has 0.707); 0 where there is nothing.
    pub fn rms(&self, channel: usize) -> f64 {
        self.mean_square(channel).sqrt()
    }

    /// The root mean square over all channels in dBFS (a full-scale sine reads −3.01); `None` for silence.
    pub fn rms_dbfs(&self) -> Option<f64> {
        let sum: f64 = (0..self.channels.len()).map(|c| self.mean_square(c)).sum();
        amplitude_db((sum / self.channels.len().max(1) as f64).sqrt())
    }

    /// How the two sides agree, over all that was heard: 1 where they are alike, 0 where they have nothing in common
    /// (or differ by a quarter turn), −1 where one is the other upside down. `None` where there are not two channels,
    /// or one of them is silent.
    pub fn correlation(&self) -> Option<f64> {
        let [left, right] = self.channels.as_slice() else { return None };
        let scale = (total(left.squares) * total(right.squares)).sqrt();
        (scale > 0.0).then(|| (total(self.both) / scale).clamp(-1.0, 1.0))
    }

    /// How many samples of a channel were not finite.
    pub fn broken(&self, channel: usize) -> u64 {
        self.channels.get(channel).map_or(0, |c| c.broken)
    }

    /// Goes back to the state after creation.
    pub fn reset(&mut self) {
        self.channels.fill(Channel::default());
        self.frames = 0;
        self.both = Sums::default();
    }

    fn mean_square(&self, channel: usize) -> f64 {
        self.channels.get(channel).map_or(0.0, |c| total(c.squares)) / self.frames.max(1) as f64
    }
}

/// The eight sums as one.
fn total(sums: Sums) -> f64 {
    let s = sums.0;
    ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7]))
}

/// The sample, or 0 where it is not finite.
#[inline(always)]
fn sound_of(x: f32) -> f64 {
    if x.is_finite() { f64::from(x) } else { 0.0 }
}

#[inline(always)]
fn broken(samples: &[f32]) -> u32 {
    samples.iter().map(|x| u32::from(!x.is_finite())).sum()
}

impl Channel {
    #[inline(always)]
    fn eight(&mut self, samples: &[f32; LANES]) -> Sums {
        let x = Wide::new(samples.map(sound_of));
        self.sum += x;
        self.squares = x.mul_add(x, self.squares);
        x
    }

    #[inline(always)]
    fn one(&mut self, sample: f32, lane: usize) -> f64 {
        let x = sound_of(sample);
        self.sum.0[lane] += x;
        self.squares.0[lane] = x.mul_add(x, self.squares.0[lane]);
        x
    }
}

/// One channel, its first frame in sum `lane`.
struct Single<'a> {
    channel: &'a mut Channel,
    sound: &'a [f32],
    lane: usize,
}

impl Task for Single<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let mut channel = *self.channel;
        channel.broken += u64::from(broken(self.sound));
        let (head, rest) = self.sound.split_at(((LANES - self.lane) % LANES).min(self.sound.len()));
        for (i, &x) in head.iter().enumerate() {
            channel.one(x, self.lane + i);
        }
        let (whole, tail) = rest.as_chunks::<LANES>();
        for eight in whole {
            channel.eight(eight);
        }
        for (i, &x) in tail.iter().enumerate() {
            channel.one(x, i);
        }
        *self.channel = channel;
    }
}

/// Two channels and their product.
struct Pair<'a> {
    channels: [&'a mut Channel; 2],
    both: &'a mut Sums,
    sounds: [&'a [f32]; 2],
    lane: usize,
}

impl Task for Pair<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let [left, right] = self.channels;
        let (a, b) = (self.sounds[0], self.sounds[1]);
        let length = a.len().min(b.len());
        let (a, a_alone) = a.split_at(length);
        let (b, b_alone) = b.split_at(length);
        let head = ((LANES - self.lane) % LANES).min(length);
        let (mut l, mut r, mut both) = (*left, *right, *self.both);
        l.broken += u64::from(broken(a));
        r.broken += u64::from(broken(b));
        for i in 0..head {
            let lane = self.lane + i;
            both.0[lane] = l.one(a[i], lane).mul_add(r.one(b[i], lane), both.0[lane]);
        }
        let (whole_a, tail_a) = a[head..].as_chunks::<LANES>();
        let (whole_b, tail_b) = b[head..].as_chunks::<LANES>();
        for (a, b) in whole_a.iter().zip(whole_b) {
            both = l.eight(a).mul_add(r.eight(b), both);
        }
        for (lane, (&a, &b)) in tail_a.iter().zip(tail_b).enumerate() {
            both.0[lane] = l.one(a, lane).mul_add(r.one(b, lane), both.0[lane]);
        }
        (*left, *right, *self.both) = (l, r, both);
        // Where one side goes on alone there is nothing to multiply.
        let lane = (self.lane + length) % LANES;
        Single { channel: left, sound: a_alone, lane }.run();
        Single { channel: right, sound: b_alone, lane }.run();
    }
}

#[cfg(test)]
mod tests;
