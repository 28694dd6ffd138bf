//! Makes a signal louder or quieter, by a fader or by another signal.

use signalbox_dsp::lane::{Lane, by_lanes, db_to_gain};
use signalbox_dsp::units::Unit;
use signalbox_engine::node::{
    At, Declaration, Group, Io, Kernel, Operand, Param, Parameter, Point, Points, Port, Width, host,
};
use signalbox_engine::wides;

const CONTROL: usize = 1;
const OUT: usize = 0;
const GAIN: usize = 0;

/// At this setting and below, the fader is closed.
pub(super) const CLOSED_DB: f32 = -120.0;

/// A fader, and a voltage-controlled amplifier where something is plugged into `control`.
pub static NODE: Declaration = Declaration {
    name: "gain",
    title: "Gain",
    group: Group::Stereo,
    help: "Makes a signal louder or quieter, by a fader or by another signal.",
    source: "Amplitude is 10^(dB/20); checked against that to 1e-5 dB.",
    example: r#"{"format": 1, "nodes": [
        {"id": "hiss", "kind": "noise"},
        {"id": "quiet", "kind": "gain", "values": {"gain": "-20 dB"}},
        {"id": "out", "kind": "output"}],
        "cables": [{"from": "hiss", "to": "quiet"}, {"from": "quiet", "to": "out"}], "length": "2 s"}"#,
    inputs: &[
        Port::audio("in", Width::Follow, "the signal"),
        Port::audio(
            "control",
            Width::Fixed(1),
            "multiplies the signal, frame by frame: an envelope, an oscillator",
        ),
    ],
    outputs: &[Port::audio("out", Width::Follow, "the signal at its new level")],
    parameters: &[Parameter::number(
        "gain",
        Unit::Decibel,
        (CLOSED_DB, 48.0),
        0.0,
        "level; -120 dB is silence",
    )],
    in_place: true,
    make: |_| Ok(host(Gain)),
    pointwise: |_| true,
    wide: wides!(light, _ => Gain),
    ..Declaration::BLANK
};

struct Gain;

#[inline(always)]
fn amplitude<L: Lane>(db: L) -> L {
    L::select(db.gt(L::splat(CLOSED_DB)), db_to_gain(db), L::splat(0.0))
}

/// Brings a channel to the level of a fader in decibels.
#[inline(always)]
pub(super) fn fade<L: Lane>(channel: &mut [L], fader: Param<'_, L>) {
    match fader {
        // At 0 dB not a bit is changed.
        Param::Steady(db) if db == L::splat(0.0) => {}
        Param::Steady(db) => {
            let g = amplitude(db);
            for x in channel {
                by_lanes::<L>();
                *x *= g;
            }
        }
        Param::Moving(db) => {
            for (x, &db) in channel.iter_mut().zip(db) {
                by_lanes::<L>();
                *x *= amplitude(db);
            }
        }
    }
}

impl<L: Lane> Kernel<L> for Gain {
    #[inline(always)]
    fn process(&mut self, io: &mut Io<'_, L>) {
        let gain = io.params.get(GAIN);
        let control = io.inputs.connected(CONTROL).then(|| io.inputs.channel(CONTROL, 0));
        for channel in 0..io.outputs.width(OUT) {
            let out = io.outputs.channel(OUT, channel);
            fade(out, gain);
            if let Some(control) = control {
                for (x, &c) in out.iter_mut().zip(control) {
                    by_lanes::<L>();
                    *x *= c;
                }
            }
        }
    }

    fn reset(&mut self) {}

    fn at_rest(&self) -> bool {
        true
    }

    fn points(&self, io: &Io<'_, L>, points: &mut Points) -> bool {
        let control = io.inputs.connected(CONTROL).then_some(At { port: CONTROL, channel: 0 });
        fade_points(io, io.params.at(GAIN, 0), points);
        for channel in 0..io.outputs.width(OUT) {
            if let Some(control) = control {
                let out = At { port: OUT, channel };
                points.push(Point::Times(out, Operand::Output(out), Operand::Input(control)));
            }
        }
        true
    }
}

/// What [`fade`] does to all channels of the first output, as points.
pub(super) fn fade_points<L: Lane>(io: &Io<'_, L>, fader: L, points: &mut Points) {
    if fader == L::splat(0.0) {
        return;
    }
    for channel in 0..io.outputs.width(OUT) {
        points.scale(At { port: OUT, channel }, amplitude(fader).get(0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use signalbox_engine::node::rig::Rig;

    #[test]
    fn a_level_in_decibels_is_met_to_a_hundred_thousandth() {
        for db in [-90.0, -6.0, -0.1, 0.0, 12.0] {
            let mut rig = Rig::new(&NODE, 48_000, &[("gain", json!(db))], &[2]).unwrap();
            let out = rig.through(&[vec![0.5; 100], vec![-0.5; 100]]);
            let measured = 20.0 * f64::from(out[0][50] / 0.5).log10();
            assert!((measured - db).abs() < 1e-5, "{db}: {measured}");
            assert_eq!(out[0][50], -out[1][50]);
        }
    }

    #[test]
    fn a_closed_fader_is_silent() {
        let mut rig = Rig::new(&NODE, 48_000, &[("gain", json!("-120 dB"))], &[1]).unwrap();
        assert!(rig.through(&[vec![1.0; 100]])[0].iter().all(|&x| x == 0.0));
    }

    #[test]
    fn control_multiplies_frame_by_frame() {
        let mut rig = Rig::new(&NODE, 48_000, &[], &[1, 1]).unwrap();
        let ramp: Vec<f32> = (0..200).map(|i| i as f32 / 200.0).collect();
        let out = rig.run(&[vec![vec![0.5; 200]], vec![ramp.clone()]], 200);
        assert!(out[0][0].iter().zip(&ramp).all(|(y, c)| *y == 0.5 * c));
    }
}
