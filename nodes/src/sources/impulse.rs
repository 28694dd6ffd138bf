//! Clicks once, for one frame, or again and again: shows what a chain does to a single sample.

use signalbox_dsp::lane::{Lane, db_to_gain};
use signalbox_dsp::units::Unit;
use signalbox_engine::node::{Declaration, Extent, Group, Io, Kernel, Parameter, Port, Setup, Width, host};

const OUT: usize = 0;
const AT: usize = 0;
const EVERY: usize = 1;
const LEVEL: usize = 2;

/// One frame of sound, or a row of them.
pub static NODE: Declaration = Declaration {
    name: "impulse",
    title: "Impulse",
    group: Group::Sources,
    help: "Clicks for a single frame, once or again and again, to show what a chain makes of it.",
    source: "The nth click lies at the frame nearest to at + n * every, counted from the start so that nothing \
             drifts; checked to the frame.",
    example: r#"{"format": 1, "length": "2 s", "nodes": [
        {"id": "click", "kind": "impulse", "values": {"at": "100 ms", "every": "500 ms", "level": "-6 dB"}},
        {"id": "out", "kind": "output"}],
        "cables": [{"from": "click", "to": "out"}]}"#,
    outputs: &[Port::audio("out", Width::Fixed(1), "silence, and the clicks")],
    parameters: &[
        Parameter::fixed("at", Unit::Second, (0.0, 86_400.0), 0.0, "when the first click comes"),
        Parameter::fixed("every", Unit::Second, (0.0, 3_600.0), 0.0, "time from click to click; 0: just one"),
        Parameter::number("level", Unit::Decibel, (-96.0, 24.0), 0.0, "how high the click is; 0 dB is 1"),
    ],
    extent: |s| {
        let clicks = Clicks::new(s);
        if clicks.every > 0.0 { Extent::Endless } else { Extent::Until(clicks.frame(0) as u64 + 1) }
    },
    make: |s| Ok(host(Clicks::new(s))),
    ..Declaration::BLANK
};

/// When the clicks come, in frames.
struct Clicks {
    at: f64,
    every: f64,
}

impl Clicks {
    fn new(setup: &Setup) -> Self {
        let frames = |parameter| decimal(setup.number(parameter)) * f64::from(setup.rate);
        let every = frames(EVERY);
        Self { at: frames(AT), every: if every > 0.0 { every.max(1.0) } else { 0.0 } }
    }

    #[inline(always)]
    fn frame(&self, number: i64) -> i64 {
        (number as f64).mul_add(self.every, self.at).round() as i64
    }

    /// A click that is not later than the first from this frame on.
    #[inline(always)]
    fn before(&self, frame: i64) -> i64 {
        if self.every > 0.0 { (((frame as f64 - self.at) / self.every) as i64 - 1).max(0) } else { 0 }
    }
}

/// The decimal number that a user wrote, which single precision only comes near to.
fn decimal(x: f32) -> f64 {
    x.to_string().parse().unwrap_or(f64::from(x))
}

impl<L: Lane> Kernel<L> for Clicks {
    #[inline(always)]
    fn process(&mut self, io: &mut Io<'_, L>) {
        let out = io.outputs.channel(OUT, 0);
        out.fill(L::splat(0.0));
        let start = io.song.frame;
        let end = io.song.after(io.frames);
        let mut number = self.before(start);
        loop {
            let click = self.frame(number);
            if click >= end {
                break;
            }
            if click >= start {
                let frame = (click - start) as usize;
                out[frame] = db_to_gain(io.params.at(LEVEL, frame));
            }
            if self.every == 0.0 {
                break;
            }
            number += 1;
        }
    }

    fn reset(&mut self) {}
}

#[cfg(test)]
mod tests;
