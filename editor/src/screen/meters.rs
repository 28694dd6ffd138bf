//! The meters of what is heard, before the master volume: loudness with its last minutes, true peak, how the sides lie to
//! each other, the spectrum with what was highest.

use super::{Message, Screen};
use crate::keymap::Command;
use crate::meters::analyser::{FLOOR, height};
use crate::meters::{MOMENTS, Meters};
use crate::theme::{self, Colors};
use crate::widget::chart::{Chart, Line};
use crate::widget::goniometer::Goniometer;
use iced::widget::{button, column, container, row, scrollable, space, text};
use iced::{Center, Element, Fill};
use signalbox_engine::node::Probe;
use std::sync::Arc;

/// What is measured.
#[derive(Default)]
pub struct State {
    meters: Option<Meters>,
}

/// In a window as high as this pictures are higher, by how much.
const TALL: (f32, f32) = (1_100.0, 1.75);
/// How many seconds of loudness are shown, and the softest, in LUFS.
const SHOWN: u32 = 120;
const SOFTEST: f32 = -50.0;

impl State {
    /// Listens to what has come since the last look.
    pub fn listen(&mut self, probe: Option<&Arc<Probe>>) {
        let Some(probe) = probe else { return self.meters = None };
        if !self.meters.as_ref().is_some_and(|m| m.hears(probe)) {
            self.meters = Some(Meters::new(probe.clone()));
        }
        self.meters.iter_mut().for_each(Meters::listen);
    }

    /// Measures from now on alone.
    pub fn restart(&mut self) {
        self.meters.iter_mut().for_each(Meters::restart);
    }
}

/// The places of frequencies with their numbers.
pub fn frequencies() -> Vec<(f32, String)> {
    [(100.0f32, "100"), (1_000.0, "1k"), (10_000.0, "10k")]
        .map(|(f, words)| ((f / 20.0).log(1_000.0), words.into()))
        .to_vec()
}

fn spectrum(meters: Option<&Meters>, high: f32, c: &'static Colors) -> Chart {
    let heights = |line: &[f32]| line.iter().map(|db| height(*db)).collect();
    let lines = meters.map_or(Vec::new(), |m| {
        vec![
            Line { heights: heights(m.analyser.line()), color: c.sound.1, width: 1.5, filled: true },
            Line { heights: heights(m.analyser.held()), color: c.accent, width: 1.0, filled: false },
        ]
    });
    let across = [-80.0, -60.0, -40.0, -20.0].map(|db: f32| (height(db), format!("{db:.0}")));
    Chart { lines, across: across.to_vec(), upright: frequencies(), height: 144.0 * high, colors: c }
}

/// The loudness of the last two minutes; now is at the right.
fn history(meters: Option<&Meters>, high: f32, c: &'static Colors) -> Chart {
    let height = |lufs: f32| (lufs - SOFTEST) / -SOFTEST;
    let count = (SHOWN * MOMENTS) as usize;
    let lines = meters.map_or(Vec::new(), |m| {
        let moments = m.history();
        let before = count.saturating_sub(moments.len());
        let heights = |of: fn(&crate::meters::Moment) -> f32| -> Vec<f32> {
            let gap = std::iter::repeat_n(f32::NAN, before);
            // As many as there are pixels or so: every third.
            let there = moments.iter().skip(moments.len().saturating_sub(count)).map(|m| height(of(m)));
            gap.chain(there).step_by(3).collect()
        };
        let whole = m.loudness()[2].map_or(f32::NAN, |lufs| height(lufs as f32));
        vec![
            Line { heights: heights(|m| m.momentary), color: c.sound.0, width: 1.0, filled: false },
            Line { heights: heights(|m| m.short_term), color: c.sound.1, width: 1.5, filled: true },
            Line { heights: vec![whole; 2], color: c.accent, width: 1.0, filled: false },
        ]
    });
    let across = [-40.0, -30.0, -20.0, -10.0].map(|lufs: f32| (height(lufs), format!("{lufs:.0}")));
    let upright = [(0.0, "2 min"), (0.5, "1 min"), (1.0, "now")].map(|(x, w)| (x, w.into()));
    Chart { lines, across: across.to_vec(), upright: upright.to_vec(), height: 104.0 * high, colors: c }
}

impl Screen {
    /// What is measured of what is heard, while the meters are seen.
    pub fn measured(&self) -> Option<&Meters> {
        self.meters.meters.as_ref()
    }

    /// The pane.
    pub fn meters_view<'a>(&'a self, c: &'static Colors) -> Element<'a, Message> {
        let meters = self.measured();
        let high = if self.session.kept.window.1 < TALL.0 { 1.0 } else { TALL.1 };
        let number = |value: Option<f64>, digits: usize| {
            value.filter(|v| *v > -99.0).map_or("–".into(), |v| format!("{v:.digits$}").replace('-', "−"))
        };
        let small = |words: String| text(words).size(theme::SMALL).color(c.dim);
        let line = |word: &'static str, value: String, unit: &'static str| -> Element<'a, Message> {
            row![
                container(small(word.into())).width(Fill),
                text(value).size(theme::LARGE).color(c.text),
                container(small(unit.into())).width(36),
            ]
            .spacing(6)
            .align_y(Center)
            .into()
        };
        let [now, short, all] = meters.map(Meters::loudness).unwrap_or_default();
        let correlation = meters.and_then(Meters::correlation);
        let (places, reach) = meters.map_or((Vec::new(), 0.0), |m| {
            let (places, reach) = m.places();
            (places.to_vec(), reach)
        });
        let tone = meters.and_then(|m| m.analyser.tone());
        let tone = tone.map_or("–".into(), |t| {
            format!("{:.1} Hz at {:.1} dBFS", t.frequency, t.dbfs.max(f64::from(FLOOR))).replace('-', "−")
        });
        let again = button(text("Measure anew").size(theme::SMALL))
            .padding([3, 8])
            .style(theme::plain(c))
            .on_press(Message::Run(Command::Remeasure));
        let all = column![
            row![small("Meters".into()), space().width(Fill), again].align_y(Center),
            line("Momentary", number(now, 1), "LUFS"),
            line("Short-term", number(short, 1), "LUFS"),
            line("Integrated", number(all, 1), "LUFS"),
            line("Range", number(meters.and_then(Meters::range), 1), "LU"),
            line("True peak", number(meters.and_then(Meters::true_peak), 1), "dBTP"),
            history(meters, high, c),
            line("Correlation", number(correlation, 2), ""),
            Goniometer {
                places,
                reach,
                correlation: correlation.map(|v| v as f32),
                height: 176.0 * high,
                colors: c
            },
            small(format!("Strongest: {tone}")),
            spectrum(meters, high, c),
        ]
        .spacing(6)
        .padding(iced::padding::right(12));
        scrollable(all).height(Fill).style(theme::scroll(c)).into()
    }
}
