//! How buttons, fields, panes and menus look. Nothing has a shadow: the software renderer does not count it to what has
//! to be painted anew, so that it would darken with every change near it.

use super::{Colors, fade};
use iced::widget::{button, container, pick_list, progress_bar, scrollable, text_input};
use iced::{Background, Border, Color, Shadow, Theme, border};

/// The size of text.
pub const TEXT: f32 = 13.0;
/// The size of text that matters less: the smallest.
pub const SMALL: f32 = 12.0;
/// The size of headings.
pub const LARGE: f32 = 16.0;
/// The bundled font.
pub const FONT: iced::Font = iced::Font::with_name("Fira Sans");
/// How strong the ground of what is selected in a field is.
pub const SELECTION: f32 = 0.35;
/// How round corners are.
pub const ROUND: f32 = 6.0;

/// The theme for what is drawn by the toolkit itself.
pub fn toolkit(colors: &Colors, name: &str) -> Theme {
    Theme::custom(
        name.to_string(),
        iced::theme::Palette {
            background: colors.surface,
            text: colors.text,
            primary: colors.accent,
            success: colors.sound.1,
            warning: colors.accent,
            danger: colors.alarm,
        },
    )
}

fn edge(color: Color, width: f32) -> Border {
    Border { color, width, radius: ROUND.into() }
}

/// A bar or a pane beside the canvas.
pub fn pane(c: &'static Colors) -> impl Fn(&Theme) -> container::Style {
    move |_| container::Style {
        background: Some(c.surface.into()),
        text_color: Some(c.text),
        ..container::Style::default()
    }
}

/// What lies over the canvas: menus, notices.
pub fn floating(c: &'static Colors) -> impl Fn(&Theme) -> container::Style {
    move |_| container::Style {
        background: Some(c.raised.into()),
        text_color: Some(c.text),
        border: edge(c.line, 1.0),
        ..container::Style::default()
    }
}

/// A quiet box.
pub fn boxed(c: &'static Colors) -> impl Fn(&Theme) -> container::Style {
    move |_| container::Style {
        background: Some(c.raised.into()),
        border: border::rounded(ROUND),
        ..container::Style::default()
    }
}

/// A line between panes.
pub fn rule(c: &'static Colors) -> impl Fn(&Theme) -> container::Style {
    move |_| container::Style { background: Some(c.line.into()), ..container::Style::default() }
}

fn button_style(
    status: button::Status,
    rest: Option<Color>,
    over: Color,
    text: Color,
    dim: Color,
) -> button::Style {
    let (background, text_color) = match status {
        button::Status::Active => (rest, text),
        button::Status::Hovered | button::Status::Pressed => (Some(over), text),
        button::Status::Disabled => (rest, fade(dim, 0.6)),
    };
    button::Style {
        background: background.map(Background::Color),
        text_color,
        border: border::rounded(ROUND),
        ..button::Style::default()
    }
}

/// A button that is no more than its text or icon.
pub fn plain(c: &'static Colors) -> impl Fn(&Theme, button::Status) -> button::Style {
    move |_, status| button_style(status, None, c.hover, c.text, c.dim)
}

/// A row of a list: chosen or not.
pub fn row(c: &'static Colors, chosen: bool) -> impl Fn(&Theme, button::Status) -> button::Style {
    move |_, status| {
        let style = button_style(status, chosen.then_some(c.hover), c.hover, c.text, c.dim);
        let edge = if chosen { c.accent } else { Color::TRANSPARENT };
        button::Style {
            border: Border { color: edge, width: if chosen { 1.0 } else { 0.0 }, radius: ROUND.into() },
            ..style
        }
    }
}

/// A button with a ground and an edge of its own.
pub fn solid(c: &'static Colors) -> impl Fn(&Theme, button::Status) -> button::Style {
    move |_, status| {
        let style = button_style(status, Some(c.raised), c.hover, c.text, c.dim);
        button::Style { border: edge(c.line, 1.0), ..style }
    }
}

/// The button that is most likely meant.
pub fn main(c: &'static Colors) -> impl Fn(&Theme, button::Status) -> button::Style {
    move |_, status| button_style(status, Some(c.accent), c.pressed(), c.on_accent, c.dim)
}

/// A field to type in; one that holds what can't be is told by its edge, and in words beside it.
pub fn field(c: &'static Colors, wrong: bool) -> impl Fn(&Theme, text_input::Status) -> text_input::Style {
    move |_, status| {
        let color = match status {
            _ if wrong => c.alarm,
            text_input::Status::Focused { .. } => c.accent,
            text_input::Status::Hovered => c.dim,
            _ => c.line,
        };
        text_input::Style {
            background: c.raised.into(),
            border: edge(color, 1.0),
            icon: c.dim,
            placeholder: c.dim,
            value: c.text,
            selection: fade(c.accent, SELECTION),
        }
    }
}

/// A bar that fills.
pub fn bar(c: &'static Colors) -> impl Fn(&Theme) -> progress_bar::Style {
    move |_| progress_bar::Style {
        background: c.hover.into(),
        bar: c.accent.into(),
        border: border::rounded(2.0),
    }
}

/// A field to choose in.
pub fn choice(c: &'static Colors) -> impl Fn(&Theme, pick_list::Status) -> pick_list::Style {
    move |_, status| pick_list::Style {
        text_color: c.text,
        placeholder_color: c.dim,
        handle_color: c.dim,
        background: c.raised.into(),
        border: edge(if status == pick_list::Status::Active { c.line } else { c.accent }, 1.0),
    }
}

/// The list of such a field.
pub fn menu(c: &'static Colors) -> impl Fn(&Theme) -> iced::overlay::menu::Style {
    move |_| iced::overlay::menu::Style {
        background: c.raised.into(),
        border: edge(c.line, 1.0),
        text_color: c.text,
        selected_text_color: c.on_accent,
        selected_background: c.accent.into(),
        shadow: Shadow::default(),
    }
}

/// A pane that scrolls.
pub fn scroll(c: &'static Colors) -> impl Fn(&Theme, scrollable::Status) -> scrollable::Style {
    move |theme, status| {
        let base = scrollable::default(theme, status);
        let rail = scrollable::Rail {
            background: None,
            border: Border::default(),
            scroller: scrollable::Scroller { background: c.line.into(), border: border::rounded(4.0) },
        };
        scrollable::Style {
            container: container::Style::default(),
            vertical_rail: rail,
            horizontal_rail: rail,
            gap: None,
            ..base
        }
    }
}
