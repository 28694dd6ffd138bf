//! Patch document, graph, compiler, schedule, rendering.

pub mod audio;

pub use audio::Audio;
