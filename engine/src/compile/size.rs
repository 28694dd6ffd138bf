//! How large a patch gets when it is unfolded, counted before anything is built.

use super::Problem;
use crate::patch::{Graph, Patch};
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
        let cables = graph.cables.len() + graph.lanes.len();
        let mut sum = Size { nodes: graph.nodes.len() as u64, cables: cables as u64, depth: 0 };
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
            sum.nodes = sum.nodes.saturating_add(size.nodes);
            sum.cables = sum.cables.saturating_add(size.cables);
            sum.depth = sum.depth.max(size.depth + 1);
        }
        Ok(sum)
    }
}
