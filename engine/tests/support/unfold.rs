//! A patch unfolded in the most naive way, end by end from the document: what the compiler's first pass must find.

use super::kinds::shelf;
use serde_json::Map;
use signalbox_engine::compile::{Depth, Flat, Target};
use signalbox_engine::node::{Declaration, Port, PortKind, Setting, Shelf, Value};
use signalbox_engine::patch::{Cable, Endpoint, Graph, Node, Patch};
use std::collections::{BTreeMap, BTreeSet};

/// A node of the unfolded patch.
#[derive(Debug, PartialEq)]
struct Unfolded {
    kind: &'static str,
    /// Whether a port of a sub-patch carries events.
    events: bool,
    label: String,
    settings: Vec<Setting>,
    bypass: bool,
    connected: BTreeSet<usize>,
    moved: BTreeSet<usize>,
}

/// A cable of the unfolded patch.
#[derive(Clone, Debug, PartialEq)]
struct Wire {
    from: (String, usize),
    to: (String, Target),
    gain: f32,
    feedback: bool,
}

type Nodes = BTreeMap<String, Unfolded>;
/// By scope and id, which is the order in which they are summed.
type Wires = Vec<((String, u32), Wire)>;

/// Says where the compiler's table and the document differ.
pub fn difference(patch: &Patch, flat: &Flat) -> Option<String> {
    let (nodes, wires) = unfold(patch);
    let (their_nodes, their_wires) = table(flat);
    let first = |a: String, b: String| Some(format!("unfolded by hand {a}, by the compiler {b}"));
    if nodes != their_nodes {
        let keys: BTreeSet<&String> = nodes.keys().chain(their_nodes.keys()).collect();
        let key = keys.into_iter().find(|k| nodes.get(*k) != their_nodes.get(*k))?;
        return first(format!("{key}: {:?}", nodes.get(key)), format!("{:?}", their_nodes.get(key)));
    }
    if wires != their_wires {
        let at = wires.iter().zip(&their_wires).position(|(a, b)| a != b);
        let at = at.unwrap_or(wires.len().min(their_wires.len()));
        return first(format!("{:?}", wires.get(at)), format!("{:?}", their_wires.get(at)));
    }
    None
}

/// The compiler's table, by keys.
fn table(flat: &Flat) -> (Nodes, Wires) {
    let set = |all: &[bool]| (0..all.len()).filter(|&i| all[i]).collect();
    let nodes = flat.nodes.iter().map(|n| {
        let events = n.declaration.name == "input" && n.declaration.inputs[0].kind == PortKind::Events;
        let unfolded = Unfolded {
            kind: n.declaration.name,
            events,
            label: n.label.clone(),
            settings: n.settings.clone(),
            bypass: n.bypass,
            connected: set(&n.connected),
            moved: set(&n.moved),
        };
        (n.key.clone(), unfolded)
    });
    let key = |n: usize| flat.nodes[n].key.clone();
    let wires = flat.cables.iter().map(|c| {
        let (from, to) = ((key(c.from.0), c.from.1), (key(c.to.0), c.to.1));
        ((c.scope.to_string(), c.id), Wire { from, to, gain: c.gain, feedback: c.feedback })
    });
    (nodes.collect(), wires.collect())
}

/// A node as it is found in the document.
struct Found<'a> {
    node: &'a Node,
    values: Map<String, Value>,
    /// Whether it, or an instance around it, is silenced.
    mute: bool,
    /// Whether it is a port of a sub-patch.
    boundary: bool,
}

struct Unfolding<'a> {
    patch: &'a Patch,
    shelf: Shelf,
    found: BTreeMap<String, Found<'a>>,
    wires: BTreeMap<(String, u32), Wire>,
    lanes: BTreeSet<(String, usize)>,
}

fn unfold(patch: &Patch) -> (Nodes, Wires) {
    let (found, wires, lanes) = (BTreeMap::new(), BTreeMap::new(), BTreeSet::new());
    let mut all = Unfolding { patch, shelf: shelf(), found, wires, lanes };
    all.nodes(&patch.graph, "", &Map::new(), false);
    all.cables(&patch.graph, "");
    let events = all.events();
    let wires: Wires =
        all.wires.iter().filter_map(|(id, wire)| Some((id.clone(), all.heard(wire)?))).collect();
    let nodes = all.found.iter().map(|(key, found)| {
        let node = found.node;
        let declared = all.declaration(found);
        let passes = declared.is_none_or(|d| sound(d.inputs) && sound(d.outputs));
        let at = |wire: &&((String, u32), Wire)| wire.1.to.0 == *key;
        let targets = || wires.iter().filter(at).map(|w| w.1.to.1);
        let ports = targets().filter_map(|t| if let Target::Port(port) = t { Some(port) } else { None });
        let moved = targets().filter_map(|t| if let Target::Parameter(p, _) = t { Some(p) } else { None });
        let lanes = all.lanes.iter().filter(|l| l.0 == *key).map(|l| l.1);
        let kind = match node.kind.as_str() {
            _ if found.boundary => "input",
            "input" => "input",
            "output" => "output",
            _ => declared.map_or("placeholder", |d| d.name),
        };
        let unfolded = Unfolded {
            kind,
            events: events.contains(key),
            label: if node.label.is_empty() { key.clone() } else { node.label.clone() },
            settings: declared.map_or_else(Vec::new, |d| d.settings(&found.values).0),
            bypass: node.bypass && passes && kind != "placeholder" && !events.contains(key),
            connected: ports.collect(),
            moved: moved.chain(lanes).collect(),
        };
        (key.clone(), unfolded)
    });
    (nodes.collect(), wires)
}

fn sound(ports: &[Port]) -> bool {
    ports.first().is_some_and(|p| matches!(p.kind, PortKind::Audio(_)))
}

impl<'a> Unfolding<'a> {
    /// Finds all nodes; what is set outside counts before what is set inside.
    fn nodes(&mut self, graph: &'a Graph, prefix: &str, outside: &Map<String, Value>, mute: bool) {
        for (id, node) in &graph.nodes {
            let key = format!("{prefix}{id}");
            let mut values = node.values.clone();
            for (name, value) in outside {
                if let Some((_, rest)) = name.split_once('.').filter(|n| n.0 == id) {
                    values.insert(rest.into(), value.clone());
                }
            }
            let mute = mute || node.mute;
            match self.patch.subpatches.get(&node.kind) {
                Some(sub) => self.nodes(sub, &format!("{key}/"), &values, mute),
                None => {
                    let boundary = !prefix.is_empty() && ["input", "output"].contains(&node.kind.as_str());
                    self.found.insert(key, Found { node, values, mute, boundary });
                }
            }
        }
    }

    /// The node that an end means, and what is left of its name.
    fn end(&self, graph: &Graph, prefix: &str, end: &Endpoint, wanted: &str) -> (String, String) {
        let key = format!("{prefix}{}", end.node);
        let Some(sub) = self.patch.subpatches.get(&graph.nodes[&end.node].kind) else {
            return (key, end.port.clone());
        };
        let mut inner = Endpoint::from(end.port.as_str());
        if inner.node.is_empty() {
            let first = sub.nodes.iter().find(|(_, n)| n.kind == wanted);
            inner.node = first.expect("a port of the sub-patch").0.clone();
        }
        self.end(sub, &format!("{key}/"), &inner, wanted)
    }

    /// `None` where the engine has the kind by itself, or nobody knows it.
    fn declaration(&self, found: &Found) -> Option<&'static Declaration> {
        self.shelf.get(&found.node.kind).filter(|_| !found.boundary)
    }

    /// Whether the engine itself has the kind: one port in, one out.
    fn is_wire(&self, key: &str) -> bool {
        ["input", "output"].contains(&self.found[key].node.kind.as_str())
    }

    fn source(&self, (key, port): (String, String)) -> Option<(String, usize)> {
        if self.is_wire(&key) {
            return Some((key, 0));
        }
        let declared = self.declaration(&self.found[&key])?;
        let at = if port.is_empty() { 0 } else { declared.output(&port).expect("an output") };
        Some((key, at))
    }

    fn target(&self, (key, name): (String, String), depth: Option<&Value>) -> Option<(String, Target)> {
        if self.is_wire(&key) {
            return Some((key, Target::Port(0)));
        }
        let declared = self.declaration(&self.found[&key])?;
        let port = if name.is_empty() { Some(0) } else { declared.input(&name) };
        let target = port.map_or_else(
            || Target::Parameter(declared.parameter(&name).expect("a parameter"), self::depth(depth)),
            Target::Port,
        );
        Some((key, target))
    }

    fn cables(&mut self, graph: &Graph, prefix: &str) {
        for (&id, cable) in &graph.cables {
            let from = self.source(self.end(graph, prefix, &cable.from, "output"));
            let to = self.target(self.end(graph, prefix, &cable.to, "input"), cable.depth.as_ref());
            if let (Some(from), Some(to)) = (from, to) {
                let wire = Wire { from, to, gain: gain(cable), feedback: cable.feedback };
                self.wires.insert((prefix.into(), id), wire);
            }
        }
        for to in graph.lanes.keys() {
            let (key, name) = self.end(graph, prefix, to, "input");
            let parameter = self.declaration(&self.found[&key]).and_then(|d| d.parameter(&name));
            self.lanes.extend(parameter.map(|p| (key, p)));
        }
        for (id, node) in &graph.nodes {
            if let Some(sub) = self.patch.subpatches.get(&node.kind) {
                self.cables(sub, &format!("{prefix}{id}/"));
            }
        }
    }

    /// The ports of sub-patches that events flow through.
    fn events(&self) -> BTreeSet<String> {
        let mut carry = BTreeSet::new();
        let is = |key: &str, ports: &dyn Fn(&Declaration) -> PortKind| {
            self.declaration(&self.found[key]).is_some_and(|d| ports(d) == PortKind::Events)
        };
        loop {
            let before = carry.len();
            for wire in self.wires.values() {
                let ((from, output), (to, target)) = (&wire.from, &wire.to);
                let Target::Port(input) = *target else { continue };
                let events = carry.contains(from)
                    || carry.contains(to)
                    || is(from, &|d| d.outputs[*output].kind)
                    || is(to, &|d| d.inputs[input].kind);
                let ports = [from, to].into_iter().filter(|k| events && self.found[*k].boundary);
                carry.extend(ports.cloned().collect::<Vec<_>>());
            }
            if carry.len() == before {
                return carry;
            }
        }
    }

    /// A cable as it is heard: nothing comes from a node that is silenced, nor out of an output that is.
    fn heard(&self, wire: &Wire) -> Option<Wire> {
        let (from, to) = (&self.found[&wire.from.0], &self.found[&wire.to.0]);
        let closed = to.mute && to.node.kind == "output" && !to.boundary;
        (!from.mute).then(|| Wire { gain: if closed { 0.0 } else { wire.gain }, ..wire.clone() })
    }
}

/// The number in front of a unit.
fn number(value: &Value) -> f64 {
    let text = |text: &str| text.split(' ').next().and_then(|n| n.parse().ok());
    value.as_f64().or_else(|| value.as_str().and_then(text)).expect("a number")
}

fn gain(cable: &Cable) -> f32 {
    match cable.gain.as_ref().map(|g| f64::from(number(g) as f32)) {
        None => 1.0,
        Some(closed) if closed <= -120.0 => 0.0,
        Some(db) => 10f64.powf(db / 20.0) as f32,
    }
}

fn depth(value: Option<&Value>) -> Depth {
    let value = value.expect("a depth");
    match value.as_str().is_some_and(|text| text.ends_with("oct")) {
        true => Depth::Octaves(number(value) as f32),
        false => Depth::Units(number(value) as f32),
    }
}
