//! Last pass: puts values into slots of memory, by how long each is needed; in place where possible.

use super::align::Alignment;
use super::emit::{Held, Op, Ops, Ports, SILENCE, Value};
use super::expand::Flat;
use crate::run::PortView;
use crate::schedule::{Line, Moved, Output, Place, Run, Schedule, Step};
use std::collections::HashMap;

/// Writes the schedule.
pub fn assign(ops: Ops, flat: &Flat, alignment: &Alignment) -> Schedule {
    let last = last_uses(&ops);
    let mut out = Assigner {
        slot: vec![0; ops.values as usize],
        free: Vec::new(),
        last,
        schedule: Schedule { slots: 1, lists: ops.lists, latency: alignment.total, ..Schedule::default() },
        nodes: HashMap::new(),
        flat,
        alignment,
    };
    let lanes = lanes_by_node(flat);
    for (at, op) in ops.ops.into_iter().enumerate() {
        out.op(at, op, &lanes);
    }
    for (node, channels) in ops.outputs {
        let channels = channels.into_iter().map(|v| out.place(v)).collect();
        out.schedule.outputs.push(Output { name: flat.nodes[node].key.clone(), channels });
    }
    out.schedule.lanes = flat.lanes.iter().map(|l| l.curve.clone()).collect();
    out.schedule
}

fn lanes_by_node(flat: &Flat) -> HashMap<usize, Vec<(usize, u32)>> {
    let mut lanes: HashMap<usize, Vec<(usize, u32)>> = HashMap::new();
    for (i, lane) in flat.lanes.iter().enumerate() {
        lanes.entry(lane.node).or_default().push((lane.parameter, i as u32));
    }
    lanes
}

/// All values that an op reads, those in place included.
fn reads(op: &Op, mut each: impl FnMut(Value)) {
    match op {
        Op::Sum { terms, .. } => terms.iter().for_each(|t| each(t.0)),
        Op::Delay { channels, .. } => channels.iter().for_each(|c| each(c.0)),
        Op::Merge { .. } => {}
        Op::Run { inputs, moved, .. } => {
            for port in inputs {
                if let Ports::Channels(values) = port {
                    values.iter().for_each(|&v| each(v));
                }
            }
            moved.iter().for_each(|m| each(m.1));
        }
    }
}

/// The index of the last op that reads each value; values that leave the patch are read after all.
fn last_uses(ops: &Ops) -> Vec<usize> {
    let mut last = vec![0; ops.values as usize];
    for (at, op) in ops.ops.iter().enumerate() {
        reads(op, |v| last[v as usize] = at);
    }
    for (_, channels) in &ops.outputs {
        channels.iter().for_each(|&v| last[v as usize] = usize::MAX);
    }
    last
}

struct Assigner<'a> {
    slot: Vec<u32>,
    free: Vec<u32>,
    last: Vec<usize>,
    schedule: Schedule,
    nodes: HashMap<usize, u32>,
    flat: &'a Flat,
    alignment: &'a Alignment,
}

impl Assigner<'_> {
    fn place(&self, value: Value) -> Place {
        Place { slot: self.slot[value as usize], value }
    }

    /// Gives a new value the slot that was freed last, which is the warmest.
    fn take(&mut self, value: Value) -> Place {
        let slot = self.free.pop().unwrap_or_else(|| {
            self.schedule.slots += 1;
            self.schedule.slots - 1
        });
        self.slot[value as usize] = slot;
        self.place(value)
    }

    /// Frees the slot of a value that nobody reads after op `at`.
    fn release(&mut self, value: Value, at: usize) {
        if value != SILENCE && self.last[value as usize] <= at {
            self.free.push(self.slot[value as usize]);
            // Freed once.
            self.last[value as usize] = usize::MAX;
        }
    }

    /// Prepares pairs for a step that works in place: the second value takes over the slot of the first where that is
    /// read by nothing else, else it begins as a copy. Gives what stands in each slot before the step.
    fn take_over(&mut self, at: usize, pairs: &[(Value, Value)], read_too: &[Value]) -> Vec<Place> {
        let mut before = Vec::with_capacity(pairs.len());
        for (i, &(from, to)) in pairs.iter().enumerate() {
            let again = pairs[i + 1..].iter().any(|p| p.0 == from) || read_too.contains(&from);
            let dies = from != SILENCE && self.last[from as usize] <= at && !again;
            let source = self.place(from);
            if dies {
                self.slot[to as usize] = source.slot;
                self.last[from as usize] = usize::MAX;
                before.push(source);
            } else {
                let to = self.take(to);
                // The copy is still the value that it was copied from.
                let copy = Place { slot: to.slot, value: from };
                self.schedule.steps.push(Step::Copy { from: source, to: copy });
                before.push(copy);
            }
        }
        before
    }

    fn op(&mut self, at: usize, op: Op, lanes: &HashMap<usize, Vec<(usize, u32)>>) {
        let mut read = Vec::new();
        reads(&op, |v| read.push(v));
        let mut written = Vec::new();
        let step = match op {
            Op::Sum { to, terms } => {
                let terms = terms.into_iter().map(|(v, gain)| (self.place(v), gain)).collect();
                let place = self.take(to);
                written.push(to);
                Step::Sum { to: place, terms }
            }
            Op::Delay { what, frames, channels } => {
                let before = self.take_over(at, &channels, &[]);
                written.extend(channels.iter().map(|c| c.1));
                let channels: Vec<_> =
                    before.into_iter().zip(&channels).map(|(b, &(_, to))| (b, self.place(to))).collect();
                let line = line(self.flat, what, frames, channels.len());
                self.schedule.lines.push(line);
                Step::Delay { line: self.schedule.lines.len() as u32 - 1, channels }
            }
            Op::Merge { to, from } => {
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
                Step::Merge { to, from }
            }
            Op::Run { vertex, inputs, outputs, in_place, moved } => {
                let mut read_too: Vec<Value> = moved.iter().map(|m| m.1).collect();
                for port in inputs.iter().skip(1) {
                    if let Ports::Channels(values) = port {
                        read_too.extend(values);
                    }
                }
                let before = self.take_over(at, &in_place, &read_too);
                for (i, port) in outputs.iter().enumerate() {
                    if let Ports::Channels(values) = port {
                        if i > 0 || in_place.is_empty() {
                            values.iter().for_each(|&v| {
                                self.take(v);
                            });
                        }
                        written.extend(values);
                    }
                }
                self.run(vertex, &inputs, &outputs, before, &moved, lanes)
            }
        };
        self.schedule.steps.push(step);
        for value in read.into_iter().chain(written) {
            self.release(value, at);
        }
    }

    fn run(
        &mut self,
        vertex: super::Vertex,
        inputs: &[Ports],
        outputs: &[Ports],
        before: Vec<Place>,
        moved: &[(usize, Value, super::Depth)],
        lanes: &HashMap<usize, Vec<(usize, u32)>>,
    ) -> Step {
        let node = &self.flat.nodes[vertex.node];
        let schedule = &mut self.schedule;
        let index = *self.nodes.entry(vertex.node).or_insert_with(|| {
            schedule.nodes.push(vertex.node);
            schedule.nodes.len() as u32 - 1
        });
        let mut places = Vec::new();
        let mut views =
            |ports: &[Ports], connected: &dyn Fn(usize) -> bool, in_place: bool| -> Vec<PortView> {
                ports
                    .iter()
                    .enumerate()
                    .map(|(i, port)| match port {
                        // The empty list is never written, not even where a node sends in spite of it.
                        Ports::List(list) => PortView {
                            start: *list,
                            width: 0,
                            events: *list != 0,
                            apart: false,
                            connected: connected(i),
                        },
                        Ports::Channels(values) => {
                            let start = places.len() as u32;
                            // The first input of a node in place is found in its first output.
                            let hidden = in_place && i == 0;
                            if !hidden {
                                places.extend(values.iter().map(|&v| self.place(v)));
                            }
                            let width = if hidden { 0 } else { values.len() as u16 };
                            PortView { start, width, events: false, apart: false, connected: connected(i) }
                        }
                    })
                    .collect()
            };
        let in_place = node.declaration.in_place && vertex.mode == super::Mode::Process;
        let inputs = views(inputs, &|i| node.connected[i], in_place);
        let outputs = views(outputs, &|_| true, false);
        let mut all: Vec<Moved> = Vec::new();
        let mut entry = |parameter: usize| {
            all.iter().position(|m| m.parameter as usize == parameter).unwrap_or_else(|| {
                let range = node.declaration.parameters[parameter].range().map_or((0.0, 0.0), |r| (r.1, r.2));
                all.push(Moved { parameter: parameter as u32, range, lane: None, cables: Vec::new() });
                all.len() - 1
            })
        };
        let lane_entries: Vec<(usize, u32)> = match vertex.mode {
            super::Mode::Absorb => Vec::new(),
            _ => lanes.get(&vertex.node).cloned().unwrap_or_default(),
        };
        let lane_at: Vec<(usize, u32)> = lane_entries.iter().map(|&(p, lane)| (entry(p), lane)).collect();
        let cable_at: Vec<(usize, Value, super::Depth)> =
            moved.iter().map(|&(p, value, depth)| (entry(p), value, depth)).collect();
        for (at, lane) in lane_at {
            // A lane outside an instance stands before one inside, and counts as values outside do.
            all[at].lane.get_or_insert(lane);
        }
        for (at, value, depth) in cable_at {
            all[at].cables.push((self.place(value), depth));
        }
        let arrival = match vertex.mode {
            super::Mode::Absorb => self.alignment.absorb[vertex.node],
            _ => self.alignment.arrival[vertex.node],
        };
        Step::Run(Run {
            node: index,
            mode: vertex.mode,
            arrival: arrival as u32,
            inputs,
            outputs,
            slots: places.iter().map(|p| p.slot).collect(),
            places,
            before,
            moved: all,
        })
    }
}

fn line(flat: &Flat, what: Held, frames: usize, width: usize) -> Line {
    match what {
        Held::Cable(at) => {
            let cable = &flat.cables[at];
            Line { scope: cable.scope.clone(), cable: cable.id, frames, width }
        }
        Held::Output(n) => Line { scope: flat.nodes[n].key.as_str().into(), cable: 0, frames, width },
    }
}
