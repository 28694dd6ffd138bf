//! What a node sees of the schedule's memory: its own ports, as slices.

use crate::node::{BLOCK, Event, EventList};
use std::marker::PhantomData;

/// Where a port's channels lie.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PortView {
    /// Index of the first channel in the table of slots; for events, the index of the list, of the first lane.
    pub start: u32,
    /// How many channels; 0 for events, and for the first input of a node that works in place.
    pub width: u16,
    /// Whether it carries events.
    pub events: bool,
    /// For events: whether each lane has a list of its own, one behind the other; if not, all hear the same.
    pub apart: bool,
    /// Whether a cable is there.
    pub connected: bool,
}

/// Buffers that a node reads.
#[derive(Clone, Copy)]
pub struct Inputs<'a, L> {
    base: *const L,
    ports: &'a [PortView],
    slots: &'a [u32],
    frames: usize,
    life: PhantomData<&'a [L]>,
}

/// Buffers that a node writes.
pub struct Outputs<'a, L> {
    base: *mut L,
    ports: &'a [PortView],
    slots: &'a [u32],
    frames: usize,
    life: PhantomData<&'a mut [L]>,
}

/// Event lists that a node reads and writes.
pub struct Events<'a> {
    base: *mut EventList,
    inputs: &'a [PortView],
    outputs: &'a [PortView],
    lanes: usize,
    life: PhantomData<&'a mut [EventList]>,
}

impl<'a, L> Inputs<'a, L> {
    /// # Safety
    /// For `'a`, every slot of `ports` is a block of `frames` (at most [`BLOCK`]) initialised values at
    /// `base + slot * BLOCK` that nobody writes.
    pub(crate) unsafe fn new(base: *const L, ports: &'a [PortView], slots: &'a [u32], frames: usize) -> Self {
        Self { base, ports, slots, frames, life: PhantomData }
    }

    /// How many channels a port has.
    #[inline(always)]
    pub fn width(&self, port: usize) -> usize {
        usize::from(self.ports[port].width)
    }

    /// Whether a cable comes in at a port; without one its channels are silent.
    #[inline(always)]
    pub fn connected(&self, port: usize) -> bool {
        self.ports[port].connected
    }

    /// One channel of a port, as long as the block.
    #[inline(always)]
    pub fn channel(&self, port: usize, channel: usize) -> &'a [L] {
        let port = self.ports[port];
        assert!(channel < usize::from(port.width));
        let slot = self.slots[port.start as usize + channel] as usize;
        // SAFETY: by the contract of `new`, the slot holds at least `frames` values that nobody writes for `'a`.
        unsafe { std::slice::from_raw_parts(self.base.add(slot * BLOCK), self.frames) }
    }
}

impl<'a, L> Outputs<'a, L> {
    /// # Safety
    /// For `'a`, every slot of `ports` is a block of `frames` (at most [`BLOCK`]) initialised values at
    /// `base + slot * BLOCK`, no slot stands twice, and nobody else reads or writes them.
    pub(crate) unsafe fn new(base: *mut L, ports: &'a [PortView], slots: &'a [u32], frames: usize) -> Self {
        Self { base, ports, slots, frames, life: PhantomData }
    }

    /// How many channels a port has.
    #[inline(always)]
    pub fn width(&self, port: usize) -> usize {
        usize::from(self.ports[port].width)
    }

    /// How many ports there are.
    #[inline(always)]
    pub fn ports(&self) -> usize {
        self.ports.len()
    }

    /// Whether a cable leaves from a port.
    #[inline(always)]
    pub fn connected(&self, port: usize) -> bool {
        self.ports[port].connected
    }

    #[inline(always)]
    fn slot(&self, port: usize, channel: usize) -> *mut L {
        let port = self.ports[port];
        assert!(channel < usize::from(port.width));
        let slot = self.slots[port.start as usize + channel] as usize;
        // SAFETY: by the contract of `new`, the slot lies inside the memory at `base`.
        unsafe { self.base.add(slot * BLOCK) }
    }

    /// One channel of a port, as long as the block.
    #[inline(always)]
    pub fn channel(&mut self, port: usize, channel: usize) -> &mut [L] {
        // SAFETY: by the contract of `new`, the slot holds at least `frames` values that are ours alone, and the
        // slice borrows `self`, so that no second one exists.
        unsafe { std::slice::from_raw_parts_mut(self.slot(port, channel), self.frames) }
    }

    /// The first two channels of a port at once.
    #[inline(always)]
    pub fn pair(&mut self, port: usize) -> [&mut [L]; 2] {
        let (a, b) = (self.slot(port, 0), self.slot(port, 1));
        // SAFETY: as in `channel`; the two slots differ, since by the contract of `new` no slot stands twice.
        unsafe {
            [std::slice::from_raw_parts_mut(a, self.frames), std::slice::from_raw_parts_mut(b, self.frames)]
        }
    }
}

impl<'a> Events<'a> {
    /// # Safety
    /// For `'a`, every list that a port with `events` names (`lanes` in a row where it is `apart`) lies inside the
    /// memory at `base`, nobody else uses the lists of `outputs`, nobody writes those of `inputs`, and no list of
    /// `outputs` is one of `inputs`.
    pub(crate) unsafe fn new(
        base: *mut EventList,
        inputs: &'a [PortView],
        outputs: &'a [PortView],
        lanes: usize,
    ) -> Self {
        Self { base, inputs, outputs, lanes, life: PhantomData }
    }

    /// The events that come in at a port for a lane, in order; none at a port for audio.
    #[inline(always)]
    pub fn input(&self, port: usize, lane: usize) -> &'a [Event] {
        let port = self.inputs[port];
        if !port.events {
            return &[];
        }
        assert!(lane < self.lanes);
        let list = port.start as usize + if port.apart { lane } else { 0 };
        // SAFETY: by the contract of `new`, the list exists and nobody writes it for `'a`.
        unsafe { &*self.base.add(list) }
    }

    /// Adds an event to an output port, of the one lane that there is; nothing happens at a port for audio.
    #[inline(always)]
    pub fn send(&mut self, port: usize, event: Event) {
        let port = self.outputs[port];
        if port.events {
            // SAFETY: by the contract of `new`, the list exists and is ours alone.
            unsafe { (*self.base.add(port.start as usize)).push(event) }
        }
    }
}
