//! Cards: quiet, with a thin tint by family, a name, ports and the node's most telling picture.

use super::batch::{Batch, Ink, circle, polygon};
use super::{Detail, GraphView, Pen};
use crate::geometry::{Point, Rect};
use crate::gesture::{Cabling, Gesture};
use crate::ports::{self, Sort};
use crate::scene::{Card, HEAD, Hit, Socket, Solo};
use crate::theme::{self, fade, mix};
use crate::widget::meter::place;
use crate::widget::{cut, length, plot, to};
use iced::advanced::graphics::geometry::{Frame, Renderer as _, Stroke};
use iced::advanced::text::{self, Renderer as _};
use iced::advanced::{Renderer as _, renderer};
use iced::{Border, Color, Rectangle, Renderer, Size, Vector, alignment, border};

/// How round a card is.
const ROUND: f32 = 8.0;
/// The height of the bar of a family, and the least that is left of it.
const BAR: (f32, f32) = (3.0, 2.0);
/// The radius of a port.
const PORT: f32 = 5.0;

/// The corners of the ports of notes and of parameters.
const SQUARE: [(f32, f32); 4] = [(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)];
const DIAMOND: [(f32, f32); 4] = [(0.0, -1.2), (1.2, 0.0), (0.0, 1.2), (-1.2, 0.0)];

/// What is drawn on cards, from below.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Shape {
    Grid,
    Area(Ink),
    Line(Ink),
    Port(Ink),
    Rim(Ink),
}

/// Where a text stands.
#[derive(Clone, Copy)]
pub(super) enum Side {
    Left,
    Right,
    Middle,
}

/// Writes a line of text, with its middle at a height; it ends where its room ends.
pub(super) fn write(
    renderer: &mut Renderer,
    words: &str,
    at: Point,
    room: Rectangle,
    size: f32,
    side: Side,
    color: Color,
) {
    // The toolkit cuts texts off at the edge of a layer alone: what begins outside of the room would be seen there.
    let out = match side {
        Side::Left => at.x < room.x - 1.0,
        Side::Right => at.x > room.x + room.width + 1.0,
        Side::Middle => false,
    };
    if out || at.y < room.y || at.y > room.y + room.height {
        return;
    }
    let width = match side {
        Side::Left => room.x + room.width - at.x,
        Side::Right => at.x - room.x,
        Side::Middle => 2.0 * (at.x - room.x).min(room.x + room.width - at.x),
    };
    // What is written from beyond the edge would be seen there.
    let from_right = !matches!(side, Side::Left) && at.x > room.x + room.width;
    let words = cut(words, width / size);
    if from_right || words == "…" {
        return;
    }
    let align = match side {
        Side::Left => text::Alignment::Left,
        Side::Right => text::Alignment::Right,
        Side::Middle => text::Alignment::Center,
    };
    let text = iced::advanced::Text {
        content: words.into_owned(),
        bounds: Size::new(f32::INFINITY, size * 1.4),
        size: size.into(),
        line_height: text::LineHeight::default(),
        font: theme::FONT,
        align_x: align,
        align_y: alignment::Vertical::Center,
        shaping: text::Shaping::Basic,
        wrapping: text::Wrapping::None,
    };
    renderer.fill_text(text, to(at), color, room);
}

/// The mean width of a letter of the bundled font, as a share of its size.
pub(super) const WIDE: f32 = 0.5;

impl<Message> GraphView<'_, Message> {
    pub(super) fn draw_cards(&self, pen: &Pen<'_>, renderer: &mut Renderer, cards: &[usize]) {
        for &k in cards {
            self.draw_box(pen, renderer, k);
        }
        if pen.detail >= Detail::Names {
            let mut shapes = Batch::default();
            for &k in cards {
                self.draw_shapes(pen, &mut shapes, k);
            }
            let mut frame = Frame::new(renderer, pen.bounds.size());
            shapes.each(|shape, path| {
                let line = |ink: Ink, width| Stroke::default().with_color(ink.into()).with_width(width);
                match shape {
                    Shape::Grid => frame.stroke(path, line(pen.c.grid.into(), 1.0)),
                    Shape::Area(ink) => frame.fill(path, fade(ink.into(), 0.14)),
                    Shape::Port(ink) => frame.fill(path, Color::from(ink)),
                    Shape::Line(ink) | Shape::Rim(ink) => frame.stroke(path, line(ink, 1.5)),
                }
            });
            let geometry = frame.into_geometry();
            let by = Vector::new(pen.bounds.x, pen.bounds.y);
            renderer.with_translation(by, |renderer| renderer.draw_geometry(geometry));
            for &k in cards {
                self.draw_words(pen, renderer, k);
            }
        }
    }

    /// The greatest level that comes out of a card.
    fn level(&self, card: &Card) -> f32 {
        let outs = card.sockets.iter().filter(|s| s.out);
        let levels = outs.filter_map(|s| self.levels.level(&card.id, &s.port.name));
        levels.map(|l| place(l.peak).max(l.spark)).fold(0.0, f32::max)
    }

    fn draw_box(&self, pen: &Pen<'_>, renderer: &mut Renderer, k: usize) {
        let (card, c) = (&self.scene.cards[k], pen.c);
        let bounds = pen.rect(card.rect);
        let tint = c.family(card.group);
        let selected = self.selected.contains(&card.id);
        let over = matches!(pen.over, Some(Hit::Card(o) | Hit::Socket(o, _)) if o == k);
        let quiet = pen.dims(k);
        let (edge, width) = match () {
            () if self.wrong.contains(&card.id) => (c.alarm, 2.0),
            () if selected || card.solo == Some(Solo::Heard) => (c.accent, 2.0),
            () if over => (c.dim, 1.0),
            () => (c.line, 1.0),
        };
        if pen.detail == Detail::Tiles {
            let color =
                if selected { c.accent } else { mix(mix(c.raised, tint, 0.4), c.sound.1, self.level(card)) };
            renderer.fill_quad(renderer::Quad { bounds, ..renderer::Quad::default() }, color);
            return;
        }
        let scale = pen.view.zoom.min(1.0);
        renderer.fill_quad(
            renderer::Quad {
                bounds,
                border: Border { color: edge, width, radius: (ROUND * scale).into() },
                ..renderer::Quad::default()
            },
            c.card(card.group, quiet),
        );
        // The family: a thin bar along the head, whose length is not needed to tell it from others.
        let bar = Rectangle {
            x: bounds.x + ROUND * scale,
            y: bounds.y,
            width: bounds.width - 2.0 * ROUND * scale,
            height: (BAR.0 * scale).max(BAR.1),
        };
        let tint = if quiet { mix(tint, c.canvas, 0.5) } else { tint };
        renderer.fill_quad(
            renderer::Quad { bounds: bar, border: border::rounded(1.5), ..renderer::Quad::default() },
            tint,
        );
        if let (Detail::Full, Some(picture)) = (pen.detail, card.picture) {
            let quad = renderer::Quad {
                bounds: pen.rect(picture),
                border: border::rounded(4.0),
                ..renderer::Quad::default()
            };
            renderer.fill_quad(quad, fade(c.canvas, 0.75));
        }
    }

    fn draw_shapes(&self, pen: &Pen<'_>, shapes: &mut Batch<Shape>, k: usize) {
        let (card, c) = (&self.scene.cards[k], pen.c);
        if let (Detail::Full, Some(at)) = (pen.detail, card.picture) {
            let at = Rect { at: pen.local(at.at), size: at.size * pen.view.zoom }.grown(-4.0 * pen.view.zoom);
            let color = c.family(card.group);
            let color = if pen.dims(k) { mix(color, c.canvas, 0.5) } else { color };
            if let Some(picture) = self.pictures.get(&card.id) {
                let (across, upright) = plot::behind(picture.sort);
                plot::grid(shapes.with(Shape::Grid), at, across, upright);
                plot::area(shapes.with(Shape::Area(color.into())), picture.sort, &picture.line, at);
                plot::line(shapes.with(Shape::Line(color.into())), &picture.line, at);
            }
        }
        for (s, socket) in card.sockets.iter().enumerate() {
            self.draw_port(pen, shapes, (k, s), socket);
        }
    }

    /// A port: round for sound, square for notes, a diamond for a parameter; full where it has a cable.
    fn draw_port(&self, pen: &Pen<'_>, shapes: &mut Batch<Shape>, place: (usize, usize), socket: &Socket) {
        let c = pen.c;
        let at = pen.local(socket.at);
        let (_, loud) = c.cable(socket.port.sort);
        let over = matches!(pen.over, Some(Hit::Socket(card, s)) if (card, s) == place);
        let fit = self.fit(place, socket);
        let color = match fit {
            Some(false) => fade(c.dim, 0.35),
            Some(true) => c.accent,
            None if over => c.accent,
            None => loud,
        };
        let radius =
            PORT * pen.view.zoom.clamp(0.5, 1.4) * if over || fit == Some(true) { 1.25 } else { 1.0 };
        let fill = if socket.connected { color } else { c.canvas };
        let corners = |corners: [(f32, f32); 4]| corners.map(|(x, y)| at + Point::new(x, y) * radius);
        for shape in [Shape::Port(fill.into()), Shape::Rim(color.into())] {
            let path = shapes.with(shape);
            match socket.port.sort {
                Sort::Sound => circle(path, at, radius),
                Sort::Notes => polygon(path, &corners(SQUARE)),
                Sort::Value => polygon(path, &corners(DIAMOND)),
            }
        }
    }

    /// Whether the cable that is being drawn fits a port; nothing where none is drawn.
    fn fit(&self, place: (usize, usize), socket: &Socket) -> Option<bool> {
        let Gesture::Cabling(Cabling { from, out, .. }) = self.gesture else { return None };
        if place == *from {
            return Some(true);
        }
        let held = self.scene.cards.get(from.0)?.sockets.get(from.1)?.port.sort;
        let sorts = if *out { (held, socket.port.sort) } else { (socket.port.sort, held) };
        Some(socket.out != *out && ports::fits(sorts.0, sorts.1).is_ok())
    }

    fn draw_words(&self, pen: &Pen<'_>, renderer: &mut Renderer, k: usize) {
        let (card, c) = (&self.scene.cards[k], pen.c);
        let Some(room) = pen.rect(card.rect.grown(-2.0)).intersection(&pen.bounds) else { return };
        let zoom = pen.view.zoom;
        let size = (theme::TEXT * zoom).clamp(theme::SMALL, 26.0);
        // However small the card, its name stays clear of the bar above.
        let clear = pen.at(card.rect.at).y + BAR.1 + 0.6 * size;
        let middle = pen.at(card.rect.at + Point::new(0.0, HEAD / 2.0 + 1.0)).y.max(clear);
        let left = pen.at(card.rect.at).x;
        let right = pen.at(card.rect.end()).x;
        let quiet = pen.dims(k);
        let color = if quiet { c.dim } else { c.text };
        if pen.detail == Detail::Names {
            // Between the ports.
            let room = room.shrink(iced::Padding::default().horizontal(PORT));
            let middle = pen.at(card.rect.center());
            let (line, top) = (1.15 * theme::SMALL, pen.at(card.rect.at).y + BAR.1);
            let high = card.rect.size.y * zoom - BAR.1;
            let long = length(&card.title) * theme::SMALL > room.width;
            let parts = match card.title.rsplit_once(' ').filter(|_| long && high > 2.0 * line) {
                Some((first, second)) => [first, second],
                None => [&card.title, ""],
            };
            let y = (top + 0.7 * line).min(middle.y);
            for (k, words) in parts.into_iter().enumerate().filter(|(_, words)| !words.is_empty()) {
                let at = Point::new(middle.x, y + k as f32 * line);
                write(renderer, words, at, room, theme::SMALL, Side::Middle, color);
            }
            return;
        }
        let pad = 10.0 * zoom;
        write(renderer, &card.title, Point::new(left + pad, middle), room, size, Side::Left, color);
        let words = note(card);
        // Where the name needs the room, it has it.
        let small = (theme::SMALL * zoom).clamp(theme::SMALL, 20.0);
        if length(&card.title) * size + length(&words) * small + 2.0 * pad + 0.7 * size < right - left {
            write(renderer, &words, Point::new(right - pad, middle), room, small, Side::Right, c.dim);
        }
        let over = matches!(pen.over, Some(Hit::Card(o) | Hit::Socket(o, _)) if o == k);
        let cabling = matches!(self.gesture, Gesture::Cabling(_));
        if zoom < 0.9 && !over && !cabling {
            return;
        }
        let small = (theme::SMALL * zoom).clamp(theme::SMALL, 20.0);
        for socket in &card.sockets {
            let at = pen.at(socket.at);
            let (x, side) = match socket.out {
                true => (at.x - 12.0 * zoom, Side::Right),
                false => (at.x + 12.0 * zoom, Side::Left),
            };
            let name = if socket.port.name.is_empty() {
                if socket.out { "out" } else { "in" }
            } else {
                socket.port.name.as_str()
            };
            write(renderer, name, Point::new(x, at.y), room, small, side, c.dim);
        }
    }
}

/// What stands beside a name: what is done to the node, or else its kind.
fn note(card: &Card) -> String {
    match (card.mute, card.bypass, card.voices) {
        _ if card.solo == Some(Solo::Heard) => "solo".into(),
        _ if card.solo == Some(Solo::Silent) => "silent".into(),
        (true, ..) => "muted".into(),
        (_, true, _) => "bypassed".into(),
        (_, _, Some(voices)) => format!("{} × {voices}", card.kind),
        _ if card.inside => format!("{} ›", card.kind),
        _ if card.kind == card.title => String::new(),
        _ => card.kind.clone(),
    }
}
