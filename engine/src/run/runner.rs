//! The runner: the audio side. Runs programs block by block; allocates nothing, frees nothing, never waits.

use super::cell::State;
use super::program::{Memory, Program, Slot};
use super::view::{Events, Inputs, Outputs};
use crate::compile::{Depth, Mode};
use crate::node::{BLOCK, EventList, Io, Params, Reading};
use crate::schedule::{Moved, Place, Run, Step};
use signalbox_dsp::lane::{Task, dispatch, exp2};

/// The most faults that are remembered.
const FAULTS: usize = 64;

/// A node that gave what is no number; it was reset and silenced for that block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Index of the node in the schedule's table.
    pub node: u32,
    /// The absolute frame at which the block began.
    pub frame: i64,
}

/// Runs the programs of one builder.
pub struct Runner {
    id: u64,
    frame: i64,
    faults: Vec<Fault>,
}

/// The outputs of a block that was just run.
pub struct Block<'a> {
    program: &'a Program,
    slots: &'a [Slot],
    /// The absolute frame at which the block begins.
    pub frame: i64,
    /// How many frames it has.
    pub frames: usize,
}

impl Block<'_> {
    /// One channel of an output, by its index in the schedule.
    pub fn channel(&self, output: usize, channel: usize) -> &[f32] {
        let place = self.program.schedule.outputs[output].channels[channel];
        &self.slots[place.slot as usize].0[..self.frames]
    }
}

impl Runner {
    pub(super) fn new(id: u64) -> Self {
        Self { id, frame: 0, faults: Vec::with_capacity(FAULTS) }
    }

    /// The absolute frame that runs next.
    pub fn frame(&self) -> i64 {
        self.frame
    }

    /// The nodes that gave what is no number so far, the first 64.
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }

    /// Runs `frames` frames in blocks that end at whole multiples of 64 frames; `each` sees the outputs of every
    /// block. A program of another builder is not run.
    pub fn run(&mut self, program: &Program, frames: usize, mut each: impl FnMut(&Block<'_>)) {
        if program.owner != self.id {
            return;
        }
        let mut blocks = || {
            let end = self.frame + frames as i64;
            while self.frame < end {
                let phase = self.frame.rem_euclid(BLOCK as i64);
                let n = (BLOCK as i64 - phase).min(end - self.frame) as usize;
                // SAFETY: this is the one runner of the program's builder, held by mutable reference.
                let memory = unsafe { &mut *program.memory.get() };
                for step in &program.schedule.steps {
                    self.step(program, memory, step, n);
                }
                each(&Block { program, slots: &memory.slots, frame: self.frame, frames: n });
                self.frame += n as i64;
            }
        };
        // SAFETY: nothing in the blocks, all of it arithmetic on audio, relies on denormal numbers.
        unsafe { no_denormals::no_denormals(&mut blocks) };
    }

    /// What a meter of the program has read so far, by the node's key; not while audio runs.
    pub fn readings(&mut self, program: &Program, key: &str) -> Vec<Reading> {
        let cell = program.cell(key).filter(|_| program.owner == self.id);
        // SAFETY: this is the one runner of the program's builder, held by mutable reference.
        cell.map_or_else(Vec::new, |cell| unsafe { cell.state_mut() }.processor.readings())
    }

    /// What each meter of the program has read so far, with the node's key; not while audio runs.
    pub fn all_readings(&mut self, program: &Program) -> Vec<(String, Vec<Reading>)> {
        if program.owner != self.id {
            return Vec::new();
        }
        let each = program.keys.iter().zip(&program.cells).map(|(key, cell)| {
            // SAFETY: this is the one runner of the program's builder, held by mutable reference; the reference ends
            // here, before the next one is made.
            (key, unsafe { cell.state_mut() }.processor.readings())
        });
        each.filter(|r| !r.1.is_empty()).map(|(key, readings)| (key.clone(), readings)).collect()
    }

    fn step(&mut self, program: &Program, memory: &mut Memory, step: &Step, n: usize) {
        match step {
            Step::Copy { from, to } => {
                let source = memory.slots[from.slot as usize];
                memory.slots[to.slot as usize] = source;
            }
            Step::Sum { to, terms } => dispatch(Sum { slots: &mut memory.slots, to: *to, terms }),
            Step::Delay { line, channels } => {
                // SAFETY: this is the one runner of the program's builder, held by mutable reference.
                let line = unsafe { &mut *program.lines[*line as usize].0.get() };
                for (channel, (place, _)) in channels.iter().enumerate() {
                    line.run(channel, &mut memory.slots[place.slot as usize].0[..n]);
                }
                line.advance(n);
            }
            Step::Merge { to, from } => {
                let mut merged = std::mem::replace(&mut memory.lists[*to as usize], EventList::empty());
                merged.clear();
                for &(list, held) in from {
                    let events = &memory.lists[list as usize];
                    match held {
                        None => events.iter().for_each(|&e| merged.push(e)),
                        Some(line) => {
                            // SAFETY: this is the one runner of the program's builder, held by mutable reference.
                            let line = unsafe { &mut *program.event_lines[line as usize].0.get() };
                            line.run(self.frame, n, events, &mut merged);
                        }
                    }
                }
                memory.lists[*to as usize] = merged;
            }
            Step::Run(run) => self.node(program, memory, run, n),
        }
    }

    fn node(&mut self, program: &Program, memory: &mut Memory, run: &Run, n: usize) {
        let cell = &program.cells[run.node as usize];
        // SAFETY: this is the one runner of the program's builder, held by mutable reference; no other reference to
        // this cell's state is alive in this function.
        let state = unsafe { cell.state_mut() };
        let frame = self.frame - i64::from(run.arrival);
        let Memory { slots, lists, moving } = memory;
        let moving = &mut moving[program.rows[run.node as usize]..];
        if run.mode != Mode::Absorb {
            cell.prepare(state, moving, n);
            for moved in &run.moved {
                dispatch(Move { slots, moving, state, moved, program, frame, n });
            }
        }
        for port in &run.outputs {
            if port.events {
                lists[port.start as usize].clear();
            }
        }
        let base = slots.as_mut_ptr().cast::<f32>();
        // SAFETY: the checker holds for every schedule that the compiler makes: slots and lists lie inside the memory,
        // those that the node writes stand once and are none that it reads. `slots` is not touched until `io` is gone.
        let (inputs, outputs, events) = unsafe {
            (
                Inputs::new(base, &run.inputs, &run.slots, n),
                Outputs::new(base, &run.outputs, &run.slots, n),
                Events::new(lists.as_mut_ptr(), &run.inputs, &run.outputs, 1),
            )
        };
        let params = Params { values: &state.values, moving, frames: n };
        let mut io = Io { frames: n, frame, fresh: state.fresh, inputs, outputs, params, events };
        match run.mode {
            Mode::Process => state.processor.process(&mut io),
            Mode::Emit => state.processor.emit(&mut io),
            Mode::Absorb => state.processor.absorb(&mut io),
        }
        if run.mode != Mode::Emit {
            state.fresh = false;
        }
        let whole = run
            .outputs
            .iter()
            .filter(|p| !p.events)
            .flat_map(|p| &run.slots[p.start as usize..p.start as usize + usize::from(p.width)])
            .all(|&slot| dispatch(Finite(&slots[slot as usize].0[..n])));
        if !whole {
            self.fault(state, slots, run, n);
        }
    }

    /// Resets and silences a node that gave what is no number.
    #[cold]
    fn fault(&mut self, state: &mut State, slots: &mut [Slot], run: &Run, n: usize) {
        state.processor.reset();
        state.fresh = true;
        for port in run.outputs.iter().filter(|p| !p.events) {
            for &slot in &run.slots[port.start as usize..port.start as usize + usize::from(port.width)] {
                slots[slot as usize].0[..n].fill(0.0);
            }
        }
        if self.faults.len() < FAULTS {
            self.faults.push(Fault { node: run.node, frame: self.frame });
        }
    }
}

/// Whether all values are finite.
struct Finite<'a>(&'a [f32]);

impl Task for Finite<'_> {
    type Output = bool;
    #[inline(always)]
    fn run(self) -> bool {
        // The sign out of the way, all that is not finite has the largest exponents.
        let worst = self.0.iter().fold(0u32, |worst, x| worst.max(x.to_bits() & 0x7fff_ffff));
        worst < f32::INFINITY.to_bits()
    }
}

/// Sums channels in double precision, in the order of the terms.
struct Sum<'a> {
    slots: &'a mut [Slot],
    to: Place,
    terms: &'a [(Place, f32)],
}

impl Task for Sum<'_> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        let mut sum = [0.0f64; BLOCK];
        for (place, gain) in self.terms {
            let gain = f64::from(*gain);
            let from = &self.slots[place.slot as usize].0;
            for (s, x) in sum.iter_mut().zip(from) {
                *s = f64::from(*x).mul_add(gain, *s);
            }
        }
        for (to, s) in self.slots[self.to.slot as usize].0.iter_mut().zip(&sum) {
            *to = *s as f32;
        }
    }
}

/// Fills in the values of one parameter that a lane or cables move.
struct Move<'a> {
    slots: &'a [Slot],
    moving: &'a mut [[f32; BLOCK]],
    state: &'a mut State,
    moved: &'a Moved,
    program: &'a Program,
    frame: i64,
    n: usize,
}

impl Task for Move<'_> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        let parameter = self.moved.parameter as usize;
        let out = &mut self.moving[parameter][..self.n];
        let base = match self.moved.lane {
            Some(lane) => self.program.schedule.lanes[lane as usize].fill(self.frame, out),
            None => self.state.base(parameter),
        };
        if self.moved.cables.is_empty() {
            self.state.values[parameter] = base;
            return;
        }
        if let Some(base) = base {
            out.fill(base);
        }
        for (place, depth) in &self.moved.cables {
            let signal = &self.slots[place.slot as usize].0[..self.n];
            match *depth {
                Depth::Units(depth) => {
                    out.iter_mut().zip(signal).for_each(|(o, x)| *o = x.mul_add(depth, *o))
                }
                Depth::Octaves(depth) => out.iter_mut().zip(signal).for_each(|(o, x)| *o *= exp2(x * depth)),
            }
        }
        let (low, high) = self.moved.range;
        // Written so that what is no number becomes the lower bound.
        out.iter_mut().for_each(|o| *o = if *o > low { o.min(high) } else { low });
        self.state.values[parameter] = None;
    }
}
