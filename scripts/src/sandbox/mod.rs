//! What a script may do, and how much of it.

pub mod glob;
mod limits;
mod root;

pub use limits::{Clock, Over, limit};
pub use root::Root;
