//! 256 voices with no graph: a saw with its corners rounded, a resonant low-pass that an envelope opens, an amplifier,
//! a place; sixteen side by side.

use super::rows::{MOST, Rows};
use super::{BLOCK, Channel, Stick};
use crate::bench::settings::{HELD, OPEN, RATE, RESONANCE, SWEEP, VOICE, VOICES, Voice, voice};
use signalbox_dsp::lane::{Simd, Task, Wide, dispatch};
use std::f32::consts::PI;
use std::ops::Range;

/// How many voices lie side by side.
const LANES: usize = MOST;

/// How many frames the envelopes hold.
const HOLD: usize = 16;

type Lanes = Wide<f32, LANES>;

/// Voices side by side.
struct Bank {
    /// How much of a period a frame is, and how many frames a period is.
    step: Lanes,
    period: Lanes,
    /// Where the filter rests, in hertz.
    open: Lanes,
    pace: Lanes,
    begin: Lanes,
    sides: [Lanes; 2],
    phase: Lanes,
    /// The filter's two integrators.
    band: Lanes,
    low: Lanes,
}

impl Bank {
    fn new(first: usize) -> Self {
        let each = |f: &dyn Fn(Voice) -> f64| Lanes::from_fn(|lane| f(voice(first + lane)) as f32);
        let rate = f64::from(RATE);
        let zero = Lanes::splat(0.0);
        Self {
            step: each(&|v| v.pitch / rate),
            period: each(&|v| rate / v.pitch),
            open: each(&|v| v.pitch + OPEN),
            pace: each(&|v| v.pace),
            begin: each(&|v| v.phase),
            sides: [each(&|v| VOICE * (1.0 - v.place)), each(&|v| VOICE * v.place)],
            phase: zero,
            band: zero,
            low: zero,
        }
    }

    /// Adds some frames from `seconds` on.
    #[inline(always)]
    fn add(&mut self, seconds: f32, frames: Range<usize>, out: &mut [Rows<LANES>; 2]) {
        let one = Lanes::splat(1.0);
        let (filter, amplifier) = self.envelopes(seconds);
        let cutoff = filter.mul_add(Lanes::splat(SWEEP as f32), self.open);
        let g = tangent(cutoff * Lanes::splat(PI / RATE as f32));
        let a1 = one / g.mul_add(g + Lanes::splat(1.0 / RESONANCE as f32), one);
        let a2 = g * a1;
        let a3 = g * a2;
        let (to_left, to_right) = (self.sides[0] * amplifier, self.sides[1] * amplifier);
        let (mut phase, mut band, mut low) = (self.phase, self.band, self.low);
        let [left, right] = out;
        for frame in frames {
            phase += self.step;
            phase = phase - phase.floor();
            let x = saw(phase, self.period);
            // Simper's state-variable filter, whose integrators keep what they will add.
            let v = x - low;
            let middle = a1.mul_add(band, a2 * v);
            let bottom = a2.mul_add(band, a3.mul_add(v, low));
            band = middle + middle - band;
            low = bottom + bottom - low;
            left.set(frame, bottom.mul_add(to_left, left.get(frame)));
            right.set(frame, bottom.mul_add(to_right, right.get(frame)));
        }
        (self.phase, self.band, self.low) = (phase, band, low);
    }

    /// The envelopes of filter and amplifier: straight lines, from the seconds since they began.
    #[inline(always)]
    fn envelopes(&self, seconds: f32) -> (Lanes, Lanes) {
        let (zero, one) = (Lanes::splat(0.0), Lanes::splat(1.0));
        let turns = Lanes::splat(seconds).mul_add(self.pace, self.begin);
        let since = (turns - turns.floor()) / self.pace;
        let line = |slope: f32, at_zero: f32| since.mul_add(Lanes::splat(slope), Lanes::splat(at_zero));
        let filter = (since * Lanes::splat(200.0)).min(line(-2.5, 1.0125)).max(zero);
        let held = line(-2.5, 1.025).max(Lanes::splat(0.5));
        let fading = line(-0.5 / 0.3, 0.5 + HELD as f32 * 0.5 / 0.3);
        let amplifier = (since * Lanes::splat(100.0)).min(held).min(fading).max(zero).min(one);
        (filter, amplifier)
    }
}

/// Tangent of an angle below 0.4, within 0.1 %.
#[inline(always)]
fn tangent(x: Lanes) -> Lanes {
    let square = x * x;
    let series = square.mul_add(Lanes::splat(2.0 / 15.0), Lanes::splat(1.0 / 3.0));
    x * square.mul_add(series, Lanes::splat(1.0))
}

/// A saw whose step is rounded by a parabola on either side, after Välimäki, Huovilainen, "Antialiasing oscillators in
/// subtractive synthesis" (2007).
#[inline(always)]
fn saw(phase: Lanes, period: Lanes) -> Lanes {
    let (zero, one) = (Lanes::splat(0.0), Lanes::splat(1.0));
    let bare = phase.mul_add(Lanes::splat(2.0), -one);
    let after = (one - phase * period).max(zero);
    let before = (one - (one - phase) * period).max(zero);
    before.mul_add(-before, after.mul_add(after, bare))
}

/// The voices. Stereo.
pub struct Voices {
    banks: Vec<Bank>,
    frame: usize,
}

impl Voices {
    /// 256 voices before their first frame.
    pub fn new() -> Self {
        Self { banks: (0..VOICES).step_by(LANES).map(Bank::new).collect(), frame: 0 }
    }
}

impl Default for Voices {
    fn default() -> Self {
        Self::new()
    }
}

struct Play<'a>(&'a mut Voices, usize, &'a mut dyn FnMut(&[Channel]));

impl Task for Play<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self(voices, blocks, show) = self;
        for _ in 0..blocks {
            let mut sums = [Rows::SILENT; 2];
            for start in (0..BLOCK).step_by(HOLD) {
                let seconds = (voices.frame + start) as f32 / RATE as f32;
                for bank in &mut voices.banks {
                    bank.add(seconds, start..start + HOLD, &mut sums);
                }
            }
            voices.frame += BLOCK;
            show(&[sums[0].sum(), sums[1].sum()]);
        }
    }
}

impl Stick for Voices {
    fn play(&mut self, frames: usize, show: &mut dyn FnMut(&[Channel])) {
        dispatch(Play(self, frames.div_ceil(BLOCK), show));
    }
}
