//! The history: every step, those that were taken back too, each with the line of script that does the same. A press on a
//! step goes there, one on its line copies it.

use super::{Message, Notice, Screen};
use crate::document::Step;
use crate::theme::{self, Colors};
use iced::widget::{button, column, row, scrollable, space, text};
use iced::{Element, Fill, Task};

impl Screen {
    /// The pane.
    pub fn history_view<'a>(&'a self, c: &'static Colors) -> Element<'a, Message> {
        let (steps, done) = self.document.steps();
        let go = |number: usize, words: String| -> Element<'a, Message> {
            let color = if number > done { c.dim } else { c.text };
            let words = if number > done { format!("({words})") } else { words };
            button(text(words).size(theme::TEXT).color(color).wrapping(text::Wrapping::None))
                .width(Fill)
                .padding([4, 8])
                .style(theme::row(c, number == done))
                .on_press(Message::GoTo(number))
                .into()
        };
        let start = go(0, "as it was opened".into());
        let one = |(k, step): (usize, &'a Step)| -> Element<'a, Message> {
            let line = text(short(step)).size(theme::SMALL).color(c.dim).wrapping(text::Wrapping::None);
            let line = button(line)
                .width(Fill)
                .padding([2, 8])
                .style(theme::plain(c))
                .on_press(Message::CopySteps(Some(k)));
            column![go(k + 1, step.name.clone()), line].into()
        };
        let list =
            column([start]).extend(steps.iter().enumerate().map(one)).padding(iced::padding::right(12));
        let all = button(text("Copy as a script").size(theme::SMALL))
            .padding([2, 8])
            .style(theme::plain(c))
            .on_press_maybe((done > 0).then_some(Message::CopySteps(None)));
        column![
            row![text("History").size(theme::SMALL).color(c.dim), space().width(Fill), all]
                .align_y(iced::Center),
            scrollable(list).height(Fill).anchor_bottom().style(theme::scroll(c)),
        ]
        .spacing(8)
        .into()
    }

    /// Copies the lines of a step, or of all that was done.
    pub(super) fn copy_steps(&mut self, step: Option<usize>) -> Task<Message> {
        let (steps, done) = self.document.steps();
        let script = match step {
            Some(at) => steps.get(at).map(|step| step.lines.join("\n") + "\n"),
            None => (done > 0).then(|| self.document.script()),
        };
        match script {
            Some(script) => iced::clipboard::write(script),
            None => {
                self.notice = Some(Notice::tell("Nothing was done yet that could be copied."));
                Task::none()
            }
        }
    }

    /// Copies the lines of the last step.
    pub(super) fn copy_last_step(&mut self) -> Task<Message> {
        // Where nothing was done, no step has this number.
        let last = self.document.steps().1.checked_sub(1).unwrap_or(usize::MAX);
        self.copy_steps(Some(last))
    }
}

/// The first line of a step, and how many more there are.
fn short(step: &Step) -> String {
    let first = step.lines.first().map_or("", String::as_str);
    match step.lines.len() {
        0 | 1 => first.into(),
        lines => format!("{} more and {first}", lines - 1),
    }
}
