//! What a program writes while it runs: buffers, lists of events, values of parameters that move.

use super::fuse::Fused;
use super::tag::Tag;
use crate::node::{BLOCK, EventList, Points};
use crate::schedule::{Place, Schedule, Step};
use signalbox_dsp::lane::{Block, Lane};
use std::ops::Range;

/// One block of one channel, aligned for every vector width.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
pub struct Slot(pub [f32; BLOCK]);

/// What a program writes while it runs.
pub struct Memory {
    pub slots: Vec<Slot>,
    /// By slot: what is known of the buffer that begins there.
    pub tags: Vec<Tag>,
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
            tags: vec![Tag::Silent; schedule.slots as usize],
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

    /// Gives some frames of a buffer the values of the first of them.
    pub fn spread(&mut self, place: Place, frames: &Range<usize>) {
        let span = place.span as usize;
        let all = &mut self.all_mut(place)[frames.start * span..frames.end * span];
        if let [first, rest @ ..] = all
            && span == 1
        {
            return rest.fill(*first);
        }
        let mut done = span;
        while done < all.len() {
            let more = done.min(all.len() - done);
            all.copy_within(..more, done);
            done += more;
        }
    }

    /// Says what is known of some frames of a buffer; where they are not the first of the block, the others count too.
    pub fn tell(&mut self, place: Place, tag: Tag, frames: &Range<usize>) {
        let known = &mut self.tags[place.slot as usize];
        *known = match (*known, tag) {
            _ if frames.start == 0 => tag,
            (Tag::Silent, Tag::Silent) => Tag::Silent,
            // What is constant here and there may differ between.
            _ => Tag::Live,
        };
    }

    /// What is known of a buffer.
    pub fn tag(&self, place: Place) -> Tag {
        self.tags[place.slot as usize]
    }

    /// Whether a buffer is silent.
    pub fn is_silent(&self, place: Place) -> bool {
        self.tag(place) == Tag::Silent
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
pub fn range(place: Place) -> Range<usize> {
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
