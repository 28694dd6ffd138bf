//! Lines over a grid with numbers: a spectrum, a history.

use super::small::{Picture, picture};
use crate::geometry::{Point, Rect};
use crate::theme::{Colors, fade};
use iced::advanced::graphics::geometry::{Frame, Path, Stroke};
use iced::advanced::text::Alignment;
use iced::alignment::Vertical;
use iced::{Color, Element, Renderer, Size};

/// A line: heights from 0 to 1, evenly spread; where one is no number, there is a gap.
pub struct Line {
    /// The heights.
    pub heights: Vec<f32>,
    /// Its colour.
    pub color: Color,
    /// How wide it is.
    pub width: f32,
    /// Whether what lies under it is tinted.
    pub filled: bool,
}

/// Lines over a grid.
pub struct Chart {
    /// The lines, the first at the bottom.
    pub lines: Vec<Line>,
    /// Heights with their numbers.
    pub across: Numbers,
    /// Places with theirs.
    pub upright: Numbers,
    /// How high it is.
    pub height: f32,
    /// The colours.
    pub colors: &'static Colors,
}

/// The room for numbers: at the left, and below.
pub const ROOM: Point = Point::new(30.0, 18.0);
/// The room elsewhere.
const PAD: f32 = 8.0;

/// The box of the lines.
pub fn inside(width: f32, height: f32) -> Rect {
    Rect::new(ROOM.x, PAD, width - ROOM.x - PAD, height - ROOM.y - PAD)
}

/// Places with their numbers.
pub type Numbers = Vec<(f32, String)>;

/// Draws a grid with numbers at the left and below.
pub fn grid(frame: &mut Frame<Renderer>, at: Rect, across: &Numbers, upright: &Numbers, c: &'static Colors) {
    let thin = || Stroke::default().with_color(c.grid).with_width(1.0);
    for (height, words) in across {
        let y = at.at.y + (1.0 - height) * at.size.y;
        let line = Path::line(super::to(Point::new(at.at.x, y)), super::to(Point::new(at.end().x, y)));
        frame.stroke(&line, thin());
        super::write(frame, words, Point::new(at.at.x - 4.0, y), (Alignment::Right, Vertical::Center), c.dim);
    }
    for (place, words) in upright {
        let x = at.at.x + place * at.size.x;
        let line = Path::line(super::to(Point::new(x, at.at.y)), super::to(Point::new(x, at.end().y)));
        frame.stroke(&line, thin());
        // At the edge of the box a word stays inside of it.
        let side = if *place < 1.0 { Alignment::Center } else { Alignment::Right };
        super::write(frame, words, Point::new(x, at.end().y + 3.0), (side, Vertical::Top), c.dim);
    }
}

/// Draws a line into a box.
pub fn draw(frame: &mut Frame<Renderer>, line: &Line, at: Rect) {
    let last = line.heights.len().saturating_sub(1).max(1) as f32;
    let place = |k: usize| {
        let y = 1.0 - line.heights[k].clamp(0.0, 1.0);
        super::to(at.at + Point::new(k as f32 / last * at.size.x, y * at.size.y))
    };
    let floor = |k: usize| super::to(Point::new(at.at.x + k as f32 / last * at.size.x, at.end().y));
    let mut from = 0;
    for piece in line.heights.chunk_by(|a, b| a.is_nan() == b.is_nan()) {
        let (start, end) = (from, from + piece.len());
        from = end;
        if piece[0].is_nan() || piece.len() < 2 {
            continue;
        }
        let over = |path: &mut iced::advanced::graphics::geometry::path::Builder| {
            path.move_to(place(start));
            (start + 1..end).for_each(|k| path.line_to(place(k)));
        };
        if line.filled {
            let area = Path::new(|path| {
                over(path);
                path.line_to(floor(end - 1));
                path.line_to(floor(start));
                path.close();
            });
            frame.fill(&area, fade(line.color, 0.16));
        }
        frame.stroke(&Path::new(over), Stroke::default().with_color(line.color).with_width(line.width));
    }
}

impl Picture for Chart {
    fn height(&self) -> f32 {
        self.height
    }

    fn colors(&self) -> &'static Colors {
        self.colors
    }

    fn draw(&self, frame: &mut Frame<Renderer>, size: Size) {
        let at = inside(size.width, size.height);
        grid(frame, at, &self.across, &self.upright, self.colors);
        self.lines.iter().for_each(|line| draw(frame, line, at));
    }
}

impl<'a, Message: 'a> From<Chart> for Element<'a, Message> {
    fn from(chart: Chart) -> Self {
        picture(chart)
    }
}
