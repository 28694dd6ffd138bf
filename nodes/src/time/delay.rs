//! Repeats a sound after a time, once or as fading echoes.

use signalbox_dsp::delay_line::{Delay, Fractional, LONG, Line};
use signalbox_dsp::lane::{Lane, tan_half_turns};
use signalbox_dsp::units::Unit;
use signalbox_engine::node::{
    BLOCK, Declaration, Group, Io, Kernel, Param, Parameter, Port, Processor, Setup, Width, host,
};

const TIME: usize = 0;
const FEEDBACK: usize = 1;
const DAMPING: usize = 2;
const LOWCUT: usize = 3;
const MIX: usize = 4;
const MAX: usize = 5;
const SHORTEST: usize = 6;
const PINGPONG: usize = 7;

/// From here on the damping lets everything through.
const DAMPING_OPEN: f32 = 20_000.0;
/// Down to here the low cut lets everything through.
const LOWCUT_OPEN: f32 = 10.0;
/// What has decayed below -200 dBFS is silence.
const SILENCE: f32 = 1e-10;
/// The least delay in frames: what the interpolation needs around it.
const LEAST: usize = LONG / 2;

/// An echo; also what closes a feedback loop.
pub static NODE: Declaration = Declaration {
    name: "delay",
    title: "Delay",
    group: Group::Time,
    help: "Repeats a sound after a time, once or as fading echoes that may grow darker or bounce from side to side.",
    source: "Fractional delay by a windowed sinc of 32 taps (Laakso, Valimaki, Karjalainen, Laine 1996). Checked on \
             rendered tones to 16 kHz at 48 kHz: error below -90 dB, time within 0.01 frame; whole frames are exact \
             bits.",
    example: r#"{"format": 1, "length": "4 s", "tempo": [[0, 120]], "nodes": [
        {"id": "melody", "kind": "notes", "values": {"notes": "a4 - e5:1/2 c5:1/2 -"}},
        {"id": "tone", "kind": "osc", "values": {"shape": "triangle"}},
        {"id": "shape", "kind": "env", "values": {"attack": "2 ms", "decay": "150 ms", "sustain": 0}},
        {"id": "level", "kind": "gain", "values": {"gain": "-12 dB"}},
        {"id": "echo", "kind": "delay", "values": {"time": "375 ms", "feedback": "55 %", "damping": "4 kHz",
            "mix": "35 %", "pingpong": true}},
        {"id": "out", "kind": "output"}],
        "cables": [{"from": "melody", "to": "tone.notes"}, {"from": "melody", "to": "shape.notes"},
            {"from": "tone", "to": "level"}, {"from": "shape", "to": "level.control"},
            {"from": "level", "to": "echo"}, {"from": "echo", "to": "out"}]}"#,
    inputs: &[Port::audio("in", Width::Follow, "the signal")],
    outputs: &[Port::audio(
        "out",
        Width::Follow,
        "the delayed signal, with its echoes and the share of the input",
    )],
    parameters: &[
        Parameter::number(
            "time",
            Unit::Second,
            (0.0, 10.0),
            0.25,
            "until the first echo, and between echoes",
        )
        .smoothed(0.05),
        Parameter::number(
            "feedback",
            Unit::Percent,
            (-99.0, 99.0),
            0.0,
            "level of each echo against the one before",
        ),
        Parameter::number(
            "damping",
            Unit::Hertz,
            (100.0, DAMPING_OPEN),
            DAMPING_OPEN,
            "takes treble from each echo above this frequency; 20 kHz takes none",
        )
        .logarithmic(),
        Parameter::number(
            "lowcut",
            Unit::Hertz,
            (LOWCUT_OPEN, 2_000.0),
            LOWCUT_OPEN,
            "takes bass from each echo below this frequency; 10 Hz takes none",
        )
        .logarithmic(),
        Parameter::number(
            "mix",
            Unit::Percent,
            (0.0, 100.0),
            100.0,
            "share of the delayed sound; 100 % as a send and inside a loop",
        ),
        Parameter::fixed("max", Unit::Second, (0.001, 10.0), 10.0, "the longest time that will be asked for"),
        Parameter::fixed(
            "shortest",
            Unit::Second,
            (0.0, 10.0),
            0.003,
            "the shortest time that will be asked for, and 16 frames at least; a loop that is led through here runs the \
             faster the longer this is, up to 80 frames",
        ),
        Parameter::switch("pingpong", false, "sums each pair of channels and lets the echoes change sides"),
    ],
    // With a share of the input, the output needs the present input.
    holds: |setup| {
        let mixed = setup.number(MIX) != 100.0 || setup.moved.get(MIX).is_some_and(|&m| m);
        // What is read for one frame reaches half of the interpolation beyond it.
        if mixed { 0 } else { bounds(setup).0 as usize + 1 - LEAST }
    },
    delay: Some(TIME),
    gap: |setup| {
        let moved = setup.moved.get(TIME).is_some_and(|&m| m);
        let (min, max) = bounds(setup);
        let frames = f64::from(setup.number(TIME)) * f64::from(setup.rate);
        (if moved { max } else { frames.clamp(min, max) } + LONG as f64) / f64::from(setup.rate.max(1))
    },
    make,
    ..Declaration::BLANK
};

/// The shortest and the longest delay, in frames.
fn bounds(setup: &Setup) -> (f64, f64) {
    let rate = f64::from(setup.rate);
    let min = (f64::from(setup.number(SHORTEST)) * rate).max(LEAST as f64);
    (min, (f64::from(setup.number(MAX)) * rate).max(min))
}

fn make(setup: &Setup) -> Result<Box<dyn Processor>, String> {
    if setup.number(SHORTEST) > setup.number(MAX) {
        return Err("`shortest` is longer than `max`: make `max` longer".into());
    }
    let time = setup.number(TIME);
    if time > setup.number(MAX) {
        return Err(format!("`time` is {time} s and `max` is {} s: make `max` longer", setup.number(MAX)));
    }
    Ok(host(Echo::<f32>::new(setup)))
}

/// One channel: its memory and the filters that each echo passes.
struct Channel<L> {
    line: Line<L>,
    damping: L,
    lowcut: L,
    /// What was read from the line for this block, and what of it goes back in.
    delayed: [L; BLOCK],
    returned: [L; BLOCK],
}

struct Echo<L> {
    table: &'static Fractional<LONG>,
    channels: Vec<Channel<L>>,
    rate: f64,
    bounds: (f64, f64),
    /// By how many frames it gives earlier than asked, for latency elsewhere in its loop.
    early: usize,
    pingpong: bool,
    damping: Filter<L>,
    lowcut: Filter<L>,
}

/// A one-pole low-pass by the trapezoidal rule, that may be out of use.
#[derive(Clone, Copy)]
struct Filter<L> {
    step: L,
    /// One where it is in use, zero elsewhere.
    used: L,
    any: bool,
}

impl<L: Lane> Filter<L> {
    /// At `frequency`, as a share of the rate; in use where `closer` is above `open`.
    #[inline(always)]
    fn new(frequency: L, closer: L, open: L) -> Self {
        let g = tan_half_turns(frequency.min(L::splat(0.45)));
        let used = closer.gt(open);
        let weight = L::select(used, L::splat(1.0), L::splat(0.0));
        Self { step: g / (L::splat(1.0) + g), used: weight, any: L::any(used) }
    }

    /// The part of a signal below the frequency. Where the filter is out of use, its state stays zero.
    #[inline(always)]
    fn low(&self, state: &mut L, x: L) -> L {
        let step = (x - *state) * self.step;
        let low = *state + step;
        *state = L::select(self.used(), low + step, L::splat(0.0));
        low
    }

    #[inline(always)]
    fn used(&self) -> L::Mask {
        self.used.gt(L::splat(0.0))
    }
}

/// What has decayed below hearing becomes zero.
#[inline(always)]
fn audible<L: Lane>(x: L) -> L {
    L::select(L::splat(SILENCE).gt(x.abs()), L::splat(0.0), x)
}

impl<L: Lane> Echo<L> {
    fn new(setup: &Setup) -> Self {
        let bounds = bounds(setup);
        let zero = L::splat(0.0);
        let channel = |_| Channel {
            line: Line::new(bounds.1.ceil() as usize),
            damping: zero,
            lowcut: zero,
            delayed: [zero; BLOCK],
            returned: [zero; BLOCK],
        };
        Self {
            table: Fractional::long(),
            channels: (0..setup.width()).map(channel).collect(),
            rate: f64::from(setup.rate),
            bounds,
            early: setup.early,
            pingpong: setup.switch(PINGPONG),
            damping: Filter::new(zero, zero, zero),
            lowcut: Filter::new(zero, zero, zero),
        }
    }

    #[inline(always)]
    fn delay(&self, seconds: L) -> Delay<L> {
        Delay::from_seconds(seconds, self.rate, self.bounds.0, self.bounds.1).minus(self.early)
    }

    /// Reads the lines for some frames of the block, of which none is pushed yet, as far as the delays reach back
    /// far enough; gives the frame where that ends.
    #[inline(always)]
    fn read(&mut self, time: Param<'_, L>, from: usize, to: usize) -> usize {
        let table = self.table;
        if let Param::Steady(seconds) = time {
            let delay = self.delay(seconds);
            let weights = table.weights(&delay);
            let to = to.min(from + delay.least() + 1 - LEAST);
            for channel in &mut self.channels {
                for j in from..to {
                    channel.delayed[j] = table.read(&channel.line, &delay, &weights, j - from);
                }
            }
            return to;
        }
        for j in from..to {
            let delay = self.delay(time.at(j));
            if delay.least() < LEAST + (j - from) {
                return j;
            }
            let weights = table.weights(&delay);
            for channel in &mut self.channels {
                channel.delayed[j] = table.read(&channel.line, &delay, &weights, j - from);
            }
        }
        to
    }

    /// Filters and pushes those frames of the block that have been read.
    #[inline(always)]
    fn write(&mut self, io: &Io<'_, L>, from: usize, to: usize) {
        for span in io.spans() {
            let start = span.frames.start;
            if span.renew && (from..to).contains(&start) {
                self.renew(io.params.at(DAMPING, start), io.params.at(LOWCUT, start));
            }
            let (from, to) = (from.max(start), to.min(span.frames.end));
            if from < to {
                self.filter(io.params.get(FEEDBACK), from, to);
                self.push(io, from, to);
            }
        }
    }

    #[inline(always)]
    fn renew(&mut self, damping: L, lowcut: L) {
        let period = L::splat(1.0 / self.rate as f32);
        self.damping = Filter::new(damping * period, L::splat(DAMPING_OPEN), damping);
        self.lowcut = Filter::new(lowcut * period, lowcut, L::splat(LOWCUT_OPEN));
        for channel in &mut self.channels {
            channel.damping = audible(channel.damping);
            channel.lowcut = audible(channel.lowcut);
        }
    }

    /// What of the delayed sound goes back in.
    #[inline(always)]
    fn filter(&mut self, feedback: Param<'_, L>, from: usize, to: usize) {
        let (damping, lowcut) = (self.damping, self.lowcut);
        for channel in &mut self.channels {
            for j in from..to {
                let mut y = channel.delayed[j];
                if damping.any {
                    y = L::select(damping.used(), damping.low(&mut channel.damping, y), y);
                }
                if lowcut.any {
                    y = L::select(lowcut.used(), y - lowcut.low(&mut channel.lowcut, y), y);
                }
                channel.returned[j] = audible(y * (feedback.at(j) * L::splat(0.01)));
            }
        }
    }

    #[inline(always)]
    fn push(&mut self, io: &Io<'_, L>, from: usize, to: usize) {
        for (c, pair) in self.channels.chunks_mut(2).enumerate() {
            match pair {
                [left, right] if self.pingpong => {
                    let (l, r) = (io.inputs.channel(0, 2 * c), io.inputs.channel(0, 2 * c + 1));
                    for j in from..to {
                        left.line.push((l[j] + r[j]).mul_add(L::splat(0.5), right.returned[j]));
                        right.line.push(left.returned[j]);
                    }
                }
                pair => {
                    for (k, channel) in pair.iter_mut().enumerate() {
                        let x = io.inputs.channel(0, 2 * c + k);
                        for (x, returned) in x[from..to].iter().zip(&channel.returned[from..to]) {
                            channel.line.push(*x + *returned);
                        }
                    }
                }
            }
        }
    }
}

impl<L: Lane> Kernel<L> for Echo<L> {
    #[inline(always)]
    fn process(&mut self, io: &mut Io<'_, L>) {
        let (time, mut from) = (io.params.get(TIME), 0);
        while from < io.frames {
            let to = self.read(time, from, io.frames);
            self.write(io, from, to);
            from = to;
        }
        let mix = io.params.get(MIX);
        for (c, channel) in self.channels.iter().enumerate() {
            let x = io.inputs.channel(0, c);
            for (j, out) in io.outputs.channel(0, c).iter_mut().enumerate() {
                let wet = mix.at(j) * L::splat(0.01);
                *out = x[j].mul_add(L::splat(1.0) - wet, channel.delayed[j] * wet);
            }
        }
    }

    #[inline(always)]
    fn emit(&mut self, io: &mut Io<'_, L>) {
        self.read(io.params.get(TIME), 0, io.frames);
        for (c, channel) in self.channels.iter().enumerate() {
            io.outputs.channel(0, c).copy_from_slice(&channel.delayed[..io.frames]);
        }
    }

    #[inline(always)]
    fn absorb(&mut self, io: &mut Io<'_, L>) {
        self.write(io, 0, io.frames);
    }

    fn reset(&mut self) {
        for channel in &mut self.channels {
            channel.line.clear();
            channel.damping = L::splat(0.0);
            channel.lowcut = L::splat(0.0);
        }
    }
}

#[cfg(test)]
mod tests;
