//! A room's late sound: a feedback delay network of sixteen lines.
//!
//! Sixteen delay lines feed each other through a matrix that keeps all energy (Hadamard), so that the number of
//! echoes grows fast (Schlecht and Habets: Feedback delay networks: echo density and mixing time, 2017). Each line
//! loses as much as its length asks for, at each frequency, so that all decay alike (Jot and Chaigne: Digital delay
//! networks for designing artificial reverberators, 1991). All-passes in front of it thicken what comes in.

mod decay;
mod diffuser;

use decay::Absorber;
pub use decay::Decay;
use diffuser::Diffuser;

use crate::delay_line::{Delay, Fractional, Line, SHORT};
use crate::interpolate::{CHUNK, Chunk};
use crate::lane::{Lane, sin_turns};

/// How many lines there are.
pub const LINES: usize = 16;

/// The most frames that are run at once; shorter than the shortest line.
pub const STRETCH: usize = CHUNK;

/// Lengths of the lines at full size, in seconds: near to even steps of ratio, so that no two share a pitch.
const LENGTHS: [f64; LINES] = [
    0.0145, 0.0261, 0.0300, 0.0397, 0.0473, 0.0176, 0.0224, 0.0341, 0.0371, 0.0526, 0.0611, 0.0190, 0.0281,
    0.0433, 0.0499, 0.0570,
];

/// The furthest that modulation moves a line, in seconds, and its slowest and fastest rate, in hertz.
const SWING: f64 = 0.000_2;
const RATES: (f64, f64) = (0.31, 0.83);

/// What has decayed below -200 dBFS is silence.
const SILENCE: f32 = 1e-10;

/// A feedback delay network, stereo in and out.
pub struct Fdn<L> {
    lines: [Line<L>; LINES],
    lengths: [usize; LINES],
    absorber: Absorber<L>,
    diffusers: [Diffuser<L>; 2],
    table: &'static Fractional<SHORT>,
    rate: f64,
}

/// A stretch of every line.
type Lines<L> = [Chunk<L>; LINES];

impl<L: Lane> Fdn<L> {
    /// A silent room at `rate` frames a second; `size` scales its lines (at 1 they last 15 to 61 ms).
    pub fn new(rate: f64, size: f64) -> Self {
        let lengths = lengths(rate, size);
        let swing = (SWING * rate).ceil() as usize;
        Self {
            lines: lengths.map(|frames| Line::new(frames + swing)),
            lengths,
            absorber: Absorber::new(rate, lengths),
            diffusers: [Diffuser::new(rate, 0), Diffuser::new(rate, 1)],
            table: Fractional::short(),
            rate,
        }
    }

    /// Sets how the sound decays: seconds to -60 dB in the middle, and the share of that (1 is the same) at 125 Hz
    /// and at 8 kHz, as [`Decay`] says. To be called on a grid of 16 absolute frames.
    #[inline(always)]
    pub fn set(&mut self, seconds: L, lows: L, highs: L) {
        self.absorber.set(seconds, lows, highs);
    }

    /// Turns one stretch of 1 to 16 frames (`at` is the absolute frame of the first, and no multiple of 16 lies
    /// inside) into the sound of the room. White noise comes out about as loud as it went in. `swing` (0 to 1) moves
    /// the lines slowly by up to 0.2 ms.
    #[inline(always)]
    pub fn process(&mut self, sides: [&mut [L]; 2], at: i64, swing: L) {
        let [left, right] = sides;
        let frames = left.len().min(right.len()).min(STRETCH);
        let mut sound = [Chunk::of(left, 0), Chunk::of(right, 0)];
        for (diffuser, sound) in self.diffusers.iter_mut().zip(&mut sound) {
            diffuser.process(sound, frames);
        }
        let mut lines = [Chunk::splat(0.0); LINES];
        self.read(&mut lines, at, swing);
        let mut rows = transposed(&lines);
        self.absorber.process(&mut rows[..frames]);
        let mut lines = transposed(&rows);
        left[..frames].copy_from_slice(&ear(&lines, 0).0[..frames]);
        right[..frames].copy_from_slice(&ear(&lines, 1).0[..frames]);
        mix(&mut lines);
        let scale = self.absorber.scale();
        let sound = [sound[0].times(scale), sound[1].times(scale)];
        for (i, line) in self.lines.iter_mut().enumerate() {
            let mut into = lines[i].mul_add(EVEN, sound[i & 1]);
            for j in 0..STRETCH {
                into.0[j] = audible(into.0[j]);
            }
            line.write(&into.0, frames);
        }
    }

    #[inline(always)]
    fn read(&self, lines: &mut Lines<L>, at: i64, swing: L) {
        let still = !L::any(swing.gt(L::splat(0.0)));
        let start = at.div_euclid(STRETCH as i64);
        let phase = at.rem_euclid(STRETCH as i64) as usize;
        for (i, line) in self.lines.iter().enumerate() {
            let length = self.lengths[i];
            if still {
                // The lines are longer than a stretch, so that all its frames are there already.
                lines[i] = Chunk::of(line.piece(length, STRETCH), 0);
                continue;
            }
            let (from, to) = (self.offset(i, start, swing), self.offset(i, start + 1, swing));
            let (from, to) = (Delay::around(length, from), Delay::around(length, to));
            lines[i] = Chunk(self.table.glide(line, [&from, &to], phase));
        }
    }

    /// How far a line is moved at a multiple of 16 frames, in frames: a slow sine, known from the time alone.
    #[inline(always)]
    fn offset(&self, line: usize, stretch: i64, swing: L) -> L {
        let share = line as f64 / (LINES - 1) as f64;
        let hertz = RATES.0 + (RATES.1 - RATES.0) * share;
        let turns = stretch as f64 * (STRETCH as f64 * hertz / self.rate) + share * 5.0;
        let sine = sin_turns(L::splat((turns - turns.floor()) as f32));
        sine * swing * L::splat((SWING * self.rate) as f32)
    }

    /// Goes back to silence.
    pub fn clear(&mut self) {
        self.lines.iter_mut().for_each(Line::clear);
        self.diffusers.iter_mut().for_each(Diffuser::clear);
        self.absorber.clear();
    }

    /// Lets what has decayed below hearing be silence; to be called on a grid of 16 absolute frames.
    #[inline(always)]
    pub fn settle(&mut self) {
        self.absorber.settle();
    }

    /// The longest line, in frames.
    pub fn longest(&self) -> usize {
        self.lengths.iter().copied().fold(0, usize::max)
    }
}

/// What has decayed below hearing becomes zero.
#[inline(always)]
fn audible<L: Lane>(x: L) -> L {
    L::select(L::splat(SILENCE).gt(x.abs()), L::splat(0.0), x)
}

/// What one side hears: even lines on the left, odd lines on the right, every other one turned over.
#[inline(always)]
fn ear<L: Lane>(lines: &Lines<L>, side: usize) -> Chunk<L> {
    let mut sums = [Chunk::splat(0.0); 4];
    for (k, sum) in sums.iter_mut().enumerate() {
        *sum = lines[4 * k + side].minus(lines[4 * k + 2 + side]);
    }
    sums[0].plus(sums[2]).plus(sums[1].plus(sums[3]))
}

/// What scales the matrix to keep energy.
const EVEN: f32 = 0.25;

/// The Hadamard matrix of order 16 as four rounds of sums and differences, not yet scaled.
#[inline(always)]
fn mix<L: Lane>(lines: &mut Lines<L>) {
    for half in [8, 4, 2, 1] {
        for start in (0..LINES).step_by(2 * half) {
            for i in start..start + half {
                let (a, b) = (lines[i], lines[i + half]);
                (lines[i], lines[i + half]) = (a.plus(b), a.minus(b));
            }
        }
    }
}

/// Lines by frames to frames by lines, or back: in blocks of two, of four, of eight and of sixteen the two quarters off
/// the diagonal change places.
#[inline(always)]
fn transposed<L: Lane>(lines: &Lines<L>) -> Lines<L> {
    swapped::<L, 8>(&swapped::<L, 4>(&swapped::<L, 2>(&swapped::<L, 1>(lines))))
}

/// Quarters of `HALF` lines by `HALF` frames change places.
#[inline(always)]
fn swapped<L: Lane, const HALF: usize>(from: &Lines<L>) -> Lines<L> {
    let mut to = [Chunk::splat(0.0); LINES];
    for i in (0..LINES).filter(|i| i & HALF == 0) {
        let (a, b) = (from[i].0, from[i + HALF].0);
        for j in 0..STRETCH {
            to[i].0[j] = if j & HALF == 0 { a[j] } else { b[j - HALF] };
        }
        for j in 0..STRETCH {
            to[i + HALF].0[j] = if j & HALF == 0 { a[j + HALF] } else { b[j] };
        }
    }
    to
}

/// The lengths in frames: different primes, so that echoes of different paths seldom meet, and long enough for a
/// stretch, the swing and the reading around it.
fn lengths(rate: f64, size: f64) -> [usize; LINES] {
    let least = 2 * STRETCH + SHORT + (SWING * rate).ceil() as usize;
    let mut taken = [0; LINES];
    for i in 0..LINES {
        let wanted = ((LENGTHS[i] * size * rate).round() as usize).max(least);
        taken[i] = (wanted..).find(|n| prime(*n) && !taken.contains(n)).unwrap_or(wanted);
    }
    taken
}

fn prime(n: usize) -> bool {
    (2..).take_while(|d| d * d <= n).all(|d| !n.is_multiple_of(d))
}

#[cfg(test)]
mod tests;
