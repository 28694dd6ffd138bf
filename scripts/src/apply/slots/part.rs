//! The nodes of a slot as a part of a patch, and the number in their names.

use super::Slot;
use signalbox_engine::patch::{Cable, Endpoint, Graph, Lane, Node, Patch};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Some nodes with all that hangs on them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Part {
    pub nodes: BTreeMap<String, Node>,
    pub cables: BTreeMap<u32, Cable>,
    pub lanes: BTreeMap<Endpoint, Lane>,
}

impl Part {
    /// Some nodes of a graph with the cables and lanes that hang on them.
    pub fn of(graph: &Graph, nodes: &BTreeSet<String>) -> Self {
        let has = |id: &String| nodes.contains(id);
        Self {
            nodes: graph
                .nodes
                .iter()
                .filter(|(id, _)| has(id))
                .map(|(id, n)| (id.clone(), n.clone()))
                .collect(),
            cables: graph
                .cables
                .iter()
                .filter(|(_, c)| has(&c.from.node) || has(&c.to.node))
                .map(|(&id, c)| (id, c.clone()))
                .collect(),
            lanes: graph
                .lanes
                .iter()
                .filter(|(end, _)| has(&end.node))
                .map(|(e, l)| (e.clone(), l.clone()))
                .collect(),
        }
    }

    /// Whether two parts are the same but for the ids of their cables.
    pub fn is_alike(&self, other: &Self) -> bool {
        let cables = |part: &Self| {
            let mut all: Vec<String> = part.cables.values().map(|c| format!("{c:?}")).collect();
            all.sort();
            all
        };
        self.nodes == other.nodes && self.lanes == other.lanes && cables(self) == cables(other)
    }
}

/// The id of a slot's node under a number.
fn numbered(id: &str, number: u32) -> String {
    let bare = id.rsplit_once(" ~").filter(|(_, n)| n.parse::<u32>().is_ok()).map_or(id, |(bare, _)| bare);
    if number == 1 { bare.into() } else { format!("{bare} ~{number}") }
}

/// Gives the nodes of a slot their number.
pub fn rename(patch: &mut Patch, slot: &mut Slot, number: u32) {
    let ids: HashMap<String, String> =
        slot.nodes.iter().map(|id| (id.clone(), numbered(id, number))).filter(|(a, b)| a != b).collect();
    if ids.is_empty() {
        return;
    }
    let to = |id: &String| ids.get(id).unwrap_or(id).clone();
    let graph = &mut patch.graph;
    graph.nodes = std::mem::take(&mut graph.nodes).into_iter().map(|(id, node)| (to(&id), node)).collect();
    for cable in graph.cables.values_mut() {
        cable.from.node = to(&cable.from.node);
        cable.to.node = to(&cable.to.node);
    }
    graph.lanes = std::mem::take(&mut graph.lanes)
        .into_iter()
        .map(|(end, lane)| (Endpoint { node: to(&end.node), ..end }, lane))
        .collect();
    for control in &mut patch.controls {
        control.to.node = to(&control.to.node);
    }
    slot.nodes = slot.nodes.iter().map(to).collect();
    slot.doors.iter_mut().for_each(|door| *door = to(door));
}
