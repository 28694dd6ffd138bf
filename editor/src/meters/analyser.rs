//! The spectrum of the last moments as a line from 20 Hz to 20 kHz, with what was highest, and the strongest tone.

use crate::picture::frequency;
use signalbox_dsp::spectrum::{Spectrum, Tone, Welch};

/// How many places the line has, spread by ratios.
pub const PLACES: usize = 160;
/// The floor of the line, in dBFS; its top is 0.
pub const FLOOR: f32 = -100.0;
/// How far a level falls in a second, in decibels.
const FALL: f32 = 30.0;
/// How long a piece is at least, in seconds: bins of 6 Hz.
const PIECE: f64 = 0.17;

/// Reads the spectrum of what is heard.
pub struct Analyser {
    rate: u32,
    size: usize,
    /// One a channel.
    welches: Vec<Welch>,
    line: Vec<f32>,
    held: Vec<f32>,
    tone: Option<Tone>,
}

impl Analyser {
    /// For a sound of so many frames a second.
    pub fn new(rate: u32) -> Self {
        let size = ((PIECE * f64::from(rate)) as usize).next_power_of_two();
        Self {
            rate,
            size,
            welches: Vec::new(),
            line: vec![FLOOR; PLACES],
            held: vec![FLOOR; PLACES],
            tone: None,
        }
    }

    /// How many frames it looks at.
    pub fn size(&self) -> usize {
        self.size
    }

    /// Looks at the last [`Analyser::size`] frames, a row for each channel, of which so many are new. The loudest
    /// channel is shown.
    pub fn hear(&mut self, last: &[Vec<f32>], new: usize) {
        let (rate, size) = (self.rate, self.size);
        self.welches.resize_with(last.len(), || Welch::new(rate, size));
        let spectra: Vec<Spectrum> = self
            .welches
            .iter_mut()
            .zip(last)
            .map(|(welch, sound)| {
                welch.reset();
                welch.push(sound);
                welch.spectrum()
            })
            .collect();
        let tones = spectra.iter().filter_map(|s| s.tone(20.0, 20_000.0));
        self.tone = tones.max_by(|a, b| a.dbfs.total_cmp(&b.dbfs)).filter(|t| t.dbfs > f64::from(FLOOR));
        let fall = FALL * new as f32 / rate as f32;
        for (k, (shown, held)) in self.line.iter_mut().zip(&mut self.held).enumerate() {
            let at = |k: f32| f64::from(frequency(k / (PLACES - 1) as f32));
            let (low, high) = (at(k as f32 - 0.5), at(k as f32 + 0.5));
            let now = spectra.iter().map(|s| level(s, low, high)).fold(FLOOR, f32::max);
            *shown = now.max(*shown - fall);
            *held = held.max(now);
        }
    }

    /// Levels in dBFS from 20 Hz to 20 kHz; they rise at once and fall slowly. A sine of amplitude 1 has 0.
    pub fn line(&self) -> &[f32] {
        &self.line
    }

    /// The highest levels so far.
    pub fn held(&self) -> &[f32] {
        &self.held
    }

    /// The strongest tone of now.
    pub fn tone(&self) -> Option<Tone> {
        self.tone
    }
}

/// The highest level between two frequencies. A top is read off the shape of the window, so that a tone has its level
/// wherever it lies between the bins.
fn level(spectrum: &Spectrum, low: f64, high: f64) -> f32 {
    let (bins, width) = (spectrum.bins(), spectrum.bin_width());
    let last = bins.len() - 1;
    let bin = |f: f64| ((f / width).round() as usize).min(last);
    let (first, end) = (bin(low), bin(high));
    let Some(at) = (first..=end).max_by(|&a, &b| bins[a].total_cmp(&bins[b])) else { return FLOOR };
    let beside = |k: usize| bins[k.clamp(0, last)];
    let top = bins[at] >= beside(at.saturating_sub(1)) && bins[at] >= beside(at + 1);
    let middle = at as f64 * width;
    let tone = if top { spectrum.tone(middle - 0.4 * width, middle + 0.4 * width) } else { None };
    let db = tone.map_or_else(|| 10.0 * bins[at].max(1e-30).log10(), |t| t.dbfs);
    (db as f32).max(FLOOR)
}

/// The height of a level in a picture of the spectrum, 0 to 1.
pub fn height(db: f32) -> f32 {
    ((db - FLOOR) / -FLOOR).clamp(0.0, 1.0)
}
