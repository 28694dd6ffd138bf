//! What a cable can hold on to: the ports of a node and its parameters, whatever kind of node it is.

use signalbox_dsp::units::{Quantity, Unit};
use signalbox_engine::node::{Declaration, Group, Kind, Parameter, PortKind, Shelf};
use signalbox_engine::patch::{Endpoint, Graph, Node, Patch, Scope};

/// What flows through a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Sort {
    /// Sound or a control signal.
    Sound,
    /// Notes.
    Notes,
    /// A signal that moves a parameter.
    Value,
}

/// One port, or one parameter that a cable can move.
#[derive(Clone, Debug, PartialEq)]
pub struct Port {
    /// The name in the patch.
    pub name: String,
    /// What flows.
    pub sort: Sort,
    /// What it is for.
    pub help: String,
}

/// What a node has to connect.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ports {
    /// What goes in.
    pub inputs: Vec<Port>,
    /// What comes out.
    pub outputs: Vec<Port>,
    /// What a cable can move.
    pub values: Vec<Port>,
}

/// How deep instances are looked into.
const DEEPEST: usize = 16;

impl Ports {
    /// The ports of a node in a graph of the patch.
    pub fn of(patch: &Patch, scope: &Scope, id: &str, shelf: &Shelf) -> Self {
        let Some(graph) = patch.scope(scope) else { return Self::default() };
        let Some(node) = graph.nodes.get(id) else { return Self::default() };
        Self::of_node(patch, graph, id, node, shelf, 0)
    }

    fn of_node(patch: &Patch, graph: &Graph, id: &str, node: &Node, shelf: &Shelf, depth: usize) -> Self {
        if let Some(inner) = patch.subpatches.get(&node.kind) {
            return Self::of_instance(patch, inner, shelf, depth);
        }
        let sort = || if carries_notes(patch, graph, id, shelf, depth) { Sort::Notes } else { Sort::Sound };
        match node.kind.as_str() {
            "input" => Self { outputs: vec![port("", sort(), "what comes in")], ..Self::default() },
            "output" => Self { inputs: vec![port("", sort(), "what goes out")], ..Self::default() },
            kind => shelf.get(kind).map(Self::declared).unwrap_or_default(),
        }
    }

    /// The ports of a kind on the shelf.
    pub fn declared(declaration: &Declaration) -> Self {
        let sort = |kind: PortKind| if kind == PortKind::Events { Sort::Notes } else { Sort::Sound };
        let ports = |ports: &[signalbox_engine::node::Port]| {
            ports.iter().map(|p| port(p.name, sort(p.kind), p.help)).collect()
        };
        let moves = declaration.parameters.iter().filter(|p| p.moves());
        Self {
            inputs: ports(declaration.inputs),
            outputs: ports(declaration.outputs),
            values: moves.map(|p| port(p.name, Sort::Value, p.help)).collect(),
        }
    }

    fn of_instance(patch: &Patch, inner: &Graph, shelf: &Shelf, depth: usize) -> Self {
        let mut ports = Self::default();
        if depth > DEEPEST {
            return ports;
        }
        for (id, node) in &inner.nodes {
            let own = Self::of_node(patch, inner, id, node, shelf, depth + 1);
            let named = |p: Port| Port { name: id.clone(), ..p };
            if !patch.is_port(node) {
                let inside = |p: Port| Port { name: format!("{id}.{}", p.name), ..p };
                ports.values.extend(own.values.into_iter().map(inside));
            } else if node.kind == "input" {
                ports.inputs.extend(own.outputs.into_iter().map(named));
            } else {
                ports.outputs.extend(own.inputs.into_iter().map(named));
            }
        }
        ports
    }

    /// The output with a name; an empty one means the first.
    pub fn output(&self, name: &str) -> Option<&Port> {
        if name.is_empty() { self.outputs.first() } else { self.outputs.iter().find(|p| p.name == name) }
    }

    /// The input or the parameter with a name; an empty one means the first input.
    pub fn target(&self, name: &str) -> Option<&Port> {
        if name.is_empty() {
            return self.inputs.first();
        }
        self.inputs.iter().chain(&self.values).find(|p| p.name == name)
    }
}

fn port(name: &str, sort: Sort, help: &str) -> Port {
    Port { name: name.into(), sort, help: help.into() }
}

/// Whether notes flow through an `input` or an `output`: what it is connected to says so.
fn carries_notes(patch: &Patch, graph: &Graph, id: &str, shelf: &Shelf, depth: usize) -> bool {
    if depth > DEEPEST {
        return false;
    }
    let there = |end: &Endpoint, outward: bool| {
        let Some(node) = graph.nodes.get(&end.node).filter(|n| !patch.is_port(n)) else { return false };
        let ports = Ports::of_node(patch, graph, &end.node, node, shelf, depth + 1);
        let found = if outward { ports.output(&end.port) } else { ports.target(&end.port) };
        found.is_some_and(|p| p.sort == Sort::Notes)
    };
    graph
        .cables
        .values()
        .any(|c| (c.from.node == id && there(&c.to, false)) || (c.to.node == id && there(&c.from, true)))
}

/// The end of a cable at a port of a node.
pub fn end(node: &str, port: &str) -> Endpoint {
    Endpoint { node: node.into(), port: port.into() }
}

/// Where a node stands on the shelf; nothing for sub-patches and their ports.
pub fn group(node: &Node, shelf: &Shelf) -> Option<Group> {
    shelf.get(&node.kind).map(|d| d.group)
}

/// The parameter that an end names, in instances the one inside.
pub fn parameter(patch: &Patch, scope: &Scope, to: &Endpoint, shelf: &Shelf) -> Option<Parameter> {
    let mut graph = patch.scope(scope)?;
    let mut node = graph.nodes.get(&to.node)?;
    let mut rest = to.port.as_str();
    while let Some(inner) = patch.subpatches.get(&node.kind) {
        let (id, after) = rest.split_once('.')?;
        graph = inner;
        node = graph.nodes.get(id)?;
        rest = after;
    }
    shelf.get(&node.kind)?.parameters.iter().find(|p| p.name == rest).copied()
}

/// How far a fresh cable moves a parameter: an octave, six decibels, or a quarter of the range.
pub fn usual_depth(parameter: &Parameter) -> String {
    match parameter.kind {
        Kind::Number { unit: Unit::Hertz, .. } => "1 oct".into(),
        Kind::Number { unit: Unit::Decibel, .. } => "6 dB".into(),
        Kind::Number { unit, min, max, .. } => Quantity::new(f64::from(max - min) / 4.0, unit).to_string(),
        _ => String::new(),
    }
}

/// Why two ports can't be joined, in plain words, and the kind of node that could stand between.
#[derive(Clone, Debug, PartialEq)]
pub struct Misfit {
    /// Why.
    pub why: String,
    /// What could stand between.
    pub adapter: Option<Adapter>,
}

/// A node between two ports that do not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Adapter {
    /// Its kind.
    pub kind: &'static str,
    /// Its input.
    pub input: &'static str,
    /// Its output.
    pub output: &'static str,
    /// What it does there.
    pub does: &'static str,
}

const ENVELOPE: Adapter =
    Adapter { kind: "env", input: "notes", output: "", does: "an envelope makes a signal of each note" };

/// Makes one channel of many.
pub const MONO: Adapter = Adapter { kind: "mono", input: "", output: "", does: "all channels become one" };

/// Whether what comes out of one port can go into another.
pub fn fits(from: Sort, to: Sort) -> Result<(), Misfit> {
    let refuse = |why: &str, adapter| Err(Misfit { why: why.into(), adapter });
    match (from, to) {
        (Sort::Notes, Sort::Notes) | (Sort::Sound, Sort::Sound | Sort::Value) => Ok(()),
        (Sort::Notes, _) => refuse("Notes are no signal: this port takes sound.", Some(ENVELOPE)),
        (_, Sort::Notes) => refuse("This port takes notes, and sound holds none.", None),
        (Sort::Value, _) => refuse("A parameter takes signals and gives none.", None),
    }
}
