//! The bar above: files, steps, transport, place in the song, volume and level. The line below: where one is, what has
//! happened, what it costs.

use super::{Message, Screen};
use crate::keymap::Command;
use crate::live::{LOUDEST, QUIETEST};
use crate::theme::{self, Colors};
use crate::widget::fader::Fader;
use crate::widget::icon::{Icon, icon};
use crate::widget::meter::Meter;
use iced::widget::{button, column, container, row, space, text, tooltip};
use iced::{Center, Element, Fill, padding};

/// How high the bar is.
const HIGH: f32 = 48.0;

impl Screen {
    /// A button with an icon, whose tip tells what it does and by which key.
    pub(super) fn tool<'a>(
        &self,
        picture: Icon,
        command: Command,
        on: bool,
        c: &'static Colors,
    ) -> Element<'a, Message> {
        let color = if on { c.accent } else { c.text };
        let tool = button(container(icon(picture, color)).center(20))
            .padding(6)
            .style(theme::plain(c))
            .on_press(Message::Run(command));
        let key = self.keymap.key(command).map(|k| format!("   {k}")).unwrap_or_default();
        let words = text(format!("{}{key}", command.entry().title)).size(theme::SMALL).color(c.text);
        tooltip(tool, container(words).padding([6, 10]).style(theme::floating(c)), tooltip::Position::Bottom)
            .into()
    }

    /// The bar above.
    pub fn bar<'a>(&'a self, c: &'static Colors) -> Element<'a, Message> {
        let status = self.live.status();
        let gap = || space().width(8);
        let left = row![
            self.tool(Icon::Open, Command::OpenFile, false, c),
            self.tool(Icon::Save, Command::Save, self.document.is_changed(), c),
            gap(),
            self.tool(Icon::Undo, Command::Undo, false, c),
            self.tool(Icon::Redo, Command::Redo, false, c),
            gap(),
            self.tool(Icon::Add, Command::Add, false, c),
            self.tool(Icon::Fit, Command::Fit, false, c),
        ]
        .align_y(Center);
        let playing = if status.rolls { Icon::Stop } else { Icon::Play };
        let middle = row![
            self.tool(Icon::Start, Command::Start, false, c),
            self.tool(playing, Command::Play, status.rolls, c),
            text(self.place()).size(15).font(theme::FONT).color(c.text),
        ]
        .spacing(4)
        .align_y(Center);
        let volume = self.live.volume();
        let place = |volume: f32| (volume - QUIETEST) / (LOUDEST - QUIETEST);
        let words = match (self.live.is_silent(), volume <= QUIETEST) {
            (true, _) => "off".into(),
            (_, true) => "-∞ dB".into(),
            _ => format!("{volume:.1} dB"),
        };
        // A narrow window has room for what matters most.
        let narrow = self.is_narrow();
        let (fader, meter) = if narrow { (48.0, 40.0) } else { (112.0, 136.0) };
        let sound = if self.live.is_silent() { Icon::Silent } else { Icon::Sound };
        let right = row![
            self.tool(sound, Command::Silence, self.live.is_silent(), c),
            Fader::new(place(volume), 0.0, c, Message::Volume).width(fader),
            container(text(words).size(theme::TEXT).color(c.text)).width(60),
            Meter { peaks: self.live.peaks(), width: meter, colors: c },
            space().width(if narrow { 0 } else { 8 }),
            self.tool(Icon::Commands, Command::Palette, false, c),
        ]
        .spacing(6)
        .align_y(Center);
        // In the middle of the window, or else of what both sides leave.
        let all = match narrow {
            true => row![left, space().width(Fill), middle, space().width(Fill), right],
            false => {
                row![container(left).width(Fill), middle, container(right).width(Fill).align_right(Fill)]
            }
        };
        container(all.align_y(Center))
            .height(HIGH)
            .padding(padding::horizontal(12))
            .center_y(HIGH)
            .style(theme::pane(c))
            .into()
    }

    /// Where the song stands: minutes, bar and beat.
    fn place(&self) -> String {
        let status = self.live.status();
        let seconds = status.song.max(0) as f64 / f64::from(status.rate.max(1));
        let tempo = &self.document.patch().tempo;
        let (bar, beat) = tempo.bar(tempo.beat(seconds));
        format!("{}:{:04.1}   {bar}.{}", (seconds / 60.0) as u64, seconds % 60.0, beat.floor())
    }

    /// The way to the graph that is looked at.
    pub fn crumbs<'a>(&'a self, c: &'static Colors) -> Option<Element<'a, Message>> {
        let depth = self.session.inside.len();
        if depth == 0 {
            return None;
        }
        let crumb = |words: String, count: usize| {
            let here = count == 0;
            button(text(words).size(theme::TEXT).color(if here { c.text } else { c.dim }))
                .padding([4, 8])
                .style(theme::plain(c))
                .on_press_maybe((!here).then_some(Message::Leave(count)))
        };
        let mut all = row![crumb(self.document.name(), depth)].align_y(Center);
        for (k, id) in self.session.inside.iter().enumerate() {
            all = all.push(text("›").size(theme::TEXT).color(c.dim));
            all = all.push(crumb(id.clone(), depth - k - 1));
        }
        Some(container(all).padding(2).style(theme::floating(c)).into())
    }

    /// The line below.
    pub fn line<'a>(&'a self, c: &'static Colors) -> Element<'a, Message> {
        let status = self.live.status();
        let problem = self.mistakes().first().map(super::told);
        let more = self.mistakes().len().saturating_sub(1);
        let told = match problem {
            Some(problem) if more > 0 => (format!("{problem} (and {more} more)"), c.wrong),
            Some(problem) => (problem, c.wrong),
            None => (self.live.told().last().cloned().unwrap_or_default(), c.dim),
        };
        let device = status.device.clone().unwrap_or_else(|| "no device: plays in silence, in time".into());
        let late = if status.dropouts > 0 { format!("   {} late", status.dropouts) } else { String::new() };
        let load = format!("load {:.0} %{late}", status.meters.load * 100.0);
        let words =
            |words: String, color| text(words).size(theme::SMALL).color(color).wrapping(text::Wrapping::None);
        let line = row![
            container(words(told.0, told.1)).width(Fill).clip(true),
            words(device, if status.device.is_some() { c.dim } else { c.accent }),
            // Numbers that change move nothing beside them.
            container(words(load, c.dim)).width(if status.dropouts > 0 { 128 } else { 64 }),
            words(format!("zoom {:.0} %", self.view_of().zoom * 100.0), c.dim),
        ]
        .spacing(20)
        .align_y(Center);
        column![container(line).padding([5, 16]).style(theme::pane(c))].into()
    }
}
