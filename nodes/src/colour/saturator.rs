//! Adds harmonics by bending the signal's peaks.

use signalbox_dsp::lane::{Keeper, Lane, Simd, Wide, by_lanes, db_to_gain, tanh};
use signalbox_dsp::oversample::{MAX_FACTOR, Oversampler};
use signalbox_dsp::units::Unit;
use signalbox_engine::node::{
    BLOCK, Declaration, Group, Io, Kernel, Parameter, Port, Processor, Setup, Wides, Width, host,
};
use std::f64::consts::TAU;

const OUT: usize = 0;
const DRIVE: usize = 0;
const BIAS: usize = 1;
const OUTPUT: usize = 2;
const MIX: usize = 3;
const SHAPE: usize = 4;
const QUALITY: usize = 5;

/// Below this frequency, in hertz, the constant part that a bias leaves is taken out.
const DC_CUTOFF: f64 = 5.0;

const SHAPES: &[(&str, &str)] = &[
    ("tanh", "bends from the first decibel on, as a transistor pair does"),
    ("soft", "a cubic: clean for longer, then rounder than a clip"),
    ("hard", "clips at full scale"),
];

const QUALITIES: &[(&str, &str)] = &[
    ("default", "alias of tanh at 24 dB of drive 115 dB down"),
    ("high", "alias of tanh at 24 dB of drive 158 dB down, for twice the time"),
];

/// A saturator.
pub static NODE: Declaration = Declaration {
    name: "saturator",
    title: "Saturator",
    group: Group::Colour,
    help: "Thickens or distorts a sound: rounds its peaks off, so that harmonics appear.",
    source: "A curve without memory, run at 16 or 32 times the rate; the hard clip with the antiderivative of Parker, \
        Zavalishin, Le Bivic, Reducing the aliasing of nonlinear waveshaping using continuous-time convolution (2016). \
        Tanh driven by 24 dB with a sine at 4987 Hz, 48 kHz: alias to 20 kHz 115 dB \
        below the tone by default, 158 dB at high quality.",
    example: r#"{"format": 1, "length": "3 s", "nodes": [
        {"id": "low", "kind": "osc", "values": {"freq": "82.4 Hz"}},
        {"id": "fifth", "kind": "osc", "values": {"freq": "123.5 Hz"}},
        {"id": "warm", "kind": "saturator", "values": {"drive": "12 dB", "bias": 20, "output": "-12 dB"}},
        {"id": "out", "kind": "output"}],
        "cables": [{"from": "low", "to": "warm"}, {"from": "fifth", "to": "warm"}, {"from": "warm", "to": "out"}]}"#,
    inputs: &[Port::audio("in", Width::Follow, "the signal")],
    outputs: &[Port::audio("out", Width::Follow, "the bent signal")],
    parameters: &[
        Parameter::number(
            "drive",
            Unit::Decibel,
            (0.0, 36.0),
            6.0,
            "level into the curve, which ends at full scale",
        ),
        Parameter::number(
            "bias",
            Unit::Percent,
            (-100.0, 100.0),
            0.0,
            "shifts the curve: even harmonics, as of a tube",
        ),
        Parameter::number("output", Unit::Decibel, (-36.0, 12.0), 0.0, "level after curve and mix"),
        Parameter::number(
            "mix",
            Unit::Percent,
            (0.0, 100.0),
            100.0,
            "how much is bent; the rest is delayed to match",
        ),
        Parameter::choice("shape", SHAPES, "the curve"),
        Parameter::choice("quality", QUALITIES, "how far alias lies below the sound"),
    ],
    in_place: true,
    latency: |setup| {
        let (factor, rate, attenuation, inner) = oversampling(setup);
        Oversampler::<f32>::latency_of(factor, rate, attenuation, inner)
    },
    make: make::<f32>,
    wide: Some(Wides {
        four: make::<Wide<f32, 4>>,
        eight: make::<Wide<f32, 8>>,
        sixteen: make::<Wide<f32, 16>>,
        heavy: true,
    }),
    ..Declaration::BLANK
};

fn make<L: Lane>(setup: &Setup) -> Result<Box<dyn Processor<L>>, String> {
    Ok(match setup.choice(SHAPE) {
        0 => host(Saturator::<L, Tanh>::new(setup)),
        1 => host(Saturator::<L, Soft>::new(setup)),
        _ => host(Saturator::<L, Hard<L>>::new(setup)),
    })
}

/// The factor, the rate, the attenuation and the latency of the curve.
fn oversampling(setup: &Setup) -> (usize, f64, f64, usize) {
    let (factor, attenuation) = if setup.choice(QUALITY) == 1 { (32, 140.0) } else { (16, 100.0) };
    let inner = if setup.choice(SHAPE) == 2 { Hard::<f32>::LATENCY } else { 0 };
    (factor, f64::from(setup.rate), attenuation, inner)
}

/// A curve, run at the high rate. All curves have the slope 1 at 0 and end at -1 and 1.
trait Shape<L: Lane>: Clone + Default + Send {
    /// Bends the values in place, after `bias` was added; the curve's value at the bias is taken off again.
    fn bend(&mut self, values: &mut [L], bias: L);

    /// Shows what is kept for a lane.
    fn keep(&mut self, _keeper: &mut Keeper<'_>) {}

    /// Whether nothing is left of what came before.
    fn at_rest(&self) -> bool {
        true
    }
}

#[derive(Clone, Default)]
struct Tanh;

impl<L: Lane> Shape<L> for Tanh {
    #[inline(always)]
    fn bend(&mut self, values: &mut [L], bias: L) {
        let rest = tanh(bias);
        for x in values {
            by_lanes::<L>();
            *x = tanh(*x + bias) - rest;
        }
    }
}

#[derive(Clone, Default)]
struct Soft;

/// `x - 4/27 x³`, which ends at 1 where its slope does.
#[inline(always)]
fn cubic<L: Lane>(x: L) -> L {
    let x = x.clamp(L::splat(-1.5), L::splat(1.5));
    (x * x * x).mul_add(L::splat(-4.0 / 27.0), x)
}

impl<L: Lane> Shape<L> for Soft {
    #[inline(always)]
    fn bend(&mut self, values: &mut [L], bias: L) {
        let rest = cubic(bias);
        for x in values {
            by_lanes::<L>();
            *x = cubic(*x + bias) - rest;
        }
    }
}

/// The clip, averaged over the way from one value to the next by its antiderivative, in double precision. Two
/// neighbouring averages together stand for the value between them, so that the delay is one frame of the high rate.
#[derive(Clone, Default)]
struct Hard<L: Lane> {
    last: L::Double,
    average: L::Double,
}

impl<L: Lane> Hard<L> {
    const LATENCY: usize = 1;
}

#[inline(always)]
fn clip<D: Simd<Scalar = f64>>(x: D) -> D {
    x.clamp(D::splat(-1.0), D::splat(1.0))
}

/// Antiderivative of the clip: x²/2 inside, |x| - 1/2 outside.
#[inline(always)]
fn clip_integral<D: Simd<Scalar = f64>>(x: D) -> D {
    // With c the clipped value, both are c x - c²/2.
    let c = clip(x);
    c * (x - c * D::splat(0.5))
}

impl<L: Lane> Shape<L> for Hard<L> {
    #[inline(always)]
    fn bend(&mut self, values: &mut [L], bias: L) {
        let half = L::Double::splat(0.5);
        let bias = bias.double();
        let rest = clip(bias);
        for value in values {
            let (from, to) = (self.last, value.double());
            let step = to - from;
            let mean = (clip_integral(to + bias) - clip_integral(from + bias)) / step;
            let near = clip((to + from) * half + bias);
            let average = L::Double::select(step.abs().gt(L::Double::splat(1e-6)), mean, near) - rest;
            *value = L::single((average + self.average) * half);
            (self.last, self.average) = (to, average);
        }
    }

    fn keep(&mut self, keeper: &mut Keeper<'_>) {
        keeper.numbers([&mut self.last, &mut self.average]);
    }

    fn at_rest(&self) -> bool {
        self.last.is_zero() && self.average.is_zero()
    }
}

struct Saturator<L, S> {
    channels: Vec<Channel<L, S>>,
    /// How far the constant part is followed in a frame.
    dc_step: f32,
    /// Length of the dry paths, and where they are written next.
    latency: usize,
    at: usize,
}

struct Channel<L, S> {
    over: Oversampler<L>,
    shape: S,
    dc: L,
    dry: Vec<L>,
}

impl<L: Lane, S: Shape<L>> Saturator<L, S> {
    fn new(setup: &Setup) -> Self {
        let (factor, rate, attenuation, inner) = oversampling(setup);
        let over = Oversampler::new(factor, rate, attenuation, inner);
        let channel = || Channel {
            dry: vec![L::default(); over.latency()],
            over: over.clone(),
            shape: S::default(),
            dc: L::default(),
        };
        Self {
            channels: (0..setup.width()).map(|_| channel()).collect(),
            dc_step: (1.0 - (-TAU * DC_CUTOFF / f64::from(setup.rate)).exp()) as f32,
            latency: over.latency(),
            at: 0,
        }
    }
}

impl<L: Lane, S: Shape<L>> Kernel<L> for Saturator<L, S> {
    #[inline(always)]
    fn process(&mut self, io: &mut Io<'_, L>) {
        let zero = L::splat(0.0);
        let percent = L::splat(0.01);
        let mut gains = [(zero, zero, zero, zero); BLOCK];
        for (i, gain) in gains[..io.frames].iter_mut().enumerate() {
            by_lanes::<L>();
            *gain = (
                db_to_gain(io.params.at(DRIVE, i)),
                io.params.at(BIAS, i) * percent,
                db_to_gain(io.params.at(OUTPUT, i)),
                io.params.at(MIX, i) * percent,
            );
        }
        let start = self.at;
        for span in io.spans() {
            for (c, channel) in self.channels.iter_mut().enumerate() {
                if span.renew {
                    let alive = channel.dc.abs().gt(L::splat(1e-10));
                    channel.dc = L::select(alive, channel.dc, zero);
                }
                let out = &mut io.outputs.channel(OUT, c)[span.frames.clone()];
                let mut at = (start + span.frames.start) % self.latency;
                for (x, &(drive, bias, output, mix)) in out.iter_mut().zip(&gains[span.frames.clone()]) {
                    let mut values = [zero; MAX_FACTOR];
                    channel.over.up(*x * drive, &mut values);
                    channel.shape.bend(&mut values[..channel.over.factor()], bias);
                    let bent = channel.over.down(&mut values);
                    channel.dc = (bent - channel.dc).mul_add(L::splat(self.dc_step), channel.dc);
                    // Without a bias there is nothing constant to take out, and the curve stays exact to 0 Hz.
                    let wet = L::select(bias.abs().gt(zero), bent - channel.dc, bent);
                    let dry = std::mem::replace(&mut channel.dry[at], *x);
                    at = if at + 1 == self.latency { 0 } else { at + 1 };
                    *x = (wet - dry).mul_add(mix, dry) * output;
                }
            }
        }
        self.at = (start + io.frames) % self.latency;
    }

    fn reset(&mut self) {
        for channel in &mut self.channels {
            channel.over.reset();
            channel.shape = S::default();
            channel.dc = L::default();
            channel.dry.fill(L::default());
        }
        self.at = 0;
    }

    fn at_rest(&self) -> bool {
        let silent = |c: &Channel<L, S>| {
            c.dc.is_zero() && c.shape.at_rest() && c.over.at_rest() && c.dry.iter().all(|x| x.is_zero())
        };
        self.channels.iter().all(silent)
    }

    fn keep(&mut self, keeper: &mut Keeper<'_>) {
        for channel in &mut self.channels {
            channel.over.keep(keeper);
            channel.shape.keep(keeper);
            keeper.number(&mut channel.dc);
            keeper.ring(&mut channel.dry, self.at);
        }
    }
}

#[cfg(test)]
mod tests;
