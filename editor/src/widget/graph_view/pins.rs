//! Pinned probes, over the cards.

use super::cards::{Side, write};
use super::{Detail, GraphView, Pen};
use crate::geometry::{Point, Rect};
use crate::marks::Mark;
use crate::scene::{Hit, PinBox};
use crate::theme::{self, fade};
use crate::widget::{plot, to};
use iced::advanced::graphics::geometry::{Frame, LineDash, Path, Renderer as _, Stroke};
use iced::advanced::{Renderer as _, renderer};
use iced::{Border, Renderer, Vector};

/// What a pinned probe shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shown {
    /// In numbers.
    pub words: String,
    /// As a scope, heights from 0 to 1.
    pub line: Vec<f32>,
    /// Of what is held, the whole: least and greatest of each part.
    pub whole: Vec<(f32, f32)>,
    /// Which place of it is shown, 0 to 1.
    pub at: f32,
}

/// The height of a line, and of the picture of all that is held.
const LINE: f32 = 18.0;
const WHOLE: f32 = 16.0;

/// How many lines of text there is room for.
fn lines(zoom: f32) -> f32 {
    if zoom < 0.85 { 1.0 } else { 2.0 }
}

impl<Message> GraphView<'_, Message> {
    pub(super) fn draw_pins(&self, pen: &Pen<'_>, renderer: &mut Renderer) {
        let c = pen.c;
        let zoom = pen.view.zoom;
        let seen = || self.scene.pins.iter().enumerate().filter(|(_, p)| p.rect.meets(pen.seen));
        for (k, pin) in seen() {
            let (color, width) = match () {
                () if self.mark == Some(Mark::Pin(pin.id)) => (c.accent, 2.0),
                () if pen.over == Some(Hit::Pin(k)) => (c.dim, 1.0),
                () => (c.line, 1.0),
            };
            let border = Border { color, width, radius: (6.0 * zoom.min(1.0)).into() };
            let bounds = pen.rect(pin.rect);
            renderer.fill_quad(
                renderer::Quad { bounds, border, ..renderer::Quad::default() },
                fade(c.surface, 0.96),
            );
        }
        let mut frame = Frame::new(renderer, pen.bounds.size());
        seen().for_each(|(_, pin)| self.draw_pin(pen, &mut frame, pin));
        let geometry = frame.into_geometry();
        let by = Vector::new(pen.bounds.x, pen.bounds.y);
        renderer.with_translation(by, |renderer| renderer.draw_geometry(geometry));
        if pen.detail < Detail::Full {
            return;
        }
        let size = (theme::SMALL * zoom).clamp(theme::SMALL, 20.0);
        for (_, pin) in seen() {
            let card = &self.scene.cards[pin.source.0];
            let port = &card.sockets[pin.source.1].port.name;
            let name = if port.is_empty() { card.title.clone() } else { format!("{} {port}", card.title) };
            let room = pen.rect(pin.rect);
            let words = self.pins.get(&pin.id).map_or("nothing yet", |s| s.words.as_str());
            let at = |line: f32| {
                Point::new(room.x + 10.0 * zoom, room.y + (line + 0.6) * LINE / theme::SMALL * size)
            };
            write(renderer, &name, at(0.0), room, size, Side::Left, c.text);
            if lines(zoom) > 1.0 {
                write(renderer, words, at(1.0), room, size, Side::Left, c.dim);
            }
        }
    }

    fn draw_pin(&self, pen: &Pen<'_>, frame: &mut Frame<Renderer>, pin: &PinBox) {
        let c = pen.c;
        let from = self.scene.cards[pin.source.0].sockets[pin.source.1].at;
        // To the nearest edge of the box.
        let (low, high) = (pin.rect.at, pin.rect.end());
        let end = Point::new(from.x.clamp(low.x, high.x), from.y.clamp(low.y, high.y));
        let line = Path::line(to(pen.local(from)), to(pen.local(end)));
        let dash = LineDash { segments: &[2.0, 3.0], offset: 0 };
        frame
            .stroke(&line, Stroke { line_dash: dash, ..Stroke::default() }.with_color(c.dim).with_width(1.0));
        let Some(shown) = self.pins.get(&pin.id).filter(|_| pen.detail == Detail::Full) else { return };
        let local = |r: Rect| Rect { at: pen.local(r.at), size: r.size * pen.view.zoom };
        let whole = if shown.whole.is_empty() { 0.0 } else { WHOLE + 4.0 };
        // Lines do not get smaller than they can be read.
        let head = lines(pen.view.zoom) * LINE * (1.0 / pen.view.zoom).max(1.0);
        let top = Point::new(8.0, head + 6.0);
        let size = pin.rect.size - top - Point::new(8.0, 8.0 + whole);
        let scope = local(Rect { at: pin.rect.at + top, size });
        plot::lines(frame, scope, &[0.5], &[], c.grid);
        plot::draw(frame, Some(crate::picture::Sort::Wave), &shown.line, scope, c.sound.1, 1.5);
        if shown.whole.is_empty() {
            return;
        }
        let strip = local(Rect {
            at: pin.rect.at + Point::new(8.0, pin.rect.size.y - WHOLE - 6.0),
            size: Point::new(pin.rect.size.x - 16.0, WHOLE),
        });
        let most = shown.whole.iter().fold(1e-6f32, |m, (low, high)| m.max(-low).max(*high));
        for (k, (low, high)) in shown.whole.iter().enumerate() {
            let x = strip.at.x + (k as f32 + 0.5) / shown.whole.len() as f32 * strip.size.x;
            let y = |v: f32| strip.center().y - 0.5 * strip.size.y * v / most;
            let part = Path::line(to(Point::new(x, y(*low) + 0.5)), to(Point::new(x, y(*high) - 0.5)));
            frame.stroke(&part, Stroke::default().with_color(c.sound.0).with_width(1.0));
        }
        let x = strip.at.x + shown.at * strip.size.x;
        let place = Path::line(to(Point::new(x, strip.at.y)), to(Point::new(x, strip.end().y)));
        frame.stroke(&place, Stroke::default().with_color(c.accent).with_width(2.0));
    }
}
