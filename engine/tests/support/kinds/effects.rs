//! Effects: a gain, a multiplier, a delay that declares its latency and one that does not.

use signalbox_dsp::lane::{Keeper, Lane};
use signalbox_dsp::units::Unit;
use signalbox_engine::node::{
    At, Declaration, Group, Io, Kernel, Operand, Parameter, Point, Points, Port, Setup, Width, host,
};
use signalbox_engine::wides;

/// Keeps random patches from growing without end.
const LOUDEST: f32 = 16.0;

/// Times `gain`, in place.
pub static GAIN: Declaration = Declaration {
    name: "gain",
    group: Group::Stereo,
    inputs: &[Port::audio("in", Width::Follow, "")],
    outputs: &[Port::audio("out", Width::Follow, "")],
    parameters: &[Parameter::number("gain", Unit::None, (-2.0, 2.0), 1.0, "")],
    in_place: true,
    make: |_| Ok(host(Gain)),
    wide: wides!(light, _ => Gain),
    ..Declaration::BLANK
};

struct Gain;

impl<L: Lane> Kernel<L> for Gain {
    #[inline(always)]
    fn process(&mut self, io: &mut Io<'_, L>) {
        let gain = io.params.get(0);
        for channel in 0..io.outputs.width(0) {
            for (j, x) in io.outputs.channel(0, channel).iter_mut().enumerate() {
                // A zero has no sign.
                let y = x.mul_add(gain.at(j), L::splat(0.0));
                *x = y.clamp(L::splat(-LOUDEST), L::splat(LOUDEST));
            }
        }
    }
    fn reset(&mut self) {}
    fn at_rest(&self) -> bool {
        true
    }
}

/// `a` times a number and half of `b`, not in place; each frame by itself.
pub static BLEND: Declaration = Declaration {
    name: "blend",
    group: Group::Stereo,
    inputs: &[Port::audio("a", Width::Follow, ""), Port::audio("b", Width::Follow, "")],
    outputs: &[Port::audio("out", Width::Follow, "")],
    parameters: &[Parameter::number("share", Unit::None, (-1.0, 1.0), 0.5, "")],
    pointwise: |_| true,
    make: |_| Ok(host(Blend)),
    ..Declaration::BLANK
};

struct Blend;

impl Kernel<f32> for Blend {
    fn process(&mut self, io: &mut Io<'_, f32>) {
        let share = io.params.get(0);
        for channel in 0..io.outputs.width(0) {
            let (a, b) = (io.inputs.channel(0, channel), io.inputs.channel(1, channel));
            for (j, out) in io.outputs.channel(0, channel).iter_mut().enumerate() {
                *out = a[j].mul_add(share.at(j), b[j] * 0.5);
            }
        }
    }
    fn reset(&mut self) {}
    fn points(&self, io: &Io<'_, f32>, points: &mut Points) -> bool {
        for channel in 0..io.outputs.width(0) {
            let [out, a, b] =
                [(0, channel), (0, channel), (1, channel)].map(|(port, channel)| At { port, channel });
            points.push(Point::Times(out, Operand::Input(b), Operand::Number(0.5)));
            let share = Operand::Number(io.params.at(0, 0));
            points.push(Point::TimesPlus(out, Operand::Input(a), share, Operand::Output(out)));
        }
        true
    }
}

/// Times a number, in place; each frame by itself.
pub static SCALE: Declaration = Declaration {
    name: "scale",
    group: Group::Stereo,
    inputs: &[Port::audio("in", Width::Follow, "")],
    outputs: &[Port::audio("out", Width::Follow, "")],
    parameters: &[Parameter::number("by", Unit::None, (0.0, 1.0), 0.5, "").smoothed(0.02)],
    in_place: true,
    pointwise: |_| true,
    make: |_| Ok(host(Scale)),
    ..Declaration::BLANK
};

struct Scale;

impl Kernel<f32> for Scale {
    fn process(&mut self, io: &mut Io<'_, f32>) {
        let by = io.params.get(0);
        for channel in 0..io.outputs.width(0) {
            io.outputs.channel(0, channel).iter_mut().enumerate().for_each(|(j, x)| *x *= by.at(j));
        }
    }
    fn reset(&mut self) {}
    fn at_rest(&self) -> bool {
        true
    }
    fn points(&self, io: &Io<'_, f32>, points: &mut Points) -> bool {
        for channel in 0..io.outputs.width(0) {
            points.scale(At { port: 0, channel }, io.params.at(0, 0));
        }
        true
    }
}

/// Plus, minus or how far from a number, in place; each frame by itself.
pub static OFFSET: Declaration = Declaration {
    name: "offset",
    group: Group::Control,
    inputs: &[Port::audio("in", Width::Follow, "")],
    outputs: &[Port::audio("out", Width::Follow, "")],
    parameters: &[
        Parameter::number("by", Unit::None, (-2.0, 2.0), 0.0, ""),
        Parameter::fixed("way", Unit::None, (0.0, 2.0), 0.0, "0 plus, 1 minus, 2 how far"),
    ],
    in_place: true,
    pointwise: |_| true,
    make: |setup| Ok(host(Offset { way: setup.number(1) as usize })),
    wide: wides!(light, setup => Offset { way: setup.number(1) as usize }),
    ..Declaration::BLANK
};

struct Offset {
    way: usize,
}

impl<L: Lane> Kernel<L> for Offset {
    #[inline(always)]
    fn process(&mut self, io: &mut Io<'_, L>) {
        let by = io.params.get(0);
        for channel in 0..io.outputs.width(0) {
            for (j, x) in io.outputs.channel(0, channel).iter_mut().enumerate() {
                *x = match self.way {
                    0 => *x + by.at(j),
                    1 => *x - by.at(j),
                    _ => (*x - by.at(j)).abs(),
                };
            }
        }
    }
    fn reset(&mut self) {}
    fn points(&self, io: &Io<'_, L>, points: &mut Points) -> bool {
        let point = [Point::Plus, Point::Minus, Point::Distance][self.way];
        for channel in 0..io.outputs.width(0) {
            let out = At { port: 0, channel };
            points.push(point(out, Operand::Output(out), Operand::Number(io.params.at(0, 0).get(0))));
        }
        true
    }
}

/// One input times the other, not in place.
pub static TIMES: Declaration = Declaration {
    name: "times",
    group: Group::Stereo,
    inputs: &[Port::audio("a", Width::Follow, ""), Port::audio("b", Width::Follow, "")],
    outputs: &[Port::audio("out", Width::Follow, "")],
    make: |_| Ok(host(Times)),
    wide: wides!(heavy, _ => Times),
    ..Declaration::BLANK
};

struct Times;

impl<L: Lane> Kernel<L> for Times {
    #[inline(always)]
    fn process(&mut self, io: &mut Io<'_, L>) {
        for channel in 0..io.outputs.width(0) {
            let (a, b) = (io.inputs.channel(0, channel), io.inputs.channel(1, channel));
            for (out, (a, b)) in io.outputs.channel(0, channel).iter_mut().zip(a.iter().zip(b)) {
                *out = (*a * *b).clamp(L::splat(-LOUDEST), L::splat(LOUDEST));
            }
        }
    }
    fn reset(&mut self) {}
}

/// A delay of `frames` frames that declares them as its latency, in place.
pub static LATENT: Declaration = Declaration {
    name: "latent",
    group: Group::Dynamics,
    inputs: &[Port::audio("in", Width::Follow, "")],
    outputs: &[Port::audio("out", Width::Follow, "")],
    parameters: &[Parameter::fixed("frames", Unit::None, (0.0, 1e5), 10.0, "")],
    in_place: true,
    latency: |setup| setup.number(0) as usize,
    make: |setup| Ok(host(Held::<f32, true>::new(setup))),
    wide: wides!(heavy, setup => Held::<L, true>::new(setup)),
    ..Declaration::BLANK
};

/// A delay of `frames` frames that is meant to be heard as one, not in place.
pub static LATE: Declaration = Declaration {
    name: "late",
    group: Group::Time,
    inputs: &[Port::audio("in", Width::Follow, "")],
    outputs: &[Port::audio("out", Width::Follow, "")],
    parameters: &[Parameter::fixed("frames", Unit::None, (0.0, 1e5), 10.0, "")],
    gap: |setup| f64::from(setup.number(0)) / f64::from(setup.rate),
    make: |setup| Ok(host(Held::<f32, false>::new(setup))),
    wide: wides!(heavy, setup => Held::<L, false>::new(setup)),
    ..Declaration::BLANK
};

struct Held<L, const IN_PLACE: bool> {
    lines: Vec<Vec<L>>,
    at: usize,
    /// For how many frames silence came in.
    quiet: usize,
}

impl<L: Lane, const IN_PLACE: bool> Held<L, IN_PLACE> {
    fn new(setup: &Setup) -> Self {
        let line = vec![L::splat(0.0); setup.number(0) as usize];
        Self { lines: vec![line; setup.width()], at: 0, quiet: 0 }
    }
}

impl<L: Lane, const IN_PLACE: bool> Kernel<L> for Held<L, IN_PLACE> {
    #[inline(always)]
    fn process(&mut self, io: &mut Io<'_, L>) {
        self.quiet += io.frames;
        let length = self.lines.first().map_or(0, Vec::len);
        for (channel, line) in self.lines.iter_mut().enumerate() {
            let out = io.outputs.channel(0, channel);
            if !IN_PLACE {
                out.copy_from_slice(io.inputs.channel(0, channel));
            }
            if out.iter().any(|x| (0..L::LANES).any(|lane| x.get(lane).to_bits() != 0)) {
                self.quiet = 0;
            }
            if length > 0 {
                for (j, x) in out.iter_mut().enumerate() {
                    std::mem::swap(&mut line[(self.at + j) % length], x);
                }
            }
        }
        self.at = (self.at + io.frames) % length.max(1);
    }
    fn reset(&mut self) {
        self.lines.iter_mut().for_each(|l| l.fill(L::splat(0.0)));
    }
    fn at_rest(&self) -> bool {
        self.lines.iter().all(|l| self.quiet > l.len())
    }
    fn keep(&mut self, keeper: &mut Keeper<'_>) {
        self.lines.iter_mut().for_each(|l| keeper.ring(l, self.at));
        self.quiet = 0;
    }
}
