//! Nodes: put in, taken out, replaced, silenced.

use super::{Plan, Planned, cables::bridge_all};
use crate::geometry::Point;
use crate::ports::Ports;
use signalbox_engine::node::Shelf;
use signalbox_engine::patch::{Edit, Graph, Node, Patch, Scope};
use std::collections::BTreeSet;

/// An id for a new node: the word itself, or with the first number from 2 on that makes it new.
pub fn fresh_id(graph: &Graph, word: &str) -> String {
    let word = word.trim_end_matches(|c: char| c.is_ascii_digit());
    let word = if word.is_empty() { "node" } else { word };
    if !graph.nodes.contains_key(word) {
        return word.into();
    }
    let numbered = (2u32..).map(|k| format!("{word}{k}")).find(|id| !graph.nodes.contains_key(id));
    numbered.unwrap_or_else(|| word.into())
}

/// Puts a node of a kind in; gives its id.
pub fn add(patch: &Patch, scope: &Scope, kind: &str, at: Point) -> (String, Vec<Edit>) {
    let word = if kind == "output" { "out" } else { kind };
    let id = patch.scope(scope).map_or_else(|| word.into(), |graph| fresh_id(graph, word));
    let node = Node::new(kind).at(f64::from(at.x), f64::from(at.y));
    (id.clone(), vec![Edit::AddNode(scope.clone(), id, node)])
}

/// Takes nodes out, with their cables. With `bridge`, what came into each goes where it went, so that the path stays.
pub fn remove(patch: &Patch, scope: &Scope, ids: &BTreeSet<String>, bridge: bool, shelf: &Shelf) -> Planned {
    let mut plan = Plan::new(patch, scope);
    for id in ids {
        let across = if bridge { bridge_all(plan.patch(), scope, id, shelf) } else { Vec::new() };
        let removal = plan.patch().removal(scope, id);
        plan.extend(removal)?;
        for cable in across {
            let number = plan.graph().next_cable();
            plan.push(Edit::Connect(scope.clone(), number, cable))?;
        }
    }
    Ok(plan.done())
}

/// Gives a node another kind in its place: values, cables and lanes that the new kind has too stay.
pub fn replace(patch: &Patch, scope: &Scope, id: &str, kind: &str, shelf: &Shelf) -> Planned {
    let mut plan = Plan::new(patch, scope);
    plan.push(Edit::SetKind(scope.clone(), id.into(), kind.into()))?;
    let ports = Ports::of(plan.patch(), scope, id, shelf);
    let declaration = shelf.get(kind);
    let fits = |name: &str, value| {
        let parameter = declaration.and_then(|d| d.parameters.iter().find(|p| p.name == name));
        parameter.is_some_and(|p| p.read(value).is_ok())
    };
    let graph = plan.graph();
    let Some(node) = graph.nodes.get(id) else { return Ok(plan.done()) };
    let values = node.values.iter().filter(|(name, value)| !fits(name, value));
    let values = values.map(|(name, _)| Edit::SetValue(scope.clone(), id.into(), name.clone(), None));
    let lost = graph.cables.iter().filter(|(_, c)| {
        (c.from.node == id && ports.output(&c.from.port).is_none())
            || (c.to.node == id && ports.target(&c.to.port).is_none())
    });
    let lost = lost.map(|(&cable, _)| Edit::Disconnect(scope.clone(), cable));
    let lanes = graph.lanes.keys().filter(|to| to.node == id && ports.target(&to.port).is_none());
    let lanes = lanes.map(|to| Edit::SetLane(scope.clone(), to.clone(), None));
    let edits: Vec<Edit> = values.chain(lost).chain(lanes).collect();
    plan.extend(edits)?;
    Ok(plan.done())
}

/// Writes a node's label.
pub fn label(scope: &Scope, id: &str, text: &str) -> Vec<Edit> {
    vec![Edit::SetLabel(scope.clone(), id.into(), text.into())]
}

/// Sends sound round nodes, or, where all of them are gone round, through them again.
pub fn toggle_bypass(graph: &Graph, scope: &Scope, ids: &BTreeSet<String>) -> Vec<Edit> {
    let on = !ids.iter().filter_map(|id| graph.nodes.get(id)).all(|n| n.bypass);
    ids.iter().map(|id| Edit::SetBypass(scope.clone(), id.clone(), on)).collect()
}

/// Silences nodes, or, where all of them are silent, lets them sound again.
pub fn toggle_mute(graph: &Graph, scope: &Scope, ids: &BTreeSet<String>) -> Vec<Edit> {
    let on = !ids.iter().filter_map(|id| graph.nodes.get(id)).all(|n| n.mute);
    ids.iter().map(|id| Edit::SetMute(scope.clone(), id.clone(), on)).collect()
}
