//! How the two sides of a sound lie to each other: what both have stands upright, what only one has leans to it, what is
//! upside down in one lies flat. A bar below tells how much they agree.

use super::small::{Picture, picture};
use crate::geometry::{Point, Rect};
use crate::theme::{Colors, fade};
use iced::advanced::graphics::geometry::{Frame, Path, Stroke};
use iced::advanced::text::Alignment;
use iced::alignment::Vertical;
use iced::{Element, Renderer, Size};

/// A goniometer.
pub struct Goniometer {
    /// Left and right of the last frames.
    pub places: Vec<(f32, f32)>,
    /// What reaches the edge.
    pub reach: f32,
    /// How much they agree, -1 to 1.
    pub correlation: Option<f32>,
    /// The height.
    pub height: f32,
    /// The colours.
    pub colors: &'static Colors,
}

/// The height of the bar with its numbers.
const BAR: f32 = 40.0;
/// The room at the edges.
const PAD: f32 = 8.0;
/// The size of a point.
const DOT: f32 = 1.5;
/// A sound softer than this does not reach the edge: -40 dBFS.
const SOFTEST: f32 = 0.01;

/// Where a frame lies: to the right and upwards, -1 to 1, for full scale on both sides. Left leans to the left, as one
/// hears it.
pub fn place(left: f32, right: f32) -> (f32, f32) {
    ((right - left) / 2.0, (left + right) / 2.0)
}

impl Goniometer {
    fn draw_places(&self, frame: &mut Frame<Renderer>, at: Rect) {
        let (c, middle) = (self.colors, at.center());
        let half = at.size.y.min(at.size.x) / 2.0;
        let thin = || Stroke::default().with_color(c.grid).with_width(1.0);
        for (x, y) in [(1.0, 0.0), (0.0, 1.0), (0.5, 0.5), (0.5, -0.5)] {
            let way = Point::new(x, y) * half;
            frame.stroke(&Path::line(super::to(middle - way), super::to(middle + way)), thin());
        }
        for (words, x) in [("L", -0.5), ("R", 0.5)] {
            let corner = middle + Point::new(x * 1.16, -0.58) * half;
            super::write(frame, words, corner, (Alignment::Center, Vertical::Center), c.dim);
        }
        let scale = half / self.reach.max(SOFTEST);
        let dots = Path::new(|path| {
            for &(left, right) in &self.places {
                let (x, y) = place(left, right);
                let p = middle + Point::new(x, -y) * scale;
                path.rectangle(super::to(p - Point::new(DOT, DOT) / 2.0), Size::new(DOT, DOT));
            }
        });
        frame.fill(&dots, c.sound.1);
    }

    fn draw_bar(&self, frame: &mut Frame<Renderer>, at: Rect) {
        let c = self.colors;
        let line = |x: f32, high: f32| {
            let x = at.at.x + (x + 1.0) / 2.0 * at.size.x;
            Path::line(super::to(Point::new(x, at.at.y - high)), super::to(Point::new(x, at.at.y + high)))
        };
        let thin = || Stroke::default().with_color(c.line).with_width(1.0);
        let whole = Path::line(super::to(at.at), super::to(at.at + Point::new(at.size.x, 0.0)));
        frame.stroke(&whole, thin());
        for (x, words) in [(-1.0, "−1"), (0.0, "0"), (1.0, "+1")] {
            frame.stroke(&line(x, 4.0), thin());
            let below = Point::new(at.at.x + (x + 1.0) / 2.0 * at.size.x, at.at.y + 6.0);
            let side = match words {
                "−1" => Alignment::Left,
                "0" => Alignment::Center,
                _ => Alignment::Right,
            };
            super::write(frame, words, below, (side, Vertical::Top), c.dim);
        }
        if let Some(correlation) = self.correlation {
            // What would vanish in mono is told by the colour and by its side.
            let color = if correlation < 0.0 { c.alarm } else { c.sound.1 };
            let mark = Stroke::default().with_color(color).with_width(3.0);
            frame.stroke(&line(correlation, 6.0), mark);
            let middle = Point::new(at.at.x + at.size.x / 2.0, at.at.y);
            let to = Point::new(at.at.x + (correlation + 1.0) / 2.0 * at.size.x, at.at.y);
            let way = Path::line(super::to(middle), super::to(to));
            frame.stroke(&way, Stroke::default().with_color(fade(color, 0.6)).with_width(3.0));
        }
    }
}

impl Picture for Goniometer {
    fn height(&self) -> f32 {
        self.height
    }

    fn colors(&self) -> &'static Colors {
        self.colors
    }

    fn draw(&self, frame: &mut Frame<Renderer>, size: Size) {
        let (width, height) = (size.width - 2.0 * PAD, size.height - BAR);
        self.draw_places(frame, Rect::new(PAD, PAD, width, height - PAD));
        self.draw_bar(frame, Rect::new(PAD + 4.0, height + 10.0, width - 8.0, 0.0));
    }
}

impl<'a, Message: 'a> From<Goniometer> for Element<'a, Message> {
    fn from(goniometer: Goniometer) -> Self {
        picture(goniometer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_both_sides_have_stands_upright_and_what_one_has_leans_to_it() {
        let (x, y) = place(1.0, 1.0);
        assert!(x == 0.0 && y == 1.0);
        let (x, y) = place(1.0, -1.0);
        assert!(x == -1.0 && y == 0.0, "upside down lies flat");
        let (left, right) = (place(1.0, 0.0), place(0.0, 1.0));
        assert!(left.0 < 0.0 && right.0 > 0.0 && left.1 > 0.0 && left.1 == right.1);
        assert!((left.1 / left.0).abs() == 1.0, "half a right angle");
    }
}
