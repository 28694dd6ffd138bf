//! Whether it is worth looking at a stage: for a thread that waits for that, so that who looks can sleep.

use crate::stage::View;
use std::hash::{Hash, Hasher};
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex, PoisonError};

/// What is louder than this is seen: -80 dBFS.
const SEEN: f32 = 1e-4;
/// The place of the song is seen in tenths of a second.
const TENTHS: i64 = 10;

/// A handle to look at a stage from elsewhere. It takes nothing from who looks for good: peaks stay.
#[derive(Clone, Debug)]
pub struct Pulse(pub(crate) Arc<Mutex<View>>);

/// What can be seen of a stage, in short.
#[derive(Clone, Debug, PartialEq)]
pub struct Beat {
    /// Whether something sounds, so that levels move.
    pub sounds: bool,
    notes: u64,
    song: i64,
    rolls: bool,
    there: bool,
    device: Option<String>,
    input: Option<String>,
    late: u64,
    trip: u32,
}

impl Pulse {
    /// How things stand.
    pub fn beat(&self) -> Beat {
        let view = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let shared = &view.shared;
        let probes = || view.probes.iter().map(|(_, probe)| probe);
        Beat {
            sounds: shared.is_louder(SEEN) || probes().any(|probe| probe.is_louder(SEEN)),
            notes: probes().map(|probe| probe.notes()).sum(),
            song: shared.song.load(Relaxed) * TENTHS / i64::from(view.rate.max(1)),
            rolls: shared.rolls.load(Relaxed),
            there: view.there,
            device: view.device.clone(),
            input: view.input.clone(),
            late: view.dropouts + shared.late.load(Relaxed),
            trip: shared.trip.load(Relaxed),
        }
    }
}

/// Two handles of one stage are the same.
impl Hash for Pulse {
    fn hash<H: Hasher>(&self, state: &mut H) {
        Arc::as_ptr(&self.0).hash(state);
    }
}
