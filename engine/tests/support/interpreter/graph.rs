//! What the interpreter finds out about a graph, each from its definition.

use super::super::build::RATE;
use signalbox_engine::compile::{Flat, FlatCable, Target, is_output};
use signalbox_engine::node::{Group, NoAssets, Port, PortKind, Setting, Setup, Width};
use signalbox_engine::patch::TempoMap;
use std::collections::HashMap;

/// Widths, loops and latencies.
pub struct Graph {
    /// Channels of each input port, by node.
    pub inputs: Vec<Vec<usize>>,
    /// Channels of each output port, by node.
    pub outputs: Vec<Vec<usize>>,
    /// Whether a path leads from the node to an output or a meter.
    pub heard: Vec<bool>,
    /// Whether a loop is cut at the node.
    pub cuts: Vec<bool>,
    /// By how much a node's output is later than its input.
    pub latency: Vec<usize>,
    /// When the inputs of a node are there, in frames behind the patch's clock; where a loop is cut, when its output is
    /// given.
    pub arrival: Vec<usize>,
    /// The same, but where a loop is cut, when its inputs are there.
    pub absorb: Vec<usize>,
}

impl Graph {
    pub fn new(flat: &Flat, tempo: &TempoMap) -> Self {
        let count = flat.nodes.len();
        let (inputs, outputs) = widths(flat);
        let setup = |n: usize| Setup {
            rate: RATE,
            settings: &flat.nodes[n].settings,
            inputs: &inputs[n],
            outputs: &outputs[n],
            connected: &flat.nodes[n].connected,
            moved: &flat.nodes[n].moved,
            assets: &NoAssets,
            tempo,
            early: 0,
        };
        let reach: Vec<Vec<bool>> = (0..count).map(|n| reached(flat, n)).collect();
        let end = |n: usize| {
            is_output(flat.nodes[n].declaration) || flat.nodes[n].declaration.group == Group::Meters
        };
        let heard: Vec<bool> =
            (0..count).map(|n| end(n) || (0..count).any(|m| reach[n][m] && end(m))).collect();
        let cuts: Vec<bool> = (0..count)
            .map(|n| {
                heard[n]
                    && reach[n][n]
                    && !flat.nodes[n].bypass
                    && (flat.nodes[n].declaration.cuts_loop)(&setup(n))
            })
            .collect();
        let latency: Vec<usize> =
            (0..count).map(|n| (flat.nodes[n].declaration.latency)(&setup(n))).collect();
        let cables: Vec<&FlatCable> = flat.cables.iter().filter(|c| heard[c.to.0]).collect();
        let mut paths =
            Paths { cables, reach: &reach, cuts: &cuts, latency: &latency, known: HashMap::new() };
        let arrival: Vec<usize> = (0..count).map(|n| if heard[n] { paths.arrival(n) } else { 0 }).collect();
        let absorb =
            (0..count).map(|n| if cuts[n] { paths.ports(n).max(arrival[n]) } else { arrival[n] }).collect();
        Self { inputs, outputs, heard, cuts, latency, arrival, absorb }
    }

    /// When the output of a node is there.
    pub fn given(&self, n: usize) -> usize {
        self.arrival[n] + self.latency[n]
    }

    /// An order in which each node comes after all that it needs.
    pub fn order(&self, flat: &Flat) -> Vec<usize> {
        fn visit(n: usize, flat: &Flat, cuts: &[bool], seen: &mut [bool], order: &mut Vec<usize>) {
            if std::mem::replace(&mut seen[n], true) {
                return;
            }
            for cable in flat.cables.iter().filter(|c| c.to.0 == n) {
                // Where a loop is cut, only what moves a parameter is needed before.
                if !cuts[n] || matches!(cable.to.1, Target::Parameter(..)) {
                    visit(cable.from.0, flat, cuts, seen, order);
                }
            }
            order.push(n);
        }
        let (mut seen, mut order) = (vec![false; flat.nodes.len()], Vec::new());
        for n in (0..flat.nodes.len()).filter(|&n| self.heard[n]) {
            visit(n, flat, &self.cuts, &mut seen, &mut order);
        }
        order
    }
}

/// The nodes that a path of one cable or more leads to.
fn reached(flat: &Flat, from: usize) -> Vec<bool> {
    let mut reached = vec![false; flat.nodes.len()];
    let mut waiting = vec![from];
    while let Some(n) = waiting.pop() {
        for cable in flat.cables.iter().filter(|c| c.from.0 == n) {
            if !std::mem::replace(&mut reached[cable.to.0], true) {
                waiting.push(cable.to.0);
            }
        }
    }
    reached
}

/// The longest paths.
struct Paths<'a> {
    cables: Vec<&'a FlatCable>,
    reach: &'a [Vec<bool>],
    cuts: &'a [bool],
    latency: &'a [usize],
    known: HashMap<usize, usize>,
}

impl<'a> Paths<'a> {
    fn latest(&mut self, which: impl Fn(&FlatCable) -> bool) -> usize {
        let from: Vec<usize> = self.cables.iter().filter(|c| which(c)).map(|c| c.from.0).collect();
        from.into_iter().map(|m| self.arrival(m) + self.latency[m]).max().unwrap_or(0)
    }

    /// When all that goes into a node's ports is there.
    fn ports(&mut self, n: usize) -> usize {
        self.latest(|c| c.to.0 == n && matches!(c.to.1, Target::Port(_)))
    }

    fn arrival(&mut self, n: usize) -> usize {
        if let Some(&known) = self.known.get(&n) {
            return known;
        }
        let arrival = if self.cuts[n] {
            // A loop begins when all is there that comes into it from outside, so that its delays stay what they are.
            let reach = self.reach;
            let inside = |m: usize| reach[n][m] && reach[m][n];
            let outside = self.latest(|c| inside(c.to.0) && !inside(c.from.0));
            outside.max(self.latest(|c| c.to.0 == n && matches!(c.to.1, Target::Parameter(..))))
        } else {
            self.latest(|c| c.to.0 == n)
        };
        self.known.insert(n, arrival);
        arrival
    }
}

/// The least widths that fit: a port that follows is as wide as the widest signal at any following input of its node.
fn widths(flat: &Flat) -> (Vec<Vec<usize>>, Vec<Vec<usize>>) {
    let follows = |port: &Port| port.kind == PortKind::Audio(Width::Follow);
    let first = |n: usize, ports: &[Port]| -> Vec<usize> {
        let node = &flat.nodes[n];
        let number = |name: &str| match node.declaration.parameter(name).map(|at| &node.settings[at]) {
            Some(Setting::Number(v)) => *v as usize,
            _ => 1,
        };
        let width = |port: &Port| match port.kind {
            PortKind::Events => 0,
            PortKind::Audio(Width::Fixed(n)) => n,
            PortKind::Audio(Width::Parameter(name)) => number(name),
            PortKind::Audio(Width::Follow | Width::File(_)) => 1,
        };
        ports.iter().map(width).collect()
    };
    let mut inputs: Vec<_> =
        flat.nodes.iter().enumerate().map(|(n, f)| first(n, f.declaration.inputs)).collect();
    let mut outputs: Vec<_> =
        flat.nodes.iter().enumerate().map(|(n, f)| first(n, f.declaration.outputs)).collect();
    loop {
        let before = (inputs.clone(), outputs.clone());
        for cable in &flat.cables {
            let (n, Target::Port(port)) = cable.to else { continue };
            let declaration = flat.nodes[n].declaration;
            let width = outputs[cable.from.0][cable.from.1];
            if follows(&declaration.inputs[port]) {
                let widen = |ports: &[Port], widths: &mut [usize]| {
                    ports.iter().zip(widths).filter(|p| follows(p.0)).for_each(|p| *p.1 = width.max(*p.1));
                };
                widen(declaration.inputs, &mut inputs[n]);
                widen(declaration.outputs, &mut outputs[n]);
            }
        }
        if before == (inputs.clone(), outputs.clone()) {
            return (inputs, outputs);
        }
    }
}
