//! What is known of what plays: where sound waits, where loops are cut, what nodes cost.

use super::*;
use signalbox_engine::compile::{FlatCable, setup};
use std::collections::HashSet;

/// A cable: the way of instances that it lies in, with a `/` at the end and empty in the patch itself, and its id there.
pub type Wire = (Arc<str>, u32);

/// What is known of what plays.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// Frames a second.
    pub rate: u32,
    /// Cables that are held back so that paths meet in time, and by how many frames.
    pub held: Vec<(Wire, usize)>,
    /// Cables on which loops go round, and how many frames later they give at least what was taken at the cut.
    pub loops: Vec<(Wire, usize)>,
    /// By the keys of nodes: how many frames their outputs lag behind their inputs, where they do.
    pub latency: Vec<(Arc<str>, usize)>,
    /// The keys of nodes that run together, and what they usually take: nanoseconds a frame.
    pub costs: Vec<(Vec<String>, f64)>,
}

impl Player {
    /// What is known of what plays; empty while nothing does.
    pub fn report(&self) -> Report {
        let Some(last) = &self.last else { return Report::default() };
        let Compiled { schedule, flat, widths, loops, .. } = &last.compiled;
        let context = context(&self.source, self.rate);
        let of = |n: usize| setup(flat, widths, &context, &last.patch.tempo, n);
        let lines = schedule.held().chain(&schedule.event_lines);
        // A line of a loop holds one frame and stands in a step of its own kind; those that are going are not shown.
        let gives = |cable: &FlatCable| (cable.scope.clone(), cable.id);
        let cut: HashSet<Wire> =
            loops.iter().flat_map(|l| &l.cables).map(|&c| gives(&flat.cables[c])).collect();
        let held = lines.filter(|l| l.frames > 0 && !l.goes).map(|l| ((l.scope.clone(), l.cable), l.frames));
        let held = held.filter(|(wire, _)| !cut.contains(wire)).collect();
        let late = |n: usize| (flat.nodes[n].declaration.latency)(&of(n));
        let late = (0..flat.nodes.len()).filter(|&n| !flat.nodes[n].bypass).map(|n| (n, late(n)));
        let latency = late.filter(|l| l.1 > 0).map(|(n, frames)| (flat.nodes[n].key.clone(), frames));
        let mut round: Vec<(Wire, usize)> = cut.iter().map(|wire| (wire.clone(), 1)).collect();
        for &n in loops.iter().flat_map(|l| &l.nodes) {
            let node = &flat.nodes[n];
            let holds = (node.declaration.holds)(&of(n)).saturating_sub(node.early);
            round.extend(back(&flat.cables, n).map(|cable| (gives(cable), holds)));
        }
        round.sort_unstable();
        round.dedup_by(|a, b| a.0 == b.0);
        let current = self.publisher.current();
        let costs = current.as_ref().map_or_else(Vec::new, |current| current.program.costs());
        let named = |keys: Vec<&str>| keys.into_iter().map(String::from).collect();
        Report {
            rate: self.rate,
            held,
            loops: round,
            latency: latency.collect(),
            costs: costs.into_iter().map(|(keys, cost)| (named(keys), cost)).collect(),
        }
    }
}

/// The cables of a node's outputs from which one comes to that node again.
fn back(cables: &[FlatCable], node: usize) -> impl Iterator<Item = &FlatCable> {
    let mut into: HashMap<usize, Vec<usize>> = HashMap::new();
    for cable in cables {
        into.entry(cable.to.0).or_default().push(cable.from.0);
    }
    // All nodes that lead to this one, found from behind.
    let mut leads = HashSet::new();
    let mut open = vec![node];
    while let Some(n) = open.pop() {
        open.extend(into.get(&n).into_iter().flatten().filter(|&&from| leads.insert(from)));
    }
    cables.iter().filter(move |c| c.from.0 == node && (c.to.0 == node || leads.contains(&c.to.0)))
}
