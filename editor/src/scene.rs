//! What is seen of a graph: cards with ports, and cables between them, at their places on the canvas.

mod hit;
mod marks;
mod path;

pub use hit::Hit;
pub use marks::{CommentBox, FrameBox, LINE, PIN, PinBox, wrap};
pub use path::Path;

use crate::geometry::{Curve, Point, Rect};
use crate::layout::layered;
use crate::live::{Insight, lasting};
use crate::marks::Marks;
use crate::picture;
use crate::ports::{self, Port, Ports, Sort};
use signalbox_engine::node::{Group, Shelf};
use signalbox_engine::patch::{Node, Patch, Scope};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// How wide a card is.
pub const WIDTH: f32 = 176.0;
/// The height of its head, with the name.
pub const HEAD: f32 = 32.0;
/// The height of a row of ports.
pub const ROW: f32 = 24.0;
/// The height of its picture.
pub const PICTURE: f32 = 56.0;
/// How many letters a label has at most that is read on the card.
const NAME: usize = 20;
/// The room below.
pub const FOOT: f32 = 8.0;

/// What is seen of a graph.
#[derive(Clone, Debug, Default)]
pub struct Scene {
    /// Its nodes, those on top last.
    pub cards: Vec<Card>,
    /// Its cables.
    pub wires: Vec<Wire>,
    /// Frames around nodes, those behind first.
    pub frames: Vec<FrameBox>,
    /// Comments.
    pub comments: Vec<CommentBox>,
    /// Pinned probes.
    pub pins: Vec<PinBox>,
    index: HashMap<String, usize>,
}

/// A node.
#[derive(Clone, Debug)]
pub struct Card {
    /// The node's id.
    pub id: String,
    /// What is read on it.
    pub title: String,
    /// All that its label says.
    pub note: String,
    /// The name of its kind.
    pub kind: String,
    /// Its family; nothing for sub-patches and their ports.
    pub group: Option<Group>,
    /// Where it lies.
    pub rect: Rect,
    /// Its ports: those on the left first.
    pub sockets: Vec<Socket>,
    /// Where its picture lies.
    pub picture: Option<Rect>,
    /// Whether sound goes round it.
    pub bypass: bool,
    /// Whether it is silent.
    pub mute: bool,
    /// Where some nodes are heard alone: whether it is one of them, or silent meanwhile.
    pub solo: Option<Solo>,
    /// Whether it is a sub-patch that can be entered.
    pub inside: bool,
    /// How many voices it has; nothing where it is no instrument.
    pub voices: Option<u32>,
    /// What is read under it: how late it is, what it costs.
    pub foot: String,
    /// In which layer it is drawn, so that it covers those that it lies on.
    pub level: usize,
}

/// What the engine does to what flows through a cable, and for how long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Badge {
    /// It is held back, so that paths meet in time.
    Held(String),
    /// It closes a loop, and brings what was taken so long ago.
    Round(String),
}

/// What a node is while some are heard alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Solo {
    /// It is heard alone.
    Heard,
    /// It is silent.
    Silent,
}

/// A port of a card.
#[derive(Clone, Debug)]
pub struct Socket {
    /// What it is.
    pub port: Port,
    /// Whether something goes out.
    pub out: bool,
    /// Where it is.
    pub at: Point,
    /// Whether it has a cable.
    pub connected: bool,
}

/// A cable.
#[derive(Clone, Debug)]
pub struct Wire {
    /// Its number in the patch.
    pub id: u32,
    /// The card and the socket that it comes from.
    pub from: (usize, usize),
    /// The card and the socket that it goes to.
    pub to: (usize, usize),
    /// Its way.
    pub curve: Curve,
    /// What flows.
    pub sort: Sort,
    /// Its level or depth, as it stands in the patch.
    pub amount: Option<String>,
    /// Whether a loop is cut here.
    pub feedback: bool,
    /// What the engine does to it.
    pub badge: Option<Badge>,
    /// Whether nothing flows, because its source is silent.
    pub mute: bool,
}

impl Scene {
    /// What is seen of a graph of a patch.
    pub fn new(patch: &Patch, scope: &Scope, shelf: &Shelf) -> Self {
        let Some(graph) = patch.scope(scope) else { return Self::default() };
        let mut scene = Self::default();
        for (id, node) in &graph.nodes {
            let ports = Ports::of(patch, scope, id, shelf);
            scene.index.insert(id.clone(), scene.cards.len());
            scene.cards.push(card(patch, id, node, ports, shelf));
        }
        for cable in graph.cables.values() {
            scene.hold(&cable.to.node, &cable.to.port, false);
            scene.hold(&cable.from.node, &cable.from.port, true);
        }
        scene.cards.iter_mut().for_each(Card::measure);
        for (&id, cable) in &graph.cables {
            let from = scene.find(&cable.from.node, &cable.from.port, true);
            let to = scene.find(&cable.to.node, &cable.to.port, false);
            let (Some(from), Some(to)) = (from, to) else { continue };
            let amount = cable.depth.as_ref().or(cable.gain.as_ref());
            let source = &scene.cards[from.0];
            let sort = match source.sockets[from.1].port.sort {
                Sort::Notes => Sort::Notes,
                _ if scene.cards[to.0].sockets[to.1].port.sort == Sort::Value => Sort::Value,
                sort => sort,
            };
            scene.wires.push(Wire {
                id,
                from,
                to,
                curve: Curve([Point::default(); 4]),
                sort,
                amount: amount.map(|v| v.as_str().map_or_else(|| v.to_string(), String::from)),
                feedback: cable.feedback,
                badge: None,
                mute: source.mute,
            });
        }
        scene.place(graph.nodes.values().map(|n| n.at));
        scene.put_marks(&Marks::of(patch, scope));
        scene
    }

    /// Sees that a card has a socket for the end of a cable: of parameters only those are shown that a cable moves, and
    /// what is not there at all is shown too, since a cable holds on to it.
    fn hold(&mut self, node: &str, name: &str, out: bool) {
        let Some(&at) = self.index.get(node) else { return };
        let card = &mut self.cards[at];
        let found =
            card.sockets.iter_mut().find(|s| s.out == out && (name.is_empty() || s.port.name == name));
        match found {
            Some(socket) => socket.connected = true,
            None => {
                let sort = if out { Sort::Sound } else { Sort::Value };
                let port = Port { name: name.into(), sort, help: String::new() };
                let socket = Socket { port, out, at: Point::default(), connected: true };
                let behind = if out { card.sockets.len() } else { card.lefts() };
                card.sockets.insert(behind, socket);
            }
        }
    }

    /// The card and the socket of an end; an empty name is the first.
    pub fn find(&self, node: &str, name: &str, out: bool) -> Option<(usize, usize)> {
        let &at = self.index.get(node)?;
        let fits = |s: &Socket| s.out == out && (name.is_empty() || s.port.name == name);
        Some((at, self.cards[at].sockets.iter().position(fits)?))
    }

    /// The index of the card of a node.
    pub fn index_of(&self, id: &str) -> Option<usize> {
        self.index.get(id).copied()
    }

    /// The card of a node.
    pub fn card(&self, id: &str) -> Option<&Card> {
        self.cards.get(*self.index.get(id)?)
    }

    /// Puts cards where their nodes lie; those that lie nowhere yet are laid out by the way of the sound.
    fn place(&mut self, places: impl Iterator<Item = Option<(f64, f64)>>) {
        let places: Vec<Option<Point>> =
            places.map(|at| at.map(|(x, y)| Point::new(x as f32, y as f32))).collect();
        if places.contains(&None) {
            let sizes: Vec<Point> = self.cards.iter().map(|c| c.rect.size).collect();
            let ways: Vec<(usize, usize)> = self.wires.iter().map(|w| (w.from.0, w.to.0)).collect();
            // Below those that lie somewhere, if there are any.
            let placed = places.iter().zip(&sizes).filter_map(|(at, size)| Some(at.as_ref()?.y + size.y));
            let below = placed.fold(f32::NEG_INFINITY, f32::max);
            let by = Point::new(0.0, if below.is_finite() { below + 64.0 } else { 0.0 });
            for (card, at) in self.cards.iter_mut().zip(layered(&sizes, &ways)) {
                card.rect.at = at + by;
            }
        }
        for (card, at) in self.cards.iter_mut().zip(places) {
            card.rect.at = at.unwrap_or(card.rect.at);
            card.settle();
        }
        self.rewire();
        self.stack();
    }

    fn rewire(&mut self) {
        for wire in &mut self.wires {
            let at = |(card, socket): (usize, usize)| self.cards[card].sockets[socket].at;
            wire.curve = Curve::cable(at(wire.from), at(wire.to));
        }
    }

    /// Moves cards, as a drag does before it is over.
    pub fn shift(&mut self, moved: impl Fn(&str) -> bool, by: Point) {
        for card in self.cards.iter_mut().filter(|c| moved(&c.id)) {
            card.rect.at = card.rect.at + by;
            card.settle();
        }
        self.rewire();
        self.frame();
    }

    /// Shows what the engine tells; with `costs` also what nodes cost.
    pub fn tell(&mut self, told: &Insight, costs: bool) {
        let time = |frames: &usize| lasting(*frames, told.rate);
        for wire in &mut self.wires {
            let held = told.held.get(&wire.id).map(|f| Badge::Held(time(f)));
            wire.badge = told.round(wire.id).map(Badge::Round).or(held);
        }
        for card in &mut self.cards {
            let late = told.late.get(&card.id).map(|frames| format!("{} late", time(frames)));
            let cost = told.costs.get(&card.id).filter(|_| costs);
            let cost = cost.map(|share| match share * 100.0 {
                little if little < 0.1 => "CPU < 0.1 %".into(),
                much => format!("CPU {much:.1} %"),
            });
            card.foot = late.into_iter().chain(cost).collect::<Vec<_>>().join(", ");
        }
    }

    /// Shows that some nodes are heard alone; `sounds` and `passes` tell which others, and which cables, sound on.
    pub fn alone(
        &mut self,
        nodes: &BTreeSet<String>,
        sounds: impl Fn(&str) -> bool,
        passes: impl Fn(u32) -> bool,
    ) {
        for card in &mut self.cards {
            card.solo = match nodes.contains(&card.id) {
                true => Some(Solo::Heard),
                false => (!sounds(&card.id)).then_some(Solo::Silent),
            };
        }
        for wire in self.wires.iter_mut().filter(|w| w.sort == Sort::Sound) {
            wire.mute |= !passes(wire.id);
        }
    }

    /// Gives each card the layer above all those that it lies on.
    fn stack(&mut self) {
        let mut by_left: Vec<usize> = (0..self.cards.len()).collect();
        by_left.sort_by(|&a, &b| self.cards[a].rect.at.x.total_cmp(&self.cards[b].rect.at.x));
        let mut over: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (k, &a) in by_left.iter().enumerate() {
            let right = self.cards[a].rect.end().x;
            let near = by_left[k + 1..].iter().take_while(|&&b| self.cards[b].rect.at.x <= right);
            for &b in near.filter(|&&b| self.cards[a].rect.meets(self.cards[b].rect)) {
                over.entry(a.max(b)).or_default().push(a.min(b));
            }
        }
        for (upper, lower) in over {
            let level = lower.iter().map(|&l| self.cards[l].level + 1).max();
            self.cards[upper].level = level.unwrap_or(0);
        }
    }

    /// The box around all that lies on the canvas, where there is anything.
    pub fn bounds(&self) -> Option<Rect> {
        let marks = self.frames.iter().map(|f| f.rect).chain(self.comments.iter().map(|c| c.rect));
        let marks = marks.chain(self.pins.iter().map(|p| p.rect));
        self.cards.iter().map(|c| c.rect).chain(marks).reduce(Rect::with)
    }

    /// The box around all cards and cables, where there are any.
    pub fn whole(&self) -> Option<Rect> {
        self.bounds().into_iter().chain(self.wires.iter().map(|w| w.curve.bounds())).reduce(Rect::with)
    }
}

impl Card {
    /// Whether nothing of what it does is heard.
    pub fn quiet(&self) -> bool {
        self.mute || self.bypass || self.solo == Some(Solo::Silent)
    }

    fn lefts(&self) -> usize {
        self.sockets.iter().filter(|s| !s.out).count()
    }

    /// Gives the card its size.
    fn measure(&mut self) {
        let lefts = self.lefts();
        let rows = lefts.max(self.sockets.len() - lefts) as f32;
        let picture = if self.picture.is_some() { PICTURE } else { 0.0 };
        self.rect.size = Point::new(WIDTH, HEAD + rows * ROW + picture + FOOT);
    }

    /// Puts ports and picture where the card lies.
    fn settle(&mut self) {
        let Rect { at, size } = self.rect;
        let (mut left, mut right) = (0.0, 0.0);
        for socket in &mut self.sockets {
            let (x, row) = if socket.out { (size.x, &mut right) } else { (0.0, &mut left) };
            socket.at = at + Point::new(x, HEAD + (*row + 0.5) * ROW);
            *row += 1.0;
        }
        if let Some(picture) = &mut self.picture {
            *picture = Rect {
                at: at + Point::new(FOOT, size.y - FOOT - PICTURE),
                size: Point::new(size.x - 2.0 * FOOT, PICTURE),
            };
        }
    }
}

/// What is read on a card: the label where it is a name; one that is a sentence is read elsewhere.
fn title(id: &str, node: &Node) -> String {
    let name = !node.label.is_empty() && node.label.chars().count() <= NAME;
    if name { node.label.clone() } else { id.into() }
}

fn card(patch: &Patch, id: &str, node: &Node, ports: Ports, shelf: &Shelf) -> Card {
    let declaration = shelf.get(&node.kind);
    let inside = patch.subpatches.contains_key(&node.kind);
    let socket = |out: bool| move |port: Port| Socket { port, out, at: Point::default(), connected: false };
    let inputs = ports.inputs.into_iter().map(socket(false));
    let picture = declaration.is_some_and(|d| picture::Sort::of(d).is_some()).then(Rect::default);
    Card {
        id: id.into(),
        title: title(id, node),
        note: node.label.clone(),
        kind: declaration.map_or_else(|| node.kind.clone(), |d| d.title.to_lowercase()),
        group: ports::group(node, shelf),
        rect: Rect::default(),
        sockets: inputs.chain(ports.outputs.into_iter().map(socket(true))).collect(),
        picture: if inside { None } else { picture },
        bypass: node.bypass,
        mute: node.mute,
        solo: None,
        inside,
        voices: node.voices.map(u32::from),
        foot: String::new(),
        level: 0,
    }
}

#[cfg(test)]
mod tests;
