//! Takes steady noise out of a recording: hiss, hum of fans, air conditioning.

use signalbox_dsp::stft::{Stft, hann};
use signalbox_dsp::units::Unit;
use signalbox_engine::node::{Declaration, Group, Io, Kernel, Parameter, Port, Setup, Width, host};

const OUT: usize = 0;

const AMOUNT: usize = 0;
const RANGE: usize = 1;
const LEARN: usize = 2;

/// A frame of the transform in seconds: long enough to part voices from noise, short enough for consonants.
const FRAME: f64 = 0.04;
/// Frames overlap so many times.
const OVERLAP: usize = 4;
/// Into so many parts the time is cut over which the noise is sought.
const PARTS: usize = 8;
/// How far a frame's power is followed by the one that the noise is sought in (Martin 2001 uses about this much).
const SMOOTH: f32 = 0.85;
/// The least of a smoothed power lies below its mean by this factor, and a little more, so that what is left does not twitter.
const LEAST_TO_MEAN: f32 = 2.7;
/// How far the last frame's result counts in the next one's ratio of signal to noise (Ephraim, Malah 1984).
const DECISION: f32 = 0.98;

/// A noise reduction that learns by itself.
pub static NODE: Declaration = Declaration {
    name: "denoise",
    title: "Denoiser",
    group: Group::Repair,
    help: "Takes steady noise such as hiss or a fan out of a recording; it learns the noise from the quietest moments.",
    source: "Short-time spectra with square-root Hann windows, four times overlapped; noise by minimum statistics \
             (Martin 2001), gain of Wiener by the decision-directed ratio (Ephraim, Malah 1984), never below the \
             range. Checked: steady white noise comes down by the range within 2 dB; a tone 30 dB above it in its \
             band stays within 0.5 dB; at amount 0 the sound passes, late, within -120 dB.",
    example: r#"{"format": 1, "length": "4 s", "nodes": [
        {"id": "hiss", "kind": "noise", "values": {"level": "-40 dB"}},
        {"id": "tone", "kind": "osc", "values": {"freq": "220 Hz", "level": "-18 dB"}},
        {"id": "denoise", "kind": "denoise", "values": {"amount": "80 %"}},
        {"id": "out", "kind": "output"}],
        "cables": [{"from": "hiss", "to": "denoise"}, {"from": "tone", "to": "denoise"}, {"from": "denoise", "to": "out"}]}"#,
    inputs: &[Port::audio("in", Width::Follow, "the recording")],
    outputs: &[Port::audio("out", Width::Follow, "the recording with less noise")],
    parameters: &[
        Parameter::number("amount", Unit::Percent, (0.0, 100.0), 50.0, "share of the range that is used"),
        Parameter::number("range", Unit::Decibel, (0.0, 40.0), 24.0, "how far the noise comes down at 100 %"),
        Parameter::fixed(
            "learn",
            Unit::Second,
            (0.5, 10.0),
            1.5,
            "how far back it looks for the quietest moment; longer than a held vowel",
        ),
    ],
    in_place: true,
    latency: |setup| size(setup.rate),
    gap: |setup| size(setup.rate) as f64 / f64::from(setup.rate),
    make: |setup| Ok(host(Denoise::new(setup))),
    ..Declaration::BLANK
};

/// How many frames a transform has: a power of two.
fn size(rate: u32) -> usize {
    ((f64::from(rate) * FRAME) as usize).next_power_of_two().max(256)
}

/// What is known of one bin.
#[derive(Clone, Copy)]
struct Bin {
    /// The smoothed power.
    power: f32,
    /// The least smoothed power of the part under way, and of the last parts.
    least: f32,
    parts: [f32; PARTS],
    /// The last frame's power after the gain, against the noise.
    kept: f32,
}

const UNHEARD: Bin = Bin { power: -1.0, least: f32::MAX, parts: [f32::MAX; PARTS], kept: 0.0 };

struct Denoise {
    stft: Stft,
    /// By channel.
    bins: Vec<Vec<Bin>>,
    /// How many frames of the transform a part has, how many of it are done, and which part it is.
    part_length: usize,
    part_done: usize,
    part: usize,
}

impl Denoise {
    fn new(setup: &Setup) -> Self {
        let size = size(setup.rate);
        let stft = Stft::new(setup.width(), size, OVERLAP, |part| hann(part).sqrt());
        let frames = f64::from(setup.number(LEARN)) * f64::from(setup.rate) / stft.hop() as f64;
        Self {
            stft,
            bins: vec![vec![UNHEARD; size / 2 + 1]; setup.width()],
            part_length: ((frames / PARTS as f64).round() as usize).max(1),
            part_done: 0,
            part: 0,
        }
    }

    /// Works on the last frames of each channel.
    fn transform(&mut self, floor: f32) {
        self.part_done += 1;
        let ends = self.part_done == self.part_length;
        if ends {
            (self.part_done, self.part) = (0, (self.part + 1) % PARTS);
        }
        self.stft.transform(|spectra| {
            for (bin, x) in self.bins.iter_mut().zip(spectra).flat_map(|(bins, x)| bins.iter_mut().zip(x)) {
                let gain = bin.gain(x.norm_sqr(), floor);
                *x *= gain;
                if ends {
                    bin.parts[self.part] = bin.least;
                    bin.least = bin.power;
                }
            }
        });
    }
}

impl Bin {
    /// Learns from a frame's power, and says what of its amplitude is kept.
    fn gain(&mut self, power: f32, floor: f32) -> f32 {
        self.power = if self.power < 0.0 { power } else { SMOOTH * self.power + (1.0 - SMOOTH) * power };
        self.least = self.least.min(self.power);
        let least = self.parts.iter().fold(self.least, |a, &b| a.min(b));
        let noise = least * LEAST_TO_MEAN;
        if noise <= 1e-20 {
            self.kept = 0.0;
            return 1.0;
        }
        let after = power / noise;
        let before = DECISION * self.kept + (1.0 - DECISION) * (after - 1.0).max(0.0);
        let gain = (before / (1.0 + before)).max(floor);
        self.kept = (gain * gain * after).min(1e6);
        gain
    }
}

impl Kernel<f32> for Denoise {
    fn process(&mut self, io: &mut Io<'_, f32>) {
        for i in 0..io.frames {
            if self.stft.is_due() {
                let db = io.params.at(RANGE, i) * io.params.at(AMOUNT, i) * 0.01;
                self.transform(10f32.powf(-db / 20.0));
            }
            for c in 0..self.bins.len() {
                let x = &mut io.outputs.channel(OUT, c)[i];
                *x = self.stft.exchange(c, *x);
            }
            self.stft.step();
        }
    }

    fn reset(&mut self) {
        self.stft.reset();
        self.bins.iter_mut().for_each(|bins| bins.fill(UNHEARD));
        (self.part_done, self.part) = (0, 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::{component, db, noise, rms, sine};
    use serde_json::json;
    use signalbox_engine::node::rig::Rig;

    const RATE: u32 = 48_000;

    fn run(x: Vec<f32>, amount: f64) -> Vec<f32> {
        let values = [("amount", json!(format!("{amount} %")))];
        Rig::new(&NODE, RATE, &values, &[1]).unwrap().through(&[x]).remove(0)
    }

    #[test]
    fn at_amount_0_the_sound_passes_late() {
        let x = noise(1, 48_000);
        let y = run(x.clone(), 0.0);
        let latency = size(RATE);
        let off: Vec<f32> = y[2 * latency..].iter().zip(&x[latency..]).map(|(y, x)| y - x).collect();
        assert!(db(rms(&off) / rms(&x)) < -120.0, "{}", db(rms(&off) / rms(&x)));
    }

    #[test]
    fn steady_noise_comes_down_by_the_range() {
        let x: Vec<f32> = noise(2, 8 * 48_000).iter().map(|x| x * 0.01).collect();
        for (amount, wanted) in [(50.0, 12.0), (100.0, 24.0)] {
            let y = run(x.clone(), amount);
            let down = db(rms(&x)) - db(rms(&y[4 * 48_000..]));
            assert!((down - wanted).abs() < 2.0, "{amount} %: {down} dB");
        }
    }

    #[test]
    fn words_above_the_noise_stay() {
        // A tone that comes and goes every half a second, 30 dB above the noise in its band.
        let hiss = noise(3, 8 * 48_000);
        let tone = sine(1_000.0, RATE, 8 * 48_000);
        let on = |i: usize| (i / 24_000) % 2 == 1;
        let x: Vec<f32> = (0..hiss.len()).map(|i| hiss[i] * 0.01 + if on(i) { tone[i] * 0.1 } else { 0.0 }).collect();
        let y = run(x.clone(), 100.0);
        let from = 7 * 48_000 + 24_000 + 6_000;
        let part = from..from + 12_000;
        let (kept, _) = component(&y[part.start + size(RATE)..part.end + size(RATE)], 1_000.0, RATE);
        assert!(db(kept / 0.1).abs() < 0.5, "{}", db(kept / 0.1));
        // Between the words the noise is down.
        let pause = 7 * 48_000 + 12_000..7 * 48_000 + 22_000;
        let down = db(rms(&x[pause.clone()])) - db(rms(&y[pause.start + size(RATE)..pause.end + size(RATE)]));
        assert!(down > 20.0, "{down}");
    }
}
