//! What a program writes while it runs: buffers, lists of events, values of parameters that move.

use super::fuse::Fused;
use crate::node::{BLOCK, EventList, Points};
use crate::schedule::{Place, Schedule, Step};
use signalbox_dsp::lane::{Block, Lane};

/// One block of one channel, aligned for every vector width.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
pub struct Slot(pub [f32; BLOCK]);

/// What a program writes while it runs.
pub struct Memory {
    pub slots: Vec<Slot>,
    /// By slot: whether the value that begins there is silent, all of it zero.
    pub silent: Vec<bool>,
    pub lists: Vec<EventList>,
    /// The frame at which the program began, where a step asked for it.
    pub born: Option<i64>,
    /// Values of parameters that move, a slot for each lane.
    pub rows: Vec<Slot>,
    /// Rows of steps that run as one, by the index of their first step, sorted.
    pub fused: Vec<(usize, Fused)>,
    /// Room for the points of one node.
    pub points: Points,
    /// Room for lanes that are taken apart.
    pub scratch: Box<[Block; 16]>,
}

impl Memory {
    /// Silence, with so many slots for parameters that move.
    pub fn new(schedule: &Schedule, rows: usize) -> Self {
        Self {
            slots: vec![Slot([0.0; BLOCK]); schedule.slots as usize],
            silent: vec![true; schedule.slots as usize],
            lists: (0..schedule.lists).map(|_| EventList::new()).collect(),
            born: None,
            rows: vec![Slot([0.0; BLOCK]); rows],
            fused: fused(schedule),
            points: Points::new(),
            scratch: Box::new([[0.0; BLOCK]; 16]),
        }
    }

    /// All numbers of a buffer, to be written.
    pub fn all_mut(&mut self, place: Place) -> &mut [f32] {
        flat_mut(&mut self.slots[range(place)])
    }

    /// Says whether some frames of a buffer are silent; where they are not the first of the block, the others count too.
    pub fn tell(&mut self, place: Place, silent: bool, frames: &std::ops::Range<usize>) {
        let tag = &mut self.silent[place.slot as usize];
        *tag = silent && (frames.start == 0 || *tag);
    }

    /// Whether a buffer is silent.
    pub fn is_silent(&self, place: Place) -> bool {
        self.silent[place.slot as usize]
    }
}

fn fused(schedule: &Schedule) -> Vec<(usize, Fused)> {
    let rows = schedule.steps.iter().enumerate().filter_map(|(at, step)| match step {
        Step::Fuse { steps } => Some((at + 1, Fused::new(&schedule.steps[at + 1..at + 1 + steps]))),
        _ => None,
    });
    rows.collect()
}

/// The slots of a buffer.
pub fn range(place: Place) -> std::ops::Range<usize> {
    place.slot as usize..(place.slot + place.span) as usize
}

/// Slots as one row of numbers.
pub fn flat(slots: &[Slot]) -> &[f32] {
    // SAFETY: a slot is an array of numbers and nothing else, without a gap to the next one.
    unsafe { std::slice::from_raw_parts(slots.as_ptr().cast(), slots.len() * BLOCK) }
}

/// Slots as one row of numbers, to be written.
pub fn flat_mut(slots: &mut [Slot]) -> &mut [f32] {
    // SAFETY: a slot is an array of numbers and nothing else, without a gap to the next one.
    unsafe { std::slice::from_raw_parts_mut(slots.as_mut_ptr().cast(), slots.len() * BLOCK) }
}

/// Slots as blocks with `L::LANES` values a frame; what does not fill one is left out.
pub fn wide<L: Lane>(slots: &[Slot]) -> &[[L; BLOCK]] {
    // SAFETY: lane types are rows of numbers that are aligned to 64 bytes at most, as slots are.
    unsafe { std::slice::from_raw_parts(slots.as_ptr().cast(), slots.len() / L::LANES) }
}

/// Slots as blocks with `L::LANES` values a frame, to be written.
pub fn wide_mut<L: Lane>(slots: &mut [Slot]) -> &mut [[L; BLOCK]] {
    // SAFETY: lane types are rows of numbers that are aligned to 64 bytes at most, as slots are.
    unsafe { std::slice::from_raw_parts_mut(slots.as_mut_ptr().cast(), slots.len() / L::LANES) }
}

/// Two slots as a sum in double precision.
pub fn double(slots: &mut [Slot]) -> &mut [f64; BLOCK] {
    assert!(slots.len() == 2);
    // SAFETY: two slots have the size of 64 numbers in double precision, and more than their alignment.
    unsafe { &mut *slots.as_mut_ptr().cast() }
}
