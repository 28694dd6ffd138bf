//! The meters of what is heard, before the master volume: loudness, true peak, correlation, spectrum.

use super::{Message, Screen};
use crate::picture::frequency;
use crate::theme::{self, Colors};
use crate::widget::plot::Plot;
use iced::widget::{column, container, row, text};
use iced::{Element, Fill};
use signalbox_dsp::meter::{Basics, Loudness, TruePeak, weights};
use signalbox_dsp::spectrum::Welch;
use signalbox_engine::node::Probe;
use std::sync::Arc;

/// What is measured.
#[derive(Default)]
pub struct State {
    meters: Option<Meters>,
}

struct Meters {
    probe: Arc<Probe>,
    /// How many frames were heard.
    heard: u64,
    loudness: Loudness,
    peaks: TruePeak,
    /// Of the frames of the last look alone.
    correlation: Option<f64>,
    /// Levels from 20 Hz to 20 kHz, spread by ratios, 0 to 1 for -96 to 0 dBFS; they fall slowly.
    spectrum: Vec<f32>,
}

/// How many levels the spectrum has, and how many frames it is made from.
const BARS: usize = 80;
const FRAMES: usize = 4_096;
/// How far a level falls from one look to the next, as a share of the height.
const FALL: f32 = 0.015;

impl State {
    /// Listens to what has come since the last look.
    pub fn listen(&mut self, probe: Option<&Arc<Probe>>) {
        let Some(probe) = probe else { return self.meters = None };
        let same = self.meters.as_ref().is_some_and(|m| Arc::ptr_eq(&m.probe, probe));
        if !same {
            self.meters = Some(Meters::new(probe.clone()));
        }
        self.meters.iter_mut().for_each(Meters::listen);
    }

    /// The loudness of now (400 ms), of the last three seconds, and of all, in LUFS.
    pub fn loudness(&self) -> [Option<f64>; 3] {
        let read = |of: fn(&Loudness) -> Option<f64>| self.meters.as_ref().and_then(|m| of(&m.loudness));
        [read(Loudness::momentary), read(Loudness::short_term), read(Loudness::integrated)]
    }
}

impl Meters {
    fn new(probe: Arc<Probe>) -> Self {
        let width = probe.width().max(1);
        Self {
            heard: probe.written(),
            loudness: Loudness::new(probe.rate(), &weights(width)),
            peaks: TruePeak::new(width),
            correlation: None,
            spectrum: vec![0.0; BARS],
            probe,
        }
    }

    fn listen(&mut self) {
        let written = self.probe.written();
        let fresh = (written - self.heard.min(written)) as usize;
        self.heard = written;
        let kept = self.probe.last(fresh.max(FRAMES));
        let width = kept.first().map_or(0, Vec::len);
        if fresh == 0 || width == 0 {
            return;
        }
        let new: Vec<&[f32]> = kept.iter().map(|c| &c[width - fresh.min(width)..]).collect();
        self.loudness.push(&new);
        self.peaks.push(&new);
        if new.len() == 2 {
            let mut basics = Basics::new(2);
            basics.push(&new);
            self.correlation = basics.correlation();
        }
        let mut welch = Welch::new(self.probe.rate(), FRAMES);
        let last: Vec<&[f32]> = kept.iter().map(|c| &c[width - FRAMES.min(width)..]).collect();
        let mean = |k: usize| last.iter().map(|c| c[k]).sum::<f32>() / last.len() as f32;
        welch.push(&(0..last[0].len()).map(mean).collect::<Vec<f32>>());
        let spectrum = welch.spectrum();
        let bin = |f: f32| f64::from(f) / spectrum.bin_width();
        for (k, shown) in self.spectrum.iter_mut().enumerate() {
            let at = |k: f32| bin(frequency(k / (BARS - 1) as f32));
            let (low, high) = (at(k as f32 - 0.5), at(k as f32 + 0.5));
            let bins = spectrum.bins();
            let range =
                (low.round() as usize).min(bins.len() - 1)..=(high.round() as usize).min(bins.len() - 1);
            let power = bins[range].iter().copied().fold(0.0, f64::max);
            let level = (10.0 * power.max(1e-12).log10() as f32 + 96.0) / 96.0;
            *shown = level.clamp(0.0, 1.0).max(*shown - FALL);
        }
    }
}

impl Screen {
    /// The loudness of what is heard: now, the last three seconds, all.
    pub fn loudness(&self) -> [Option<f64>; 3] {
        self.meters.loudness()
    }

    /// The pane.
    pub fn meters_view<'a>(&'a self, c: &'static Colors) -> Element<'a, Message> {
        let db =
            |value: Option<f64>| value.filter(|v| *v > -99.0).map_or("–".into(), |v| format!("{v:.1}"));
        let [now, short, all] = self.loudness();
        let meters = self.meters.meters.as_ref();
        let peak = meters.and_then(|m| m.peaks.dbtp());
        let correlation = meters.and_then(|m| m.correlation).map_or("–".into(), |v| format!("{v:.2}"));
        let line = |word: &'static str, value: String, unit: &'static str| -> Element<'a, Message> {
            row![
                container(text(word).size(theme::SMALL).color(c.dim)).width(Fill),
                text(value).size(theme::LARGE).color(c.text),
                container(text(unit).size(theme::SMALL).color(c.dim)).width(40),
            ]
            .spacing(6)
            .align_y(iced::Center)
            .into()
        };
        let spectrum = meters.map(|m| m.spectrum.clone()).unwrap_or_else(|| vec![0.0; BARS]);
        column![
            text("Meters").size(theme::SMALL).color(c.dim),
            line("Momentary", db(now), "LUFS"),
            line("Short-term", db(short), "LUFS"),
            line("Integrated", db(all), "LUFS"),
            line("True peak", db(peak), "dBTP"),
            line("Correlation", correlation, ""),
            text("Spectrum, 20 Hz to 20 kHz, −96 to 0 dBFS").size(theme::SMALL).color(c.dim),
            Plot { sort: None, lines: vec![(spectrum, c.sound.1)], height: 128.0, colors: c },
        ]
        .spacing(6)
        .into()
    }
}
