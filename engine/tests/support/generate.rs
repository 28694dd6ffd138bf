//! Patches by chance: everything that a patch may hold, in every mixture.
//!
//! A graph grows node by node, each fed by those before it, so that it has no loops; loops come from cables back into
//! nodes that may cut them. Widths are left to chance: cables that do not fit are taken out again.

mod band;
pub mod edits;
mod kinds;

use super::build::{bytes, compiled};
use super::chance::Chance;
use kinds::{Gives, Placed, known, place};
use signalbox_engine::compile::Compiled;
use signalbox_engine::node::Value;
use signalbox_engine::patch::{Cable, Graph, Lane, Node, Patch, Point, Shape};

/// What a sub-patch offers to those who place it.
pub struct Offer {
    pub name: String,
    /// How many nodes it unfolds into, at most.
    pub size: usize,
    pub ins: Vec<(String, Gives)>,
    pub outs: Vec<(String, Gives)>,
    /// Parameters inside that may move: `node.parameter`, least, greatest, whether in hertz.
    pub moves: Vec<(String, f64, f64, bool)>,
    /// Values inside that an instance may set.
    pub values: Vec<(String, f64, f64)>,
}

/// A patch that compiles.
pub fn patch(seed: u64) -> (Patch, Compiled) {
    let mut chance = Chance::new(seed);
    let mut patch = Patch { title: format!("seed {seed}"), ..Patch::default() };
    let mut offers = Vec::new();
    for number in 0..chance.below(4) {
        let size = chance.between(1, 6);
        let name = format!("sub{number}");
        let (graph, offer) = grow(&mut chance, size, &offers, Some(&name));
        patch.subpatches.insert(name, graph);
        offers.extend(offer);
    }
    if chance.is(0.2) {
        band::instrument(&mut chance, &mut patch, &mut offers);
    }
    let size = 1 + (39.0 * chance.unit().powf(1.7)) as usize;
    patch.graph = grow(&mut chance, size, &offers, None).0;
    if seed % 4 == 3 {
        go_around(&mut patch, &mut chance);
    }
    fitted(patch)
}

/// Lets sound go round some instances.
fn go_around(patch: &mut Patch, chance: &mut Chance) {
    let names: Vec<String> = patch.subpatches.keys().cloned().collect();
    for graph in patch.subpatches.values_mut().chain([&mut patch.graph]) {
        for node in graph.nodes.values_mut().filter(|n| names.contains(&n.kind)) {
            node.bypass = chance.is(0.3);
        }
    }
}

/// Takes cables out until the patch compiles.
fn fitted(mut patch: Patch) -> (Patch, Compiled) {
    let mut last = String::new();
    for _ in 0..1_000 {
        let problems = match compiled(&patch) {
            Ok(compiled) => return (patch, compiled),
            Err(problems) => problems,
        };
        for problem in problems {
            last = problem.to_string();
            if problem.what.contains("take its bypass off") {
                let (scope, id) = problem.place.rsplit_once('/').unwrap_or(("", &problem.place));
                scoped(&mut patch, scope).nodes.get_mut(id).expect("an instance").bypass = false;
                continue;
            }
            let place = problem.place.strip_prefix("cable ").and_then(|p| p.split_once(' '));
            let Some((place, _)) = place else { panic!("{problem}\n{}", bytes(&patch)) };
            let (scope, id) = place.rsplit_once('/').unwrap_or(("", place));
            scoped(&mut patch, scope).cables.remove(&id.parse().expect("a cable's id"));
        }
    }
    panic!("does not come to rest: {last}\n{}", bytes(&patch));
}

/// The graph that an instance's key leads to.
fn scoped<'a>(patch: &'a mut Patch, scope: &str) -> &'a mut Graph {
    let mut name = None;
    let mut parts = scope.split('/').filter(|s| !s.is_empty());
    while let Some(instance) = parts.next() {
        let graph = match &name {
            None => &patch.graph,
            Some(name) => &patch.subpatches[name],
        };
        let node = &graph.nodes[instance];
        if node.voices.is_some() {
            parts.next();
        }
        name = Some(node.kind.clone());
    }
    match name {
        None => &mut patch.graph,
        Some(name) => patch.subpatches.get_mut(&name).expect("a sub-patch"),
    }
}

/// What grows.
struct Growing<'c> {
    chance: &'c mut Chance,
    graph: Graph,
    placed: Vec<Placed>,
    cables: Vec<Cable>,
    /// How many nodes the instances unfold into.
    inside: usize,
}

fn grow(chance: &mut Chance, size: usize, offers: &[Offer], name: Option<&str>) -> (Graph, Option<Offer>) {
    let mut g =
        Growing { chance, graph: Graph::default(), placed: Vec::new(), cables: Vec::new(), inside: 0 };
    let (mut ins, mut outs) = (Vec::new(), Vec::new());
    if name.is_some() {
        for number in 0..g.chance.below(4) {
            let gives = if g.chance.is(0.25) { Gives::Events } else { Gives::Sound };
            let id = format!("in{number}");
            g.put(Placed::source(&id, "out", gives), Node::new("input"));
            ins.push((id, gives));
        }
    }
    // Something to be heard stands at the beginning.
    for (kind, often) in [("noise", 1.0), ("level", 0.3), ("notes", 0.5)] {
        if g.chance.is(if name.is_none() { often } else { 0.3 * often }) {
            let (placed, node) = known(g.chance, format!("{kind}0"), kind);
            g.put(placed, node);
        }
    }
    for number in 0..size {
        let (placed, node) = place(g.chance, offers, number);
        g.put(placed, node);
    }
    if matches!(name, None | Some("ensemble")) {
        g.band(offers);
    }
    if g.chance.is(0.4) {
        g.choir();
    }
    if g.chance.is(0.2) {
        g.chain();
    }
    for number in 0..g.chance.between(1, 3) {
        let events = name.is_some() && g.chance.is(0.2) && g.placed.iter().any(|p| p.gives(Gives::Events));
        let gives = if events { Gives::Events } else { Gives::Sound };
        let id = format!("out{number}");
        // An output goes on to where it is led.
        let mut placed = Placed::source(&id, "out", gives);
        placed.ins = vec![("in".into(), gives)];
        let mut node = Node::new("output");
        node.mute = g.chance.is(0.015);
        g.put(placed, node);
        outs.push((id, gives));
        if name.is_none() && g.chance.is(0.3) {
            let (placed, node) = place(g.chance, offers, 100 + number);
            g.put(placed, node);
        }
    }
    g.back();
    g.chance.shuffle(&mut g.cables);
    for cable in std::mem::take(&mut g.cables) {
        g.graph.connect(cable);
    }
    let offer = name.map(|name| {
        let named = |p: &Placed, name: &str| format!("{}.{name}", p.id);
        let moves =
            g.placed.iter().flat_map(|p| p.moves.iter().map(|m| (named(p, &m.0), m.1, m.2, m.3))).collect();
        let values =
            g.placed.iter().flat_map(|p| p.values.iter().map(|v| (named(p, &v.0), v.1, v.2))).collect();
        Offer { name: name.into(), size: g.placed.len() + g.inside, ins, outs, moves, values }
    });
    (g.graph, offer)
}

mod choir;

impl Growing<'_> {
    /// Puts a node in and leads cables and lanes to it.
    fn put(&mut self, placed: Placed, node: Node) {
        self.graph.nodes.insert(placed.id.clone(), node);
        self.inside += placed.inside;
        for (port, gives) in &placed.ins {
            let cables = match self.chance.unit() {
                x if x < 0.05 => 0,
                x if x < 0.7 => 1,
                _ => self.chance.between(2, 4),
            };
            for _ in 0..cables {
                let Some(from) = self.source(*gives) else { continue };
                let mut cable = Cable::new(&from, &format!("{}.{port}", placed.id));
                if *gives == Gives::Sound && self.chance.is(0.3) {
                    let silent = self.chance.is(0.1);
                    let gain =
                        if silent { "-120 dB" } else { *self.chance.pick(&["-6 dB", "0 dB", "3.5 dB"]) };
                    cable = cable.with_gain(gain);
                }
                self.cables.push(cable);
            }
        }
        for (name, low, high, hertz) in &placed.moves {
            let to = format!("{}.{name}", placed.id);
            for _ in 0..2 {
                if self.chance.is(0.12)
                    && let Some(from) = self.source(Gives::Sound)
                {
                    let octaves = *hertz && self.chance.is(0.6);
                    let span = if octaves { 3.0 } else { high - low };
                    let depth = (self.chance.unit() - 0.3) * span;
                    let depth: Value = if octaves { format!("{depth} oct").into() } else { depth.into() };
                    let mut cable = Cable::new(&from, &to).with_depth(depth);
                    if self.chance.is(0.2) {
                        cable = cable.with_gain(-6);
                    }
                    self.cables.push(cable);
                }
            }
            if self.chance.is(0.12) {
                let lane = self.lane(*low, *high);
                self.graph.lanes.insert(to.as_str().into(), lane);
            }
        }
        self.placed.push(placed);
    }

    /// An output of a node that is there, most often of a late one.
    fn source(&mut self, gives: Gives) -> Option<String> {
        let all: Vec<String> = self.placed.iter().flat_map(|p| p.outputs(gives)).collect();
        let behind = (all.len() as f64 * self.chance.unit().powi(2)) as usize;
        all.len().checked_sub(behind + 1).map(|at| all[at].clone())
    }

    fn lane(&mut self, low: f64, high: f64) -> Lane {
        let mut time = 0.0;
        let points = (0..self.chance.between(1, 5)).map(|_| {
            // Some points lie at one moment, and some behind the end.
            time += if self.chance.is(0.15) { 0.0 } else { 0.03 * self.chance.unit() };
            let value = low + (high - low) * self.chance.unit();
            match self.chance.below(6) {
                0 => Point::Line(time.into(), value.into()),
                shape => {
                    let shape = [Shape::Linear, Shape::Hold, Shape::S, Shape::Slow, Shape::Fast][shape - 1];
                    Point::Shaped(time.into(), value.into(), shape)
                }
            }
        });
        Lane { points: points.collect() }
    }

    /// Leads cables back into nodes that may cut a loop.
    fn back(&mut self) {
        for at in 0..self.placed.len() {
            // Most lead to a delay, some close a loop without one.
            // All lead to a node that holds its sound in bounds.
            let node = &self.graph.nodes[&self.placed[at].id];
            let bound = !node.bypass && (self.placed[at].cuts || node.kind == "gain");
            let some = bound && (self.placed[at].cuts || self.chance.is(0.15));
            if !some
                || !self.chance.is(0.7)
                || !self.placed[at].ins.iter().any(|p| p.0 == "in" && p.1 == Gives::Sound)
            {
                continue;
            }
            for _ in 0..self.chance.between(1, 2) {
                let later: Vec<String> =
                    self.placed[at..].iter().flat_map(|p| p.outputs(Gives::Sound)).collect();
                let from = self.chance.pick(&later).clone();
                let cable = Cable::new(&from, &format!("{}.in", self.placed[at].id));
                let mut cable = cable.with_gain(*self.chance.pick(&[-1, -6, 0]));
                cable.feedback = self.chance.is(0.1);
                self.cables.push(cable);
            }
        }
    }
}
