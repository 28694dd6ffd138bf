//! What the engine's tests share: small kinds of node, patches by hand and by chance, and an interpreter that computes
//! a patch in the most naive way.

pub mod allocations;
pub mod build;
pub mod chance;
pub mod document;
pub mod generate;
pub mod interpreter;
pub mod judge;
pub mod kinds;
pub mod play;
pub mod shrink;
pub mod stage;
pub mod story;
pub mod unfold;
