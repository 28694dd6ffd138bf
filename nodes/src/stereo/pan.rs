//! Places a sound between left and right.

use signalbox_dsp::lane::{Lane, by_lanes, cos_turns, sin_turns};
use signalbox_dsp::units::Unit;
use signalbox_engine::node::{
    At, Declaration, Group, Io, Kernel, Operand, Parameter, Point, Points, Port, Setup, Width, host,
};
use signalbox_engine::wides;

const PAN: usize = 0;
const WIDTH: usize = 1;
const LAW: usize = 2;
const MODE: usize = 3;

/// A panorama potentiometer, and a balance for what is stereo already.
pub static NODE: Declaration = Declaration {
    name: "pan",
    title: "Pan",
    group: Group::Stereo,
    help: "Places a sound between left and right, and makes a stereo sound narrower or wider.",
    source: "A mono sound is panned by the law chosen: constant power (sine and cosine, -3 dB in the middle), linear \
             (-6 dB), or the geometric mean of both (-4.5 dB). A stereo sound is balanced: the far side fades by the \
             same law, the near side stays, the middle passes every bit. Checked: power flat within 0.01 dB; width \
             leaves the mono sum unchanged to -120 dB.",
    example: r#"{"format": 1, "length": "4 s", "nodes": [
        {"id": "surf", "kind": "noise", "values": {"level": "-24 dB", "channels": 1}},
        {"id": "sway", "kind": "osc", "values": {"shape": "sine", "freq": "0.5 Hz", "level": "0 dB",
            "mode": "control"}},
        {"id": "place", "kind": "pan"},
        {"id": "out", "kind": "output"}],
        "cables": [{"from": "surf", "to": "place"},
            {"from": "sway", "to": "place.pan", "depth": "90 %"}, {"from": "place", "to": "out"}]}"#,
    inputs: &[Port::audio("in", Width::Follow, "a mono or stereo signal")],
    outputs: &[Port::audio("out", Width::Fixed(2), "the signal in its place")],
    parameters: &[
        Parameter::number(
            "pan",
            Unit::Percent,
            (-100.0, 100.0),
            0.0,
            "place: -100 % is left, 100 % is right",
        ),
        Parameter::number(
            "width",
            Unit::Percent,
            (0.0, 200.0),
            100.0,
            "width of a stereo signal before it is placed; 0 % is mono, 100 % leaves it alone",
        ),
        Parameter::choice(
            "law",
            &[
                ("power", "-3 dB in the middle: equally loud everywhere in a room"),
                ("compromise", "-4.5 dB in the middle"),
                ("linear", "-6 dB in the middle: equally loud everywhere when summed to mono"),
            ],
            "how loud the middle is against the sides",
        ),
        Parameter::choice(
            "mode",
            &[
                ("balance", "the far side fades and the near side stays"),
                ("both", "both sides move towards the place, so that nothing is lost at the far end"),
            ],
            "what happens to a stereo signal; a mono signal is always panned",
        ),
    ],
    make: |setup| Ok(host(Pan::new(setup)?)),
    pointwise: |_| true,
    wide: wides!(light, setup => Pan::new(setup)?),
    ..Declaration::BLANK
};

struct Pan {
    law: usize,
    mono: bool,
    both: bool,
}

impl Pan {
    fn new(setup: &Setup) -> Result<Self, String> {
        match setup.inputs.first() {
            Some(width @ 1..=2) => {
                Ok(Self { law: setup.choice(LAW), mono: *width == 1, both: setup.choice(MODE) == 1 })
            }
            Some(width) => Err(format!(
                "pan takes a mono or a stereo signal, got {width} channels: put `split` before it"
            )),
            None => Err("pan has no input".into()),
        }
    }

    /// Gains of left and right at a place from 0 (left) to 1 (right).
    #[inline(always)]
    fn gains<L: Lane>(&self, place: L) -> [L; 2] {
        let (zero, one) = (L::splat(0.0), L::splat(1.0));
        let quarter = place * L::splat(0.25);
        // Rounding may leave a zero with a sign, or next to zero.
        let power = [cos_turns(quarter), sin_turns(quarter)].map(|g| g.max(zero));
        let linear = [one - place, place];
        let mut gains = match self.law {
            0 => power,
            1 => [0, 1].map(|k| (power[k] * linear[k]).sqrt()),
            _ => linear,
        };
        // At the ends exactly all and nothing.
        for (k, end) in [(0, place), (1, one - place)] {
            gains[k] = L::select(end.gt(zero), gains[k], one);
            gains[1 - k] = L::select(end.gt(zero), gains[1 - k], zero);
        }
        gains
    }

    /// The gain in the middle.
    fn middle(&self) -> f32 {
        [std::f32::consts::FRAC_1_SQRT_2, 0.594_603_6, 0.5][self.law]
    }

    /// What happens to a stereo signal at a place from 0 to 1, with a width in per cent.
    #[inline(always)]
    fn sides<L: Lane>(&self, place: L, width: L) -> Sides<L> {
        let (zero, one, half) = (L::splat(0.0), L::splat(1.0), L::splat(0.5));
        let aside = (place - half).abs().gt(zero);
        let still = |gain: L, middle: L| L::select(aside, gain, middle);
        let spread = (width - L::splat(100.0)) * L::splat(0.005);
        if self.both {
            // One side stays at its end, the other comes towards it; twice the place reaches from end to end.
            let twice = place + place;
            let [a, b] = self.gains((twice - one).max(zero));
            let [c, d] = self.gains(twice.min(one));
            return Sides {
                spread,
                own: [still(a, one), still(d, one)],
                other: [still(c, zero), still(b, zero)],
            };
        }
        let scale = L::splat(1.0 / self.middle());
        let own = self.gains(place).map(|g| still((g * scale).min(one), one));
        Sides { spread, own, other: [zero; 2] }
    }
}

/// What is made of a stereo signal.
#[derive(Clone, Copy)]
struct Sides<L> {
    /// How much of the difference is added to one side and taken from the other.
    spread: L,
    /// How much of itself each side keeps, and how much it gets of the other one.
    own: [L; 2],
    other: [L; 2],
}

impl<L: Lane> Sides<L> {
    /// One frame; where `both`, the sides are mixed.
    #[inline(always)]
    fn mix(&self, left: L, right: L, both: bool) -> [L; 2] {
        // What the width adds to one side it takes from the other, so that their sum stays.
        let side = (left - right) * self.spread;
        let (left, right) = (left + side, right - side);
        if both {
            let l = left.mul_add(self.own[0], right * self.other[0]);
            return [l, right.mul_add(self.own[1], left * self.other[1])];
        }
        [left * self.own[0], right * self.own[1]]
    }
}

impl<L: Lane> Kernel<L> for Pan {
    #[inline(always)]
    fn process(&mut self, io: &mut Io<'_, L>) {
        let (pan, width) = (io.params.get(PAN), io.params.get(WIDTH));
        let place = |j: usize| (pan.at(j) + L::splat(100.0)) / L::splat(200.0);
        let left = io.inputs.channel(0, 0);
        let [out_left, out_right] = io.outputs.pair(0);
        let out = out_left.iter_mut().zip(out_right).enumerate();
        if self.mono {
            let steady = self.gains(place(0));
            for ((j, (l, r)), &x) in out.zip(left) {
                by_lanes::<L>();
                let gains = if pan.is_steady() { steady } else { self.gains(place(j)) };
                (*l, *r) = (x * gains[0], x * gains[1]);
            }
            return;
        }
        let right = io.inputs.channel(0, 1);
        let steady = self.sides(place(0), width.at(0));
        let rests = pan.is_steady() && width.is_steady();
        for ((j, (l, r)), (&x, &y)) in out.zip(left.iter().zip(right)) {
            by_lanes::<L>();
            let sides = if rests { steady } else { self.sides(place(j), width.at(j)) };
            [*l, *r] = sides.mix(x, y, self.both);
        }
    }

    fn reset(&mut self) {}

    fn points(&self, io: &Io<'_, L>, points: &mut Points) -> bool {
        let place = (io.params.at(PAN, 0) + L::splat(100.0)) / L::splat(200.0);
        let out = [0, 1].map(|channel| At { port: 0, channel });
        let number = |x: L| Operand::Number(x.get(0));
        if self.mono {
            for (out, gain) in out.into_iter().zip(self.gains(place)) {
                points.push(Point::Times(out, Operand::Input(At { port: 0, channel: 0 }), number(gain)));
            }
            return true;
        }
        if self.both {
            // It takes a third channel to keep what both sides are made of.
            return false;
        }
        let Sides { spread, own, .. } = self.sides(place, io.params.at(WIDTH, 0));
        let ([left, right], side) = (out.map(Operand::Input), Operand::Output(out[0]));
        points.push(Point::Minus(out[0], left, right));
        points.push(Point::Times(out[0], side, number(spread)));
        points.push(Point::Minus(out[1], right, side));
        points.push(Point::Plus(out[0], left, side));
        out.into_iter()
            .zip(own)
            .for_each(|(out, own)| points.push(Point::Times(out, Operand::Output(out), number(own))));
        true
    }

    fn at_rest(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests;
