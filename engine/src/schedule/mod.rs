//! The schedule: steps and buffers as plain data, in the order in which they run.

mod explain;

pub use explain::{dot, explain};

use crate::compile::{Curve, Depth, Mode};
use crate::run::PortView;
use std::sync::Arc;

/// A buffer that a step uses: the slot of memory, and which value it holds then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Index of the slot, one block of one channel.
    pub slot: u32,
    /// The value, for the checker and for people.
    pub value: u32,
}

/// One step.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// Copies one channel.
    Copy {
        /// What is read.
        from: Place,
        /// What is written.
        to: Place,
    },
    /// Sums channels.
    Sum {
        /// What is written.
        to: Place,
        /// What is read, each times its amplitude, in this order.
        terms: Vec<(Place, f32)>,
    },
    /// Delays channels in place.
    Delay {
        /// Index in [`Schedule::lines`].
        line: u32,
        /// One a channel: what is read, and what stands in the same slot afterwards.
        channels: Vec<(Place, Place)>,
    },
    /// Merges lists of events.
    Merge {
        /// The list that is written.
        to: u32,
        /// The lists that are read, with the index in [`Schedule::event_lines`] of what holds each back.
        from: Vec<(u32, Option<u32>)>,
    },
    /// Runs a node.
    Run(Run),
}

/// A node that is run.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// Index in [`Schedule::nodes`].
    pub node: u32,
    /// How.
    pub mode: Mode,
    /// How many frames the sound here is behind the patch's clock.
    pub arrival: u32,
    /// Where the input ports read.
    pub inputs: Vec<PortView>,
    /// Where the output ports write.
    pub outputs: Vec<PortView>,
    /// The places of all channels that the ports point to, and their slots.
    pub places: Vec<Place>,
    /// The slots of `places`.
    pub slots: Vec<u32>,
    /// For a node in place: what stands in the slots of the first output before.
    pub before: Vec<Place>,
    /// Parameters that move, in order.
    pub moved: Vec<Moved>,
}

/// What moves a parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct Moved {
    /// Its index.
    pub parameter: u32,
    /// Its least and its greatest value.
    pub range: (f32, f32),
    /// Index in [`Schedule::lanes`].
    pub lane: Option<u32>,
    /// Signals, each with its depth.
    pub cables: Vec<(Place, Depth)>,
}

/// A delay that keeps two paths together; it belongs to its cable, or to the output that it holds back.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Line {
    /// The instance that the cable lies in, with a `/` at the end, and empty in the patch itself; for an output its key.
    pub scope: Arc<str>,
    /// The cable's id there; 0 for an output.
    pub cable: u32,
    /// By how many frames.
    pub frames: usize,
    /// How many channels; 0 for events.
    pub width: usize,
}

/// An output of the patch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// The id of its node.
    pub name: String,
    /// Its channels.
    pub channels: Vec<Place>,
}

/// The schedule of a patch.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Schedule {
    /// What to do, in order.
    pub steps: Vec<Step>,
    /// How many slots of one block the steps use; slot 0 is always silent.
    pub slots: u32,
    /// How many lists of events the steps use; list 0 is always empty.
    pub lists: u32,
    /// The nodes that are run, as indices of the flat table.
    pub nodes: Vec<usize>,
    /// Delays that keep paths together.
    pub lines: Vec<Line>,
    /// The same for events.
    pub event_lines: Vec<Line>,
    /// Courses of parameters.
    pub lanes: Vec<Curve>,
    /// What leaves the patch.
    pub outputs: Vec<Output>,
    /// How many frames the outputs are behind the patch's clock.
    pub latency: usize,
}
