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
        Some(Self { name: name.into(), crest: crest(audio), measured, bands, middle, low_edge, loudness })
    }

    /// Whether most of its energy lies where the ear finds no direction.
    pub fn is_low(&self) -> bool {
        self.middle < 170.0
    }

    /// Whether it is made of short hits.
    pub fn is_percussive(&self) -> bool {
        self.crest > 15.0
    }

    /// Whether both channels carry the same, or there is one only.
    pub fn is_mono(&self) -> bool {
        self.measured.channels == 1 || self.measured.correlation.is_some_and(|c| c > 0.98)
    }

    /// The third of an octave that stands out most from its neighbourhood, an octave to each side: its frequency and
    /// by how many decibels. Bands far below the loudest do not count.
    pub fn resonance(&self) -> Option<(f64, f64)> {
        let loudest = self.bands.iter().map(|b| b.1).fold(f64::MIN, f64::max);
        let excess = |i: usize| {
            let near = &self.bands[i.saturating_sub(3)..(i + 4).min(self.bands.len())];
            let others = near.iter().map(|b| b.1).sum::<f64>() - self.bands[i].1;
            self.bands[i].1 - others / (near.len() - 1).max(1) as f64
        };
        (0..self.bands.len())
            .filter(|&i| self.bands[i].0 > 150.0 && self.bands[i].0 < 8_000.0 && self.bands[i].1 > loudest - 18.0)
            .map(|i| (self.bands[i].0, excess(i)))
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
        let sum: f64 = audio.channels.iter().flat_map(|c| &c[range.clone()]).map(|&x| f64::from(x).powi(2)).sum();
        sum / (range.len() * audio.width()).max(1) as f64
    };
    let powers: Vec<f64> = (0..windows).map(power).collect();
    let loudest = powers.iter().copied().fold(0.0, f64::max);
    let sounding: Vec<f64> = powers.into_iter().filter(|p| *p > loudest * 1e-4).collect();
    let mean = sounding.iter().sum::<f64>() / sounding.len().max(1) as f64;
    let peak = audio.channels.iter().flatten().fold(0.0f64, |a, &x| a.max(f64::from(x.abs())));
    10.0 * (peak * peak / mean.max(1e-30)).max(1.0).log10()
}

/// The tempo of a rhythmic recording in beats a minute, from the autocorrelation of its onsets; `None` where no tempo
/// between 70 and 180 stands out.
pub fn tempo(audio: &Audio) -> Option<f64> {
    const HOP_SECONDS: f64 = 0.01;
    let hop = (f64::from(audio.rate) * HOP_SECONDS) as usize;
    let count = audio.frames().checked_div(hop)?;
    let level: Vec<f64> = (0..count)
        .map(|w| {
            let sum: f64 = audio.channels.iter().flat_map(|c| &c[w * hop..(w + 1) * hop]).map(|&x| f64::from(x).powi(2)).sum();
            (1.0 + 1e4 * sum / hop as f64).ln()
        })
        .collect();
    let onsets: Vec<f64> = level.windows(2).map(|w| (w[1] - w[0]).max(0.0)).collect();
    let mean = onsets.iter().sum::<f64>() / onsets.len().max(1) as f64;
    let onsets: Vec<f64> = onsets.into_iter().map(|o| o - mean).collect();
    let correlation = |lag: usize| -> f64 {
        let sum: f64 = onsets.iter().zip(onsets.get(lag..).unwrap_or_default()).map(|(a, b)| a * b).sum();
        sum / (onsets.len() - lag) as f64
    };
    let longest = (60.0 / 70.0 / HOP_SECONDS) as usize;
    if onsets.len() < longest * 4 {
        return None;
    }
    // Four beats are measured at once, since the beat itself falls between hops.
    let beats = |lag: f64| [1.0, 2.0, 4.0].iter().map(|m| correlation((lag * m).round() as usize)).sum::<f64>();
    let shortest = 60.0 / 180.0 / HOP_SECONDS;
    let steps = ((longest as f64 - shortest) * 4.0) as usize;
    let best = (0..=steps).map(|i| shortest + i as f64 / 4.0).max_by(|a, b| beats(*a).total_cmp(&beats(*b)))?;
    (beats(best) > correlation(0) * 0.5).then(|| 60.0 / (best * HOP_SECONDS))
}
