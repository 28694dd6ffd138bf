//! Shows what it hears while a patch plays: levels, notes, and the last seconds of sound.

use signalbox_dsp::units::Unit;
use signalbox_engine::node::{
    Declaration, EventKind, Group, Io, Kernel, Parameter, Port, Probe, Setup, Width, host,
};
use std::sync::Arc;

const IN: usize = 0;
const NOTES: usize = 1;
const KEEP: usize = 0;

/// A probe.
pub static NODE: Declaration = Declaration {
    name: "probe",
    title: "Probe",
    group: Group::Meters,
    help: "Shows the level, the notes and the last seconds of what comes in, while the patch plays; a render skips it.",
    source: "Peak since the last look, and the root of the mean square over 300 ms (IEC 60268-17); checked with a sine.",
    example: r#"{"format": 1, "length": "1 s", "nodes": [
        {"id": "tone", "kind": "osc", "values": {"level": "-20 dB"}},
        {"id": "look", "kind": "probe"},
        {"id": "out", "kind": "output"}],
        "cables": [{"from": "tone", "to": "out"}, {"from": "tone", "to": "look"}]}"#,
    inputs: &[
        Port::audio("in", Width::Follow, "the sound to be seen"),
        Port::events("notes", "the notes to be seen"),
    ],
    parameters: &[Parameter::fixed(
        "keep",
        Unit::Second,
        (0.0, 60.0),
        10.0,
        "how much of the last sound is kept to be looked at",
    )],
    make: |s| Ok(host(Look::new(s))),
    ..Declaration::BLANK
};

struct Look {
    /// Where nobody looks there is none.
    probe: Option<Arc<Probe>>,
}

impl Look {
    fn new(setup: &Setup) -> Self {
        let width = setup.inputs[IN];
        Self { probe: setup.assets.probe(setup.key, setup.rate, width, setup.number(KEEP)) }
    }
}

impl Kernel<f32> for Look {
    fn process(&mut self, io: &mut Io<'_, f32>) {
        let Some(probe) = &self.probe else { return };
        for channel in 0..probe.width() {
            probe.write(channel, io.inputs.channel(IN, channel));
        }
        let begins = |kind| matches!(kind, EventKind::NoteOn { .. });
        probe.wrote(io.frames, io.events.input(NOTES, 0).iter().filter(|e| begins(e.kind)).count());
    }

    fn reset(&mut self) {}

    fn at_rest(&self) -> bool {
        self.probe.as_ref().is_none_or(|probe| probe.is_at_rest())
    }
}
