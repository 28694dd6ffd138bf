//! Runs one buffer of one schedule: memory, cells, parameters, events. The engine's unsafe code is here.

mod view;

pub use view::{Events, Inputs, Outputs, PortView};
