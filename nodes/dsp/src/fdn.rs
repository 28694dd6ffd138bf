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
use crate::lane::{Lane, sin_turns};

/// How many lines there are.
pub const LINES: usize = 16;

/// The most frames that are run at once; shorter than the shortest line.
pub const STRETCH: usize = 16;

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

/// Frames by lines.
type Grid<L> = [[L; LINES]; STRETCH];

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
        self.diffusers[0].process(&mut left[..frames]);
        self.diffusers[1].process(&mut right[..frames]);
        let mut grid = [[L::splat(0.0); LINES]; STRETCH];
        self.read(&mut grid, frames, at, swing);
        let scale = self.absorber.scale();
        for (j, row) in grid.iter_mut().enumerate().take(frames) {
            self.absorber.process(row);
            let sound = [left[j] * scale, right[j] * scale];
            (left[j], right[j]) = (ear(row, 0), ear(row, 1));
            mix(row);
            for (i, x) in row.iter_mut().enumerate() {
                *x = audible(*x + sound[i & 1]);
            }
        }
        for (i, line) in self.lines.iter_mut().enumerate() {
            line.extend(frames, |j| grid[j][i]);
        }
    }

    #[inline(always)]
    fn read(&self, grid: &mut Grid<L>, frames: usize, at: i64, swing: L) {
        let still = !L::any(swing.gt(L::splat(0.0)));
        let start = at.div_euclid(STRETCH as i64);
        let phase = at.rem_euclid(STRETCH as i64) as usize;
        for (i, line) in self.lines.iter().enumerate() {
            let length = self.lengths[i];
            if still {
                // The lines are longer than a stretch, so that all its frames are there already.
                let piece = line.piece(length, frames);
                for (row, &x) in grid.iter_mut().zip(piece) {
                    row[i] = x;
                }
                continue;
            }
            let (from, to) = (self.offset(i, start, swing), self.offset(i, start + 1, swing));
            let slope = (to - from) * L::splat(1.0 / STRETCH as f32);
            for (j, row) in grid.iter_mut().enumerate().take(frames) {
                let offset = slope.mul_add(L::splat((phase + j) as f32), from);
                let delay = Delay::around(length, offset);
                row[i] = self.table.read(line, &delay, &self.table.weights(&delay), j);
            }
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
fn ear<L: Lane>(row: &[L; LINES], side: usize) -> L {
    let mut sum = [L::splat(0.0); 4];
    for (k, sum) in sum.iter_mut().enumerate() {
        *sum = row[4 * k + side] - row[4 * k + 2 + side];
    }
    (sum[0] + sum[2]) + (sum[1] + sum[3])
}

/// The Hadamard matrix of order 16, scaled to keep energy, as four rounds of sums and differences.
#[inline(always)]
fn mix<L: Lane>(row: &mut [L; LINES]) {
    for half in [8, 4, 2, 1] {
        for start in (0..LINES).step_by(2 * half) {
            for i in start..start + half {
                let (a, b) = (row[i], row[i + half]);
                (row[i], row[i + half]) = (a + b, a - b);
            }
        }
    }
    for x in row {
        *x *= L::splat(0.25);
    }
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
