//! Cables in the hand: taken off a port, drawn, dropped; and the cables and ports that a moved node comes near.

use super::{Cabling, Gesture, Intent, Pair, Table};
use crate::geometry::Point;
use crate::ports::{self, Misfit, Sort};
use crate::scene::Scene;
use signalbox_engine::patch::Endpoint;

/// From an output a new cable is drawn. An input with a cable gives it off, to be led elsewhere; without one, a cable is
/// drawn backwards.
pub(super) fn take_hold(scene: &Scene, end: (usize, usize), at: Point) -> Gesture {
    let out = scene.cards[end.0].sockets[end.1].out;
    let last = scene.wires.iter().rev().find(|w| !out && w.to == end);
    let (from, out, taken) = match last {
        Some(wire) => (wire.from, true, Some(wire.id)),
        None => (end, out, None),
    };
    Gesture::Cabling(Cabling { from, out, to: at, over: Some(end), card: None, taken })
}

pub(super) fn drop_cable(cabling: &Cabling, at: Point, table: &Table<'_>) -> Vec<Intent> {
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
pub(super) fn into(id: &str, by: Point, table: &Table<'_>) -> Option<u32> {
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
pub(super) const NEAR: f32 = 240.0;

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
