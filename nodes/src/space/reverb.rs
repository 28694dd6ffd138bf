//! Puts a sound into a room.

use signalbox_dsp::delay_line::{Delay, Fractional, LONG, Line};
use signalbox_dsp::fdn::{Fdn, STRETCH};
use signalbox_dsp::lane::Lane;
use signalbox_dsp::units::Unit;
use signalbox_engine::node::{
    Declaration, Group, Io, Kernel, Param, Parameter, Port, Setup, Span, Width, host,
};

const DECAY: usize = 0;
const LOWS: usize = 1;
const HIGHS: usize = 2;
const PREDELAY: usize = 3;
const MODULATION: usize = 4;
const WIDTH: usize = 5;
const MIX: usize = 6;
const SIZE: usize = 7;

/// The longest predelay, in seconds.
const LATEST: f32 = 0.5;

/// A room.
pub static NODE: Declaration = Declaration {
    name: "reverb",
    title: "Reverb",
    group: Group::Space,
    help: "Puts a sound into a room, from a small chamber to a long hall, with a decay that is what its knobs say.",
    source: "Feedback delay network of 16 lines (Jot, Chaigne 1991; Schlecht, Habets 2017) behind all-passes \
             (Schroeder 1962). Checked on its impulse response: decay within 5 % of what is stated in each octave from \
             125 Hz to 8 kHz (ISO 3382, T30); echo density 0.9 (Abel, Huang 2006) by 80 ms; white noise comes out \
             within 3 dB of its level.",
    example: r#"{"format": 1, "length": "4 s", "tempo": [[0, 120]], "nodes": [
        {"id": "beat", "kind": "notes", "values": {"notes": "a3:1/2 c4:1/2 e4 -"}},
        {"id": "tone", "kind": "osc", "values": {"shape": "saw"}},
        {"id": "shape", "kind": "env", "values": {"attack": "2 ms", "decay": "120 ms", "sustain": 0}},
        {"id": "level", "kind": "gain", "values": {"gain": "-15 dB"}},
        {"id": "hall", "kind": "reverb", "values": {"decay": "2.4 s", "predelay": "20 ms", "mix": "40 %"}},
        {"id": "out", "kind": "output"}],
        "cables": [{"from": "beat", "to": "tone.notes"}, {"from": "beat", "to": "shape.notes"},
            {"from": "tone", "to": "level"}, {"from": "shape", "to": "level.control"},
            {"from": "level", "to": "hall"}, {"from": "hall", "to": "out"}]}"#,
    inputs: &[Port::audio("in", Width::Fixed(2), "the signal")],
    outputs: &[Port::audio("out", Width::Fixed(2), "the signal in its room")],
    parameters: &[
        Parameter::number(
            "decay",
            Unit::Second,
            (0.1, 30.0),
            1.8,
            "how long the room sounds, to -60 dB at 1 kHz",
        )
        .logarithmic(),
        Parameter::number(
            "lows",
            Unit::Percent,
            (25.0, 200.0),
            100.0,
            "decay at 125 Hz, as a share of `decay`",
        ),
        Parameter::number(
            "highs",
            Unit::Percent,
            (10.0, 200.0),
            50.0,
            "decay at 8 kHz, as a share of `decay`",
        ),
        Parameter::number("predelay", Unit::Second, (0.0, LATEST), 0.0, "until the room answers")
            .smoothed(0.05),
        Parameter::number(
            "modulation",
            Unit::Percent,
            (0.0, 100.0),
            0.0,
            "slow movement in the room, against ringing; it detunes long notes a little",
        ),
        Parameter::number("width", Unit::Percent, (0.0, 200.0), 100.0, "width of the room; 0 % is mono"),
        Parameter::number("mix", Unit::Percent, (0.0, 100.0), 30.0, "share of the room; 100 % on a send"),
        Parameter::fixed(
            "size",
            Unit::Percent,
            (20.0, 300.0),
            100.0,
            "size of the room: 100 % has paths of 15 to 61 ms",
        ),
    ],
    in_place: true,
    gap: |setup| f64::from(LATEST) + 0.1 + 0.1 * f64::from(setup.number(SIZE)) / 100.0,
    make: |setup| Ok(host(Room::<f32>::new(setup))),
    ..Declaration::BLANK
};

struct Room<L> {
    network: Fdn<L>,
    predelay: [Line<L>; 2],
    table: &'static Fractional<LONG>,
    rate: f64,
    /// How far the room moves; it may change only on the grid.
    swing: L,
}

impl<L: Lane> Room<L> {
    fn new(setup: &Setup) -> Self {
        let rate = f64::from(setup.rate);
        let latest = (f64::from(LATEST) * rate).ceil() as usize + LONG;
        Self {
            network: Fdn::new(rate, f64::from(setup.number(SIZE)) / 100.0),
            predelay: [Line::new(latest), Line::new(latest)],
            table: Fractional::long(),
            rate,
            swing: L::splat(0.0),
        }
    }

    /// Lets both sides wait.
    #[inline(always)]
    fn wait(&mut self, time: Param<'_, L>, from: usize, sides: [&mut [L]; 2]) {
        let latest = f64::from(LATEST) * self.rate;
        let delay = |seconds| Delay::from_seconds(seconds, self.rate, 0.0, latest).plus(LONG / 2);
        let mut now = delay(time.at(from));
        let mut weights = self.table.weights(&now);
        for (line, side) in self.predelay.iter_mut().zip(sides) {
            for (j, x) in side.iter_mut().enumerate() {
                if !time.is_steady() {
                    now = delay(time.at(from + j));
                    weights = self.table.weights(&now);
                }
                let late = self.table.read(line, &now, &weights, 0);
                line.push(*x);
                *x = late;
            }
        }
    }
}

impl<L: Lane> Kernel<L> for Room<L> {
    #[inline(always)]
    fn process(&mut self, io: &mut Io<'_, L>) {
        let params = io.params;
        let percent = L::splat(0.01);
        for Span { frames, renew } in io.spans() {
            let start = frames.start;
            if renew {
                let [decay, lows, highs] = [DECAY, LOWS, HIGHS].map(|p| params.at(p, start));
                self.network.set(decay, lows * percent, highs * percent);
                self.network.settle();
                self.swing = params.at(MODULATION, start) * percent;
            }
            let at = io.frame + start as i64;
            let [left, right] = io.outputs.pair(0).map(|side| &mut side[frames.clone()]);
            let mut wet = [[L::splat(0.0); STRETCH]; 2];
            wet[0][..left.len()].copy_from_slice(left);
            wet[1][..right.len()].copy_from_slice(right);
            let [l, r] = &mut wet;
            let (l, r) = (&mut l[..left.len()], &mut r[..right.len()]);
            self.wait(params.get(PREDELAY), start, [l, r]);
            self.network.process([l, r], at, self.swing);
            for j in 0..left.len() {
                let mix = params.at(MIX, start + j) * percent;
                let dry = L::splat(1.0) - mix;
                let spread = (params.at(WIDTH, start + j) * percent - L::splat(1.0)) * L::splat(0.5);
                let side = (l[j] - r[j]) * spread;
                left[j] = left[j].mul_add(dry, (l[j] + side) * mix);
                right[j] = right[j].mul_add(dry, (r[j] - side) * mix);
            }
        }
    }

    fn reset(&mut self) {
        self.network.clear();
        self.predelay.iter_mut().for_each(Line::clear);
    }
}

#[cfg(test)]
mod tests;
