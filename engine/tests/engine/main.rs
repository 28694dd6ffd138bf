//! Tests of the whole engine: random patches against an interpreter, the document, the compiler's refusals, real-time
//! behaviour, rendering.

#[path = "../support/mod.rs"]
mod support;

mod allocation;
mod batches;
mod edits;
mod faults;
mod files;
mod follow;
mod latency;
mod limits;
mod loops;
mod meaning;
mod mutation;
mod oracle;
mod parameters;
mod recompile;
mod refusals;
mod rendering;
mod values;
mod voices;
