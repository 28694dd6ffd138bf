//! What is kept from one patch to the next: nodes, the numbers they are set to, and what is under way in delays.

use super::super::build::RATE;
use super::graph::Graph;
use signalbox_engine::compile::{Flat, FlatNode};
use signalbox_engine::node::rig::Single;
use signalbox_engine::node::{Kind, NoAssets, Parameter, Setting, Setup};
use signalbox_engine::patch::{Patch, TempoMap};

/// A node and what it is set to.
pub struct Node {
    pub way: Way,
    /// By parameter: where it is on its way.
    pub knobs: Vec<Knob>,
    make: Make,
}

/// How a node is computed.
pub enum Way {
    Runs(Box<Single>),
    /// Its first input goes to its first output, as late as the node: all that came in.
    Bypassed(Past<Vec<f32>>),
}

/// All by which a node is told to be still the same: numbers that may move, and where it stands, are not among it.
#[derive(PartialEq)]
struct Make {
    kind: &'static str,
    fixed: Vec<Setting>,
    widths: (Vec<usize>, Vec<usize>),
    plugs: (Vec<bool>, Vec<bool>),
    bypass: bool,
    early: usize,
    tempo: TempoMap,
}

impl Node {
    /// The node from `before`, if it is still the same, set to what the patch says now; else a new one.
    pub fn of(before: Option<Self>, flat: &Flat, graph: &Graph, patch: &Patch, n: usize, now: usize) -> Self {
        let node = &flat.nodes[n];
        let (inputs, outputs) = (&graph.inputs[n], &graph.outputs[n]);
        let parameters = || node.settings.iter().zip(node.declaration.parameters);
        let make = Make {
            kind: node.declaration.name,
            fixed: parameters().filter(|p| !p.1.moves()).map(|p| p.0.clone()).collect(),
            widths: (inputs.clone(), outputs.clone()),
            plugs: (node.connected.clone(), node.moved.clone()),
            bypass: node.bypass,
            early: graph.early[n],
            tempo: patch.tempo.clone(),
        };
        if let Some(mut same) = before.filter(|b| b.make == make) {
            same.knobs.iter_mut().zip(parameters()).for_each(|(knob, (setting, p))| knob.turn(setting, p));
            return same;
        }
        let way = match node.bypass {
            true => Way::Bypassed(Past::new(now)),
            false => Way::Runs(Box::new(single(node, graph, patch, n))),
        };
        Self { way, knobs: node.settings.iter().map(Knob::new).collect(), make }
    }
}

fn single(node: &FlatNode, graph: &Graph, patch: &Patch, n: usize) -> Single {
    let (inputs, outputs) = (&graph.inputs[n], &graph.outputs[n]);
    let setup = Setup {
        rate: RATE,
        settings: &node.settings,
        inputs,
        outputs,
        connected: &node.connected,
        moved: &node.moved,
        assets: &NoAssets,
        tempo: &patch.tempo,
        early: graph.early[n],
    };
    let processor = (node.declaration.make)(&setup).expect("a processor");
    Single::new(node.declaration, processor, inputs, outputs, &node.connected)
}

/// A parameter: a change by hand arrives in a straight line over its smoothing time.
pub struct Knob {
    now: f32,
    target: f32,
    step: f32,
    left: u32,
}

impl Knob {
    fn new(setting: &Setting) -> Self {
        let value = if let Setting::Number(value) = setting { *value } else { 0.0 };
        Self { now: value, target: value, step: 0.0, left: 0 }
    }

    fn turn(&mut self, setting: &Setting, parameter: &Parameter) {
        let Setting::Number(value) = setting else { return };
        let smoothing = if let Kind::Number { smoothing, .. } = parameter.kind { smoothing } else { 0.0 };
        if value.to_bits() != self.target.to_bits() {
            self.left = (smoothing * RATE as f32) as u32;
            self.step = (value - self.now) / self.left.max(1) as f32;
            self.target = *value;
        }
    }

    /// The value at the next frame.
    pub fn next(&mut self) -> f32 {
        self.now = if self.left > 1 { self.now + self.step } else { self.target };
        self.left = self.left.saturating_sub(1);
        self.now
    }
}

/// All that went into a delay since it was there.
pub struct Past<T> {
    since: usize,
    all: Vec<T>,
}

impl<T> Past<T> {
    pub fn new(now: usize) -> Self {
        Self { since: now, all: Vec::new() }
    }

    pub fn push(&mut self, x: T) {
        self.all.push(x);
    }

    /// What went in so many frames before `now`; nothing before it was there.
    pub fn get(&self, now: usize, frames: usize) -> Option<&T> {
        self.all.get(now.checked_sub(frames)?.checked_sub(self.since)?)
    }
}
