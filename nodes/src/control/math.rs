//! Calculates with two signals, frame by frame.

use signalbox_dsp::lane::{Keeper, Lane, by_lanes};
use signalbox_dsp::units::Unit;
use signalbox_engine::node::{
    At, Declaration, Group, Io, Kernel, Operand, Parameter, Point, Points, Port, Setup, Width, host,
};
use signalbox_engine::wides;

const B: usize = 1;
const OUT: usize = 0;
const OP: usize = 0;
const VALUE: usize = 1;

const ADD: usize = 0;
const SUBTRACT: usize = 1;
const MULTIPLY: usize = 2;
const MINIMUM: usize = 3;
const MAXIMUM: usize = 4;
const DIFFERENCE: usize = 5;

/// An operation on two signals, or on a signal and a number.
pub static NODE: Declaration = Declaration {
    name: "math",
    title: "Math",
    group: Group::Control,
    help: "Calculates with two signals, frame by frame: sums them, ring-modulates, keeps the larger one, makes a gate.",
    source: "The operation itself, in single precision, rounded once; checked frame by frame against double precision.",
    example: r#"{"format": 1, "length": "3 s", "nodes": [
        {"id": "carrier", "kind": "osc", "values": {"shape": "sine", "freq": "440 Hz"}},
        {"id": "bell", "kind": "osc", "values": {"shape": "sine", "freq": "617 Hz"}},
        {"id": "ring", "kind": "math", "values": {"op": "multiply"}},
        {"id": "out", "kind": "output"}],
        "cables": [{"from": "carrier", "to": "ring.a"}, {"from": "bell", "to": "ring.b"},
            {"from": "ring", "to": "out"}]}"#,
    inputs: &[
        Port::audio("a", Width::Follow, "the first signal"),
        Port::audio("b", Width::Follow, "the second signal; without a cable, `value` stands for it"),
    ],
    outputs: &[Port::audio("out", Width::Follow, "the result")],
    parameters: &[
        Parameter::choice(
            "op",
            &[
                ("add", "a + b: mixes, or shifts a control signal"),
                ("subtract", "a - b"),
                ("multiply", "a * b: ring modulation, or the depth of a control signal"),
                ("minimum", "the lower one"),
                ("maximum", "the higher one"),
                ("difference", "how far they are apart, |a - b|; with 0 it rectifies"),
                ("greater", "1 while a is above b, else 0: a gate"),
            ],
            "what is calculated",
        ),
        Parameter::number("value", Unit::None, (-100.0, 100.0), 1.0, "b, where no cable comes in there"),
    ],
    in_place: true,
    make: |setup| Ok(host(Math::new(setup))),
    // The others would hide what is no number.
    pointwise: |setup| matches!(setup.choice(OP), ADD | SUBTRACT | MULTIPLY | DIFFERENCE),
    wide: wides!(light, setup => Math::new(setup)),
    ..Declaration::BLANK
};

struct Math {
    op: usize,
    /// Whether silence gives silence with the value of the last frame.
    silent: bool,
}

impl Math {
    fn new(setup: &Setup) -> Self {
        Self { op: setup.choice(OP), silent: false }
    }

    #[inline(always)]
    fn result<L: Lane>(&self, a: L, b: L) -> L {
        match self.op {
            ADD => a + b,
            SUBTRACT => a - b,
            MULTIPLY => a * b,
            MINIMUM => a.min(b),
            MAXIMUM => a.max(b),
            DIFFERENCE => (a - b).abs(),
            _ => L::select(a.gt(b), L::splat(1.0), L::splat(0.0)),
        }
    }
}

impl<L: Lane> Kernel<L> for Math {
    #[inline(always)]
    fn process(&mut self, io: &mut Io<'_, L>) {
        let (value, connected) = (io.params.get(VALUE), io.inputs.connected(B));
        for channel in 0..io.outputs.width(OUT) {
            let out = io.outputs.channel(OUT, channel);
            if connected {
                for (a, &b) in out.iter_mut().zip(io.inputs.channel(B, channel)) {
                    by_lanes::<L>();
                    *a = self.result(*a, b);
                }
            } else {
                for (frame, a) in out.iter_mut().enumerate() {
                    by_lanes::<L>();
                    *a = self.result(*a, value.at(frame));
                }
            }
        }
        let zero = L::splat(0.0);
        let b = if connected { zero } else { value.at(io.frames - 1) };
        self.silent = self.result(zero, b).is_zero();
    }

    fn reset(&mut self) {
        self.silent = false;
    }

    fn points(&self, io: &Io<'_, L>, points: &mut Points) -> bool {
        let point = match self.op {
            ADD => Point::Plus,
            SUBTRACT => Point::Minus,
            MULTIPLY => Point::Times,
            DIFFERENCE => Point::Distance,
            _ => return false,
        };
        for channel in 0..io.outputs.width(OUT) {
            let out = At { port: OUT, channel };
            let b = match io.inputs.connected(B) {
                true => Operand::Input(At { port: B, channel }),
                false => Operand::Number(io.params.at(VALUE, 0).get(0)),
            };
            points.push(point(out, Operand::Output(out), b));
        }
        true
    }

    fn at_rest(&self) -> bool {
        self.silent
    }

    fn keep(&mut self, _keeper: &mut Keeper<'_>) {
        // The lane that comes may have another value.
        self.silent = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::noise;
    use serde_json::json;
    use signalbox_engine::node::rig::{Rig, WideRig};

    /// Each word, and what it means in double precision.
    type Meaning = (&'static str, fn(f64, f64) -> f64);

    const MEANINGS: [Meaning; 7] = [
        ("add", |a, b| a + b),
        ("subtract", |a, b| a - b),
        ("multiply", |a, b| a * b),
        ("minimum", f64::min),
        ("maximum", f64::max),
        ("difference", |a, b| (a - b).abs()),
        ("greater", |a, b| if a > b { 1.0 } else { 0.0 }),
    ];

    #[test]
    fn every_operation_gives_what_its_name_says_rounded_once() {
        let (a, b) = (noise(1, 300), noise(2, 300));
        for (op, meaning) in MEANINGS {
            let mut rig = Rig::new(&NODE, 48_000, &[("op", json!(op))], &[1, 1]).unwrap();
            let out = rig.run(&[vec![a.clone()], vec![b.clone()]], 300).remove(0).remove(0);
            let theory = |i: usize| meaning(f64::from(a[i]), f64::from(b[i])) as f32;
            assert!((0..300).all(|i| out[i] == theory(i)), "{op}");
        }
    }

    #[test]
    fn a_number_stands_for_a_signal_that_is_not_there() {
        let a = noise(3, 300);
        for (op, meaning) in MEANINGS {
            for value in [-0.25f32, 0.0, 2.0] {
                let values = [("op", json!(op)), ("value", json!(value))];
                let mut rig = Rig::new(&NODE, 48_000, &values, &[1, 0]).unwrap();
                let out = rig.run(&[vec![a.clone()]], 300).remove(0).remove(0);
                let theory = |i: usize| meaning(f64::from(a[i]), f64::from(value)) as f32;
                assert!((0..300).all(|i| out[i] == theory(i)), "{op} {value}");
            }
        }
    }

    #[test]
    fn with_a_value_that_sounds_in_silence_it_never_rests() {
        for (op, value, rests) in
            [("add", 1.0, false), ("multiply", 3.0, true), ("maximum", 0.5, false), ("greater", 0.1, true)]
        {
            let values = [("op", json!(op)), ("value", json!(value))];
            let mut rig = WideRig::<f32>::new(&NODE, NODE.make, 48_000, &values, &[1, 0]).unwrap();
            rig.run(10);
            assert_eq!(rig.processor().at_rest(), rests, "{op} {value}");
        }
    }
}
