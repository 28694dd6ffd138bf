//! The parameters of a node with where they stand, whatever kind of node it is.

use signalbox_engine::node::{Parameter, Setting, Shelf};
use signalbox_engine::patch::{Endpoint, Graph, Node, Patch, Scope};

/// A parameter and where it stands.
#[derive(Clone, Debug)]
pub struct Knob {
    /// Its name in the node's values; in an instance the way to it, `tone.detune`.
    pub name: String,
    /// What it takes.
    pub parameter: Parameter,
    /// Where it stands.
    pub setting: Setting,
    /// Whether it was set, or stands where it usually does.
    pub set: bool,
    /// Whether a cable or a lane moves it.
    pub moved: bool,
    /// The controller that moves it.
    pub control: Option<u8>,
}

/// The most knobs of an instance that are shown.
const MOST: usize = 64;

/// The knobs of a node.
pub fn knobs(patch: &Patch, scope: &Scope, id: &str, shelf: &Shelf) -> Vec<Knob> {
    let Some(graph) = patch.scope(scope) else { return Vec::new() };
    let Some(node) = graph.nodes.get(id) else { return Vec::new() };
    let mut found = match patch.subpatches.get(&node.kind) {
        Some(inner) => inside(patch, inner, node, shelf),
        None => own(node, shelf),
    };
    for knob in &mut found {
        let to = Endpoint { node: id.into(), port: knob.name.clone() };
        knob.moved = graph.cables.values().any(|c| c.to == to) || graph.lanes.contains_key(&to);
        let control = patch.controls.iter().filter(|_| scope.is_none()).find(|c| c.to == to);
        knob.control = control.map(|c| c.number);
    }
    found
}

fn own(node: &Node, shelf: &Shelf) -> Vec<Knob> {
    let Some(declaration) = shelf.get(&node.kind) else { return Vec::new() };
    let knob = |parameter: &Parameter| {
        let written = node.values.get(parameter.name);
        let read = written.and_then(|value| parameter.read(value).ok());
        Knob {
            name: parameter.name.into(),
            parameter: *parameter,
            setting: read.unwrap_or_else(|| parameter.default()),
            set: written.is_some(),
            moved: false,
            control: None,
        }
    };
    declaration.parameters.iter().map(knob).collect()
}

/// The knobs inside of an instance: those that were set from outside first, then those that can be moved.
fn inside(patch: &Patch, inner: &Graph, instance: &Node, shelf: &Shelf) -> Vec<Knob> {
    let nodes = inner.nodes.iter().filter(|(_, n)| !patch.subpatches.contains_key(&n.kind));
    let all = nodes.flat_map(|(id, node)| {
        own(node, shelf).into_iter().map(move |k| Knob { name: format!("{id}.{}", k.name), ..k })
    });
    let mut knobs: Vec<Knob> = all
        .map(|knob| {
            let written = instance.values.get(&knob.name);
            let read = written.and_then(|value| knob.parameter.read(value).ok());
            Knob { setting: read.unwrap_or(knob.setting.clone()), set: written.is_some(), ..knob }
        })
        .filter(|knob| knob.set || knob.parameter.moves())
        .collect();
    knobs.sort_by_key(|knob| !knob.set);
    knobs.truncate(MOST);
    knobs
}
