//! The Rhai language: routing, effects and automation as a text.
//!
//! A script goes this way: [`syntax`] turns named arguments into maps and keeps the way back to the user's columns; Rhai
//! runs it with the [`words`]; these write a patch (`draft`), and keep what else a run does: asserts, files, lessons.
//! What comes out is an [`Outcome`] with an ordinary patch, which renders and plays without this crate. [`apply`] tells
//! the difference to what plays already, as edits. The [`sandbox`] holds a script to its folder and its time.

mod amount;
pub mod apply;
pub mod doc;
mod draft;
mod lines;
pub mod lsp;
mod run;
pub mod sandbox;
mod session;
mod syntax;
mod trace;
mod trouble;
mod words;

pub use amount::Amount;
pub use lines::{say, script};
pub use run::{Outcome, Script, Settings};
pub use sandbox::Root;
pub use session::{Reply, Session};
pub use syntax::Place;
pub use trouble::Trouble;
pub use words::{Check, Doc, Lesson, Mode, Quiz};
