//! Makes one signal of several channels out of mono signals.

use super::bus::channels;
use signalbox_dsp::lane::Lane;
use signalbox_dsp::units::Unit;
use signalbox_engine::node::{Declaration, Group, Io, Kernel, Parameter, Port, Width, host};

const CHANNELS: usize = 0;
const MONO: Width = Width::Fixed(1);

/// One port a channel.
pub static NODE: Declaration = Declaration {
    name: "join",
    title: "Join",
    group: Group::Stereo,
    help: "Makes one signal of several channels out of mono signals: left and right into stereo.",
    source: "Copies every bit.",
    example: r#"{"format": 1, "length": "2 s", "nodes": [
        {"id": "low", "kind": "osc", "values": {"freq": "220 Hz"}},
        {"id": "high", "kind": "osc", "values": {"freq": "330 Hz"}},
        {"id": "pair", "kind": "join"},
        {"id": "quiet", "kind": "gain", "values": {"gain": "-12 dB"}},
        {"id": "out", "kind": "output"}],
        "cables": [{"from": "low", "to": "pair.1"}, {"from": "high", "to": "pair.2"}, {"from": "pair", "to": "quiet"},
            {"from": "quiet", "to": "out"}]}"#,
    inputs: &[
        Port::audio("1", MONO, "the first channel: left"),
        Port::audio("2", MONO, "the second channel: right"),
        Port::audio("3", MONO, "the third channel"),
        Port::audio("4", MONO, "the fourth channel"),
        Port::audio("5", MONO, "the fifth channel"),
        Port::audio("6", MONO, "the sixth channel"),
        Port::audio("7", MONO, "the seventh channel"),
        Port::audio("8", MONO, "the eighth channel"),
    ],
    outputs: &[Port::audio(
        "out",
        Width::Parameter("channels"),
        "all channels; silent where nothing comes in",
    )],
    parameters: &[Parameter::fixed("channels", Unit::None, (1.0, 8.0), 2.0, "how many channels come out")],
    make: |setup| channels(setup, CHANNELS).map(|_| host(Join)),
    ..Declaration::BLANK
};

struct Join;

impl<L: Lane> Kernel<L> for Join {
    #[inline(always)]
    fn process(&mut self, io: &mut Io<'_, L>) {
        for channel in 0..io.outputs.width(0) {
            io.outputs.channel(0, channel).copy_from_slice(io.inputs.channel(channel, 0));
        }
    }

    fn reset(&mut self) {}

    fn at_rest(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::noise;
    use serde_json::json;
    use signalbox_engine::node::rig::Rig;

    #[test]
    fn each_port_becomes_a_channel_and_what_is_not_connected_is_silent() {
        for width in [1, 2, 6] {
            let mut rig = Rig::new(&NODE, 48_000, &[("channels", json!(width))], &[1, 1, 0]).unwrap();
            let x = [vec![noise(1, 200)], vec![noise(2, 200)]];
            let y = rig.run(&x, 200).swap_remove(0);
            assert_eq!(y.len(), width);
            for (channel, signal) in y.iter().enumerate() {
                let expected = x.get(channel).map_or(vec![0.0; 200], |x| x[0].clone());
                assert!(*signal == expected, "channel {channel} of {width}");
            }
        }
    }
}
