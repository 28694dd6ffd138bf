//! The history: every step, those that were taken back too. A press goes there.

use super::{Message, Screen};
use crate::theme::{self, Colors};
use iced::widget::{button, column, scrollable, text};
use iced::{Element, Fill};

impl Screen {
    /// The pane.
    pub fn history_view<'a>(&'a self, c: &'static Colors) -> Element<'a, Message> {
        let (names, done) = self.document.steps();
        let step = |number: usize, words: String| -> Element<'a, Message> {
            let color = if number > done { c.dim } else { c.text };
            let words = if number > done { format!("({words})") } else { words };
            button(text(words).size(theme::TEXT).color(color).wrapping(text::Wrapping::None))
                .width(Fill)
                .padding([4, 8])
                .style(theme::row(c, number == done))
                .on_press(Message::GoTo(number))
                .into()
        };
        let start = step(0, "as it was opened".into());
        let steps = names.enumerate().map(|(k, name)| step(k + 1, name.to_string()));
        let list = column([start]).extend(steps).padding(iced::padding::right(12));
        column![
            text("History").size(theme::SMALL).color(c.dim),
            scrollable(list).height(Fill).anchor_bottom().style(theme::scroll(c)),
        ]
        .spacing(8)
        .into()
    }
}
