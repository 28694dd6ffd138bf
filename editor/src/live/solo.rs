//! Solo: of a graph, what leads to some nodes and away from them sounds; all else is silent while that lasts.

use signalbox_engine::patch::{Cable, Graph};
use std::collections::{BTreeSet, HashMap, HashSet};

/// Nodes that are heard alone.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Solo {
    /// The instances that their graph lies in, from the outside in.
    pub inside: Vec<String>,
    /// Their ids.
    pub nodes: BTreeSet<String>,
}

/// What lies on the way of some nodes.
pub struct Alone<'g> {
    /// They and all that leads to them.
    before: HashSet<&'g str>,
    /// They and all that they lead to.
    behind: HashSet<&'g str>,
}

impl<'g> Alone<'g> {
    /// What lies on the way of these nodes.
    pub fn new(graph: &'g Graph, nodes: &'g BTreeSet<String>) -> Self {
        let ways = || graph.cables.values().map(|c| (c.from.node.as_str(), c.to.node.as_str()));
        Self { before: reach(nodes, ways().map(|(from, to)| (to, from))), behind: reach(nodes, ways()) }
    }

    /// Whether a node sounds on.
    pub fn sounds(&self, node: &str) -> bool {
        self.before.contains(node) || self.behind.contains(node)
    }

    /// Whether a cable of sound does: one that passes by would bring what is to be silent.
    pub fn passes(&self, cable: &Cable) -> bool {
        self.before.contains(cable.to.node.as_str()) || self.behind.contains(cable.from.node.as_str())
    }

    /// Whether anything that leads out of the graph is heard.
    pub fn leads_out(&self, graph: &Graph) -> bool {
        self.behind.iter().any(|id| graph.nodes.get(*id).is_some_and(|n| n.kind == "output"))
    }
}

/// All that can be reached from some nodes by ways.
fn reach<'g>(
    nodes: &'g BTreeSet<String>,
    ways: impl Iterator<Item = (&'g str, &'g str)>,
) -> HashSet<&'g str> {
    let mut next: HashMap<&str, Vec<&'g str>> = HashMap::new();
    ways.for_each(|(from, to)| next.entry(from).or_default().push(to));
    let mut reached: HashSet<&str> = nodes.iter().map(String::as_str).collect();
    let mut open: Vec<&str> = reached.iter().copied().collect();
    while let Some(node) = open.pop() {
        open.extend(next.get(node).into_iter().flatten().filter(|to| reached.insert(to)));
    }
    reached
}
