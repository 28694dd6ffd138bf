//! The ground: a colour, and points on a grid.

use super::{Detail, Pen};
use crate::geometry::Point;
use iced::advanced::{Renderer as _, renderer};
use iced::{Rectangle, Renderer};

/// How far the points are from each other, in units of the graph.
const APART: f32 = 32.0;

/// Draws the ground.
pub fn draw(pen: &Pen<'_>, renderer: &mut Renderer) {
    renderer.fill_quad(renderer::Quad { bounds: pen.bounds, ..renderer::Quad::default() }, pen.c.canvas);
    if pen.detail < Detail::Names {
        return;
    }
    let apart = if pen.detail == Detail::Full { APART } else { 2.0 * APART };
    let from = Point::new((pen.seen.at.x / apart).floor(), (pen.seen.at.y / apart).floor());
    let count = pen.seen.size / apart;
    for row in 0..=count.y as i32 + 1 {
        for column in 0..=count.x as i32 + 1 {
            let at = pen.at((from + Point::new(column as f32, row as f32)) * apart);
            let bounds = Rectangle { x: at.x.round(), y: at.y.round(), width: 1.5, height: 1.5 };
            renderer.fill_quad(renderer::Quad { bounds, ..renderer::Quad::default() }, pen.c.grid);
        }
    }
}
