//! Own widgets, a file each.

pub mod fader;
pub mod graph_view;
pub mod icon;
pub mod meter;
pub mod plot;

use crate::geometry::{Point, Rect};

/// A place as the toolkit has it.
fn to(p: Point) -> iced::Point {
    iced::Point::new(p.x, p.y)
}

/// A place of the toolkit.
fn from(p: iced::Point) -> Point {
    Point::new(p.x, p.y)
}

/// A box as the toolkit has it.
fn area(r: Rect) -> iced::Rectangle {
    iced::Rectangle { x: r.at.x, y: r.at.y, width: r.size.x, height: r.size.y }
}
