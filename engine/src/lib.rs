//! Patch document, graph, compiler, schedule, rendering.
//!
//! A [`patch::Patch`] is compiled ([`compile`]) into a [`schedule::Schedule`], which [`run`] runs block by block and
//! [`render`] renders into memory or a file.

pub mod audio;
pub mod compile;
pub mod node;
pub mod patch;
pub mod render;
pub mod run;
pub mod schedule;

pub use audio::Audio;

/// The rates that the engine runs at, in frames a second.
pub const RATES: std::ops::RangeInclusive<u32> = 8_000..=384_000;

#[cfg(test)]
extern crate self as signalbox_engine;

/// What the tests of the whole engine have, for those that need to look inside.
#[cfg(test)]
#[allow(dead_code, reason = "the tests of the whole engine use the rest")]
#[path = "../tests/support"]
mod support {
    pub mod build;
    pub mod chance;
    pub mod generate;
    pub mod interpreter;
    pub mod judge;
    pub mod kinds;
    pub mod play;
    pub mod unfold;
}
