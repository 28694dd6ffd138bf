//! Own nodes: a function is called once with values that stand for sound, and what it does with them becomes a program
//! for the node `code` of the shelf.

mod tape;
mod words;

pub use tape::{Symbol, Tape};
pub use words::{Maker, teach};
