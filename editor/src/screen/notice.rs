//! What is told over the canvas, with what can be done about it.

use super::{Message, Screen};
use crate::edits;
use crate::geometry::Point;
use crate::keymap::Command;
use crate::ports::Adapter;
use crate::theme::{self, Colors};
use iced::widget::{button, column, container, row, text};
use iced::{Element, Task, padding};
use signalbox_engine::patch::Endpoint;
use std::path::PathBuf;

/// What is told, and what can be answered.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    /// The text.
    pub text: String,
    /// What is offered.
    pub offer: Offer,
}

/// What is offered.
#[derive(Clone, Debug, PartialEq)]
pub enum Offer {
    /// Nothing but to put it away.
    Nothing,
    /// To put a node between two ends, at a place.
    Between(Endpoint, Endpoint, Adapter, Point),
    /// To save before going on: with quitting, a new patch, opening one.
    Save(Then),
    /// To take up what was lost: its file, and the file that it was of.
    Recover(PathBuf, Option<PathBuf>),
}

/// What is to follow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Then {
    /// The window closes.
    Quit,
    /// A new patch.
    New,
    /// Another patch.
    Open(PathBuf),
    /// A patch of the gallery.
    Start(usize),
    /// What the file holds.
    Revert,
}

/// What was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// What is offered first.
    Yes,
    /// The other way.
    No,
    /// It is put away.
    Away,
}

impl Notice {
    /// A text, with nothing to answer.
    pub fn tell(text: impl Into<String>) -> Self {
        Self { text: text.into(), offer: Offer::Nothing }
    }

    fn buttons(&self) -> (Option<String>, Option<&'static str>, &'static str) {
        match &self.offer {
            Offer::Nothing => (None, None, "OK"),
            Offer::Between(.., adapter, _) => {
                (Some(format!("Put `{}` between: {}", adapter.kind, adapter.does)), None, "Leave it")
            }
            Offer::Save(Then::Revert) => (Some("Go back to the file".into()), None, "Cancel"),
            Offer::Save(_) => (Some("Save".into()), Some("Don't save"), "Cancel"),
            Offer::Recover(..) => (Some("Take it up".into()), Some("Forget it"), "Later"),
        }
    }

    /// How it looks.
    pub fn view<'a>(&self, c: &'static Colors) -> Element<'a, Message> {
        let (yes, no, away) = self.buttons();
        let label = |words: String| text(words).size(theme::TEXT);
        let mut buttons = row![].spacing(8);
        if let Some(yes) = yes {
            buttons = buttons.push(
                button(label(yes))
                    .style(theme::main(c))
                    .padding([6, 12])
                    .on_press(Message::Notice(Answer::Yes)),
            );
        }
        if let Some(no) = no {
            buttons = buttons.push(
                button(label(no.into()))
                    .style(theme::solid(c))
                    .padding([6, 12])
                    .on_press(Message::Notice(Answer::No)),
            );
        }
        buttons = buttons.push(
            button(label(away.into()))
                .style(theme::solid(c))
                .padding([6, 12])
                .on_press(Message::Notice(Answer::Away)),
        );
        let words = text(self.text.clone()).size(theme::TEXT).color(c.text);
        container(column![words, buttons].spacing(12))
            .style(theme::floating(c))
            .padding(padding::all(16))
            .max_width(520)
            .into()
    }
}

impl Screen {
    pub(super) fn answered(&mut self, answer: Answer) -> Task<Message> {
        let Some(notice) = self.notice.take() else { return Task::none() };
        match (notice.offer, answer) {
            (Offer::Between(from, to, adapter, at), Answer::Yes) => {
                let patch = self.document.patch();
                let planned =
                    edits::connect_through(patch, &self.scope(), (from, to), adapter, at, &self.shelf);
                self.planned(&format!("put {} between", adapter.kind), planned);
                Task::none()
            }
            (Offer::Save(Then::Revert), Answer::Yes) => self.then(Then::Revert),
            (Offer::Save(then), Answer::Yes) => self.save_and(then),
            (Offer::Save(then), Answer::No) => self.then(then),
            (Offer::Recover(lost, of), Answer::Yes) => self.recover(&lost, of),
            (Offer::Recover(lost, _), Answer::No) => {
                super::files::forget(&lost);
                Task::none()
            }
            _ => Task::none(),
        }
    }

    /// Does what was planned, or tells why that can't be.
    pub(super) fn planned(&mut self, name: &str, planned: edits::Planned) -> bool {
        match planned {
            Ok(edits) => self.commit(name, edits),
            Err(error) => {
                self.notice = Some(Notice::tell(super::sentence(&error.to_string())));
                false
            }
        }
    }

    /// A key while something is told: it answers.
    pub(super) fn answer_by_key(&mut self, command: Option<Command>) -> Option<Task<Message>> {
        self.notice.as_ref()?;
        match command {
            Some(Command::Cancel) => Some(self.answered(Answer::Away)),
            Some(Command::Open) => Some(self.answered(Answer::Yes)),
            _ => None,
        }
    }
}
