//! A picture of a node, or a line of any kind, in a box.

use super::chart::{self, Numbers};
use super::small::{Picture, picture};
use crate::geometry::{Point, Rect};
use crate::picture::Sort;
use crate::theme::{Colors, fade};
use iced::advanced::graphics::geometry::{Frame, Path, Stroke, path::Builder};
use iced::{Color, Element, Renderer, Size};

/// Draws a line, evenly spread over a box, and what lies under it.
pub fn draw(
    frame: &mut Frame<Renderer>,
    sort: Option<Sort>,
    heights: &[f32],
    at: Rect,
    color: Color,
    width: f32,
) {
    if heights.len() > 1 {
        frame.fill(&Path::new(|path| area(path, sort, heights, at)), fade(color, 0.14));
        let stroke = Stroke::default().with_color(color).with_width(width);
        frame.stroke(&Path::new(|path| line(path, heights, at)), stroke);
    }
}

/// Where a height of a line lies in a box.
fn place(heights: &[f32], k: usize, y: f32, at: Rect) -> iced::Point {
    let x = k as f32 / (heights.len() - 1) as f32;
    super::to(at.at + Point::new(x * at.size.x, (1.0 - y) * at.size.y))
}

/// Adds a line to a path; it needs two heights.
pub fn line(path: &mut Builder, heights: &[f32], at: Rect) {
    if heights.len() < 2 {
        return;
    }
    for (k, &y) in heights.iter().enumerate() {
        let to = place(heights, k, y, at);
        if k == 0 { path.move_to(to) } else { path.line_to(to) }
    }
}

/// Adds what lies under a line to a path.
pub fn area(path: &mut Builder, sort: Option<Sort>, heights: &[f32], at: Rect) {
    if heights.len() < 2 {
        return;
    }
    // Under a wave and a bend lies the middle, under a response 0 dB, under all else the floor.
    let floor = match sort {
        Some(Sort::Wave | Sort::Bend | Sort::Response) => 0.5,
        _ => 0.0,
    };
    line(path, heights, at);
    path.line_to(place(heights, heights.len() - 1, floor, at));
    path.line_to(place(heights, 0, floor, at));
    path.close();
}

/// What is drawn behind a picture: lines at some heights and places, 0 to 1.
pub fn lines(frame: &mut Frame<Renderer>, at: Rect, across: &[f32], upright: &[f32], color: Color) {
    let stroke = Stroke::default().with_color(color).with_width(1.0);
    frame.stroke(&Path::new(|path| grid(path, at, across, upright)), stroke);
}

/// Adds the lines behind a picture to a path.
pub fn grid(path: &mut Builder, at: Rect, across: &[f32], upright: &[f32]) {
    let mut line = |from: Point, to: Point| {
        path.move_to(super::to(from));
        path.line_to(super::to(to));
    };
    for y in across {
        let y = at.at.y + (1.0 - y) * at.size.y;
        line(Point::new(at.at.x, y), Point::new(at.end().x, y));
    }
    for x in upright {
        let x = at.at.x + x * at.size.x;
        line(Point::new(x, at.at.y), Point::new(x, at.end().y));
    }
}

/// The lines behind a picture of some sort: across, and upright.
pub fn behind(sort: Option<Sort>) -> (&'static [f32], &'static [f32]) {
    match sort {
        // -12, 0 and 12 dB; 100 Hz, 1 kHz, 10 kHz.
        Some(Sort::Response) => (&[0.25, 0.5, 0.75], &[0.233, 0.566, 0.9]),
        Some(Sort::Transfer | Sort::Echo) => (&[0.333, 0.667], &[0.333, 0.667]),
        Some(Sort::Wave) => (&[0.5], &[0.5]),
        Some(Sort::Bend) => (&[0.5], &[0.5]),
        Some(Sort::Shape) | None => (&[], &[]),
    }
}

/// The numbers of those lines, for a box that has room for them; none where they would tell nothing.
pub fn numbers(sort: Option<Sort>) -> Option<(Numbers, Numbers)> {
    let words = |places: &[f32], words: [&str; 3]| -> Numbers {
        places.iter().zip(words).map(|(place, words)| (*place, words.into())).collect()
    };
    let (across, upright) = behind(sort);
    match sort {
        Some(Sort::Response) => {
            Some((words(across, ["−12", "0", "+12"]), words(upright, ["100", "1k", "10k"])))
        }
        Some(Sort::Transfer) => Some((words(across, ["−40", "−20", ""]), words(upright, ["−40", "−20", ""]))),
        _ => None,
    }
}

/// Lines in a box of their own, each with its colour.
pub struct Plot {
    /// What they show.
    pub sort: Option<Sort>,
    /// The lines.
    pub lines: Vec<(Vec<f32>, Color)>,
    /// A place that stands out, 0 to 1 from the left and from below.
    pub dot: Option<(f32, f32)>,
    /// The height of the box.
    pub height: f32,
    /// The colours of the rest.
    pub colors: &'static Colors,
}

impl Picture for Plot {
    fn height(&self) -> f32 {
        self.height
    }

    fn colors(&self) -> &'static Colors {
        self.colors
    }

    fn draw(&self, frame: &mut Frame<Renderer>, size: Size) {
        let at = match numbers(self.sort) {
            Some((across, upright)) => {
                let at = chart::inside(size.width, size.height);
                chart::grid(frame, at, &across, &upright, self.colors);
                at
            }
            None => {
                let at = Rect::new(8.0, 8.0, size.width - 16.0, size.height - 16.0);
                let (across, upright) = behind(self.sort);
                lines(frame, at, across, upright, self.colors.grid);
                at
            }
        };
        for (line, color) in &self.lines {
            draw(frame, self.sort, line, at, *color, 1.5);
        }
        if let Some((x, y)) = self.dot {
            let place = super::to(at.at + Point::new(x * at.size.x, (1.0 - y) * at.size.y));
            let dot = Path::circle(place, 4.5);
            frame.fill(&dot, self.colors.accent);
            frame.stroke(&dot, Stroke::default().with_color(self.colors.canvas).with_width(1.5));
        }
    }
}

impl<'a, Message: 'a> From<Plot> for Element<'a, Message> {
    fn from(plot: Plot) -> Self {
        picture(plot)
    }
}
