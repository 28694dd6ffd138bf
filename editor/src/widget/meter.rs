//! Bars of level, from -60 dBFS to +6, with a mark where it clips.

use super::small::Small;
use crate::theme::{Colors, mix};
use iced::advanced::{Renderer as _, renderer};
use iced::{Element, Length, Rectangle, Renderer, Size, border, mouse};

/// Bars of level, one a channel, from left to right.
pub struct Meter {
    /// The greatest amplitude of each channel.
    pub peaks: [f32; 2],
    /// How wide it is.
    pub width: f32,
    /// The colours.
    pub colors: &'static Colors,
}

/// The height of all bars.
const HEIGHT: f32 = 16.0;

/// Where an amplitude stands, 0 to 1.
pub fn place(peak: f32) -> f32 {
    ((20.0 * peak.max(1e-9).log10() + 60.0) / 66.0).clamp(0.0, 1.0)
}

impl<Message> Small<Message> for Meter {
    type State = ();

    fn size(&self) -> Size<Length> {
        Size::new(Length::Fixed(self.width), Length::Fixed(HEIGHT))
    }

    fn draw(&self, (): &(), renderer: &mut Renderer, bounds: Rectangle, _: mouse::Cursor) {
        let mut bar = |x: f32, y: f32, width: f32, height: f32, color| {
            let bounds = Rectangle { x: bounds.x + x, y: bounds.y + y, width, height };
            if width >= 0.5 {
                renderer.fill_quad(
                    renderer::Quad { bounds, border: border::rounded(2.0), ..renderer::Quad::default() },
                    color,
                );
            }
        };
        let full = place(1.0) * self.width;
        for (k, &peak) in self.peaks.iter().enumerate() {
            let y = k as f32 * 9.0;
            bar(0.0, y, self.width, 7.0, self.colors.hover);
            let long = place(peak) * self.width;
            let color = mix(self.colors.sound.0, self.colors.sound.1, place(peak) * 1.2);
            bar(0.0, y, long.min(full), 7.0, color);
            if peak > 1.0 {
                bar(full + 1.0, y, self.width - full - 1.0, 7.0, self.colors.alarm);
            }
        }
        bar(full, 0.0, 1.0, HEIGHT, self.colors.dim);
    }
}

impl<'a, Message: 'a> From<Meter> for Element<'a, Message> {
    fn from(meter: Meter) -> Self {
        super::small::element(meter)
    }
}
