//! Runs one buffer of one schedule: memory, cells, parameters, events. The engine's unsafe code is here.
//!
//! The control side has a [`Builder`], which makes a [`Program`] of each schedule: the schedule, memory for its buffers,
//! and the cells that hold the state of its nodes. The audio side has the one [`Runner`] that may run them.

mod builder;
mod bypass;
mod cell;
mod crew;
mod dealer;
mod follow;
mod fuse;
mod glide;
mod kept;
mod level;
mod line;
mod lines;
mod lists;
mod make;
mod memory;
mod moves;
mod moving;
mod pass;
mod pipeline;
mod program;
mod ramp;
mod relay;
mod runner;
mod segment;
mod stopwatch;
mod sum;
mod tag;
mod targets;
mod transport;
mod values;
mod view;

pub use builder::{Builder, pair};
pub use cell::{Cell, Knobs};
pub use crew::Help;
pub use follow::{Last, Next};
pub use pass::Fault;
pub use pipeline::Pipeline;
pub use program::Program;
pub use runner::{Block, Runner};
pub use transport::Transport;
pub use view::{Events, Inputs, Outputs, PortView};
