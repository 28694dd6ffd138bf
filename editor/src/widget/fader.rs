//! A fader: a bar that is dragged, finely with shift, and set back by a double press.

use super::small::Small;
use crate::theme::{Colors, ROUND, fade};
use iced::advanced::mouse::click::{Click, Kind};
use iced::advanced::{Renderer as _, Shell, renderer};
use iced::{Border, Element, Event, Length, Point, Rectangle, Renderer, Size, border, keyboard, mouse};

/// What was done to a fader.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Turn {
    /// It was moved to a place, 0 to 1.
    To(f32),
    /// It was let go.
    Done,
    /// It is to go back to where it usually stands.
    Reset,
}

/// A fader at a place from 0 to 1.
pub struct Fader<'a, Message> {
    place: f32,
    /// Where it usually stands: it is filled from there.
    rest: f32,
    width: Length,
    height: f32,
    chosen: bool,
    colors: &'static Colors,
    on: Box<dyn Fn(Turn) -> Message + 'a>,
}

/// How much less a drag with shift does.
const FINE: f32 = 0.1;
/// How far a step of the wheel goes.
const NOTCH: f32 = 0.02;

impl<'a, Message> Fader<'a, Message> {
    /// A fader at a place, which is filled from where it usually stands.
    pub fn new(place: f32, rest: f32, colors: &'static Colors, on: impl Fn(Turn) -> Message + 'a) -> Self {
        Self { place, rest, width: Length::Fill, height: 24.0, chosen: false, colors, on: Box::new(on) }
    }

    /// So wide.
    pub fn width(mut self, width: f32) -> Self {
        self.width = Length::Fixed(width);
        self
    }

    /// Whether it is the one that keys turn.
    pub fn chosen(mut self, chosen: bool) -> Self {
        self.chosen = chosen;
        self
    }
}

/// How it is being turned.
#[derive(Default)]
pub struct State {
    /// Where the pointer was, and the place then, finer than what is kept.
    drag: Option<(Point, f32)>,
    click: Option<Click>,
    fine: bool,
}

impl<Message> Small<Message> for Fader<'_, Message> {
    type State = State;

    fn size(&self) -> Size<Length> {
        Size::new(self.width, Length::Fixed(self.height))
    }

    fn update(
        &self,
        state: &mut State,
        event: &Event,
        bounds: Rectangle,
        cursor: mouse::Cursor,
        shell: &mut Shell<'_, Message>,
    ) {
        match event {
            Event::Mouse(mouse::Event::ButtonPressed(mouse::Button::Left)) => {
                let Some(at) = cursor.position_over(bounds) else { return };
                let click = Click::new(at, mouse::Button::Left, state.click);
                state.click = Some(click);
                if click.kind() == Kind::Double {
                    state.drag = None;
                    shell.publish((self.on)(Turn::Reset));
                } else {
                    state.drag = Some((at, self.place));
                }
                shell.capture_event();
            }
            Event::Mouse(mouse::Event::CursorMoved { .. }) => {
                let (Some((from, place)), Some(at)) = (state.drag, cursor.land().position()) else { return };
                // Upwards is more, too: both ways are known from other tools.
                let way = (at.x - from.x) / bounds.width.max(1.0) - (at.y - from.y) / 300.0;
                let next = (place + way * if state.fine { FINE } else { 1.0 }).clamp(0.0, 1.0);
                state.drag = Some((at, next));
                if next != self.place {
                    shell.publish((self.on)(Turn::To(next)));
                }
                shell.capture_event();
            }
            Event::Mouse(mouse::Event::ButtonReleased(mouse::Button::Left)) if state.drag.is_some() => {
                state.drag = None;
                shell.publish((self.on)(Turn::Done));
                shell.capture_event();
            }
            Event::Mouse(mouse::Event::WheelScrolled { delta }) if cursor.is_over(bounds) && state.fine => {
                let (mouse::ScrollDelta::Lines { x, y } | mouse::ScrollDelta::Pixels { x, y }) = delta;
                let by = (x + y).clamp(-1.0, 1.0) * NOTCH;
                shell.publish((self.on)(Turn::To((self.place + by).clamp(0.0, 1.0))));
                shell.publish((self.on)(Turn::Done));
                shell.capture_event();
            }
            Event::Keyboard(keyboard::Event::ModifiersChanged(modifiers)) => state.fine = modifiers.shift(),
            _ => {}
        }
    }

    fn pointer(&self, state: &State, bounds: Rectangle, cursor: mouse::Cursor) -> mouse::Interaction {
        if state.drag.is_some() || cursor.is_over(bounds) {
            mouse::Interaction::ResizingHorizontally
        } else {
            mouse::Interaction::None
        }
    }

    fn draw(&self, state: &State, renderer: &mut Renderer, bounds: Rectangle, cursor: mouse::Cursor) {
        let (c, held) = (self.colors, state.drag.is_some());
        let near = held || cursor.is_over(bounds);
        let edge = if self.chosen { c.accent } else { c.line };
        let quad = |bounds: Rectangle, border: Border| renderer::Quad {
            bounds,
            border,
            ..renderer::Quad::default()
        };
        let ground = if near { c.hover } else { c.raised };
        renderer.fill_quad(quad(bounds, Border { color: edge, width: 1.0, radius: ROUND.into() }), ground);
        let inner = Rectangle {
            x: bounds.x + 4.0,
            y: bounds.y + 4.0,
            width: bounds.width - 8.0,
            height: bounds.height - 8.0,
        };
        let at = |place: f32| inner.x + place.clamp(0.0, 1.0) * inner.width;
        let (low, high) = (at(self.place.min(self.rest)), at(self.place.max(self.rest)));
        if high - low >= 0.5 {
            let filled = Rectangle { x: low, width: high - low, ..inner };
            renderer.fill_quad(
                quad(filled, border::rounded(2.0)),
                fade(c.accent, if near { 0.55 } else { 0.38 }),
            );
        }
        let mark = Rectangle { x: at(self.place) - 1.5, width: 3.0, ..inner };
        renderer
            .fill_quad(quad(mark, border::rounded(1.5)), if near || self.chosen { c.accent } else { c.text });
    }
}

impl<'a, Message: 'a> From<Fader<'a, Message>> for Element<'a, Message> {
    fn from(fader: Fader<'a, Message>) -> Self {
        super::small::element(fader)
    }
}
