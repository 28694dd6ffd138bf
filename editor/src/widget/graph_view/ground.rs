//! The ground: a colour, and points on a grid.

use super::{Detail, Pen};
use crate::geometry::Point;
use iced::advanced::{Renderer as _, renderer};
use iced::{Rectangle, Renderer};

/// How far the points are from each other, in units of the graph; from far away only some of them are seen.
const APART: f32 = 32.0;
/// How near to each other points are drawn at most, in pixels.
const LEAST: f32 = 18.0;

/// Draws the ground.
pub fn draw(pen: &Pen<'_>, renderer: &mut Renderer) {
    renderer.fill_quad(renderer::Quad { bounds: pen.bounds, ..renderer::Quad::default() }, pen.c.canvas);
    if pen.detail < Detail::Names {
        return;
    }
    let apart = APART * (LEAST / APART / pen.view.zoom).log2().ceil().max(0.0).exp2();
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
