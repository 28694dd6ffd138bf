//! Sums all channels of a signal into one.

use signalbox_dsp::lane::{Lane, Simd, by_lanes};
use signalbox_engine::node::{BLOCK, Declaration, Group, Io, Kernel, Parameter, Port, Setup, Width, host};
use signalbox_engine::wides;

const LEVEL: usize = 0;

/// The adapter from many channels to one.
pub static NODE: Declaration = Declaration {
    name: "mono",
    title: "Mono",
    group: Group::Stereo,
    help: "Sums all channels of a signal into one, to feed a mono input or to hear what a mono speaker makes of a mix.",
    source: "The mean of the channels in double precision (-6 dB a channel for stereo), or their sum at equal power \
             (-3 dB). Checked: a mono signal passes every bit.",
    example: r#"{"format": 1, "length": "2 s", "nodes": [
        {"id": "low", "kind": "osc", "values": {"freq": "220 Hz"}},
        {"id": "high", "kind": "osc", "values": {"freq": "330 Hz"}},
        {"id": "pair", "kind": "join"},
        {"id": "one", "kind": "mono"},
        {"id": "quiet", "kind": "gain", "values": {"gain": "-12 dB"}},
        {"id": "out", "kind": "output"}],
        "cables": [{"from": "low", "to": "pair.1"}, {"from": "high", "to": "pair.2"}, {"from": "pair", "to": "one"},
            {"from": "one", "to": "quiet"}, {"from": "quiet", "to": "out"}]}"#,
    inputs: &[Port::audio("in", Width::Follow, "a signal of any number of channels")],
    outputs: &[Port::audio("out", Width::Fixed(1), "their sum")],
    parameters: &[Parameter::choice(
        "level",
        &[
            ("mean", "-6 dB for stereo: what is the same in all channels keeps its level, and nothing clips"),
            ("power", "-3 dB for stereo: what differs between channels keeps its power"),
        ],
        "how loud the sum is",
    )],
    make: |setup| Ok(host(Mono::new(setup))),
    wide: wides!(light, setup => Mono::new(setup)),
    ..Declaration::BLANK
};

struct Mono {
    gain: f64,
}

impl Mono {
    fn new(setup: &Setup) -> Self {
        let width = setup.inputs.first().copied().unwrap_or(1).max(1) as f64;
        Self { gain: if setup.choice(LEVEL) == 0 { 1.0 / width } else { 1.0 / width.sqrt() } }
    }
}

impl<L: Lane> Kernel<L> for Mono {
    #[inline(always)]
    fn process(&mut self, io: &mut Io<'_, L>) {
        let gain = L::Double::splat(self.gain);
        let mut sums = [L::Double::splat(0.0); BLOCK];
        for channel in 0..io.inputs.width(0) {
            let signal = io.inputs.channel(0, channel);
            for (sum, x) in sums.iter_mut().zip(signal) {
                by_lanes::<L>();
                *sum += x.double();
            }
        }
        let out = io.outputs.channel(0, 0);
        for (out, &sum) in out.iter_mut().zip(&sums) {
            by_lanes::<L>();
            *out = L::single(sum * gain);
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
    use crate::probe::{db, noise, rms};
    use serde_json::json;
    use signalbox_engine::node::rig::Rig;

    fn mono(level: &str, x: &[Vec<f32>]) -> Vec<f32> {
        let mut rig = Rig::new(&NODE, 48_000, &[("level", json!(level))], &[x.len()]).unwrap();
        rig.through(x).swap_remove(0)
    }

    #[test]
    fn a_mono_signal_passes_with_every_bit() {
        let x = noise(1, 300);
        assert!(mono("mean", std::slice::from_ref(&x)) == x && mono("power", std::slice::from_ref(&x)) == x);
    }

    #[test]
    fn what_is_the_same_on_all_sides_keeps_its_level_by_the_mean_and_gains_3_db_by_power() {
        let x = noise(1, 300);
        assert!(mono("mean", &[x.clone(), x.clone()]) == x);
        let louder = db(rms(&mono("power", &[x.clone(), x.clone()])) / rms(&x));
        assert!((louder - 3.0103).abs() < 1e-4, "{louder}");
    }

    #[test]
    fn opposite_sides_cancel_exactly() {
        let x = noise(1, 300);
        let turned: Vec<f32> = x.iter().map(|x| -x).collect();
        assert!(mono("mean", &[x, turned]).iter().all(|&y| y == 0.0));
    }

    #[test]
    fn sides_that_differ_keep_their_power_by_power() {
        let x: Vec<Vec<f32>> = (1..7).map(|seed| noise(seed, 100_000)).collect();
        let level = db(rms(&mono("power", &x)) / rms(&x[0]));
        assert!(level.abs() < 0.1, "{level} dB");
    }
}
