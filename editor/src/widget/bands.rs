//! The response of a filter over what sounds there, with a handle for each band: dragged, the wheel over it turns Q, a
//! double press puts a band in or takes it away.

use super::Kept;
use super::small::{Small, element};
use crate::geometry::{Point, Rect};
use crate::picture::Sort;
use crate::theme::{Colors, fade};
use crate::widget::{chart, plot};
use iced::advanced::Shell;
use iced::advanced::graphics::geometry::{Frame, Path, Stroke};
use iced::advanced::mouse::click::{Click, Kind};
use iced::advanced::text::Alignment;
use iced::alignment::Vertical;
use iced::{Element, Event, Length, Rectangle, Renderer, Size, keyboard, mouse};

/// A handle.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Handle {
    /// The number that is read in it.
    pub number: usize,
    /// Where it lies: to the right and upwards, 0 to 1.
    pub at: (f32, f32),
    /// Whether it is the one that keys move.
    pub chosen: bool,
}

/// What is done to a band, by the place of its handle in the list.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Told {
    /// It was pressed.
    Grab(usize),
    /// It is dragged to a place.
    Drag(usize, f32, f32),
    /// The drag is over.
    Done,
    /// Its Q is turned by a factor.
    Narrow(usize, f32),
    /// It was pressed twice.
    Twice(usize),
    /// The ground was pressed twice.
    Add(f32, f32),
}

/// A response with handles.
pub struct Bands<'a, Message> {
    /// The response: heights from 0 to 1.
    pub curve: Vec<f32>,
    /// What sounds there: heights from 0 to 1.
    pub spectrum: Vec<f32>,
    /// The handles.
    pub handles: Vec<Handle>,
    /// The height of the box.
    pub height: f32,
    /// The colours, and that of the curve.
    pub colors: &'static Colors,
    /// See above.
    pub color: iced::Color,
    /// Tells what is done.
    pub on: Box<dyn Fn(Told) -> Message + 'a>,
}

/// The radius of a handle, and how near to it one presses.
const ROUND: f32 = 8.0;
const NEAR: f32 = 14.0;
/// How much less a drag with shift does.
const FINE: f32 = 0.1;
/// How much a step of the wheel turns Q.
const NOTCH: f32 = 1.1;

/// How it is being used.
#[derive(Default)]
pub struct State {
    kept: Kept,
    /// The handle that is dragged, where the pointer was, and the handle's place then, finer than what is kept.
    drag: Option<(usize, Point, Point)>,
    click: Option<Click>,
    fine: bool,
}

fn inside(bounds: Rectangle) -> Rect {
    chart::inside(bounds.width, bounds.height)
}

impl<Message> Bands<'_, Message> {
    fn place(&self, handle: &Handle, at: Rect) -> Point {
        at.at + Point::new(handle.at.0 * at.size.x, (1.0 - handle.at.1) * at.size.y)
    }

    /// The handle that is nearest to a place, where it is near.
    fn under(&self, place: Point, at: Rect) -> Option<usize> {
        let far = |k: &usize| (self.place(&self.handles[*k], at) - place).length();
        (0..self.handles.len()).min_by(|a, b| far(a).total_cmp(&far(b))).filter(|k| far(k) < NEAR)
    }

    fn draw_handle(&self, frame: &mut Frame<Renderer>, handle: &Handle, at: Rect) {
        let c = self.colors;
        let place = self.place(handle, at);
        let disc = Path::circle(super::to(place), ROUND);
        frame.fill(&disc, if handle.chosen { c.accent } else { c.raised });
        frame.stroke(&disc, Stroke::default().with_color(c.accent).with_width(1.5));
        if handle.number > 0 {
            let color = if handle.chosen { c.on_accent } else { c.text };
            let words = handle.number.to_string();
            super::write(frame, &words, place, (Alignment::Center, Vertical::Center), color);
        }
    }
}

impl<Message> Small<Message> for Bands<'_, Message> {
    type State = State;

    fn size(&self) -> Size<Length> {
        Size::new(Length::Fill, Length::Fixed(self.height))
    }

    fn update(
        &self,
        state: &mut State,
        event: &Event,
        bounds: Rectangle,
        cursor: mouse::Cursor,
        shell: &mut Shell<'_, Message>,
    ) {
        let at = inside(bounds);
        let corner = Point::new(bounds.x, bounds.y);
        let mut tell = |told: Told| {
            shell.publish((self.on)(told));
            shell.capture_event();
        };
        match event {
            Event::Mouse(mouse::Event::ButtonPressed(mouse::Button::Left)) => {
                let Some(pixels) = cursor.position_over(bounds) else { return };
                let click = Click::new(pixels, mouse::Button::Left, state.click);
                state.click = Some(click);
                let place = super::from(pixels) - corner;
                let (under, twice) = (self.under(place, at), click.kind() == Kind::Double);
                match (under, twice) {
                    (Some(k), true) => tell(Told::Twice(k)),
                    (Some(k), false) => {
                        let (x, y) = self.handles[k].at;
                        state.drag = Some((k, place, Point::new(x, y)));
                        tell(Told::Grab(k));
                    }
                    (None, true) => {
                        let way = place - at.at;
                        tell(Told::Add(way.x / at.size.x, 1.0 - way.y / at.size.y));
                    }
                    (None, false) => {}
                }
            }
            Event::Mouse(mouse::Event::CursorMoved { .. }) => {
                let (Some((k, from, place)), Some(pixels)) = (state.drag, cursor.land().position()) else {
                    return;
                };
                let to = super::from(pixels) - corner;
                let way = (to - from) * if state.fine { FINE } else { 1.0 };
                let next = place + Point::new(way.x / at.size.x, -way.y / at.size.y);
                let next = Point::new(next.x.clamp(0.0, 1.0), next.y.clamp(0.0, 1.0));
                state.drag = Some((k, to, next));
                if next != place {
                    tell(Told::Drag(k, next.x, next.y));
                }
            }
            Event::Mouse(mouse::Event::ButtonReleased(mouse::Button::Left)) if state.drag.is_some() => {
                state.drag = None;
                tell(Told::Done);
            }
            Event::Mouse(mouse::Event::WheelScrolled { delta }) => {
                let Some(pixels) = cursor.position_over(bounds) else { return };
                let (mouse::ScrollDelta::Lines { y, .. } | mouse::ScrollDelta::Pixels { y, .. }) = delta;
                let place = super::from(pixels) - corner;
                let chosen = || self.handles.iter().position(|h| h.chosen);
                if let Some(k) = self.under(place, at).or_else(chosen) {
                    tell(Told::Narrow(k, NOTCH.powf(y.clamp(-1.0, 1.0))));
                }
            }
            Event::Keyboard(keyboard::Event::ModifiersChanged(modifiers)) => state.fine = modifiers.shift(),
            _ => {}
        }
    }

    fn pointer(&self, state: &State, bounds: Rectangle, cursor: mouse::Cursor) -> mouse::Interaction {
        let over = cursor.position_over(bounds).map(|p| super::from(p) - Point::new(bounds.x, bounds.y));
        match (state.drag, over.and_then(|p| self.under(p, inside(bounds)))) {
            (Some(_), _) => mouse::Interaction::Grabbing,
            (None, Some(_)) => mouse::Interaction::Grab,
            _ => mouse::Interaction::None,
        }
    }

    fn draw(&self, state: &State, renderer: &mut Renderer, bounds: Rectangle, _: mouse::Cursor) {
        super::ground(renderer, bounds, self.colors);
        super::paint(&state.kept, renderer, bounds, true, |frame| {
            let at = inside(bounds);
            if let Some((across, upright)) = plot::numbers(Some(Sort::Response)) {
                chart::grid(frame, at, &across, &upright, self.colors);
            }
            plot::draw(frame, None, &self.spectrum, at, fade(self.colors.dim, 0.7), 1.0);
            plot::draw(frame, Some(Sort::Response), &self.curve, at, self.color, 1.8);
            // The one that keys move lies on top.
            let (above, below): (Vec<&Handle>, Vec<&Handle>) = self.handles.iter().partition(|h| h.chosen);
            below.into_iter().chain(above).for_each(|handle| self.draw_handle(frame, handle, at));
        });
    }

    /// Each handle is a named place, so that tests, and one day a screen reader, find it.
    fn words(&self, bounds: Rectangle, tell: &mut dyn FnMut(Rectangle, &str)) {
        for handle in &self.handles {
            let p = self.place(handle, inside(bounds)) + Point::new(bounds.x, bounds.y);
            let size = Size::new(2.0 * ROUND, 2.0 * ROUND);
            let place = Rectangle::new(super::to(p - Point::new(ROUND, ROUND)), size);
            tell(place, &format!("band {}", handle.number));
        }
    }
}

impl<'a, Message: 'a> From<Bands<'a, Message>> for Element<'a, Message> {
    fn from(bands: Bands<'a, Message>) -> Self {
        element(bands)
    }
}
