//! The console: strips, buses, groups, sends, VCAs, mute and solo, snapshots, as plain edits of a patch.
//!
//! A strip is a row of nodes whose ids begin with its name, in this order; only the first and the fader are always
//! there, the others come when they are wanted:
//!
//! ```text
//! vox → vox comp … → vox pre → vox vca lead → vox dip → vox pan → vox fader
//! source  inserts     mute       VCAs          dips     place      level
//! ```
//!
//! A [`Desk`] makes the edits and keeps a list of them. [`automation`] writes what changes over time.

pub mod automation;
mod desk;
mod snapshot;

pub use desk::{CLOSED_DB, fader};
pub use desk::{Desk, Layer, MASTER};
pub use snapshot::{Snapshot, standing};

#[cfg(test)]
mod tests;
