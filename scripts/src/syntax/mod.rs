//! From a user's text to what Rhai reads, and from Rhai's places back to the user's.

mod assert;
mod cursor;
mod lexer;
mod named;

pub use assert::register as register_assert;
pub use cursor::{cursor, word_at};
pub use named::{Named, Place};
