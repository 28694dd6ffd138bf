//! All colours and sizes of the pictures: one calm dark surface, one accent, text that reads at 4.5 to 1.

/// A colour: red, green, blue and opacity, 0 to 255 each.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ink(pub u8, pub u8, pub u8, pub u8);

impl Ink {
    /// The same colour at another opacity, 0 to 255.
    pub const fn faded(self, opacity: u8) -> Self {
        Self(self.0, self.1, self.2, opacity)
    }
}

/// Behind everything.
pub const GROUND: Ink = Ink(0x10, 0x13, 0x18, 255);
/// The surface of a panel.
pub const CARD: Ink = Ink(0x18, 0x1c, 0x23, 255);
/// Lines of a grid.
pub const GRID: Ink = Ink(0x29, 0x2f, 0x39, 255);
/// Lines of a grid between the labelled ones.
pub const GRID_MINOR: Ink = Ink(0x1f, 0x24, 0x2c, 255);
/// A line that means something: zero, full scale, an axis.
pub const RULE: Ink = Ink(0x41, 0x4a, 0x58, 255);
/// Headings and figures.
pub const STRONG: Ink = Ink(0xf0, 0xf3, 0xf7, 255);
/// Running text and labels.
pub const TEXT: Ink = Ink(0xb4, 0xbd, 0xca, 255);
/// Units and axis labels.
pub const QUIET: Ink = Ink(0x93, 0x9d, 0xac, 255);
/// The one accent: what the picture is about.
pub const ACCENT: Ink = Ink(0x56, 0xcf, 0xbb, 255);
/// What it is compared with.
pub const BEFORE: Ink = Ink(0x9a, 0xa4, 0xb4, 255);
/// What went wrong: full scale reached.
pub const ALARM: Ink = Ink(0xff, 0x6f, 0x61, 255);

/// Size of the heading, in pixels.
pub const TITLE: f32 = 34.0;
/// Size of the title of a panel.
pub const HEADING: f32 = 20.0;
/// Size of a reading below the panels.
pub const FIGURE: f32 = 24.0;
/// Size of running text.
pub const BODY: f32 = 17.0;
/// Size of axis labels, legends and captions.
pub const SMALL: f32 = 16.0;

#[cfg(test)]
mod tests;
