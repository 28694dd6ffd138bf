//! Rows that can be pressed and dragged out of a list, and the canvas on which they are dropped.

use super::small::{Small, element};
use crate::geometry::Point;
use crate::theme::{Colors, ROUND, SMALL};
use iced::advanced::mouse::click::{Click, Kind};
use iced::advanced::text::{self, Renderer as _};
use iced::advanced::widget::{Operation, Tree, tree};
use iced::advanced::{Clipboard, Layout, Renderer as _, Shell, Widget, layout, renderer};
use iced::{Border, Element, Event, Length, Rectangle, Renderer, Size, Theme, alignment, border, mouse};

/// How far the pointer moves before a press is a drag, in pixels.
const SLACK: f32 = 5.0;

/// A row of a list.
pub struct Row<'a, Message> {
    /// What is seen.
    pub content: Element<'a, Message>,
    /// Whether it is the chosen one.
    pub chosen: bool,
    /// It was pressed.
    pub press: Message,
    /// It was pressed twice.
    pub twice: Message,
    /// It is dragged out.
    pub drag: Message,
    /// The colours.
    pub colors: &'static Colors,
}

#[derive(Default)]
struct State {
    pressed: Option<iced::Point>,
    click: Option<Click>,
    over: bool,
}

impl<Message: Clone> Widget<Message, Theme, Renderer> for Row<'_, Message> {
    fn tag(&self) -> tree::Tag {
        tree::Tag::of::<State>()
    }

    fn state(&self) -> tree::State {
        tree::State::new(State::default())
    }

    fn children(&self) -> Vec<Tree> {
        vec![Tree::new(&self.content)]
    }

    fn diff(&self, tree: &mut Tree) {
        tree.diff_children(std::slice::from_ref(&self.content));
    }

    fn size(&self) -> Size<Length> {
        Size::new(Length::Fill, Length::Shrink)
    }

    fn layout(&mut self, tree: &mut Tree, renderer: &Renderer, limits: &layout::Limits) -> layout::Node {
        let content = &mut self.content;
        layout::padded(limits, Length::Fill, Length::Shrink, [3, 8], |limits| {
            content.as_widget_mut().layout(&mut tree.children[0], renderer, limits)
        })
    }

    fn operate(
        &mut self,
        tree: &mut Tree,
        layout: Layout<'_>,
        renderer: &Renderer,
        operation: &mut dyn Operation,
    ) {
        for inner in layout.children() {
            self.content.as_widget_mut().operate(&mut tree.children[0], inner, renderer, operation);
        }
    }

    fn update(
        &mut self,
        tree: &mut Tree,
        event: &Event,
        layout: Layout<'_>,
        cursor: mouse::Cursor,
        renderer: &Renderer,
        clipboard: &mut dyn Clipboard,
        shell: &mut Shell<'_, Message>,
        viewport: &Rectangle,
    ) {
        for inner in layout.children() {
            let content = self.content.as_widget_mut();
            let tree = &mut tree.children[0];
            content.update(tree, event, inner, cursor, renderer, clipboard, shell, viewport);
        }
        if shell.is_event_captured() {
            return;
        }
        let state = tree.state.downcast_mut::<State>();
        let bounds = layout.bounds();
        match event {
            Event::Mouse(mouse::Event::ButtonPressed(mouse::Button::Left)) => {
                let Some(at) = cursor.position_over(bounds) else { return };
                let click = Click::new(at, mouse::Button::Left, state.click);
                state.click = Some(click);
                if click.kind() == Kind::Double {
                    state.pressed = None;
                    shell.publish(self.twice.clone());
                } else {
                    state.pressed = Some(at);
                    shell.publish(self.press.clone());
                }
                shell.capture_event();
            }
            Event::Mouse(mouse::Event::CursorMoved { position }) => {
                if state.pressed.is_some_and(|from| from.distance(*position) > SLACK) {
                    state.pressed = None;
                    shell.publish(self.drag.clone());
                }
                let over = cursor.is_over(bounds);
                if over != state.over {
                    state.over = over;
                    shell.request_redraw();
                }
            }
            Event::Mouse(mouse::Event::ButtonReleased(mouse::Button::Left)) => state.pressed = None,
            _ => {}
        }
    }

    fn mouse_interaction(
        &self,
        _: &Tree,
        layout: Layout<'_>,
        cursor: mouse::Cursor,
        _: &Rectangle,
        _: &Renderer,
    ) -> mouse::Interaction {
        if cursor.is_over(layout.bounds()) { mouse::Interaction::Grab } else { mouse::Interaction::None }
    }

    fn draw(
        &self,
        tree: &Tree,
        renderer: &mut Renderer,
        theme: &Theme,
        style: &renderer::Style,
        layout: Layout<'_>,
        cursor: mouse::Cursor,
        viewport: &Rectangle,
    ) {
        let (c, bounds) = (self.colors, layout.bounds());
        if self.chosen || cursor.is_over(bounds) {
            let color = if self.chosen { c.accent } else { iced::Color::TRANSPARENT };
            let width = if self.chosen { 1.0 } else { 0.0 };
            let border = Border { color, width, radius: ROUND.into() };
            renderer.fill_quad(renderer::Quad { bounds, border, ..renderer::Quad::default() }, c.hover);
        }
        for inner in layout.children() {
            let content = self.content.as_widget();
            content.draw(&tree.children[0], renderer, theme, style, inner, cursor, viewport);
        }
    }
}

impl<'a, Message: Clone + 'a> From<Row<'a, Message>> for Element<'a, Message> {
    fn from(row: Row<'a, Message>) -> Self {
        Self::new(row)
    }
}

/// Lies over the canvas while something is dragged out of a list.
pub struct Drop<'a, Message> {
    /// What is dragged.
    pub words: String,
    /// The colours.
    pub colors: &'static Colors,
    /// It was let go: over the canvas at a place of it, or elsewhere.
    pub on: Box<dyn Fn(Option<Point>) -> Message + 'a>,
}

impl<Message> Small<Message> for Drop<'_, Message> {
    type State = ();

    fn size(&self) -> Size<Length> {
        Size::new(Length::Fill, Length::Fill)
    }

    fn update(
        &self,
        (): &mut (),
        event: &Event,
        bounds: Rectangle,
        cursor: mouse::Cursor,
        shell: &mut Shell<'_, Message>,
    ) {
        match event {
            Event::Mouse(mouse::Event::CursorMoved { .. }) => shell.request_redraw(),
            Event::Mouse(mouse::Event::ButtonReleased(mouse::Button::Left)) => {
                let at = cursor.position_over(bounds);
                shell.publish((self.on)(at.map(|at| super::from(at) - Point::new(bounds.x, bounds.y))));
                shell.capture_event();
            }
            _ => {}
        }
    }

    fn pointer(&self, (): &(), bounds: Rectangle, cursor: mouse::Cursor) -> mouse::Interaction {
        if cursor.is_over(bounds) { mouse::Interaction::Grabbing } else { mouse::Interaction::None }
    }

    fn draw(&self, (): &(), renderer: &mut Renderer, bounds: Rectangle, cursor: mouse::Cursor) {
        let Some(at) = cursor.position_over(bounds) else { return };
        let c = self.colors;
        let size = Size::new(self.words.chars().count() as f32 * 7.0 + 20.0, 28.0);
        let place = Rectangle::new(iced::Point::new(at.x - size.width / 2.0, at.y - 14.0), size);
        let border = Border { color: c.accent, width: 1.5, ..border::rounded(ROUND) };
        renderer.with_layer(bounds, |renderer| {
            renderer
                .fill_quad(renderer::Quad { bounds: place, border, ..renderer::Quad::default() }, c.raised);
            let words = iced::advanced::Text {
                content: self.words.clone(),
                bounds: Size::INFINITE,
                size: SMALL.into(),
                line_height: text::LineHeight::default(),
                font: crate::theme::FONT,
                align_x: text::Alignment::Center,
                align_y: alignment::Vertical::Center,
                shaping: text::Shaping::Basic,
                wrapping: text::Wrapping::None,
            };
            renderer.fill_text(words, at, c.text, bounds);
        });
    }
}

impl<'a, Message: 'a> From<Drop<'a, Message>> for Element<'a, Message> {
    fn from(drop: Drop<'a, Message>) -> Self {
        element(drop)
    }
}
