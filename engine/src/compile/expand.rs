//! First pass: validates, and unfolds sub-patches into one flat table of nodes and one of cables.

mod around;
mod instance;
mod kinds;

use super::flat::{Begins, Flat, FlatCable, FlatLane, FlatNode, Target};
use super::internal::{OUTPUT, PLACEHOLDER, WIRE};
use super::lanes;
use super::resolve::{self, Ends};
use super::voices::{self, Instance, voice_keys};
use super::{Context, Problem, size};
use crate::node::{Declaration, Port, PortKind, Settings, Value, nearest};
use crate::patch::{Endpoint, Graph, Node, Patch};
use foldhash::fast::FixedState;
use foldhash::{HashMap, HashMapExt};
use kinds::{kinds_differ, settle_boundaries};
use serde_json::Map;
use smallvec::smallvec;
use std::borrow::Cow;
use std::hash::BuildHasher;
use std::sync::Arc;

/// Unfolds a patch; gives the tables and what is odd but no error.
pub fn expand(patch: &Patch, context: &Context<'_>) -> Result<(Flat, Vec<Problem>), Vec<Problem>> {
    let mut walk = Walk::new(patch, context)?;
    if walk.errors.is_empty() {
        walk.cables(&patch.graph, "", None);
    }
    if !walk.errors.is_empty() {
        return Err(walk.errors);
    }
    let Walk { mut flat, boundary, muted, instances, bypassed, mut errors, mut warnings, .. } = walk;
    settle_boundaries(&mut flat, &boundary);
    warnings.extend(around::lead(&mut flat, &bypassed));
    for cable in flat.cables.iter().filter(|c| !flat.repeats(c)) {
        errors.extend(kinds_differ(&flat, cable));
    }
    flat.cables.retain(|c| !muted[c.from.0] && !super::is_placeholder(flat.nodes[c.from.0].declaration));
    for cable in &mut flat.cables {
        // What leaves the patch goes by no cable; its channels stay.
        if muted[cable.to.0] && super::is_output(flat.nodes[cable.to.0].declaration) {
            cable.gain = 0.0;
        }
    }
    errors.extend(voices::deal(&mut flat, instances));
    flat.cables.sort_by(|a, b| (&a.scope, a.id, a.ends).cmp(&(&b.scope, b.id, b.ends)));
    flat.mark();
    if errors.is_empty() { Ok((flat, warnings)) } else { Err(errors) }
}

/// The nodes alone, without what deals notes to voices.
pub fn nodes(patch: &Patch, context: &Context<'_>) -> Result<Vec<FlatNode>, Vec<Problem>> {
    let walk = Walk::new(patch, context)?;
    if walk.errors.is_empty() { Ok(walk.flat.nodes) } else { Err(walk.errors) }
}

struct Walk<'a> {
    patch: &'a Patch,
    context: &'a Context<'a>,
    flat: Flat,
    index: HashMap<Arc<str>, usize>,
    boundary: Vec<bool>,
    muted: Vec<bool>,
    instances: Vec<Instance>,
    bypassed: Vec<around::Bypassed>,
    /// Whether another voice than the first is being unfolded.
    repeats: bool,
    errors: Vec<Problem>,
    warnings: Vec<Problem>,
}

impl<'a> Walk<'a> {
    /// Unfolds the nodes of a patch.
    fn new(patch: &'a Patch, context: &'a Context<'a>) -> Result<Self, Vec<Problem>> {
        size::count(patch)?;
        let count = patch.graph.nodes.len();
        let mut walk = Walk {
            patch,
            context,
            flat: Flat { nodes: Vec::with_capacity(count), ..Flat::default() },
            index: HashMap::with_capacity(count),
            boundary: Vec::with_capacity(count),
            muted: Vec::with_capacity(count),
            instances: Vec::new(),
            bypassed: Vec::new(),
            repeats: false,
            errors: Vec::new(),
            warnings: Vec::new(),
        };
        walk.nodes(&patch.graph, "", &Map::new(), &HashMap::new());
        Ok(walk)
    }

    /// Unfolds the nodes of a graph; ports that are `there` already stand for all voices.
    fn nodes(
        &mut self,
        graph: &Graph,
        prefix: &str,
        overrides: &Map<String, Value>,
        there: &HashMap<&str, usize>,
    ) {
        for name in overrides.keys() {
            let inner = name.split('.').next().unwrap_or(name);
            if !name.contains('.') || !graph.nodes.contains_key(inner) {
                let what = format!("`{name}` is no parameter inside; write `node.parameter`");
                self.errors.push(Problem::new(prefix.trim_end_matches('/'), what));
            }
        }
        for (id, node) in &graph.nodes {
            let key: Arc<str> =
                if prefix.is_empty() { id.as_str().into() } else { format!("{prefix}{id}").into() };
            if let Some(&port) = there.get(id.as_str()) {
                self.index.insert(key, port);
                continue;
            }
            let values = overridden(node, id, overrides);
            if let Some(sub) = self.patch.subpatches.get(&node.kind) {
                self.index.insert(key.clone(), usize::MAX);
                let first = self.flat.nodes.len();
                match node.voices {
                    None => self.nodes(sub, &format!("{key}/"), &values, &HashMap::new()),
                    Some(voices) => self.voices(sub, &key, node, &values, voices),
                }
                if node.mute {
                    self.muted[first..].fill(true);
                }
                if node.bypass {
                    self.go_around(&key, sub);
                }
                continue;
            }
            self.node(node, key, &values, !prefix.is_empty() && self.patch.is_port(node));
        }
    }

    /// Puts a node into the table.
    fn node(&mut self, node: &Node, key: Arc<str>, values: &Map<String, Value>, boundary: bool) {
        let declaration = match node.kind.as_str() {
            _ if boundary => &WIRE,
            "output" => &OUTPUT,
            "input" => &WIRE,
            kind => self.context.shelf.get(kind).unwrap_or_else(|| {
                let near = self.context.shelf.nearest(kind);
                let near = near.or_else(|| nearest(kind, self.patch.subpatches.keys().map(String::as_str)));
                let near = near.map_or(String::new(), |n| format!("; did you mean `{n}`?"));
                let what =
                    format!("`{kind}` is not on the shelf; it stays silent, its values are kept{near}");
                self.warnings.push(Problem::new(&*key, what));
                &PLACEHOLDER
            }),
        };
        let (settings, wrong) = match super::is_placeholder(declaration) {
            true => (Settings::new(), Vec::new()),
            false => declaration.settings(values),
        };
        self.errors.extend(wrong.into_iter().map(|e| Problem::new(&*key, e.to_string())));
        let around = passes(declaration);
        if node.bypass && !around && !super::is_placeholder(declaration) {
            let what = "a node that does not begin with sound in and sound out";
            self.warnings.push(no_bypass(&key, what));
        }
        if node.voices.is_some() && !super::is_placeholder(declaration) {
            let what = format!("`{}` is no sub-patch; only an instance of one has voices", node.kind);
            self.errors.push(Problem::new(&*key, what));
        }
        self.index.insert(key.clone(), self.flat.nodes.len());
        self.boundary.push(boundary);
        self.muted.push(node.mute);
        self.flat.nodes.push(FlatNode {
            label: node.label.clone(),
            key,
            declaration,
            connected: smallvec![false; declaration.inputs.len()],
            moved: smallvec![false; settings.len()],
            settings,
            bypass: node.bypass && around,
            begins: Begins::AsItWas,
            early: 0,
            repeats: self.repeats,
        });
    }

    /// Unfolds the cables and lanes of a graph, that of a voice with its number.
    fn cables(&mut self, graph: &Graph, prefix: &str, voice: Option<u32>) {
        let scope: Arc<str> = prefix.into();
        let ends = Ends { patch: self.patch, graph, prefix, index: &self.index, nodes: &self.flat.nodes };
        let (mut cables, mut new_lanes) = (Vec::with_capacity(graph.cables.len()), Vec::new());
        for (&id, cable) in &graph.cables {
            match resolve::cable(&ends, cable) {
                Ok(Some(resolved)) => {
                    let both = resolved.from.iter().flat_map(|f| resolved.to.iter().map(move |t| (*f, *t)));
                    let ends = ends_of(&cable.from, &cable.to);
                    cables.extend(both.zip(0..).map(|((from, to), copy)| FlatCable {
                        id,
                        ends: ends.wrapping_add(copy),
                        voice,
                        gain: resolved.gain,
                        feedback: cable.feedback,
                        ..FlatCable::plain(&scope, (from, resolved.port), (to, resolved.target))
                    }));
                }
                Ok(None) => {}
                Err(what) => {
                    let place = format!("cable {prefix}{id} ({} → {})", cable.from, cable.to);
                    self.errors.push(Problem::new(place, what));
                }
            }
        }
        for (to, lane) in &graph.lanes {
            let read = ends.parameter(to).and_then(|found| {
                let Some((nodes, parameter)) = found else { return Ok(Vec::new()) };
                let declared = &self.flat.nodes[nodes[0]].declaration.parameters[parameter];
                let curve = lanes::read(lane, declared, &self.patch.tempo, self.context.rate)?;
                let each = |&node: &usize| FlatLane { node, parameter, curve: curve.clone() };
                Ok(nodes.iter().map(each).collect())
            });
            match read {
                Ok(lanes) => new_lanes.extend::<Vec<_>>(lanes),
                Err(what) => self.errors.push(Problem::new(format!("lane {prefix}{to}"), what)),
            }
        }
        self.flat.cables.extend(cables);
        self.flat.lanes.extend(new_lanes);
        for (id, node) in &graph.nodes {
            let Some(sub) = self.patch.subpatches.get(&node.kind) else { continue };
            let key = format!("{prefix}{id}");
            let Some(voices) = node.voices else {
                self.cables(sub, &format!("{key}/"), None);
                continue;
            };
            self.port_cables(sub, &key, voices);
            let mut told = None;
            for (prefix, voice) in voice_keys(&key, voices).zip(0..) {
                self.cables(sub, &prefix, Some(voice));
                self.errors.truncate(*told.get_or_insert(self.errors.len()));
            }
        }
    }
}

/// The values of a node, with those that an instance sets from outside.
fn overridden<'a>(node: &'a Node, id: &str, overrides: &Map<String, Value>) -> Cow<'a, Map<String, Value>> {
    let mut values = Cow::Borrowed(&node.values);
    for (name, value) in overrides {
        if let Some(inner) = name.strip_prefix(id).and_then(|n| n.strip_prefix('.')) {
            values.to_mut().insert(inner.into(), value.clone());
        }
    }
    values
}

fn no_bypass(key: &str, whom: &str) -> Problem {
    Problem::new(key, format!("sound can't go round {whom}; it stays in, mute it or pull its cables"))
}

fn ends_of(from: &Endpoint, to: &Endpoint) -> u64 {
    FixedState::default().hash_one((from, to))
}

/// Whether sound can go round a node: from its first input to its first output.
fn passes(declaration: &Declaration) -> bool {
    let sound = |ports: &[Port]| ports.first().is_some_and(|p| matches!(p.kind, PortKind::Audio(_)));
    sound(declaration.inputs) && sound(declaration.outputs)
}
