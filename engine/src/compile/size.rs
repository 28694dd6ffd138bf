//! How large a patch gets when it is unfolded, counted before anything is built.

use super::Problem;
use crate::patch::{Endpoint, Graph, Patch};
use std::collections::BTreeMap;

/// The most nodes of an unfolded patch, instances of sub-patches included.
const MOST_NODES: u64 = 250_000;

/// The most cables and lanes of an unfolded patch.
const MOST_CABLES: u64 = 2_000_000;

/// The deepest nesting of sub-patches.
const DEEPEST: usize = 32;

/// What a graph unfolds into.
#[derive(Clone, Copy)]
struct Size {
    nodes: u64,
    cables: u64,
    /// How many levels of sub-patches lie inside.
    depth: usize,
}

impl Size {
    /// What so many voices unfold into: with their ports, what deals notes to them, and cables for both.
    fn times(self, voices: u64, ports: u64) -> Self {
        let times = |each: u64, once: u64| each.saturating_mul(voices).saturating_add(once);
        Self {
            nodes: times(self.nodes, ports + 1),
            cables: times(self.cables.saturating_add(ports), ports),
            depth: self.depth,
        }
    }
}

/// Refuses what is too large, nests too deep, or lies in itself.
pub fn count(patch: &Patch) -> Result<(), Vec<Problem>> {
    let mut count = Count { patch, inside: Vec::new(), known: BTreeMap::new() };
    let size = count.size(&patch.graph).map_err(|problem| vec![problem])?;
    for (number, most, what) in [(size.nodes, MOST_NODES, "nodes"), (size.cables, MOST_CABLES, "cables")] {
        if number > most {
            let what = format!("unfolds into {number} {what}, the most is {most}; use fewer instances");
            return Err(vec![Problem::new("the patch", what)]);
        }
    }
    Ok(())
}

struct Count<'a> {
    patch: &'a Patch,
    /// The sub-patches that are being counted, outermost first.
    inside: Vec<&'a str>,
    known: BTreeMap<&'a str, Size>,
}

impl<'a> Count<'a> {
    fn size(&mut self, graph: &'a Graph) -> Result<Size, Problem> {
        let instances =
            self.patch.subpatches.iter().any(|(name, _)| graph.nodes.values().any(|n| n.kind == *name));
        let copies = |end: &Endpoint| if instances { self.copies(graph, end) } else { 1 };
        let cables = graph.cables.values().map(|c| copies(&c.from).saturating_mul(copies(&c.to)));
        let cables = cables.chain(graph.lanes.keys().map(copies)).fold(0, u64::saturating_add);
        let mut sum = Size { nodes: graph.nodes.len() as u64, cables, depth: 0 };
        for (id, node) in &graph.nodes {
            let Some((name, sub)) = self.patch.subpatches.get_key_value(&node.kind) else { continue };
            if self.inside.contains(&name.as_str()) {
                let circle = self.inside.join(" → ");
                let what = format!("sub-patches lie in a circle ({circle} → {name}); take one of them out");
                return Err(Problem::new(id, what));
            }
            let depth = self.known.get(name.as_str()).map_or(0, |known| known.depth);
            if self.inside.len() + depth >= DEEPEST {
                return Err(Problem::new(id, format!("sub-patches nest deeper than {DEEPEST}; unfold some")));
            }
            let size = match self.known.get(name.as_str()) {
                Some(&size) => size,
                None => {
                    self.inside.push(name);
                    let size = self.size(sub)?;
                    self.inside.pop();
                    self.known.insert(name, size);
                    size
                }
            };
            let size = node.voices.map_or(size, |voices| {
                let ports = sub.nodes.values().filter(|n| self.patch.is_port(n)).count();
                size.times(voices.count() as u64, ports as u64)
            });
            sum.nodes = sum.nodes.saturating_add(size.nodes);
            sum.cables = sum.cables.saturating_add(size.cables);
            sum.depth = sum.depth.max(size.depth + 1);
        }
        Ok(sum)
    }

    /// How many nodes an end names: those of all voices, where it reaches into an instance that has some.
    fn copies(&self, graph: &'a Graph, end: &Endpoint) -> u64 {
        let (mut copies, mut rest) = (1u64, end.port.as_str());
        let mut node = graph.nodes.get(&end.node);
        while let Some((outer, sub)) = node.and_then(|n| Some((n, self.patch.subpatches.get(&n.kind)?))) {
            let (inner, after) = rest.split_once('.').unwrap_or((rest, ""));
            node = sub.nodes.get(inner).filter(|n| !self.patch.is_port(n));
            if let (Some(_), Some(voices)) = (node, outer.voices) {
                copies = copies.saturating_mul(voices.count() as u64);
            }
            rest = after;
        }
        copies
    }
}
