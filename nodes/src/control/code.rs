//! Runs a small program for each frame: an own processor, written in a script.

use program::{Op, Program};
use signalbox_engine::node::{BLOCK, Declaration, Group, Io, Kernel, Parameter, Port, Setup, Width, host};
use signalbox_dsp::units::Unit;

mod program;

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
    source: "Operations on a stack of results, each over a whole block where none reads what comes back; checked \
             operation by operation against double precision.",
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
    make: |setup| Ok(host(Code::new(setup)?)),
    ..Declaration::BLANK
};

const fn number(name: &'static str) -> Parameter {
    Parameter::number(name, Unit::None, (-1e6, 1e6), 0.0, "a number that the program reads")
}

/// One channel: results of a block, what each operation remembers, and what came out last.
struct Channel {
    results: Vec<[f32; BLOCK]>,
    memories: Vec<Memory>,
    last: f32,
}

/// A ring of past values; empty for operations that remember nothing.
struct Memory {
    ring: Vec<f32>,
    at: usize,
}

struct Code {
    program: Program,
    channels: Vec<Channel>,
}

impl Code {
    fn new(setup: &Setup) -> Result<Self, String> {
        let program = Program::read(setup.text(PROGRAM))?;
        let memory = |op: &Op| {
            let frames = op.remembers(f64::from(setup.rate));
            Memory { ring: vec![0.0; frames], at: 0 }
        };
        let channel = || Channel {
            results: vec![[0.0; BLOCK]; program.ops.len()],
            memories: program.ops.iter().map(memory).collect(),
            last: 0.0,
        };
        let channels = (0..setup.width()).map(|_| channel()).collect();
        Ok(Self { program, channels })
    }
}

impl Channel {
    /// Runs the program for some frames of a block, in place.
    #[inline(always)]
    fn run(&mut self, program: &Program, signal: &mut [f32], params: &[[f32; BLOCK]; PARAMETERS], from: usize) {
        let n = signal.len();
        for (i, op) in program.ops.iter().enumerate() {
            let (done, rest) = self.results.split_at_mut(i);
            let to = &mut rest[0][..n];
            match *op {
                Op::In => to.copy_from_slice(signal),
                Op::Parameter(p) => to.copy_from_slice(&params[p][from..from + n]),
                Op::Constant(c) => to.fill(c),
                Op::Back => to.fill(self.last),
                Op::One(f, a) => to.iter_mut().zip(&done[a][..n]).for_each(|(y, &x)| *y = f.of(x)),
                Op::Two(f, a, b) => {
                    let both = done[a][..n].iter().zip(&done[b][..n]);
                    to.iter_mut().zip(both).for_each(|(y, (&a, &b))| *y = f.of(a, b));
                }
                Op::Select(c, a, b) => {
                    for k in 0..n {
                        to[k] = if done[c][k] > 0.0 { done[a][k] } else { done[b][k] };
                    }
                }
                Op::Delay(a, _) => {
                    let Memory { ring, at } = &mut self.memories[i];
                    for (y, &x) in to.iter_mut().zip(&done[a][..n]) {
                        *y = std::mem::replace(&mut ring[*at], x);
                        *at = if *at + 1 == ring.len() { 0 } else { *at + 1 };
                    }
                }
            }
        }
        signal.copy_from_slice(&self.results[program.ops.len() - 1][..n]);
        self.last = signal[n - 1];
    }
}

impl Kernel<f32> for Code {
    fn process(&mut self, io: &mut Io<'_, f32>) {
        let mut params = [[0.0; BLOCK]; PARAMETERS];
        for (p, values) in params.iter_mut().enumerate() {
            let param = io.params.get(FIRST + p);
            values[..io.frames].iter_mut().enumerate().for_each(|(i, v)| *v = param.at(i));
        }
        for (c, channel) in self.channels.iter_mut().enumerate() {
            let signal = io.outputs.channel(OUT, c);
            if self.program.loops {
                for i in 0..signal.len() {
                    channel.run(&self.program, &mut signal[i..=i], &params, i);
                }
            } else if !signal.is_empty() {
                channel.run(&self.program, signal, &params, 0);
            }
        }
    }

    fn reset(&mut self) {
        for channel in &mut self.channels {
            channel.last = 0.0;
            for memory in &mut channel.memories {
                memory.ring.fill(0.0);
                memory.at = 0;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::{noise, sine};
    use serde_json::json;
    use signalbox_engine::node::rig::Rig;

    fn run(program: &str, p1: f64, x: Vec<f32>) -> Result<Vec<f32>, String> {
        let values = [("program", json!(program)), ("p1", json!(p1))];
        Ok(Rig::new(&NODE, 48_000, &values, &[1])?.through(&[x]).remove(0))
    }

    #[test]
    fn every_operation_is_what_mathematics_says() {
        type Wanted = fn(f64) -> f64;
        let all: [(&str, Wanted); 15] = [
            ("in; const 0.5; add 0 1", |x| x + 0.5),
            ("in; const 0.5; sub 0 1", |x| x - 0.5),
            ("in; const 3; mul 0 1", |x| x * 3.0),
            ("in; const 3; div 0 1", |x| x / 3.0),
            ("in; const 0.1; min 0 1", |x| x.min(f64::from(0.1f32))),
            ("in; const 0.1; max 0 1", |x| x.max(f64::from(0.1f32))),
            ("in; const 0.1; less 0 1", |x| f64::from(u8::from(x < f64::from(0.1f32)))),
            ("in; neg 0", |x| -x),
            ("in; abs 0", f64::abs),
            ("in; sin 0", f64::sin),
            ("in; cos 0", f64::cos),
            ("in; tanh 0", f64::tanh),
            ("in; exp 0", f64::exp),
            ("in; abs 0; sqrt 1", |x| x.abs().sqrt()),
            ("in; const 9; select 0 0 1", |x| if x > 0.0 { x } else { 9.0 }),
        ];
        let x = noise(1, 500);
        for (program, wanted) in all {
            let y = run(program, 0.0, x.clone()).unwrap();
            let off = x.iter().zip(&y).map(|(&x, &y)| (wanted(f64::from(x)) - f64::from(y)).abs()).fold(0.0, f64::max);
            assert!(off < 2e-6, "{program}: {off}");
        }
    }

    #[test]
    fn state_is_a_frame_or_a_time_back_and_a_loop_is_a_filter() {
        let x = noise(2, 300);
        let y = run("in; prev 0", 0.0, x.clone()).unwrap();
        assert_eq!(y[1..], x[..299]);
        let y = run("in; delay 0 0.002", 0.0, x.clone()).unwrap();
        assert_eq!(y[96..], x[..204]);
        // y = x + p (y' - x): a one-pole low-pass, against the recursion by hand.
        let y = run("in; back; sub 1 0; p 1; mul 2 3; add 0 4", 0.9, x.clone()).unwrap();
        let mut last = 0.0f32;
        for (&x, &y) in x.iter().zip(&y) {
            last = x + (last - x) * 0.9;
            assert!((last - y).abs() < 1e-6);
        }
    }

    #[test]
    fn a_program_that_is_none_says_where() {
        for (program, word) in [
            ("", "empty"),
            ("in; mul 0 1", "`mul 0 1`"),
            ("in; foo 0", "`foo`"),
            ("in; const x", "`const x`"),
            ("p 9", "`p 9`"),
            ("in; delay 0 100", "10 s"),
        ] {
            let error = run(program, 0.0, sine(100.0, 48_000, 10)).unwrap_err();
            assert!(error.contains(word), "{program}: {error}");
        }
        assert!(run(&"in;".repeat(300), 0.0, vec![0.0]).unwrap_err().contains("256"));
    }
}
