//! Events: notes, with the frame at which they happen.

/// One event inside a block.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Event {
    /// Frame inside the block, from 0.
    pub frame: u32,
    /// What happens.
    pub kind: EventKind,
}

/// What an event says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum EventKind {
    /// A note begins.
    NoteOn {
        /// Pitch as a MIDI key, 69 = A4 = 440 Hz; fractions are allowed.
        key: f32,
        /// How hard, 0 to 1.
        velocity: f32,
        /// Names the note until its end.
        id: u32,
    },
    /// The note with this name ends.
    NoteOff {
        /// The name given at its start.
        id: u32,
    },
    /// All notes end: what brought one of them is no longer there.
    AllOff,
}

/// The events of one port in one block, in order of time; its memory is fixed.
#[derive(Debug)]
pub struct EventList {
    events: Vec<Event>,
    lost: u64,
}

impl EventList {
    /// The most events that one block of one port holds.
    pub const CAPACITY: usize = 256;

    /// An empty list with room for [`Self::CAPACITY`] events.
    pub fn new() -> Self {
        Self { events: Vec::with_capacity(Self::CAPACITY), lost: 0 }
    }

    /// A list with no room at all, which needs no memory; it stands in where a list is taken out for a moment.
    pub(crate) const fn empty() -> Self {
        Self { events: Vec::new(), lost: 0 }
    }

    /// Adds an event after all others of the same frame; counted as lost when the list is full.
    pub fn push(&mut self, event: Event) {
        if self.events.len() == Self::CAPACITY {
            self.lost += 1;
            return;
        }
        let at = self.events.iter().rposition(|e| e.frame <= event.frame).map_or(0, |i| i + 1);
        self.events.insert(at, event);
    }

    /// Forgets all events.
    pub fn clear(&mut self) {
        self.events.clear();
    }

    /// How many events did not fit since the list was made.
    pub fn lost(&self) -> u64 {
        self.lost
    }
}

impl Default for EventList {
    fn default() -> Self {
        Self::new()
    }
}

impl std::ops::Deref for EventList {
    type Target = [Event];
    fn deref(&self) -> &[Event] {
        &self.events
    }
}
