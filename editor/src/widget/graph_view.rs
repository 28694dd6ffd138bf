//! The canvas: a graph drawn in layers, and the pointer on it turned into places of the graph.
//!
//! From the bottom up: ground, cables, cards (a layer for each height of the pile, for within one layer the toolkit
//! paints all boxes before all text), what the hand is doing, the map.

mod badges;
mod batch;
mod cables;
mod cards;
mod ground;
mod marks;
mod minimap;
mod over;
mod pins;
mod steps;

pub use pins::Shown;
pub use steps::Way;

use crate::geometry::{Point, Rect};
use crate::gesture::{Gesture, Held, Pointer};
use crate::live::Level;
use crate::marks::Mark;
use crate::picture::Picture;
use crate::ports::Sort;
use crate::scene::{Hit, Path, Scene};
use crate::session::View;
use crate::theme::Colors;
use iced::advanced::mouse::click::{Click, Kind};
use iced::advanced::widget::{Operation, Tree, tree};
use iced::advanced::{Clipboard, Layout, Renderer as _, Shell, Widget, layout, renderer};
use iced::{Element, Event, Length, Rectangle, Renderer, Size, Theme, keyboard, mouse, window};
use signalbox_engine::node::Probe;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// What the canvas tells.
#[derive(Clone, Debug, PartialEq)]
pub enum Told {
    /// What the pointer does.
    Pointer(Pointer),
    /// How large the canvas is on the screen.
    Size(Point),
    /// The middle of the view is to be here.
    Jump(Point),
    /// The pointer stands over what comes out of a port of a node, or over nothing of that sort.
    Over(Option<(String, String)>),
}

/// The levels at the ports of nodes.
pub trait Levels {
    /// The level at an output.
    fn level(&self, node: &str, port: &str) -> Option<&Level>;
}

/// The canvas.
pub struct GraphView<'a, Message> {
    /// What there is.
    pub scene: &'a Scene,
    /// Which part is seen.
    pub view: View,
    /// The nodes that are selected.
    pub selected: &'a BTreeSet<String>,
    /// The cable that is selected.
    pub cable: Option<u32>,
    /// The frame, the comment or the probe that is selected.
    pub mark: Option<Mark>,
    /// What the hand is doing.
    pub gesture: &'a Gesture,
    /// How loud it is.
    pub levels: &'a dyn Levels,
    /// What flows where the pointer stands.
    pub scope: Option<&'a Arc<Probe>>,
    /// The way of the schedule, where it is shown.
    pub way: Option<&'a Way>,
    /// What the pinned probes show, by their numbers.
    pub pins: &'a HashMap<u32, Shown>,
    /// The pictures of nodes.
    pub pictures: &'a HashMap<String, Arc<Picture>>,
    /// The nodes with which something is wrong.
    pub wrong: &'a BTreeSet<String>,
    /// Where moving marks stand on their cables, 0 to 1; nothing where none move.
    pub phase: Option<f32>,
    /// Whether the map is shown.
    pub minimap: bool,
    /// The colours.
    pub colors: &'static Colors,
    /// Tells what happens.
    pub on: fn(Told) -> Message,
}

#[derive(Default)]
struct State {
    size: Point,
    held: Held,
    zooms: bool,
    click: Option<Click>,
    pointer: Option<Point>,
    /// What the pointer stands over.
    over: Option<Hit>,
    /// Whether a press that is still held began here.
    pressed: bool,
    /// Whether the map is being dragged.
    mapped: bool,
}

/// How much is seen at a zoom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Detail {
    /// Tiles that shine with their level.
    Tiles,
    /// Boxes, and straight cables.
    Boxes,
    /// Names.
    Names,
    /// Everything.
    Full,
}

impl Detail {
    fn at(zoom: f32) -> Self {
        match zoom {
            z if z < 0.12 => Self::Tiles,
            z if z < 0.25 => Self::Boxes,
            z if z < 0.4 => Self::Names,
            _ => Self::Full,
        }
    }
}

/// How many pixels a line of the wheel is.
const LINE: f32 = 40.0;

/// What is needed to draw.
struct Pen<'a> {
    bounds: Rectangle,
    view: View,
    detail: Detail,
    c: &'static Colors,
    /// The part of the graph that is seen.
    seen: Rect,
    over: Option<Hit>,
    pointer: Option<Point>,
    /// The path of the cable, or of the port, that is pointed at or selected.
    path: Option<Path>,
    scene: &'a Scene,
}

impl Pen<'_> {
    /// A place of the graph, in pixels of the window.
    fn at(&self, p: Point) -> Point {
        self.local(p) + Point::new(self.bounds.x, self.bounds.y)
    }

    /// A place of the graph, in pixels of the canvas.
    fn local(&self, p: Point) -> Point {
        (p - self.view.at) * self.view.zoom
    }

    /// Whether a card is drawn so that others stand out.
    fn dims(&self, card: usize) -> bool {
        self.scene.cards[card].quiet() || self.path.as_ref().is_some_and(|p| !p.cards[card])
    }

    /// A box of the graph, in pixels of the window.
    fn rect(&self, r: Rect) -> Rectangle {
        super::area(Rect { at: self.at(r.at), size: r.size * self.view.zoom })
    }
}

impl<Message> GraphView<'_, Message> {
    fn world(&self, bounds: Rectangle, at: Point) -> Point {
        (at - Point::new(bounds.x, bounds.y)) / self.view.zoom + self.view.at
    }

    fn map(&self, bounds: Rectangle) -> Option<minimap::Map> {
        self.minimap.then(|| minimap::Map::new(self.scene, self.view, bounds)).flatten()
    }
}

impl<Message> Widget<Message, Theme, Renderer> for GraphView<'_, Message> {
    fn tag(&self) -> tree::Tag {
        tree::Tag::of::<State>()
    }

    fn state(&self) -> tree::State {
        tree::State::new(State::default())
    }

    fn size(&self) -> Size<Length> {
        Size::new(Length::Fill, Length::Fill)
    }

    fn layout(&mut self, _: &mut Tree, _: &Renderer, limits: &layout::Limits) -> layout::Node {
        layout::atomic(limits, Length::Fill, Length::Fill)
    }

    /// Every node is a named text, so that tests, and one day a screen reader, find it.
    fn operate(&mut self, _: &mut Tree, layout: Layout<'_>, _: &Renderer, operation: &mut dyn Operation) {
        let bounds = layout.bounds();
        operation.container(None, bounds);
        for card in &self.scene.cards {
            let at = (card.rect.at - self.view.at) * self.view.zoom + Point::new(bounds.x, bounds.y);
            let place = super::area(Rect { at, size: card.rect.size * self.view.zoom });
            operation.text(None, place, &card.title);
        }
        let comments = self.scene.comments.iter().map(|c| (c.rect, c.text.clone()));
        let frames = self.scene.frames.iter().map(|f| (f.head(), f.title.clone()));
        for (rect, words) in frames.chain(comments) {
            let at = (rect.at - self.view.at) * self.view.zoom + Point::new(bounds.x, bounds.y);
            operation.text(None, super::area(Rect { at, size: rect.size * self.view.zoom }), &words);
        }
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
        let state = tree.state.downcast_mut::<State>();
        let bounds = layout.bounds();
        let mut tell = |told: Told| {
            shell.publish((self.on)(told));
            shell.capture_event();
        };
        let inside = cursor.position_over(bounds).map(super::from);
        match event {
            Event::Window(window::Event::RedrawRequested(_)) => {
                let size = Point::new(bounds.width, bounds.height);
                if size != state.size {
                    state.size = size;
                    shell.publish((self.on)(Told::Size(size)));
                }
            }
            Event::Keyboard(keyboard::Event::ModifiersChanged(modifiers)) => {
                state.held = Held { shift: modifiers.shift(), alt: modifiers.alt() };
                state.zooms = modifiers.command() || modifiers.control();
            }
            Event::Mouse(mouse::Event::ButtonPressed(button)) => {
                let Some(pixels) = inside else { return };
                state.pointer = Some(pixels);
                if let Some(map) = self.map(bounds).filter(|m| m.area.contains(pixels)) {
                    if *button == mouse::Button::Left {
                        state.mapped = true;
                        tell(Told::Jump(map.world(pixels)));
                    }
                    return;
                }
                state.pressed = true;
                let at = self.world(bounds, pixels);
                tell(Told::Pointer(match button {
                    mouse::Button::Left => {
                        let click = Click::new(super::to(pixels), mouse::Button::Left, state.click);
                        let times = match click.kind() {
                            Kind::Single => 1,
                            Kind::Double => 2,
                            Kind::Triple => 3,
                        };
                        state.click = Some(click);
                        Pointer::Press { at, times, keys: state.held }
                    }
                    _ => Pointer::Grab,
                }));
            }
            Event::Mouse(mouse::Event::CursorMoved { .. }) => {
                let Some(pixels) = cursor.land().position().map(super::from) else { return };
                if state.mapped {
                    if let Some(map) = self.map(bounds) {
                        tell(Told::Jump(map.world(pixels)));
                    }
                    return;
                }
                let by = pixels - state.pointer.unwrap_or(pixels);
                state.pointer = Some(pixels);
                let at = self.world(bounds, pixels);
                if state.pressed {
                    tell(Told::Pointer(Pointer::Move { at, pixels: by, keys: state.held }));
                    return;
                }
                let over = inside.map(|_| self.scene.hit(at, self.view.zoom));
                if over != state.over {
                    let (before, now) = (self.source(state.over), self.source(over));
                    state.over = over;
                    if before != now {
                        shell.publish((self.on)(Told::Over(now)));
                    }
                    shell.request_redraw();
                }
            }
            Event::Mouse(mouse::Event::ButtonReleased(_)) => {
                state.mapped = false;
                if std::mem::take(&mut state.pressed)
                    && let Some(pixels) = cursor.land().position().map(super::from)
                {
                    let at = self.world(bounds, pixels);
                    tell(Told::Pointer(Pointer::Release { at, keys: state.held }));
                    state.over = None;
                }
            }
            Event::Mouse(mouse::Event::WheelScrolled { delta }) => {
                let Some(pixels) = inside else { return };
                // Wheels of mice come in lines and zoom; fingers come in pixels and move.
                let (by, lines) = match *delta {
                    mouse::ScrollDelta::Lines { x, y } => (Point::new(x, y) * LINE, true),
                    mouse::ScrollDelta::Pixels { x, y } => (Point::new(x, y), false),
                };
                let zooms = lines != state.held.shift || state.zooms;
                let by = if zooms || !lines { by } else { Point::new(by.y, by.x) };
                tell(Told::Pointer(Pointer::Wheel { at: self.world(bounds, pixels), by, zooms }));
            }
            Event::Mouse(mouse::Event::CursorLeft) if state.over.is_some() => {
                state.over = None;
                shell.publish((self.on)(Told::Over(None)));
            }
            _ => {}
        }
    }

    fn mouse_interaction(
        &self,
        tree: &Tree,
        layout: Layout<'_>,
        cursor: mouse::Cursor,
        _: &Rectangle,
        _: &Renderer,
    ) -> mouse::Interaction {
        if !cursor.is_over(layout.bounds()) {
            return mouse::Interaction::None;
        }
        match (self.gesture, tree.state.downcast_ref::<State>().over) {
            (Gesture::Panning | Gesture::Moving { .. } | Gesture::Carrying { .. }, _) => {
                mouse::Interaction::Grabbing
            }
            (Gesture::Cabling(_), _) | (_, Some(Hit::Socket(..))) => mouse::Interaction::Crosshair,
            (_, Some(Hit::Card(_) | Hit::Wire(_) | Hit::Frame(_) | Hit::Comment(_) | Hit::Pin(_))) => {
                mouse::Interaction::Pointer
            }
            _ => mouse::Interaction::None,
        }
    }

    fn draw(
        &self,
        tree: &Tree,
        renderer: &mut Renderer,
        _: &Theme,
        _: &renderer::Style,
        layout: Layout<'_>,
        _: mouse::Cursor,
        viewport: &Rectangle,
    ) {
        let state = tree.state.downcast_ref::<State>();
        let bounds = layout.bounds();
        let Some(clip) = bounds.intersection(viewport) else { return };
        let screen = Point::new(bounds.width, bounds.height);
        let idle = matches!(self.gesture, Gesture::Idle);
        // A card may have gone since the pointer came to stand over it.
        let over = state.over.filter(|over| idle && self.has(*over));
        let mut seeds = over.map_or_else(Vec::new, |over| self.scene.ends_at(over));
        if seeds.is_empty() {
            seeds.extend(self.scene.wires.iter().position(|w| Some(w.id) == self.cable));
        }
        let pen = Pen {
            bounds,
            view: self.view,
            detail: Detail::at(self.view.zoom),
            c: self.colors,
            seen: self.view.seen(screen).grown(16.0 / self.view.zoom),
            over,
            pointer: state.pointer,
            path: self.scene.path(&seeds),
            scene: self.scene,
        };
        renderer.with_layer(clip, |renderer| ground::draw(&pen, renderer));
        renderer.with_layer(clip, |renderer| self.draw_marks(&pen, renderer));
        renderer.with_layer(clip, |renderer| self.draw_cables(&pen, renderer));
        let visible = || self.scene.cards.iter().enumerate().filter(|(_, c)| c.rect.meets(pen.seen));
        let highest = visible().map(|(_, c)| c.level).max().unwrap_or(0);
        for level in 0..=highest {
            let cards: Vec<usize> = visible().filter(|(_, c)| c.level == level).map(|(k, _)| k).collect();
            if !cards.is_empty() {
                renderer.with_layer(clip, |renderer| self.draw_cards(&pen, renderer, &cards));
            }
        }
        renderer.with_layer(clip, |renderer| {
            self.draw_badges(&pen, renderer);
            self.draw_titles(&pen, renderer);
        });
        if let Some(way) = self.way {
            renderer.with_layer(clip, |renderer| self.draw_steps(&pen, renderer, way));
        }
        if !self.scene.pins.is_empty() {
            renderer.with_layer(clip, |renderer| self.draw_pins(&pen, renderer));
        }
        renderer.with_layer(clip, |renderer| self.draw_over(&pen, renderer));
        if let Some(map) = self.map(bounds) {
            renderer.with_layer(clip, |renderer| map.draw(&pen, renderer, self.selected));
        }
    }
}

impl<Message> GraphView<'_, Message> {
    /// The node and the port that what the pointer stands over comes from.
    fn source(&self, over: Option<Hit>) -> Option<(String, String)> {
        let (card, socket) = match over? {
            Hit::Wire(wire) => self.scene.wires.get(wire)?.from,
            Hit::Socket(card, socket) => (card, socket),
            _ => return None,
        };
        let card = self.scene.cards.get(card)?;
        let socket = card.sockets.get(socket).filter(|s| s.out && s.port.sort == Sort::Sound)?;
        Some((card.id.clone(), socket.port.name.clone()))
    }

    fn has(&self, hit: Hit) -> bool {
        match hit {
            Hit::Socket(card, socket) => self.scene.cards.get(card).is_some_and(|c| socket < c.sockets.len()),
            Hit::Card(card) => card < self.scene.cards.len(),
            Hit::Wire(wire) => wire < self.scene.wires.len(),
            Hit::Frame(frame) => frame < self.scene.frames.len(),
            Hit::Comment(comment) => comment < self.scene.comments.len(),
            Hit::Pin(pin) => pin < self.scene.pins.len(),
            Hit::Nothing => true,
        }
    }
}

impl<'a, Message: 'a> From<GraphView<'a, Message>> for Element<'a, Message> {
    fn from(view: GraphView<'a, Message>) -> Self {
        Self::new(view)
    }
}
