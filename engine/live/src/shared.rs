//! What the audio side tells: numbers that both sides see, without waiting for each other.

use crate::ran::Ran;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicI64, AtomicU32, AtomicU64, Ordering::Relaxed};

/// How many channels of the output are metered.
pub const METERED: usize = 16;

/// What the audio side tells.
#[derive(Debug, Default)]
pub struct Shared {
    /// Which program runs, and for how long.
    pub ran: Ran,
    /// How often the device has asked.
    pub calls: AtomicU64,
    /// The frame at which the song stands.
    pub song: AtomicI64,
    /// Whether it goes on.
    pub rolls: AtomicBool,
    /// For the time of which number the output is turned down, all the way, for a change that can't be faded; else 0.
    pub dipped: AtomicU64,
    /// How often the sound was not ready in time.
    pub late: AtomicU64,
    /// Frames that the guard clipped.
    pub clipped: AtomicU64,
    /// Why the guard has muted, see [`super::Trip`]; 0 while it has not.
    pub trip: AtomicU32,
    /// For how long buffers were worked on, in nanoseconds.
    pub worked: AtomicU64,
    /// How many frames they had.
    pub asked: AtomicU64,
    /// The real-time priority of the thread that asked last as a new one; 0 where it has none.
    pub rank: AtomicI32,
    /// The greatest share of a buffer's time that it took to fill it since it was read, a number.
    load: AtomicU32,
    /// By channel: the greatest sample since it was read.
    peaks: [AtomicU32; METERED],
}

/// Levels and load since they were read last.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Meters {
    /// By channel: the greatest sample, as an amplitude.
    pub peaks: Vec<f32>,
    /// The greatest share of a buffer's time that it took to fill it, 1 being all of it.
    pub load: f32,
}

impl Shared {
    /// Holds the greatest of non-negative numbers; their bits are in the order of the numbers.
    fn raise(slot: &AtomicU32, value: f32) {
        slot.fetch_max(value.to_bits(), Relaxed);
    }

    /// Tells the greatest sample of a channel in a buffer.
    pub fn peak(&self, channel: usize, peak: f32) {
        if let Some(slot) = self.peaks.get(channel) {
            Self::raise(slot, peak);
        }
    }

    /// Tells which share of its time a buffer took.
    pub fn busy(&self, share: f32) {
        Self::raise(&self.load, share);
        if share > 1.0 {
            self.late.fetch_add(1, Relaxed);
        }
    }

    /// Whether a channel was louder than an amplitude since the peaks were read; they stay.
    pub fn is_louder(&self, than: f32) -> bool {
        self.peaks.iter().any(|slot| f32::from_bits(slot.load(Relaxed)) > than)
    }

    /// What was measured since the last call, of so many channels.
    pub fn meters(&self, channels: usize) -> Meters {
        let take = |slot: &AtomicU32| f32::from_bits(slot.swap(0, Relaxed));
        Meters { peaks: self.peaks.iter().take(channels).map(take).collect(), load: take(&self.load) }
    }
}
