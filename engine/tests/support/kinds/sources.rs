//! Sources: what they give depends on the absolute frame alone, `count` aside, which counts what it ran.

use signalbox_dsp::lane::{Keeper, Lane};
use signalbox_dsp::units::Unit;
use signalbox_engine::node::{
    At, Declaration, Extent, Group, Io, Kernel, Operand, Parameter, Point, Points, Port, Setup, Width, host,
};
use signalbox_engine::wides;

/// A number from -1 to 1 for each seed, channel and frame.
pub fn hash(seed: u64, channel: u64, frame: i64) -> f32 {
    let mut z = (frame as u64)
        .wrapping_mul(0x9e37_79b9_7f4a_7c15)
        .wrapping_add(seed << 40)
        .wrapping_add(channel << 32);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^= z >> 31;
    (z >> 40) as f32 / (1u64 << 23) as f32 - 1.0
}

/// White noise from a counter, for ever or until a frame.
pub static NOISE: Declaration = Declaration {
    name: "noise",
    group: Group::Sources,
    outputs: &[Port::audio("out", Width::Parameter("width"), "")],
    parameters: &[
        Parameter::fixed("seed", Unit::None, (0.0, 1e6), 0.0, ""),
        Parameter::fixed("width", Unit::None, (1.0, 64.0), 1.0, ""),
        Parameter::fixed("until", Unit::None, (0.0, 1e6), 0.0, "the first silent frame; 0 for ever"),
    ],
    extent: |setup| match setup.number(2) as u64 {
        0 => Extent::Endless,
        frames => Extent::Until(frames),
    },
    make: |setup| Ok(host(Noise { seed: setup.number(0) as u64, until: setup.number(2) as i64 })),
    ..Declaration::BLANK
};

struct Noise {
    seed: u64,
    until: i64,
}

impl Kernel<f32> for Noise {
    fn process(&mut self, io: &mut Io<'_, f32>) {
        for channel in 0..io.outputs.width(0) {
            for (j, out) in io.outputs.channel(0, channel).iter_mut().enumerate() {
                let frame = io.frame + j as i64;
                let over = self.until > 0 && !(0..self.until).contains(&frame);
                *out = if over { 0.0 } else { hash(self.seed, channel as u64, frame) };
            }
        }
    }
    fn reset(&mut self) {}
}

/// Its own parameters as a signal: `value`, times `freq` in kilohertz; each frame by itself.
pub static LEVEL: Declaration = Declaration {
    name: "level",
    group: Group::Control,
    outputs: &[Port::audio("out", Width::Fixed(1), "")],
    parameters: &[
        Parameter::number("value", Unit::None, (-4.0, 4.0), 1.0, ""),
        Parameter::number("freq", Unit::Hertz, (10.0, 8_000.0), 1_000.0, "").logarithmic(),
    ],
    extent: |_| Extent::Endless,
    pointwise: |_| true,
    make: |_| Ok(host(Level)),
    wide: wides!(heavy, _ => Level),
    ..Declaration::BLANK
};

struct Level;

impl<L: Lane> Kernel<L> for Level {
    #[inline(always)]
    fn process(&mut self, io: &mut Io<'_, L>) {
        let (value, freq) = (io.params.get(0), io.params.get(1));
        for (j, out) in io.outputs.channel(0, 0).iter_mut().enumerate() {
            *out = value.at(j) * (freq.at(j) * L::splat(0.001));
        }
    }
    fn reset(&mut self) {}
    fn points(&self, io: &Io<'_, L>, points: &mut Points) -> bool {
        let [value, factor] = [io.params.at(0, 0), io.params.at(1, 0) * L::splat(0.001)];
        let [value, factor] = [value, factor].map(|x| Operand::Number(x.get(0)));
        points.push(Point::Times(At { port: 0, channel: 0 }, value, factor));
        true
    }
}

/// One frame of full scale.
pub static IMPULSE: Declaration = Declaration {
    name: "impulse",
    group: Group::Sources,
    outputs: &[Port::audio("out", Width::Fixed(1), "")],
    parameters: &[Parameter::fixed("at", Unit::None, (0.0, 1e6), 0.0, "its frame")],
    extent: |setup| Extent::Until(setup.number(0) as u64 + 1),
    make: |setup| Ok(host(Impulse(setup.number(0) as i64))),
    ..Declaration::BLANK
};

struct Impulse(i64);

impl Kernel<f32> for Impulse {
    fn process(&mut self, io: &mut Io<'_, f32>) {
        for (j, out) in io.outputs.channel(0, 0).iter_mut().enumerate() {
            *out = f32::from(u8::from(io.frame + j as i64 == self.0));
        }
    }
    fn reset(&mut self) {}
}

/// The tempo that it was made from in its first channel; whether its input is connected in its second; how many frames
/// it ran in its third.
pub static WITNESS: Declaration = Declaration {
    name: "witness",
    group: Group::Control,
    inputs: &[Port::audio("in", Width::Fixed(1), "")],
    outputs: &[Port::audio("out", Width::Fixed(3), "")],
    parameters: &[Parameter::number("value", Unit::None, (-1.0, 1.0), 0.0, "")],
    on_the_beat: true,
    make: |setup| Ok(host(Witness { tempo: setup.tempo.tempo[0].1 as f32, ran: 0 })),
    ..Declaration::BLANK
};

struct Witness {
    tempo: f32,
    ran: usize,
}

impl Kernel<f32> for Witness {
    fn process(&mut self, io: &mut Io<'_, f32>) {
        let connected = f32::from(u8::from(io.inputs.connected(0)));
        io.outputs.channel(0, 0).fill(self.tempo);
        io.outputs.channel(0, 1).fill(connected);
        self.ran += io.frames;
        io.outputs.channel(0, 2).fill(self.ran as f32);
    }
    fn reset(&mut self) {
        self.ran = 0;
    }
}

/// Counts the frames that it ran since it was made, from `start` on; `value` is added and does not touch the count.
pub static COUNT: Declaration = Declaration {
    name: "count",
    group: Group::Sources,
    outputs: &[Port::audio("out", Width::Fixed(1), "")],
    parameters: &[
        Parameter::fixed("start", Unit::None, (0.0, 1e6), 0.0, ""),
        Parameter::number("value", Unit::None, (-1e6, 1e6), 0.0, ""),
    ],
    extent: |_| Extent::Endless,
    make: |setup: &Setup| Ok(host(Count::<f32>::new(setup))),
    wide: wides!(heavy, setup => Count::<L>::new(setup)),
    ..Declaration::BLANK
};

struct Count<L> {
    start: f32,
    frames: L,
}

impl<L: Lane> Count<L> {
    fn new(setup: &Setup) -> Self {
        Self { start: setup.number(0), frames: L::splat(0.0) }
    }
}

impl<L: Lane> Kernel<L> for Count<L> {
    #[inline(always)]
    fn process(&mut self, io: &mut Io<'_, L>) {
        let value = io.params.get(1);
        for (j, out) in io.outputs.channel(0, 0).iter_mut().enumerate() {
            *out = L::splat(self.start) + self.frames + value.at(j);
            self.frames += L::splat(1.0);
        }
    }
    fn reset(&mut self) {
        self.frames = L::splat(0.0);
    }
    fn keep(&mut self, keeper: &mut Keeper<'_>) {
        keeper.number(&mut self.frames);
    }
}
