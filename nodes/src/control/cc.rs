//! A knob, fader, wheel or pedal of a MIDI controller as a control signal.

use signalbox_dsp::units::Unit;
use signalbox_engine::node::{
    Declaration, Extent, Group, Io, Kernel, MessageKind, Parameter, Port, Setup, Width, host,
};

const OUT: usize = 0;
const WHAT: usize = 0;
const NUMBER: usize = 1;
const CHANNEL: usize = 2;
const START: usize = 3;
const GLIDE: usize = 4;

/// A control signal from a controller.
pub static NODE: Declaration = Declaration {
    name: "cc",
    title: "MIDI control",
    group: Group::Control,
    help: "Gives where a knob, fader, wheel or pedal of a MIDI controller stands, as a signal for parameters.",
    source: "MIDI 1.0 (MIDI Association, 1996): control change, channel pressure, pitch bend. A straight line leads to \
             each new value; checked to the frame.",
    example: r#"{"format": 1, "length": "1 s", "nodes": [
        {"id": "wheel", "kind": "cc", "values": {"number": 1, "start": 0.5}},
        {"id": "saw", "kind": "osc", "values": {"shape": "saw", "level": "-20 dB"}},
        {"id": "low", "kind": "filter", "values": {"freq": "200 Hz"}},
        {"id": "out", "kind": "output"}],
        "cables": [{"from": "saw", "to": "low"}, {"from": "wheel", "to": "low.freq", "depth": "4 oct"},
        {"from": "low", "to": "out"}]}"#,
    outputs: &[Port::audio("out", Width::Fixed(1), "0 to 1; the pitch wheel -1 to 1")],
    parameters: &[
        Parameter::choice(
            "what",
            &[
                ("control", "the controller with that number"),
                ("bend", "the pitch wheel"),
                ("pressure", "how hard all keys are pressed"),
            ],
            "what is looked at",
        ),
        Parameter::fixed("number", Unit::None, (0.0, 127.0), 1.0, "the controller: 1 is the modulation wheel"),
        Parameter::fixed("channel", Unit::None, (0.0, 16.0), 0.0, "the MIDI channel; 0: all"),
        Parameter::fixed("start", Unit::None, (-1.0, 1.0), 0.0, "the value until something moves"),
        Parameter::fixed("glide", Unit::Second, (0.0, 10.0), 0.01, "how long the way to a new value takes"),
    ],
    extent: |_| Extent::Until(0),
    make: |s| Ok(host(Control::new(s))),
    ..Declaration::BLANK
};

struct Control {
    what: usize,
    number: u8,
    channel: Option<u8>,
    start: f32,
    /// How many frames the way to a value takes.
    glide: u32,
    now: f32,
    target: f32,
    step: f32,
    /// How many frames of the way are left.
    left: u32,
}

impl Control {
    fn new(setup: &Setup) -> Self {
        let start = setup.number(START);
        Self {
            what: setup.choice(WHAT),
            number: setup.number(NUMBER) as u8,
            channel: (setup.number(CHANNEL) as u8).checked_sub(1),
            start,
            glide: setup.frames(GLIDE).max(1) as u32,
            now: start,
            target: start,
            step: 0.0,
            left: 0,
        }
    }

    /// What a message says about what is looked at.
    fn value(&self, kind: MessageKind) -> Option<f32> {
        match (self.what, kind) {
            (0, MessageKind::Control { number, value }) if number == self.number => Some(value),
            (1, MessageKind::Bend(value)) | (2, MessageKind::Pressure(value)) => Some(value),
            _ => None,
        }
    }

    fn go(&mut self, out: &mut [f32]) {
        for x in out {
            if self.left > 0 {
                self.left -= 1;
                self.now = if self.left == 0 { self.target } else { self.now + self.step };
            }
            *x = self.now;
        }
    }
}

impl Kernel<f32> for Control {
    fn process(&mut self, io: &mut Io<'_, f32>) {
        let out = io.outputs.channel(OUT, 0);
        let mut done = 0;
        for message in io.incoming.messages() {
            let Some(target) =
                self.value(message.kind).filter(|_| self.channel.is_none_or(|c| c == message.channel))
            else {
                continue;
            };
            let at = (message.frame as usize).min(out.len());
            self.go(&mut out[done..at]);
            done = at;
            (self.target, self.left) = (target, self.glide);
            self.step = (target - self.now) / self.glide as f32;
        }
        self.go(&mut out[done..]);
    }

    fn reset(&mut self) {
        (self.now, self.target, self.left) = (self.start, self.start, 0);
    }
}

#[cfg(test)]
mod tests;
