//! Shapes that look alike, gathered and drawn as one: what a shape costs is mostly that it is one of its own.

use crate::geometry::Point;
use crate::widget::to;
use iced::Color;
use iced::advanced::graphics::geometry::{Path, path::Builder};
use std::collections::BTreeMap;

/// Shapes by how they look; those whose look is less are drawn first.
pub(super) struct Batch<L>(BTreeMap<L, Builder>);

impl<L> Default for Batch<L> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<L: Ord> Batch<L> {
    /// Where shapes of this look are drawn.
    pub(super) fn with(&mut self, look: L) -> &mut Builder {
        self.0.entry(look).or_default()
    }

    /// Gives the shapes of each look.
    pub(super) fn each(self, mut draw: impl FnMut(L, &Path)) {
        self.0.into_iter().for_each(|(look, shapes)| draw(look, &shapes.build()));
    }
}

/// A colour that can be compared.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Ink([u32; 4]);

impl From<Color> for Ink {
    fn from(c: Color) -> Self {
        Self([c.r, c.g, c.b, c.a].map(f32::to_bits))
    }
}

impl From<Ink> for Color {
    fn from(ink: Ink) -> Self {
        let [r, g, b, a] = ink.0.map(f32::from_bits);
        Self { r, g, b, a }
    }
}

/// A circle in four bends, without any sine; it is off by 0.03 % of its radius.
pub(super) fn circle(path: &mut Builder, middle: Point, radius: f32) {
    /// How far the handles of a quarter lie from its ends.
    const HANDLE: f32 = 0.552_284_8;
    let at = |x: f32, y: f32| to(middle + Point::new(x, y) * radius);
    let quarters = [(1.0, 0.0), (0.0, 1.0), (-1.0, 0.0), (0.0, -1.0)];
    path.move_to(at(1.0, 0.0));
    for (k, (x, y)) in quarters.into_iter().enumerate() {
        let (u, v) = quarters[(k + 1) % 4];
        path.bezier_curve_to(
            at(x + HANDLE * u, y + HANDLE * v),
            at(u + HANDLE * x, v + HANDLE * y),
            at(u, v),
        );
    }
    path.close();
}

/// A shape of straight lines.
pub(super) fn polygon(path: &mut Builder, corners: &[Point]) {
    for (k, &corner) in corners.iter().enumerate() {
        if k == 0 { path.move_to(to(corner)) } else { path.line_to(to(corner)) }
    }
    path.close();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_circle_is_round() {
        let mut builder = Builder::new();
        circle(&mut builder, Point::new(3.0, -2.0), 5.0);
        let drawn = svg(&builder.build());
        assert!(drawn.len() > 100);
        for (x, y) in drawn {
            let far = (x - 3.0).hypot(y + 2.0);
            assert!((far - 5.0).abs() < 5.0 * 0.0004, "{x}, {y}");
        }
    }

    /// Points on a path.
    fn svg(path: &Path) -> Vec<(f32, f32)> {
        use iced::advanced::graphics::geometry::path::lyon_path::Event;
        let mut points = Vec::new();
        for event in path.raw() {
            if let Event::Cubic { from, ctrl1, ctrl2, to } = event {
                let of = [from, ctrl1, ctrl2, to].map(|p| Point::new(p.x, p.y));
                let at = |k: usize| crate::geometry::Curve(of).at(k as f32 / 40.0);
                points.extend((0..=40).map(at).map(|p| (p.x, p.y)));
            }
        }
        points
    }
}
