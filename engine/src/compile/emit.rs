//! Sixth pass: steps. Each step reads and writes values; a value is a buffer of one block, written once.

mod around;
mod held;
mod ops;
mod voices;
mod wide;

pub use ops::{Channel, Held, Op, Ops, Ports, SILENCE, Value, Values};

use super::align::Alignment;
use super::batch::Unit;
use super::flat::{Depth, Flat, FlatCable, Target};
use super::order::{Mode, Order, Vertex};
use super::rows::Rows;
use super::voices::FlatVoices;
use super::widths::Widths;
use crate::node::PortKind;
use foldhash::{HashMap, HashSet};
use smallvec::{SmallVec, smallvec};
use std::ops::Range;

/// Writes the steps of grouped, sorted, aligned nodes.
pub fn emit(flat: &Flat, widths: &Widths, order: &Order, alignment: &Alignment, units: &[Unit]) -> Ops {
    let heard = flat.cables.iter().enumerate().filter(|(_, c)| order.heard[c.from.0] && order.heard[c.to.0]);
    let arriving = Rows::deal(flat.nodes.len(), heard.clone().map(|(i, c)| (c.to.0, i)));
    let leaving = Rows::deal(flat.nodes.len(), heard.map(|(i, c)| (c.from.0, i)));
    let dealing = |v: &(usize, &FlatVoices)| order.heard[v.1.dealer];
    let voices: Vec<(usize, &FlatVoices)> = flat.voices.iter().enumerate().filter(dealing).collect();
    let mut emitter = Emitter {
        flat,
        dealers: voices.iter().map(|(at, v)| (v.dealer, *at)).collect(),
        sums: voices.iter().flat_map(|(at, v)| v.outputs.iter().map(|n| (*n, *at))).collect(),
        dealt: Vec::new(),
        widths,
        alignment,
        arriving: &arriving,
        leaving: &leaving,
        given: vec![SmallVec::new(); flat.nodes.len()],
        brought: HashMap::default(),
        held: HashMap::default(),
        members: HashMap::default(),
        opened: HashSet::default(),
        alone: HashMap::default(),
        packed: HashMap::default(),
        out: Ops { ops: Vec::with_capacity(units.len()), spans: vec![0], lists: 1, outputs: Vec::new() },
    };
    for unit in units {
        match unit {
            Unit::One(vertex) => emitter.vertex(*vertex),
            Unit::Batch(members) => emitter.batch(members),
            Unit::Loop(number, vertices) => emitter.around(&order.loops[*number], vertices),
        }
    }
    // In the order of their keys, whatever the order of the steps.
    emitter.out.outputs.sort_unstable_by_key(|output| output.0);
    emitter.together();
    emitter.out
}

/// The channels of a port.
type Channels = SmallVec<[Channel; 2]>;

/// What cables bring: their channels, and their amplitude.
type Sources = SmallVec<[(Channels, f32); 2]>;

/// What is summed, in this order: channels, and their amplitude.
type Terms = SmallVec<[(Channel, f32); 4]>;

/// What one of a node's output ports has given.
#[derive(Clone, Debug)]
enum Given {
    Channels(Channels),
    List(u32),
    /// Lists in a row, one for each voice.
    Dealt(u32),
}

struct Emitter<'a> {
    flat: &'a Flat,
    widths: &'a Widths,
    alignment: &'a Alignment,
    /// What deals to the voices of which instance; where the voices of which are summed.
    dealers: HashMap<usize, usize>,
    sums: HashMap<usize, usize>,
    /// The lists of each port of each dealer.
    dealt: Vec<Range<u32>>,
    /// By node: the cables that end there, and those that begin there.
    arriving: &'a Rows<usize>,
    leaving: &'a Rows<usize>,
    /// What each node's output ports have given.
    given: Vec<SmallVec<[Given; 1]>>,
    /// What the cables of the present loop bring, where that is known already.
    brought: HashMap<usize, Channels>,
    /// What the cables give that are held back side by side.
    held: HashMap<usize, Channels>,
    /// By value with several nodes side by side: the nodes.
    members: HashMap<Value, Vec<Option<usize>>>,
    /// Values of which lanes were taken apart, those lanes, and what was laid side by side already.
    opened: HashSet<Value>,
    alone: HashMap<Channel, Value>,
    packed: HashMap<Vec<Value>, Value>,
    out: Ops,
}

impl<'a> Emitter<'a> {
    /// The cables that end at an input port.
    fn ending(&self, n: usize, port: usize) -> impl Iterator<Item = usize> + 'a {
        let (flat, arriving) = (self.flat, self.arriving);
        arriving[n].iter().copied().filter(move |&c| flat.cables[c].to.1 == Target::Port(port))
    }

    /// A new value over so many slots.
    fn value(&mut self, span: usize) -> Value {
        self.out.spans.push(span as u32);
        self.out.spans.len() as u32 - 1
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
                self.out.outputs[at].1 = self.delay(Held::Output(n), frames, source.into()).into_vec();
            }
        }
    }

    fn delay(&mut self, what: Held, frames: usize, source: Values) -> Values {
        let channels: Vec<(Value, Value)> = source.into_iter().map(|v| (v, self.value(1))).collect();
        let out = channels.iter().map(|c| c.1).collect();
        self.out.ops.push(Op::Delay { what, frames, channels });
        out
    }

    fn vertex(&mut self, vertex: Vertex) {
        let n = vertex.node;
        let declaration = self.flat.nodes[n].declaration;
        if let Some(&voices) = self.dealers.get(&n) {
            return self.deal(voices);
        }
        // Where a loop is cut, inputs and outputs are there at different times.
        let works_in_place = declaration.in_place && vertex.mode == Mode::Process;
        let takes = vertex.mode != Mode::Emit;
        let gives = vertex.mode != Mode::Absorb;
        let mut inputs: Vec<Ports> = Vec::with_capacity(declaration.inputs.len());
        for (port, declared) in declaration.inputs.iter().enumerate() {
            inputs.push(match declared.kind {
                PortKind::Events if takes => Ports::List(self.events(n, port), false),
                PortKind::Events => Ports::List(0, false),
                PortKind::Audio(_) if takes => Ports::Channels(self.audio(n, port)),
                PortKind::Audio(_) => Ports::Channels(smallvec![SILENCE; self.widths.inputs[n][port]]),
            });
        }
        let moved = if gives { self.moved(n) } else { Vec::new() };
        let mut in_place = SmallVec::new();
        let mut outputs = Vec::with_capacity(declaration.outputs.len());
        for (port, declared) in declaration.outputs.iter().enumerate() {
            outputs.push(match declared.kind {
                PortKind::Events => Ports::List(if gives { self.list() } else { 0 }, false),
                PortKind::Audio(_) => {
                    let width = if gives { self.widths.outputs[n][port] } else { 0 };
                    let channels: Values = (0..width).map(|_| self.value(1)).collect();
                    if let (0, true, Some(Ports::Channels(from))) = (port, works_in_place, inputs.first()) {
                        in_place = from.iter().copied().zip(channels.iter().copied()).collect();
                    }
                    Ports::Channels(channels)
                }
            });
        }
        if gives {
            let given = outputs.iter().map(|port| match port {
                Ports::Channels(values) => Given::Channels(values.iter().map(|&v| Channel::own(v)).collect()),
                Ports::List(list, _) => Given::List(*list),
            });
            self.given[n] = given.collect();
        }
        if super::is_output(declaration)
            && let Some(Ports::Channels(channels)) = outputs.first()
        {
            self.out.outputs.push((n, channels.to_vec()));
        }
        let members = smallvec![Some(n)];
        self.out.ops.push(Op::Run { members, mode: vertex.mode, inputs, outputs, in_place, moved });
        if gives {
            self.measure(&[Some(n)]);
        }
    }

    /// What an input port hears: one value a channel.
    fn audio(&mut self, n: usize, port: usize) -> Values {
        let sources = self.sources(n, port);
        (0..self.widths.inputs[n][port]).map(|channel| self.hear(&sources, channel)).collect()
    }

    /// The cables that end at a port, in the order in which they are summed: their channels and their amplitude.
    fn sources(&mut self, n: usize, port: usize) -> Sources {
        self.ending(n, port).map(|c| (self.delayed(c), self.flat.cables[c].gain)).collect()
    }

    /// The sum of what the cables bring for one channel.
    fn hear(&mut self, sources: &[(Channels, f32)], channel: usize) -> Value {
        let terms = terms(sources, channel);
        match terms[..] {
            [] => SILENCE,
            [(from, 1.0)] => self.alone(from),
            _ => {
                let to = self.value(1);
                self.out.ops.push(Op::Sum { before: None, to, terms: terms.into_vec() });
                to
            }
        }
    }

    /// The channels that a cable brings, held back where another path is later.
    fn delayed(&mut self, cable: usize) -> Channels {
        if let Some(channels) = self.brought.get(&cable).or_else(|| self.held.get(&cable)) {
            return channels.clone();
        }
        let from = self.flat.cables[cable].from;
        let Some(Given::Channels(source)) = self.given[from.0].get(from.1).cloned() else {
            return Channels::new();
        };
        let frames = self.alignment.delay[cable];
        let FlatCable { fade, was, .. } = self.flat.cables[cable];
        let comes_back = was.is_some_and(|frames| frames > 0);
        if frames == 0 && !comes_back && fade.is_none() {
            return source;
        }
        let mut values: Values = source.into_iter().map(|c| self.alone(c)).collect();
        // A delay that is new holds nothing yet: what enters it fades. What leaves one that was there fades behind it.
        let enters = was.is_none();
        if enters {
            values = self.faded(cable, values);
        }
        if frames > 0 || comes_back {
            values = self.delay(Held::Cable(cable), frames, values);
        }
        if !enters {
            values = self.faded(cable, values);
        }
        values.into_iter().map(Channel::own).collect()
    }

    /// What a cable brings, on its way to another amplitude where it comes or goes.
    fn faded(&mut self, cable: usize, values: Values) -> Values {
        let FlatCable { fade: Some(fade), comes, from: (from, _), .. } = self.flat.cables[cable] else {
            return values;
        };
        // What is new begins at once; behind what is late it is there by so much later.
        let wait = if comes { self.alignment.arrival[from] + self.alignment.latency[from] } else { 0 };
        let fade = crate::schedule::Fade { wait, ..fade };
        let channels: Vec<(Value, Value)> = values.into_iter().map(|v| (v, self.value(1))).collect();
        let faded = channels.iter().map(|c| c.1).collect();
        self.out.ops.push(Op::Fade { fade, channels });
        faded
    }

    fn events(&mut self, n: usize, port: usize) -> u32 {
        let from: Vec<(u32, usize, usize)> = self
            .ending(n, port)
            .filter_map(|c| {
                let from = self.flat.cables[c].from;
                match self.given[from.0].get(from.1) {
                    Some(Given::List(list)) => Some((*list, self.alignment.delay[c], c)),
                    Some(Given::Dealt(first)) => {
                        let voice = self.flat.cables[c].voice.unwrap_or(0);
                        Some((first + voice, self.alignment.delay[c], c))
                    }
                    _ => None,
                }
            })
            .collect();
        let ends = self.flat.ends.contains(&(n, port));
        match from[..] {
            [] if !ends => 0,
            [(list, 0, _)] if !ends => list,
            _ => {
                let to = self.list();
                self.out.ops.push(Op::Merge { to, from, ends });
                to
            }
        }
    }

    fn moved(&mut self, n: usize) -> Vec<(usize, Value, Vec<Depth>)> {
        let moves = self.moves(n);
        moves.into_iter().map(|(parameter, from, depth)| (parameter, self.alone(from), vec![depth])).collect()
    }

    /// The cables that move parameters of a node: parameter, channel, depth with the cable's level in it.
    fn moves(&mut self, n: usize) -> Vec<(usize, Channel, Depth)> {
        let arriving = self.arriving;
        arriving[n]
            .iter()
            .filter_map(|&c| {
                let Target::Parameter(parameter, depth) = self.flat.cables[c].to.1 else { return None };
                let from = *self.delayed(c).first()?;
                let gain = self.flat.cables[c].gain;
                let depth = match depth {
                    Depth::Units(d) => Depth::Units(d * gain),
                    Depth::Octaves(d) => Depth::Octaves(d * gain),
                };
                Some((parameter, from, depth))
            })
            .collect()
    }
}

/// What the cables bring for one channel, a mono one for all; without what is silent anyway.
fn terms(sources: &[(Channels, f32)], channel: usize) -> Terms {
    let term = |(channels, gain): &(Channels, f32)| {
        let at = if channels.len() == 1 { 0 } else { channel };
        channels.get(at).map(|&c| (c, *gain))
    };
    sources.iter().filter_map(term).filter(|t| t.0 != Channel::SILENT && t.1 != 0.0).collect()
}
