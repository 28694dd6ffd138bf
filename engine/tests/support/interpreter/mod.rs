//! The naive interpreter: computes an unfolded patch node by node and frame by frame.
//!
//! It shares no buffers, skips nothing and calls none of the compiler's passes behind the unfolding: it finds what is
//! heard, the widths, the loops and the latencies anew, from their definitions, and keeps all that ever went into a
//! delay. What it gives is what the engine must give, bit for bit, also when the patch is edited while it plays: then a
//! node that is still the same goes on, and so does what is under way in the delay of a cable.

mod graph;
mod lanes;
mod state;
mod voices;

use super::play::Played;
use graph::Graph;
use lanes::Lanes;
use signalbox_dsp::lane::exp2;
use signalbox_engine::compile::{Compiled, Depth, Flat, FlatCable, Target, is_output};
use signalbox_engine::node::rig::Single;
use signalbox_engine::node::{BLOCK, EventKind, EventList};
use signalbox_engine::patch::Patch;
use state::{Delay, Node, Way};
use std::collections::HashMap;

/// What a patch must give in its first `frames` frames; `None` where more events meet than the engine has room for, of
/// which some are lost.
pub fn interpret(patch: &Patch, compiled: &Compiled, frames: usize) -> Option<Played> {
    Interpreter::default().run(patch, compiled, frames)
}

/// As [`interpret`]; also how many voices had to give up a note.
pub fn interpret_and_count(patch: &Patch, compiled: &Compiled, frames: usize) -> Option<(Played, usize)> {
    let mut interpreter = Interpreter::default();
    let played = interpreter.run(patch, compiled, frames)?;
    let stolen = |node: &Node| if let Way::Deals(dealing) = &node.way { dealing.stolen } else { 0 };
    Some((played, interpreter.nodes.values().map(stolen).sum()))
}

/// What is kept of the last patch.
#[derive(Default)]
pub struct Interpreter {
    now: usize,
    /// By key: the nodes that were heard.
    nodes: HashMap<String, Node>,
    sound: HashMap<Line, Delay<Vec<f32>>>,
    events: HashMap<Line, Delay<Vec<EventKind>>>,
}

/// The name of a delay: the scope, the id and the ends of its cable (of an output: its key and 0), and how many channels.
type Line = (String, u32, u64, usize);

impl Interpreter {
    /// Goes on with a patch, the next `frames` frames.
    pub fn run(&mut self, patch: &Patch, compiled: &Compiled, frames: usize) -> Option<Played> {
        let mut played = None;
        let mut run = || played = Playing::new(self, patch, compiled).run(self, frames);
        // SAFETY: nothing in there relies on denormal numbers, which the engine turns off as well.
        unsafe { no_denormals::no_denormals(&mut run) };
        played
    }
}

/// One patch that plays.
struct Playing<'a> {
    flat: &'a Flat,
    graph: Graph,
    /// How each heard node is computed.
    nodes: Vec<Option<Node>>,
    /// By node that is heard: the cables that go to it, in their order.
    arriving: Vec<Vec<usize>>,
    /// By cable: its delay, where it has one.
    lines: Vec<Option<usize>>,
    /// The outputs of the patch, each with its delay.
    outputs: Vec<(usize, Option<usize>)>,
    sound: Lines<Vec<f32>>,
    events: Lines<Vec<EventKind>>,
    /// What each output port gave at this frame: by node, port, channel.
    given: Vec<Vec<Vec<f32>>>,
    /// The events that each output port gave at this frame: by node, port.
    sent: Vec<Vec<Vec<EventKind>>>,
    /// How many events each input port heard in this block, and the most of all.
    crowd: Vec<Vec<usize>>,
    most: usize,
}

impl<'a> Playing<'a> {
    fn new(kept: &mut Interpreter, patch: &Patch, compiled: &'a Compiled) -> Self {
        let flat = &compiled.flat;
        let graph = Graph::new(flat, &patch.tempo);
        assert!(graph.inputs.iter().eq(compiled.widths.inputs.iter()), "the widths of inputs");
        assert!(graph.outputs.iter().eq(compiled.widths.outputs.iter()), "the widths of outputs");
        let mut found = Lanes::of(patch);
        let mut before = std::mem::take(&mut kept.nodes);
        let nodes = flat.nodes.iter().enumerate().map(|(n, node)| {
            let before = before.remove(&*node.key);
            let parameters = node.declaration.parameters.iter();
            let courses = parameters.map(|p| found.take(&node.key, p.name)).collect();
            graph.heard[n].then(|| Node::of(before, (flat, &graph, patch), n, courses, kept.now))
        });
        let nodes = nodes.collect();
        let mut arriving = vec![Vec::new(); flat.nodes.len()];
        let mut lines = vec![None; flat.cables.len()];
        let (mut sound, mut events) = (Lines(Vec::new()), Lines(Vec::new()));
        for (c, cable) in flat.cables.iter().enumerate().filter(|c| graph.heard[c.1.to.0]) {
            arriving[cable.to.0].push(c);
            let frames = graph.delay(flat, c);
            if frames > 0 {
                let width = graph.outputs[cable.from.0][cable.from.1];
                let line: Line = (cable.scope.to_string(), cable.id, cable.ends, width);
                // What is under way as events is lost where the length changes; in a loop the last frame stays.
                let stays = |old: usize| old == frames;
                lines[c] = Some(match width {
                    0 => events.keep(&mut kept.events, line, frames, kept.now, stays),
                    _ if graph.feedback[c] => {
                        let kept = sound.keep(&mut kept.sound, line, frames, kept.now, |_| true);
                        sound.0[kept].1.at_once();
                        kept
                    }
                    _ => sound.keep(&mut kept.sound, line, frames, kept.now, |_| true),
                });
            }
        }
        let outputs = outputs(flat).into_iter().map(|n| {
            let line = graph.held(flat, n);
            let keep = |(line, frames)| sound.keep(&mut kept.sound, line, frames, kept.now, |_| true);
            (n, line.map(keep))
        });
        let outputs = outputs.collect();
        let given = graph.outputs.iter().map(|ports| ports.iter().map(|&w| vec![0.0; w]).collect());
        let (given, sent) = (given.collect(), graph.outputs.iter().map(|p| vec![Vec::new(); p.len()]));
        let (sent, crowd) = (sent.collect(), graph.inputs.iter().map(|ports| vec![0; ports.len()]).collect());
        Self { flat, graph, nodes, arriving, lines, outputs, sound, events, given, sent, crowd, most: 0 }
    }

    fn run(mut self, kept: &mut Interpreter, frames: usize) -> Option<Played> {
        let order = self.graph.order(self.flat);
        let cuts: Vec<usize> = order.iter().copied().filter(|&n| self.graph.cuts[n]).collect();
        let mut played = Played::default();
        for &(n, _) in &self.outputs {
            let channels = vec![Vec::new(); self.graph.outputs[n][0]];
            played.outputs.push((self.flat.nodes[n].key.to_string(), channels));
        }
        for now in kept.now..kept.now + frames {
            if now % BLOCK == 0 {
                self.crowd.iter_mut().for_each(|ports| ports.fill(0));
            }
            for &node in &order {
                self.give(node, now);
            }
            for &node in &cuts {
                self.absorb(node, now);
            }
            for (line, cable) in self.lines.iter().zip(&self.flat.cables) {
                let (Some(line), (node, port)) = (*line, cable.from) else { continue };
                match self.graph.outputs[node][port] {
                    0 => {
                        let sent = self.sent(cable);
                        self.events.0[line].1.push(sent);
                    }
                    _ => self.sound.0[line].1.push(self.given[node][port].clone()),
                }
            }
            self.measure(now);
            for (&(n, line), (_, channels)) in self.outputs.iter().zip(&mut played.outputs) {
                let mut given = self.given[n][0].clone();
                if let Some(line) = line {
                    let delay = &mut self.sound.0[line].1;
                    delay.push(given.clone());
                    given = (0..given.len()).map(|channel| delay.channel(channel, now)).collect();
                }
                channels.iter_mut().zip(given).for_each(|(to, x)| to.push(x));
            }
        }
        kept.now += frames;
        (kept.sound, kept.events) = (self.sound.0.into_iter().collect(), self.events.0.into_iter().collect());
        for (node, flat) in self.nodes.into_iter().zip(&self.flat.nodes) {
            let Some(node) = node else { continue };
            if let Way::Runs(single) = &node.way {
                let readings = Some(single.readings()).filter(|r| !r.is_empty());
                played.readings.extend(readings.map(|r| (flat.key.to_string(), r)));
            }
            kept.nodes.insert(flat.key.to_string(), node);
        }
        played.outputs.sort_by(|a, b| a.0.cmp(&b.0));
        played.readings.sort_by(|a, b| a.0.cmp(&b.0));
        (self.most <= EventList::CAPACITY).then_some(played)
    }

    /// Computes what a node gives at a frame.
    fn give(&mut self, n: usize, now: usize) {
        let Some(mut node) = self.nodes[n].take() else { return };
        let arrival = self.graph.arrival[n];
        let values = self.values(n, &mut node, now, now as i64 - arrival as i64);
        match &mut node.way {
            Way::Runs(single) => {
                let frame = now as i64 - arrival as i64;
                single.values = values;
                if self.graph.cuts[n] {
                    single.emit(frame);
                } else {
                    self.hear(n, single, now);
                    single.process(frame);
                }
                self.given[n].clone_from(&single.outputs);
                self.sent[n].clone_from(&single.sent);
            }
            Way::Deals(dealing) => {
                dealing.sent.clear();
                for port in 0..self.graph.inputs[n].len() {
                    for event in self.events(n, port, now) {
                        dealing.deal(now, port, event);
                    }
                }
            }
            Way::Bypassed(past) => {
                let width = self.graph.inputs[n][0];
                past.push((0..width).map(|channel| self.heard(n, 0, channel, now)).collect());
                let then = past.get(now, self.graph.latency[n]);
                for (port, channels) in self.given[n].iter_mut().enumerate() {
                    for (c, to) in channels.iter_mut().enumerate() {
                        let from = then.filter(|_| port == 0);
                        *to = from
                            .and_then(|x| if width == 1 { x.first() } else { x.get(c) })
                            .copied()
                            .unwrap_or(0.0);
                    }
                }
            }
        }
        self.nodes[n] = Some(node);
    }

    /// Lets a node that cuts a loop take what has come in.
    fn absorb(&mut self, n: usize, now: usize) {
        let Some(mut node) = self.nodes[n].take() else { return };
        if let Way::Runs(single) = &mut node.way {
            self.hear(n, single, now);
            single.absorb(now as i64 - self.graph.absorb[n] as i64);
        }
        self.nodes[n] = Some(node);
    }

    /// Fills in the inputs of a node.
    fn hear(&mut self, n: usize, single: &mut Single, now: usize) {
        for port in 0..self.graph.inputs[n].len() {
            for channel in 0..single.inputs[port].len() {
                single.inputs[port][channel] = self.heard(n, port, channel, now);
            }
            single.events[port] = self.events(n, port, now);
        }
    }

    /// The events that an input port hears.
    fn events(&mut self, n: usize, port: usize, now: usize) -> Vec<EventKind> {
        let mut events = Vec::new();
        for &c in self.arriving[n].iter().filter(|&&c| self.flat.cables[c].to.1 == Target::Port(port)) {
            let cable = &self.flat.cables[c];
            match self.lines[c].filter(|_| self.graph.outputs[cable.from.0][cable.from.1] == 0) {
                None => events.extend(self.sent(cable)),
                Some(line) => events.extend(self.events.0[line].1.get(now).into_iter().flatten()),
            }
        }
        self.crowd[n][port] += events.len();
        self.most = self.most.max(self.crowd[n][port]);
        events
    }

    /// The events that a cable was given at this frame.
    fn sent(&self, cable: &FlatCable) -> Vec<EventKind> {
        let (n, port) = cable.from;
        match self.nodes[n].as_ref().map(|node| &node.way) {
            Some(Way::Deals(dealing)) => dealing.heard(cable.voice, port).collect(),
            _ => self.sent[n][port].clone(),
        }
    }

    /// Tells those that deal notes how loud their voices are at this frame, where these are summed.
    fn measure(&mut self, now: usize) {
        for voices in &self.flat.voices {
            let Some(Node { way: Way::Deals(dealing), .. }) = &mut self.nodes[voices.dealer] else {
                continue;
            };
            for &c in voices.outputs.iter().flat_map(|&n| &self.arriving[n]) {
                let cable = &self.flat.cables[c];
                let Some(voice) = cable.voice else { continue };
                for x in &self.given[cable.from.0][cable.from.1] {
                    dealing.hear(now, voice, (x * cable.gain).abs());
                }
            }
        }
    }

    /// What a cable brings.
    fn brought(&self, c: usize, channel: usize, now: usize) -> f32 {
        let (node, port) = self.flat.cables[c].from;
        match self.lines[c] {
            None => self.given[node][port][channel],
            Some(line) => self.sound.0[line].1.channel(channel, now),
        }
    }

    /// What one channel of an input port hears: a lone cable at its full level is a wire, several are summed.
    fn heard(&self, n: usize, port: usize, channel: usize, now: usize) -> f32 {
        let mut terms = Vec::new();
        for &c in &self.arriving[n] {
            let cable = &self.flat.cables[c];
            if cable.to.1 != Target::Port(port) || cable.gain == 0.0 {
                continue;
            }
            let width = self.graph.outputs[cable.from.0][cable.from.1];
            let from = if width == 1 { 0 } else { channel };
            if from < width {
                terms.push((self.brought(c, from, now), cable.gain));
            }
        }
        match terms[..] {
            [(x, 1.0)] => x,
            _ => terms.iter().fold(0.0f64, |s, &(x, gain)| f64::from(x).mul_add(f64::from(gain), s)) as f32,
        }
    }

    /// The value of each parameter of a node at a frame.
    fn values(&self, n: usize, node: &mut Node, now: usize, frame: i64) -> Vec<f32> {
        let mut values = node.values(frame);
        let parameters = self.flat.nodes[n].declaration.parameters.iter();
        for (p, (declared, value)) in parameters.zip(&mut values).enumerate() {
            let mut moved = false;
            for &c in &self.arriving[n] {
                let cable = &self.flat.cables[c];
                let Target::Parameter(at, depth) = cable.to.1 else { continue };
                if at != p {
                    continue;
                }
                let x = self.brought(c, 0, now);
                match depth {
                    Depth::Units(depth) => *value = x.mul_add(depth * cable.gain, *value),
                    Depth::Octaves(depth) => *value *= exp2(x * (depth * cable.gain)),
                }
                moved = true;
            }
            if let Some((_, low, high)) = declared.range().filter(|_| moved) {
                *value = value.clamp(low, high);
            }
        }
        values
    }
}

/// The delays of one patch.
struct Lines<T>(Vec<(Line, Delay<T>)>);

impl<T> Lines<T> {
    /// A delay that was there goes on (where its length is another one, only if it `stays`), another one begins empty.
    /// Gives its index.
    fn keep(
        &mut self,
        from: &mut HashMap<Line, Delay<T>>,
        line: Line,
        frames: usize,
        now: usize,
        stays: impl Fn(usize) -> bool,
    ) -> usize {
        let delay = match from.remove(&line).filter(|old| stays(old.frames)) {
            None => Delay::new(frames, now),
            Some(old) if old.frames == frames => old,
            Some(old) => old.changed(frames, now),
        };
        self.0.push((line, delay));
        self.0.len() - 1
    }
}

/// The outputs of the patch.
fn outputs(flat: &Flat) -> Vec<usize> {
    (0..flat.nodes.len()).filter(|&n| is_output(flat.nodes[n].declaration)).collect()
}
