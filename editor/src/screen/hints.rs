//! Five hints for the first start. Each goes away when it was read.

use super::{Message, Screen};
use crate::keymap::Command;
use crate::theme::{self, Colors};
use iced::widget::{button, column, container, row, text};
use iced::{Center, Element};

/// A title, and what it says.
pub const HINTS: [(&str, &str); 5] = [
    ("This patch plays", "The master volume is at the top right. Space stops the song and lets it go on."),
    ("Cables", "Drag from a port to a port. Drop a cable in the void to search for what fits there."),
    ("Nodes", "Tab, or a double click in the void, adds a node. Drop it on a cable and it goes in between."),
    ("Values", "Select a node and drag its faders, or type: -6 dB, a4, 1/16, +=3 dB. Shift drags finely."),
    ("Everything else", "Ctrl+K lists all commands with their keys. Ctrl+Z takes anything back."),
];

impl Screen {
    /// What can be done where there is nothing yet.
    pub(super) fn empty_view<'a>(&'a self, c: &'static Colors) -> Option<Element<'a, Message>> {
        let covered =
            self.search.is_some() || self.gallery.is_some() || self.export.is_open() || self.path.is_some();
        if covered || !self.scene.cards.is_empty() || !self.scene.comments.is_empty() {
            return None;
        }
        let key = |command| self.keymap.key(command).unwrap_or_default();
        let line = |words: String| text(words).size(theme::TEXT).color(c.dim).into();
        let lines = [
            format!("{} or a double click adds a node.", key(Command::Add)),
            format!("{} opens the shelf, to drag nodes from.", key(Command::Shelf)),
            format!("{} shows patches to start from.", key(Command::Gallery)),
        ];
        let title = text("Nothing here yet").size(theme::LARGE).color(c.text);
        Some(column![title].extend(lines.map(line)).spacing(8).align_x(Center).into())
    }

    /// The hint that is next, where one is left.
    pub fn hint<'a>(&'a self, c: &'static Colors) -> Option<Element<'a, Message>> {
        let next = (0..HINTS.len()).find(|k| !self.session.kept.hints.contains(k))?;
        let (title, words) = HINTS[next];
        let label = |words: &'static str| text(words).size(theme::SMALL);
        let buttons = row![
            button(label("Got it"))
                .padding([5, 12])
                .style(theme::main(c))
                .on_press(Message::Hint(Some(next))),
            button(label("No more hints"))
                .padding([5, 10])
                .style(theme::plain(c))
                .on_press(Message::Hint(None)),
            text(format!("{} of {}", next + 1, HINTS.len())).size(theme::SMALL).color(c.dim),
        ];
        let all = column![
            text(title).size(theme::LARGE).color(c.text),
            text(words).size(theme::TEXT).color(c.text),
            buttons.spacing(8).align_y(Center),
        ];
        Some(container(all.spacing(10)).width(320).padding(16).style(theme::floating(c)).into())
    }
}
