//! The gallery: patches to start from, and those that were open.

use super::files::folder;
use super::notice::Then;
use super::{Message as Screened, Screen};
use crate::document::Document;
use crate::gallery::{Start, starts};
use crate::keymap::{Chord, Command};
use crate::scene::Scene;
use crate::theme::{self, Colors};
use crate::widget::thumb::Thumb;
use iced::widget::{button, column, container, row, scrollable, text};
use iced::{Element, Fill, Task, padding};
use std::path::PathBuf;

/// How many stand in a row, and in a narrow window.
const ROW: (usize, usize) = (4, 2);
/// How many files are shown that were open.
const RECENT: usize = 6;

/// What is shown.
pub struct State {
    starts: Vec<(Start, Scene)>,
    at: usize,
}

/// What happens here.
#[derive(Clone, Debug)]
pub enum Message {
    /// One was taken, by its number.
    Take(usize),
    /// It is put away.
    Close,
}

impl Screen {
    /// Opens the gallery.
    pub(super) fn open_gallery(&mut self) {
        self.search = None;
        let drawn = |start: Start| {
            let scene = Scene::new(&start.patch, &None, &self.shelf);
            (start, scene)
        };
        self.gallery = Some(State { starts: starts().into_iter().map(drawn).collect(), at: 1 });
    }

    /// Files that were open and are there still.
    fn recent(&self) -> Vec<PathBuf> {
        let kept = self.session.kept.recent.iter();
        kept.filter(|p| Some(p.as_path()) != self.document.path() && p.is_file())
            .take(RECENT)
            .cloned()
            .collect()
    }

    pub(super) fn galleried(&mut self, message: Message) -> Task<Screened> {
        let Some(state) = self.gallery.take() else { return Task::none() };
        let Message::Take(at) = message else { return Task::none() };
        let recent = at.checked_sub(state.starts.len()).and_then(|at| self.recent().get(at).cloned());
        match recent {
            Some(path) => self.open(path),
            None if at < state.starts.len() => self.unless_changed(Then::Start(at)),
            None => Task::none(),
        }
    }

    /// Begins with a patch of the gallery.
    pub(super) fn start_from(&mut self, at: usize) {
        if let Some(start) = starts().into_iter().nth(at) {
            self.show(Document::new(start.patch), PathBuf::new());
        }
    }

    /// How many stand in a row.
    fn in_a_row(&self) -> usize {
        if self.is_narrow() { ROW.1 } else { ROW.0 }
    }

    /// A key while the gallery is seen.
    pub(super) fn gallery_key(&mut self, chord: &Chord, command: Option<Command>) -> Task<Screened> {
        let (files, row) = (self.recent().len(), self.in_a_row());
        let Some(state) = &mut self.gallery else { return Task::none() };
        let (at, count) = (state.at, state.starts.len());
        let last = count + files - 1;
        // Below the cards lie the files, one in a row.
        state.at = match chord.key.as_str() {
            "ArrowRight" => (at + 1).min(last),
            "ArrowLeft" => at.saturating_sub(1),
            "ArrowDown" if at + row < count => at + row,
            "ArrowDown" => (at + 1).max(count).min(last),
            "ArrowUp" if at < count => at.saturating_sub(row),
            "ArrowUp" => at - 1,
            "Enter" => {
                return self.galleried(Message::Take(at));
            }
            _ if command == Some(Command::Cancel) => return self.galleried(Message::Close),
            _ => return Task::none(),
        };
        Task::none()
    }

    /// The panel.
    pub(super) fn gallery_view<'a>(&'a self, c: &'static Colors) -> Option<Element<'a, Screened>> {
        let state = self.gallery.as_ref()?;
        let told = |words: String, color| text(words).size(theme::SMALL).color(color);
        let card = |k: usize| -> Element<'a, Screened> {
            let Some((start, scene)) = state.starts.get(k) else {
                return iced::widget::space().width(Fill).into();
            };
            let words = column![
                text(start.name).size(theme::TEXT).color(c.text),
                container(told(start.what.clone(), c.dim)).height(48),
            ];
            let inside = column![Thumb { scene, height: 96.0, colors: c }, words.spacing(2)].spacing(8);
            button(inside)
                .width(Fill)
                .padding(8)
                .style(theme::row(c, k == state.at))
                .on_press(Screened::Gallery(Message::Take(k)))
                .into()
        };
        let long = self.in_a_row();
        let rows = (0..state.starts.len().div_ceil(long))
            .map(|r| row((r * long..(r + 1) * long).map(card)).spacing(8).into());
        let mut all =
            column![text("Start from").size(theme::LARGE).color(c.text), column(rows).spacing(8)].spacing(12);
        let recent = self.recent();
        if !recent.is_empty() {
            all = all.push(told("Open again".into(), c.dim));
            let files = recent.into_iter().enumerate().map(|(k, path)| {
                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                let place = folder(&path).display().to_string();
                let words = row![text(name).size(theme::TEXT).color(c.text), told(place, c.dim)].spacing(12);
                button(words.align_y(iced::Center))
                    .width(Fill)
                    .padding([4, 8])
                    .style(theme::row(c, state.at == state.starts.len() + k))
                    .on_press(Screened::Gallery(Message::Take(state.starts.len() + k)))
                    .into()
            });
            all = all.push(column(files));
        }
        let all = scrollable(container(all).padding(padding::all(16))).style(theme::scroll(c));
        Some(container(all).max_width(880).style(theme::floating(c)).into())
    }
}
