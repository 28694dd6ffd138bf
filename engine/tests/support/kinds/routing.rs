//! What changes the number of channels, and what has several outputs.

use signalbox_dsp::lane::{Keeper, Lane, Simd};
use signalbox_engine::node::{Declaration, Group, Io, Kernel, Port, Width, host};
use signalbox_engine::wides;

/// Mono to stereo: half the sum with, and half the difference to, the frame before.
pub static WIDEN: Declaration = Declaration {
    name: "widen",
    group: Group::Stereo,
    inputs: &[Port::audio("in", Width::Fixed(1), "")],
    outputs: &[Port::audio("out", Width::Fixed(2), "")],
    make: |_| Ok(host(Widen(0.0))),
    wide: wides!(heavy, _ => Widen(L::splat(0.0))),
    ..Declaration::BLANK
};

struct Widen<L>(L);

impl<L: Lane> Kernel<L> for Widen<L> {
    #[inline(always)]
    fn process(&mut self, io: &mut Io<'_, L>) {
        let input = io.inputs.channel(0, 0);
        let [left, right] = io.outputs.pair(0);
        for (j, &x) in input.iter().enumerate() {
            left[j] = L::splat(0.5) * (x + self.0);
            right[j] = L::splat(0.5) * (x - self.0);
            self.0 = x;
        }
    }
    fn reset(&mut self) {
        self.0 = L::splat(0.0);
    }
    fn at_rest(&self) -> bool {
        (0..L::LANES).all(|lane| self.0.get(lane).to_bits() == 0)
    }
    fn keep(&mut self, keeper: &mut Keeper<'_>) {
        keeper.number(&mut self.0);
    }
}

/// Stereo to two outputs.
pub static SPLIT: Declaration = Declaration {
    name: "split",
    group: Group::Stereo,
    inputs: &[Port::audio("in", Width::Fixed(2), "")],
    outputs: &[Port::audio("left", Width::Fixed(1), ""), Port::audio("right", Width::Fixed(1), "")],
    make: |_| Ok(host(Split)),
    ..Declaration::BLANK
};

struct Split;

impl Kernel<f32> for Split {
    fn process(&mut self, io: &mut Io<'_, f32>) {
        for side in 0..2 {
            io.outputs.channel(side, 0).copy_from_slice(io.inputs.channel(0, side));
        }
    }
    fn reset(&mut self) {}
}

/// Two inputs to stereo.
pub static JOIN: Declaration = Declaration {
    name: "join",
    group: Group::Stereo,
    inputs: &[Port::audio("left", Width::Fixed(1), ""), Port::audio("right", Width::Fixed(1), "")],
    outputs: &[Port::audio("out", Width::Fixed(2), "")],
    make: |_| Ok(host(Join)),
    ..Declaration::BLANK
};

struct Join;

impl Kernel<f32> for Join {
    fn process(&mut self, io: &mut Io<'_, f32>) {
        for side in 0..2 {
            io.outputs.channel(0, side).copy_from_slice(io.inputs.channel(side, 0));
        }
    }
    fn reset(&mut self) {}
}

/// In place with several outputs and a side input that may be wider: the input itself, its first channel turned over,
/// and the product of both inputs.
pub static TAP: Declaration = Declaration {
    name: "tap",
    group: Group::Stereo,
    inputs: &[Port::audio("in", Width::Follow, ""), Port::audio("side", Width::Follow, "")],
    outputs: &[
        Port::audio("out", Width::Follow, ""),
        Port::audio("turned", Width::Fixed(1), ""),
        Port::audio("product", Width::Follow, ""),
    ],
    in_place: true,
    make: |_| Ok(host(Tap)),
    wide: wides!(heavy, _ => Tap),
    ..Declaration::BLANK
};

struct Tap;

impl<L: Lane> Kernel<L> for Tap {
    #[inline(always)]
    fn process(&mut self, io: &mut Io<'_, L>) {
        for j in 0..io.frames {
            io.outputs.channel(1, 0)[j] = -io.outputs.channel(0, 0)[j];
            for channel in 0..io.outputs.width(0) {
                let x = io.outputs.channel(0, channel)[j] * io.inputs.channel(1, channel)[j];
                io.outputs.channel(2, channel)[j] = x.clamp(L::splat(-16.0), L::splat(16.0));
            }
        }
    }
    fn reset(&mut self) {}
}

/// The sum of all channels.
pub static MONO: Declaration = Declaration {
    name: "mono",
    group: Group::Stereo,
    inputs: &[Port::audio("in", Width::Follow, "")],
    outputs: &[Port::audio("out", Width::Fixed(1), "")],
    make: |_| Ok(host(Mono)),
    wide: wides!(light, _ => Mono),
    ..Declaration::BLANK
};

struct Mono;

impl<L: Lane> Kernel<L> for Mono {
    #[inline(always)]
    fn process(&mut self, io: &mut Io<'_, L>) {
        io.outputs.channel(0, 0).fill(L::splat(0.0));
        for channel in 0..io.inputs.width(0) {
            let from = io.inputs.channel(0, channel);
            io.outputs.channel(0, 0).iter_mut().zip(from).for_each(|(o, x)| *o += *x);
        }
    }
    fn reset(&mut self) {}
    fn at_rest(&self) -> bool {
        true
    }
}
