//! Fifth pass: steps. Each step reads and writes values; a value is one channel of one block, written once.

use super::align::Alignment;
use super::expand::{Depth, Flat, Target};
use super::order::{Mode, Order, Vertex};
use super::widths::Widths;
use crate::node::PortKind;

/// One channel of one block, or one block of events; written once.
pub type Value = u32;

/// The value that is always silent.
pub const SILENCE: Value = 0;

/// A step on values.
#[derive(Clone, Debug)]
pub enum Op {
    /// `to` is the sum of the terms, each times its amplitude.
    Sum {
        /// What is written.
        to: Value,
        /// What is summed, in this order.
        terms: Vec<(Value, f32)>,
    },
    /// Each first value is delayed into the second.
    Delay {
        /// What is held back.
        what: Held,
        /// By how many frames.
        frames: usize,
        /// Pairs.
        channels: Vec<(Value, Value)>,
    },
    /// Lists of events are merged.
    Merge {
        /// The list that is written.
        to: u32,
        /// What is merged, with the frames that each is delayed by and its cable.
        from: Vec<(u32, usize, usize)>,
    },
    /// A node is run.
    Run {
        /// The node and how.
        vertex: Vertex,
        /// What its input ports read; a channel each, or a list.
        inputs: Vec<Ports>,
        /// What its output ports write.
        outputs: Vec<Ports>,
        /// Pairs of values: the second begins as the first. They are the channels of the first output.
        in_place: Vec<(Value, Value)>,
        /// Cables that move parameters: parameter, value, depth (with the cable's level in it).
        moved: Vec<(usize, Value, Depth)>,
    },
}

/// What a delay holds back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held {
    /// A cable, by its index in the flat table.
    Cable(usize),
    /// What leaves the patch at an output, by the node's index in the flat table.
    Output(usize),
}

/// A port's channels, or its list of events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ports {
    /// Audio.
    Channels(Vec<Value>),
    /// Events.
    List(u32),
}

/// All steps, and how many values and lists they use.
#[derive(Clone, Debug, Default)]
pub struct Ops {
    /// In order.
    pub ops: Vec<Op>,
    /// How many values there are.
    pub values: u32,
    /// How many lists of events there are; list 0 is always empty.
    pub lists: u32,
    /// What each output node gives: its index in the flat table and its channels.
    pub outputs: Vec<(usize, Vec<Value>)>,
}

/// Writes the steps of a sorted, aligned graph.
pub fn emit(flat: &Flat, widths: &Widths, order: &Order, alignment: &Alignment) -> Ops {
    let mut arriving: Vec<Vec<usize>> = vec![Vec::new(); flat.nodes.len()];
    for (i, cable) in flat.cables.iter().enumerate() {
        if order.heard[cable.from.0] && order.heard[cable.to.0] {
            arriving[cable.to.0].push(i);
        }
    }
    let mut emitter = Emitter {
        flat,
        widths,
        alignment,
        arriving,
        given: vec![Vec::new(); flat.nodes.len()],
        out: Ops { ops: Vec::new(), values: 1, lists: 1, outputs: Vec::new() },
    };
    for &vertex in &order.vertices {
        emitter.vertex(vertex);
    }
    // In the order of their keys, whatever the order of the steps.
    emitter.out.outputs.sort_unstable_by_key(|output| output.0);
    emitter.together();
    emitter.out
}

struct Emitter<'a> {
    flat: &'a Flat,
    widths: &'a Widths,
    alignment: &'a Alignment,
    arriving: Vec<Vec<usize>>,
    /// What each node's output ports have given.
    given: Vec<Vec<Ports>>,
    out: Ops,
}

impl Emitter<'_> {
    fn value(&mut self) -> Value {
        self.out.values += 1;
        self.out.values - 1
    }

    fn list(&mut self) -> u32 {
        self.out.lists += 1;
        self.out.lists - 1
    }

    /// Holds back the outputs that arrive before others.
    fn together(&mut self) {
        for at in 0..self.out.outputs.len() {
            let n = self.out.outputs[at].0;
            let frames = self.alignment.total - self.alignment.arrival[n];
            if frames > 0 {
                let source = std::mem::take(&mut self.out.outputs[at].1);
                self.out.outputs[at].1 = self.delay(Held::Output(n), frames, source);
            }
        }
    }

    fn delay(&mut self, what: Held, frames: usize, source: Vec<Value>) -> Vec<Value> {
        let channels: Vec<(Value, Value)> = source.into_iter().map(|v| (v, self.value())).collect();
        let out = channels.iter().map(|c| c.1).collect();
        self.out.ops.push(Op::Delay { what, frames, channels });
        out
    }

    fn vertex(&mut self, vertex: Vertex) {
        let n = vertex.node;
        let declaration = self.flat.nodes[n].declaration;
        // Where a loop is cut, inputs and outputs are there at different times.
        let works_in_place = declaration.in_place && vertex.mode == Mode::Process;
        let takes = vertex.mode != Mode::Emit;
        let gives = vertex.mode != Mode::Absorb;
        let mut inputs: Vec<Ports> = Vec::with_capacity(declaration.inputs.len());
        for (port, declared) in declaration.inputs.iter().enumerate() {
            inputs.push(match declared.kind {
                PortKind::Events if takes => self.events(n, port),
                PortKind::Events => Ports::List(0),
                PortKind::Audio(_) if takes => Ports::Channels(self.audio(n, port)),
                PortKind::Audio(_) => Ports::Channels(vec![SILENCE; self.widths.inputs[n][port]]),
            });
        }
        let moved = if gives { self.moved(n) } else { Vec::new() };
        let mut in_place = Vec::new();
        let mut outputs = Vec::with_capacity(declaration.outputs.len());
        for (port, declared) in declaration.outputs.iter().enumerate() {
            outputs.push(match declared.kind {
                PortKind::Events => Ports::List(if gives { self.list() } else { 0 }),
                PortKind::Audio(_) => {
                    let width = if gives { self.widths.outputs[n][port] } else { 0 };
                    let channels: Vec<Value> = (0..width).map(|_| self.value()).collect();
                    if let (0, true, Some(Ports::Channels(from))) = (port, works_in_place, inputs.first()) {
                        in_place = from.iter().copied().zip(channels.iter().copied()).collect();
                    }
                    Ports::Channels(channels)
                }
            });
        }
        if gives {
            self.given[n] = outputs.clone();
        }
        if super::is_output(declaration)
            && let Some(Ports::Channels(channels)) = outputs.first()
        {
            self.out.outputs.push((n, channels.clone()));
        }
        self.out.ops.push(Op::Run { vertex, inputs, outputs, in_place, moved });
    }

    /// What an input port hears: one value a channel.
    fn audio(&mut self, n: usize, port: usize) -> Vec<Value> {
        let cables: Vec<usize> = self.arriving[n]
            .iter()
            .copied()
            .filter(|&c| self.flat.cables[c].to.1 == Target::Port(port))
            .collect();
        let sources: Vec<Vec<Value>> = cables.iter().map(|&c| self.delayed(c)).collect();
        (0..self.widths.inputs[n][port])
            .map(|channel| {
                let terms: Vec<(Value, f32)> = cables
                    .iter()
                    .zip(&sources)
                    .filter_map(|(&c, values)| {
                        let at = if values.len() == 1 { 0 } else { channel };
                        values.get(at).map(|&v| (v, self.flat.cables[c].gain))
                    })
                    .filter(|t| t.0 != SILENCE && t.1 != 0.0)
                    .collect();
                match terms[..] {
                    [] => SILENCE,
                    [(value, 1.0)] => value,
                    _ => {
                        let to = self.value();
                        self.out.ops.push(Op::Sum { to, terms });
                        to
                    }
                }
            })
            .collect()
    }

    /// The channels that a cable brings, held back where another path is later.
    fn delayed(&mut self, cable: usize) -> Vec<Value> {
        let from = self.flat.cables[cable].from;
        let Some(Ports::Channels(source)) = self.given[from.0].get(from.1).cloned() else {
            return Vec::new();
        };
        let frames = self.alignment.delay[cable];
        if frames == 0 { source } else { self.delay(Held::Cable(cable), frames, source) }
    }

    fn events(&mut self, n: usize, port: usize) -> Ports {
        let from: Vec<(u32, usize, usize)> = self.arriving[n]
            .iter()
            .copied()
            .filter(|&c| self.flat.cables[c].to.1 == Target::Port(port))
            .filter_map(|c| {
                let from = self.flat.cables[c].from;
                match self.given[from.0].get(from.1) {
                    Some(Ports::List(list)) => Some((*list, self.alignment.delay[c], c)),
                    _ => None,
                }
            })
            .collect();
        match from[..] {
            [] => Ports::List(0),
            [(list, 0, _)] => Ports::List(list),
            _ => {
                let to = self.list();
                self.out.ops.push(Op::Merge { to, from });
                Ports::List(to)
            }
        }
    }

    fn moved(&mut self, n: usize) -> Vec<(usize, Value, Depth)> {
        let cables = self.arriving[n].clone();
        cables
            .into_iter()
            .filter_map(|c| {
                let Target::Parameter(parameter, depth) = self.flat.cables[c].to.1 else { return None };
                let value = *self.delayed(c).first()?;
                let gain = self.flat.cables[c].gain;
                let depth = match depth {
                    Depth::Units(d) => Depth::Units(d * gain),
                    Depth::Octaves(d) => Depth::Octaves(d * gain),
                };
                Some((parameter, value, depth))
            })
            .collect()
    }
}
