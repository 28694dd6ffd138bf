//! Closes between words or beats, so that what lies below them is not heard.

use signalbox_dsp::dynamics::{amplitude, one_pole};
use signalbox_dsp::lane::{Lane, Simd, gain_to_db};
use signalbox_dsp::units::Unit;
use signalbox_engine::node::{Declaration, Group, Io, Kernel, Parameter, Port, Setup, Width, host};

const KEY: usize = 1;
const OUT: usize = 0;
const OPEN: usize = 1;
const REDUCTION: usize = 2;

const THRESHOLD: usize = 0;
const HYSTERESIS: usize = 1;
const RANGE: usize = 2;
const ATTACK: usize = 3;
const HOLD: usize = 4;
const RELEASE: usize = 5;

const KEY_WIDTH: usize = 2;

/// A level falls in the detector by this factor of e in so many seconds: half a period of the lowest voice.
const FALL: f32 = 0.01;
/// Reductions below this, in dB, are none: the gain rounds to one.
const OPEN_DB: f64 = 1e-5;

/// A gate.
pub static NODE: Declaration = Declaration {
    name: "gate",
    title: "Gate",
    group: Group::Dynamics,
    help: "Closes between words or beats, so that noise, spill and room below a threshold are not heard.",
    source: "A peak detector with hysteresis and hold before a gain that moves exponentially in decibels. Checked: \
             open, every bit passes; closed, the level is down by the range within 0.01 dB; attack and release are \
             within 1 % of what is stated.",
    example: r#"{"format": 1, "length": "3 s", "nodes": [
        {"id": "hiss", "kind": "noise", "values": {"level": "-50 dB"}},
        {"id": "tone", "kind": "osc", "values": {"freq": "220 Hz", "level": "-12 dB"}},
        {"id": "beat", "kind": "osc", "values": {"freq": "2 Hz", "shape": "square", "level": "0 dB", "mode": "control"}},
        {"id": "words", "kind": "math", "values": {"op": "maximum", "value": 0}},
        {"id": "voice", "kind": "gain"},
        {"id": "gate", "kind": "gate", "values": {"threshold": "-40 dB"}},
        {"id": "out", "kind": "output"}],
        "cables": [{"from": "tone", "to": "voice"}, {"from": "beat", "to": "words.a"},
        {"from": "words", "to": "voice.control"}, {"from": "voice", "to": "gate"}, {"from": "hiss", "to": "gate"},
        {"from": "gate", "to": "out"}]}"#,
    inputs: &[
        Port::audio("in", Width::Follow, "the signal"),
        Port::audio(
            "key",
            Width::Fixed(KEY_WIDTH),
            "side-chain: where a cable comes in, this opens the gate in place of the signal; mono fans out",
        ),
    ],
    outputs: &[
        Port::audio("out", Width::Follow, "the signal while the gate is open"),
        Port::audio("open", Width::Fixed(1), "1 while the gate is open, else 0: to start an envelope with"),
        Port::audio("reduction", Width::Fixed(1), "how far it brings down what comes in, in dB (0 or below), in time with `out`"),
    ],
    parameters: &[
        Parameter::number("threshold", Unit::Decibel, (-90.0, 0.0), -50.0, "peak above which the gate opens"),
        Parameter::number(
            "hysteresis",
            Unit::Decibel,
            (0.0, 24.0),
            4.0,
            "how far below the threshold it closes again, so that it does not flutter",
        ),
        Parameter::number("range", Unit::Decibel, (0.0, 90.0), 40.0, "how far the closed gate brings down"),
        Parameter::number("attack", Unit::Second, (0.0, 0.1), 0.001, "time in which it opens 63 % of its way in dB"),
        Parameter::number("hold", Unit::Second, (0.0, 2.0), 0.05, "time for which it stays open below the threshold"),
        Parameter::number("release", Unit::Second, (0.001, 5.0), 0.15, "time in which it closes 63 % of its way in dB")
            .logarithmic(),
    ],
    in_place: true,
    make: |setup| Ok(host(Gate::<f32>::new(setup))),
    ..Declaration::BLANK
};

struct Gate<L: Lane> {
    rate: f32,
    width: usize,
    /// The peak that falls slowly.
    level: L,
    /// The same of what comes in: where that is nothing, nothing is brought down.
    heard: L,
    /// For how many frames it still stays open; open where above 0.
    left: L,
    reduction: L::Double,
}

impl<L: Lane> Gate<L> {
    fn new(setup: &Setup) -> Self {
        Self {
            rate: setup.rate as f32,
            width: setup.width(),
            level: L::default(),
            heard: L::default(),
            left: L::default(),
            reduction: L::Double::default(),
        }
    }
}

impl<L: Lane> Kernel<L> for Gate<L> {
    #[inline(always)]
    fn process(&mut self, io: &mut Io<'_, L>) {
        let rate = L::splat(self.rate);
        let (zero, one) = (L::splat(0.0), L::splat(1.0));
        let fall = one - one_pole(L::splat(FALL * self.rate));
        let keyed = io.inputs.connected(KEY);
        if io.fresh {
            // It begins closed.
            self.reduction = io.params.at(RANGE, 0).double();
        }
        for i in 0..io.frames {
            let at = |p: usize| io.params.at(p, i);
            let mut own = zero;
            for c in 0..self.width {
                own = own.max(io.outputs.channel(OUT, c)[i].abs());
            }
            let mut peak = own;
            if keyed {
                peak = zero;
                for c in 0..KEY_WIDTH {
                    peak = peak.max(io.inputs.channel(KEY, c)[i].abs());
                }
            }
            let least = L::splat(1e-10);
            let fallen = |level: L| L::select((level * fall).gt(least), level * fall, zero);
            self.heard = own.max(fallen(self.heard));
            self.level = peak.max(fallen(self.level));
            let db = gain_to_db(self.level);
            let threshold = at(THRESHOLD);
            let open = self.left.gt(zero);
            let stays = db.gt(threshold - at(HYSTERESIS));
            let again = at(HOLD) * rate + one;
            let left = L::select(stays, L::select(open, again, self.left), self.left - one);
            self.left = L::select(db.gt(threshold), again, left.max(zero));
            let target = L::select(self.left.gt(zero), zero, at(RANGE)).double();
            let speed = L::select(self.left.gt(zero), one_pole(at(ATTACK) * rate), one_pole(at(RELEASE) * rate));
            let next = (target - self.reduction).mul_add(speed.double(), self.reduction);
            let small = L::Double::splat(OPEN_DB);
            self.reduction = L::Double::select(next.gt(small), next, target.min(next));
            let reduction = L::single(self.reduction);
            let gain = L::select(reduction.gt(zero), amplitude(zero - reduction), one);
            for c in 0..self.width {
                io.outputs.channel(OUT, c)[i] *= gain;
            }
            io.outputs.channel(OPEN, 0)[i] = L::select(self.left.gt(zero), one, zero);
            io.outputs.channel(REDUCTION, 0)[i] =
                L::select(self.heard.gt(zero), zero - reduction, zero);
        }
    }

    fn reset(&mut self) {
        self.level = L::default();
        self.heard = L::default();
        self.left = L::default();
        self.reduction = L::Double::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::{db, noise, rms};
    use serde_json::json;
    use signalbox_engine::node::rig::Rig;

    const RATE: u32 = 48_000;

    fn run(x: Vec<f32>, values: &[(&str, serde_json::Value)]) -> Vec<Vec<Vec<f32>>> {
        let frames = x.len();
        Rig::new(&NODE, RATE, values, &[1]).unwrap().run(&[vec![x]], frames)
    }

    /// Half a second below the threshold, half a second above, three seconds below.
    fn word() -> Vec<f32> {
        let level = |i: usize| if (24_000..48_000).contains(&i) { 0.25 } else { 0.001 };
        noise(1, 192_000).iter().enumerate().map(|(i, x)| x * level(i)).collect()
    }

    #[test]
    fn open_every_bit_passes_and_closed_the_range_is_met() {
        let x = word();
        let out = run(x.clone(), &[("range", json!("30 dB"))]);
        assert_eq!(out[0][0][30_000..48_000], x[30_000..48_000]);
        for part in [5_000..20_000, 150_000..192_000] {
            let down = db(rms(&x[part.clone()])) - db(rms(&out[0][0][part]));
            assert!((down - 30.0).abs() < 0.01, "{down}");
        }
        // What it tells is what it does, frame by frame.
        for i in (0..192_000).filter(|&i| x[i].abs() > 1e-5) {
            let done = db(f64::from(out[0][0][i]) / f64::from(x[i]));
            let told = f64::from(out[2][0][i]);
            assert!((done - told).abs() < 0.002 && told <= 0.0, "{i}: {done} dB, told {told}");
        }
    }

    #[test]
    fn attack_hold_and_release_take_the_time_that_is_stated() {
        // A constant crosses a threshold at an exact frame.
        let x: Vec<f32> = (0..96_000).map(|i| if (24_000..48_000).contains(&i) { 0.5 } else { 0.0 }).collect();
        let values = [
            ("attack", json!("10 ms")),
            ("hold", json!("100 ms")),
            ("release", json!("200 ms")),
            ("range", json!("60 dB")),
            ("threshold", json!("-6.1 dB")),
            ("hysteresis", json!("0 dB")),
        ];
        let out = run(x, &values);
        // How far the gate is closed while something is heard; then when it begins to close.
        let closed: Vec<f64> = out[0][0][24_000..48_000].iter().map(|&y| -db(f64::from(y) / 0.5)).collect();
        let opened = closed.iter().position(|&r| r < 60.0 / std::f64::consts::E).unwrap();
        assert!((opened as f64 / 480.0 - 1.0).abs() < 0.01, "{opened}");
        // The detector falls by the tenth of a decibel between level and threshold in 0.1 ms.
        let closes = (48_000..).find(|&i| out[1][0][i] == 0.0).unwrap();
        assert!((closes as i64 - 48_000 - 4_800).abs() < 20, "{closes}");
    }

    #[test]
    fn it_closes_in_the_time_that_is_stated() {
        // The key stops, the sound goes on.
        let values = [("hold", json!("0 s")), ("release", json!("200 ms")), ("range", json!("60 dB"))];
        let mut rig = Rig::new(&NODE, RATE, &values, &[1, 1]).unwrap();
        let key: Vec<f32> = (0..96_000).map(|i| if i < 24_000 { 0.5 } else { 0.0 }).collect();
        let out = rig.run(&[vec![vec![0.5; 96_000]], vec![key]], 96_000);
        let begins = (24_000..).find(|&i| out[1][0][i] == 0.0).unwrap();
        let closed: Vec<f64> = out[0][0].iter().map(|&y| -db(f64::from(y) / 0.5)).collect();
        let rest = 60.0 * (1.0 - 1.0 / std::f64::consts::E);
        let took = (begins..).find(|&i| closed[i] > rest).unwrap() - begins;
        assert!((took as f64 / 9_600.0 - 1.0).abs() < 0.01, "{took}");
    }

    #[test]
    fn a_key_opens_it_in_place_of_the_signal() {
        let mut rig = Rig::new(&NODE, RATE, &[], &[1, 1]).unwrap();
        let key: Vec<f32> = (0..48_000).map(|i| if i >= 24_000 { 0.5 } else { 0.0 }).collect();
        let out = rig.run(&[vec![vec![0.5; 48_000]], vec![key]], 48_000);
        assert!((db(f64::from(out[0][0][20_000]) / 0.5) + 40.0).abs() < 0.01);
        assert_eq!(out[0][0][40_000], 0.5);
    }
}
