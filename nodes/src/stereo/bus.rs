//! Brings many signals together under one name and one fader.

use super::gain::{CLOSED_DB, fade, fade_points};
use signalbox_dsp::lane::Lane;
use signalbox_dsp::units::Unit;
use signalbox_engine::node::{Declaration, Group, Io, Kernel, Parameter, Points, Port, Setup, Width, host};
use signalbox_engine::wides;

const GAIN: usize = 0;
const CHANNELS: usize = 1;

/// A place to sum signals.
pub static NODE: Declaration = Declaration {
    name: "bus",
    title: "Bus",
    group: Group::Stereo,
    help: "Brings many signals together under one name and one fader: a group, a send, a mix.",
    source: "The cables are summed in double precision where they come in; amplitude is 10^(dB/20), and at 0 dB every \
             bit passes.",
    example: r#"{"format": 1, "length": "2 s", "nodes": [
        {"id": "low", "kind": "osc", "values": {"freq": "220 Hz"}},
        {"id": "high", "kind": "osc", "values": {"freq": "330 Hz"}},
        {"id": "chord", "kind": "bus", "values": {"gain": "-12 dB"}},
        {"id": "out", "kind": "output"}],
        "cables": [{"from": "low", "to": "chord"}, {"from": "high", "to": "chord"}, {"from": "chord", "to": "out"}]}"#,
    inputs: &[Port::audio("in", Width::Parameter("channels"), "any number of signals, which are summed")],
    outputs: &[Port::audio("out", Width::Parameter("channels"), "their sum")],
    parameters: &[
        Parameter::number("gain", Unit::Decibel, (CLOSED_DB, 48.0), 0.0, "level; -120 dB is silence"),
        Parameter::fixed("channels", Unit::None, (1.0, 64.0), 2.0, "how many channels the bus has"),
    ],
    in_place: true,
    make: |setup| channels(setup, CHANNELS).map(|_| host(Bus)),
    pointwise: |_| true,
    wide: wides!(light, setup => channels(setup, CHANNELS).map(|_| Bus)?),
    ..Declaration::BLANK
};

/// The number of channels that a parameter says, if it is a whole one.
pub(super) fn channels(setup: &Setup, parameter: usize) -> Result<usize, String> {
    let number = setup.number(parameter);
    if number.fract() != 0.0 {
        return Err(format!("`channels` is a whole number, got {number}"));
    }
    Ok(number as usize)
}

struct Bus;

impl<L: Lane> Kernel<L> for Bus {
    #[inline(always)]
    fn process(&mut self, io: &mut Io<'_, L>) {
        let gain = io.params.get(GAIN);
        for channel in 0..io.outputs.width(0) {
            fade(io.outputs.channel(0, channel), gain);
        }
    }

    fn reset(&mut self) {}

    fn points(&self, io: &Io<'_, L>, points: &mut Points) -> bool {
        fade_points(io, io.params.at(GAIN, 0), points);
        true
    }

    fn at_rest(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::{db, noise, rms};
    use serde_json::json;
    use signalbox_engine::node::rig::Rig;

    #[test]
    fn at_0_db_every_channel_passes_with_every_bit() {
        let mut rig = Rig::new(&NODE, 48_000, &[("channels", json!(5))], &[5]).unwrap();
        let x: Vec<Vec<f32>> = (1..6).map(|seed| noise(seed, 300)).collect();
        assert!(rig.through(&x) == x);
    }

    #[test]
    fn the_fader_sets_the_level_and_closes() {
        for level in [-119.0, -12.0, 6.0] {
            let mut rig = Rig::new(&NODE, 48_000, &[("gain", json!(level))], &[2]).unwrap();
            let x = vec![noise(1, 1_000), noise(2, 1_000)];
            let y = rig.through(&x);
            assert!((db(rms(&y[1]) / rms(&x[1])) - level).abs() < 1e-4, "{level}");
        }
        let mut rig = Rig::new(&NODE, 48_000, &[("gain", json!("-120 dB"))], &[2]).unwrap();
        assert!(rig.through(&[vec![1.0; 100], vec![1.0; 100]]).iter().flatten().all(|&y| y == 0.0));
    }

    #[test]
    fn half_a_channel_is_refused() {
        let error = Rig::new(&NODE, 48_000, &[("channels", json!(2.5))], &[2]).err().unwrap();
        assert!(error.contains("whole number"), "{error}");
    }
}
