//! First pass: validates, and unfolds sub-patches into one flat table of nodes and one of cables.

use super::internal::{EVENT_WIRE, OUTPUT, PLACEHOLDER, WIRE};
use super::lanes::{self, Curve};
use super::resolve::{self, Ends};
use super::{Context, Problem, size};
use crate::node::{Declaration, Port, PortKind, Settings, Value, nearest};
use crate::patch::{Endpoint, Graph, Patch};
use crate::schedule::Fade;
use serde_json::Map;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

/// A patch without sub-patches.
#[derive(Default)]
pub struct Flat {
    /// Nodes, sorted by key.
    pub nodes: Vec<FlatNode>,
    /// Cables; those that end at one port are in the order in which they are summed.
    pub cables: Vec<FlatCable>,
    /// Lanes.
    pub lanes: Vec<FlatLane>,
}

/// A node of the flat table.
#[derive(Clone)]
pub struct FlatNode {
    /// Its id, behind the ids of the instances that it lies in: `verse/lead/osc`.
    pub key: String,
    /// What people read on it; the key where they wrote nothing.
    pub label: String,
    /// Its kind.
    pub declaration: &'static Declaration,
    /// Its parameters.
    pub settings: Settings,
    /// Whether a cable comes in at each input port.
    pub connected: Vec<bool>,
    /// Whether each parameter is moved by a lane or a cable.
    pub moved: Vec<bool>,
    /// Whether sound goes round it.
    pub bypass: bool,
    /// Whose state it has at first.
    pub begins: Begins,
    /// Where it cuts a loop: how many frames earlier it gives what it holds back, since the sound is late elsewhere in
    /// the loop.
    pub early: usize,
}

/// Whose state a node has when a program follows another one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Begins {
    /// Its own, if it was there before.
    #[default]
    AsItWas,
    /// It is the node that had this key.
    Renamed(String),
    /// It takes over a copy of the state of the node that had this key.
    CopyOf(String),
    /// None.
    Anew,
}

/// A cable of the flat table.
#[derive(Clone, Debug)]
pub struct FlatCable {
    /// The instance that it lies in, with a `/` at the end; empty in the patch itself.
    pub scope: Arc<str>,
    /// Its id there.
    pub id: u32,
    /// A number made from the names of its ends: an id can be given again to another cable.
    pub ends: u64,
    /// Index of the node, and of its output port.
    pub from: (usize, usize),
    /// Index of the node, and where the cable ends.
    pub to: (usize, Target),
    /// Amplitude.
    pub gain: f32,
    /// Whether the patch wants a loop to be cut here.
    pub feedback: bool,
    /// Where it comes or goes with a program: the way of its amplitude.
    pub fade: Option<Fade>,
    /// By how many frames it was held back in the program before, from which it has to come without a jump in time;
    /// `None` if it was not there.
    pub was: Option<usize>,
}

/// Where a cable ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Target {
    /// At an input port.
    Port(usize),
    /// At a parameter, which it moves by this depth.
    Parameter(usize, Depth),
}

/// How far a signal of 1 moves a parameter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Depth {
    /// By so many of its units.
    Units(f32),
    /// By so many octaves.
    Octaves(f32),
}

/// A lane of the flat table.
#[derive(Clone)]
pub struct FlatLane {
    /// Index of the node.
    pub node: usize,
    /// Index of the parameter.
    pub parameter: usize,
    /// Its course, in frames.
    pub curve: Curve,
}

/// Unfolds a patch; gives the tables and what is odd but no error.
pub fn expand(patch: &Patch, context: &Context<'_>) -> Result<(Flat, Vec<Problem>), Vec<Problem>> {
    size::count(patch)?;
    let mut walk = Walk {
        patch,
        context,
        flat: Flat::default(),
        index: HashMap::new(),
        boundary: Vec::new(),
        muted: Vec::new(),
        errors: Vec::new(),
        warnings: Vec::new(),
    };
    walk.nodes(&patch.graph, "", &Map::new());
    if walk.errors.is_empty() {
        walk.cables(&patch.graph, "");
    }
    if !walk.errors.is_empty() {
        return Err(walk.errors);
    }
    let Walk { mut flat, boundary, muted, mut errors, warnings, .. } = walk;
    settle_boundaries(&mut flat, &boundary);
    for cable in &flat.cables {
        errors.extend(kinds_differ(&flat, cable));
    }
    flat.cables.retain(|c| !muted[c.from.0] && !super::is_placeholder(flat.nodes[c.from.0].declaration));
    for cable in &mut flat.cables {
        // What leaves the patch goes by no cable; its channels stay.
        if muted[cable.to.0] && super::is_output(flat.nodes[cable.to.0].declaration) {
            cable.gain = 0.0;
        }
    }
    flat.cables.sort_by(|a, b| (&a.scope, a.id).cmp(&(&b.scope, b.id)));
    flat.mark();
    if errors.is_empty() { Ok((flat, warnings)) } else { Err(errors) }
}

struct Walk<'a> {
    patch: &'a Patch,
    context: &'a Context<'a>,
    flat: Flat,
    index: HashMap<String, usize>,
    boundary: Vec<bool>,
    muted: Vec<bool>,
    errors: Vec<Problem>,
    warnings: Vec<Problem>,
}

impl Walk<'_> {
    fn nodes(&mut self, graph: &Graph, prefix: &str, overrides: &Map<String, Value>) {
        for name in overrides.keys() {
            let inner = name.split('.').next().unwrap_or(name);
            if !name.contains('.') || !graph.nodes.contains_key(inner) {
                let what = format!("`{name}` is no parameter inside; write `node.parameter`");
                self.errors.push(Problem::new(prefix.trim_end_matches('/'), what));
            }
        }
        for (id, node) in &graph.nodes {
            let key = format!("{prefix}{id}");
            let mut values = node.values.clone();
            for (name, value) in overrides {
                if let Some(inner) = name.strip_prefix(id.as_str()).and_then(|n| n.strip_prefix('.')) {
                    values.insert(inner.into(), value.clone());
                }
            }
            if let Some(sub) = self.patch.subpatches.get(&node.kind) {
                self.index.insert(key.clone(), usize::MAX);
                let first = self.flat.nodes.len();
                self.nodes(sub, &format!("{key}/"), &values);
                if node.mute {
                    self.muted[first..].fill(true);
                }
                if node.bypass {
                    self.no_bypass(&key, "a sub-patch");
                }
                continue;
            }
            let boundary = !prefix.is_empty() && matches!(node.kind.as_str(), "input" | "output");
            let declaration = match node.kind.as_str() {
                _ if boundary => &WIRE,
                "output" => &OUTPUT,
                "input" => &WIRE,
                kind => self.context.shelf.get(kind).unwrap_or_else(|| {
                    let near = self.context.shelf.nearest(kind);
                    let near =
                        near.or_else(|| nearest(kind, self.patch.subpatches.keys().map(String::as_str)));
                    let near = near.map_or(String::new(), |n| format!("; did you mean `{n}`?"));
                    let what =
                        format!("`{kind}` is not on the shelf; it stays silent, its values are kept{near}");
                    self.warnings.push(Problem::new(&key, what));
                    &PLACEHOLDER
                }),
            };
            let (settings, wrong) = match super::is_placeholder(declaration) {
                true => (Settings::new(), Vec::new()),
                false => declaration.settings(&values),
            };
            self.errors.extend(wrong.into_iter().map(|e| Problem::new(&key, e.to_string())));
            let around = passes(declaration);
            if node.bypass && !around && !super::is_placeholder(declaration) {
                self.no_bypass(&key, "a node that does not begin with sound in and sound out");
            }
            self.index.insert(key.clone(), self.flat.nodes.len());
            self.boundary.push(boundary);
            self.muted.push(node.mute);
            self.flat.nodes.push(FlatNode {
                label: if node.label.is_empty() { key.clone() } else { node.label.clone() },
                key,
                declaration,
                connected: vec![false; declaration.inputs.len()],
                moved: vec![false; settings.len()],
                settings,
                bypass: node.bypass && around,
                begins: Begins::AsItWas,
                early: 0,
            });
        }
    }

    fn no_bypass(&mut self, key: &str, whom: &str) {
        let what = format!("sound can't go round {whom}; it stays in, mute it or pull its cables");
        self.warnings.push(Problem::new(key, what));
    }

    fn cables(&mut self, graph: &Graph, prefix: &str) {
        let scope: Arc<str> = prefix.into();
        let ends = Ends { patch: self.patch, graph, prefix, index: &self.index, nodes: &self.flat.nodes };
        let (mut cables, mut new_lanes) = (Vec::new(), Vec::new());
        for (&id, cable) in &graph.cables {
            let place = format!("cable {prefix}{id} ({} → {})", cable.from, cable.to);
            match resolve::cable(&ends, cable) {
                Ok(Some((from, to, gain))) => {
                    let (scope, feedback) = (scope.clone(), cable.feedback);
                    let ends = ends_of(&cable.from, &cable.to);
                    cables.push(FlatCable {
                        scope,
                        id,
                        ends,
                        from,
                        to,
                        gain,
                        feedback,
                        fade: None,
                        was: None,
                    });
                }
                Ok(None) => {}
                Err(what) => self.errors.push(Problem::new(place, what)),
            }
        }
        for (to, lane) in &graph.lanes {
            let read = ends.parameter(to).and_then(|found| {
                let Some((node, parameter)) = found else { return Ok(None) };
                let declared = &self.flat.nodes[node].declaration.parameters[parameter];
                let curve = lanes::read(lane, declared, &self.patch.tempo, self.context.rate)?;
                Ok(Some(FlatLane { node, parameter, curve }))
            });
            match read {
                Ok(lane) => new_lanes.extend(lane),
                Err(what) => self.errors.push(Problem::new(format!("lane {prefix}{to}"), what)),
            }
        }
        self.flat.cables.extend(cables);
        self.flat.lanes.extend(new_lanes);
        for (id, node) in &graph.nodes {
            if let Some(sub) = self.patch.subpatches.get(&node.kind) {
                self.cables(sub, &format!("{prefix}{id}/"));
            }
        }
    }
}

fn ends_of(from: &Endpoint, to: &Endpoint) -> u64 {
    let mut hasher = DefaultHasher::new();
    (from, to).hash(&mut hasher);
    hasher.finish()
}

/// Whether sound can go round a node: from its first input to its first output.
fn passes(declaration: &Declaration) -> bool {
    let sound = |ports: &[Port]| ports.first().is_some_and(|p| matches!(p.kind, PortKind::Audio(_)));
    sound(declaration.inputs) && sound(declaration.outputs)
}

/// A port of a sub-patch carries events where a cable brings or takes events.
fn settle_boundaries(flat: &mut Flat, boundary: &[bool]) {
    loop {
        let mut changed = false;
        for cable in &flat.cables {
            let events =
                |(node, kind): (usize, PortKind)| (!boundary[node]).then_some(kind == PortKind::Events);
            let from = (cable.from.0, flat.nodes[cable.from.0].declaration.outputs[cable.from.1].kind);
            let to = match cable.to.1 {
                Target::Port(port) => (cable.to.0, flat.nodes[cable.to.0].declaration.inputs[port].kind),
                Target::Parameter(..) => continue,
            };
            let settled = |n: usize| std::ptr::eq(flat.nodes[n].declaration, &EVENT_WIRE);
            let carries =
                events(from) == Some(true) || events(to) == Some(true) || settled(from.0) || settled(to.0);
            for n in [from.0, to.0] {
                if carries && boundary[n] && !settled(n) {
                    flat.nodes[n].declaration = &EVENT_WIRE;
                    // A wire with sound going round it is the same wire.
                    flat.nodes[n].bypass = false;
                    changed = true;
                    break;
                }
            }
        }
        if !changed {
            return;
        }
    }
}

/// Refuses a cable between sound and events.
fn kinds_differ(flat: &Flat, cable: &FlatCable) -> Option<Problem> {
    let (from, to) = (&flat.nodes[cable.from.0], &flat.nodes[cable.to.0]);
    let source = &from.declaration.outputs[cable.from.1];
    let (name, events) = match cable.to.1 {
        Target::Port(port) => {
            let port = &to.declaration.inputs[port];
            (port.name, port.kind == PortKind::Events)
        }
        Target::Parameter(parameter, _) => (to.declaration.parameters[parameter].name, false),
    };
    let place =
        format!("cable {}{} ({}.{} → {}.{name})", cable.scope, cable.id, from.key, source.name, to.key);
    match (source.kind == PortKind::Events, events) {
        (true, false) => Some(Problem::new(
            place,
            "events can't be heard: lead them to the `notes` port of an `osc` or an `env`, and the sound from there",
        )),
        (false, true) => Some(Problem::new(
            place,
            "this port takes events, not sound; take them from a `notes` node, or lead the sound to an audio port",
        )),
        _ => None,
    }
}

impl Flat {
    /// Tells the nodes of the cables and lanes that end there.
    pub(super) fn mark(&mut self) {
        for cable in &self.cables {
            let node = &mut self.nodes[cable.to.0];
            match cable.to.1 {
                Target::Port(port) => node.connected[port] = true,
                Target::Parameter(parameter, _) => node.moved[parameter] = true,
            }
        }
        for lane in &self.lanes {
            self.nodes[lane.node].moved[lane.parameter] = true;
        }
    }
}
