//! All colours, and how the pieces of the window look in them.

mod pieces;

pub use pieces::*;

use iced::Color;
use serde::{Deserialize, Serialize};
use signalbox_engine::node::Group;

/// A set of colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Look {
    /// Dark.
    #[default]
    Dark,
    /// Light.
    Light,
    /// High contrast.
    Contrast,
}

impl Look {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Dark, Self::Light, Self::Contrast];

    /// The next one.
    pub fn next(self) -> Self {
        Self::ALL[(self as usize + 1) % Self::ALL.len()]
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        ["dark", "light", "high contrast"][self as usize]
    }

    /// Its colours.
    pub fn colors(self) -> &'static Colors {
        [&DARK, &LIGHT, &CONTRAST][self as usize]
    }
}

/// The colours of a look.
#[derive(Clone, Copy, Debug)]
pub struct Colors {
    /// Behind the graph.
    pub canvas: Color,
    /// The points of its grid.
    pub grid: Color,
    /// Bars and panes.
    pub surface: Color,
    /// Cards, fields, menus.
    pub raised: Color,
    /// What the pointer stands over.
    pub hover: Color,
    /// Lines between.
    pub line: Color,
    /// Text.
    pub text: Color,
    /// Text that matters less.
    pub dim: Color,
    /// The one accent: what is selected, what is being done.
    pub accent: Color,
    /// Text on the accent.
    pub on_accent: Color,
    /// Cables of sound, silent and loud.
    pub sound: (Color, Color),
    /// Cables of notes, silent and sounding.
    pub notes: (Color, Color),
    /// Cables that move parameters, still and moving.
    pub value: (Color, Color),
    /// What is wrong or too loud.
    pub alarm: Color,
    /// Text that says what is wrong.
    pub wrong: Color,
    /// How strong the tint of a family is.
    pub tint: f32,
    /// How much darker than on a dark ground it is.
    pub shade: f32,
}

const fn hex(rgb: u32) -> Color {
    Color {
        r: ((rgb >> 16) & 255) as f32 / 255.0,
        g: ((rgb >> 8) & 255) as f32 / 255.0,
        b: (rgb & 255) as f32 / 255.0,
        a: 1.0,
    }
}

const DARK: Colors = Colors {
    canvas: hex(0x15171b),
    grid: hex(0x2a2e35),
    surface: hex(0x1b1e23),
    raised: hex(0x252930),
    hover: hex(0x30353e),
    line: hex(0x363c46),
    text: hex(0xe8eaed),
    dim: hex(0xa3abb6),
    accent: hex(0xf4b860),
    on_accent: hex(0x1b1508),
    sound: (hex(0x4a6f6a), hex(0x86f0d8)),
    notes: (hex(0x7d6aa8), hex(0xd3b9ff)),
    value: (hex(0x6a7d99), hex(0xa9d1ff)),
    alarm: hex(0xff5d5d),
    wrong: hex(0xff9a8f),
    tint: 1.0,
    shade: 0.0,
};

const LIGHT: Colors = Colors {
    canvas: hex(0xeceef1),
    grid: hex(0xd3d7dd),
    surface: hex(0xf7f8fa),
    raised: hex(0xffffff),
    hover: hex(0xe9edf2),
    line: hex(0xc9cfd7),
    text: hex(0x1b1f26),
    dim: hex(0x535c69),
    accent: hex(0x9a5b00),
    on_accent: hex(0xffffff),
    sound: (hex(0x8fb3ad), hex(0x00806a)),
    notes: (hex(0xb3a3d3), hex(0x6a35c9)),
    value: (hex(0xa2b1c6), hex(0x1f63b5)),
    alarm: hex(0xd11a2a),
    wrong: hex(0xb0141f),
    tint: 1.0,
    shade: 0.38,
};

const CONTRAST: Colors = Colors {
    canvas: hex(0x000000),
    grid: hex(0x2c2c2c),
    surface: hex(0x000000),
    raised: hex(0x0c0c0c),
    hover: hex(0x2b2b2b),
    line: hex(0xb0b0b0),
    text: hex(0xffffff),
    dim: hex(0xd8d8d8),
    accent: hex(0xffd400),
    on_accent: hex(0x000000),
    sound: (hex(0x7fc9bd), hex(0xaefff0)),
    notes: (hex(0xb79cff), hex(0xe5dcff)),
    value: (hex(0x8fbcff), hex(0xd4e6ff)),
    alarm: hex(0xff4d4d),
    wrong: hex(0xffa39a),
    tint: 1.2,
    shade: 0.0,
};

impl Colors {
    /// The tint of a family; sub-patches and ports have none of their own.
    pub fn family(&self, group: Option<Group>) -> Color {
        let tint = match group {
            Some(Group::Sources) => hex(0x7bc8a4),
            Some(Group::Filters) => hex(0x6fa8e0),
            Some(Group::Dynamics) => hex(0xe3a862),
            Some(Group::Colour) => hex(0xe08383),
            Some(Group::Time) => hex(0xb392e6),
            Some(Group::Space) => hex(0x8f9df0),
            Some(Group::Stereo) => hex(0x9fb0bf),
            Some(Group::Pitch) => hex(0xd58fc0),
            Some(Group::Repair) => hex(0xa3b86c),
            Some(Group::Control) => hex(0xd0b070),
            Some(Group::Meters) => hex(0x7fb9c4),
            Some(Group::Delivery) => hex(0xc0a080),
            None => return self.dim,
        };
        mix(tint, Color::BLACK, self.shade)
    }

    /// The ground of a card; of a quiet one, which is muted, bypassed or beside the path that is looked at.
    pub fn card(&self, group: Option<Group>, quiet: bool) -> Color {
        let ground = mix(self.raised, self.family(group), 0.06 * self.tint);
        if quiet { mix(ground, self.canvas, 0.55) } else { ground }
    }

    /// The ground of a frame, over the canvas.
    pub fn frame(&self, tint: crate::marks::Tint) -> Color {
        fade(self.mark(tint), 0.10)
    }

    /// The title of a frame.
    pub fn heading(&self, tint: crate::marks::Tint) -> Color {
        mix(self.text, self.mark(tint), 0.25)
    }

    /// The ground of a comment.
    pub fn comment(&self, tint: crate::marks::Tint) -> Color {
        mix(self.surface, self.mark(tint), 0.14)
    }

    /// The ground of the button that is most likely meant, under the pointer.
    pub fn pressed(&self) -> Color {
        mix(self.accent, self.text, 0.15)
    }

    /// The colour of a frame or a comment.
    pub fn mark(&self, tint: crate::marks::Tint) -> Color {
        use crate::marks::Tint;
        let color = match tint {
            Tint::Grey => hex(0x9aa4b2),
            Tint::Red => hex(0xe07a7a),
            Tint::Amber => hex(0xe0b060),
            Tint::Green => hex(0x78c090),
            Tint::Blue => hex(0x6fa8e0),
            Tint::Violet => hex(0xb392e6),
        };
        mix(color, Color::BLACK, self.shade)
    }

    /// Silent and loud cables of a sort.
    pub fn cable(&self, sort: crate::ports::Sort) -> (Color, Color) {
        match sort {
            crate::ports::Sort::Sound => self.sound,
            crate::ports::Sort::Notes => self.notes,
            crate::ports::Sort::Value => self.value,
        }
    }

    /// What is behind everything. While something moves, every other picture has a background that differs by less than
    /// an eye can see: in a window the software renderer then paints all of it at once, which for many moving cables is
    /// several times faster than its search for what has changed.
    pub fn behind(&self, odd: bool) -> Color {
        Color { b: self.canvas.b + if odd { 1e-5 } else { 0.0 }, ..self.canvas }
    }
}

/// A colour between two.
pub fn mix(a: Color, b: Color, share: f32) -> Color {
    let between = |a: f32, b: f32| a + (b - a) * share.clamp(0.0, 1.0);
    Color { r: between(a.r, b.r), g: between(a.g, b.g), b: between(a.b, b.b), a: between(a.a, b.a) }
}

/// A colour, seen through so much.
pub fn fade(color: Color, alpha: f32) -> Color {
    Color { a: color.a * alpha, ..color }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::marks::Tint;

    /// The contrast of two colours, after WCAG 2.1.
    fn contrast(a: Color, b: Color) -> f32 {
        let linear = |c: f32| if c <= 0.040_45 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) };
        let light = |c: Color| 0.2126 * linear(c.r) + 0.7152 * linear(c.g) + 0.0722 * linear(c.b);
        let (a, b) = (light(a), light(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// All families, and none.
    const GROUPS: [Option<Group>; 13] = [
        None,
        Some(Group::Sources),
        Some(Group::Filters),
        Some(Group::Dynamics),
        Some(Group::Colour),
        Some(Group::Time),
        Some(Group::Space),
        Some(Group::Stereo),
        Some(Group::Pitch),
        Some(Group::Repair),
        Some(Group::Control),
        Some(Group::Meters),
        Some(Group::Delivery),
    ];

    /// A colour that is seen through, over another.
    fn over(top: Color, ground: Color) -> Color {
        mix(ground, Color { a: 1.0, ..top }, top.a)
    }

    /// Every text on every ground that it stands on.
    #[test]
    fn text_can_be_read_in_every_look() {
        for look in Look::ALL {
            let c = look.colors();
            let reads = |what: &str, text: Color, ground: Color| {
                let found = contrast(text, ground);
                assert!(found >= 4.5, "{look:?}, {what}: {found:.2}");
            };
            for ground in [c.canvas, c.surface, c.raised, c.hover] {
                for text in [c.text, c.dim, c.wrong, c.accent] {
                    reads("a pane", text, ground);
                }
            }
            reads("the main button", c.on_accent, c.accent);
            reads("the main button under the pointer", c.on_accent, c.pressed());
            for group in GROUPS {
                reads("a name", c.text, c.card(group, false));
                reads("a port, a kind", c.dim, c.card(group, false));
                reads("a quiet card", c.dim, c.card(group, true));
            }
            for tint in Tint::ALL {
                let frame = over(c.frame(tint), c.canvas);
                reads("a frame's title", c.heading(tint), frame);
                reads("what a node costs, in a frame", c.dim, frame);
                reads("a comment", c.text, c.comment(tint));
            }
            // What is selected in a field.
            reads("a selection", c.text, over(fade(c.accent, SELECTION), c.raised));
        }
    }

    #[test]
    fn what_sounds_stands_out_from_the_canvas() {
        for look in Look::ALL {
            let c = look.colors();
            for (still, loud) in [c.sound, c.notes, c.value] {
                assert!(contrast(loud, c.canvas) >= 3.0, "{look:?}");
                assert!(contrast(loud, c.canvas) > contrast(still, c.canvas), "{look:?}");
            }
        }
    }
}
