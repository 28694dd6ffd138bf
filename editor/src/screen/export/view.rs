//! How the panel looks, and what is being written and recorded.

use super::{FORMATS, LENGTH, Message, RATES, Row, WHATS};
use crate::screen::{Message as Screened, Screen};
use crate::theme::{self, Colors};
use iced::widget::{Id, button, column, container, pick_list, progress_bar, row, space, text, text_input};
use iced::{Center, Element, Fill, padding};
use std::time::Duration;

impl Screen {
    /// The panel.
    pub(in crate::screen) fn export_view<'a>(&'a self, c: &'static Colors) -> Element<'a, Screened> {
        let state = &self.export;
        let told = |message: Message| Screened::Export(message);
        let list = |row: Row| match row {
            Row::What => choose(WHATS.map(|w| w.0).to_vec(), state.what, c, Message::What),
            Row::Format => choose(FORMATS.map(|f| f.1).to_vec(), FORMATS[state.format].1, c, Message::Format),
            Row::Rate => choose(RATES.to_vec(), state.rate, c, Message::Rate),
            Row::Length => text_input("as long as the patch; or 90, 30 s, 2 min", &state.length)
                .id(Id::new(LENGTH))
                .on_input(|typed| Screened::Export(Message::Length(typed)))
                .on_submit(Screened::Export(Message::Go))
                .size(theme::TEXT)
                .padding([5, 8])
                .style(theme::field(c, state.wrong.is_some()))
                .into(),
        };
        let names = |row: Row| match row {
            Row::What => "What",
            Row::Format => "Samples",
            Row::Rate => "Rate in Hz",
            Row::Length => "Length",
        };
        let rows = state.what.rows().iter().map(|&r| {
            let color = if r == state.row { c.accent } else { c.dim };
            let mark = if r == state.row { "▸ " } else { "" };
            let name = text(format!("{mark}{}", names(r))).size(theme::SMALL).color(color);
            row![container(name).width(88), list(r)].spacing(8).align_y(Center).into()
        });
        let mut all = column![text("Export").size(theme::LARGE).color(c.text)].spacing(12);
        all = all.push(column(rows).spacing(8));
        if let Some(wrong) = &state.wrong {
            all = all.push(text(wrong.clone()).size(theme::SMALL).color(c.wrong));
        }
        let press = |words: &'static str, message: Message, main: bool| {
            button(text(words).size(theme::TEXT))
                .padding([6, 14])
                .style(move |t, s| if main { theme::main(c)(t, s) } else { theme::solid(c)(t, s) })
                .on_press(told(message))
        };
        let keys = text("↑ ↓ rows   ← → values   Enter").size(theme::SMALL).color(c.dim);
        let buttons = row![
            press("Export…", Message::Go, true),
            press("Cancel", Message::Close, false),
            space().width(Fill),
            keys,
        ];
        all = all.push(buttons.spacing(8).align_y(Center));
        container(all).width(480).padding(padding::all(16)).style(theme::floating(c)).into()
    }

    /// What is being written and recorded; nothing where nothing is.
    pub(in crate::screen) fn works_view<'a>(&'a self, c: &'static Colors) -> Option<Element<'a, Screened>> {
        let recording = self.live.recording();
        if self.export.jobs.is_empty() && recording.is_none() {
            return None;
        }
        let stop = |words: &'static str, message: Message| {
            button(text(words).size(theme::SMALL))
                .padding([4, 10])
                .style(theme::solid(c))
                .on_press(Screened::Export(message))
        };
        let small = |words: String, color| text(words).size(theme::SMALL).color(color);
        let mut all = column![].spacing(10).width(260);
        if let Some((path, seconds)) = recording {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let words = column![
                small(format!("● Recording {}", clock(Duration::from_secs_f64(seconds))), c.wrong),
                small(name.into_owned(), c.dim),
            ];
            let line = row![words.width(Fill), stop("End", Message::StopRecording)];
            all = all.push(line.spacing(8).align_y(Center));
        }
        for (at, job) in self.export.jobs.iter().enumerate() {
            let (share, left) = match job.progress() {
                Some((share, left)) => (share, format!("{:.0} %, {} left", share * 100.0, clock(left))),
                None => (0.0, "…".into()),
            };
            let words = column![small(job.name.clone(), c.text), small(left, c.dim)].width(Fill);
            let line = row![words, stop("Stop", Message::Stop(at))].spacing(8).align_y(Center);
            let bar = progress_bar(0.0..=1.0, share).girth(4).style(theme::bar(c));
            all = all.push(column![line, bar].spacing(6));
        }
        Some(container(all).padding(12).style(theme::floating(c)).into())
    }
}

fn choose<'a, T: Clone + PartialEq + ToString + 'a>(
    all: Vec<T>,
    now: T,
    c: &'static Colors,
    message: fn(T) -> Message,
) -> Element<'a, Screened> {
    pick_list(all, Some(now), move |chosen| Screened::Export(message(chosen)))
        .width(Fill)
        .text_size(theme::TEXT)
        .padding([5, 8])
        .style(theme::choice(c))
        .menu_style(theme::menu(c))
        .into()
}

/// A time as minutes and seconds.
fn clock(time: Duration) -> String {
    let seconds = time.as_secs();
    format!("{}:{:02}", seconds / 60, seconds % 60)
}
