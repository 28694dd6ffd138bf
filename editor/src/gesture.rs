//! What a hand does on the canvas: from presses and moves of a pointer to what is meant by them. Pure: nothing is
//! changed here.

use crate::geometry::{Point, Rect};
use crate::marks::Mark;
use crate::ports::{self, Misfit, Sort};
use crate::scene::{Hit, Scene};
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

/// From an output a new cable is drawn. An input with a cable gives it off, to be led elsewhere; without one, a cable is
/// drawn backwards.
fn take_hold(scene: &Scene, end: (usize, usize), at: Point) -> Gesture {
    let out = scene.cards[end.0].sockets[end.1].out;
    let last = scene.wires.iter().rev().find(|w| !out && w.to == end);
    let (from, out, taken) = match last {
        Some(wire) => (wire.from, true, Some(wire.id)),
        None => (end, out, None),
    };
    Gesture::Cabling(Cabling { from, out, to: at, over: Some(end), card: None, taken })
}

fn drop_cable(cabling: &Cabling, at: Point, table: &Table<'_>) -> Vec<Intent> {
    let scene = table.scene;
    let held = &scene.cards[cabling.from.0].sockets[cabling.from.1];
    let from = end(scene, cabling.from);
    let Some(over) = cabling.over else {
        return match (cabling.card, cabling.taken) {
            (Some(card), taken) => {
                vec![Intent::Choose(from, cabling.out, scene.cards[card].id.clone(), taken)]
            }
            (None, Some(cable)) => vec![Intent::Disconnect(cable)],
            (None, None) => vec![Intent::Search(from, cabling.out, at)],
        };
    };
    if over == cabling.from {
        return Vec::new();
    }
    let there = &scene.cards[over.0].sockets[over.1];
    let to = end(scene, over);
    if there.out == cabling.out {
        let what = if cabling.out {
            "Both are outputs: a cable leads from an output to an input."
        } else {
            "Both are inputs: a cable leads from an output to an input."
        };
        return vec![Intent::Refuse(from, to, Misfit { why: what.into(), adapter: None }, at)];
    }
    let (from, to, sorts) = match cabling.out {
        true => (from, to, (held.port.sort, there.port.sort)),
        false => (to, from, (there.port.sort, held.port.sort)),
    };
    // Back where it was taken from, nothing has changed.
    let same = |id: u32| scene.wires.iter().any(|w| w.id == id && w.to == over);
    if cabling.taken.is_some_and(same) {
        return Vec::new();
    }
    match ports::fits(sorts.0, sorts.1) {
        Ok(()) => vec![Intent::Connect(from, to, cabling.taken)],
        Err(misfit) => vec![Intent::Refuse(from, to, misfit, at)],
    }
}

/// The cable that a node would be put into where it is dropped: one that runs behind it, if it has no cable itself.
fn into(id: &str, by: Point, table: &Table<'_>) -> Option<u32> {
    if table.selected.len() != 1 {
        return None;
    }
    let scene = table.scene;
    let card = scene.card(id)?;
    if card.sockets.iter().any(|s| s.connected) {
        return None;
    }
    let has = |out: bool, sort: Sort| card.sockets.iter().any(|s| s.out == out && s.port.sort == sort);
    let passes = |sort: Sort| {
        let sort = if sort == Sort::Value { Sort::Sound } else { sort };
        has(true, sort) && has(false, sort)
    };
    let area = card.rect.moved(by).grown(-crate::layout::GRID);
    let behind = |w: &&crate::scene::Wire| {
        w.curve.bounds().meets(area) && (1..24).any(|k| area.contains(w.curve.at(k as f32 / 24.0)))
    };
    scene.wires.iter().filter(|w| passes(w.sort)).find(behind).map(|w| w.id)
}

/// How near ports must be to be joined by a drag with shift.
const NEAR: f32 = 240.0;

/// The two ports nearest to each other that could be joined: one of a node that was moved so far, one of another node.
/// Inputs that have a cable are left alone.
pub fn near(scene: &Scene, id: &str, by: Point, reach: f32) -> Option<Pair> {
    let own = scene.cards.iter().position(|c| c.id == id)?;
    let place = |(card, socket): (usize, usize)| {
        let at = scene.cards[card].sockets[socket].at;
        if card == own { at + by } else { at }
    };
    let sockets = |card: usize| (0..scene.cards[card].sockets.len()).map(move |socket| (card, socket));
    let socket = |(card, socket): (usize, usize)| &scene.cards[card].sockets[socket];
    let area = scene.cards[own].rect.moved(by).grown(reach);
    let others = (0..scene.cards.len()).filter(|&c| c != own && scene.cards[c].rect.meets(area));
    let pairs = others.flat_map(sockets).flat_map(|there| {
        sockets(own).map(move |here| if socket(here).out { (here, there) } else { (there, here) })
    });
    let fits = |(from, to): &Pair| {
        let (from, to) = (socket(*from), socket(*to));
        from.out && !to.out && !to.connected && ports::fits(from.port.sort, to.port.sort).is_ok()
    };
    let far = |(from, to): &Pair| {
        let way = place(*to) - place(*from);
        // Sound flows to the right: backwards is twice as far.
        Point::new(if way.x < 0.0 { 2.0 * way.x } else { way.x }, way.y).length()
    };
    let rated = pairs.filter(fits).map(|pair| (far(&pair), pair)).filter(|(far, _)| *far <= reach);
    rated.min_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, pair)| pair)
}

/// The end of a cable at a port of the scene.
pub fn end(scene: &Scene, (card, socket): (usize, usize)) -> Endpoint {
    let card = &scene.cards[card];
    // The first port of all is meant where none is named, so that short files stay short.
    let socket = &card.sockets[socket];
    ports::end(&card.id, &socket.port.name)
}

#[cfg(test)]
mod tests;
