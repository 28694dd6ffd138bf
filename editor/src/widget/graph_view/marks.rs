//! Frames and comments, behind all else.

use super::cards::{Side, WIDE, write};
use super::{Detail, GraphView, Pen};
use crate::geometry::{Point, Rect};
use crate::marks::Mark;
use crate::scene::{Hit, LINE, wrap};
use crate::theme::{self, mix};
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
            renderer.fill_quad(quad(pen.rect(frame.rect), border(edge, width, 10.0)), c.frame(frame.tint));
            if pen.detail == Detail::Full {
                let room = pen.rect(frame.head());
                let size = (theme::TEXT * zoom).clamp(theme::SMALL, 26.0);
                let at = Point::new(room.x + (12.0 * zoom).clamp(4.0, 16.0), room.y + room.height / 2.0);
                let room = Rectangle { y: at.y - size, height: 2.0 * size, ..room };
                write(renderer, &frame.title, at, room, size, Side::Left, c.heading(frame.tint));
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
            renderer.fill_quad(quad(bounds, border(edge, width, 6.0)), c.comment(comment.tint));
            let bar = Rectangle { width: (3.0 * zoom).max(1.5), ..bounds };
            renderer.fill_quad(quad(bar, border(tint, 0.0, 2.0)), tint);
            if pen.detail < Detail::Full {
                continue;
            }
            // Letters never get too small to be read: rather fewer of them are seen.
            let size = (theme::TEXT * zoom).max(theme::SMALL);
            let (line, pad) = (LINE / theme::TEXT * size, 10.0 * zoom);
            let letters = ((bounds.width - 2.4 * pad) / (size * WIDE)).max(1.0) as usize;
            let rows = ((bounds.height - pad) / line).max(1.0) as usize;
            let mut lines = wrap(&comment.text, letters);
            if lines.len() > rows {
                lines.truncate(rows);
                lines.last_mut().into_iter().for_each(|last| last.push('…'));
            }
            for (k, words) in lines.iter().enumerate() {
                let y = bounds.y + pad + (k as f32 + 0.5) * line;
                write(renderer, words, Point::new(bounds.x + 1.4 * pad, y), bounds, size, Side::Left, c.text);
            }
        }
    }

    /// Far away the titles of frames stand over all else, so that one finds the way.
    pub(super) fn draw_titles(&self, pen: &Pen<'_>, renderer: &mut Renderer) {
        let c = pen.c;
        if pen.detail == Detail::Full {
            return;
        }
        for frame in self.scene.frames.iter().filter(|f| f.rect.meets(pen.seen)) {
            let head = pen.rect(frame.head());
            let width = (frame.title.chars().count() as f32 * theme::TEXT * 0.55 + 16.0).min(head.width);
            if width < 32.0 {
                continue;
            }
            let bounds = Rectangle { x: head.x, y: head.y - 10.0, width, height: 20.0 };
            let border = Border { color: c.mark(frame.tint), width: 1.0, radius: 4.0.into() };
            renderer.fill_quad(renderer::Quad { bounds, border, ..renderer::Quad::default() }, c.surface);
            let at = Point::new(bounds.x + 8.0, bounds.y + 10.0);
            write(renderer, &frame.title, at, bounds, theme::TEXT, Side::Left, c.text);
        }
    }
}
