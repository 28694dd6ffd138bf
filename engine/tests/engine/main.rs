//! Tests of the whole engine: random patches against an interpreter, the document, the compiler's refusals, real-time
//! behaviour, rendering.

#[path = "../support/mod.rs"]
mod support;

mod latency;
mod loops;
mod meaning;
mod mutation;
mod oracle;
