//! Takes a signal of several channels apart.

use signalbox_dsp::lane::Lane;
use signalbox_engine::node::{Declaration, Group, Io, Kernel, Port, Width, host};

const MONO: Width = Width::Fixed(1);

/// One channel a port.
pub static NODE: Declaration = Declaration {
    name: "split",
    title: "Split",
    group: Group::Stereo,
    help: "Takes a signal of several channels apart, so that each channel can go its own way.",
    source: "Copies every bit.",
    example: r#"{"format": 1, "length": "2 s", "nodes": [
        {"id": "tone", "kind": "osc", "values": {"freq": "220 Hz"}},
        {"id": "quiet", "kind": "gain", "values": {"gain": "-12 dB"}},
        {"id": "place", "kind": "pan", "values": {"pan": "-60 %"}},
        {"id": "apart", "kind": "split"},
        {"id": "swapped", "kind": "join"},
        {"id": "out", "kind": "output"}],
        "cables": [{"from": "tone", "to": "quiet"}, {"from": "quiet", "to": "place"}, {"from": "place", "to": "apart"},
            {"from": "apart.1", "to": "swapped.2"}, {"from": "apart.2", "to": "swapped.1"},
            {"from": "swapped", "to": "out"}]}"#,
    inputs: &[Port::audio("in", Width::Follow, "a signal of one to eight channels")],
    outputs: &[
        Port::audio("1", MONO, "the first channel: left"),
        Port::audio("2", MONO, "the second channel: right"),
        Port::audio("3", MONO, "the third channel"),
        Port::audio("4", MONO, "the fourth channel"),
        Port::audio("5", MONO, "the fifth channel"),
        Port::audio("6", MONO, "the sixth channel"),
        Port::audio("7", MONO, "the seventh channel"),
        Port::audio("8", MONO, "the eighth channel"),
    ],
    make: |setup| match setup.inputs.first() {
        Some(&width) if width > 8 => Err(format!("split takes up to eight channels, got {width}")),
        _ => Ok(host(Split)),
    },
    ..Declaration::BLANK
};

struct Split;

impl<L: Lane> Kernel<L> for Split {
    #[inline(always)]
    fn process(&mut self, io: &mut Io<'_, L>) {
        for port in 0..NODE.outputs.len() {
            let out = io.outputs.channel(port, 0);
            if port < io.inputs.width(0) {
                out.copy_from_slice(io.inputs.channel(0, port));
            } else {
                out.fill(L::splat(0.0));
            }
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
    use signalbox_engine::node::rig::Rig;

    #[test]
    fn each_channel_comes_out_of_its_own_port_and_the_other_ports_are_silent() {
        for width in [1, 2, 8] {
            let x: Vec<Vec<f32>> = (0..width).map(|seed| noise(seed + 1, 200)).collect();
            let y = Rig::new(&NODE, 48_000, &[], &[x.len()]).unwrap().run(std::slice::from_ref(&x), 200);
            for (port, signal) in y.iter().enumerate() {
                let expected = x.get(port).cloned().unwrap_or_else(|| vec![0.0; 200]);
                assert!(signal[0] == expected, "port {} of {width}", port + 1);
            }
        }
    }

    #[test]
    fn nine_channels_are_refused() {
        assert!(Rig::new(&NODE, 48_000, &[], &[9]).err().unwrap().contains("eight"));
    }
}
