//! What the interpreter finds out about a graph, each from its definition.

use super::super::build::RATE;
use signalbox_engine::compile::{Flat, FlatCable, Target, is_output};
use signalbox_engine::node::{BLOCK, Group, NoAssets, Port, PortKind, Setting, Setup, Width};
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
    /// By cable: whether a loop is cut there, by one frame.
    pub feedback: Vec<bool>,
    /// By how many frames a node that cuts a loop gives earlier.
    pub early: Vec<usize>,
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
            key: "",
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
        let latency: Vec<usize> =
            (0..count).map(|n| (flat.nodes[n].declaration.latency)(&setup(n))).collect();
        let holds: Vec<usize> = (0..count)
            .map(|n| match heard[n] && reach[n][n] && !flat.nodes[n].bypass {
                true => (flat.nodes[n].declaration.holds)(&setup(n)),
                false => 0,
            })
            .collect();
        // What is late in a loop is taken from the delays that cut it, which may then cut it otherwise.
        let mut late = vec![0; count];
        loop {
            let left = |n: usize| if holds[n] == 0 { 0 } else { holds[n].saturating_sub(late[n]).max(1) };
            let left: Vec<usize> = (0..count).map(left).collect();
            let Cut { cuts, feedback, frames } = cut(flat, &reach, &heard, &left);
            let cables: Vec<&FlatCable> = flat
                .cables
                .iter()
                .zip(&feedback)
                .filter(|(c, f)| heard[c.to.0] && !**f)
                .map(|c| c.0)
                .collect();
            let mut paths =
                Paths { cables, reach: &reach, cuts: &cuts, latency: &latency, known: HashMap::new() };
            let arrival: Vec<usize> =
                (0..count).map(|n| if heard[n] { paths.arrival(n) } else { 0 }).collect();
            let absorb: Vec<usize> = (0..count)
                .map(|n| if cuts[n] { paths.ports(n).max(arrival[n]) } else { arrival[n] })
                .collect();
            let more: Vec<usize> = (0..count).map(|n| late[n].max(absorb[n] - arrival[n])).collect();
            if more == late {
                let early = |n: usize| match cuts[n] {
                    true => (absorb[n] - arrival[n]).min(holds[n].saturating_sub(frames[n])),
                    false => 0,
                };
                let early = (0..count).map(early).collect();
                let mut graph =
                    Self { inputs, outputs, heard, cuts, feedback, early, latency, arrival, absorb };
                graph.together(flat);
                return graph;
            }
            late = more;
        }
    }

    /// All outputs are given together, when the last one is there. Where nothing leads on from an output, its cables
    /// hold the sound back; else it is held back behind the output.
    fn together(&mut self, flat: &Flat) {
        let outputs = super::outputs(flat);
        let last = outputs.iter().map(|&n| self.given(n)).max().unwrap_or(0);
        for n in outputs {
            if !flat.cables.iter().any(|c| c.from.0 == n && self.heard[c.to.0]) {
                self.arrival[n] = last;
                self.absorb[n] = last;
            }
        }
    }

    /// When the output of a node is there.
    pub fn given(&self, n: usize) -> usize {
        self.arrival[n] + self.latency[n]
    }

    /// By how much a cable holds back what it brings, so that all that meets belongs together.
    pub fn delay(&self, flat: &Flat, cable: usize) -> usize {
        if self.feedback[cable] {
            return 1;
        }
        let (n, target) = flat.cables[cable].to;
        let wanted = if matches!(target, Target::Port(_)) { self.absorb[n] } else { self.arrival[n] };
        let there = self.given(flat.cables[cable].from.0);
        wanted.checked_sub(there).expect("sound is never needed before it is there")
    }

    /// The delay of an output that is there before the last one: all are given together.
    pub fn held(&self, flat: &Flat, n: usize) -> Option<(super::Line, usize)> {
        let last = super::outputs(flat).into_iter().map(|n| self.given(n)).max().unwrap_or(0);
        let frames = last - self.given(n);
        (frames > 0).then(|| ((flat.nodes[n].key.to_string(), 0, 0, self.outputs[n][0]), frames))
    }

    /// An order in which each node comes after all that it needs.
    pub fn order(&self, flat: &Flat) -> Vec<usize> {
        fn visit(n: usize, flat: &Flat, graph: &Graph, seen: &mut [bool], order: &mut Vec<usize>) {
            if std::mem::replace(&mut seen[n], true) {
                return;
            }
            for (cable, feedback) in flat.cables.iter().zip(&graph.feedback).filter(|c| c.0.to.0 == n) {
                // Where a loop is cut, only what moves a parameter is needed before.
                if !feedback && (!graph.cuts[n] || matches!(cable.to.1, Target::Parameter(..))) {
                    visit(cable.from.0, flat, graph, seen, order);
                }
            }
            order.push(n);
        }
        let (mut seen, mut order) = (vec![false; flat.nodes.len()], Vec::new());
        for n in (0..flat.nodes.len()).filter(|&n| self.heard[n]) {
            visit(n, flat, self, &mut seen, &mut order);
        }
        order
    }
}

/// Where loops are cut.
struct Cut {
    cuts: Vec<bool>,
    feedback: Vec<bool>,
    /// How many frames of each node's loop run at once.
    frames: Vec<usize>,
}

/// Each loop by itself: as many frames at once as can be, up to a block; where none can, frame by frame, and cables are
/// cut until no way leads round, the named ones first, then those drawn last.
fn cut(flat: &Flat, reach: &[Vec<bool>], heard: &[bool], holds: &[usize]) -> Cut {
    let count = flat.nodes.len();
    let mut all = Cut {
        cuts: vec![false; count],
        feedback: vec![false; flat.cables.len()],
        frames: vec![BLOCK; count],
    };
    for first in (0..count).filter(|&n| heard[n] && reach[n][n]) {
        let inside = |n: usize| reach[first][n] && reach[n][first];
        if (0..first).any(inside) {
            continue;
        }
        let cables: Vec<usize> = (0..flat.cables.len())
            .filter(|&c| inside(flat.cables[c].from.0) && inside(flat.cables[c].to.0))
            .collect();
        let on = |c: usize, frames: usize, open: &[usize]| {
            let (to, target) = flat.cables[c].to;
            let cuts = holds[to].min(BLOCK) >= frames && holds[to] > 0;
            (!cuts || matches!(target, Target::Parameter(..))) && !open.contains(&c)
        };
        // Whether a way along such cables leads from the end of one back to its beginning.
        let round = |c: usize, frames: usize, open: &[usize]| {
            let (mut seen, mut waiting) = (vec![false; count], vec![flat.cables[c].to.0]);
            while let Some(n) = waiting.pop() {
                if n == flat.cables[c].from.0 {
                    return true;
                }
                if !std::mem::replace(&mut seen[n], true) {
                    let next = cables.iter().filter(|&&d| flat.cables[d].from.0 == n && on(d, frames, open));
                    waiting.extend(next.map(|&d| flat.cables[d].to.0));
                }
            }
            false
        };
        let rounds = |frames: usize, open: &[usize]| -> Vec<usize> {
            cables.iter().copied().filter(|&c| on(c, frames, open) && round(c, frames, open)).collect()
        };
        let most = (1..=BLOCK).rev().find(|&frames| rounds(frames, &[]).is_empty());
        // A delay of more frames than the shortest one that is needed changes nothing.
        let shortest = |frames: usize| {
            (0..count)
                .filter(|&n| inside(n) && holds[n].min(BLOCK) >= frames)
                .map(|n| holds[n].min(BLOCK))
                .min()
        };
        let frames = most.map_or(1, |frames| shortest(frames).unwrap_or(frames));
        let mut open = Vec::new();
        loop {
            let left = rounds(frames, &open);
            let sound = |c: &&usize| {
                let (node, port) = flat.cables[**c].from;
                flat.nodes[node].declaration.outputs[port].kind != PortKind::Events
            };
            let mut last = left.iter().filter(sound);
            let Some(cable) = last.clone().rfind(|c| flat.cables[**c].feedback).or_else(|| last.next_back())
            else {
                break;
            };
            open.push(*cable);
        }
        for n in (0..count).filter(|&n| inside(n)) {
            all.cuts[n] = holds[n] > 0 && holds[n].min(BLOCK) >= frames;
            all.frames[n] = frames;
        }
        open.into_iter().for_each(|c| all.feedback[c] = true);
    }
    all
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
        } else if self.reach[n][n] {
            let reach = self.reach;
            let inside = |m: usize| reach[n][m] && reach[m][n];
            let outside = self.latest(|c| inside(c.to.0) && !inside(c.from.0));
            outside.max(self.latest(|c| c.to.0 == n))
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
