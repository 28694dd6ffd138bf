//! Slots of memory: which are free, and where each value lies.

use super::SILENT_SLOTS;
use crate::compile::emit::{Ops, SILENCE, Value};
use crate::schedule::Place;
use foldhash::HashSet;

/// Slots, and the values in them.
pub struct Slots {
    /// How many there are.
    pub count: u32,
    /// By value: its first slot.
    slot: Vec<u32>,
    /// By value: how many slots it covers.
    spans: Vec<u32>,
    /// Free slots, by the logarithm of the span: a span is a power of two.
    free: [Vec<u32>; 5],
    /// By value: the index of the last op that reads it; values that leave the patch are read after all.
    last: Vec<usize>,
    /// The loop that is being written.
    around: Option<Around>,
}

/// A loop that is being written. Its steps run several times a block, so what was there before it stays to its end.
#[derive(Default)]
struct Around {
    /// The values that were written in it.
    born: HashSet<Value>,
    /// Slots that are free from its end on, by span.
    later: Vec<(u32, u32)>,
}

/// The place of a span among the free slots.
fn size(span: u32) -> usize {
    span.ilog2() as usize
}

impl Slots {
    /// No value is anywhere yet.
    pub fn new(ops: &Ops) -> Self {
        let mut last = vec![0; ops.spans.len()];
        for (at, op) in ops.ops.iter().enumerate() {
            op.reads(|v| last[v as usize] = at);
        }
        for (_, channels) in &ops.outputs {
            channels.iter().for_each(|&v| last[v as usize] = usize::MAX);
        }
        let spans = ops.spans.iter().map(|&span| span.max(1)).collect();
        let slot = vec![0; ops.spans.len()];
        Self { count: SILENT_SLOTS, slot, spans, free: Default::default(), last, around: None }
    }

    /// How many slots a value covers.
    pub fn span(&self, value: Value) -> u32 {
        self.spans[value as usize]
    }

    /// Where a value lies.
    pub fn place(&self, value: Value) -> Place {
        Place { slot: self.slot[value as usize], span: self.span(value), value }
    }

    /// As [`Slots::place`]; the silent value has as many lanes as are wanted.
    pub fn place_in(&self, value: Value, span: u32) -> Place {
        if value == SILENCE { Place { slot: 0, span, value } } else { self.place(value) }
    }

    /// Gives a new value the slot that was freed last, which is the warmest.
    pub fn take(&mut self, value: Value) -> Place {
        let span = self.span(value);
        let slot = self.free[size(span)].pop().unwrap_or_else(|| {
            // A buffer of several slots begins at a whole multiple of them.
            let start = self.count.next_multiple_of(span);
            self.free[0].extend(self.count..start);
            self.count = start + span;
            start
        });
        self.settle(value, slot)
    }

    /// Whether nothing reads a value after op `at`, so that another may take its place.
    pub fn dies(&self, value: Value, at: usize) -> bool {
        value != SILENCE && self.last[value as usize] <= at && !self.came_in(value)
    }

    /// Whether a value was there before the loop that is being written.
    pub fn came_in(&self, value: Value) -> bool {
        self.around.as_ref().is_some_and(|a| !a.born.contains(&value))
    }

    /// Puts a new value where another one was, which is gone.
    pub fn replace(&mut self, old: Value, new: Value) -> Place {
        self.last[old as usize] = usize::MAX;
        self.settle(new, self.slot[old as usize])
    }

    fn settle(&mut self, value: Value, slot: u32) -> Place {
        self.slot[value as usize] = slot;
        if let Some(around) = &mut self.around {
            around.born.insert(value);
        }
        self.place(value)
    }

    /// Frees the slot of a value that nobody reads after op `at`.
    pub fn release(&mut self, value: Value, at: usize) {
        if value == SILENCE || self.last[value as usize] > at {
            return;
        }
        let (span, slot) = (self.span(value), self.slot[value as usize]);
        match &mut self.around {
            Some(around) if !around.born.contains(&value) => around.later.push((span, slot)),
            _ => self.free[size(span)].push(slot),
        }
        // Freed once.
        self.last[value as usize] = usize::MAX;
    }

    /// A loop begins.
    pub fn begin_loop(&mut self) {
        self.around = Some(Around::default());
    }

    /// The loop ends: what came in may go.
    pub fn end_loop(&mut self) {
        for (span, slot) in self.around.take().unwrap_or_default().later {
            self.free[size(span)].push(slot);
        }
    }
}
