//! The document: nodes, cables, sub-patches, lanes, tempo; edits, history and the file.
//!
//! A [`Patch`] is plain data. Every change is an [`Edit`] whose application gives back its inverse; a [`History`] keeps
//! transactions of them. [`file`] reads and writes the JSON form.

mod document;
mod edit;
mod error;
pub mod file;
mod history;
mod tempo;
mod time;
mod unique;
mod voices;

pub use document::{Cable, Control, Endpoint, Graph, Lane, Marker, Node, Patch, Point, Role, Shape};
pub use edit::{Edit, EditError, Scope};
pub use error::PatchError;
pub use file::FORMAT;
pub use history::History;
pub use tempo::TempoMap;
pub use time::Moment;
pub use voices::Voices;
