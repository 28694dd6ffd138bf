//! Turns down what is loud, so that a part keeps its place in a mix.

use kernel::Comp;
use signalbox_dsp::dynamics::LIMITING_RATIO;
use signalbox_dsp::units::Unit;
use signalbox_engine::node::{Declaration, Group, Parameter, Port, Setup, Width, host};
use signalbox_engine::wides;

mod kernel;

const KEY: usize = 1;
const OUT: usize = 0;
const REDUCTION: usize = 1;

const THRESHOLD: usize = 0;
const RATIO: usize = 1;
const KNEE: usize = 2;
const ATTACK: usize = 3;
const RELEASE: usize = 4;
const HOLD: usize = 5;
const MAKEUP: usize = 6;
const MIX: usize = 7;
const LINK: usize = 8;
const DETECTOR: usize = 9;
const WINDOW: usize = 10;
const KEY_FILTER: usize = 11;
const LOOKAHEAD: usize = 12;

/// At this corner and below, the high-pass of the side-chain is off.
const FILTER_OFF_HZ: f32 = 10.0;

/// How many channels the side-chain input has.
const KEY_WIDTH: usize = 2;

/// A compressor with side-chain input, and its gain reduction as a signal.
pub static NODE: Declaration = Declaration {
    name: "comp",
    title: "Compressor",
    group: Group::Dynamics,
    help: "Turns down what is loud, so that a part keeps its place in a mix.",
    source: "Giannoulis, Massberg, Reiss 2012: feed-forward, in decibels, decoupled peak detector, with a hold and a \
             release free of the attack's lag. Checked with sines from -60 to 0 dBFS against the soft-knee formula \
             (within 0.0002 dB RMS, 0.0005 dB at most) and with steps (attack and release within 0.1 %).",
    example: r#"{"format": 1, "length": "3 s", "nodes": [
        {"id": "tone", "kind": "osc", "values": {"freq": "110 Hz"}},
        {"id": "beat", "kind": "osc", "values": {"freq": "2 Hz"}},
        {"id": "swell", "kind": "gain", "values": {"gain": "-3 dB"}},
        {"id": "comp", "kind": "comp", "values": {"threshold": "-24 dB", "ratio": 6, "release": "80 ms"}},
        {"id": "out", "kind": "output"}],
        "cables": [{"from": "tone", "to": "swell"}, {"from": "beat", "to": "swell.control"},
        {"from": "swell", "to": "comp"}, {"from": "comp", "to": "out"}]}"#,
    inputs: &[
        Port::audio("in", Width::Follow, "the signal"),
        Port::audio(
            "key",
            Width::Fixed(KEY_WIDTH),
            "side-chain: where a cable comes in, this is measured in place of the signal; mono fans out",
        ),
    ],
    outputs: &[
        Port::audio("out", Width::Follow, "the signal, brought down"),
        Port::audio(
            "reduction",
            Width::Fixed(1),
            "gain reduction in dB (0 or below) of the channel that is brought down most, in time with `out`",
        ),
    ],
    parameters: &[
        Parameter::number(
            "threshold",
            Unit::Decibel,
            (-80.0, 20.0),
            -20.0,
            "level above which it turns down",
        ),
        Parameter::number(
            "ratio",
            Unit::None,
            (1.0, LIMITING_RATIO),
            3.0,
            "how many dB above the threshold become one; 100 counts as infinite",
        )
        .logarithmic(),
        Parameter::number(
            "knee",
            Unit::Decibel,
            (0.0, 40.0),
            6.0,
            "width of the bend around the threshold; 0 is hard",
        ),
        Parameter::number(
            "attack",
            Unit::Second,
            (0.0, 1.0),
            0.01,
            "time in which the reduction in dB goes 63 % of its way after a step up",
        ),
        Parameter::number(
            "release",
            Unit::Second,
            (0.001, 10.0),
            0.1,
            "time in which the reduction in dB goes 63 % of its way back, after the hold",
        )
        .logarithmic(),
        Parameter::number(
            "hold",
            Unit::Second,
            (0.0, 0.5),
            0.005,
            "time before the release begins; half a period of the lowest tone keeps that tone free of ripple",
        ),
        Parameter::number("makeup", Unit::Decibel, (-24.0, 48.0), 0.0, "gain after compression"),
        Parameter::number(
            "mix",
            Unit::Percent,
            (0.0, 100.0),
            100.0,
            "share of the compressed signal; the rest is dry, in time",
        ),
        Parameter::number(
            "link",
            Unit::Percent,
            (0.0, 100.0),
            100.0,
            "100 % brings all channels down alike by the loudest, 0 % each by itself",
        ),
        Parameter::choice(
            "detector",
            &[
                ("peak", "the amplitude: a sine reads its peak"),
                ("rms", "the mean power: a sine reads 3.01 dB below its peak"),
            ],
            "what counts as the level",
        ),
        Parameter::number(
            "window",
            Unit::Second,
            (0.001, 1.0),
            0.02,
            "time over which the power is averaged (rms)",
        )
        .logarithmic(),
        Parameter::number(
            "keyfilter",
            Unit::Hertz,
            (FILTER_OFF_HZ, 2_000.0),
            FILTER_OFF_HZ,
            "high-pass before the detector, 12 dB an octave, so that a bass does not pump; 10 Hz is off",
        )
        .logarithmic(),
        Parameter::fixed(
            "lookahead",
            Unit::Second,
            (0.0, 0.02),
            0.0,
            "how long ahead it hears; adds as much latency",
        ),
    ],
    in_place: true,
    latency: |setup| setup.frames(LOOKAHEAD),
    gap: |setup| f64::from(setup.number(LOOKAHEAD)),
    make: |setup| Ok(host(Comp::<f32>::new(setup))),
    wide: wides!(heavy, setup => Comp::<L>::new(setup)),
    ..Declaration::BLANK
};

#[cfg(test)]
mod tests;
