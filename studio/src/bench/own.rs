//! Nodes of one's own, as a script writes them and as one would write the same in Rust.

use super::patches::{Drawing, OUT as OUTPUT, bus, db, hertz, level};
use super::settings::CHAIN_WAVE;
use signalbox_dsp::lane::{Keeper, Lane, by_lanes, sin_turns};
use signalbox_dsp::units::Unit;
use signalbox_engine::node::{Declaration, Group, Io, Kernel, Parameter, Port, Setup, Shelf, Width, host};
use signalbox_engine::patch::{Node, Patch};
use signalbox_engine::wides;
use std::f32::consts::TAU;

const OUT: usize = 0;

/// A node, in both ways.
#[derive(Clone, Copy, Debug)]
pub struct Own {
    /// The kind that is written in Rust; it has one parameter.
    pub kind: &'static str,
    /// The function of the script.
    pub script: &'static str,
    /// The program that comes of it.
    pub program: &'static str,
    value: f32,
}

/// A wave folder, which has no state, and a low-pass, which reads what came out before.
pub const OWN: [Own; 2] = [
    Own {
        kind: "fold",
        script: "|x, p| sin(x * (1 + p.it * 4)) * 0.7",
        program: "in; p 1; const 4.0; mul 1 2; const 1.0; add 4 3; mul 0 5; sin 6; const 0.7; mul 7 8",
        value: 0.5,
    },
    Own {
        kind: "lowpass",
        script: "|x, p| x + (back(x) - x) * p.it",
        program: "in; p 1; back; sub 2 0; mul 3 1; add 0 4",
        value: 0.9,
    },
];

impl Own {
    /// The node that runs the program.
    pub fn in_script(&self) -> Node {
        Node::new("code").with("program", self.program).with("p1", self.value)
    }

    /// The node in Rust.
    pub fn in_rust(&self) -> Node {
        Node::new(self.kind).with("it", self.value)
    }
}

/// How nodes lie to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Each behind the one before.
    Chain,
    /// All behind one source, into one bus.
    Beside,
}

/// So many of a node, behind a saw. Mono.
pub fn patch(count: usize, node: &Node, way: Way) -> Patch {
    let mut drawing = Drawing::default();
    let source = Node::new("osc")
        .with("shape", "saw")
        .with("mode", "control")
        .with("freq", hertz(CHAIN_WAVE))
        .with("level", db(level(0.5)));
    drawing.node("source", source);
    let mut last = "source".to_string();
    for index in 0..count {
        let id = format!("node {index:05}");
        drawing.node(&id, node.clone());
        if way == Way::Chain {
            drawing.cable(&last, &id);
            last = id;
        } else {
            drawing.cable("source", &id);
            drawing.cable(&id, "sum");
        }
    }
    if way == Way::Beside {
        drawing.node("sum", bus(1, -6.0));
        last = "sum".into();
    }
    drawing.node(OUTPUT, Node::new("output"));
    drawing.cable(&last, OUTPUT);
    drawing.patch("Nodes of one's own")
}

/// The shelf, with the nodes in Rust.
pub fn shelf() -> Shelf {
    let mut kinds = crate::shelf().kinds().to_vec();
    kinds.extend([&FOLD, &LOWPASS]);
    Shelf::new(&kinds)
}

/// What both have in common.
const BLANK: Declaration = Declaration {
    group: Group::Control,
    inputs: &[Port::audio("in", Width::Follow, "the signal")],
    outputs: &[Port::audio("out", Width::Follow, "the result")],
    parameters: &[Parameter::number("it", Unit::None, (0.0, 1.0), 0.5, "the one parameter")],
    in_place: true,
    ..Declaration::BLANK
};

static FOLD: Declaration =
    Declaration { name: "fold", make: |_| Ok(host(Fold)), wide: wides!(heavy, _ => Fold), ..BLANK };

static LOWPASS: Declaration = Declaration {
    name: "lowpass",
    make: |setup| Ok(host(Lowpass::<f32>::new(setup))),
    wide: wides!(heavy, setup => Lowpass::<L>::new(setup)),
    ..BLANK
};

struct Fold;

impl<L: Lane> Kernel<L> for Fold {
    #[inline(always)]
    fn process(&mut self, io: &mut Io<'_, L>) {
        let drive = io.params.get(0);
        for c in 0..io.outputs.width(OUT) {
            for (i, x) in io.outputs.channel(OUT, c).iter_mut().enumerate() {
                by_lanes::<L>();
                let angle = *x * (L::splat(1.0) + drive.at(i) * L::splat(4.0));
                *x = sin_turns(angle * L::splat(1.0 / TAU)) * L::splat(0.7);
            }
        }
    }

    fn reset(&mut self) {}
}

/// What came out last, by channel.
struct Lowpass<L>(Vec<L>);

impl<L: Lane> Lowpass<L> {
    fn new(setup: &Setup) -> Self {
        Self(vec![L::splat(0.0); setup.width()])
    }
}

impl<L: Lane> Kernel<L> for Lowpass<L> {
    #[inline(always)]
    fn process(&mut self, io: &mut Io<'_, L>) {
        let share = io.params.get(0);
        for (c, last) in self.0.iter_mut().enumerate() {
            for (i, x) in io.outputs.channel(OUT, c).iter_mut().enumerate() {
                by_lanes::<L>();
                *last = *x + (*last - *x) * share.at(i);
                *x = *last;
            }
        }
    }

    fn reset(&mut self) {
        self.0.fill(L::splat(0.0));
    }

    fn keep(&mut self, keeper: &mut Keeper<'_>) {
        keeper.numbers(&mut self.0);
    }
}
