//! Sound that the device records while a patch plays: microphones, instruments, other programs.

use signalbox_dsp::units::Unit;
use signalbox_engine::node::{
    Declaration, Extent, Group, Io, Kernel, MAX_CHANNELS, Parameter, Port, Setup, Width, host,
};

const OUT: usize = 0;
const FIRST: usize = 0;

/// A live input.
pub static NODE: Declaration = Declaration {
    name: "live",
    title: "Live input",
    group: Group::Sources,
    help: "Brings in the sound that the device records while the patch plays; a render has silence there.",
    source: "Copies the device's samples; checked to be bit-exact from one end of a sound system to the other.",
    example: r#"{"format": 1, "length": "1 s", "nodes": [
        {"id": "mic", "kind": "live", "values": {"monitor": true}},
        {"id": "room", "kind": "reverb"},
        {"id": "out", "kind": "output"}],
        "cables": [{"from": "mic", "to": "out"}, {"from": "mic", "to": "room"},
        {"from": "room", "to": "out", "gain": "-12 dB"}]}"#,
    outputs: &[Port::audio("out", Width::Parameter("channels"), "what is recorded")],
    parameters: &[
        Parameter::fixed("first", Unit::None, (1.0, MAX_CHANNELS as f32), 1.0, "the device's first channel"),
        Parameter::fixed(
            "channels",
            Unit::None,
            (1.0, MAX_CHANNELS as f32),
            1.0,
            "how many of the device's channels come in",
        ),
        Parameter::switch(
            "monitor",
            false,
            "its sound is held back for nothing that it is mixed with, so that players hear themselves at once",
        ),
    ],
    extent: |_| Extent::Until(0),
    records: true,
    monitors: |s| s.switch(MONITOR),
    make: |s| Ok(host(Live::new(s))),
    ..Declaration::BLANK
};

const MONITOR: usize = 2;

struct Live {
    first: usize,
}

impl Live {
    fn new(setup: &Setup) -> Self {
        Self { first: (setup.number(FIRST) as usize).saturating_sub(1) }
    }
}

impl Kernel<f32> for Live {
    #[inline(always)]
    fn process(&mut self, io: &mut Io<'_, f32>) {
        for channel in 0..io.outputs.width(OUT) {
            let from = io.incoming.channel(self.first + channel);
            let to = io.outputs.channel(OUT, channel);
            let count = from.len().min(to.len());
            to[..count].copy_from_slice(&from[..count]);
            to[count..].fill(0.0);
        }
    }

    fn reset(&mut self) {}
}

#[cfg(test)]
mod tests;
