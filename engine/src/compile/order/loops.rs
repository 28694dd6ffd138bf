//! Where a loop is cut, and how many frames of it run at once.
//!
//! A node that holds sound back gives it before it takes more: where every way round a loop leads through such nodes,
//! as many frames run at once as the shortest of them holds, up to a block. Else the loop runs frame by frame, and a
//! cable brings what was given one frame before: the one that the patch names, or the one that was drawn last.

use crate::compile::Problem;
use crate::compile::flat::{Flat, Target};
use crate::node::{BLOCK, PortKind};
use petgraph::algo::kosaraju_scc;
use petgraph::graph::DiGraph;

/// A loop and how it is run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Loop {
    /// How many frames run at once.
    pub frames: usize,
    /// The nodes at which it is cut.
    pub nodes: Vec<usize>,
    /// The cables at which it is cut, by one frame.
    pub cables: Vec<usize>,
}

/// The nodes of a loop and the cables between them.
struct Circle<'a> {
    flat: &'a Flat,
    /// The nodes, sorted.
    nodes: &'a [usize],
    /// Indices of the cables in the order in which they were drawn, with the places of their ends in `nodes`.
    cables: Vec<(usize, usize, usize)>,
}

/// Cuts a loop.
pub fn cut(flat: &Flat, mut nodes: Vec<usize>, holds: &dyn Fn(usize) -> usize) -> Result<Loop, Problem> {
    nodes.sort_unstable();
    let at = |n: usize| nodes.binary_search(&n).ok();
    let inside = |(index, cable): (usize, &crate::compile::FlatCable)| {
        Some((index, at(cable.from.0)?, at(cable.to.0)?))
    };
    let cables = flat.cables.iter().enumerate().filter_map(inside).collect();
    let circle = Circle { flat, nodes: &nodes, cables };
    // A bypassed node passes its input on at once, so nothing is cut there.
    let held: Vec<usize> =
        nodes.iter().map(|&n| if flat.nodes[n].bypass { 0 } else { holds(n).min(BLOCK) }).collect();
    let mut lengths: Vec<usize> = held.iter().copied().filter(|&h| h > 0).collect();
    lengths.sort_unstable_by(|a, b| b.cmp(a));
    lengths.dedup();
    let at_least = |frames: usize| -> Vec<bool> { held.iter().map(|&h| h >= frames).collect() };
    let named = |cuts: &[bool]| nodes.iter().zip(cuts).filter(|c| *c.1).map(|c| *c.0).collect();
    for frames in lengths {
        let cuts = at_least(frames);
        if circle.left(&cuts, &[]).is_empty() {
            return Ok(Loop { frames, nodes: named(&cuts), cables: Vec::new() });
        }
    }
    let cuts = at_least(1);
    let mut open = vec![false; flat.cables.len()];
    let mut cables = Vec::new();
    loop {
        let left = circle.left(&cuts, &open);
        if left.is_empty() {
            return Ok(Loop { frames: 1, nodes: named(&cuts), cables });
        }
        match circle.last_drawn(&cuts, &open) {
            Some(cable) => {
                open[cable] = true;
                cables.push(cable);
            }
            None => return Err(circle.only_events(&left)),
        }
    }
}

impl Circle<'_> {
    /// Whether a cable asks for its source before its end can give.
    fn holds_up(&self, (index, _, to): (usize, usize, usize), cuts: &[bool], open: &[bool]) -> bool {
        let moves = matches!(self.flat.cables[index].to.1, Target::Parameter(..));
        (!cuts[to] || moves) && !open.get(index).is_some_and(|&open| open)
    }

    /// The places of the nodes that still wait for each other, and of what lies between and behind them.
    fn left(&self, cuts: &[bool], open: &[bool]) -> Vec<usize> {
        let mut waits = vec![0u32; self.nodes.len()];
        let mut leaving: Vec<Vec<usize>> = vec![Vec::new(); self.nodes.len()];
        for &cable in self.cables.iter().filter(|c| self.holds_up(**c, cuts, open)) {
            waits[cable.2] += 1;
            leaving[cable.1].push(cable.2);
        }
        let mut ready: Vec<usize> = (0..waits.len()).filter(|&n| waits[n] == 0).collect();
        while let Some(n) = ready.pop() {
            for &to in &leaving[n] {
                waits[to] -= 1;
                if waits[to] == 0 {
                    ready.push(to);
                }
            }
        }
        (0..waits.len()).filter(|&n| waits[n] > 0).collect()
    }

    /// The cable to cut of those that lie on a way round: one that the patch names, else the one that was drawn last.
    fn last_drawn(&self, cuts: &[bool], open: &[bool]) -> Option<usize> {
        let sound = |index: usize| {
            let (node, port) = self.flat.cables[index].from;
            self.flat.nodes[node].declaration.outputs[port].kind != PortKind::Events
        };
        let on: Vec<_> = self.cables.iter().filter(|c| self.holds_up(**c, cuts, open)).collect();
        let mut graph = DiGraph::<(), (), u32>::with_capacity(self.nodes.len(), on.len());
        let places: Vec<_> = self.nodes.iter().map(|_| graph.add_node(())).collect();
        for (_, from, to) in &on {
            graph.add_edge(places[*from], places[*to], ());
        }
        // A cable lies on a way round where its ends reach each other.
        let mut component = vec![0; self.nodes.len()];
        for (number, nodes) in kosaraju_scc(&graph).into_iter().enumerate() {
            nodes.into_iter().for_each(|n| component[n.index()] = number);
        }
        let mut round = on.iter().rev().filter(|c| component[c.1] == component[c.2] && sound(c.0));
        let named = round.clone().find(|c| self.flat.cables[c.0].feedback);
        named.or_else(|| round.next()).map(|c| c.0)
    }

    fn only_events(&self, left: &[usize]) -> Problem {
        let mut keys: Vec<&str> = left.iter().map(|&n| &*self.flat.nodes[self.nodes[n]].key).collect();
        keys.sort_unstable();
        let shown = keys.iter().take(8).copied().collect::<Vec<_>>().join(", ");
        let more = if keys.len() > 8 { format!(" and {} more", keys.len() - 8) } else { String::new() };
        let what = "these nodes feed each other with events alone, which can't be held back by a frame; pull one cable";
        Problem::new(shown + &more, what)
    }
}
