//! Speed: what the engine costs, held against the same arithmetic with no graph.
//!
//! [`patches`] builds each workload as a patch, [`material`] computes the sound that the mix plays, and [`stick`] holds
//! the measuring sticks. All of them take what they are set to from [`settings`].

pub mod material;
pub mod own;
pub mod patches;
pub mod run;
pub mod settings;
pub mod stick;

#[cfg(test)]
mod tests;
