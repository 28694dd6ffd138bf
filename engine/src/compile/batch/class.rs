//! Classes: nodes that one kernel can run side by side.

use super::{Part, Seat, may_batch};
use crate::compile::align::Alignment;
use crate::compile::flat::{Depth, Flat, Target};
use crate::compile::order::Order;
use crate::compile::widths::Widths;
use crate::node::Setting;
use foldhash::HashMap;

/// The classes of all parts.
pub struct Classes {
    /// By part: its class, `u32::MAX` where it has none.
    pub of: Vec<u32>,
    /// By part: where its state lies already.
    pub seat: Vec<Option<Seat>>,
    /// By class: how many parts it has.
    pub members: Vec<u32>,
    /// By class: whether a batch pays by itself.
    pub heavy: Vec<bool>,
}

impl Classes {
    /// No classes at all.
    pub fn none(parts: usize) -> Self {
        Self { of: vec![u32::MAX; parts], seat: vec![None; parts], members: Vec::new(), heavy: Vec::new() }
    }

    /// Sorts the parts into classes.
    pub fn new(
        flat: &Flat,
        widths: &Widths,
        (order, alignment): (&Order, &Alignment),
        parts: &[Part<'_>],
        seat: &dyn Fn(usize) -> Option<Seat>,
    ) -> Self {
        let mut classes = Self::none(parts.len());
        let mut known: HashMap<Box<[u64]>, u32> = HashMap::default();
        let mut key = Vec::with_capacity(64);
        let (moves, leads) = (moves(flat), leads(flat));
        for (p, part) in parts.iter().enumerate() {
            let looped = order.loop_of[part[0].node].is_some();
            if !may_batch(flat, part, looped) {
                continue;
            }
            let node = part[0].node;
            let seat = seat(node);
            key.clear();
            write_key(&mut key, (flat, widths, alignment), node, moves.get(&node), seat.is_some());
            key.push(leads[node]);
            let class = known.get(&key[..]).copied().unwrap_or_else(|| {
                let fresh = classes.members.len() as u32;
                known.insert(key[..].into(), fresh);
                classes.members.push(0);
                let wide = flat.nodes[node].declaration.wide;
                classes.heavy.push(wide.is_some_and(|w| w.heavy));
                fresh
            });
            classes.members[class as usize] += 1;
            classes.of[p] = class;
            classes.seat[p] = seat;
        }
        classes
    }
}

/// By node: where its cables lead, as a number: what leads to another kind of end has another part in its strip.
fn leads(flat: &Flat) -> Vec<u64> {
    let mut leads = vec![0u64; flat.nodes.len()];
    for cable in &flat.cables {
        let end = match cable.to.1 {
            Target::Port(port) => port as u64,
            Target::Parameter(parameter, _) => 1 << 16 | parameter as u64,
        };
        let name = flat.nodes[cable.to.0].declaration.name.bytes();
        let kind = name.fold(0u64, |hash, byte| hash.wrapping_mul(31).wrapping_add(u64::from(byte)));
        // The order of cables is of no matter, nor how many lead to ends of one kind.
        let mixed = (kind ^ end.rotate_left(40)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        leads[cable.from.0] |= 1 << (mixed >> 58);
    }
    leads
}

/// What moves the parameters of a node: the parameter, and 0 for a lane, 1 for a cable in units, 2 for one in octaves.
type Moves = Vec<(u32, u8)>;

fn moves(flat: &Flat) -> HashMap<usize, Moves> {
    let mut moves: HashMap<usize, Moves> = HashMap::default();
    for lane in &flat.lanes {
        moves.entry(lane.node).or_default().push((lane.parameter as u32, 0));
    }
    for cable in &flat.cables {
        if let Target::Parameter(parameter, depth) = cable.to.1 {
            let kind = if matches!(depth, Depth::Units(_)) { 1 } else { 2 };
            moves.entry(cable.to.0).or_default().push((parameter as u32, kind));
        }
    }
    // A lane counts once, however many there are.
    moves.values_mut().for_each(|all| {
        all.sort_by_key(|m| m.1 > 0);
        let lanes = all.partition_point(|m| m.1 == 0);
        let mut cables = all.split_off(lanes);
        all.sort_unstable();
        all.dedup();
        cables.sort_by_key(|m| m.0);
        all.append(&mut cables);
    });
    moves
}

/// Writes down all in which the nodes of a class are alike.
fn write_key(
    key: &mut Vec<u64>,
    (flat, widths, alignment): (&Flat, &Widths, &Alignment),
    node: usize,
    moves: Option<&Moves>,
    kept: bool,
) {
    let n = &flat.nodes[node];
    let mut word = |x: u64| key.push(x);
    word(std::ptr::from_ref(n.declaration) as u64);
    word(u64::from(kept));
    word(alignment.arrival[node] as u64);
    widths.inputs[node].iter().chain(&widths.outputs[node]).for_each(|&w| word(w as u64));
    n.connected.iter().for_each(|&c| word(u64::from(c)));
    for &(parameter, kind) in moves.into_iter().flatten() {
        word(u64::from(parameter) << 8 | u64::from(kind));
    }
    let fixed = n.settings.iter().zip(n.declaration.parameters).filter(|(_, p)| !p.moves());
    for (setting, _) in fixed {
        match setting {
            Setting::Number(x) => word(u64::from(x.to_bits())),
            Setting::Choice(i) => word(*i as u64),
            Setting::Switch(on) => word(u64::from(*on)),
            Setting::Text(text) => {
                word(text.len() as u64);
                text.bytes().for_each(|b| word(u64::from(b)));
            }
        }
    }
}
