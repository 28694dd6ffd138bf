//! Runs a program on several threads, offline: each segment of the schedule works on another stretch of time.
//!
//! Every node does the same on the same numbers as on one thread, so not a bit differs.

use super::memory::{Memory, Slot, range};
use super::pass::{FAULTS, Fault, Pass};
use super::program::Program;
use super::segment::{Crossing, Cut, Segment, cut};
use super::tag::Tag;
use super::transport::Transport;
use crate::node::{BLOCK, Event, Incoming};
use std::cell::UnsafeCell;
use std::ops::Range;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// How many blocks a segment runs in one go.
const STRETCH: usize = 16;

/// How many stretches a segment may be ahead of those that read what it wrote.
const AHEAD: usize = 4;

/// How many segments there are for each thread.
const PER_THREAD: usize = 4;

/// A program in segments, with memory for each.
pub struct Pipeline {
    cut: Cut,
    memories: Vec<UnsafeCell<Memory>>,
    /// By crossing: what was written, by block, round and round.
    rings: Vec<Ring>,
    threads: usize,
}

// SAFETY: a memory is used by the one thread that runs its segment at the time; a part of a ring is written by the
// segment that writes it before it says that its stretch is done, read by others after that, and written again when
// all of them have said the same. `State` keeps account of that under a lock.
unsafe impl Sync for Pipeline {}

enum Ring {
    Buffer(UnsafeCell<Vec<Slot>>, UnsafeCell<Vec<Tag>>),
    List(UnsafeCell<Vec<Vec<Event>>>),
}

/// How far each segment has come.
struct State {
    /// Stretches that are done, by segment.
    done: Vec<usize>,
    busy: Vec<bool>,
    faults: Vec<Fault>,
}

/// One call: the frames that are to be run.
struct Task<'a> {
    program: &'a Program,
    transport: &'a Transport,
    start: i64,
    frames: usize,
    /// Whether parameters were set since the last call.
    changed: bool,
    /// One after the other: each channel of each output.
    outputs: Vec<UnsafeCell<Vec<f32>>>,
}

// SAFETY: each channel is written by the one segment that gives it, which one thread runs at a time.
unsafe impl Sync for Task<'_> {}

impl Pipeline {
    /// Cuts a program by what its steps cost.
    pub fn new(program: &Program, costs: &[f64], threads: usize) -> Self {
        let cut = cut(program, costs, threads * PER_THREAD);
        let blocks = STRETCH * AHEAD;
        let memories = cut.segments.iter().map(|_| UnsafeCell::new(program.blank()));
        let ring = |crossing: &Crossing| match crossing {
            Crossing::Buffer(place) => Ring::Buffer(
                UnsafeCell::new(vec![Slot([0.0; BLOCK]); blocks * place.span as usize]),
                UnsafeCell::new(vec![Tag::Silent; blocks]),
            ),
            Crossing::List(_) => Ring::List(UnsafeCell::new(vec![Vec::new(); blocks])),
        };
        let rings = cut.crossings.iter().map(ring).collect();
        Self { memories: memories.collect(), rings, threads, cut }
    }

    /// Runs `frames` frames from the absolute frame `start` on; gives all channels of all outputs, one after the other.
    ///
    /// # Safety
    /// The caller holds the one runner of the program's builder by mutable reference, and this pipeline was made for
    /// this program.
    pub(super) unsafe fn run(
        &self,
        program: &Program,
        transport: &Transport,
        start: i64,
        frames: usize,
        changed: bool,
        faults: &mut Vec<Fault>,
    ) -> Vec<Vec<f32>> {
        let channels = program.schedule().outputs.iter().map(|o| o.channels.len()).sum();
        let outputs = (0..channels).map(|_| UnsafeCell::new(vec![0.0; frames])).collect();
        let task = Task { program, transport, start, frames, changed, outputs };
        let count = self.cut.segments.len();
        let state =
            State { done: vec![0; count], busy: vec![false; count], faults: Vec::with_capacity(FAULTS) };
        let (state, wake) = (Mutex::new(state), Condvar::new());
        std::thread::scope(|scope| {
            let work = || {
                // SAFETY: nothing in there, all of it arithmetic on audio, relies on denormal numbers.
                unsafe { no_denormals::no_denormals(|| self.work(&task, &state, &wake)) };
            };
            for _ in 1..self.threads {
                scope.spawn(work);
            }
            work();
        });
        let mut state = state.into_inner().unwrap_or_else(PoisonError::into_inner);
        state.faults.sort_by_key(|f| f.frame);
        faults.extend(state.faults.into_iter().take(FAULTS - faults.len().min(FAULTS)));
        task.outputs.into_iter().map(UnsafeCell::into_inner).collect()
    }

    /// Runs stretches until all are done.
    fn work(&self, task: &Task<'_>, state: &Mutex<State>, wake: &Condvar) {
        let lock = || -> MutexGuard<'_, State> { state.lock().unwrap_or_else(PoisonError::into_inner) };
        let stretches = task.blocks().div_ceil(STRETCH);
        let mut guard = lock();
        loop {
            if guard.done.iter().all(|&d| d == stretches) {
                wake.notify_all();
                return;
            }
            let Some(segment) = self.next(&guard, stretches) else {
                guard = wake.wait(guard).unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            let stretch = guard.done[segment];
            guard.busy[segment] = true;
            drop(guard);
            let mut faults = Vec::new();
            let blocks = stretch * STRETCH..((stretch + 1) * STRETCH).min(task.blocks());
            blocks.for_each(|block| self.block(task, segment, block, &mut faults));
            guard = lock();
            guard.busy[segment] = false;
            guard.done[segment] += 1;
            guard.faults.append(&mut faults);
            wake.notify_all();
        }
    }

    /// A segment whose next stretch may run: the last one, so that what is written is soon read.
    fn next(&self, state: &State, stretches: usize) -> Option<usize> {
        (0..self.cut.segments.len()).rev().find(|&s| {
            let stretch = state.done[s];
            let segment = &self.cut.segments[s];
            let there = |&c: &usize| state.done[self.cut.writers[c]] > stretch;
            let room = |&c: &usize| {
                self.cut
                    .segments
                    .iter()
                    .zip(&state.done)
                    .all(|(reader, &done)| !reader.reads.contains(&c) || done + AHEAD > stretch)
            };
            !state.busy[s]
                && stretch < stretches
                && segment.reads.iter().all(there)
                && segment.writes.iter().all(room)
        })
    }

    fn block(&self, task: &Task<'_>, segment: usize, block: usize, faults: &mut Vec<Fault>) {
        // SAFETY: `State` has it that this thread alone runs this segment now.
        let memory = unsafe { &mut *self.memories[segment].get() };
        let segment: &Segment = &self.cut.segments[segment];
        let part = task.part(block);
        let at = block % (STRETCH * AHEAD);
        for &c in &segment.reads {
            self.import(c, at, memory);
        }
        let (program, start) = (task.program, task.start + part.start as i64);
        let changed = task.changed && block == 0;
        let (transport, incoming) = (task.transport, Incoming::default());
        let mut pass = Pass { program, memory, start, transport, changed, faults, incoming };
        pass.steps(segment.steps.clone(), 0..part.len());
        for &c in &segment.writes {
            self.export(c, at, memory);
        }
        for &(channel, place) in &segment.outputs {
            // SAFETY: this segment alone writes this channel.
            let out = unsafe { &mut *task.outputs[channel].get() };
            out[part.clone()].copy_from_slice(&memory.slots[place.slot as usize].0[..part.len()]);
        }
    }

    fn import(&self, crossing: usize, at: usize, memory: &mut Memory) {
        match (&self.rings[crossing], self.cut.crossings[crossing]) {
            (Ring::Buffer(slots, tags), Crossing::Buffer(place)) => {
                // SAFETY: `State` has it that this part was written, and is not written again before this is done.
                let (slots, tags) = unsafe { (&*slots.get(), &*tags.get()) };
                let span = place.span as usize;
                memory.slots[range(place)].copy_from_slice(&slots[at * span..(at + 1) * span]);
                memory.tags[place.slot as usize] = tags[at];
            }
            (Ring::List(lists), Crossing::List(list)) => {
                // SAFETY: as above.
                let from = unsafe { &(&*lists.get())[at] };
                let to = &mut memory.lists[list as usize];
                to.clear();
                from.iter().for_each(|&event| to.push(event));
            }
            _ => {}
        }
    }

    fn export(&self, crossing: usize, at: usize, memory: &Memory) {
        match (&self.rings[crossing], self.cut.crossings[crossing]) {
            (Ring::Buffer(slots, tags), Crossing::Buffer(place)) => {
                let span = place.span as usize;
                // SAFETY: `State` has it that all who read this part have done so, and that this thread alone writes it.
                // Only this part is touched, by way of pointers, since others may read other parts.
                unsafe {
                    let to = (*slots.get()).as_mut_ptr().add(at * span);
                    let from = &memory.slots[range(place)];
                    std::ptr::copy_nonoverlapping(from.as_ptr(), to, span);
                    (*tags.get()).as_mut_ptr().add(at).write(memory.tag(place));
                }
            }
            (Ring::List(lists), Crossing::List(list)) => {
                // SAFETY: as above.
                let to = unsafe { &mut *(*lists.get()).as_mut_ptr().add(at) };
                to.clear();
                to.extend_from_slice(&memory.lists[list as usize]);
            }
            _ => {}
        }
    }
}

impl Task<'_> {
    /// The frames of a block, counted from the first one of the call; blocks end at whole multiples of 64 frames.
    fn part(&self, block: usize) -> Range<usize> {
        let first = BLOCK - self.start.rem_euclid(BLOCK as i64) as usize;
        let end = first + block * BLOCK;
        end.saturating_sub(if block == 0 { first } else { BLOCK })..end.min(self.frames)
    }

    /// How many blocks there are.
    fn blocks(&self) -> usize {
        let phase = self.start.rem_euclid(BLOCK as i64) as usize;
        (self.frames + phase).div_ceil(BLOCK)
    }
}

#[cfg(test)]
mod tests;
