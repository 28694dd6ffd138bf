//! Finds the nodes, ports and parameters that the ends of cables and lanes name.

use super::flat::{Depth, FlatNode, Target};
use super::is_placeholder;
use super::voices::voice_keys;
use crate::node::{Declaration, Parameter, Value, nearest};
use crate::patch::{Cable, Endpoint, Graph, Patch};
use foldhash::HashMap;
use signalbox_dsp::units::{Quantity, Unit};
use smallvec::{SmallVec, smallvec};
use std::borrow::Cow;
use std::sync::Arc;

/// Where ends are looked up: one graph, and the flat table.
pub struct Ends<'a> {
    /// The whole patch.
    pub patch: &'a Patch,
    /// The graph that the cable lies in.
    pub graph: &'a Graph,
    /// The keys of its nodes begin with this.
    pub prefix: &'a str,
    /// The flat index of each key.
    pub index: &'a HashMap<Arc<str>, usize>,
    /// The flat table.
    pub nodes: &'a [FlatNode],
}

/// Flat nodes that are alike; mostly there is one.
pub type Copies = SmallVec<[usize; 1]>;

/// What a cable leads from and to. Where an end names a node of several voices, there are several.
pub struct Resolved {
    /// Flat nodes that are alike.
    pub from: Copies,
    /// Their output port.
    pub port: usize,
    /// Flat nodes that are alike.
    pub to: Copies,
    /// Where it ends there.
    pub target: Target,
    /// Amplitude.
    pub gain: f32,
}

/// Resolves a cable; `None` where one end is a placeholder, so that nothing flows.
pub fn cable(ends: &Ends<'_>, cable: &Cable) -> Result<Option<Resolved>, String> {
    let gain = match &cable.gain {
        None => 1.0,
        Some(value) => amplitude(value)?,
    };
    let (Some((from, port)), Some((to, found))) = (ends.source(&cable.from)?, ends.destination(&cable.to)?)
    else {
        return Ok(None);
    };
    let target = match found {
        Found::Port(port) if cable.depth.is_none() => Target::Port(port),
        Found::Port(_) => return Err("`depth` is for parameters; a port takes a `gain`".into()),
        Found::Parameter(p) => {
            let declared = &ends.nodes[to[0]].declaration.parameters[p];
            Target::Parameter(p, depth(cable.depth.as_ref(), declared)?)
        }
    };
    Ok(Some(Resolved { from, port, to, target, gain }))
}

fn amplitude(value: &Value) -> Result<f32, String> {
    const GAIN: Parameter = Parameter::number("gain", Unit::Decibel, (-120.0, 48.0), 0.0, "");
    let db = GAIN.read_number(value).map_err(|e| e.to_string())?;
    Ok(if db <= -120.0 { 0.0 } else { 10f64.powf(f64::from(db) / 20.0) as f32 })
}

fn depth(value: Option<&Value>, parameter: &Parameter) -> Result<Depth, String> {
    let unit = parameter.range().map_or(Unit::None, |r| r.0);
    let example = if unit == Unit::Hertz { "2 oct".into() } else { Quantity::new(1.0, unit).to_string() };
    let wrong =
        |why: &str| Err(format!("{why}; write how far a signal of 1 moves it, \"depth\": \"{example}\""));
    if !parameter.moves() {
        return Err(format!("`{}` is fixed while the node runs; no cable can move it", parameter.name));
    }
    let quantity = match value {
        None => return wrong(&format!("a cable to the parameter `{}` needs a depth", parameter.name)),
        Some(Value::Number(n)) => n.as_f64().map(|v| Quantity::new(v, Unit::None)),
        Some(Value::String(text)) => Quantity::parse(text),
        Some(_) => None,
    };
    match quantity {
        Some(q) if q.unit == Unit::None || q.unit == unit => Ok(Depth::Units(q.value as f32)),
        Some(q) if unit == Unit::Hertz && q.unit == Unit::Octave => Ok(Depth::Octaves(q.value as f32)),
        Some(q) if unit == Unit::Hertz && q.unit == Unit::Semitone => {
            Ok(Depth::Octaves((q.value / 12.0) as f32))
        }
        _ => wrong(&format!("`{}` wants {} as its depth", parameter.name, unit.kind())),
    }
}

enum Found {
    Port(usize),
    Parameter(usize),
}

impl Ends<'_> {
    /// The flat node and the rest of the name behind it; instances are entered, and all of their voices.
    fn node<'e>(&self, end: &'e Endpoint, inward: bool) -> Result<Option<(Copies, &'e str)>, String> {
        let there = |&i: &usize| i < self.nodes.len() && !is_placeholder(self.nodes[i].declaration);
        let key: Cow<'_, str> = match self.prefix {
            "" => end.node.as_str().into(),
            prefix => format!("{prefix}{}", end.node).into(),
        };
        // Instances have no place of their own.
        if let Some(&at) = self.index.get(&*key).filter(|at| **at < self.nodes.len()) {
            return Ok(there(&at).then(|| (smallvec![at], end.port.as_str())));
        }
        let Some(node) = self.graph.nodes.get(&end.node) else {
            let near = nearest(&end.node, self.graph.nodes.keys().map(String::as_str));
            let near = near.map_or(String::new(), |n| format!("; did you mean `{n}`?"));
            return Err(format!("there is no node `{}`{near}", end.node));
        };
        let mut keys = vec![key.into_owned()];
        let mut rest = end.port.as_str();
        let mut node = node;
        while let Some(sub) = self.patch.subpatches.get(&node.kind) {
            let (inner, after) = rest.split_once('.').unwrap_or((rest, ""));
            let wanted = if inward { "input" } else { "output" };
            let found = match inner {
                "" => sub.nodes.iter().find(|(_, n)| n.kind == wanted),
                // Without a further name only a port can be meant.
                name => sub.nodes.get_key_value(name).filter(|(_, n)| !after.is_empty() || n.kind == wanted),
            };
            let Some((id, next)) = found else {
                let ports: Vec<_> =
                    sub.nodes.iter().filter(|(_, n)| n.kind == wanted).map(|(id, _)| id.as_str()).collect();
                return Err(format!("`{}` has no {wanted} `{inner}`; it has: {}", end.node, list(&ports)));
            };
            keys = match node.voices.filter(|_| !self.patch.is_port(next)) {
                None => keys.into_iter().map(|key| format!("{key}/{id}")).collect(),
                Some(voices) => {
                    let each = |key: String| voice_keys(&key, voices).map(|v| v + id).collect::<Vec<_>>();
                    keys.into_iter().flat_map(each).collect()
                }
            };
            rest = after;
            node = next;
        }
        let nodes: Option<Copies> =
            keys.iter().map(|key| self.index.get(key.as_str()).copied().filter(there)).collect();
        Ok(nodes.map(|nodes| (nodes, rest)))
    }

    fn source(&self, end: &Endpoint) -> Result<Option<(Copies, usize)>, String> {
        let Some((nodes, port)) = self.node(end, false)? else { return Ok(None) };
        let declaration = self.nodes[nodes[0]].declaration;
        let at = if port.is_empty() && !declaration.outputs.is_empty() {
            Some(0)
        } else {
            declaration.output(port)
        };
        at.map(|at| Some((nodes, at))).ok_or_else(|| no_port(end, declaration, "output", port))
    }

    fn destination(&self, end: &Endpoint) -> Result<Option<(Copies, Found)>, String> {
        let Some((nodes, name)) = self.node(end, true)? else { return Ok(None) };
        let declaration = self.nodes[nodes[0]].declaration;
        let port =
            if name.is_empty() && !declaration.inputs.is_empty() { Some(0) } else { declaration.input(name) };
        let found = port.map(Found::Port).or_else(|| declaration.parameter(name).map(Found::Parameter));
        found.map(|f| Some((nodes, f))).ok_or_else(|| no_port(end, declaration, "input", name))
    }

    /// The nodes and the parameter that a lane moves; `None` at a placeholder.
    pub fn parameter(&self, end: &Endpoint) -> Result<Option<(Copies, usize)>, String> {
        match self.destination(end)? {
            None => Ok(None),
            Some((nodes, Found::Parameter(p))) => Ok(Some((nodes, p))),
            Some((_, Found::Port(_))) => Err(format!("`{end}` is a port; a lane moves a parameter")),
        }
    }
}

fn list(names: &[&str]) -> String {
    if names.is_empty() { "none".into() } else { names.join(", ") }
}

fn no_port(end: &Endpoint, declaration: &Declaration, what: &str, name: &str) -> String {
    let ports = if what == "output" { declaration.outputs } else { declaration.inputs };
    let mut names: Vec<&str> = ports.iter().map(|p| p.name).collect();
    let mut told = format!("it has: {}", list(&names));
    if what == "input" {
        let moving: Vec<&str> = declaration.parameters.iter().filter(|p| p.moves()).map(|p| p.name).collect();
        told = format!("{told}; and the parameters: {}", list(&moving));
        names.extend(moving);
    }
    let near = nearest(name, names).map_or(String::new(), |n| format!("; did you mean `{n}`?"));
    format!("`{}` ({}) has no {what} `{name}`; {told}{near}", end.node, declaration.name)
}
