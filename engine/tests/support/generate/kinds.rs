//! A node by chance, with what the generator must know of it.

use super::super::chance::Chance;
use super::Offer;
use signalbox_engine::patch::{Node, Voices};

/// The most nodes that the voices of an instance unfold into, so that the interpreter gets through.
pub const MOST: u32 = 120;

/// What flows through a port.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Gives {
    Sound,
    Events,
}

/// A node that was put in.
pub struct Placed {
    pub id: String,
    pub ins: Vec<(String, Gives)>,
    pub outs: Vec<(String, Gives)>,
    /// Parameters that may move: name, least, greatest, whether in hertz.
    pub moves: Vec<(String, f64, f64, bool)>,
    /// Whole numbers that are fixed while the node runs.
    pub values: Vec<(String, f64, f64)>,
    /// Whether a cable may lead back to its port `in`.
    pub cuts: bool,
    /// How many nodes an instance unfolds into.
    pub inside: usize,
}

impl Placed {
    pub fn source(id: &str, port: &str, gives: Gives) -> Self {
        let outs = vec![(port.into(), gives)];
        Self {
            id: id.into(),
            ins: Vec::new(),
            outs,
            moves: Vec::new(),
            values: Vec::new(),
            cuts: false,
            inside: 0,
        }
    }

    pub fn gives(&self, gives: Gives) -> bool {
        self.outs.iter().any(|o| o.1 == gives)
    }

    pub fn outputs(&self, gives: Gives) -> impl Iterator<Item = String> {
        self.outs.iter().filter(move |o| o.1 == gives).map(|o| format!("{}.{}", self.id, o.0))
    }
}

/// A kind: name, how often, ports in, ports out, parameters that move, values that are fixed.
struct Row {
    kind: &'static str,
    often: usize,
    ins: &'static [(&'static str, Gives)],
    outs: &'static [(&'static str, Gives)],
    moves: &'static [(&'static str, f64, f64, bool)],
    values: &'static [(&'static str, f64, f64)],
}

const IN: &[(&str, Gives)] = &[("in", Gives::Sound)];
const OUT: &[(&str, Gives)] = &[("out", Gives::Sound)];
const BARE: Row = Row { kind: "", often: 1, ins: IN, outs: OUT, moves: &[], values: &[] };
const LOOP: Row = Row {
    often: 2,
    moves: &[("level", 0.0, 1.0, false), ("feedback", -0.9, 0.9, false)],
    values: &[("frames", 64.0, 120.0), ("halve", 0.0, 9.0)],
    ..BARE
};

const ROWS: &[Row] = &[
    Row { kind: "noise", often: 5, ins: &[], values: &[("seed", 0.0, 999.0)], ..BARE },
    Row {
        kind: "level",
        often: 2,
        ins: &[],
        moves: &[("value", -2.0, 2.0, false), ("freq", 10.0, 4e3, true)],
        ..BARE
    },
    Row { kind: "count", ins: &[], values: &[("start", 0.0, 3.0)], ..BARE },
    Row { kind: "gain", often: 4, moves: &[("gain", -2.0, 2.0, false)], ..BARE },
    Row { kind: "scale", often: 4, moves: &[("by", 0.0, 1.0, false)], ..BARE },
    Row {
        kind: "offset",
        often: 2,
        moves: &[("by", -2.0, 2.0, false)],
        values: &[("way", 0.0, 2.0)],
        ..BARE
    },
    Row {
        kind: "blend",
        often: 3,
        ins: &[("a", Gives::Sound), ("b", Gives::Sound)],
        moves: &[("share", -1.0, 1.0, false)],
        ..BARE
    },
    Row { kind: "times", often: 2, ins: &[("a", Gives::Sound), ("b", Gives::Sound)], ..BARE },
    Row { kind: "latent", often: 3, values: &[("frames", 0.0, 70.0)], ..BARE },
    Row { kind: "late", values: &[("frames", 0.0, 50.0)], ..BARE },
    Row { kind: "widen", ..BARE },
    Row { kind: "split", outs: &[("left", Gives::Sound), ("right", Gives::Sound)], ..BARE },
    Row { kind: "join", ins: &[("left", Gives::Sound), ("right", Gives::Sound)], ..BARE },
    Row {
        kind: "tap",
        often: 3,
        ins: &[("in", Gives::Sound), ("side", Gives::Sound)],
        outs: &[("out", Gives::Sound), ("turned", Gives::Sound), ("product", Gives::Sound)],
        ..BARE
    },
    Row { kind: "mono", ..BARE },
    Row {
        kind: "notes",
        often: 3,
        ins: &[],
        outs: &[("out", Gives::Events)],
        values: &[("every", 7.0, 40.0), ("phase", 0.0, 20.0)],
        ..BARE
    },
    Row {
        kind: "shift",
        often: 2,
        ins: &[("in", Gives::Events)],
        outs: &[("out", Gives::Events), ("ends", Gives::Events)],
        moves: &[("by", -24.0, 24.0, false)],
        ..BARE
    },
    Row { kind: "pulse", often: 6, ins: &[("notes", Gives::Events), ("level", Gives::Sound)], ..BARE },
    Row { kind: "cutter", ..LOOP },
    Row { kind: "ring", ..LOOP },
    Row { kind: "meter", outs: &[], ..BARE },
    Row { kind: "nobody", ins: &[], outs: &[], ..BARE },
];

/// A node by chance; its id says nothing about its place in the order.
pub fn place(chance: &mut Chance, offers: &[Offer], number: usize) -> (Placed, Node) {
    let id = format!("{}{number}", (b'a' + chance.below(26) as u8) as char);
    let (placed, mut node) = if !offers.is_empty() && chance.is(0.15) {
        let offer = chance.pick(offers);
        instance(chance, offer, id)
    } else {
        some(chance, id)
    };
    node.mute = chance.is(0.015);
    (placed, node)
}

/// A kind, by how often each is wanted.
fn by_chance(chance: &mut Chance) -> &'static str {
    let all: Vec<&'static str> = ROWS.iter().flat_map(|r| std::iter::repeat_n(r.kind, r.often)).collect();
    all[chance.below(all.len())]
}

/// A node of any kind of the table.
pub fn some(chance: &mut Chance, id: String) -> (Placed, Node) {
    let kind = by_chance(chance);
    known(chance, id, kind)
}

/// A node of a kind that the table has.
pub fn known(chance: &mut Chance, id: String, kind: &str) -> (Placed, Node) {
    plain(chance, id, kind).expect("a kind of the table")
}

/// A node of a kind, where the table has it.
pub fn plain(chance: &mut Chance, id: String, kind: &str) -> Option<(Placed, Node)> {
    let row = ROWS.iter().find(|r| r.kind == kind)?;
    let mut node = Node::new(row.kind);
    if row.kind == "noise" {
        node = node.with("width", *chance.pick(&[1, 1, 1, 2, 2, 3]));
    }
    for (name, low, high) in row.values {
        node = node.with(name, chance.between(*low as usize, *high as usize));
    }
    for (name, low, high, _) in row.moves {
        if chance.is(0.5) {
            node = node.with(name, low + (high - low) * chance.unit());
        }
    }
    let cuts = row.values == LOOP.values;
    if cuts && chance.is(0.2) {
        // Too short for a whole block, or out of the way.
        node = node.with("frames", chance.between(1, 63));
        node.bypass = chance.is(0.3);
    } else if !cuts {
        node.bypass = chance.is(0.1);
    }
    let own = |ports: &[(&str, Gives)]| ports.iter().map(|p| (p.0.to_string(), p.1)).collect();
    let placed = Placed {
        id,
        ins: own(row.ins),
        outs: own(row.outs),
        moves: row.moves.iter().map(|m| (m.0.into(), m.1, m.2, m.3)).collect(),
        values: row.values.iter().map(|v| (v.0.into(), v.1, v.2)).collect(),
        cuts,
        inside: 0,
    };
    Some((placed, node))
}

pub fn instance(chance: &mut Chance, offer: &Offer, id: String) -> (Placed, Node) {
    let mut node = Node::new(&offer.name);
    // An instance that plays notes is most often one with voices.
    let plays = offer.ins.iter().any(|i| i.1 == Gives::Events);
    if chance.is(if plays { 0.6 } else { 0.1 }) {
        let count = *chance.pick(&[1, 2, 3, 3, 4, 5, 7, 9, 17]);
        let most = (MOST / offer.size as u32).max(1);
        node.voices = Some(Voices::new(count.min(most)).expect("1 to 256"));
    }
    for (name, low, high) in &offer.values {
        if chance.is(0.3) {
            node = node.with(name, chance.between(*low as usize, *high as usize));
        }
    }
    for (name, low, high, _) in &offer.moves {
        if chance.is(0.2) {
            node = node.with(name, low + (high - low) * chance.unit());
        }
    }
    let placed = Placed {
        id,
        ins: offer.ins.clone(),
        outs: offer.outs.clone(),
        moves: offer.moves.clone(),
        values: offer.values.clone(),
        cuts: false,
        inside: offer.size * node.voices.map_or(1, Voices::count),
    };
    (placed, node)
}
