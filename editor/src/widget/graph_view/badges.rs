//! Small badges on cables, where sound waits or goes round; under cards, how late they are and what they cost.

use super::cards::{Side, write};
use super::{Detail, GraphView, Pen};
use crate::geometry::{Point, Rect};
use crate::scene::Badge;
use crate::theme;
use iced::advanced::{Renderer as _, renderer};
use iced::{Border, Rectangle, Renderer};

/// How high a badge is.
const HIGH: f32 = 18.0;
/// Where on its cable a badge may stand, the best first.
const PLACES: [f32; 9] = [0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8, 0.15, 0.85];
/// Below this zoom they would cover more than they tell.
const LEAST: f32 = 0.55;

impl<Message> GraphView<'_, Message> {
    pub(super) fn draw_badges(&self, pen: &Pen<'_>, renderer: &mut Renderer) {
        let c = pen.c;
        let zoom = pen.view.zoom;
        if pen.detail < Detail::Full || zoom < LEAST {
            return;
        }
        let scale = zoom.clamp(1.0, 1.25);
        let cards = self.scene.cards.iter().map(|card| {
            let mut room = card.rect.grown(8.0);
            // What stands under a card is not to be covered either.
            room.size.y += if card.foot.is_empty() { 0.0 } else { HIGH / zoom };
            room
        });
        let near: Vec<Rect> = cards.filter(|card| card.meets(pen.seen)).collect();
        for (index, wire) in self.scene.wires.iter().enumerate() {
            let (Some(badge), true) = (&wire.badge, wire.curve.bounds().meets(pen.seen)) else { continue };
            if pen.path.as_ref().is_some_and(|p| !p.wires[index]) {
                continue;
            }
            let (words, edge) = match badge {
                Badge::Held(words) => (format!("+{words}"), c.dim),
                Badge::Round(words) => (format!("loop {words}"), c.accent),
            };
            let size = theme::SMALL * scale;
            let way = wire.curve.0[3] - wire.curve.0[0];
            let room = way.x.abs().max(wire.curve.bounds().size.x) * zoom;
            let wide = words.chars().count() as f32 * size * 0.52 + 12.0 * scale;
            // A short cable has room for a mark alone; the pointer on it tells more.
            let (width, high) = if room > wide { (wide, HIGH * scale) } else { (8.0, 8.0) };
            // In the middle, or else where no card covers the cable.
            let free = |t: &&f32| {
                let at = wire.curve.at(**t);
                !near.iter().any(|card| card.contains(at))
            };
            let at = pen.at(wire.curve.at(*PLACES.iter().find(free).unwrap_or(&0.5)));
            let bounds = Rectangle { x: at.x - width / 2.0, y: at.y - high / 2.0, width, height: high };
            let border = Border { color: edge, width: 1.0, radius: (high / 2.0).into() };
            renderer.fill_quad(renderer::Quad { bounds, border, ..renderer::Quad::default() }, c.surface);
            if room > wide {
                write(renderer, &words, at, bounds, size, Side::Middle, c.text);
            }
        }
        for (k, card) in self.scene.cards.iter().enumerate().filter(|(_, card)| !card.foot.is_empty()) {
            if !card.rect.meets(pen.seen) || pen.path.as_ref().is_some_and(|p| !p.cards[k]) {
                continue;
            }
            let card_at = pen.rect(card.rect);
            let at = Point::new(card_at.x + 2.0, card_at.y + card_at.height + 9.0);
            // It may be a little wider than the card: beside it there is room.
            let room = Rectangle { y: at.y - 12.0, height: 24.0, width: 1.4 * card_at.width, ..card_at };
            write(renderer, &card.foot, at, room, theme::SMALL * scale, Side::Left, c.dim);
        }
    }
}
