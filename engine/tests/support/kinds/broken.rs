//! Nodes that fail.

use signalbox_dsp::units::Unit;
use signalbox_engine::node::{Declaration, Group, Io, Kernel, Parameter, Port, Width, host};

/// Adds what it counts since its first frame, or the first after a reset, to its input, in place; from frame `at` on, for as long as it is not reset,
/// it gives what is no number.
pub static BROKEN: Declaration = Declaration {
    name: "broken",
    group: Group::Colour,
    inputs: &[Port::audio("in", Width::Follow, "")],
    outputs: &[Port::audio("out", Width::Follow, "")],
    parameters: &[
        Parameter::fixed("at", Unit::None, (0.0, 1e6), 100.0, ""),
        Parameter::choice("gives", &[("nan", ""), ("inf", ""), ("-inf", "")], ""),
        Parameter::switch("forever", false, "whether no reset heals it"),
    ],
    in_place: true,
    make: |setup| {
        let gives = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY][setup.choice(1)];
        Ok(host(Broken {
            at: setup.number(0) as i64,
            gives,
            forever: setup.switch(2),
            count: 0,
            healed: false,
        }))
    },
    ..Declaration::BLANK
};

struct Broken {
    at: i64,
    gives: f32,
    forever: bool,
    count: u32,
    healed: bool,
}

impl Kernel<f32> for Broken {
    fn process(&mut self, io: &mut Io<'_, f32>) {
        if io.fresh {
            self.count = 0;
        }
        for j in 0..io.frames {
            let bad = !self.healed && io.frame + j as i64 >= self.at;
            for channel in 0..io.outputs.width(0) {
                let x = &mut io.outputs.channel(0, channel)[j];
                *x = if bad { self.gives } else { *x + self.count as f32 };
            }
            self.count += 1;
        }
    }
    fn reset(&mut self) {
        self.healed = !self.forever;
    }
}

/// A kind whose processor can't be made while `refuse` is on.
pub static REFUSES: Declaration = Declaration {
    name: "refuses",
    group: Group::Colour,
    inputs: &[Port::audio("in", Width::Follow, "")],
    outputs: &[Port::audio("out", Width::Follow, "")],
    parameters: &[Parameter::switch("refuse", true, "")],
    in_place: true,
    make: |setup| match setup.switch(0) {
        true => Err("it will not".into()),
        false => Ok(host(Passes)),
    },
    ..Declaration::BLANK
};

struct Passes;

impl Kernel<f32> for Passes {
    fn process(&mut self, _io: &mut Io<'_, f32>) {}
    fn reset(&mut self) {}
}
