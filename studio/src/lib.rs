//! The workflows: measure, mix a folder, master, plots, the demo.
//!
//! The studio speaks to the engine in patches, edits and files, and knows nothing of screens.

pub mod assets;
pub mod bench;
pub mod console;
pub mod demo;
pub mod loudness;
pub mod measure;
pub mod mix;
pub mod output;
pub mod picture;
pub mod plot;
pub mod stems;

/// Every kind of node that a patch may use.
pub fn shelf() -> signalbox_engine::node::Shelf {
    signalbox_nodes::shelf()
}
