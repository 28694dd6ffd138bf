//! Frames and comments, behind all else.

use super::cards::{Side, write};
use super::{Detail, GraphView, Pen};
use crate::geometry::{Point, Rect};
use crate::marks::Mark;
use crate::scene::{Hit, LINE};
use crate::theme::{self, fade, mix};
use iced::advanced::{Renderer as _, renderer};
use iced::{Border, Rectangle, Renderer};

impl<Message> GraphView<'_, Message> {
    pub(super) fn draw_marks(&self, pen: &Pen<'_>, renderer: &mut Renderer) {
        let c = pen.c;
        let zoom = pen.view.zoom;
        let seen = |r: Rect| r.meets(pen.seen);
        let border =
            |color, width, radius: f32| Border { color, width, radius: (radius * zoom.min(1.0)).into() };
        let quad = |bounds, border| renderer::Quad { bounds, border, ..renderer::Quad::default() };
        for (k, frame) in self.scene.frames.iter().enumerate().filter(|(_, f)| seen(f.rect)) {
            let tint = c.mark(frame.tint);
            let (edge, width) = match () {
                () if self.mark == Some(Mark::Frame(frame.id)) => (c.accent, 2.0),
                () if pen.over == Some(Hit::Frame(k)) => (c.dim, 1.0),
                () => (mix(c.line, tint, 0.5), 1.0),
            };
            renderer.fill_quad(quad(pen.rect(frame.rect), border(edge, width, 10.0)), fade(tint, 0.10));
            let room = pen.rect(frame.head());
            if room.width > 24.0 {
                let size = (theme::TEXT * zoom).clamp(theme::SMALL, 26.0);
                // Far away the title stands over the frame, where it can be read.
                let middle = room.y + if room.height < size { -size * 0.6 } else { room.height / 2.0 };
                let room = Rectangle { y: middle - size, height: 2.0 * size, ..room };
                let at = Point::new(room.x + (12.0 * zoom).clamp(4.0, 16.0), middle);
                write(renderer, &frame.title, at, room, size, Side::Left, mix(c.text, tint, 0.25));
            }
        }
        for (k, comment) in self.scene.comments.iter().enumerate().filter(|(_, m)| seen(m.rect)) {
            let tint = c.mark(comment.tint);
            let bounds = pen.rect(comment.rect);
            let (edge, width) = match () {
                () if self.mark == Some(Mark::Comment(comment.id)) => (c.accent, 2.0),
                () if pen.over == Some(Hit::Comment(k)) => (c.dim, 1.0),
                () => (c.line, 1.0),
            };
            renderer.fill_quad(quad(bounds, border(edge, width, 6.0)), mix(c.surface, tint, 0.14));
            let bar = Rectangle { width: (3.0 * zoom).max(1.5), ..bounds };
            renderer.fill_quad(quad(bar, border(tint, 0.0, 2.0)), tint);
            if pen.detail < Detail::Full {
                continue;
            }
            // Below that size letters would not fit into their lines any more.
            let size = theme::TEXT * zoom;
            if size < 0.75 * theme::SMALL {
                continue;
            }
            for (line, words) in comment.lines.iter().enumerate() {
                let y = comment.rect.at.y + 10.0 + (line as f32 + 0.5) * LINE;
                let at = pen.at(Point::new(comment.rect.at.x + 14.0, y));
                write(renderer, words, at, bounds, size, Side::Left, c.text);
            }
        }
    }
}
