//! Runs a small program for each frame: an own processor, written in a script.

use memory::Memory;
use program::{Op, Program, Stage};
use results::{Before, Results, piece};
use signalbox_dsp::lane::{Keeper, Lane};
use signalbox_dsp::units::Unit;
use signalbox_engine::node::{
    Declaration, Group, Io, Kernel, Param, Parameter, Port, Setup, Width, host,
};
use signalbox_engine::wides;

mod memory;
mod program;
mod results;

const OUT: usize = 0;
const PROGRAM: usize = 0;
const FIRST: usize = 1;

/// How many numbers a program may be given.
pub const PARAMETERS: usize = 8;

/// A program in place of a kernel.
pub static NODE: Declaration = Declaration {
    name: "code",
    title: "Code",
    group: Group::Control,
    help: "Runs a small program on each frame of a signal: a processor of one's own, as a script's node(…) writes it.",
    source: "Operations on a list of results: once where they hang on parameters that rest, over a whole block where \
             they do not read what comes back, frame by frame where they do. Checked operation by operation against \
             double precision.",
    example: r#"{"format": 1, "length": "3 s", "nodes": [
        {"id": "tone", "kind": "osc", "values": {"shape": "sine", "freq": "110 Hz"}},
        {"id": "fold", "kind": "code", "values": {"program": "in; p 1; mul 0 1; sin 2; const 0.7; mul 3 4", "p1": 6}},
        {"id": "out", "kind": "output"}],
        "cables": [{"from": "tone", "to": "fold"}, {"from": "fold", "to": "out"}]}"#,
    inputs: &[Port::audio("in", Width::Follow, "the signal")],
    outputs: &[Port::audio("out", Width::Follow, "the last result of the program")],
    parameters: &[
        Parameter::text(
            "program",
            "in",
            "results one after the other, with `;` between; `mul 0 1` multiplies the first two. Operations: in, p 1, \
             const 0.5, add, sub, mul, div, min, max, less, neg, abs, sin, cos, tanh, exp, ln, sqrt, floor, select 0 1 2, \
             prev 0 (a frame before), delay 0 0.25 (seconds), back (what came out a frame before)",
        ),
        number("p1"),
        number("p2"),
        number("p3"),
        number("p4"),
        number("p5"),
        number("p6"),
        number("p7"),
        number("p8"),
    ],
    in_place: true,
    gap: |setup| Program::read(setup.text(PROGRAM)).map_or(0.0, |p| p.memory()),
    make: |setup| Ok(host(Code::<f32>::new(setup)?)),
    wide: wides!(heavy, setup => Code::<L>::new(setup)?),
    ..Declaration::BLANK
};

const fn number(name: &'static str) -> Parameter {
    Parameter::number(name, Unit::None, (-1e6, 1e6), 0.0, "a number that the program reads")
}

/// What one channel remembers: a memory an operation that has one, and what came out last.
struct Channel<L> {
    memories: Vec<Memory<L>>,
    last: L,
}

struct Code<L> {
    program: Program,
    results: Results<L>,
    /// The parameters that the settled results were worked out with; `None` while these move.
    settled: Option<[L; PARAMETERS]>,
    channels: Vec<Channel<L>>,
}

impl<L: Lane> Code<L> {
    fn new(setup: &Setup) -> Result<Self, String> {
        let program = Program::read(setup.text(PROGRAM))?;
        let memory = |op: &Op| Memory::new(op.remembers(f64::from(setup.rate)));
        let channel =
            || Channel { memories: program.ops.iter().map(memory).collect(), last: L::splat(0.0) };
        Ok(Self {
            results: Results::new(program.ops.len()),
            settled: None,
            channels: (0..setup.width()).map(|_| channel()).collect(),
            program,
        })
    }

    /// Works out what hangs on parameters alone, for some frames of a block.
    #[inline(always)]
    fn settle(&mut self, params: &[Param<'_, L>; PARAMETERS], from: usize, n: usize) {
        for &i in self.program.stage(Stage::Settled) {
            match self.program.ops[i] {
                Op::Constant(c) => self.results.fill(i, L::splat(c), n),
                Op::Parameter(p) => match params[p] {
                    Param::Steady(value) => self.results.fill(i, value, n),
                    Param::Moving(values) => self.results.copy(i, &values[from..from + n]),
                },
                op => self.results.work(i, op, n),
            }
        }
    }

    /// Runs the rest for some frames of a channel, in place.
    #[inline(always)]
    fn run(&mut self, channel: usize, signal: &mut [L]) {
        let Self { program, results, channels, .. } = self;
        let (channel, n) = (&mut channels[channel], signal.len());
        for &i in program.stage(Stage::Block) {
            match program.ops[i] {
                Op::In => results.copy(i, signal),
                Op::Delay(a, _) => results.remember(i, a, &mut channel.memories[i], n),
                op => results.work(i, op, n),
            }
        }
        let out = program.ops.len() - 1;
        let round = program.stage(Stage::Frame);
        if !round.is_empty() {
            let mut last = channel.last;
            for k in 0..n {
                let mut before = Before { op: usize::MAX, result: last };
                for &i in round {
                    let result = match program.ops[i] {
                        Op::Back => last,
                        Op::Delay(a, _) => channel.memories[i].exchange(results.read(a, k, before)),
                        op => results.one(op, k, before),
                    };
                    results.set(i, k, result);
                    before = Before { op: i, result };
                }
                last = results.read(out, k, before);
            }
            channel.last = last;
        }
        signal.copy_from_slice(results.of(out, n));
    }
}

impl<L: Lane> Kernel<L> for Code<L> {
    #[inline(always)]
    fn process(&mut self, io: &mut Io<'_, L>) {
        let params: [Param<'_, L>; PARAMETERS] = std::array::from_fn(|p| io.params.get(FIRST + p));
        let rests = params.iter().all(Param::is_steady);
        let values = rests.then(|| std::array::from_fn(|p| params[p].at(0)));
        if rests && values != self.settled {
            self.settle(&params, 0, piece::<L>());
        }
        self.settled = values;
        for from in (0..io.frames).step_by(piece::<L>()) {
            let n = piece::<L>().min(io.frames - from);
            if !rests {
                self.settle(&params, from, n);
            }
            for c in 0..self.channels.len() {
                self.run(c, &mut io.outputs.channel(OUT, c)[from..from + n]);
            }
        }
    }

    fn reset(&mut self) {
        for channel in &mut self.channels {
            channel.last = L::splat(0.0);
            channel.memories.iter_mut().for_each(Memory::reset);
        }
    }

    fn keep(&mut self, keeper: &mut Keeper<'_>) {
        for channel in &mut self.channels {
            keeper.number(&mut channel.last);
            channel.memories.iter_mut().for_each(|memory| memory.keep(keeper));
        }
    }
}

#[cfg(test)]
mod tests;
