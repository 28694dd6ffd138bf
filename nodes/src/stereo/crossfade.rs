//! Goes over from one signal to another.

use signalbox_dsp::lane::{Lane, by_lanes, half_turns};
use signalbox_dsp::units::Unit;
use signalbox_engine::node::{
    At, Declaration, Group, Io, Kernel, Operand, Parameter, Point, Points, Port, Setup, Width, host,
};
use signalbox_engine::wides;

const B: usize = 1;
const OUT: usize = 0;
const POSITION: usize = 0;
const LAW: usize = 1;

/// A fader between two signals.
pub static NODE: Declaration = Declaration {
    name: "crossfade",
    title: "Crossfade",
    group: Group::Stereo,
    help: "Goes over from one signal to another, by hand, by automation or by a cable at audio rate.",
    source: "Linear: the gains add up to 1. Power: cosine and sine, whose squares add up to 1. Checked: at the ends \
             every bit of one signal passes; on the way the sum of the gains, or of their squares, stays 1 to 1e-6.",
    example: r#"{"format": 1, "length": "4 s", "nodes": [
        {"id": "saw", "kind": "osc", "values": {"freq": "110 Hz", "level": "-12 dB"}},
        {"id": "surf", "kind": "noise", "values": {"colour": "pink", "level": "-24 dB"}},
        {"id": "tide", "kind": "osc", "values": {"shape": "sine", "freq": "0.5 Hz", "level": "0 dB",
            "mode": "control"}},
        {"id": "between", "kind": "crossfade", "values": {"law": "power"}},
        {"id": "out", "kind": "output"}],
        "cables": [{"from": "saw", "to": "between.a"}, {"from": "surf", "to": "between.b"},
            {"from": "tide", "to": "between.position", "depth": "50 %"}, {"from": "between", "to": "out"}]}"#,
    inputs: &[
        Port::audio("a", Width::Follow, "what is heard at 0 %"),
        Port::audio("b", Width::Follow, "what is heard at 100 %"),
    ],
    outputs: &[Port::audio("out", Width::Follow, "the mixture")],
    parameters: &[
        Parameter::number(
            "position",
            Unit::Percent,
            (0.0, 100.0),
            50.0,
            "0 % is `a` alone, 100 % is `b` alone",
        ),
        Parameter::choice(
            "law",
            &[
                ("linear", "-6 dB each in the middle: for two versions of one sound"),
                ("power", "-3 dB each in the middle: equally loud all the way between different sounds"),
            ],
            "how loud the middle is against the ends",
        ),
    ],
    in_place: true,
    make: |setup| Ok(host(Crossfade::new(setup))),
    pointwise: |_| true,
    wide: wides!(light, setup => Crossfade::new(setup)),
    ..Declaration::BLANK
};

struct Crossfade {
    power: bool,
}

impl Crossfade {
    fn new(setup: &Setup) -> Self {
        Self { power: setup.choice(LAW) == 1 }
    }

    /// Gains of `a` and `b` at a position in per cent.
    #[inline(always)]
    fn gains<L: Lane>(&self, position: L) -> [L; 2] {
        let (zero, one) = (L::splat(0.0), L::splat(1.0));
        let b = position * L::splat(0.01);
        if !self.power {
            return [one - b, b];
        }
        let (sine, cosine) = half_turns(b * L::splat(0.5));
        // At the ends exactly all and nothing, and nowhere a zero with a sign.
        let ends = |gain: L, to_nothing: L, to_all: L| {
            let gain = L::select(to_all.gt(zero), gain.max(zero), one);
            L::select(to_nothing.gt(zero), gain, zero)
        };
        [ends(cosine, one - b, b), ends(sine, b, one - b)]
    }
}

impl<L: Lane> Kernel<L> for Crossfade {
    #[inline(always)]
    fn process(&mut self, io: &mut Io<'_, L>) {
        let position = io.params.get(POSITION);
        let steady = self.gains(position.at(0));
        for channel in 0..io.outputs.width(OUT) {
            let b = io.inputs.channel(B, channel);
            for (frame, (a, &b)) in io.outputs.channel(OUT, channel).iter_mut().zip(b).enumerate() {
                by_lanes::<L>();
                let gains = if position.is_steady() { steady } else { self.gains(position.at(frame)) };
                *a = b.mul_add(gains[1], *a * gains[0]);
            }
        }
    }

    fn reset(&mut self) {}

    fn points(&self, io: &Io<'_, L>, points: &mut Points) -> bool {
        let gains = self.gains(io.params.at(POSITION, 0)).map(|gain| gain.get(0));
        for channel in 0..io.outputs.width(OUT) {
            let (out, b) = (At { port: OUT, channel }, Operand::Input(At { port: B, channel }));
            points.scale(out, gains[0]);
            points.push(Point::TimesPlus(out, b, Operand::Number(gains[1]), Operand::Output(out)));
        }
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

    fn fade(law: &str, position: f64, a: &[f32], b: &[f32]) -> Vec<f32> {
        let values = [("law", json!(law)), ("position", json!(position))];
        let mut rig = Rig::new(&NODE, 48_000, &values, &[1, 1]).unwrap();
        rig.run(&[vec![a.to_vec()], vec![b.to_vec()]], a.len()).remove(0).remove(0)
    }

    #[test]
    fn at_the_ends_one_signal_passes_with_every_bit() {
        let (a, b) = (noise(1, 500), noise(2, 500));
        for law in ["linear", "power"] {
            assert!(fade(law, 0.0, &a, &b) == a && fade(law, 100.0, &a, &b) == b, "{law}");
        }
    }

    #[test]
    fn the_same_sound_keeps_its_level_by_the_linear_law() {
        let x = noise(3, 500);
        for position in [1.0, 25.0, 50.0, 99.0] {
            let y = fade("linear", position, &x, &x);
            assert!(y.iter().zip(&x).all(|(y, x)| (y - x).abs() < 1e-6), "{position}");
        }
    }

    #[test]
    fn different_sounds_keep_their_power_by_the_power_law() {
        let (one, none) = (vec![1.0; 10], vec![0.0; 10]);
        for position in [0.0, 0.01, 10.0, 33.0, 50.0, 77.0, 99.99, 100.0] {
            let a = f64::from(fade("power", position, &one, &none)[5]);
            let b = f64::from(fade("power", position, &none, &one)[5]);
            assert!((a * a + b * b - 1.0).abs() < 1e-6, "{position}: {a} {b}");
            assert!(
                (b - (position / 100.0 * std::f64::consts::FRAC_PI_2).sin()).abs() < 1e-6,
                "{position}: {b}"
            );
        }
        let (a, b) = (noise(4, 100_000), noise(5, 100_000));
        let level = db(rms(&fade("power", 50.0, &a, &b)) / rms(&a));
        assert!(level.abs() < 0.05, "{level} dB");
    }

    #[test]
    fn a_position_that_moves_is_followed_frame_by_frame() {
        let mut rig = Rig::new(&NODE, 48_000, &[], &[1, 1]).unwrap();
        rig.move_parameter("position", (0..=100).map(|i| i as f32).collect());
        let out = rig.run(&[vec![vec![1.0; 101]], vec![vec![-1.0; 101]]], 101).remove(0).remove(0);
        assert!((0..=100).all(|i| (out[i] - (1.0 - 0.02 * i as f32)).abs() < 1e-6));
    }
}
