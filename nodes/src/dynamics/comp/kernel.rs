//! The arithmetic of the compressor.

use super::*;
use signalbox_dsp::dynamics::{Ballistics, Curve, HighPass, HighPassAt, Lag, MeanSquare, Times, amplitude};
use signalbox_dsp::lane::{Keeper, Lane, by_lanes, gain_to_db};
use signalbox_engine::node::{BLOCK, GRID, Io, Kernel, Param, Params};

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
pub(super) struct Comp<L: Lane> {
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
    /// What the loudest source wants, what a channel wants, the deepest of those, the factors of a channel.
    scratch: Vec<[L; BLOCK]>,
    /// One for each channel of the signal.
    ballistics: Vec<Ballistics<L>>,
    lags: Vec<Lag<L>>,
}

impl<L: Lane> Comp<L> {
    pub(super) fn new(setup: &Setup) -> Self {
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
            scratch: vec![[L::default(); BLOCK]; 4],
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
        // Taken out for a moment: the rest of it is worked on too.
        let mut scratch = std::mem::take(&mut self.scratch);
        let [loudest, wanted, deepest, gains] = &mut scratch[..] else { return };
        let (loudest, wanted, deepest, gains) =
            (&mut loudest[..n], &mut wanted[..n], &mut deepest[..n], &mut gains[..n]);
        loudest.fill(L::default());
        deepest.fill(L::default());
        for levels in &self.levels[..sources] {
            for (m, &x) in loudest.iter_mut().zip(levels) {
                by_lanes::<L>();
                *m = m.max(x);
            }
        }
        self.wanted(loudest, io.params.get(THRESHOLD), from);
        // Fully linked channels that have the same past have the same future.
        let alike = matches!(io.params.get(LINK), Param::Steady(x) if x == L::splat(100.0))
            && self.ballistics.iter().all(|b| *b == self.ballistics[0]);
        for c in 0..width {
            if c == 0 || !alike {
                if alike {
                    wanted.copy_from_slice(loudest);
                } else {
                    self.apart(c % sources, loudest, wanted, &io.params, from);
                }
                let (mut ballistics, times) = (self.ballistics[c], self.at.times);
                for x in wanted.iter_mut() {
                    *x = ballistics.step(*x, &times);
                }
                self.ballistics[c] = ballistics;
                for (d, &x) in deepest.iter_mut().zip(&*wanted) {
                    by_lanes::<L>();
                    *d = d.max(x);
                }
                gain(gains, wanted, &io.params, from);
            } else {
                self.ballistics[c] = self.ballistics[0];
            }
            let out = &mut io.outputs.channel(OUT, c)[from..to];
            self.lags[c].process(out);
            for (x, &g) in out.iter_mut().zip(&*gains) {
                by_lanes::<L>();
                *x *= g;
            }
        }
        let reduction = &mut io.outputs.channel(REDUCTION, 0)[from..to];
        for (r, &d) in reduction.iter_mut().zip(&*deepest) {
            by_lanes::<L>();
            *r = L::splat(0.0) - d;
        }
        self.scratch = scratch;
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
