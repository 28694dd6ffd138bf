//! Own widgets, a file each.

pub mod bands;
pub mod chart;
pub mod drag;
pub mod fader;
pub mod goniometer;
pub mod graph_view;
pub mod icon;
pub mod meter;
pub mod plot;
pub mod small;
pub mod thumb;

use crate::geometry::{Point, Rect};
use crate::theme::Colors;
use iced::advanced::graphics::geometry::{self, Renderer as _};
use iced::advanced::{Renderer as _, renderer, text};
use iced::alignment;
use std::borrow::Cow;

/// What a small widget draws: it is kept, and drawn anew only where it has changed.
pub(crate) type Kept = geometry::Cache<iced::Renderer>;

/// Draws a small widget into its box; what it drew before is drawn again unless `anew`.
fn paint(
    kept: &Kept,
    renderer: &mut iced::Renderer,
    bounds: iced::Rectangle,
    anew: bool,
    draw: impl FnOnce(&mut geometry::Frame<iced::Renderer>),
) {
    if anew {
        kept.clear();
    }
    let drawn = kept.draw(renderer, bounds.size(), draw);
    renderer
        .with_translation(iced::Vector::new(bounds.x, bounds.y), |renderer| renderer.draw_geometry(drawn));
}

/// The ground of a picture.
fn ground(renderer: &mut iced::Renderer, bounds: iced::Rectangle, c: &Colors) {
    // Where it is no darker than what lies around, a line shows where it ends.
    let width = if c.canvas == c.surface { 1.0 } else { 0.0 };
    let border = iced::Border { color: c.line, width, radius: crate::theme::ROUND.into() };
    renderer.fill_quad(renderer::Quad { bounds, border, ..renderer::Quad::default() }, c.canvas);
}

/// Writes into a picture.
fn write(
    frame: &mut geometry::Frame<iced::Renderer>,
    words: &str,
    at: Point,
    align: (text::Alignment, alignment::Vertical),
    color: iced::Color,
) {
    frame.fill_text(geometry::Text {
        content: words.into(),
        position: to(at),
        color,
        size: crate::theme::SMALL.into(),
        font: crate::theme::FONT,
        align_x: align.0,
        align_y: align.1,
        ..geometry::Text::default()
    });
}

/// The length of a text in the bundled font, as a multiple of its size; rather too long than too short.
pub(crate) fn length(words: &str) -> f32 {
    words.chars().map(wide).sum()
}

/// How wide a letter is, as a share of its size.
fn wide(letter: char) -> f32 {
    match letter {
        'i' | 'j' | 'l' | ' ' | '.' | ',' | ':' => 0.28,
        'f' | 't' | 'r' => 0.37,
        'm' | 'w' | 'M' | 'W' | '…' => 0.85,
        'A'..='Z' => 0.64,
        _ => 0.56,
    }
}

/// A text, cut off where its room ends: so many times its size.
pub(crate) fn cut(words: &str, room: f32) -> Cow<'_, str> {
    if length(words) <= room {
        return words.into();
    }
    let mut left = room - wide('…');
    let kept: String = words.chars().take_while(|&letter| (left -= wide(letter), left >= 0.0).1).collect();
    format!("{}…", kept.trim_end()).into()
}

/// A place as the toolkit has it.
fn to(p: Point) -> iced::Point {
    iced::Point::new(p.x, p.y)
}

/// A place of the toolkit.
fn from(p: iced::Point) -> Point {
    Point::new(p.x, p.y)
}

/// A box as the toolkit has it.
fn area(r: Rect) -> iced::Rectangle {
    iced::Rectangle { x: r.at.x, y: r.at.y, width: r.size.x, height: r.size.y }
}
