//! What is measured of each recording before anything is decided.

use crate::measure;
use signalbox_dsp::meter::Measurement;
use signalbox_dsp::spectrum::third_octaves;
use signalbox_engine::Audio;

/// What was measured of one recording.
#[derive(Clone, Debug)]
pub struct Survey {
    /// The file's name without its ending.
    pub name: String,
    /// Loudness, peaks, correlation.
    pub measured: Measurement,
    /// Level of each third of an octave: middle frequency in hertz, decibels.
    pub bands: Vec<(f64, f64)>,
    /// The frequency in the middle of its energy, by octaves, in hertz.
    pub middle: f64,
    /// The frequency below which lies a five-hundredth of its energy, in hertz.
    pub low_edge: f64,
    /// How far its peaks lie above its mean power while it sounds, in decibels.
    pub crest: f64,
    /// Integrated loudness in LUFS.
    pub loudness: f64,
    /// Clear onsets a second, while it sounds.
    pub onsets: f64,
    /// Its tempo, where one stands out.
    pub tempo: Option<Tempo>,
}

/// A tempo.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tempo {
    /// Beats a minute.
    pub bpm: f64,
    /// How alike the recording is to itself a beat later, 0 to 1.
    pub clarity: f64,
}

/// The share of the energy that lies below [`Survey::low_edge`].
const BELOW_EDGE: f64 = 0.002;

impl Survey {
    /// Measures a recording; `None` where it is silent.
    pub fn of(name: &str, audio: &Audio) -> Option<Self> {
        let measured = measure::audio(audio);
        let loudness = measured.integrated_lufs?;
        let mut power: Vec<(f64, f64)> = Vec::new();
        for channel in &audio.channels {
            let bands = third_octaves(channel, audio.rate);
            power.resize(bands.len(), (0.0, 0.0));
            power.iter_mut().zip(&bands).for_each(|(p, b)| *p = (b.centre, p.1 + b.power));
        }
        let bands: Vec<(f64, f64)> = power.iter().map(|&(f, p)| (f, 10.0 * p.max(1e-20).log10())).collect();
        let total: f64 = power.iter().map(|p| p.1).sum();
        if total <= 0.0 {
            return None;
        }
        let middle = (power.iter().map(|(f, p)| f.log2() * p).sum::<f64>() / total).exp2();
        let mut below = 0.0;
        let edge = power.iter().find(|(_, p)| {
            below += p;
            below >= total * BELOW_EDGE
        });
        let low_edge = edge.map_or(20.0, |e| e.0 / 2f64.powf(1.0 / 6.0));
        let envelope = Envelope::of(audio);
        Some(Self {
            name: name.into(),
            crest: crest(audio),
            onsets: envelope.onsets(),
            tempo: envelope.tempo(),
            measured,
            bands,
            middle,
            low_edge,
            loudness,
        })
    }

    /// Whether most of its energy lies where the ear finds no direction.
    pub fn is_low(&self) -> bool {
        self.middle < 170.0
    }

    /// Whether it is made of hits.
    pub fn is_percussive(&self) -> bool {
        self.onsets > 0.5 && self.crest > 12.0
    }

    /// Whether both channels carry the same, or there is one only.
    pub fn is_mono(&self) -> bool {
        self.measured.channels == 1 || self.measured.correlation.is_some_and(|c| c > 0.98)
    }

    /// Where its spectrum stands out most: the middle of an octave and by how many decibels it lies above both
    /// octaves beside it. Single notes do not count, since an octave holds all twelve. Octaves far below the loudest do not
    /// count either.
    pub fn resonance(&self) -> Option<(f64, f64)> {
        let power = |b: &(f64, f64)| 10f64.powf(b.1 / 10.0);
        let octave = |i: usize| -> Option<f64> {
            let sum: f64 = self.bands.get(i.checked_sub(1)?..i + 2)?.iter().map(power).sum();
            Some(10.0 * sum.log10())
        };
        let excess =
            |i: usize| -> Option<f64> { Some(octave(i)? - octave(i.checked_sub(3)?)?.max(octave(i + 3)?)) };
        let loudest = (0..self.bands.len()).filter_map(octave).fold(f64::MIN, f64::max);
        (0..self.bands.len())
            .filter(|&i| self.bands[i].0 > 150.0 && self.bands[i].0 < 8_000.0)
            .filter(|&i| octave(i).is_some_and(|o| o > loudest - 15.0))
            .filter_map(|i| Some((self.bands[i].0, excess(i)?)))
            .max_by(|a, b| a.1.total_cmp(&b.1))
    }

    /// The share of its energy between two frequencies, in decibels.
    pub fn share(&self, from: f64, to: f64) -> f64 {
        let power = |b: &(f64, f64)| 10f64.powf(b.1 / 10.0);
        let total: f64 = self.bands.iter().map(power).sum();
        let part: f64 = self.bands.iter().filter(|b| b.0 >= from && b.0 < to).map(power).sum();
        10.0 * (part / total).max(1e-12).log10()
    }
}

/// The peak against the mean power of the stretches of 50 ms that lie within 40 dB of the loudest one.
fn crest(audio: &Audio) -> f64 {
    let window = (audio.rate as usize / 20).max(1);
    let windows = audio.frames().div_ceil(window);
    let power = |w: usize| -> f64 {
        let range = w * window..((w + 1) * window).min(audio.frames());
        let sum: f64 =
            audio.channels.iter().flat_map(|c| &c[range.clone()]).map(|&x| f64::from(x).powi(2)).sum();
        sum / (range.len() * audio.width()).max(1) as f64
    };
    let powers: Vec<f64> = (0..windows).map(power).collect();
    let loudest = powers.iter().copied().fold(0.0, f64::max);
    let sounding: Vec<f64> = powers.into_iter().filter(|p| *p > loudest * 1e-4).collect();
    let mean = sounding.iter().sum::<f64>() / sounding.len().max(1) as f64;
    let peak = audio.channels.iter().flatten().fold(0.0f64, |a, &x| a.max(f64::from(x.abs())));
    10.0 * (peak * peak / mean.max(1e-30)).max(1.0).log10()
}

/// The level of a recording every 10 ms.
struct Envelope {
    /// Decibels against full scale, -80 at the least.
    level: Vec<f64>,
}

/// Seconds from one level to the next.
const HOP: f64 = 0.01;

/// The slowest and the fastest tempo that is looked for, in beats a minute.
const TEMPI: (f64, f64) = (70.0, 180.0);

impl Envelope {
    fn of(audio: &Audio) -> Self {
        let hop = ((f64::from(audio.rate) * HOP) as usize).max(1);
        let level = (0..audio.frames() / hop).map(|w| {
            let range = w * hop..(w + 1) * hop;
            let sum: f64 =
                audio.channels.iter().flat_map(|c| &c[range.clone()]).map(|&x| f64::from(x).powi(2)).sum();
            10.0 * (sum / (hop * audio.width().max(1)) as f64).max(1e-8).log10()
        });
        Self { level: level.collect() }
    }

    /// By how much the level rises at each step, over the 30 ms before.
    fn rises(&self) -> impl Iterator<Item = f64> {
        (3..self.level.len()).map(|i| {
            let before = self.level[i - 3..i].iter().copied().fold(f64::MIN, f64::max);
            (self.level[i] - before).max(0.0)
        })
    }

    /// Rises of 6 dB and more, a second of sound that lies within 40 dB of the loudest.
    fn onsets(&self) -> f64 {
        let loudest = self.level.iter().copied().fold(f64::MIN, f64::max);
        let sounding = self.level.iter().filter(|l| **l > loudest - 40.0).count();
        let onsets = self.rises().zip(&self.level[3.min(self.level.len())..]);
        let clear = onsets.filter(|(rise, level)| *rise > 6.0 && **level > loudest - 30.0).count();
        clear as f64 / (sounding as f64 * HOP).max(HOP)
    }

    /// The tempo from the autocorrelation of the rises; the beat is measured over one, two and four of its kind, since
    /// it falls between steps.
    fn tempo(&self) -> Option<Tempo> {
        let rises: Vec<f64> = self.rises().map(|r| r.min(20.0)).collect();
        let mean = rises.iter().sum::<f64>() / rises.len().max(1) as f64;
        let rises: Vec<f64> = rises.into_iter().map(|r| r - mean).collect();
        let longest = 60.0 / TEMPI.0 / HOP;
        if (rises.len() as f64) < longest * 8.0 {
            return None;
        }
        // A window of three steps, since players and rounding move hits by one.
        let smooth: Vec<f64> = rises.windows(3).map(|w| 0.5 * w[0] + w[1] + 0.5 * w[2]).collect();
        let alike = |lag: usize| -> f64 {
            let pairs = smooth.iter().zip(smooth.get(lag..).unwrap_or_default());
            pairs.map(|(a, b)| a * b).sum::<f64>() / (smooth.len() - lag.min(smooth.len() - 1)) as f64
        };
        let whole = alike(0);
        let beat =
            |lag: f64| [1.0, 2.0, 4.0].iter().map(|m| alike((lag * m).round() as usize)).sum::<f64>() / 3.0;
        let shortest = 60.0 / TEMPI.1 / HOP;
        let steps = ((longest - shortest) * 8.0) as usize;
        let best = (0..=steps)
            .map(|i| shortest + i as f64 / 8.0)
            .map(|lag| (lag, beat(lag)))
            .max_by(|a, b| a.1.total_cmp(&b.1))?;
        let clarity = best.1 / whole.max(1e-12);
        (clarity > 0.25).then(|| Tempo { bpm: 60.0 / (best.0 * HOP), clarity })
    }
}
