//! The map: all of the graph in a corner, and the part that is seen.

use super::Pen;
use crate::geometry::{Point, Rect};
use crate::scene::Scene;
use crate::session::View;
use crate::theme::{ROUND, fade, mix};
use crate::widget::area;
use iced::advanced::{Renderer as _, renderer};
use iced::{Border, Rectangle, Renderer};
use std::collections::BTreeSet;

/// Its size.
const SIZE: Point = Point::new(176.0, 112.0);
/// Its distance from the corner.
const APART: f32 = 16.0;

/// The map.
pub struct Map {
    /// Where it lies, in pixels of the window.
    pub area: Rect,
    /// The graph and what is seen of it.
    world: Rect,
    scale: f32,
    seen: Rect,
}

impl Map {
    /// The map of a graph; none where all of it is seen, or the canvas is small.
    pub fn new(scene: &Scene, view: View, bounds: Rectangle) -> Option<Self> {
        let screen = Point::new(bounds.width, bounds.height);
        let seen = view.seen(screen);
        let graph = scene.bounds()?;
        if (seen.contains(graph.at) && seen.contains(graph.end())) || screen.x < 480.0 || screen.y < 320.0 {
            return None;
        }
        let world = graph.with(seen).grown(32.0);
        let at = Point::new(bounds.x, bounds.y) + screen - SIZE - Point::new(APART, APART);
        let scale = (SIZE.x / world.size.x).min(SIZE.y / world.size.y);
        Some(Self { area: Rect { at, size: SIZE }, world, scale, seen })
    }

    fn place(&self, r: Rect) -> Rect {
        let middle = self.area.center() - self.world.center() * self.scale;
        Rect { at: r.at * self.scale + middle, size: r.size * self.scale }
    }

    /// The place of the graph under a place of the map.
    pub fn world(&self, at: Point) -> Point {
        (at - self.area.center()) / self.scale + self.world.center()
    }

    /// Draws it.
    pub(super) fn draw(&self, pen: &Pen<'_>, renderer: &mut Renderer, selected: &BTreeSet<String>) {
        let c = pen.c;
        let border = |color, width, radius: f32| Border { color, width, radius: radius.into() };
        let quad = |r: Rect, border| renderer::Quad { bounds: area(r), border, ..renderer::Quad::default() };
        renderer.fill_quad(quad(self.area, border(c.line, 1.0, ROUND)), fade(c.surface, 0.94));
        for card in &pen.scene.cards {
            let mut at = self.place(card.rect);
            at.size = Point::new(at.size.x.max(2.0), at.size.y.max(2.0));
            let chosen = selected.contains(&card.id);
            let color = if chosen { c.accent } else { mix(c.dim, c.family(card.group), 0.7) };
            renderer.fill_quad(quad(at, Border::default()), color);
        }
        let seen = self.place(self.seen);
        renderer.fill_quad(quad(seen, border(c.accent, 1.0, 2.0)), fade(c.accent, 0.08));
    }
}
