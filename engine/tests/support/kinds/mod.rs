//! Small kinds of node for tests. They are as simple as their purpose allows, and never on the real shelf.

mod broken;
mod effects;
mod events;
mod loops;
mod meter;
mod routing;
mod sources;

use signalbox_engine::node::{Declaration, Shelf};

/// All of them.
const KINDS: &[&Declaration] = &[
    &sources::NOISE,
    &sources::LEVEL,
    &sources::IMPULSE,
    &sources::COUNT,
    &sources::WITNESS,
    &effects::GAIN,
    &effects::SCALE,
    &effects::BLEND,
    &effects::OFFSET,
    &effects::TIMES,
    &effects::LATENT,
    &effects::LATE,
    &routing::WIDEN,
    &routing::SPLIT,
    &routing::JOIN,
    &routing::TAP,
    &routing::MONO,
    &events::NOTES,
    &events::SHIFT,
    &events::PULSE,
    &loops::CUTTER,
    &loops::RING,
    &meter::METER,
    &broken::BROKEN,
    &broken::REFUSES,
];

/// The shelf of the test kinds.
pub fn shelf() -> Shelf {
    Shelf::new(KINDS)
}
