//! How the window is laid out for a purpose, and for others who look on.

use super::{Message, Screen};
use crate::keymap::{Chord, Command};
use crate::theme::{self, Colors};
use iced::widget::{container, row, text};
use iced::{Center, Element};
use std::time::{Duration, Instant};

/// The least and the greatest size of everything.
const SCALES: (f32, f32) = (1.0, 3.0);
const STEP: f32 = 0.25;
/// How much larger everything is when others look on.
const LARGER: f32 = 1.5;
/// How long a key is shown that was pressed.
const SHOWN: Duration = Duration::from_secs(2);

/// A key that was pressed, what it does, and when.
pub type Pressed = (String, String, Instant);

impl Screen {
    /// How large everything is drawn.
    pub fn scale(&self) -> f32 {
        let kept = &self.session.kept;
        let scale = if kept.presents { kept.scale * LARGER } else { kept.scale };
        scale.clamp(SCALES.0, SCALES.1)
    }

    /// A command about the layout.
    pub(super) fn show_command(&mut self, command: Command) {
        let before = self.scale();
        let kept = &mut self.session.kept;
        match command {
            Command::Larger => kept.scale = (kept.scale + STEP).min(SCALES.1),
            Command::Smaller => kept.scale = (kept.scale - STEP).max(SCALES.0),
            Command::Present => kept.presents = !kept.presents,
            Command::LayoutPatch => {
                (kept.shelf, kept.minimap) = (true, true);
                (kept.meters, kept.history, kept.outline) = (false, false, false);
                self.look_for_sounds();
            }
            Command::LayoutMaster => {
                (kept.shelf, kept.minimap) = (false, false);
                (kept.meters, kept.history, kept.outline) = (true, false, false);
            }
            _ => {}
        }
        // The window stays as it is: it has room for less of what is larger.
        let by = before / self.scale();
        let window = &mut self.session.kept.window;
        *window = (window.0 * by, window.1 * by);
    }

    /// Remembers a key, for others who look on.
    pub(super) fn show_key(&mut self, chord: &Chord, command: Option<Command>) {
        if self.session.kept.presents {
            let does = command.map_or("", |c| c.entry().title).to_string();
            self.pressed = Some((chord.to_string(), does, Instant::now()));
        }
    }

    /// The key that was pressed last, for others who look on.
    pub(super) fn pressed_view<'a>(&'a self, c: &'static Colors) -> Option<Element<'a, Message>> {
        let (key, does, when) = self.pressed.as_ref()?;
        if when.elapsed() > SHOWN || !self.session.kept.presents {
            return None;
        }
        let words = row![
            text(key.clone()).size(22).color(c.accent),
            text(does.clone()).size(theme::LARGE).color(c.text),
        ];
        Some(container(words.spacing(16).align_y(Center)).padding([10, 20]).style(theme::floating(c)).into())
    }
}
