//! Last pass: puts values into slots of memory, by how long each is needed; in place where possible.

pub(super) mod early;
mod run;
mod slots;

use super::align::Alignment;
use super::emit::{Channel, Held, Op, Ops, Ports, Value};
use super::flat::Flat;
use super::voices::FlatVoices;
use crate::schedule::{Dealer, Line, Output, Place, Schedule, Step, Term, WideLine};
use foldhash::HashMap;
use slots::Slots;
use smallvec::SmallVec;

/// How many slots at the start of memory are always silent: as many as nodes may lie side by side.
pub const SILENT_SLOTS: u32 = 16;

/// Writes the schedule.
pub fn assign(ops: Ops, flat: &Flat, alignment: &Alignment) -> Schedule {
    let ops = early::early(ops);
    let mut out = Assigner {
        slots: Slots::new(&ops),
        schedule: Schedule {
            steps: Vec::with_capacity(ops.ops.len()),
            lists: ops.lists,
            latency: alignment.total,
            ..Schedule::default()
        },
        banks: vec![u32::MAX; flat.nodes.len()],
        around: None,
        given: HashMap::default(),
        dealers: HashMap::default(),
        flat,
        alignment,
        lanes: lanes_by_node(flat),
    };
    for (at, op) in ops.ops.into_iter().enumerate() {
        out.op(at, op);
    }
    out.schedule.slots = out.slots.count;
    for (node, channels) in ops.outputs {
        let channels = channels.into_iter().map(|v| out.slots.place(v)).collect();
        out.schedule.outputs.push(Output { name: flat.nodes[node].key.to_string(), channels });
    }
    out.schedule.lanes = flat.lanes.iter().map(|l| l.curve.clone()).collect();
    out.schedule
}

fn lanes_by_node(flat: &Flat) -> HashMap<usize, Vec<(usize, u32)>> {
    let mut lanes: HashMap<usize, Vec<(usize, u32)>> = HashMap::default();
    for (i, lane) in flat.lanes.iter().enumerate() {
        lanes.entry(lane.node).or_default().push((lane.parameter, i as u32));
    }
    lanes
}

struct Assigner<'a> {
    slots: Slots,
    schedule: Schedule,
    /// By node: the bank of one that was run before, `u32::MAX` for others.
    banks: Vec<u32>,
    /// The loop that is being written, by the index of its first step.
    around: Option<usize>,
    /// The delays of the cables that give in loops.
    given: HashMap<usize, u32>,
    /// By instance with voices: its dealer.
    dealers: HashMap<usize, u32>,
    flat: &'a Flat,
    alignment: &'a Alignment,
    /// By node: the parameters that lanes of automation move, and those lanes.
    lanes: HashMap<usize, Vec<(usize, u32)>>,
}

impl Assigner<'_> {
    /// Prepares pairs for a step that works in place: the second value takes over the slot of the first where that is
    /// read by nothing else, else it begins as a copy. Gives what stands in each slot before the step.
    fn take_over(&mut self, at: usize, pairs: &[(Value, Value)], read_too: &[Value]) -> Vec<Place> {
        let mut before = Vec::with_capacity(pairs.len());
        for (i, &(from, to)) in pairs.iter().enumerate() {
            let again = pairs[i + 1..].iter().any(|p| p.0 == from) || read_too.contains(&from);
            let source = self.slots.place_in(from, self.slots.span(to));
            if self.slots.dies(from, at) && !again {
                self.slots.replace(from, to);
                before.push(source);
            } else {
                let to = self.slots.take(to);
                // The copy is still the value that it was copied from.
                let copy = Place { value: from, ..to };
                self.schedule.steps.push(Step::Copy { from: source, to: copy });
                before.push(copy);
            }
        }
        before
    }

    /// The places of pairs for a step that works in place and does nothing else.
    fn worked_on(&mut self, at: usize, pairs: &[(Value, Value)]) -> Vec<(Place, Place)> {
        let before = self.take_over(at, pairs, &[]);
        before.into_iter().zip(pairs).map(|(before, &(_, to))| (before, self.slots.place(to))).collect()
    }

    /// Adds a delay.
    fn line(&mut self, what: Held, frames: usize, width: usize) -> u32 {
        self.schedule.lines.push(line(self.flat, what, frames, width));
        self.schedule.lines.len() as u32 - 1
    }

    /// The dealer of an instance with voices.
    fn dealer(&mut self, voices: usize) -> u32 {
        let next = self.schedule.dealers.len() as u32;
        let index = *self.dealers.entry(voices).or_insert(next);
        if index == next {
            let FlatVoices { key, count, dealer, .. } = &self.flat.voices[voices];
            let (key, voices) = (key.clone(), *count as u32);
            self.schedule.dealers.push(Dealer { key, node: *dealer, voices, ports: 0, levels: 0 });
        }
        index
    }

    fn op(&mut self, at: usize, op: Op) {
        let mut read = SmallVec::<[Value; 16]>::new();
        op.reads(|v| read.push(v));
        let mut written = SmallVec::<[Value; 16]>::new();
        let step = match op {
            Op::Sum { before, to, terms } => {
                let before = before.map(|v| self.slots.place(v));
                let terms = self.terms(terms);
                let place = match before {
                    // A sum that goes on stays where it is.
                    Some(so_far)
                        if self.slots.span(to) == so_far.span && !self.slots.came_in(so_far.value) =>
                    {
                        self.slots.replace(so_far.value, to)
                    }
                    _ => self.slots.take(to),
                };
                written.push(to);
                Step::Sum { before, to: place, terms }
            }
            Op::WideSum { to, terms } => {
                let span = self.slots.span(to);
                let terms =
                    terms.into_iter().map(|(v, gains)| (self.slots.place_in(v, span), gains)).collect();
                written.push(to);
                Step::WideSum { to: self.slots.take(to), terms }
            }
            Op::Pack { from, to } => {
                let from = from.into_iter().map(|v| self.slots.place_in(v, 1)).collect();
                written.push(to);
                Step::Pack { from, to: self.slots.take(to) }
            }
            Op::Unpack { from, to } => {
                let from = self.slots.place(from);
                written.extend(to.iter().map(|t| t.1));
                Step::Unpack {
                    from,
                    to: to.into_iter().map(|(lane, v)| (lane, self.slots.take(v))).collect(),
                }
            }
            Op::Begin { frames } => {
                self.around = Some(self.schedule.steps.len());
                self.slots.begin_loop();
                Step::Loop { steps: 0, frames }
            }
            Op::End => {
                self.end();
                return;
            }
            Op::Give { cable, to } => {
                let line = self.line(Held::Cable(cable), 1, to.len());
                self.given.insert(cable, line);
                written.extend_from_slice(&to);
                Step::Give { line, to: to.into_iter().map(|v| self.slots.take(v)).collect() }
            }
            Op::Take { cable, from } => {
                let line = self.given.get(&cable).copied().unwrap_or(u32::MAX);
                Step::Take { line, from: from.into_iter().map(|v| self.slots.place(v)).collect() }
            }
            Op::Delay { what, frames, channels } => {
                written.extend(channels.iter().map(|c| c.1));
                let channels = self.worked_on(at, &channels);
                Step::Delay { line: self.line(what, frames, channels.len()), channels }
            }
            Op::WideDelay { cables, frames, channels } => {
                let lanes = cables
                    .iter()
                    .map(|c| c.map(|cable| line(self.flat, Held::Cable(cable), frames, channels.len())));
                self.schedule.wide_lines.push(WideLine { lanes: lanes.collect() });
                let line = self.schedule.wide_lines.len() as u32 - 1;
                written.extend(channels.iter().map(|c| c.1));
                Step::WideDelay { line, channels: self.worked_on(at, &channels) }
            }
            Op::Fade { fade, channels } => {
                written.extend(channels.iter().map(|c| c.1));
                Step::Fade { fade, channels: self.worked_on(at, &channels) }
            }
            Op::Merge { to, from, ends } => {
                let from = from
                    .into_iter()
                    .map(|(list, frames, cable)| {
                        let held = (frames > 0).then(|| {
                            self.schedule.event_lines.push(line(self.flat, Held::Cable(cable), frames, 0));
                            self.schedule.event_lines.len() as u32 - 1
                        });
                        (list, held)
                    })
                    .collect();
                Step::Merge { to, from, ends }
            }
            Op::Deal { voices, from, to, room } => {
                let dealer = self.dealer(voices);
                self.schedule.dealers[dealer as usize].ports = from.len() as u32;
                Step::Deal { dealer, from, to, room }
            }
            Op::Level { voices, of, lanes } => {
                let dealer = self.dealer(voices);
                self.schedule.dealers[dealer as usize].levels += 1;
                Step::Level { dealer, of: self.slots.place(of), lanes }
            }
            Op::Run { members, mode, inputs, outputs, in_place, moved } => {
                let mut read_too: SmallVec<[Value; 16]> = moved.iter().map(|m| m.1).collect();
                for port in inputs.iter().skip(1) {
                    if let Ports::Channels(values) = port {
                        read_too.extend_from_slice(values);
                    }
                }
                let before = self.take_over(at, &in_place, &read_too);
                for (i, port) in outputs.iter().enumerate() {
                    if let Ports::Channels(values) = port {
                        if i > 0 || in_place.is_empty() {
                            values.iter().for_each(|&v| {
                                self.slots.take(v);
                            });
                        }
                        written.extend_from_slice(values);
                    }
                }
                self.run((&members, mode), &inputs, &outputs, before, &moved)
            }
        };
        self.schedule.steps.push(step);
        for value in read.into_iter().chain(written) {
            self.slots.release(value, at);
        }
    }

    /// Lanes of one buffer that follow each other are read together.
    fn terms(&self, terms: Vec<(Channel, f32)>) -> Vec<Term> {
        let mut out: Vec<Term> = Vec::with_capacity(terms.len());
        for (channel, gain) in terms {
            let place = self.slots.place(channel.value);
            match out.last_mut() {
                _ if channel.lanes == 1 => out.push(Term::Channel(place, gain)),
                Some(Term::Lanes(same, lanes)) if *same == place => lanes.push((channel.lane, gain)),
                _ => out.push(Term::Lanes(place, vec![(channel.lane, gain)])),
            }
        }
        out
    }

    /// The end of a loop: it is known how many steps it has.
    fn end(&mut self) {
        let Some(first) = self.around.take() else { return };
        let count = self.schedule.steps.len() - first - 1;
        if let Step::Loop { steps, .. } = &mut self.schedule.steps[first] {
            *steps = count;
        }
        self.slots.end_loop();
    }
}

fn line(flat: &Flat, what: Held, frames: usize, width: usize) -> Line {
    match what {
        Held::Cable(at) => {
            let cable = &flat.cables[at];
            Line {
                scope: cable.scope.clone(),
                cable: cable.id,
                ends: cable.ends,
                frames,
                width,
                was: cable.was,
                goes: cable.goes,
            }
        }
        Held::Output(n) => {
            let scope = flat.nodes[n].key.clone();
            Line { scope, cable: 0, ends: 0, frames, width, was: None, goes: false }
        }
    }
}
