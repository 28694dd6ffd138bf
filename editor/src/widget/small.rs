//! What all small widgets have in common: a size that is known before, a state of their own, and that they hold nothing.

use super::Kept;
use crate::theme::Colors;
use iced::advanced::graphics::geometry::Frame;
use iced::advanced::widget::{Operation, Tree, tree};
use iced::advanced::{Clipboard, Layout, Shell, Widget, layout, renderer};
use iced::{Element, Event, Length, Rectangle, Renderer, Size, Theme, mouse};

/// A small widget.
pub trait Small<Message> {
    /// What it remembers.
    type State: Default + 'static;

    /// How large it is.
    fn size(&self) -> Size<Length>;

    /// Draws it into its box.
    fn draw(&self, state: &Self::State, renderer: &mut Renderer, bounds: Rectangle, cursor: mouse::Cursor);

    /// Hears an event.
    fn update(
        &self,
        _state: &mut Self::State,
        _event: &Event,
        _bounds: Rectangle,
        _cursor: mouse::Cursor,
        _shell: &mut Shell<'_, Message>,
    ) {
    }

    /// What the pointer looks like over it.
    fn pointer(
        &self,
        _state: &Self::State,
        _bounds: Rectangle,
        _cursor: mouse::Cursor,
    ) -> mouse::Interaction {
        mouse::Interaction::None
    }

    /// Tells the words that it shows, each with its box, to tests and to whoever reads a screen.
    fn words(&self, _bounds: Rectangle, _tell: &mut dyn FnMut(Rectangle, &str)) {}
}

/// A small widget as the toolkit has it.
pub fn element<'a, Message: 'a>(small: impl Small<Message> + 'a) -> Element<'a, Message> {
    Element::new(Held(small))
}

/// A picture that hears nothing: on the ground of a pane, as wide as its place.
pub trait Picture {
    /// How high it is.
    fn height(&self) -> f32;

    /// The colours.
    fn colors(&self) -> &'static Colors;

    /// Draws it into a frame of its own.
    fn draw(&self, frame: &mut Frame<Renderer>, size: Size);
}

/// A picture as the toolkit has it.
pub fn picture<'a, Message: 'a>(picture: impl Picture + 'a) -> Element<'a, Message> {
    element(Still(picture))
}

struct Still<P>(P);

impl<Message, P: Picture> Small<Message> for Still<P> {
    type State = Kept;

    fn size(&self) -> Size<Length> {
        Size::new(Length::Fill, Length::Fixed(self.0.height()))
    }

    fn draw(&self, kept: &Kept, renderer: &mut Renderer, bounds: Rectangle, _: mouse::Cursor) {
        super::ground(renderer, bounds, self.0.colors());
        super::paint(kept, renderer, bounds, true, |frame| self.0.draw(frame, bounds.size()));
    }
}

struct Held<S>(S);

impl<Message, S: Small<Message>> Widget<Message, Theme, Renderer> for Held<S> {
    fn tag(&self) -> tree::Tag {
        tree::Tag::of::<S::State>()
    }

    fn state(&self) -> tree::State {
        tree::State::new(S::State::default())
    }

    fn size(&self) -> Size<Length> {
        self.0.size()
    }

    fn layout(&mut self, _: &mut Tree, _: &Renderer, limits: &layout::Limits) -> layout::Node {
        let Size { width, height } = self.0.size();
        layout::atomic(limits, width, height)
    }

    fn operate(&mut self, _: &mut Tree, layout: Layout<'_>, _: &Renderer, operation: &mut dyn Operation) {
        self.0.words(layout.bounds(), &mut |place, words| operation.text(None, place, words));
    }

    fn update(
        &mut self,
        tree: &mut Tree,
        event: &Event,
        layout: Layout<'_>,
        cursor: mouse::Cursor,
        _: &Renderer,
        _: &mut dyn Clipboard,
        shell: &mut Shell<'_, Message>,
        _: &Rectangle,
    ) {
        self.0.update(tree.state.downcast_mut(), event, layout.bounds(), cursor, shell);
    }

    fn mouse_interaction(
        &self,
        tree: &Tree,
        layout: Layout<'_>,
        cursor: mouse::Cursor,
        _: &Rectangle,
        _: &Renderer,
    ) -> mouse::Interaction {
        self.0.pointer(tree.state.downcast_ref(), layout.bounds(), cursor)
    }

    fn draw(
        &self,
        tree: &Tree,
        renderer: &mut Renderer,
        _: &Theme,
        _: &renderer::Style,
        layout: Layout<'_>,
        cursor: mouse::Cursor,
        _: &Rectangle,
    ) {
        self.0.draw(tree.state.downcast_ref(), renderer, layout.bounds(), cursor);
    }
}
