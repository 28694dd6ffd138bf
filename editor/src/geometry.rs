//! Points, boxes and curves of the canvas, in its own units: one of them is a pixel where nothing is zoomed.

use serde::{Deserialize, Serialize};
use std::ops::{Add, Div, Mul, Sub};

/// A place or a way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// To the right.
    pub x: f32,
    /// Downwards.
    pub y: f32,
}

impl Point {
    /// A place.
    pub const fn new(x: f32, y: f32) -> Self {
        Self { x, y }
    }

    /// How long the way is.
    pub fn length(self) -> f32 {
        self.x.hypot(self.y)
    }

    /// The nearest place on a grid.
    pub fn snapped(self, grid: f32) -> Self {
        Self::new((self.x / grid).round() * grid, (self.y / grid).round() * grid)
    }
}

impl Add for Point {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self::new(self.x + other.x, self.y + other.y)
    }
}

impl Sub for Point {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self::new(self.x - other.x, self.y - other.y)
    }
}

impl Mul<f32> for Point {
    type Output = Self;
    fn mul(self, by: f32) -> Self {
        Self::new(self.x * by, self.y * by)
    }
}

impl Div<f32> for Point {
    type Output = Self;
    fn div(self, by: f32) -> Self {
        Self::new(self.x / by, self.y / by)
    }
}

/// A box.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Rect {
    /// Its left upper corner.
    pub at: Point,
    /// Its width and height.
    pub size: Point,
}

impl Rect {
    /// A box from its left upper corner on.
    pub const fn new(x: f32, y: f32, width: f32, height: f32) -> Self {
        Self { at: Point::new(x, y), size: Point::new(width, height) }
    }

    /// The box between two corners.
    pub fn between(a: Point, b: Point) -> Self {
        let at = Point::new(a.x.min(b.x), a.y.min(b.y));
        Self { at, size: Point::new((a.x - b.x).abs(), (a.y - b.y).abs()) }
    }

    /// The right lower corner.
    pub fn end(self) -> Point {
        self.at + self.size
    }

    /// The middle.
    pub fn center(self) -> Point {
        self.at + self.size / 2.0
    }

    /// Whether a place lies in it.
    pub fn contains(self, p: Point) -> bool {
        let end = self.end();
        p.x >= self.at.x && p.y >= self.at.y && p.x <= end.x && p.y <= end.y
    }

    /// Whether two boxes have something in common.
    pub fn meets(self, other: Self) -> bool {
        let (a, b) = (self.end(), other.end());
        self.at.x <= b.x && other.at.x <= a.x && self.at.y <= b.y && other.at.y <= a.y
    }

    /// The box around both.
    pub fn with(self, other: Self) -> Self {
        let (a, b) = (self.end(), other.end());
        let from = Point::new(self.at.x.min(other.at.x), self.at.y.min(other.at.y));
        Self::between(from, Point::new(a.x.max(b.x), a.y.max(b.y)))
    }

    /// The box with so much more on each side.
    pub fn grown(self, by: f32) -> Self {
        let by = Point::new(by, by);
        Self { at: self.at - by, size: self.size + by * 2.0 }
    }

    /// The box elsewhere.
    pub fn moved(self, by: Point) -> Self {
        Self { at: self.at + by, ..self }
    }
}

/// A cubic Bézier curve: the way of a cable.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Curve(pub [Point; 4]);

/// Into how many straight pieces a curve is cut to be measured.
const PIECES: usize = 24;

impl Curve {
    /// The way from an output, which leaves to the right, to an input, which is entered from the left.
    pub fn cable(from: Point, to: Point) -> Self {
        let way = to - from;
        if way.x >= 0.0 {
            let reach = (way.x * 0.5).max((way.y.abs() * 0.35).min(64.0)).min(160.0);
            let out = Point::new(reach, 0.0);
            return Self([from, from + out, to - out, to]);
        }
        // Backwards it swings out, and below what lies between, so that the way back is seen.
        let reach = (64.0 - way.x * 0.3).min(240.0);
        let below = Point::new(0.0, (140.0 - way.y.abs()).max(0.0) * 1.2);
        let out = Point::new(reach, 0.0);
        Self([from, from + out + below, to - out + below, to])
    }

    /// The place at a share of the way, 0 to 1.
    pub fn at(&self, t: f32) -> Point {
        let [a, b, c, d] = self.0;
        let s = 1.0 - t;
        a * (s * s * s) + b * (3.0 * s * s * t) + c * (3.0 * s * t * t) + d * (t * t * t)
    }

    /// A box that it lies in.
    pub fn bounds(&self) -> Rect {
        let [a, b, c, d] = self.0;
        Rect::between(a, d).with(Rect::between(b, c))
    }

    /// How far a place is from it.
    pub fn distance(&self, p: Point) -> f32 {
        let places = (0..=PIECES).map(|k| self.at(k as f32 / PIECES as f32));
        let mut last = self.0[0];
        let mut least = f32::INFINITY;
        for next in places.skip(1) {
            least = least.min(to_line(p, last, next));
            last = next;
        }
        least
    }
}

/// How far a place is from a straight piece.
fn to_line(p: Point, a: Point, b: Point) -> f32 {
    let (way, to) = (b - a, p - a);
    let length = way.x * way.x + way.y * way.y;
    let t = if length > 0.0 { ((to.x * way.x + to.y * way.y) / length).clamp(0.0, 1.0) } else { 0.0 };
    (to - way * t).length()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cable_begins_and_ends_at_its_ports_and_lies_in_its_box() {
        for to in [Point::new(300.0, 40.0), Point::new(-200.0, 90.0), Point::new(10.0, -500.0)] {
            let curve = Curve::cable(Point::default(), to);
            assert_eq!((curve.at(0.0), curve.at(1.0)), (Point::default(), to));
            let bounds = curve.bounds().grown(1e-3);
            assert!((0..=100).all(|k| bounds.contains(curve.at(k as f32 / 100.0))));
        }
    }

    #[test]
    fn a_place_beside_a_straight_cable_is_as_far_away_as_it_looks() {
        let curve = Curve::cable(Point::default(), Point::new(200.0, 0.0));
        assert!((curve.distance(Point::new(100.0, 7.0)) - 7.0).abs() < 1e-3);
        assert!((curve.distance(Point::new(203.0, 4.0)) - 5.0).abs() < 1e-3);
    }
}
