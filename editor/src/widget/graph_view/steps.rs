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

/// How high a number is.
const HIGH: f32 = 20.0;

/// Where numbers stand already, by rows as high as they are.
#[derive(Default)]
struct Room(HashMap<i32, Vec<Rectangle>>);

impl Room {
    /// Takes a place, unless something stands there.
    fn takes(&mut self, at: Rectangle) -> bool {
        let row = (at.y / HIGH).floor() as i32;
        let mut near = (row - 1..=row + 1).flat_map(|row| self.0.get(&row).into_iter().flatten());
        if near.any(|other| other.intersects(&at)) {
            return false;
        }
        self.0.entry(row).or_default().push(at);
        true
    }
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
            // Those of the step that is shown come first; of the others, those that find room.
            let mut numbers: Vec<(bool, usize, usize)> =
                way.numbers.iter().map(|(&k, &number)| (!way.now.contains(&k), number, k)).collect();
            numbers.sort_unstable();
            let mut room = Room::default();
            for (other, number, k) in numbers {
                let Some(card) = self.scene.cards.get(k).filter(|card| card.rect.meets(pen.seen)) else {
                    continue;
                };
                let words = number.to_string();
                let at = pen.at(card.rect.at);
                let width = (words.len() as f32 * 7.0 + 10.0).max(20.0);
                let bounds = Rectangle { x: at.x - width / 2.0, y: at.y - HIGH / 2.0, width, height: HIGH };
                let now = !other;
                if !room.takes(bounds) && other {
                    continue;
                }
                let (ground, ink) = if now { (c.accent, c.on_accent) } else { (c.surface, c.text) };
                let border = Border { color: c.accent, width: 1.0, radius: 10.0.into() };
                renderer.fill_quad(renderer::Quad { bounds, border, ..renderer::Quad::default() }, ground);
                write(renderer, &words, Point::new(at.x, at.y), bounds, theme::SMALL, Side::Middle, ink);
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_never_stand_on_each_other() {
        let mut room = Room::default();
        let places =
            (0..40).flat_map(|x| (0..40).map(move |y| (x as f32 * 9.0 - 100.0, y as f32 * 7.0 - 100.0)));
        let all = places.map(|(x, y)| Rectangle { x, y, width: 24.0, height: HIGH });
        let taken: Vec<Rectangle> = all.filter(|at| room.takes(*at)).collect();
        assert!(taken.len() > 50, "{}", taken.len());
        for (k, a) in taken.iter().enumerate() {
            assert!(taken[..k].iter().all(|b| !a.intersects(b)), "{a:?}");
        }
    }
}
