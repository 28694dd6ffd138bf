//! Takes the edge off s and t sounds of a voice, and leaves everything else alone.

use signalbox_dsp::dynamics::{Ballistics, Curve, MeanSquare, Times, amplitude};
use signalbox_dsp::lane::{Lane, gain_to_db};
use signalbox_dsp::svf::{Svf, Tuning};
use signalbox_dsp::units::Unit;
use signalbox_engine::node::{Declaration, Group, Io, Kernel, Parameter, Port, Setup, Width, host};

const OUT: usize = 0;
const REDUCTION: usize = 1;

const FREQ: usize = 0;
const THRESHOLD: usize = 1;
const RATIO: usize = 2;
const RANGE: usize = 3;
const ATTACK: usize = 4;
const RELEASE: usize = 5;

/// Over this long a level is measured, in seconds: shorter than an s, longer than a period of a voice's overtones.
const WINDOW: f32 = 0.005;
/// The bend around the threshold, in decibels.
const KNEE_DB: f32 = 6.0;
/// Damping of the split: Butterworth's.
const DAMPING: f32 = std::f32::consts::SQRT_2;
/// Below this power there is nothing to measure.
const NOTHING: f32 = 1e-12;

/// A de-esser.
pub static NODE: Declaration = Declaration {
    name: "deess",
    title: "De-esser",
    group: Group::Dynamics,
    help: "Takes the edge off the s and t sounds of a voice, however loud the voice is, and leaves the rest alone.",
    source: "A high shelf on a state-variable filter (Simper 2013) that moves with a compressor with \
             the static curve of Giannoulis, Massberg, Reiss 2012, whose level is that of the band against the whole \
             sound. Checked: a tone of 300 Hz passes bit by bit; the reduction of a tone of 12 kHz is that of the \
             curve within 0.1 dB at every level from -50 to 0 dBFS.",
    example: r#"{"format": 1, "length": "3 s", "nodes": [
        {"id": "voice", "kind": "osc", "values": {"freq": "160 Hz", "level": "-12 dB"}},
        {"id": "hiss", "kind": "noise", "values": {"level": "-12 dB"}},
        {"id": "beat", "kind": "osc", "values": {"freq": "2 Hz", "shape": "square", "level": "0 dB"}},
        {"id": "esses", "kind": "gain"},
        {"id": "deess", "kind": "deess", "values": {"freq": "5 kHz"}},
        {"id": "out", "kind": "output"}],
        "cables": [{"from": "voice", "to": "deess"}, {"from": "hiss", "to": "esses"},
        {"from": "beat", "to": "esses.control"}, {"from": "esses", "to": "deess"}, {"from": "deess", "to": "out"}]}"#,
    inputs: &[Port::audio("in", Width::Follow, "the signal")],
    outputs: &[
        Port::audio("out", Width::Follow, "the signal with softer s sounds"),
        Port::audio("reduction", Width::Fixed(1), "how far the band is brought down, in dB (0 or below)"),
    ],
    parameters: &[
        Parameter::number("freq", Unit::Hertz, (1_000.0, 16_000.0), 5_500.0, "where the s sounds begin")
            .logarithmic(),
        Parameter::number(
            "threshold",
            Unit::Decibel,
            (-40.0, 0.0),
            -9.0,
            "level of the band against the whole sound above which it is brought down",
        ),
        Parameter::number("ratio", Unit::None, (1.0, 20.0), 4.0, "how many dB above the threshold become one")
            .logarithmic(),
        Parameter::number("range", Unit::Decibel, (0.0, 40.0), 12.0, "how far the band is brought down at most"),
        Parameter::number("attack", Unit::Second, (0.0, 0.1), 0.001, "how fast an s is caught"),
        Parameter::number("release", Unit::Second, (0.001, 1.0), 0.04, "how fast the band comes back").logarithmic(),
    ],
    in_place: true,
    make: |setup| Ok(host(Deess::<f32>::new(setup))),
    ..Declaration::BLANK
};

#[derive(Clone, Copy)]
struct Channel<L: Lane> {
    split: Svf<L>,
    high: MeanSquare<L>,
    whole: MeanSquare<L>,
    ballistics: Ballistics<L>,
}

struct Deess<L: Lane> {
    rate: f32,
    channels: Vec<Channel<L>>,
    at: Tuning<L>,
    curve: Curve<L>,
    times: Times<L>,
    square: L::Double,
}

impl<L: Lane> Deess<L> {
    fn new(setup: &Setup) -> Self {
        let channel = Channel {
            split: Svf::default(),
            high: MeanSquare::default(),
            whole: MeanSquare::default(),
            ballistics: Ballistics::default(),
        };
        let rate = setup.rate as f32;
        Self {
            rate,
            channels: vec![channel; setup.width()],
            at: Tuning::default(),
            curve: Curve::default(),
            times: Times::default(),
            square: MeanSquare::<L>::coefficient(L::splat(WINDOW * rate)),
        }
    }
}

impl<L: Lane> Kernel<L> for Deess<L> {
    #[inline(always)]
    fn process(&mut self, io: &mut Io<'_, L>) {
        let rate = L::splat(self.rate);
        for span in io.spans() {
            let at = |p: usize| io.params.at(p, span.frames.start);
            if span.renew {
                let turns = (at(FREQ) / rate).min(L::splat(0.45));
                self.at = Tuning::at(turns, L::splat(DAMPING), [L::splat(0.0); 3]);
                self.channels.iter_mut().for_each(|c| c.split.flush());
                self.curve = Curve::new(at(RATIO), L::splat(KNEE_DB));
                self.times = Times::new(at(ATTACK) * rate, at(RELEASE) * rate, L::splat(0.0));
            }
            for i in span.frames {
                let (threshold, range) = (io.params.at(THRESHOLD, i), io.params.at(RANGE, i));
                let mut deepest = L::splat(0.0);
                for (c, channel) in self.channels.iter_mut().enumerate() {
                    let x = io.outputs.channel(OUT, c)[i];
                    let (band_out, low) = channel.split.outputs(x, &self.at);
                    let middle = L::splat(DAMPING) * band_out;
                    let high = x - middle - low;
                    let band = channel.high.step(high, self.square);
                    let whole = channel.whole.step(x, self.square);
                    let share = gain_to_db(band.max(L::splat(NOTHING)) / whole.max(L::splat(NOTHING)));
                    let over = share * L::splat(0.5) - threshold;
                    let heard = band.gt(L::splat(NOTHING));
                    let wanted = L::select(heard, self.curve.reduction(over).min(range), L::splat(0.0));
                    let reduction = channel.ballistics.step(wanted, &self.times);
                    deepest = deepest.max(reduction);
                    // A high shelf that brings all of the band down alike; at 0 dB every bit passes.
                    let half = amplitude(reduction * L::splat(-0.5));
                    let shelf = half.mul_add(half * high, half.mul_add(middle, low));
                    let y = L::select(reduction.gt(L::splat(0.0)), shelf, x);
                    io.outputs.channel(OUT, c)[i] = y;
                }
                io.outputs.channel(REDUCTION, 0)[i] = L::splat(0.0) - deepest;
            }
        }
    }

    fn reset(&mut self) {
        for channel in &mut self.channels {
            *channel = Channel {
                split: Svf::default(),
                high: MeanSquare::default(),
                whole: MeanSquare::default(),
                ballistics: Ballistics::default(),
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::{component, db, noise, sine};
    use serde_json::json;
    use signalbox_engine::node::rig::Rig;

    const RATE: u32 = 48_000;

    fn through(x: Vec<f32>, values: &[(&str, serde_json::Value)]) -> Vec<f32> {
        Rig::new(&NODE, RATE, values, &[1]).unwrap().through(&[x]).remove(0)
    }

    #[test]
    fn a_voice_without_an_s_passes_bit_by_bit() {
        let x: Vec<f32> = sine(300.0, RATE, 96_000).into_iter().map(|x| x * 0.5).collect();
        // The start of a sine has a bend that no voice has.
        assert!(through(x.clone(), &[])[72_000..] == x[72_000..]);
    }

    #[test]
    fn an_s_comes_down_by_the_curve_at_every_level() {
        // At 12 kHz nearly all of the tone lies in the band: its share of the whole is what the high-pass leaves.
        let warped = |f: f64| (std::f64::consts::PI * f / f64::from(RATE)).tan();
        let ratio = warped(12_000.0) / warped(5_500.0);
        let share = db(ratio * ratio / (1.0 + ratio.powi(4)).sqrt());
        let wanted = (share + 9.0) * (1.0 - 1.0 / 4.0);
        for level in [-50.0, -30.0, -12.0, 0.0] {
            let gain = 10f64.powf(level / 20.0) as f32;
            let x: Vec<f32> = sine(12_000.0, RATE, 48_000).into_iter().map(|x| x * gain).collect();
            let mut rig = Rig::new(&NODE, RATE, &[], &[1]).unwrap();
            let out = rig.run(&[vec![x]], 48_000);
            let told = -f64::from(out[1][0][40_000]);
            assert!((told - wanted).abs() < 0.1, "at {level} dBFS: {told}, {wanted}");
            // What is heard is a shelf of that height.
            let a = 10f64.powf(-wanted / 20.0);
            let (r, k) = (ratio, 2f64.sqrt());
            let over = (1.0 - a * r * r).hypot(a.sqrt() * k * r) / (1.0 - r * r).hypot(k * r);
            let (heard, _) = component(&out[0][0][24_000..], 12_000.0, RATE);
            assert!((db(heard) - level - db(over)).abs() < 0.1, "at {level} dBFS: {}", db(heard));
        }
    }

    #[test]
    fn no_more_than_the_range_is_taken() {
        let x = noise(3, 48_000);
        let values = [("threshold", json!("-40 dB")), ("range", json!("3 dB")), ("ratio", json!(20))];
        let mut rig = Rig::new(&NODE, RATE, &values, &[1]).unwrap();
        let out = rig.run(&[vec![x]], 48_000);
        let deepest = out[1][0].iter().fold(0.0f32, |a, &b| a.min(b));
        assert!((deepest + 3.0).abs() < 1e-3, "{deepest}");
    }
}
