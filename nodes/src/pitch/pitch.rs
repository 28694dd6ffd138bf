//! Moves a sound up or down in pitch and leaves its length as it is.

use onset::Onset;
use signalbox_dsp::stft::{Complex, Stft, hann};
use signalbox_dsp::units::Unit;
use signalbox_engine::node::{Declaration, Group, Io, Kernel, Parameter, Port, Setup, Width, host};
use std::f64::consts::{PI, TAU};
use std::ops::Range;

mod onset;

const OUT: usize = 0;

const SHIFT: usize = 0;
const MIX: usize = 1;

/// A frame of the transform in seconds, at least: long enough to part the notes of a chord in the middle of a piano.
const FRAME: f64 = 0.08;
/// Frames overlap so many times: what a shift by whole bins does to a tone between them lies below -80 dB.
const OVERLAP: usize = 8;
/// What has this many times the power that it had a frame before has just begun.
const BEGINS: f32 = 4.0;
/// A partial stands above so many bins to either side.
const REACH: usize = 2;
/// So many where it has just begun: wide stretches of a spectrum are short in time.
const FRESH_REACH: usize = 6;
/// A partial whose phase says that it lies further than this from the middle of its bin, in bins, is none.
const NEAR: f64 = 2.0;

/// A pitch shifter.
pub static NODE: Declaration = Declaration {
    name: "pitch",
    title: "Pitch shifter",
    group: Group::Pitch,
    help: "Moves a sound up or down in pitch and leaves its length as it is: harmonies, octaves, another key.",
    source: "Phase vocoder that moves the partials of short-time spectra, each with all that lies around it (Laroche, \
             Dolson 1999); all channels turn together; partials begin in phase at an onset (after Roebel 2003). Checked: \
             tones and chords within 0.5 cent and 0.1 dB; at 0 st the sound passes, late, within -120 dB; clicks, bursts \
             and hits smear by less than 10 ms.",
    example: r#"{"format": 1, "length": "4 s", "tempo": [[0, 120]], "nodes": [
        {"id": "melody", "kind": "notes", "values": {"notes": "a3 c4 e4 a4"}},
        {"id": "tone", "kind": "osc", "values": {"shape": "triangle", "level": "-14 dB"}},
        {"id": "shape", "kind": "env", "values": {"attack": "5 ms", "decay": "300 ms", "sustain": 0}},
        {"id": "level", "kind": "gain"},
        {"id": "fifth", "kind": "pitch", "values": {"shift": "7 st", "mix": "50 %"}},
        {"id": "out", "kind": "output"}],
        "cables": [{"from": "melody", "to": "tone.notes"}, {"from": "melody", "to": "shape.notes"},
            {"from": "tone", "to": "level"}, {"from": "shape", "to": "level.control"},
            {"from": "level", "to": "fifth"}, {"from": "fifth", "to": "out"}]}"#,
    inputs: &[Port::audio("in", Width::Follow, "the signal")],
    outputs: &[Port::audio("out", Width::Follow, "the signal at another pitch")],
    parameters: &[
        Parameter::number("shift", Unit::Semitone, (-24.0, 24.0), 0.0, "how far the pitch goes up, or down"),
        Parameter::number(
            "mix",
            Unit::Percent,
            (0.0, 100.0),
            100.0,
            "share of the moved sound; the rest is the sound itself, as late",
        ),
    ],
    in_place: true,
    latency: |setup| size(setup.rate),
    gap: |setup| size(setup.rate) as f64 / f64::from(setup.rate),
    make: |setup| Ok(host(Pitch::new(setup))),
    ..Declaration::BLANK
};

/// How many frames a transform has: a power of two.
fn size(rate: u32) -> usize {
    ((f64::from(rate) * FRAME) as usize).next_power_of_two().max(256)
}

struct Pitch {
    stft: Stft,
    onset: Onset,
    mover: Mover,
}

/// What moves the partials of spectra.
struct Mover {
    size: usize,
    hop: usize,
    /// The last spectra, and what becomes of them, by channel and bin.
    last: Vec<Vec<Complex<f32>>>,
    moved: Vec<Vec<Complex<f32>>>,
    /// The power of all channels, now and in the last frame, by bin.
    power: Vec<f32>,
    power_before: Vec<f32>,
    /// How far each bin's carrier has turned at the middle of the frame, now and in the last one, in turns.
    turned: Vec<f64>,
    turned_before: Vec<f64>,
    /// Whether what is in a bin began at the last onset, which lies within the frame.
    fresh: Vec<bool>,
    peaks: Vec<usize>,
}

/// What happens to one partial.
struct Move {
    /// How many bins it goes up.
    bins: i64,
    /// What its bins are multiplied with.
    factor: Complex<f32>,
    /// How far its carrier has turned at the middle of the frame, in turns.
    turned: f64,
}

impl Mover {
    fn new(channels: usize, size: usize, hop: usize) -> Self {
        let bins = size / 2 + 1;
        let spectra = vec![vec![Complex::default(); bins]; channels];
        Self {
            size,
            hop,
            last: spectra.clone(),
            moved: spectra,
            power: vec![0.0; bins],
            power_before: vec![0.0; bins],
            turned: vec![0.0; bins],
            turned_before: vec![0.0; bins],
            fresh: vec![false; bins],
            peaks: Vec::with_capacity(bins),
        }
    }

    /// Moves all partials to `ratio` times their frequency; `age` is how many frames ago the last onset was.
    fn run(&mut self, spectra: &mut [Vec<Complex<f32>>], ratio: f64, age: Option<usize>) {
        std::mem::swap(&mut self.power, &mut self.power_before);
        std::mem::swap(&mut self.turned, &mut self.turned_before);
        for (k, power) in self.power.iter_mut().enumerate() {
            *power = spectra.iter().map(|x| x[k].norm_sqr()).sum();
            self.fresh[k] = age.is_some() && (self.fresh[k] || *power > BEGINS * self.power_before[k]);
        }
        self.moved.iter_mut().for_each(|y| y.fill(Complex::default()));
        self.find_peaks();
        let mut start = 0;
        for i in 0..self.peaks.len() {
            let peak = self.peaks[i];
            let end = self.peaks.get(i + 1).map_or(self.power.len(), |&next| self.valley(peak, next));
            let step = self.step(spectra, peak, ratio, age);
            self.shift(spectra, start..end, &step);
            start = end;
        }
        for ((x, last), moved) in spectra.iter_mut().zip(&mut self.last).zip(&self.moved) {
            last.copy_from_slice(x);
            x.copy_from_slice(moved);
        }
    }

    /// Bins that stand above their neighbours; where there are none, all is one partial.
    fn find_peaks(&mut self) {
        self.peaks.clear();
        let power = &self.power;
        let stands = |k: usize| {
            let reach = if self.fresh[k] { FRESH_REACH } else { REACH };
            (1..=reach).all(|away| {
                // Below 0 Hz lies the same again.
                let below = k.abs_diff(away);
                let over = below == k || power[k] > power[below];
                over && power.get(k + away).is_none_or(|&above| power[k] >= above)
            })
        };
        self.peaks.extend((0..power.len()).filter(|&k| stands(k)));
        if self.peaks.is_empty() {
            self.peaks.push(0);
        }
    }

    /// The bin with the least power between two peaks.
    fn valley(&self, peak: usize, next: usize) -> usize {
        let least = |a: usize, b: usize| if self.power[b] < self.power[a] { b } else { a };
        (peak + 1..next).fold(peak + 1, least)
    }

    /// What is to happen to the partial with this peak.
    fn step(&self, spectra: &[Vec<Complex<f32>>], peak: usize, ratio: f64, age: Option<usize>) -> Move {
        if ratio == 1.0 {
            return Move { bins: 0, factor: Complex::new(1.0, 0.0), turned: 0.0 };
        }
        let (size, hop) = (self.size as f64, self.hop as f64);
        // How far the partial turned since the last frame says where it lies between the bins.
        let turn: Complex<f32> = spectra.iter().zip(&self.last).map(|(x, last)| x[peak] * last[peak].conj()).sum();
        let turn = f64::from(turn.im).atan2(f64::from(turn.re)) / TAU - peak as f64 * hop / size;
        let off = (turn - turn.round()) * size / hop;
        let frequency = peak as f64 + if off.abs() < NEAR { off } else { 0.0 };
        let up = (ratio - 1.0) * frequency;
        let turned = match age {
            // The carriers of all that began together are in phase at the onset.
            Some(age) if self.fresh[peak] => up * (age as f64 - 0.5 * size) / size,
            _ => self.turned_before[peak] + up * hop / size,
        };
        let turned = turned - turned.round();
        let bins = up.round();
        let (sin, cos) = (TAU * (turned - 0.5 * bins)).sin_cos();
        let gain = 1.0 / lobe(up - bins);
        Move { bins: bins as i64, factor: Complex::new((gain * cos) as f32, (gain * sin) as f32), turned }
    }

    /// Puts some bins where they belong.
    fn shift(&mut self, spectra: &[Vec<Complex<f32>>], region: Range<usize>, step: &Move) {
        self.turned[region.clone()].fill(step.turned);
        let last = self.power.len() as i64 - 1;
        for (x, y) in spectra.iter().zip(&mut self.moved) {
            for k in region.clone() {
                let to = k as i64 + step.bins;
                let moved = x[k] * step.factor;
                // What falls below 0 Hz comes back from there.
                let (to, moved) = if to < 0 { (-to, moved.conj()) } else { (to, moved) };
                if to <= last {
                    y[to as usize] += moved;
                }
            }
        }
    }

    fn reset(&mut self) {
        self.last.iter_mut().for_each(|x| x.fill(Complex::default()));
        self.power.fill(0.0);
        self.turned.fill(0.0);
        self.fresh.fill(false);
    }
}

/// How much of a tone is left that was moved by a part of a bin, up to half of one, too little: the spectrum of both
/// windows together, Hann's squared.
fn lobe(bins: f64) -> f64 {
    let square = bins * bins;
    let sinc = if square < 1e-12 { 1.0 } else { (PI * bins).sin() / (PI * bins) };
    sinc * (1.0 - 4.0 / 3.0 * square / (square - 1.0) + square / (3.0 * (square - 4.0)))
}

impl Pitch {
    fn new(setup: &Setup) -> Self {
        let stft = Stft::new(setup.width(), size(setup.rate), OVERLAP, hann);
        Self {
            onset: Onset::new(stft.size(), stft.hop()),
            mover: Mover::new(setup.width(), stft.size(), stft.hop()),
            stft,
        }
    }
}

impl Kernel<f32> for Pitch {
    fn process(&mut self, io: &mut Io<'_, f32>) {
        for i in 0..io.frames {
            if self.stft.is_due() {
                let ratio = (f64::from(io.params.at(SHIFT, i)) / 12.0).exp2();
                let age = self.onset.age();
                self.stft.transform(|spectra| self.mover.run(spectra, ratio, age));
            }
            let mix = io.params.at(MIX, i) * 0.01;
            let mut power = 0.0;
            for c in 0..self.mover.last.len() {
                let x = &mut io.outputs.channel(OUT, c)[i];
                power += *x * *x;
                let dry = self.stft.oldest(c);
                *x = self.stft.exchange(c, *x) * mix + dry * (1.0 - mix);
            }
            self.onset.hear(power);
            self.stft.step();
        }
    }

    fn reset(&mut self) {
        self.stft.reset();
        self.mover.reset();
        self.onset.reset();
    }
}

#[cfg(test)]
mod tests;
