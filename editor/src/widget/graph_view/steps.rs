//! The schedule over the graph: the order in which nodes are run, and what runs in the step that is shown.

use super::cards::{Side, write};
use super::{Detail, GraphView, Pen};
use crate::geometry::Point;
use crate::theme::{self, fade};
use crate::widget::to;
use iced::advanced::graphics::geometry::{Frame, LineCap, Path, Renderer as _, Stroke};
use iced::advanced::{Renderer as _, renderer};
use iced::{Border, Color, Rectangle, Renderer, Vector};
use std::collections::HashMap;

/// The way of a schedule over the cards.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Way {
    /// Cards in the order in which they are run; of several in one step the first.
    pub path: Vec<usize>,
    /// How much of it is done with the step that is shown.
    pub done: usize,
    /// By card: the number of its first step.
    pub numbers: HashMap<usize, usize>,
    /// The cards that the step is about.
    pub now: Vec<usize>,
    /// The cables that it is about.
    pub cables: Vec<u32>,
}

impl<Message> GraphView<'_, Message> {
    pub(super) fn draw_steps(&self, pen: &Pen<'_>, renderer: &mut Renderer, way: &Way) {
        let c = pen.c;
        for card in way.now.iter().filter_map(|&k| self.scene.cards.get(k)) {
            let border =
                Border { color: c.accent, width: 3.0, radius: (10.0 * pen.view.zoom.min(1.0)).into() };
            let bounds = pen.rect(card.rect.grown(3.0));
            renderer.fill_quad(
                renderer::Quad { bounds, border, ..renderer::Quad::default() },
                fade(c.accent, 0.10),
            );
        }
        let mut frame = Frame::new(renderer, pen.bounds.size());
        // From number to number, so that what stands on the cards can be read.
        let corner = |k: usize| self.scene.cards.get(k).map(|card| pen.local(card.rect.at));
        let places: Vec<Point> = way.path.iter().filter_map(|&k| corner(k)).collect();
        let mut line = |places: &[Point], color: Color, width: f32| {
            let path = Path::new(|path| {
                for (k, &at) in places.iter().enumerate() {
                    if k == 0 { path.move_to(to(at)) } else { path.line_to(to(at)) }
                }
            });
            let stroke = Stroke { line_cap: LineCap::Round, ..Stroke::default() };
            frame.stroke(&path, stroke.with_color(color).with_width(width));
        };
        let done = way.done.min(places.len());
        line(&places[done.saturating_sub(1)..], fade(c.text, 0.22), 1.5);
        line(&places[..done], fade(c.accent, 0.65), 2.5);
        for wire in self.scene.wires.iter().filter(|w| way.cables.contains(&w.id)) {
            let curve: Vec<Point> = (0..=24).map(|k| pen.local(wire.curve.at(k as f32 / 24.0))).collect();
            line(&curve, c.accent, 5.0);
        }
        let geometry = frame.into_geometry();
        let by = Vector::new(pen.bounds.x, pen.bounds.y);
        renderer.with_translation(by, |renderer| renderer.draw_geometry(geometry));
        if pen.detail < Detail::Names {
            return;
        }
        // Over the line stand the numbers.
        renderer.with_layer(pen.bounds, |renderer| {
            for (&k, number) in &way.numbers {
                let Some(card) = self.scene.cards.get(k).filter(|card| card.rect.meets(pen.seen)) else {
                    continue;
                };
                let words = number.to_string();
                let at = pen.at(card.rect.at);
                let width = (words.len() as f32 * 7.0 + 10.0).max(20.0);
                let bounds = Rectangle { x: at.x - width / 2.0, y: at.y - 10.0, width, height: 20.0 };
                let now = way.now.contains(&k);
                let (ground, ink) = if now { (c.accent, c.on_accent) } else { (c.surface, c.text) };
                let border = Border { color: c.accent, width: 1.0, radius: 10.0.into() };
                renderer.fill_quad(renderer::Quad { bounds, border, ..renderer::Quad::default() }, ground);
                write(renderer, &words, Point::new(at.x, at.y), bounds, theme::SMALL, Side::Middle, ink);
            }
        });
    }
}
