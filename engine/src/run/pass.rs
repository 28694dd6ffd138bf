//! One pass over the steps of a schedule, for some frames of one block.

use super::cell::{AnyState, Cell, State, with_state};
use super::level;
use super::memory::{Memory, flat, flat_mut, range, wide, wide_mut};
use super::moving::Move;
use super::program::Program;
use super::sum;
use super::tag::{Tag, look};
use super::transport::Transport;
use super::view::{Events, Inputs, Outputs};
use crate::compile::Mode;
use crate::node::{BLOCK, Incoming, Io, Params};
use crate::schedule::{Place, Run, Step};
use signalbox_dsp::lane::{Lane, dispatch};
use std::ops::Range;

/// A node whose values have stayed for so many frames has settled: it may rest.
const SETTLED: u32 = BLOCK as u32;

/// The most faults that are remembered.
pub const FAULTS: usize = 64;

/// A node that gave what is no number; it was reset and silenced for that block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Index of the bank in the schedule's table.
    pub bank: u32,
    /// The node's lane there.
    pub lane: u32,
    /// The absolute frame at which the block began.
    pub frame: i64,
}

/// What a pass works on.
pub struct Pass<'a> {
    pub program: &'a Program,
    pub memory: &'a mut Memory,
    /// The absolute frame at which the block begins.
    pub start: i64,
    /// Where the song stands.
    pub transport: &'a Transport,
    /// Whether any parameter was set since the last block.
    pub changed: bool,
    pub faults: &'a mut Vec<Fault>,
    /// What comes in from outside.
    pub incoming: Incoming<'a>,
}

impl Pass<'_> {
    /// Runs steps for some frames of the block.
    pub fn steps(&mut self, which: Range<usize>, frames: Range<usize>) {
        let steps = &self.program.schedule().steps;
        let mut at = which.start;
        while at < which.end {
            let step = &steps[at];
            at += 1;
            match step {
                Step::Loop { steps: count, frames: length } => {
                    let inner = &steps[at..at + count];
                    let mut start = frames.start;
                    while start < frames.end {
                        let end = frames.end.min(start + length);
                        inner.iter().for_each(|step| self.step(step, start..end));
                        start = end;
                    }
                    at += count;
                }
                Step::Fuse { steps: count } => {
                    if self.fused(at, &steps[at..at + count], frames.end) {
                        at += count;
                    }
                }
                step => self.step(step, frames.clone()),
            }
        }
    }

    /// Runs a row of steps as one, the first of them with this index; `false`: they have to run by themselves.
    fn fused(&mut self, first: usize, steps: &[Step], frames: usize) -> bool {
        let Ok(index) = self.memory.fused.binary_search_by_key(&first, |f| f.0) else { return false };
        if self.changed || !self.memory.fused[index].1.is_valid() {
            self.refresh(index, steps, frames);
        }
        // Taken out for a moment: it works on the rest of the memory.
        let mut fused = std::mem::take(&mut self.memory.fused);
        let done = fused[index].1.is_valid() && fused[index].1.run(self.memory, frames);
        self.memory.fused = fused;
        done
    }

    /// Asks the nodes of a row of steps what they do now.
    fn refresh(&mut self, index: usize, steps: &[Step], frames: usize) {
        self.memory.fused[index].1.clear();
        for step in steps {
            let Step::Run(run) = step else { continue };
            let cell = &*self.program.cells[run.bank as usize];
            // SAFETY: this is the one runner of the program's builder, held by mutable reference; no other reference
            // to this cell's state is alive in this function.
            let AnyState::One(state) = (unsafe { cell.state_mut() }) else {
                return self.memory.fused[index].1.give_up();
            };
            let row = self.program.rows[run.bank as usize];
            if state.fresh || state.is_moving() || !cell.is_level(state) {
                // It runs by itself until it has settled.
                return self.memory.fused[index].1.give_up();
            }
            let Memory { slots, lists, rows, fused, points, .. } = &mut *self.memory;
            let base = slots.as_mut_ptr().cast::<f32>();
            // SAFETY: as in `node`.
            let (inputs, outputs, events) = unsafe {
                (
                    Inputs::new(base, &run.inputs, &run.slots, frames),
                    Outputs::new(base, &run.outputs, &run.slots, frames),
                    Events::new(lists.as_mut_ptr(), &run.inputs, &run.outputs, 1),
                )
            };
            let params = Params { values: &state.values, moving: wide::<f32>(&rows[row..]), frames };
            let frame = self.start - i64::from(run.arrival);
            let song = self.transport.at(frame);
            let incoming = &self.incoming;
            let io = Io { frames, frame, song, fresh: false, inputs, outputs, params, events, incoming };
            points.clear();
            let said = state.processor.points(&io, points);
            match points.list().filter(|_| said) {
                Some(list) => fused[index].1.add(run, list),
                None => fused[index].1.give_up(),
            }
        }
    }

    fn step(&mut self, step: &Step, frames: Range<usize>) {
        let memory = &mut *self.memory;
        match step {
            // `steps` runs them.
            Step::Loop { .. } | Step::Fuse { .. } => {}
            Step::Give { line, to } => {
                // SAFETY: this is the one runner of the program's builder, held by mutable reference.
                let line = unsafe { &*self.program.lines[*line as usize].0.get() };
                for (channel, place) in to.iter().enumerate() {
                    let x = line.held(channel);
                    memory.slots[place.slot as usize].0[frames.start] = x;
                    memory.tell(*place, Tag::of(x), &frames);
                }
            }
            Step::Take { line, from } => {
                // SAFETY: this is the one runner of the program's builder, held by mutable reference.
                let line = unsafe { &mut *self.program.lines[*line as usize].0.get() };
                for (channel, place) in from.iter().enumerate() {
                    line.hold(channel, memory.slots[place.slot as usize].0[frames.end - 1]);
                }
            }
            Step::Copy { from, to } => sum::copy(memory, *from, *to, frames),
            Step::Sum { before, to, terms } => sum::sum(memory, *before, *to, terms, frames),
            Step::WideSum { to, terms } => sum::wide_sum(memory, *to, terms),
            Step::Pack { from, to } => sum::lay(memory, from, *to),
            Step::Unpack { from, to } => sum::take_apart(memory, *from, to),
            Step::Delay { line, channels } => {
                // SAFETY: this is the one runner of the program's builder, held by mutable reference.
                let line = unsafe { &mut *self.program.lines[*line as usize].0.get() };
                for (channel, (place, _)) in channels.iter().enumerate() {
                    let silent = line.run(channel, &mut memory.slots[place.slot as usize].0[frames.clone()]);
                    memory.tell(*place, if silent { Tag::Silent } else { Tag::Live }, &frames);
                }
                line.advance(frames.len());
            }
            Step::WideDelay { line, channels } => {
                // SAFETY: this is the one runner of the program's builder, held by mutable reference.
                let line = unsafe { &mut *self.program.wide_lines[*line as usize].0.get() };
                for (channel, (place, _)) in channels.iter().enumerate() {
                    let part = frames.start * place.span as usize..frames.end * place.span as usize;
                    let silent = line.run(channel, &mut memory.all_mut(*place)[part]);
                    memory.tell(*place, if silent { Tag::Silent } else { Tag::Live }, &frames);
                }
                line.advance(frames.len());
            }
            Step::Fade { fade, channels } => {
                let age = self.start - *memory.born.get_or_insert(self.start);
                for (place, _) in channels {
                    // What is silent stays so, without a sign.
                    if memory.is_silent(*place) {
                        continue;
                    }
                    memory.tell(*place, Tag::Live, &frames);
                    let slot = &mut memory.slots[place.slot as usize].0;
                    for frame in frames.clone() {
                        slot[frame] *= fade.at(age + frame as i64);
                    }
                }
            }
            Step::Merge { to, from, ends } => self.merge(*to, from, *ends, frames),
            Step::Deal { dealer, from, to, room } => self.deal(*dealer, from, (*to, *room), frames),
            Step::Level { dealer, of, lanes } => {
                let peaks = level::peaks(memory, *of, frames.clone());
                // SAFETY: this is the one runner of the program's builder, held by mutable reference.
                let dealer = unsafe { &mut *self.program.dealers[*dealer as usize].0.get() };
                let levels = lanes
                    .iter()
                    .map(|&(lane, voice, gain)| (voice as usize, peaks[lane as usize] * gain.abs()));
                dealer.hear(self.start + frames.start as i64, levels);
            }
            Step::Run(run) => {
                let cell = &*self.program.cells[run.bank as usize];
                // SAFETY: this is the one runner of the program's builder, held by mutable reference; no other
                // reference to this cell's state is alive in this function.
                let state = unsafe { cell.state_mut() };
                with_state!(state, state => self.node(cell, state, run, frames));
            }
        }
    }

    fn node<L: Lane>(&mut self, cell: &Cell, state: &mut State<L>, run: &Run, frames: Range<usize>) {
        let n = frames.len();
        let frame = self.start + frames.start as i64 - i64::from(run.arrival);
        let row = self.program.rows[run.bank as usize];
        let song = self.transport.at(frame);
        if run.mode != Mode::Absorb {
            if self.changed || !cell.is_settled(state) {
                cell.prepare(state, wide_mut::<L>(&mut self.memory.rows[row..]), n);
            }
            if run.moved.iter().any(|m| !m.curves.is_empty()) {
                state.follow(song, n);
            }
            for moved in &run.moved {
                let (program, memory, state, frames) =
                    (self.program, &mut *self.memory, &mut *state, frames.clone());
                dispatch(Move { program, memory, state, moved, row, song, frames });
            }
        }
        self.read_windows(run, &frames);
        let known = if run.mode == Mode::Process { self.known(run) } else { Tag::Live };
        if known == Tag::Silent && self.rests(state, run) {
            for place in outputs(run) {
                let all = self.memory.all_mut(place);
                all[frames.start * L::LANES..frames.end * L::LANES].fill(0.0);
                self.memory.tell(place, Tag::Silent, &frames);
            }
            return;
        }
        // Of constants, one frame stands for all.
        let n = if known != Tag::Live && self.is_pointwise(state, run) { 1 } else { n };
        let Memory { slots, lists, rows, .. } = &mut *self.memory;
        for port in &run.outputs {
            if port.events {
                lists[port.start as usize].clear();
            }
        }
        // SAFETY: every slot has more than `frames.start` frames.
        let base = unsafe { slots.as_mut_ptr().cast::<L>().add(frames.start) };
        // SAFETY: the checker holds for every schedule that is run: slots and lists lie inside the memory, are aligned
        // and wide enough for the lanes, those that the node writes stand once and are none that it reads. From
        // `frames.start` on there are `n` frames in each. `slots` is not touched until `io` is gone.
        let (inputs, outputs, events) = unsafe {
            (
                Inputs::new(base, &run.inputs, &run.slots, n),
                Outputs::new(base, &run.outputs, &run.slots, n),
                Events::new(lists.as_mut_ptr(), &run.inputs, &run.outputs, L::LANES),
            )
        };
        let params = Params { values: &state.values, moving: wide::<L>(&rows[row..]), frames: n };
        let (fresh, incoming) = (state.fresh, &self.incoming);
        let mut io = Io { frames: n, frame, song, fresh, inputs, outputs, params, events, incoming };
        match run.mode {
            Mode::Process => state.processor.process(&mut io),
            Mode::Emit => state.processor.emit(&mut io),
            Mode::Absorb => state.processor.absorb(&mut io),
        }
        if run.mode != Mode::Emit {
            state.fresh = false;
            state.still = state.still.saturating_add(frames.len() as u32);
        }
        let mut whole = true;
        for place in self::outputs(run) {
            if n < frames.len() {
                self.memory.spread(place, &frames);
            }
            let all = flat(&self.memory.slots[range(place)]);
            let values = &all[frames.start * L::LANES..(frames.start + n) * L::LANES];
            let (finite, tag) = look(values, L::LANES);
            whole &= finite;
            self.memory.tell(place, tag, &frames);
        }
        self.write_windows(run, &frames);
        if !whole {
            self.fault(state, run, frames);
        }
    }

    /// What is known of all that a node hears, parameters aside.
    #[inline(always)]
    fn known(&self, run: &Run) -> Tag {
        let tag = |place: &Place| self.memory.tag(*place);
        let mut least = Tag::least(run.before.iter().map(tag));
        for port in run.inputs.iter().filter(|p| !p.events) {
            let start = port.start as usize;
            let places = &run.places[start..start + usize::from(port.width)];
            if least == Tag::Live {
                break;
            }
            least = least.min(Tag::least(places.iter().map(tag)));
        }
        least
    }

    /// Whether a node treats each frame by itself and its parameters stay as they are.
    #[inline(always)]
    fn is_pointwise<L: Lane>(&self, state: &State<L>, run: &Run) -> bool {
        let banks = &self.program.schedule().banks;
        banks[run.bank as usize].pointwise && state.values.iter().all(Option::is_some)
    }

    /// Whether a node that hears silence needs not to be run: silence would come out.
    #[inline(always)]
    fn rests<L: Lane>(&self, state: &State<L>, run: &Run) -> bool {
        let lists = |port: &super::PortView| {
            let count = if port.apart { L::LANES } else { 1 };
            let start = port.start as usize;
            port.events && self.memory.lists[start..start + count].iter().any(|list| !list.is_empty())
        };
        state.still >= SETTLED
            && !run.inputs.iter().any(lists)
            && run.outputs.iter().all(|p| !p.events)
            && state.processor.at_rest()
    }

    /// Resets and silences the nodes that gave what is no number.
    #[cold]
    fn fault<L: Lane>(&mut self, state: &mut State<L>, run: &Run, frames: Range<usize>) {
        let bank = &self.program.schedule().banks[run.bank as usize];
        for lane in 0..L::LANES {
            let range_of = |place: Place| range(place);
            let broken = outputs(run).any(|place| {
                let values = &flat(&self.memory.slots[range_of(place)])
                    [frames.start * L::LANES..frames.end * L::LANES];
                values.iter().skip(lane).step_by(L::LANES).any(|x| !x.is_finite())
            });
            if !broken {
                continue;
            }
            state.reset_lane(lane);
            for place in outputs(run) {
                let values = &mut flat_mut(&mut self.memory.slots[range(place)])
                    [frames.start * L::LANES..frames.end * L::LANES];
                values.iter_mut().skip(lane).step_by(L::LANES).for_each(|x| *x = 0.0);
            }
            // An empty lane is nobody's fault.
            if self.faults.len() < FAULTS && bank.members[lane].is_some() {
                self.faults.push(Fault { bank: run.bank, lane: lane as u32, frame: self.start });
            }
        }
    }
}

/// The buffers that a node writes.
fn outputs(run: &Run) -> impl Iterator<Item = Place> + '_ {
    run.outputs.iter().filter(|p| !p.events).flat_map(|p| {
        let start = p.start as usize;
        run.places[start..start + usize::from(p.width)].iter().copied()
    })
}
