//! Hisses or rumbles evenly: for wind, surf and drums, or to measure what comes after it.

use signalbox_dsp::lane::{Keeper, Lane, by_lanes, db_to_gain};
use signalbox_dsp::noise::{Brown, Pink, White};
use signalbox_dsp::units::Unit;
use signalbox_engine::node::{
    Declaration, Extent, Group, Io, Kernel, Param, Parameter, Port, Setup, Width, host,
};
use signalbox_engine::wides;

const OUT: usize = 0;
const COLOUR: usize = 0;
const LEVEL: usize = 1;
const SEED: usize = 2;

/// Seeded noise: white, pink or brown.
pub static NODE: Declaration = Declaration {
    name: "noise",
    title: "Noise",
    group: Group::Sources,
    help: "Hisses or rumbles evenly: for wind, surf and drums, or to measure what comes after it.",
    source: "White: the finaliser of SplitMix (Steele, Lea, Flood 2014) on the frame's number, so that a frame always \
             sounds the same. Pink: 1/√s as a sum over real poles; -3.01 dB an octave within 0.08 dB from 20 Hz to \
             20 kHz at 44.1, 48, 96 and 192 kHz.",
    example: r#"{"format": 1, "length": "4 s", "nodes": [
        {"id": "surf", "kind": "noise", "values": {"colour": "pink", "channels": 2, "level": "-24 dB"}},
        {"id": "swell", "kind": "osc", "values": {"shape": "sine", "freq": "0.25 Hz", "level": "0 dB"}},
        {"id": "out", "kind": "output"}],
        "cables": [{"from": "swell", "to": "surf.level", "depth": "8 dB"}, {"from": "surf", "to": "out"}]}"#,
    outputs: &[Port::audio("out", Width::Parameter("channels"), "the noise, each channel by itself")],
    parameters: &[
        Parameter::choice(
            "colour",
            &[
                ("white", "the same at every frequency: hiss"),
                ("pink", "the same in every octave: surf"),
                ("brown", "6 dB less with every octave: rumble"),
            ],
            "how the sound spreads over the spectrum",
        ),
        Parameter::number(
            "level",
            Unit::Decibel,
            (-96.0, 6.0),
            -18.0,
            "root mean square; peaks are 4.8 dB higher in white and about 12 dB in pink and brown",
        ),
        Parameter::fixed(
            "seed",
            Unit::None,
            (0.0, 16_777_215.0),
            0.0,
            "another whole number, another noise; two nodes with the same one sound the same",
        ),
        Parameter::fixed("channels", Unit::None, (1.0, 64.0), 1.0, "how many independent channels"),
    ],
    extent: |_| Extent::Endless,
    make: |s| Ok(host(Noise::<f32>::new(s))),
    wide: wides!(heavy, s => Noise::<L>::new(s)),
    ..Declaration::BLANK
};

#[derive(Clone)]
enum Colour<L: Lane> {
    White,
    Pink(Pink<L>),
    Brown(Brown<L>),
}

impl<L: Lane> Colour<L> {
    #[inline(always)]
    fn next(&mut self, white: f32) -> L {
        let white = L::splat(white);
        match self {
            Self::White => white,
            Self::Pink(filter) => filter.next(white),
            Self::Brown(filter) => filter.next(white),
        }
    }
}

struct Noise<L: Lane> {
    channels: Vec<(White, Colour<L>)>,
    /// The filters as they stand at the start.
    start: Vec<Colour<L>>,
}

impl<L: Lane> Noise<L> {
    fn new(setup: &Setup) -> Self {
        let seed = setup.number(SEED).round() as u64;
        let channel = |channel| {
            let white = White::new(seed, channel as u64);
            let mut colour = match setup.choice(COLOUR) {
                1 => Colour::Pink(Pink::new(setup.rate)),
                2 => Colour::Brown(Brown::new(setup.rate)),
                _ => Colour::White,
            };
            // A second of noise has gone by before the start, so that the lows are there from frame 0 on.
            if !matches!(colour, Colour::White) {
                for frame in -i64::from(setup.rate)..0 {
                    colour.next(white.at(frame));
                }
            }
            (white, colour)
        };
        let channels: Vec<_> = (0..setup.width()).map(channel).collect();
        let start = channels.iter().map(|c| c.1.clone()).collect();
        Self { channels, start }
    }
}

impl<L: Lane> Kernel<L> for Noise<L> {
    #[inline(always)]
    fn process(&mut self, io: &mut Io<'_, L>) {
        let level = io.params.get(LEVEL);
        for (channel, (white, colour)) in self.channels.iter_mut().enumerate() {
            let out = io.outputs.channel(OUT, channel);
            for (frame, out) in (io.frame..).zip(out.iter_mut()) {
                *out = colour.next(white.at(frame));
            }
            match level {
                Param::Steady(db) => {
                    let gain = db_to_gain(db);
                    for x in out {
                        by_lanes::<L>();
                        *x *= gain;
                    }
                }
                Param::Moving(db) => {
                    for (x, &db) in out.iter_mut().zip(db) {
                        by_lanes::<L>();
                        *x *= db_to_gain(db);
                    }
                }
            }
        }
    }

    fn reset(&mut self) {
        for (channel, start) in self.channels.iter_mut().zip(&self.start) {
            channel.1.clone_from(start);
        }
    }

    fn keep(&mut self, keeper: &mut Keeper<'_>) {
        for (_, colour) in &mut self.channels {
            match colour {
                Colour::White => {}
                Colour::Pink(filter) => filter.keep(keeper),
                Colour::Brown(filter) => filter.keep(keeper),
            }
        }
    }
}

#[cfg(test)]
mod tests;
