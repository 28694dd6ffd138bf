//! Tests of the whole product: the command, run as a user runs it, in folders of its own.

mod bad_files;
mod bad_patches;
mod bench;
#[cfg(all(feature = "editor", target_os = "linux"))]
mod editor;
mod interrupt;
mod jobs;
#[cfg(feature = "live")]
mod live;
#[cfg(feature = "live")]
mod lsp;
mod measure;
mod mix;
mod mix_refusals;
#[cfg(all(feature = "live", target_os = "linux"))]
mod pulse;
mod render;
#[cfg(feature = "live")]
mod repl;
mod scripts;
mod stems;
mod support;
mod voices;
#[cfg(feature = "live")]
mod watch;
mod words;
