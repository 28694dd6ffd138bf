//! The document: nodes, cables, sub-patches, lanes, tempo; edits, history and the file.

mod tempo;

pub use tempo::TempoMap;
