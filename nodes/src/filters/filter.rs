//! Takes away what lies beyond a frequency, with a resonance that can be played.

use signalbox_dsp::lane::{Keeper, Lane};
use signalbox_dsp::svf::{Svf, Tuning};
use signalbox_dsp::units::Unit;
use signalbox_engine::node::{
    Declaration, Group, Io, Kernel, Param, Parameter, Port, Setup, Span, Width, host,
};
use signalbox_engine::wides;

const OUT: usize = 0;
const MODE: usize = 0;
const FREQ: usize = 1;
const Q: usize = 2;

/// The highest frequency that the core is tuned to, as a share of the rate.
const HIGHEST: f32 = 0.49;

const MODES: &[(&str, &str)] = &[
    ("lowpass", "keeps what lies below, 12 dB an octave"),
    ("highpass", "keeps what lies above, 12 dB an octave"),
    ("bandpass", "keeps what lies around; 0 dB in the middle"),
    ("notch", "takes away what lies around"),
    ("peak", "low-pass less high-pass: everything, with a resonance of Q"),
    ("allpass", "turns the phase, by half a turn at the frequency"),
];

/// A state-variable filter, for synthesis and for sweeps.
pub static NODE: Declaration = Declaration {
    name: "filter",
    title: "Filter",
    group: Group::Filters,
    help: "Darkens, thins or hollows a sound, with a resonance and a frequency that can be swept as fast as you like.",
    source: "Simper, Solving the continuous SVF equations using trapezoidal integration and equivalent currents \
        (2013). Steady responses are within 0.01 dB of the bilinear theory. With the frequency swept over the whole \
        range by a 1 kHz sine, at Q from 0.5 to 50, full-scale input stays below 8 + 2 Q in every mode.",
    example: r#"{"format": 1, "length": "4 s", "nodes": [
        {"id": "saw", "kind": "osc", "values": {"freq": "55 Hz"}},
        {"id": "sweep", "kind": "osc", "values": {"freq": "0.5 Hz", "shape": "sine"}},
        {"id": "filter", "kind": "filter", "values": {"freq": "700 Hz", "q": 6}},
        {"id": "quiet", "kind": "gain", "values": {"gain": "-15 dB"}},
        {"id": "out", "kind": "output"}],
        "cables": [{"from": "saw", "to": "filter"}, {"from": "sweep", "to": "filter.freq", "depth": "3 oct"},
            {"from": "filter", "to": "quiet"}, {"from": "quiet", "to": "out"}]}"#,
    inputs: &[Port::audio("in", Width::Follow, "the signal")],
    outputs: &[Port::audio("out", Width::Follow, "the filtered signal")],
    parameters: &[
        Parameter::choice("mode", MODES, "what is kept"),
        Parameter::number(
            "freq",
            Unit::Hertz,
            (10.0, 22_000.0),
            1_000.0,
            "corner or middle; held below half the rate",
        )
        .logarithmic(),
        Parameter::number(
            "q",
            Unit::None,
            (0.5, 50.0),
            0.707,
            "resonance: 0.7 is flat, 50 rings for seconds",
        )
        .logarithmic(),
    ],
    in_place: true,
    make: |setup| Ok(host(Filter::<f32>::new(setup))),
    wide: wides!(heavy, setup => Filter::<L>::new(setup)),
    ..Declaration::BLANK
};

struct Filter<L> {
    filters: Vec<Svf<L>>,
    mode: usize,
    /// One over the rate.
    period: f32,
}

impl<L: Lane> Filter<L> {
    fn new(setup: &Setup) -> Self {
        Self {
            filters: vec![Svf::new(); setup.width()],
            mode: setup.choice(MODE),
            period: 1.0 / setup.rate as f32,
        }
    }

    /// Damping and shares of input, band and low for a Q.
    #[inline(always)]
    fn shape(&self, q: L) -> (L, [L; 3]) {
        let (zero, one) = (L::splat(0.0), L::splat(1.0));
        let k = one / q;
        let shares = match self.mode {
            0 => [zero, zero, one],
            1 => [one, -k, -one],
            2 => [zero, k, zero],
            3 => [one, -k, zero],
            4 => [-one, k, one + one],
            _ => [one, -(k + k), zero],
        };
        (k, shares)
    }

    /// What the core needs for a frequency in hertz.
    #[inline(always)]
    fn tuning(&self, frequency: L, (k, shares): (L, [L; 3])) -> Tuning<L> {
        Tuning::at((frequency * L::splat(self.period)).min(L::splat(HIGHEST)), k, shares)
    }

    /// Runs a stretch with one tuning.
    #[inline(always)]
    fn run_steady(&mut self, io: &mut Io<'_, L>, span: &Span, tuning: &Tuning<L>) {
        let t = *tuning;
        if let [f, g] = &mut *self.filters {
            let (mut left, mut right) = (*f, *g);
            let [x, y] = io.outputs.pair(OUT);
            for (x, y) in x[span.frames.clone()].iter_mut().zip(&mut y[span.frames.clone()]) {
                *x = left.tick(*x, &t);
                *y = right.tick(*y, &t);
            }
            (*f, *g) = (left, right);
            return;
        }
        for (c, filter) in self.filters.iter_mut().enumerate() {
            let mut state = *filter;
            for x in &mut io.outputs.channel(OUT, c)[span.frames.clone()] {
                *x = state.tick(*x, &t);
            }
            *filter = state;
        }
    }

    /// Runs a stretch with a tuning for each frame. It is made beside the frame that it is for: each frame waits for
    /// the one before, and the machine makes the next tunings meanwhile.
    #[inline(always)]
    fn run_moving(&mut self, io: &mut Io<'_, L>, span: &Span, frequency: Param<'_, L>, q: Param<'_, L>) {
        let start = span.frames.start;
        let still = self.shape(q.at(start));
        for c in 0..self.filters.len() {
            let mut state = self.filters[c];
            for (frame, x) in (start..).zip(&mut io.outputs.channel(OUT, c)[span.frames.clone()]) {
                let shape = if q.is_steady() { still } else { self.shape(q.at(frame)) };
                *x = state.tick(*x, &self.tuning(frequency.at(frame), shape));
            }
            self.filters[c] = state;
        }
    }
}

impl<L: Lane> Kernel<L> for Filter<L> {
    #[inline(always)]
    fn process(&mut self, io: &mut Io<'_, L>) {
        let (frequency, q) = (io.params.get(FREQ), io.params.get(Q));
        let steady = self.tuning(frequency.at(0), self.shape(q.at(0)));
        for span in io.spans() {
            if span.renew {
                for filter in &mut self.filters {
                    filter.flush();
                }
            }
            if frequency.is_steady() && q.is_steady() {
                self.run_steady(io, &span, &steady);
            } else {
                self.run_moving(io, &span, frequency, q);
            }
        }
    }

    fn reset(&mut self) {
        self.filters.fill(Svf::new());
    }

    fn at_rest(&self) -> bool {
        self.filters.iter().all(Svf::at_rest)
    }

    fn keep(&mut self, keeper: &mut Keeper<'_>) {
        self.filters.iter_mut().for_each(|f| f.keep(keeper));
    }
}

#[cfg(test)]
mod tests;
