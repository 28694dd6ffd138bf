//! The tracks of the mix: gain, four bands, a compressor, a place and a send, as many side by side as there are lanes.

use super::BLOCK;
use super::biquad::Biquad;
use super::rows::Rows;
use crate::bench::settings::{ATTACK, MAKEUP, RATE, RATIO, RELEASE, THRESHOLD, Track, track};
use signalbox_dsp::lane::{Element, Lane, Simd, Wide, polynomial};
use signalbox_engine::Audio;
use std::array::from_fn;
use std::hint::black_box;
use std::sync::Arc;

/// Amplitude below which the compressor's detector does not look.
const FLOOR: f32 = 1e-6;

/// Numbers in a line of cache.
const LINE: usize = 16;

/// What tracks add up to: left and right of the mix, left and right of the send.
pub type Buses<const N: usize> = [Rows<N>; 4];

/// `N` tracks side by side.
pub struct Bank<const N: usize>
where
    f32: Element<N>,
{
    first: usize,
    gain: Wide<f32, N>,
    bands: [Biquad<Wide<f32, N>>; 4],
    states: [[[Wide<f32, N>; 2]; 4]; 2],
    level: Wide<f32, N>,
    places: [Wide<f32, N>; 2],
    send: Wide<f32, N>,
}

impl<const N: usize> Bank<N>
where
    f32: Element<N>,
    Wide<f32, N>: Lane,
{
    /// The tracks from `first` on.
    pub fn new(first: usize) -> Self {
        let each = |f: &dyn Fn(Track) -> f64| Wide::from_fn(|lane| f(track(first + lane)) as f32);
        let makeup = amplitude(MAKEUP);
        let zero = Wide::splat(0.0);
        Self {
            first,
            gain: each(&|t| amplitude(t.gain)),
            bands: from_fn(|k| Biquad::new(|lane| track(first + lane).bands[k])),
            states: [[[zero; 2]; 4]; 2],
            level: zero,
            places: [
                each(&|t| makeup * (1.0 - t.place).min(1.0)),
                each(&|t| makeup * (1.0 + t.place).min(1.0)),
            ],
            send: each(&|t| t.send),
        }
    }

    /// Adds the block that begins at `start` in every loop.
    #[inline(always)]
    pub fn add(&mut self, loops: &[Arc<Audio>], start: usize, buses: &mut Buses<N>) {
        let tracks = &loops[self.first..self.first + N];
        fetch(tracks, start);
        let mut sides = [Rows::SILENT; 2];
        for (channel, side) in sides.iter_mut().enumerate() {
            let stretch = |lane: usize| tracks[lane].channels[channel][start..].first_chunk();
            side.pack(&from_fn(|lane| stretch(lane).unwrap_or(&[0.0; BLOCK])));
            let (gain, bands, mut states) = (self.gain, self.bands, self.states[channel]);
            for frame in 0..BLOCK {
                let mut x = side.get(frame) * gain;
                for (band, state) in bands.iter().zip(&mut states) {
                    x = band.tick(state, x);
                }
                side.set(frame, x);
            }
            self.states[channel] = states;
        }
        self.compress(&sides, buses);
    }

    /// Compresses both sides alike and adds them up.
    #[inline(always)]
    fn compress(&mut self, [left, right]: &[Rows<N>; 2], buses: &mut Buses<N>) {
        // How much of the level a frame keeps, and how much of the peak it takes.
        let shares = |seconds: f64| {
            let keep = (-1.0 / (seconds * f64::from(RATE))).exp();
            (Wide::splat(keep as f32), Wide::splat((1.0 - keep) as f32))
        };
        let ((keep_up, up), (keep_down, down)) = (shares(ATTACK), shares(RELEASE));
        let threshold = Wide::splat((THRESHOLD / DB_PER_OCTAVE) as f32);
        let slope = Wide::splat((1.0 / RATIO - 1.0) as f32);
        let (zero, floor) = (Wide::splat(0.0), Wide::splat(FLOOR));
        let ([to_left, to_right], send) = (self.places, self.send);
        let mut level = self.level;
        let [mix_left, mix_right, send_left, send_right] = buses;
        for frame in 0..BLOCK {
            let (l, r) = (left.get(frame), right.get(frame));
            let peak = l.abs().max(r.abs()).max(floor);
            // The attack is the faster one: upwards it comes further, downwards it falls further.
            level = keep_up.mul_add(level, up * peak).max(keep_down.mul_add(level, down * peak));
            let gain = exp2((log2(level) - threshold).max(zero) * slope);
            let (l, r) = (l * gain * to_left, r * gain * to_right);
            mix_left.set(frame, mix_left.get(frame) + l);
            mix_right.set(frame, mix_right.get(frame) + r);
            send_left.set(frame, l.mul_add(send, send_left.get(frame)));
            send_right.set(frame, r.mul_add(send, send_right.get(frame)));
        }
        self.level = level;
    }
}

/// Reads a number of each cache line that a block needs, so that the memory fetches them side by side.
#[inline(always)]
fn fetch(loops: &[Arc<Audio>], start: usize) {
    let mut sum = 0;
    for channel in loops.iter().flat_map(|l| &l.channels) {
        let sound = &channel[start..start + BLOCK];
        for i in (LINE - 1..BLOCK).step_by(LINE) {
            sum ^= sound[i].to_bits();
        }
    }
    black_box(sum);
}

/// Decibels of a doubling of amplitude.
const DB_PER_OCTAVE: f64 = 6.020_599_913_279_624;

fn amplitude(db: f64) -> f64 {
    10f64.powf(db / 20.0)
}

/// Binary logarithm within 1.3e-5, which is 0.0001 dB: a minimax polynomial of the mantissa.
#[inline(always)]
fn log2<L: Lane>(x: L) -> L {
    let (exponent, mantissa) = x.split_exponent();
    exponent
        + polynomial(mantissa, [0.044_873_62, -0.416_563_74, 1.631_149, -3.550_793_2, 5.091_711, -2.800_364])
}

/// Two to the power of `x`, -126 to 0, within 1e-7 of its value: a minimax polynomial of what follows the point.
#[inline(always)]
fn exp2<L: Lane>(x: L) -> L {
    let whole = x.floor();
    let part = polynomial(
        x - whole,
        [0.001_877_58, 0.008_989_34, 0.055_826_32, 0.240_153_62, 0.693_153_1, 0.999_999_93],
    );
    part * whole.whole_exp2()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logarithm_and_exponential_are_as_close_as_they_say() {
        for i in 0..10_000 {
            let x = 1e-6f32 * 1.0015f32.powi(i);
            assert!((f64::from(log2(x)) - f64::from(x).log2()).abs() < 1.5e-5, "log2 {x}");
            let x = -20.0 * i as f32 / 10_000.0;
            assert!((f64::from(exp2(x)) / f64::from(x).exp2() - 1.0).abs() < 3e-7, "exp2 {x}");
        }
    }
}
