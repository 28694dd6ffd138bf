//! Patch document, graph, compiler, schedule, rendering.

pub mod audio;
pub mod node;
pub mod patch;
pub mod run;

pub use audio::Audio;
