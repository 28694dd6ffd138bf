//! A small picture of a graph: where its nodes lie, and how they hang together.

use super::Kept;
use super::small::{Small, element};
use crate::geometry::Point;
use crate::scene::Scene;
use crate::theme::Colors;
use iced::advanced::graphics::geometry::{Path, Stroke};
use iced::{Element, Length, Rectangle, Renderer, Size, mouse};

/// A small picture.
pub struct Thumb<'a> {
    /// What is seen.
    pub scene: &'a Scene,
    /// The height.
    pub height: f32,
    /// The colours.
    pub colors: &'static Colors,
}

/// The room at the edges.
const PAD: f32 = 10.0;

impl<Message> Small<Message> for Thumb<'_> {
    type State = Kept;

    fn size(&self) -> Size<Length> {
        Size::new(Length::Fill, Length::Fixed(self.height))
    }

    fn draw(&self, kept: &Kept, renderer: &mut Renderer, bounds: Rectangle, _: mouse::Cursor) {
        let c = self.colors;
        super::ground(renderer, bounds, c);
        let Some(all) = self.scene.whole() else { return };
        super::paint(kept, renderer, bounds, true, |frame| {
            let (width, height) = (bounds.width - 2.0 * PAD, bounds.height - 2.0 * PAD);
            let scale = (width / all.size.x).min(height / all.size.y).min(0.25);
            let middle = Point::new(bounds.width, bounds.height) / 2.0;
            let at = |p: Point| super::to(middle + (p - all.center()) * scale);
            for wire in &self.scene.wires {
                let [from, a, b, to] = wire.curve.0.map(at);
                let path = Path::new(|path| {
                    path.move_to(from);
                    path.bezier_curve_to(a, b, to);
                });
                frame.stroke(&path, Stroke::default().with_color(c.cable(wire.sort).1).with_width(1.0));
            }
            for card in &self.scene.cards {
                let size = Size::new(card.rect.size.x * scale, card.rect.size.y * scale);
                let place = Path::rounded_rectangle(at(card.rect.at), size, 2.0.into());
                frame.fill(&place, c.family(card.group));
            }
        });
    }
}

impl<'a, Message: 'a> From<Thumb<'a>> for Element<'a, Message> {
    fn from(thumb: Thumb<'a>) -> Self {
        element(thumb)
    }
}
