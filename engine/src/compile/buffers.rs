//! Last pass: puts values into slots of memory, by how long each is needed; in place where possible.

mod early;

use super::align::Alignment;
use super::emit::{Channel, Held, Op, Ops, Ports, SILENCE, Value};
use super::expand::{Depth, Flat};
use super::order::Mode;
use crate::run::PortView;
use crate::schedule::{Bank, Line, Moved, Output, Place, Run, Schedule, Step, Term, Window};
use std::collections::{HashMap, HashSet};

/// How many slots at the start of memory are always silent: as many as nodes may lie side by side.
pub const SILENT_SLOTS: u32 = 16;

/// Writes the schedule.
pub fn assign(ops: Ops, flat: &Flat, alignment: &Alignment) -> Schedule {
    let ops = early::early(ops);
    let last = last_uses(&ops);
    let mut out = Assigner {
        slot: vec![0; ops.spans.len()],
        spans: &ops.spans,
        free: HashMap::new(),
        last,
        schedule: Schedule {
            slots: SILENT_SLOTS,
            lists: ops.lists,
            latency: alignment.total,
            ..Schedule::default()
        },
        banks: HashMap::new(),
        around: None,
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
        Op::Sum { before, terms, .. } => {
            before.iter().for_each(|&v| each(v));
            terms.iter().for_each(|t| each(t.0.value));
        }
        Op::WideSum { terms, .. } => terms.iter().for_each(|t| each(t.0)),
        Op::Pack { from, .. } => from.iter().for_each(|&v| each(v)),
        Op::Unpack { from, .. } => each(*from),
        Op::Delay { channels, .. } => channels.iter().for_each(|c| each(c.0)),
        Op::Take { from, .. } => from.iter().for_each(|&v| each(v)),
        Op::Merge { .. } | Op::Begin { .. } | Op::End | Op::Give { .. } => {}
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
    let mut last = vec![0; ops.spans.len()];
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
    /// How many slots each value covers.
    spans: &'a [u32],
    /// Free slots by span.
    free: HashMap<u32, Vec<u32>>,
    last: Vec<usize>,
    schedule: Schedule,
    /// The bank of each node that was run before.
    banks: HashMap<usize, u32>,
    /// The loop that is being written.
    around: Option<Around>,
    flat: &'a Flat,
    alignment: &'a Alignment,
}

/// A loop that is being written. Its steps run several times a block, so what was there before it stays to its end.
struct Around {
    /// The index of its first step.
    step: usize,
    /// The values that were written in it.
    born: HashSet<Value>,
    /// Slots that are free from its end on, by span.
    later: Vec<(u32, u32)>,
}

impl Assigner<'_> {
    fn place(&self, value: Value) -> Place {
        Place { slot: self.slot[value as usize], span: self.spans[value as usize].max(1), value }
    }

    /// The silent value with so many lanes.
    fn place_in(&self, value: Value, span: u32) -> Place {
        if value == SILENCE { Place { slot: 0, span, value } } else { self.place(value) }
    }

    /// Gives a new value the slot that was freed last, which is the warmest.
    fn take(&mut self, value: Value) -> Place {
        let span = self.spans[value as usize].max(1);
        let slot = self.free.get_mut(&span).and_then(Vec::pop).unwrap_or_else(|| {
            // A buffer of several slots begins at a whole multiple of them.
            let start = self.schedule.slots.next_multiple_of(span);
            let gap = self.schedule.slots..start;
            self.free.entry(1).or_default().extend(gap);
            self.schedule.slots = start + span;
            start
        });
        self.slot[value as usize] = slot;
        self.bear(value);
        self.place(value)
    }

    fn bear(&mut self, value: Value) {
        if let Some(around) = &mut self.around {
            around.born.insert(value);
        }
    }

    /// Whether a value was there before the loop that is being written.
    fn came_in(&self, value: Value) -> bool {
        self.around.as_ref().is_some_and(|a| !a.born.contains(&value))
    }

    /// Frees the slot of a value that nobody reads after op `at`.
    fn release(&mut self, value: Value, at: usize) {
        if value != SILENCE && self.last[value as usize] <= at {
            let (span, slot) = (self.spans[value as usize].max(1), self.slot[value as usize]);
            match &mut self.around {
                Some(around) if !around.born.contains(&value) => around.later.push((span, slot)),
                _ => self.free.entry(span).or_default().push(slot),
            }
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
            let dies = from != SILENCE && self.last[from as usize] <= at && !again && !self.came_in(from);
            let source = self.place_in(from, self.spans[to as usize]);
            if dies {
                self.slot[to as usize] = source.slot;
                self.bear(to);
                self.last[from as usize] = usize::MAX;
                before.push(source);
            } else {
                let to = self.take(to);
                // The copy is still the value that it was copied from.
                let copy = Place { value: from, ..to };
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
            Op::Sum { before, to, terms } => {
                let before = before.map(|v| self.place(v));
                let terms = self.terms(terms);
                let place = match before {
                    // A sum that goes on stays where it is.
                    Some(so_far) if self.spans[to as usize] == so_far.span && !self.came_in(so_far.value) => {
                        self.slot[to as usize] = so_far.slot;
                        self.bear(to);
                        self.last[so_far.value as usize] = usize::MAX;
                        self.place(to)
                    }
                    _ => self.take(to),
                };
                written.push(to);
                Step::Sum { before, to: place, terms }
            }
            Op::WideSum { to, terms } => {
                let span = self.spans[to as usize];
                let terms = terms.into_iter().map(|(v, gains)| (self.place_in(v, span), gains)).collect();
                written.push(to);
                Step::WideSum { to: self.take(to), terms }
            }
            Op::Pack { from, to } => {
                let from = from.into_iter().map(|v| self.place_in(v, 1)).collect();
                written.push(to);
                Step::Pack { from, to: self.take(to) }
            }
            Op::Unpack { from, to } => {
                let from = self.place(from);
                written.extend(to.iter().map(|t| t.1));
                Step::Unpack { from, to: to.into_iter().map(|(lane, v)| (lane, self.take(v))).collect() }
            }
            Op::Begin { frames } => {
                let step = self.schedule.steps.len();
                self.around = Some(Around { step, born: HashSet::new(), later: Vec::new() });
                Step::Loop { steps: 0, frames }
            }
            Op::End => {
                self.end();
                return;
            }
            Op::Give { cable, to } => {
                let line = line(self.flat, Held::Cable(cable), 1, to.len());
                self.schedule.lines.push(line);
                written.extend(&to);
                let to = to.into_iter().map(|v| self.take(v)).collect();
                Step::Give { line: self.schedule.lines.len() as u32 - 1, to }
            }
            Op::Take { cable, from } => {
                let own = line(self.flat, Held::Cable(cable), 1, from.len());
                let line = self.schedule.lines.iter().position(|l| *l == own).unwrap_or(0);
                let from = from.into_iter().map(|v| self.place(v)).collect();
                Step::Take { line: line as u32, from }
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
            Op::Run { members, mode, inputs, outputs, in_place, moved } => {
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
                self.run((&members, mode), &inputs, &outputs, before, &moved, lanes)
            }
        };
        self.schedule.steps.push(step);
        for value in read.into_iter().chain(written) {
            self.release(value, at);
        }
    }

    /// Lanes of one buffer that follow each other are read together.
    fn terms(&self, terms: Vec<(Channel, f32)>) -> Vec<Term> {
        let mut out: Vec<Term> = Vec::with_capacity(terms.len());
        for (channel, gain) in terms {
            let place = self.place(channel.value);
            match out.last_mut() {
                _ if channel.lanes == 1 => out.push(Term::Channel(place, gain)),
                Some(Term::Lanes(same, lanes)) if *same == place => lanes.push((channel.lane, gain)),
                _ => out.push(Term::Lanes(place, vec![(channel.lane, gain)])),
            }
        }
        out
    }

    /// The end of a loop: it is known how many steps it has, and what came in may go.
    fn end(&mut self) {
        let Some(around) = self.around.take() else { return };
        let count = self.schedule.steps.len() - around.step - 1;
        if let Step::Loop { steps, .. } = &mut self.schedule.steps[around.step] {
            *steps = count;
        }
        for (span, slot) in around.later {
            self.free.entry(span).or_default().push(slot);
        }
    }

    fn bank(&mut self, members: &[Option<usize>]) -> u32 {
        let next = self.schedule.banks.len() as u32;
        let mut nodes = members.iter().flatten();
        let index = nodes.next().map_or(next, |&n| *self.banks.entry(n).or_insert(next));
        if index == next {
            self.schedule.banks.push(Bank { members: members.to_vec() });
        }
        index
    }

    fn run(
        &mut self,
        (members, mode): (&[Option<usize>], Mode),
        inputs: &[Ports],
        outputs: &[Ports],
        before: Vec<Place>,
        moved: &[(usize, Value, Vec<Depth>)],
        lanes: &HashMap<usize, Vec<(usize, u32)>>,
    ) -> Step {
        let bank = self.bank(members);
        let first = members.iter().flatten().copied().next().unwrap_or(0);
        let node = &self.flat.nodes[first];
        let span = members.len() as u32;
        let mut places = Vec::new();
        // In a loop a node sees the events of a few frames at once.
        let (looped, lists, mut windows) = (self.around.is_some(), self.schedule.lists, Vec::new());
        let mut seen = |whole: u32, written: bool| {
            if !looped || whole == 0 {
                return whole;
            }
            let seen = lists + windows.len() as u32;
            windows.push(Window { whole, seen, written });
            seen
        };
        let mut views = |ports: &[Ports],
                         connected: &dyn Fn(usize) -> bool,
                         in_place: bool,
                         is_output: bool|
         -> Vec<PortView> {
            ports
                .iter()
                .enumerate()
                .map(|(i, port)| match port {
                    // The empty list is never written, not even where a node sends in spite of it.
                    Ports::List(list, apart) => PortView {
                        start: seen(*list, is_output),
                        width: 0,
                        events: *list != 0,
                        apart: *apart,
                        connected: connected(i),
                    },
                    Ports::Channels(values) => {
                        let start = places.len() as u32;
                        // The first input of a node in place is found in its first output.
                        let hidden = in_place && i == 0;
                        if !hidden {
                            places.extend(values.iter().map(|&v| self.place_in(v, span)));
                        }
                        let width = if hidden { 0 } else { values.len() as u16 };
                        PortView { start, width, events: false, apart: false, connected: connected(i) }
                    }
                })
                .collect()
        };
        let in_place = node.declaration.in_place && mode == Mode::Process;
        let inputs = views(inputs, &|i| node.connected[i], in_place, false);
        let outputs = views(outputs, &|_| true, false, true);
        self.schedule.lists += windows.len() as u32;
        let mut all: Vec<Moved> = Vec::new();
        let mut entry = |parameter: usize| {
            all.iter().position(|m| m.parameter as usize == parameter).unwrap_or_else(|| {
                let range = node.declaration.parameters[parameter].range().map_or((0.0, 0.0), |r| (r.1, r.2));
                let parameter = parameter as u32;
                all.push(Moved { parameter, range, curves: Vec::new(), cables: Vec::new() });
                all.len() - 1
            })
        };
        // A lane outside an instance stands before one inside, and counts as values outside do.
        let curve = |node: usize, parameter: usize| {
            lanes.get(&node).and_then(|all| all.iter().find(|l| l.0 == parameter)).map(|l| l.1)
        };
        let mut curves: Vec<(usize, Vec<u32>)> = Vec::new();
        if mode != Mode::Absorb {
            for &(parameter, _) in lanes.get(&first).into_iter().flatten() {
                let own = curve(first, parameter).unwrap_or(0);
                let of = |m: &Option<usize>| m.and_then(|n| curve(n, parameter)).unwrap_or(own);
                curves.push((entry(parameter), members.iter().map(of).collect()));
            }
        }
        let cables: Vec<_> =
            moved.iter().map(|(p, value, depths)| (entry(*p), *value, depths.clone())).collect();
        for (at, curves) in curves {
            all[at].curves = curves;
        }
        for (at, value, depths) in cables {
            all[at].cables.push((self.place_in(value, span), depths));
        }
        let arrival = match mode {
            Mode::Absorb => self.alignment.absorb[first],
            _ => self.alignment.arrival[first],
        };
        Step::Run(Run {
            bank,
            mode,
            arrival: arrival as u32,
            inputs,
            outputs,
            slots: places.iter().map(|p| p.slot / span).collect(),
            places,
            before,
            moved: all,
            windows,
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
