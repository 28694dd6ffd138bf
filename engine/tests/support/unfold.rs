//! A patch unfolded in the most naive way, end by end from the document: what the compiler's first pass must find.

use super::kinds::shelf;
use serde_json::Map;
use signalbox_engine::compile::{Depth, Flat, Target};
use signalbox_engine::node::{Declaration, Port, PortKind, Setting, Shelf, Value};
use signalbox_engine::patch::{Cable, Endpoint, Graph, Node, Patch, Voices};
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
    /// The voice that it is of, where notes are dealt to it or its sound is summed.
    voice: Option<usize>,
}

/// An instance with voices to which notes are dealt: how many, and the keys at which their sound is summed.
type Choirs = BTreeMap<String, (usize, BTreeSet<String>)>;

type Nodes = BTreeMap<String, Unfolded>;
/// By scope and id, which is the order in which they are summed.
type Wires = Vec<((String, u32), Wire)>;

/// Says where the compiler's table and the document differ.
pub fn difference(patch: &Patch, flat: &Flat) -> Option<String> {
    let (nodes, wires, choirs) = unfold(patch);
    let (their_nodes, their_wires, their_choirs) = table(flat);
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
    if choirs != their_choirs {
        return first(format!("{choirs:?}"), format!("{their_choirs:?}"));
    }
    None
}

/// The compiler's table, by keys.
fn table(flat: &Flat) -> (Nodes, Wires, Choirs) {
    let set = |all: &[bool]| (0..all.len()).filter(|&i| all[i]).collect();
    let nodes = flat.nodes.iter().map(|n| {
        let events = n.declaration.name == "input" && n.declaration.inputs[0].kind == PortKind::Events;
        let unfolded = Unfolded {
            kind: n.declaration.name,
            events,
            label: n.title().to_string(),
            settings: n.settings.clone(),
            bypass: n.bypass,
            connected: set(&n.connected),
            moved: set(&n.moved),
        };
        (n.key.to_string(), unfolded)
    });
    let key = |n: usize| flat.nodes[n].key.to_string();
    let wires = flat.cables.iter().map(|c| {
        let (from, to) = ((key(c.from.0), c.from.1), (key(c.to.0), c.to.1));
        let voice = c.voice.map(|v| v as usize);
        ((c.scope.to_string(), c.id), Wire { from, to, gain: c.gain, feedback: c.feedback, voice })
    });
    let choirs = flat.voices.iter().map(|v| {
        assert_eq!(*v.key, *flat.nodes[v.dealer].key);
        (v.key.to_string(), (v.count, v.outputs.iter().map(|&n| key(n)).collect()))
    });
    (nodes.collect(), wires.collect(), choirs.collect())
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

/// An instance with voices.
struct Instance<'a> {
    sub: &'a Graph,
    label: &'a str,
    voices: usize,
}

struct Unfolding<'a> {
    patch: &'a Patch,
    shelf: Shelf,
    found: BTreeMap<String, Found<'a>>,
    /// Keys inside of voices that stand for a port of the instance.
    shared: BTreeMap<String, String>,
    instances: BTreeMap<String, Instance<'a>>,
    wires: Wires,
    lanes: BTreeSet<(String, usize)>,
}

fn unfold(patch: &Patch) -> (Nodes, Wires, Choirs) {
    let mut all = Unfolding {
        patch,
        shelf: shelf(),
        found: BTreeMap::new(),
        shared: BTreeMap::new(),
        instances: BTreeMap::new(),
        wires: Vec::new(),
        lanes: BTreeSet::new(),
    };
    all.nodes(&patch.graph, "", &Map::new(), false);
    all.cables(&patch.graph, "", None);
    let events = all.events();
    all.around(&patch.graph, "", &events);
    all.wires = all.wires.iter().filter_map(|(id, wire)| Some((id.clone(), all.heard(wire)?))).collect();
    let (dealers, choirs) = all.deal(&events);
    let mut wires = all.wires.clone();
    // Several that one cable has become stay in their order.
    wires.sort_by(|a, b| a.0.cmp(&b.0));
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
    (nodes.chain(dealers).collect(), wires, choirs)
}

/// What the keys of all voices of an instance begin with, or those of a plain one; each with the voice.
fn scopes(key: &str, voices: Option<Voices>) -> Vec<(String, Option<usize>)> {
    match voices {
        None => vec![(format!("{key}/"), None)],
        Some(voices) => (0..voices.count()).map(|v| (format!("{key}/{:03}/", v + 1), Some(v))).collect(),
    }
}

/// Whether each voice has a port of its own: sound inside leads back into it, or goes on from it, or is summed in it.
fn is_own(sub: &Graph, id: &str, port: &Node) -> bool {
    let arriving = sub.cables.values().filter(|c| c.to.node == id).count();
    let leaving = sub.cables.values().filter(|c| c.from.node == id).count();
    if port.kind == "input" { arriving > 0 } else { arriving > 1 || leaving > 0 }
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
                Some(sub) => {
                    if let Some(voices) = node.voices {
                        self.instance(sub, &key, node, voices, &values, mute);
                    }
                    for (scope, _) in scopes(&key, node.voices) {
                        self.nodes(sub, &scope, &values, mute);
                    }
                }
                None if self.shared.contains_key(&key) => {}
                None => {
                    let boundary = !prefix.is_empty() && ["input", "output"].contains(&node.kind.as_str());
                    self.found.insert(key, Found { node, values, mute, boundary });
                }
            }
        }
    }

    /// Finds the ports of an instance with voices, which stand once.
    fn instance(
        &mut self,
        sub: &'a Graph,
        key: &str,
        node: &'a Node,
        voices: Voices,
        values: &Map<String, Value>,
        mute: bool,
    ) {
        let label = &node.label;
        self.instances.insert(key.into(), Instance { sub, label, voices: voices.count() });
        for (id, port) in sub.nodes.iter().filter(|(_, n)| self.patch.is_port(n)) {
            let mut own = port.values.clone();
            for (name, value) in values {
                if let Some((_, rest)) = name.split_once('.').filter(|n| n.0 == id) {
                    own.insert(rest.into(), value.clone());
                }
            }
            let found = Found { node: port, values: own, mute: mute || port.mute, boundary: true };
            self.found.insert(format!("{key}/{id}"), found);
            if !is_own(sub, id, port) {
                for (scope, _) in scopes(key, Some(voices)) {
                    self.shared.insert(scope + id, format!("{key}/{id}"));
                }
            }
        }
    }

    /// The nodes that an end means, one in each voice, and what is left of its name.
    fn end(&self, graph: &Graph, prefix: &str, end: &Endpoint, wanted: &str) -> (Vec<String>, String) {
        let key = format!("{prefix}{}", end.node);
        let node = &graph.nodes[&end.node];
        let Some(sub) = self.patch.subpatches.get(&node.kind) else {
            return (vec![self.shared.get(&key).cloned().unwrap_or(key)], end.port.clone());
        };
        let mut inner = Endpoint::from(end.port.as_str());
        if inner.node.is_empty() {
            let first = sub.nodes.iter().find(|(_, n)| n.kind == wanted);
            inner.node = first.expect("a port of the sub-patch").0.clone();
        }
        // The ports of an instance stand once.
        let voices = node.voices.filter(|_| !self.patch.is_port(&sub.nodes[&inner.node]));
        let all = scopes(&key, voices).into_iter().map(|scope| self.end(sub, &scope.0, &inner, wanted));
        let (keys, mut rests): (Vec<_>, Vec<_>) = all.unzip();
        (keys.concat(), rests.swap_remove(0))
    }

    /// `None` where the engine has the kind by itself, or nobody knows it.
    fn declaration(&self, found: &Found) -> Option<&'static Declaration> {
        self.shelf.get(&found.node.kind).filter(|_| !found.boundary)
    }

    /// Whether the engine itself has the kind: one port in, one out.
    fn is_wire(&self, key: &str) -> bool {
        ["input", "output"].contains(&self.found[key].node.kind.as_str())
    }

    fn source(&self, key: &str, port: &str) -> Option<usize> {
        if self.is_wire(key) {
            return Some(0);
        }
        let declared = self.declaration(&self.found[key])?;
        Some(if port.is_empty() { 0 } else { declared.output(port).expect("an output") })
    }

    fn target(&self, key: &str, name: &str, depth: Option<&Value>) -> Option<Target> {
        if self.is_wire(key) {
            return Some(Target::Port(0));
        }
        let declared = self.declaration(&self.found[key])?;
        let port = if name.is_empty() { Some(0) } else { declared.input(name) };
        Some(port.map_or_else(
            || Target::Parameter(declared.parameter(name).expect("a parameter"), self::depth(depth)),
            Target::Port,
        ))
    }

    /// Finds the cables and lanes of a graph, that of a voice with its number.
    fn cables(&mut self, graph: &Graph, prefix: &str, voice: Option<usize>) {
        for (&id, cable) in &graph.cables {
            let (from, port) = self.end(graph, prefix, &cable.from, "output");
            let (to, name) = self.end(graph, prefix, &cable.to, "input");
            for (from, to) in from.iter().flat_map(|from| to.iter().map(move |to| (from, to))) {
                let ends = (self.source(from, &port), self.target(to, &name, cable.depth.as_ref()));
                if let (Some(port), Some(target)) = ends {
                    let (from, to) = ((from.clone(), port), (to.clone(), target));
                    let wire = Wire { from, to, gain: gain(cable), feedback: cable.feedback, voice };
                    self.wires.push(((prefix.into(), id), wire));
                }
            }
        }
        for to in graph.lanes.keys() {
            let (keys, name) = self.end(graph, prefix, to, "input");
            for key in keys {
                let parameter = self.declaration(&self.found[&key]).and_then(|d| d.parameter(&name));
                self.lanes.extend(parameter.map(|p| (key, p)));
            }
        }
        for (id, node) in &graph.nodes {
            let Some(sub) = self.patch.subpatches.get(&node.kind) else { continue };
            let key = format!("{prefix}{id}");
            for (scope, voice) in scopes(&key, node.voices) {
                self.cables(sub, &scope, voice);
                if let Some(voice) = voice {
                    self.own_ports(sub, &key, &scope, voice);
                }
            }
        }
    }

    /// The ports of an instance lead to those that a voice has of its own, and from them.
    fn own_ports(&mut self, sub: &Graph, key: &str, scope: &str, voice: usize) {
        let ports = sub.nodes.iter().filter(|(_, n)| self.patch.is_port(n));
        let ports: Vec<_> = ports.map(|(id, n)| (id, n.kind == "input", is_own(sub, id, n))).collect();
        for (number, (id, input, _)) in ports.into_iter().enumerate().filter(|p| p.1.2) {
            let (outer, inner) = (format!("{key}/{id}"), format!("{scope}{id}"));
            let (from, to) = if input { (outer, inner) } else { (inner, outer) };
            let wire = plain((from, 0), (to, Target::Port(0)), Some(voice));
            self.wires.push(((format!("{key}/"), port_id(number, Some(voice))), wire));
        }
    }

    /// Leads sound round the instances that are bypassed; what is inside is heard no more.
    fn around(&mut self, graph: &Graph, prefix: &str, events: &BTreeSet<String>) {
        for (id, node) in &graph.nodes {
            let Some(sub) = self.patch.subpatches.get(&node.kind) else { continue };
            let key = format!("{prefix}{id}");
            for (scope, _) in scopes(&key, node.voices) {
                self.around(sub, &scope, events);
            }
            let ports = |kind: &str| -> Vec<String> {
                let ports = sub.nodes.iter().filter(|(_, n)| n.kind == kind);
                ports.map(|(id, _)| format!("{key}/{id}")).collect()
            };
            let (inputs, outputs) = (ports("input"), ports("output"));
            let (Some(from), Some(to)) = (inputs.first(), outputs.first()) else { continue };
            if !node.bypass || events.contains(from) || events.contains(to) {
                continue;
            }
            let scope = format!("{key}/");
            let inside =
                |id: &(String, u32), wire: &Wire| id.0.starts_with(&scope) && outputs.contains(&wire.to.0);
            self.wires.retain(|(id, wire)| !(inside(id, wire) && events.contains(&wire.to.0)));
            for (id, wire) in &mut self.wires {
                if inside(id, wire) {
                    wire.gain = 0.0;
                }
            }
            let wire = plain((from.clone(), 0), (to.clone(), Target::Port(0)), None);
            self.wires.push(((scope, u32::MAX), wire));
        }
    }

    /// Leads the events that come into instances to what deals them; gives these nodes.
    fn deal(&mut self, events: &BTreeSet<String>) -> (Nodes, Choirs) {
        let (mut dealers, mut choirs) = (Nodes::new(), Choirs::new());
        let mut counted = BTreeSet::new();
        for (key, instance) in &self.instances {
            let scope = format!("{key}/");
            let ports = instance.sub.nodes.iter().filter(|(_, n)| self.patch.is_port(n));
            let mut at = 0;
            for (number, (id, port)) in ports.enumerate() {
                let port_key = format!("{scope}{id}");
                let of_a_voice = |(id, w): &((String, u32), Wire)| {
                    let inside = id.0.starts_with(&scope) && w.voice.is_some();
                    let end = if port.kind == "input" { &w.from.0 } else { &w.to.0 };
                    inside && *end == port_key
                };
                let its: Vec<usize> = (0..self.wires.len()).filter(|&w| of_a_voice(&self.wires[w])).collect();
                if port.kind == "output" {
                    counted.extend(its);
                    continue;
                }
                if !events.contains(&port_key) || its.is_empty() {
                    continue;
                }
                for &wire in &its {
                    self.wires[wire].1.from = (key.clone(), at);
                }
                counted.extend(its);
                let wire = plain((port_key, 0), (key.clone(), Target::Port(at)), None);
                self.wires.push(((scope.clone(), port_id(number, None)), wire));
                at += 1;
            }
            if at == 0 {
                continue;
            }
            let outputs = instance.sub.nodes.iter().filter(|(_, n)| n.kind == "output");
            let outputs = outputs.map(|(id, _)| format!("{scope}{id}")).filter(|k| !events.contains(k));
            choirs.insert(key.clone(), (instance.voices, outputs.collect()));
            let dealer = Unfolded {
                kind: "dealer",
                events: false,
                label: if instance.label.is_empty() { key.clone() } else { instance.label.into() },
                settings: Vec::new(),
                bypass: false,
                connected: (0..at).collect(),
                moved: BTreeSet::new(),
            };
            dealers.insert(key.clone(), dealer);
        }
        let all = self.wires.iter_mut().enumerate().filter(|w| !counted.contains(&w.0));
        all.for_each(|(_, (_, wire))| wire.voice = None);
        (dealers, choirs)
    }

    /// The ports of sub-patches that events flow through.
    fn events(&self) -> BTreeSet<String> {
        let mut carry = BTreeSet::new();
        let is = |key: &str, ports: &dyn Fn(&Declaration) -> PortKind| {
            self.declaration(&self.found[key]).is_some_and(|d| ports(d) == PortKind::Events)
        };
        loop {
            let before = carry.len();
            for (_, wire) in &self.wires {
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

/// A cable at full level.
fn plain(from: (String, usize), to: (String, Target), voice: Option<usize>) -> Wire {
    Wire { from, to, gain: 1.0, feedback: false, voice }
}

/// The number of a cable at a port of an instance: to what deals events, or to the port of a voice.
fn port_id(port: usize, voice: Option<usize>) -> u32 {
    (port * 257 + voice.map_or(0, |v| v + 1)) as u32
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
