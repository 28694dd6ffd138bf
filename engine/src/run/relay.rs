//! A program in segments that several threads run, each with memory of its own, and what crosses from one to another.
//!
//! Who may run which segment when is the business of others; here is what is done then.

use super::memory::{Memory, Slot, range};
use super::pass::{Fault, Pass};
use super::program::Program;
use super::segment::{Crossing, Cut, cut};
use super::tag::Tag;
use super::transport::Transport;
use crate::node::{BLOCK, Event, EventList, Incoming};
use std::cell::UnsafeCell;
use std::ops::Range;

/// A program in segments, with memory for each.
pub struct Relay {
    /// The segments.
    pub cut: Cut,
    memories: Vec<UnsafeCell<Memory>>,
    /// By crossing: what was written, by block, round and round.
    rings: Vec<Ring>,
    /// How many blocks a ring holds.
    blocks: usize,
    /// By segment: those that write what it reads, and those that read what it writes.
    before: Vec<Vec<usize>>,
    after: Vec<Vec<usize>>,
}

// SAFETY: a memory and the parts of rings are used as the contract of `Relay::block` says.
unsafe impl Sync for Relay {}
// SAFETY: as above; nothing in there belongs to a thread.
unsafe impl Send for Relay {}

enum Ring {
    Buffer(UnsafeCell<Vec<Slot>>, UnsafeCell<Vec<Tag>>),
    List(UnsafeCell<Vec<Vec<Event>>>),
}

/// The frames of a call, which are run in blocks.
pub struct Stretch<'a> {
    pub program: &'a Program,
    pub transport: &'a Transport,
    pub incoming: Incoming<'a>,
    /// The absolute frame at which it begins.
    pub start: i64,
    pub frames: usize,
    /// Whether parameters were set since the last call.
    pub changed: bool,
    /// One after the other: each channel of each output, with at least so many frames.
    pub outputs: &'a [UnsafeCell<Vec<f32>>],
}

// SAFETY: each channel is written by the one segment that gives it, which one thread runs at a time.
unsafe impl Sync for Stretch<'_> {}

impl Stretch<'_> {
    /// The frames of a block, counted from the first one of the call; blocks end at whole multiples of 64 frames.
    fn part(&self, block: usize) -> Range<usize> {
        let first = BLOCK - self.start.rem_euclid(BLOCK as i64) as usize;
        let end = first + block * BLOCK;
        end.saturating_sub(if block == 0 { first } else { BLOCK })..end.min(self.frames)
    }

    /// How many blocks there are.
    pub fn blocks(&self) -> usize {
        let phase = self.start.rem_euclid(BLOCK as i64) as usize;
        (self.frames + phase).div_ceil(BLOCK)
    }
}

impl Relay {
    /// Cuts a program by what its steps cost into about so many segments, with rings of so many blocks.
    pub fn new(program: &Program, costs: &[f64], segments: usize, blocks: usize) -> Self {
        let cut = cut(program, costs, segments);
        let memories = cut.segments.iter().map(|_| UnsafeCell::new(program.blank()));
        let list = || Vec::with_capacity(EventList::CAPACITY);
        let ring = |crossing: &Crossing| match crossing {
            Crossing::Buffer(place) => Ring::Buffer(
                UnsafeCell::new(vec![Slot([0.0; BLOCK]); blocks * place.span as usize]),
                UnsafeCell::new(vec![Tag::Silent; blocks]),
            ),
            Crossing::List(_) => Ring::List(UnsafeCell::new((0..blocks).map(|_| list()).collect())),
        };
        let rings = cut.crossings.iter().map(ring).collect();
        let mut before = vec![Vec::new(); cut.segments.len()];
        let mut after = before.clone();
        for (reader, segment) in cut.segments.iter().enumerate() {
            for writer in segment.reads.iter().map(|&c| cut.writers[c]) {
                if !before[reader].contains(&writer) {
                    before[reader].push(writer);
                    after[writer].push(reader);
                }
            }
        }
        Self { memories: memories.collect(), rings, blocks, before, after, cut }
    }

    /// Whether a segment may run its block with this number, where the others have run so many each: all that it reads
    /// is there, and all that it writes has been read before.
    pub fn may_run(&self, segment: usize, block: usize, ahead: usize, done: impl Fn(usize) -> usize) -> bool {
        self.before[segment].iter().all(|&writer| done(writer) > block)
            && self.after[segment].iter().all(|&reader| done(reader) + ahead > block)
    }

    /// Runs a block of a segment; `at` counts all blocks that the segment has run.
    ///
    /// # Safety
    /// This thread alone runs this segment now; all that it reads of this block was written before, and what it writes
    /// there a ring of blocks ago has been read. The program is the one that this was made for, and the caller's thread
    /// acts for the one runner of its builder.
    pub unsafe fn block(
        &self,
        stretch: &Stretch<'_>,
        (segment, block, at): (usize, usize, usize),
        faults: &mut Vec<Fault>,
    ) {
        // SAFETY: by the contract above, nobody else uses this memory now.
        let memory = unsafe { &mut *self.memories[segment].get() };
        let segment = &self.cut.segments[segment];
        let part = stretch.part(block);
        let at = at % self.blocks;
        for &c in &segment.reads {
            self.import(c, at, memory);
        }
        let (program, start) = (stretch.program, stretch.start + part.start as i64);
        let changed = stretch.changed && block == 0;
        let (transport, incoming) = (stretch.transport, stretch.incoming.part(part.start, part.len()));
        let mut pass = Pass { program, memory, start, transport, changed, faults, incoming };
        pass.steps(segment.steps.clone(), 0..part.len());
        for &c in &segment.writes {
            self.export(c, at, memory);
        }
        for &(channel, place) in &segment.outputs {
            // SAFETY: this segment alone writes this channel.
            let out = unsafe { &mut *stretch.outputs[channel].get() };
            out[part.clone()].copy_from_slice(&memory.slots[place.slot as usize].0[..part.len()]);
        }
    }

    fn import(&self, crossing: usize, at: usize, memory: &mut Memory) {
        match (&self.rings[crossing], self.cut.crossings[crossing]) {
            (Ring::Buffer(slots, tags), Crossing::Buffer(place)) => {
                // SAFETY: by the contract of `block`, this part was written, and is not written again before this is done.
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
                // SAFETY: by the contract of `block`, all who read this part have done so, and this thread alone writes it.
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
