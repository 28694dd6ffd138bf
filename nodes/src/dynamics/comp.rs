//! Turns down what is loud, so that a part keeps its place in a mix.

use signalbox_dsp::dynamics::{
    Ballistics, Curve, HighPass, HighPassAt, LIMITING_RATIO, Lag, MeanSquare, Times, amplitude,
};
use signalbox_dsp::lane::{Keeper, Lane, by_lanes, gain_to_db};
use signalbox_dsp::units::Unit;
use signalbox_engine::node::{
    BLOCK, Declaration, GRID, Group, Io, Kernel, Param, Parameter, Params, Port, Setup, Width, host,
};
use signalbox_engine::wides;

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

/// The parameters that are looked at on the grid.
const GRIDDED: [usize; 7] = [RATIO, KNEE, ATTACK, RELEASE, HOLD, WINDOW, KEY_FILTER];

/// What is renewed on the grid.
#[derive(Clone, Copy, Default)]
struct Coefficients<L: Lane> {
    curve: Curve<L>,
    times: Times<L>,
    square: L::Double,
    filter: HighPassAt<L>,
}

impl<L: Lane> Coefficients<L> {
    /// From the parameters of [`GRIDDED`].
    #[inline(always)]
    fn new([ratio, knee, attack, release, hold, window, corner]: [L; 7], rate: f32) -> Self {
        let rate = L::splat(rate);
        Self {
            curve: Curve::new(ratio, knee),
            times: Times::new(attack * rate, release * rate, hold * rate),
            square: MeanSquare::<L>::coefficient(window * rate),
            filter: HighPassAt::new(corner / rate, L::splat(FILTER_OFF_HZ) / rate),
        }
    }
}

#[derive(Clone, Copy, Default)]
struct Source<L: Lane> {
    filter: HighPass<L>,
    square: MeanSquare<L>,
}

/// The arithmetic for `L::LANES` compressors.
struct Comp<L: Lane> {
    rate: f32,
    rms: bool,
    at: Coefficients<L>,
    /// The parameters that the coefficients are made from.
    seen: [L; 7],
    /// Whether those are the parameters at the end of the last block.
    settled: bool,
    /// What is measured: channels of the signal or of the side-chain.
    sources: Vec<Source<L>>,
    /// Levels of the sources during a stretch, as amplitude or power.
    levels: Vec<[L; BLOCK]>,
    /// One for each channel of the signal.
    ballistics: Vec<Ballistics<L>>,
    lags: Vec<Lag<L>>,
}

impl<L: Lane> Comp<L> {
    fn new(setup: &Setup) -> Self {
        let width = setup.width();
        let sources = width.max(KEY_WIDTH);
        Self {
            rate: setup.rate as f32,
            rms: setup.choice(DETECTOR) == 1,
            at: Coefficients::default(),
            seen: [L::default(); 7],
            settled: false,
            sources: vec![Source::default(); sources],
            levels: vec![[L::default(); BLOCK]; sources],
            ballistics: vec![Ballistics::default(); width],
            lags: vec![Lag::new(setup.frames(LOOKAHEAD)); width],
        }
    }

    #[inline(always)]
    fn renew(&mut self, params: &Params<'_, L>, frame: usize, fresh: bool) {
        let now = GRIDDED.map(|p| params.at(p, frame));
        if fresh || now != self.seen {
            self.seen = now;
            self.at = Coefficients::new(now, self.rate);
        }
    }

    /// Measures one source.
    #[inline(always)]
    fn measure(&mut self, source: usize, signal: &[L]) {
        let Source { filter, square } = &mut self.sources[source];
        let levels = &mut self.levels[source][..signal.len()];
        if self.at.filter.is_on() {
            let at = self.at.filter;
            for (&x, y) in signal.iter().zip(levels.iter_mut()) {
                *y = filter.step(x, &at);
            }
        } else {
            // As in a lane whose filter is off beside one whose filter is on.
            *filter = HighPass::default();
            levels.copy_from_slice(signal);
        }
        if self.rms {
            for x in levels {
                *x = square.step(*x, self.at.square);
            }
        } else {
            for x in levels {
                by_lanes::<L>();
                *x = x.abs();
            }
        }
    }

    /// Replaces levels by the reductions that the curve wants for them; `from` is the frame of the first.
    #[inline(always)]
    fn wanted(&self, levels: &mut [L], threshold: Param<'_, L>, from: usize) {
        let scale = L::splat(if self.rms { 0.5 } else { 1.0 });
        let curve = self.at.curve;
        let steady = threshold.at(from);
        for (i, x) in levels.iter_mut().enumerate() {
            by_lanes::<L>();
            let threshold = if threshold.is_steady() { steady } else { threshold.at(from + i) };
            *x = curve.reduction(gain_to_db(*x) * scale - threshold);
        }
    }

    /// What channel `c` wants, between the loudest of all and its own level.
    #[inline(always)]
    fn apart(&self, c: usize, loudest: &[L], wanted: &mut [L], params: &Params<'_, L>, from: usize) {
        let link = params.get(LINK);
        let all = L::splat(100.0);
        wanted.copy_from_slice(&self.levels[c][..loudest.len()]);
        self.wanted(wanted, params.get(THRESHOLD), from);
        for (i, (x, &together)) in wanted.iter_mut().zip(loudest).enumerate() {
            by_lanes::<L>();
            let link = link.at(from + i);
            let share = L::splat(1.0) - link * L::splat(0.01);
            *x = together - L::select(all.gt(link), share * (together - *x), L::splat(0.0));
        }
    }

    /// Runs frames `from..to` of a block, in which coefficients stay.
    #[inline(always)]
    fn stretch(&mut self, io: &mut Io<'_, L>, from: usize, to: usize) {
        let n = to - from;
        let width = self.ballistics.len();
        let keyed = io.inputs.connected(KEY);
        let sources = if keyed { KEY_WIDTH } else { width };
        for s in 0..sources {
            if keyed {
                self.measure(s, &io.inputs.channel(KEY, s)[from..to]);
            } else {
                self.measure(s, &io.outputs.channel(OUT, s)[from..to]);
            }
        }
        // What the loudest source wants.
        let mut loudest = [L::default(); BLOCK];
        for levels in &self.levels[..sources] {
            for (m, &x) in loudest[..n].iter_mut().zip(levels) {
                by_lanes::<L>();
                *m = m.max(x);
            }
        }
        self.wanted(&mut loudest[..n], io.params.get(THRESHOLD), from);
        // Fully linked channels that have the same past have the same future.
        let alike = matches!(io.params.get(LINK), Param::Steady(x) if x == L::splat(100.0))
            && self.ballistics.iter().all(|b| *b == self.ballistics[0]);
        let mut deepest = [L::default(); BLOCK];
        let mut gains = [L::default(); BLOCK];
        for c in 0..width {
            if c == 0 || !alike {
                let mut wanted = loudest;
                if !alike {
                    self.apart(c % sources, &loudest[..n], &mut wanted[..n], &io.params, from);
                }
                let (mut ballistics, times) = (self.ballistics[c], self.at.times);
                for x in &mut wanted[..n] {
                    *x = ballistics.step(*x, &times);
                }
                self.ballistics[c] = ballistics;
                for (d, &x) in deepest[..n].iter_mut().zip(&wanted) {
                    by_lanes::<L>();
                    *d = d.max(x);
                }
                gain(&mut gains[..n], &wanted, &io.params, from);
            } else {
                self.ballistics[c] = self.ballistics[0];
            }
            let out = &mut io.outputs.channel(OUT, c)[from..to];
            self.lags[c].process(out);
            for (x, &g) in out.iter_mut().zip(&gains) {
                by_lanes::<L>();
                *x *= g;
            }
        }
        let reduction = &mut io.outputs.channel(REDUCTION, 0)[from..to];
        for (r, &d) in reduction.iter_mut().zip(&deepest) {
            by_lanes::<L>();
            *r = L::splat(0.0) - d;
        }
    }
}

/// The factor for a signal from its reduction in dB, with make-up and dry share.
#[inline(always)]
fn factor<L: Lane>(reduction: L, makeup: L, mix: L) -> L {
    let (one, all) = (L::splat(1.0), L::splat(100.0));
    let wet = amplitude(makeup - reduction);
    let both = (mix * L::splat(0.01)).mul_add(wet - one, one);
    L::select(all.gt(mix), both, wet)
}

#[inline(always)]
fn gain<L: Lane>(gains: &mut [L], reductions: &[L], params: &Params<'_, L>, from: usize) {
    match (params.get(MAKEUP), params.get(MIX)) {
        (Param::Steady(makeup), Param::Steady(mix)) => {
            for (g, &r) in gains.iter_mut().zip(reductions) {
                by_lanes::<L>();
                *g = factor(r, makeup, mix);
            }
        }
        (makeup, mix) => {
            for (i, (g, &r)) in gains.iter_mut().zip(reductions).enumerate() {
                by_lanes::<L>();
                *g = factor(r, makeup.at(from + i), mix.at(from + i));
            }
        }
    }
}

impl<L: Lane> Kernel<L> for Comp<L> {
    #[inline(always)]
    fn process(&mut self, io: &mut Io<'_, L>) {
        // From a grid point on, parameters that rest give the same coefficients at every later one.
        let rests = GRIDDED.iter().all(|&p| io.params.get(p).is_steady());
        let mut from = 0;
        while from < io.frames {
            let phase = (io.frame + from as i64).rem_euclid(GRID as i64) as usize;
            if phase == 0 || (io.fresh && from == 0) {
                let params = io.params;
                self.renew(&params, from, io.fresh && from == 0);
            }
            let to = if rests && phase == 0 { io.frames } else { (from + GRID - phase).min(io.frames) };
            self.stretch(io, from, to);
            from = to;
        }
        self.settled = rests && GRIDDED.map(|p| io.params.at(p, 0)) == self.seen;
    }

    fn reset(&mut self) {
        self.settled = false;
        self.sources.fill(Source::default());
        self.ballistics.fill(Ballistics::default());
        self.lags.iter_mut().for_each(Lag::reset);
    }

    fn at_rest(&self) -> bool {
        self.settled
            && self.ballistics.iter().all(|b| b.at_rest(&self.at.times))
            && self.sources.iter().all(|s| s.filter.at_rest() && s.square.at_rest())
            && self.lags.iter().all(Lag::at_rest)
    }

    fn keep(&mut self, keeper: &mut Keeper<'_>) {
        keeper.numbers(&mut self.seen);
        for source in &mut self.sources {
            source.filter.keep(keeper);
            source.square.keep(keeper);
        }
        self.ballistics.iter_mut().for_each(|b| b.keep(keeper));
        self.lags.iter_mut().for_each(|l| l.keep(keeper));
        self.at = Coefficients::new(self.seen, self.rate);
        self.settled = false;
    }
}

#[cfg(test)]
mod tests;
