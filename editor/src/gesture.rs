//! What a hand does on the canvas: from presses and moves of a pointer to what is meant by them. Pure: nothing is
//! changed here.

mod cable;

pub use cable::{end, near};

use crate::geometry::{Point, Rect};
use crate::marks::Mark;
use crate::ports::Misfit;
use crate::scene::{Hit, Scene};
use cable::{NEAR, drop_cable, into, take_hold};
use signalbox_engine::patch::Endpoint;
use std::collections::BTreeSet;

/// What a pointer does; places are on the canvas.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Pointer {
    /// The left button goes down.
    Press {
        /// Where.
        at: Point,
        /// How many times in quick succession.
        times: u8,
        /// What is held.
        keys: Held,
    },
    /// The middle or the right button goes down.
    Grab,
    /// It moves.
    Move {
        /// Where to.
        at: Point,
        /// By how many pixels.
        pixels: Point,
        /// What is held.
        keys: Held,
    },
    /// A button goes up.
    Release {
        /// Where.
        at: Point,
        /// What is held.
        keys: Held,
    },
    /// The wheel turns.
    Wheel {
        /// Where the pointer stands.
        at: Point,
        /// By how many pixels.
        by: Point,
        /// Whether that zooms, and does not move.
        zooms: bool,
    },
    /// Nothing of it is meant any more.
    Cancel,
}

/// Keys that are held meanwhile.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Held {
    /// Adds to what is selected; while a node is moved, joins it to what is near.
    pub shift: bool,
    /// Leaves the grid.
    pub alt: bool,
}

/// What is being done.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Gesture {
    /// Nothing; over what the pointer stands.
    #[default]
    Idle,
    /// The canvas is moved.
    Panning,
    /// A node was pressed; if it moves, all that is selected moves.
    Pressed {
        /// Where.
        at: Point,
        /// The node.
        id: String,
        /// Whether the others are deselected if it does not move.
        alone: bool,
    },
    /// Nodes are moved.
    Moving {
        /// From where.
        from: Point,
        /// The node that keeps to the grid, and where it lay.
        anchor: (String, Point),
        /// How far.
        by: Point,
        /// The cable that the node would be put into.
        into: Option<u32>,
        /// The ports that would be joined: an output and an input, each card and socket.
        join: Option<Pair>,
    },
    /// A comment or a probe is moved.
    Carrying {
        /// From where.
        from: Point,
        /// What.
        mark: Mark,
        /// How far.
        by: Point,
    },
    /// A cable is drawn.
    Cabling(Cabling),
    /// A box is drawn around what is to be selected.
    Boxing {
        /// One corner.
        from: Point,
        /// The other.
        to: Point,
        /// Whether what is selected already stays so.
        adds: bool,
    },
}

/// An output and an input, each as card and socket.
pub type Pair = ((usize, usize), (usize, usize));

/// A cable that is being drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct Cabling {
    /// The end that holds: card and socket.
    pub from: (usize, usize),
    /// Whether that is an output.
    pub out: bool,
    /// Where the other end is.
    pub to: Point,
    /// The port under it.
    pub over: Option<(usize, usize)>,
    /// The card under it.
    pub card: Option<usize>,
    /// The cable that was taken off a port for it.
    pub taken: Option<u32>,
}

/// What is meant.
#[derive(Clone, Debug, PartialEq)]
pub enum Intent {
    /// Selects these nodes and nothing else, or these too.
    Select(BTreeSet<String>, bool),
    /// Takes a node out of what is selected.
    Deselect(String),
    /// Selects a cable.
    SelectCable(u32),
    /// Selects a frame with what is in it, a comment, a probe.
    SelectMark(Mark),
    /// Moves a comment or a probe.
    Carry(Mark, Point),
    /// A frame or a comment was opened: its words are to be typed.
    Write(Mark),
    /// Moves the view by pixels.
    Pan(Point),
    /// Zooms by a factor around a place.
    Zoom(Point, f32),
    /// Moves what is selected.
    Move(Point),
    /// Moves what is selected, and puts it into a cable.
    Insert(Point, u32),
    /// Moves what is selected, and draws a cable between two ends.
    Join(Point, Endpoint, Endpoint),
    /// Draws a cable; one that was taken off for it is gone.
    Connect(Endpoint, Endpoint, Option<u32>),
    /// Pulls a cable.
    Disconnect(u32),
    /// A cable was dropped where it does not fit: from, to, why, and where.
    Refuse(Endpoint, Endpoint, Misfit, Point),
    /// A cable was dropped on a card: one of its ports is to be chosen.
    Choose(Endpoint, bool, String, Option<u32>),
    /// A cable was dropped in the void: what fits is to be searched.
    Search(Endpoint, bool, Point),
    /// A node is to be added here.
    Add(Point),
    /// A node was opened.
    Open(String),
}

/// How far a press may move until it is a drag, in pixels.
const STILL: f32 = 4.0;
/// How much a turn of the wheel by a pixel zooms.
const ZOOMS: f32 = 0.0035;

/// What the canvas looks like to a hand.
#[derive(Clone, Copy)]
pub struct Table<'a> {
    /// What there is.
    pub scene: &'a Scene,
    /// What is selected.
    pub selected: &'a BTreeSet<String>,
    /// How many pixels a unit of the canvas has.
    pub zoom: f32,
    /// The grid that nodes keep to.
    pub grid: f32,
}

impl Gesture {
    /// What follows from what the pointer does, and what is meant by it.
    pub fn step(self, pointer: Pointer, table: &Table<'_>) -> (Self, Vec<Intent>) {
        match (self, pointer) {
            (_, Pointer::Cancel) => (Self::Idle, Vec::new()),
            (gesture, Pointer::Wheel { at, by, zooms }) => {
                let intent = if zooms { Intent::Zoom(at, (by.y * ZOOMS).exp()) } else { Intent::Pan(by) };
                (gesture, vec![intent])
            }
            (_, Pointer::Grab) => (Self::Panning, Vec::new()),
            (_, Pointer::Press { at, times, keys }) => press(at, times, keys, table),
            (gesture, Pointer::Move { at, pixels, keys }) => gesture.moved(at, (pixels, keys), table),
            (gesture, Pointer::Release { at, keys }) => gesture.released(at, keys, table),
        }
    }

    fn moved(self, at: Point, (pixels, keys): (Point, Held), table: &Table<'_>) -> (Self, Vec<Intent>) {
        match self {
            Self::Panning => (Self::Panning, vec![Intent::Pan(pixels)]),
            Self::Pressed { at: from, id, .. } if ((at - from) * table.zoom).length() > STILL => {
                let place = table.scene.card(&id).map_or(from, |c| c.rect.at);
                let moving =
                    Self::Moving { from, anchor: (id, place), by: Point::default(), into: None, join: None };
                moving.moved(at, (pixels, keys), table)
            }
            Self::Moving { from, anchor, .. } => {
                // The node under the hand keeps to the grid, and all others keep their distance to it.
                let by = (anchor.1 + at - from).snapped(table.grid) - anchor.1;
                let into = into(&anchor.0, by, table);
                let joins = keys.shift && into.is_none() && table.selected.len() == 1;
                let join = joins.then(|| near(table.scene, &anchor.0, by, NEAR)).flatten();
                (Self::Moving { from, anchor, by, into, join }, Vec::new())
            }
            Self::Carrying { from, mark, .. } => {
                let by = (at - from).snapped(table.grid);
                (Self::Carrying { from, mark, by }, Vec::new())
            }
            Self::Cabling(cabling) => {
                let (over, card) = match table.scene.hit(at, table.zoom) {
                    Hit::Socket(card, socket) => (Some((card, socket)), Some(card)),
                    Hit::Card(card) => (None, Some(card)),
                    _ => (None, None),
                };
                let own = |card: &usize| *card != cabling.from.0 || over.is_some_and(|o| o != cabling.from);
                (Self::Cabling(Cabling { to: at, over, card: card.filter(own), ..cabling }), Vec::new())
            }
            Self::Boxing { from, adds, .. } => (Self::Boxing { from, to: at, adds }, Vec::new()),
            gesture => (gesture, Vec::new()),
        }
    }

    fn released(self, at: Point, keys: Held, table: &Table<'_>) -> (Self, Vec<Intent>) {
        let intents = match self {
            Self::Moving { by, into: Some(cable), .. } => vec![Intent::Insert(by, cable)],
            Self::Moving { by, join: Some((from, to)), .. } => {
                vec![Intent::Join(by, end(table.scene, from), end(table.scene, to))]
            }
            Self::Moving { by, .. } if by != Point::default() => vec![Intent::Move(by)],
            Self::Carrying { mark, by, .. } if by != Point::default() => vec![Intent::Carry(mark, by)],
            Self::Pressed { id, alone: true, .. } if !keys.shift => {
                vec![Intent::Select(BTreeSet::from([id]), false)]
            }
            Self::Boxing { from, to, adds } => {
                let within = table.scene.within(Rect::between(from, to)).map(String::from).collect();
                vec![Intent::Select(within, adds)]
            }
            Self::Cabling(cabling) => drop_cable(&cabling, at, table),
            _ => Vec::new(),
        };
        (Self::Idle, intents)
    }
}

fn press(at: Point, times: u8, keys: Held, table: &Table<'_>) -> (Gesture, Vec<Intent>) {
    let scene = table.scene;
    match scene.hit(at, table.zoom) {
        Hit::Socket(card, socket) => (take_hold(scene, (card, socket), at), Vec::new()),
        Hit::Card(card) => {
            let id = scene.cards[card].id.clone();
            if times == 2 {
                return (Gesture::Idle, vec![Intent::Open(id)]);
            }
            let selected = table.selected.contains(&id);
            let intents = match (selected, keys.shift) {
                (true, true) => vec![Intent::Deselect(id.clone())],
                (true, false) => Vec::new(),
                (false, adds) => vec![Intent::Select(BTreeSet::from([id.clone()]), adds)],
            };
            if selected && keys.shift {
                return (Gesture::Idle, intents);
            }
            (Gesture::Pressed { at, id, alone: selected && table.selected.len() > 1 }, intents)
        }
        Hit::Wire(wire) => (Gesture::Idle, vec![Intent::SelectCable(scene.wires[wire].id)]),
        Hit::Frame(frame) => {
            let frame = &scene.frames[frame];
            let mark = Mark::Frame(frame.id);
            if times == 2 {
                return (Gesture::Idle, vec![Intent::Write(mark)]);
            }
            // The first of its nodes keeps to the grid.
            let first = frame.cards.first().map(|&card| scene.cards[card].id.clone());
            let pressed = first.map(|id| Gesture::Pressed { at, id, alone: false });
            (pressed.unwrap_or_default(), vec![Intent::SelectMark(mark)])
        }
        Hit::Comment(comment) => carry(at, times, Mark::Comment(scene.comments[comment].id)),
        Hit::Pin(pin) => carry(at, times, Mark::Pin(scene.pins[pin].id)),
        Hit::Nothing if times == 2 => (Gesture::Idle, vec![Intent::Add(at)]),
        Hit::Nothing => {
            let intents = if keys.shift { Vec::new() } else { vec![Intent::Select(BTreeSet::new(), false)] };
            (Gesture::Boxing { from: at, to: at, adds: keys.shift }, intents)
        }
    }
}

fn carry(from: Point, times: u8, mark: Mark) -> (Gesture, Vec<Intent>) {
    match times {
        2 => (Gesture::Idle, vec![Intent::Write(mark)]),
        _ => (Gesture::Carrying { from, mark, by: Point::default() }, vec![Intent::SelectMark(mark)]),
    }
}

#[cfg(test)]
mod tests;
