//! Where a loop may be cut: delays of a block or more that give before they take.

use signalbox_dsp::units::Unit;
use signalbox_engine::node::{Declaration, Group, Io, Kernel, Parameter, Port, Setup, Width, host};

const PARAMETERS: &[Parameter] = &[
    Parameter::fixed("frames", Unit::None, (1.0, 1e5), 64.0, ""),
    Parameter::number("level", Unit::None, (0.0, 1.0), 1.0, "of what is given"),
    Parameter::fixed(
        "halve",
        Unit::None,
        (0.0, 100.0),
        0.0,
        "every so many frames the input counts half; 0 never",
    ),
    Parameter::number("feedback", Unit::None, (-0.9, 0.9), 0.0, "read where the inputs are taken"),
];

/// A delay of `frames` frames with feedback of its own, not in place.
pub static CUTTER: Declaration = Declaration {
    name: "cutter",
    group: Group::Time,
    inputs: &[Port::audio("in", Width::Follow, "")],
    outputs: &[Port::audio("out", Width::Follow, "")],
    parameters: PARAMETERS,
    holds: |setup| setup.number(0) as usize,
    gap: |setup| f64::from(setup.number(0)) / f64::from(setup.rate),
    make: |setup| Ok(host(Line::<false>::new(setup))),
    ..Declaration::BLANK
};

/// The same in place.
pub static RING: Declaration =
    Declaration { name: "ring", in_place: true, make: |setup| Ok(host(Line::<true>::new(setup))), ..CUTTER };

struct Line<const IN_PLACE: bool> {
    halve: i64,
    lines: Vec<Vec<f32>>,
    at: usize,
}

impl<const IN_PLACE: bool> Line<IN_PLACE> {
    fn new(setup: &Setup) -> Self {
        let lines = vec![vec![0.0; setup.number(0) as usize - setup.early]; setup.width()];
        Self { halve: setup.number(2) as i64, lines, at: 0 }
    }

    /// Takes a sample of the absolute frame `frame`.
    fn take(&mut self, channel: usize, offset: usize, frame: i64, x: f32, feedback: f32) {
        let x = if self.halve > 0 && frame % self.halve == 0 { 0.5 * x } else { x };
        let line = &mut self.lines[channel];
        let at = (self.at + offset) % line.len();
        line[at] = (x + feedback * line[at]).clamp(-1.0, 1.0);
    }

    fn give(&self, channel: usize, offset: usize) -> f32 {
        let line = &self.lines[channel];
        line[(self.at + offset) % line.len()]
    }

    fn advance(&mut self, frames: usize) {
        self.at = (self.at + frames) % self.lines.first().map_or(1, Vec::len);
    }
}

impl<const IN_PLACE: bool> Kernel<f32> for Line<IN_PLACE> {
    fn process(&mut self, io: &mut Io<'_, f32>) {
        let (level, feedback) = (io.params.get(1), io.params.get(3));
        for channel in 0..io.outputs.width(0) {
            for j in 0..io.frames {
                let out = &mut io.outputs.channel(0, channel)[j];
                let x = if IN_PLACE { *out } else { io.inputs.channel(0, channel)[j] };
                *out = self.give(channel, j) * level.at(j);
                self.take(channel, j, io.frame + j as i64, x, feedback.at(j));
            }
        }
        self.advance(io.frames);
    }

    fn emit(&mut self, io: &mut Io<'_, f32>) {
        let level = io.params.get(1);
        for channel in 0..io.outputs.width(0) {
            for (j, out) in io.outputs.channel(0, channel).iter_mut().enumerate() {
                *out = self.give(channel, j) * level.at(j);
            }
        }
    }

    fn absorb(&mut self, io: &mut Io<'_, f32>) {
        let feedback = io.params.get(3);
        for channel in 0..io.inputs.width(0) {
            for (j, &x) in io.inputs.channel(0, channel).iter().enumerate() {
                self.take(channel, j, io.frame + j as i64, x, feedback.at(j));
            }
        }
        self.advance(io.frames);
    }

    fn reset(&mut self) {
        self.lines.iter_mut().for_each(|l| l.fill(0.0));
        self.at = 0;
    }
}
