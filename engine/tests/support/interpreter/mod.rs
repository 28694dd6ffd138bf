//! The naive interpreter: computes an unfolded patch node by node and frame by frame.
//!
//! It shares no buffers, skips nothing and calls none of the compiler's passes behind the unfolding: it finds what is
//! heard, the widths, the loops and the latencies anew, from their definitions, and keeps all that every node ever gave,
//! so that a delay is a look into the past. What it gives is what the engine must give, bit for bit.

mod graph;
mod lanes;

use super::build::RATE;
use super::play::Played;
use graph::Graph;
use lanes::{Course, Lanes};
use signalbox_dsp::lane::exp2;
use signalbox_engine::compile::{Compiled, Depth, Flat, FlatCable, Target, is_output};
use signalbox_engine::node::rig::Single;
use signalbox_engine::node::{BLOCK, EventKind, EventList, NoAssets, Setting, Setup};
use signalbox_engine::patch::Patch;

/// What a patch must give in its first `frames` frames; `None` where more events meet than the engine has room for, of
/// which some are lost.
pub fn interpret(patch: &Patch, compiled: &Compiled, frames: usize) -> Option<Played> {
    let mut played = None;
    let mut run = || played = Interpreter::new(patch, compiled).run(frames);
    // SAFETY: nothing in there relies on denormal numbers, which the engine turns off as well.
    unsafe { no_denormals::no_denormals(&mut run) };
    played
}

struct Interpreter<'a> {
    flat: &'a Flat,
    graph: Graph,
    /// The lane of each parameter, by node.
    lanes: Vec<Vec<Option<Course>>>,
    /// How each heard node is computed.
    nodes: Vec<Option<Way>>,
    /// Cables by the node that they go to, in their order.
    arriving: Vec<Vec<&'a FlatCable>>,
    /// All that each output port gave: by node, port, channel, frame.
    given: Vec<Vec<Vec<Vec<f32>>>>,
    /// All events that each output port gave: by node, port, frame.
    sent: Vec<Vec<Vec<Vec<EventKind>>>>,
    /// How many events each input port heard in this block, and the most of all.
    crowd: Vec<Vec<usize>>,
    most: usize,
}

/// How a node is computed.
enum Way {
    Runs(Box<Single>),
    /// Its first input goes to its first output, as late as the node: all that came in, by channel and frame.
    Bypassed(Vec<Vec<f32>>),
}

impl<'a> Interpreter<'a> {
    fn new(patch: &'a Patch, compiled: &'a Compiled) -> Self {
        let flat = &compiled.flat;
        let graph = Graph::new(flat, &patch.tempo);
        assert_eq!((&graph.inputs, &graph.outputs), (&compiled.widths.inputs, &compiled.widths.outputs));
        let mut found = Lanes::of(patch);
        let lanes = flat.nodes.iter().map(|n| {
            let parameters = n.declaration.parameters.iter();
            parameters.map(|p| found.take(&n.key, p.name)).collect()
        });
        let lanes = lanes.collect();
        let nodes =
            (0..flat.nodes.len()).map(|n| graph.heard[n].then(|| way(flat, &graph, patch, n))).collect();
        let mut arriving: Vec<Vec<&FlatCable>> = vec![Vec::new(); flat.nodes.len()];
        flat.cables.iter().filter(|c| graph.heard[c.to.0]).for_each(|c| arriving[c.to.0].push(c));
        let given = graph.outputs.iter().map(|ports| ports.iter().map(|&w| vec![Vec::new(); w]).collect());
        let sent = graph.outputs.iter().map(|ports| vec![Vec::new(); ports.len()]);
        let crowd = graph.inputs.iter().map(|ports| vec![0; ports.len()]).collect();
        Self {
            flat,
            lanes,
            nodes,
            arriving,
            given: given.collect(),
            sent: sent.collect(),
            graph,
            crowd,
            most: 0,
        }
    }

    fn run(mut self, frames: usize) -> Option<Played> {
        let order = self.graph.order(self.flat);
        let cuts: Vec<usize> = order.iter().copied().filter(|&n| self.graph.cuts[n]).collect();
        for now in 0..frames {
            if now % BLOCK == 0 {
                self.crowd.iter_mut().for_each(|ports| ports.fill(0));
            }
            for &node in &order {
                self.give(node, now);
            }
            for &node in &cuts {
                self.absorb(node, now);
            }
        }
        (self.most <= EventList::CAPACITY).then(|| self.played(frames))
    }

    /// Computes what a node gives at a frame.
    fn give(&mut self, n: usize, now: usize) {
        let Some(mut way) = self.nodes[n].take() else { return };
        let arrival = self.graph.arrival[n];
        match &mut way {
            Way::Runs(single) => {
                let frame = now as i64 - arrival as i64;
                single.values = self.values(n, now, frame);
                if self.graph.cuts[n] {
                    single.emit(frame);
                } else {
                    self.hear(n, single, now, arrival);
                    single.process(frame);
                }
                for (port, channels) in single.outputs.iter().enumerate() {
                    channels.iter().enumerate().for_each(|(c, &x)| self.given[n][port][c].push(x));
                    self.sent[n][port].push(single.sent[port].clone());
                }
            }
            Way::Bypassed(past) => {
                for (channel, past) in past.iter_mut().enumerate() {
                    past.push(self.heard(n, 0, channel, now, arrival));
                }
                for (port, channels) in self.given[n].iter_mut().enumerate() {
                    for (c, to) in channels.iter_mut().enumerate() {
                        let from = if past.len() == 1 { past.first() } else { past.get(c) };
                        let then = now.checked_sub(self.graph.latency[n]).filter(|_| port == 0);
                        to.push(from.zip(then).map_or(0.0, |(from, then)| from[then]));
                    }
                    self.sent[n][port].push(Vec::new());
                }
            }
        }
        self.nodes[n] = Some(way);
    }

    /// Lets a node that cuts a loop take what has come in.
    fn absorb(&mut self, n: usize, now: usize) {
        let Some(mut way) = self.nodes[n].take() else { return };
        if let Way::Runs(single) = &mut way {
            let arrival = self.graph.absorb[n];
            self.hear(n, single, now, arrival);
            single.absorb(now as i64 - arrival as i64);
        }
        self.nodes[n] = Some(way);
    }

    /// Fills in the inputs of a node.
    fn hear(&mut self, n: usize, single: &mut Single, now: usize, arrival: usize) {
        for port in 0..self.graph.inputs[n].len() {
            for channel in 0..single.inputs[port].len() {
                single.inputs[port][channel] = self.heard(n, port, channel, now, arrival);
            }
            single.events[port].clear();
            for cable in self.arriving[n].iter().filter(|c| c.to.1 == Target::Port(port)) {
                if let Some(then) = self.past(cable, now, arrival) {
                    single.events[port]
                        .extend(self.sent[cable.from.0][cable.from.1].get(then).into_iter().flatten());
                }
            }
            self.crowd[n][port] += single.events[port].len();
            self.most = self.most.max(self.crowd[n][port]);
        }
    }

    /// The frame at which a cable's source gave what its end needs now.
    fn past(&self, cable: &FlatCable, now: usize, arrival: usize) -> Option<usize> {
        let index = self.flat.cables.iter().position(|c| std::ptr::eq(c, cable)).expect("a cable");
        if self.graph.feedback[index] {
            return now.checked_sub(1);
        }
        let late = self.graph.given(cable.from.0);
        now.checked_sub(arrival.checked_sub(late).expect("sound is never needed before it is there"))
    }

    /// What a cable brings.
    fn brought(&self, cable: &FlatCable, channel: usize, now: usize, arrival: usize) -> f32 {
        let past = &self.given[cable.from.0][cable.from.1][channel];
        self.past(cable, now, arrival).map_or(0.0, |then| past[then])
    }

    /// What one channel of an input port hears: a lone cable at its full level is a wire, several are summed.
    fn heard(&self, n: usize, port: usize, channel: usize, now: usize, arrival: usize) -> f32 {
        let mut terms = Vec::new();
        for cable in self.arriving[n].iter().filter(|c| c.to.1 == Target::Port(port) && c.gain != 0.0) {
            let width = self.graph.outputs[cable.from.0][cable.from.1];
            let from = if width == 1 { 0 } else { channel };
            if from < width {
                terms.push((self.brought(cable, from, now, arrival), cable.gain));
            }
        }
        match terms[..] {
            [(x, 1.0)] => x,
            _ => terms.iter().fold(0.0f64, |s, &(x, gain)| f64::from(x).mul_add(f64::from(gain), s)) as f32,
        }
    }

    /// The value of each parameter of a node at a frame.
    fn values(&self, n: usize, now: usize, frame: i64) -> Vec<f32> {
        let node = &self.flat.nodes[n];
        let mut values = Vec::with_capacity(node.settings.len());
        for (p, (setting, declared)) in node.settings.iter().zip(node.declaration.parameters).enumerate() {
            let lane = self.lanes[n][p].as_ref().map(|course| course.at(frame));
            let mut value = match (lane, setting) {
                (Some(value), _) => value,
                (None, Setting::Number(value)) => *value,
                _ => 0.0,
            };
            let mut moved = false;
            for cable in &self.arriving[n] {
                let Target::Parameter(at, depth) = cable.to.1 else { continue };
                if at != p {
                    continue;
                }
                let x = self.brought(cable, 0, now, self.graph.arrival[n]);
                match depth {
                    Depth::Units(depth) => value = x.mul_add(depth * cable.gain, value),
                    Depth::Octaves(depth) => value *= exp2(x * (depth * cable.gain)),
                }
                moved = true;
            }
            let range = declared.range().filter(|_| moved);
            values.push(range.map_or(value, |(_, low, high)| value.clamp(low, high)));
        }
        values
    }

    /// All outputs are given together, when the last one is there.
    fn played(self, frames: usize) -> Played {
        let outputs: Vec<usize> =
            (0..self.flat.nodes.len()).filter(|&n| is_output(self.flat.nodes[n].declaration)).collect();
        let last = outputs.iter().map(|&n| self.graph.given(n)).max().unwrap_or(0);
        let mut played = Played::default();
        for n in outputs {
            let held = last - self.graph.given(n);
            let late = |past: &Vec<f32>| {
                (0..frames).map(|now| now.checked_sub(held).map_or(0.0, |then| past[then])).collect()
            };
            let channels = self.given[n][0].iter().map(late).collect();
            played.outputs.push((self.flat.nodes[n].key.clone(), channels));
        }
        played.outputs.sort_by(|a, b| a.0.cmp(&b.0));
        for (n, way) in self.nodes.iter().enumerate() {
            if let Some(Way::Runs(single)) = way {
                let readings = single.readings();
                if !readings.is_empty() {
                    played.readings.push((self.flat.nodes[n].key.clone(), readings));
                }
            }
        }
        played.readings.sort_by(|a, b| a.0.cmp(&b.0));
        played
    }
}

fn way(flat: &Flat, graph: &Graph, patch: &Patch, n: usize) -> Way {
    let node = &flat.nodes[n];
    let (inputs, outputs) = (&graph.inputs[n], &graph.outputs[n]);
    if node.bypass {
        return Way::Bypassed(vec![Vec::new(); inputs[0]]);
    }
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
    Way::Runs(Box::new(Single::new(node.declaration, processor, inputs, outputs, &node.connected)))
}
