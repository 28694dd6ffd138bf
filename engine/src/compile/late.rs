//! Loops with latency: what is late inside a loop is taken from the delay that cuts it, so that the way round lasts as
//! long as the delay says.

use super::align::{Alignment, align};
use super::flat::Flat;
use super::order::{Order, order};
use super::{Context, Problem, Widths, setup};
use crate::patch::TempoMap;
use std::collections::HashMap;

/// How often loops are cut anew because a delay has too little left when latency is taken from it.
const MOST: usize = 16;

/// Sorts and aligns the nodes, and tells each that cuts a loop how early it has to give. Also what is odd.
pub fn settle(
    flat: &mut Flat,
    widths: &Widths,
    context: &Context<'_>,
    tempo: &TempoMap,
) -> Result<(Order, Alignment, Vec<Problem>), Vec<Problem>> {
    let of =
        |flat: &Flat, n: usize| (flat.nodes[n].declaration.holds)(&setup(flat, widths, context, tempo, n));
    let latency: Vec<usize> = (0..flat.nodes.len())
        .map(|n| (flat.nodes[n].declaration.latency)(&setup(flat, widths, context, tempo, n)))
        .collect();
    let monitors: Vec<bool> = (0..flat.nodes.len())
        .map(|n| (flat.nodes[n].declaration.monitors)(&setup(flat, widths, context, tempo, n)))
        .collect();
    let mut late: HashMap<usize, usize> = HashMap::new();
    let mut rounds = 0;
    let (order, alignment) = loop {
        // What a node holds less what is taken from it; at least a frame, so that a delay goes on cutting its loop.
        let holds = |n: usize| match of(flat, n) {
            0 => 0,
            held => held.saturating_sub(late.get(&n).copied().unwrap_or(0)).max(1),
        };
        let order = order(flat, holds)?;
        let alignment = align(flat, &order, &latency, &monitors);
        let mut more = false;
        for &n in order.loops.iter().flat_map(|l| &l.nodes) {
            let known = late.entry(n).or_default();
            let by = alignment.absorb[n] - alignment.arrival[n];
            more |= by > *known;
            *known = by.max(*known);
        }
        rounds += 1;
        if !more || rounds == MOST {
            break (order, alignment);
        }
    };
    let mut odd = Vec::new();
    for l in &order.loops {
        for &n in &l.nodes {
            let by = alignment.absorb[n] - alignment.arrival[n];
            let early = by.min(of(flat, n).saturating_sub(l.frames));
            flat.nodes[n].early = early;
            if early < by && !flat.nodes[n].repeats {
                let what = format!(
                    "the way round the loop is {} frames longer than this delay says: so much latency of the other \
                     nodes does not fit into the shortest time that it may have",
                    by - early
                );
                odd.push(Problem::new(&*flat.nodes[n].key, what));
            }
        }
        for &c in &l.cables {
            let cable = &flat.cables[c];
            let (from, to) = (&flat.nodes[cable.from.0].key, &flat.nodes[cable.to.0].key);
            if !cable.feedback && !flat.repeats(cable) {
                let what = "this cable closes a loop without a delay: it brings what was given one frame before; \
                            \"feedback\": true keeps it so when other cables are drawn (`signalbox check \
                            --store-cuts` writes that)";
                odd.push(Problem::new(format!("cable {}{} ({from} → {to})", cable.scope, cable.id), what));
            }
        }
    }
    Ok((order, alignment, odd))
}
