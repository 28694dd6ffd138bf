//! The bands of a filter, moved by hand over the response, and by keys.

use super::Message;
use crate::bands::Band;
use crate::keymap::Command;
use crate::picture::{Picture, Sort};
use crate::screen::{Message as Screened, Notice, Screen};
use crate::theme::Colors;
use crate::widget::bands::{Bands, Handle, Told};
use crate::widget::chart::{Chart, Line};
use crate::widget::plot::Plot;
use iced::Element;
use iced::widget::{column, container, row, text};
use signalbox_engine::node::{Declaration, Value};
use signalbox_engine::patch::Edit;
use std::sync::Arc;

/// How far a key moves a band: a semitone, and half a decibel, as shares of the picture.
const STEP: (f32, f32) = (0.008_363, 0.5 / 48.0);
/// How much a key turns Q.
const NOTCH: f32 = 1.1;
/// Where a band is put in by a key: 1 kHz, raised a little.
const BEGIN: (f32, f32) = (0.566_3, 0.5 + 3.0 / 48.0);
/// The most reduction that is shown, in decibels.
const DEEPEST: f32 = 24.0;

impl Screen {
    /// The bands that do something, and the one that keys move.
    fn on_bands(&self) -> (Vec<Band>, Option<usize>) {
        let knobs = self.knobs();
        let on: Vec<Band> = self.bands().into_iter().filter(|b| b.is_on(&knobs)).collect();
        let chosen = on.iter().position(|b| b.holds(self.session.parameter));
        (on, chosen)
    }

    /// Sets values of a band: as a part of a drag, or as a step of its own.
    fn shape(&mut self, band: Band, word: &str, values: Vec<(String, Value)>, drags: bool) {
        let Some(id) = self.session.single().map(String::from) else { return };
        let number = if band.number == 0 { String::new() } else { format!(" band {}", band.number) };
        let name = format!("{word} {id}{number}");
        let edit = |(name, value)| Edit::SetValue(self.scope(), id.clone(), name, Some(value));
        let edits: Vec<Edit> = values.into_iter().map(edit).collect();
        if drags {
            self.drag(&name, edits);
        } else {
            self.commit(&name, edits);
        }
    }

    pub(super) fn band_told(&mut self, told: Told) {
        let (on, chosen) = self.on_bands();
        let (knobs, at) = (self.knobs(), |k: usize| on.get(k).copied());
        match told {
            Told::Grab(k) => {
                if let Some(band) = at(k).filter(|_| chosen != Some(k)) {
                    self.session.parameter = band.frequency;
                }
            }
            Told::Drag(k, x, y) => {
                if let Some(band) = at(k) {
                    self.shape(band, "shape", band.at(&knobs, x, y), true);
                }
            }
            Told::Done => self.document.end_drag(),
            Told::Narrow(k, by) => {
                if let Some(band) = at(k) {
                    self.shape(band, "narrow", band.narrowed(&knobs, by).into_iter().collect(), true);
                }
            }
            Told::Twice(k) => {
                if let Some((band, value)) = at(k).and_then(|b| Some((b, b.ended(&knobs)?))) {
                    self.shape(band, "turn off", vec![value], false);
                }
            }
            Told::Add(x, y) => self.add_band(x, y),
        }
    }

    fn add_band(&mut self, x: f32, y: f32) {
        let knobs = self.knobs();
        let bands = self.bands();
        if bands.iter().all(|b| b.sort.is_none()) {
            return;
        }
        match bands.iter().find(|b| !b.is_on(&knobs)) {
            Some(&band) => {
                self.shape(band, "begin", band.begun(&knobs, x, y), false);
                self.session.parameter = band.frequency;
            }
            None => {
                self.notice = Some(Notice::tell("All bands are in use: put an equaliser behind this one."))
            }
        }
    }

    /// A command that is about the band that keys move.
    pub(in crate::screen) fn band_command(&mut self, command: Command) {
        if command == Command::AddBand {
            return self.add_band(BEGIN.0, BEGIN.1);
        }
        let (on, chosen) = self.on_bands();
        let next = match (command, chosen) {
            (Command::NextBand, Some(k)) => (k + 1) % on.len(),
            (_, Some(k)) => k,
            (_, None) => 0,
        };
        let Some(&band) = on.get(next) else {
            let words = "Select a filter or an equaliser with a band that is on first.";
            return self.notice = Some(Notice::tell(words));
        };
        if chosen != Some(next) {
            self.session.parameter = band.frequency;
        }
        let knobs = self.knobs();
        let (x, y) = band.place(&knobs);
        let to = |dx: f32, dy: f32| band.at(&knobs, (x + dx).clamp(0.0, 1.0), (y + dy).clamp(0.0, 1.0));
        let (word, values) = match command {
            Command::BandLeft => ("shape", to(-STEP.0, 0.0)),
            Command::BandRight => ("shape", to(STEP.0, 0.0)),
            Command::BandUp => ("shape", to(0.0, STEP.1)),
            Command::BandDown => ("shape", to(0.0, -STEP.1)),
            Command::Narrower => ("narrow", band.narrowed(&knobs, NOTCH).into_iter().collect()),
            Command::Wider => ("narrow", band.narrowed(&knobs, 1.0 / NOTCH).into_iter().collect()),
            _ => return,
        };
        self.shape(band, word, values, true);
    }

    /// The picture of the node, with what sounds there: handles for bands, how far a dynamics node turns down.
    pub(super) fn picture_view<'a>(
        &'a self,
        id: &str,
        declaration: Option<&'static Declaration>,
        c: &'static Colors,
    ) -> Option<Element<'a, Screened>> {
        let picture = self.shown.get(id).cloned().unwrap_or_else(|| {
            Arc::new(Picture { sort: declaration.and_then(Sort::of), ..Picture::default() })
        });
        picture.sort?;
        let color = c.family(declaration.map(|d| d.group));
        let (on, chosen) = self.on_bands();
        if picture.sort == Some(Sort::Response) && !self.bands().is_empty() {
            let knobs = self.knobs();
            let handle = |(k, band): (usize, &Band)| Handle {
                number: band.number,
                at: band.place(&knobs),
                chosen: chosen == Some(k),
            };
            let plot = Bands {
                curve: picture.line.clone(),
                spectrum: self.node_spectrum(),
                handles: on.iter().enumerate().map(handle).collect(),
                height: 182.0,
                colors: c,
                color,
                on: Box::new(|told| Screened::Inspector(Message::Band(told))),
            };
            return Some(plot.into());
        }
        let lines = vec![(picture.line.clone(), color)];
        let plot = Plot { sort: picture.sort, lines, dot: self.on_curve(), height: 128.0, colors: c };
        let Some(reduction) = self.reduction() else { return Some(plot.into()) };
        let height = |down: &f32| 1.0 - down / DEEPEST;
        let count = super::live::SECONDS * 30;
        let gap = std::iter::repeat_n(f32::NAN, count.saturating_sub(reduction.history.len()));
        let heights = gap.chain(reduction.history.iter().map(height)).collect();
        let line = Line { heights, color: c.accent, width: 1.5, filled: false };
        let across = [6.0, 12.0, 18.0].map(|db: f32| (height(&db), format!("−{db:.0}")));
        let chart = Chart {
            lines: vec![line],
            across: across.to_vec(),
            upright: vec![(0.0, "6 s".into()), (1.0, "now".into())],
            height: 112.0,
            colors: c,
        };
        let down = if reduction.now < 0.05 { "0.0 dB".into() } else { format!("−{:.1} dB", reduction.now) };
        let words = row![
            container(text("Gain reduction").size(crate::theme::SMALL).color(c.dim)).width(iced::Fill),
            text(down).size(crate::theme::LARGE).color(c.text),
        ];
        Some(column![plot, words.align_y(iced::Center), chart].spacing(8).into())
    }
}
