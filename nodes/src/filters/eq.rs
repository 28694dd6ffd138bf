//! Shapes the spectrum with up to eight bands.

use band::{Band, SPAN, one, two};
use signalbox_dsp::biquad::{Analogue, Curve};
use signalbox_dsp::lane::{Keeper, Lane, by_lanes, db_to_gain};
use signalbox_dsp::oversample::{MAX_FACTOR, Oversampler};
use signalbox_dsp::svf::{Glide, Section, Svf, Tuning};
use signalbox_dsp::units::Unit;
use signalbox_engine::node::{
    Declaration, GRID, Group, Io, Kernel, Param, Parameter, Port, Setting, Setup, Width, host,
};
use signalbox_engine::wides;

mod band;

const OUT: usize = 0;
/// Each band has four parameters: type, frequency, gain, Q.
const BANDS: usize = 8;
const QUALITY: usize = 4 * BANDS;
const OUTPUT: usize = QUALITY + 1;

/// Up to here the response follows the analogue one, in hertz.
const TOP: f64 = 20_000.0;
/// Above this rate the edge of hearing is far enough from half the rate.
const HIGH_RATE: u32 = 80_000;
/// Images and alias of the oversampled mode lie this far down, in decibels.
const ATTENUATION: f64 = 130.0;

const TYPES: &[(&str, &str)] = &[
    ("off", "the band does nothing and costs nothing"),
    ("bell", "raises or lowers what lies around the frequency"),
    ("lowshelf", "raises or lowers what lies below"),
    ("highshelf", "raises or lowers what lies above"),
    ("lowpass", "keeps what lies below, 12 dB an octave"),
    ("highpass", "keeps what lies above, 12 dB an octave"),
    ("notch", "takes a narrow band away"),
    ("tilt", "raises what lies above and lowers what lies below, by half the gain each"),
];

const FREQ_HELP: &str = "where the band lies: its middle, corner or half gain";
const GAIN_HELP: &str = "how much the band raises or lowers; passes and notches have none";
const Q_HELP: &str = "how narrow or how resonant the band is";

/// The curves, in the order of the types, without `off`.
const CURVES: [Curve; 7] = [
    Curve::Bell,
    Curve::LowShelf,
    Curve::HighShelf,
    Curve::LowPass,
    Curve::HighPass,
    Curve::Notch,
    Curve::Tilt,
];

/// The parameters of all bands, and those of the node after them.
macro_rules! parameters {
    ($($n:literal $freq:literal),+) => {
        &[
            $(
                Parameter::choice(concat!("type", $n), TYPES, concat!("what band ", $n, " does")),
                Parameter::number(concat!("freq", $n), Unit::Hertz, (10.0, 22_000.0), $freq, FREQ_HELP)
                    .logarithmic(),
                Parameter::number(concat!("gain", $n), Unit::Decibel, (-30.0, 30.0), 0.0, GAIN_HELP),
                Parameter::number(concat!("q", $n), Unit::None, (0.1, 20.0), 0.707, Q_HELP).logarithmic(),
            )+
            Parameter::choice("quality", QUALITIES, "how close to the analogue curve near the edge of hearing"),
            Parameter::number("output", Unit::Decibel, (-30.0, 30.0), 0.0, "level after all bands"),
        ]
    };
}

const QUALITIES: &[(&str, &str)] = &[
    ("direct", "no latency; a bell of 12 dB at 16 kHz is within 0.1 dB at 48 kHz"),
    ("oversampled", "within 0.03 dB, for some dozen frames of latency; the same as direct from 80 kHz on"),
];

/// A parametric equaliser.
pub static NODE: Declaration = Declaration {
    name: "eq",
    title: "Equaliser",
    group: Group::Filters,
    help: "Shapes the spectrum with up to eight bands: lifts what is missing, takes away what is in the way.",
    source: "Magnitude fitted to the analogue curve, after Vicanek, Matched Second Order Digital Filters (2016), run \
        on the state-variable core of Simper (2013). Rendered at 48 kHz, a bell at 16 kHz, +12 dB, Q 1 is within \
        0.09 dB of the analogue one from 20 Hz to 20 kHz, oversampled within 0.003 dB.",
    example: r#"{"format": 1, "length": "3 s", "nodes": [
        {"id": "hiss", "kind": "noise", "values": {"level": "-24 dB"}},
        {"id": "shape", "kind": "eq", "values": {"type1": "highpass", "freq1": "80 Hz",
            "type2": "bell", "freq2": "600 Hz", "gain2": "-9 dB", "q2": 1.4,
            "type3": "bell", "freq3": "3 kHz", "gain3": "9 dB", "q3": 4,
            "type4": "highshelf", "freq4": "9 kHz", "gain4": "-12 dB", "output": "-6 dB"}},
        {"id": "out", "kind": "output"}],
        "cables": [{"from": "hiss", "to": "shape"}, {"from": "shape", "to": "out"}]}"#,
    inputs: &[Port::audio("in", Width::Follow, "the signal")],
    outputs: &[Port::audio("out", Width::Follow, "the shaped signal")],
    parameters: parameters!(
        "1" 80.0, "2" 200.0, "3" 400.0, "4" 1_000.0, "5" 2_500.0, "6" 5_000.0, "7" 10_000.0, "8" 16_000.0
    ),
    in_place: true,
    latency: |setup| {
        if factor(setup.choice(QUALITY), setup.rate) == 1 {
            0
        } else {
            Oversampler::<f32>::latency_of(2, f64::from(setup.rate), ATTENUATION, 0)
        }
    },
    make: |setup| Ok(host(Eq::<f32>::new(setup))),
    wide: wides!(heavy, setup => Eq::<L>::new(setup)),
    ..Declaration::BLANK
};

fn factor(quality: usize, rate: u32) -> usize {
    if quality == 1 && rate < HIGH_RATE { 2 } else { 1 }
}

fn oversampler<L: Lane>(rate: u32) -> Oversampler<L> {
    Oversampler::new(2, f64::from(rate), ATTENUATION, 0)
}

/// The filter of a band; `None` where it is off.
fn section(band_type: usize, [frequency, gain, q]: [f32; 3], inner_rate: f64) -> Option<Section> {
    let curve = *CURVES.get(band_type.checked_sub(1)?)?;
    let gain_db = match curve {
        Curve::LowPass | Curve::HighPass | Curve::BandPass | Curve::Notch => 0.0,
        _ => f64::from(gain),
    };
    let analogue = Analogue { curve, frequency: f64::from(frequency), gain_db, q: f64::from(q) };
    Some(analogue.matched(inner_rate, TOP))
}

/// Magnitude in decibels at `frequency` (hertz, up to half the rate) of the equaliser with these settings (those of
/// [`NODE`], in its order) at `rate`: what a plot shows.
pub fn response_db(settings: &[Setting], frequency: f64, rate: u32) -> f64 {
    let number = |at: usize| match settings.get(at) {
        Some(Setting::Number(v)) => *v,
        _ => 0.0,
    };
    let choice = |at: usize| match settings.get(at) {
        Some(Setting::Choice(i)) => *i,
        _ => 0,
    };
    let inner_rate = f64::from(rate) * factor(choice(QUALITY), rate) as f64;
    let bands = (0..BANDS)
        .filter_map(|b| section(choice(4 * b), [1, 2, 3].map(|p| number(4 * b + p)), inner_rate))
        .map(|s| s.magnitude_db(frequency, inner_rate));
    f64::from(number(OUTPUT)) + bands.sum::<f64>()
}

/// How many frames go through a band at once.
const FEW: usize = 4;

struct Eq<L> {
    bands: Vec<Band<L>>,
    /// One a band, of a block through which they stay.
    tunings: Vec<Tuning<L>>,
    /// One a channel in the oversampled mode, none else.
    oversamplers: Vec<Oversampler<L>>,
    /// A stretch of each channel at the inner rate.
    channels: Vec<[L; SPAN]>,
    factor: usize,
    inner_rate: f64,
    /// Whether the coefficients are those of the parameters at the end of the last block.
    settled: bool,
}

impl<L: Lane> Eq<L> {
    fn new(setup: &Setup) -> Self {
        let width = setup.width();
        let factor = factor(setup.choice(QUALITY), setup.rate);
        let band = |number: usize| Band {
            number,
            band_type: setup.choice(4 * number),
            seen: [L::default(); 3],
            glide: Glide::default(),
            filters: vec![Svf::new(); width],
        };
        let bands: Vec<_> = (0..BANDS).map(band).filter(|b| b.band_type > 0).collect();
        Self {
            tunings: vec![Tuning::default(); bands.len()],
            bands,
            oversamplers: if factor == 1 { Vec::new() } else { vec![oversampler(setup.rate); width] },
            channels: vec![[L::default(); SPAN]; width],
            factor,
            inner_rate: f64::from(setup.rate) * factor as f64,
            settled: false,
        }
    }

    /// Runs a block through which all coefficients stay, in place. A few frames go through all bands before the next
    /// few: a filter waits for its frame before, and the machine takes the next band meanwhile.
    #[inline(always)]
    fn run_steady(&mut self, io: &mut Io<'_, L>) {
        for (tuning, band) in self.tunings.iter_mut().zip(&self.bands) {
            *tuning = band.glide.steady();
        }
        for span in io.spans() {
            if span.renew {
                for filter in self.bands.iter_mut().flat_map(|b| &mut b.filters) {
                    filter.flush();
                }
            }
            let mut from = span.frames.start;
            while from < span.frames.end {
                let to = (from + FEW).min(span.frames.end);
                if io.outputs.width(OUT) == 2 {
                    let [x, y] = io.outputs.pair(OUT);
                    for (band, tuning) in self.bands.iter_mut().zip(&self.tunings) {
                        two(&mut x[from..to], &mut y[from..to], &mut band.filters, tuning);
                    }
                } else {
                    for c in 0..io.outputs.width(OUT) {
                        let channel = &mut io.outputs.channel(OUT, c)[from..to];
                        for (band, tuning) in self.bands.iter_mut().zip(&self.tunings) {
                            one(channel, &mut band.filters[c], tuning);
                        }
                    }
                }
                from = to;
            }
        }
    }
}

impl<L: Lane> Kernel<L> for Eq<L> {
    #[inline(always)]
    fn process(&mut self, io: &mut Io<'_, L>) {
        self.settled = !io.fresh && self.bands.iter().all(|b| b.rests(&io.params));
        if self.oversamplers.is_empty() && (self.settled || self.bands.is_empty()) {
            self.run_steady(io);
            return amplify(io);
        }
        for span in io.spans() {
            let frames = span.frames;
            if span.renew {
                let fresh = io.fresh && frames.start == 0;
                for band in &mut self.bands {
                    let wanted = [1, 2, 3].map(|p| io.params.at(4 * band.number + p, frames.start));
                    band.renew(wanted, self.inner_rate, GRID * self.factor, fresh);
                }
            }
            for (c, values) in self.channels.iter_mut().enumerate() {
                let input = &io.outputs.channel(OUT, c)[frames.clone()];
                match self.oversamplers.get_mut(c) {
                    None => values[..input.len()].copy_from_slice(input),
                    Some(over) => {
                        let mut pair = [L::default(); MAX_FACTOR];
                        for (&x, to) in input.iter().zip(values.chunks_exact_mut(2)) {
                            over.up(x, &mut pair);
                            to.copy_from_slice(&pair[..2]);
                        }
                    }
                }
            }
            for band in &mut self.bands {
                band.run(&mut self.channels, frames.len() * self.factor);
            }
            for (c, values) in self.channels.iter().enumerate() {
                let out = &mut io.outputs.channel(OUT, c)[frames.clone()];
                match self.oversamplers.get_mut(c) {
                    None => out.copy_from_slice(&values[..out.len()]),
                    Some(over) => {
                        let mut pair = [L::default(); MAX_FACTOR];
                        for (y, from) in out.iter_mut().zip(values.chunks_exact(2)) {
                            pair[..2].copy_from_slice(from);
                            *y = over.down(&mut pair);
                        }
                    }
                }
            }
        }
        amplify(io);
    }

    fn reset(&mut self) {
        self.bands.iter_mut().for_each(|b| b.filters.fill(Svf::new()));
        self.oversamplers.iter_mut().for_each(Oversampler::reset);
        self.settled = false;
    }

    fn at_rest(&self) -> bool {
        let silent = |b: &Band<L>| b.filters.iter().all(Svf::at_rest);
        self.settled && self.bands.iter().all(silent) && self.oversamplers.iter().all(Oversampler::at_rest)
    }

    fn keep(&mut self, keeper: &mut Keeper<'_>) {
        self.bands.iter_mut().for_each(|b| b.keep(keeper));
        self.oversamplers.iter_mut().for_each(|o| o.keep(keeper));
        // The others may not have settled yet.
        self.settled = false;
    }
}

/// The level after all bands.
#[inline(always)]
fn amplify<L: Lane>(io: &mut Io<'_, L>) {
    let level = io.params.get(OUTPUT);
    for c in 0..io.outputs.width(OUT) {
        let out = io.outputs.channel(OUT, c);
        match level {
            // At 0 dB not a bit is changed.
            Param::Steady(db) if db == L::splat(0.0) => {}
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

#[cfg(test)]
mod tests;
