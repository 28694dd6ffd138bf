//! Steps on values.

use crate::compile::flat::Depth;
use crate::compile::order::Mode;
use crate::schedule::Fade;
use smallvec::SmallVec;

/// A buffer of one block: one channel, or that of several nodes side by side; written once.
pub type Value = u32;

/// The values of the channels of a port.
pub type Values = SmallVec<[Value; 4]>;

/// Nodes side by side, by lane; mostly there is one.
pub type Members = SmallVec<[Option<usize>; 1]>;

/// The value that is always silent, for any number of lanes.
pub const SILENCE: Value = 0;

/// One channel of one node: a value of its own, or a lane of one with several nodes side by side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Channel {
    /// The value.
    pub value: Value,
    /// The lane; 0 in a value of its own.
    pub lane: u32,
    /// How many lanes the value has; 1 for a value of its own.
    pub lanes: u32,
}

impl Channel {
    /// A value of its own.
    pub const fn own(value: Value) -> Self {
        Self { value, lane: 0, lanes: 1 }
    }

    /// What is always silent.
    pub const SILENT: Self = Self::own(SILENCE);
}

/// A step on values.
#[derive(Clone, Debug)]
pub enum Op {
    /// `to` is the sum of the terms, each times its amplitude, on top of `before`.
    Sum {
        /// The sum so far.
        before: Option<Value>,
        /// What is written.
        to: Value,
        /// What is summed, in this order.
        terms: Vec<(Channel, f32)>,
    },
    /// `to` is the sum of the terms lane by lane, each times an amplitude a lane.
    WideSum {
        /// What is written.
        to: Value,
        /// What is summed, in this order.
        terms: Vec<(Value, Vec<f32>)>,
    },
    /// Values are laid side by side.
    Pack {
        /// One a lane.
        from: Vec<Value>,
        /// What is written.
        to: Value,
    },
    /// Lanes are taken apart.
    Unpack {
        /// What is read.
        from: Value,
        /// What is written, with its lane.
        to: Vec<(u32, Value)>,
    },
    /// The ops to the next [`Op::End`] run for so many frames at once, again and again.
    Begin {
        /// How many frames.
        frames: usize,
    },
    /// The end of a loop.
    End,
    /// What a cable was given one frame ago.
    Give {
        /// The cable, by its index in the flat table.
        cable: usize,
        /// What is written.
        to: Vec<Value>,
    },
    /// What a cable is given, for the next frame.
    Take {
        /// The cable, by its index in the flat table.
        cable: usize,
        /// What is read.
        from: Vec<Value>,
    },
    /// Each first value is delayed into the second.
    Delay {
        /// What is held back.
        what: Held,
        /// By how many frames.
        frames: usize,
        /// Pairs.
        channels: Vec<(Value, Value)>,
    },
    /// Each first value, of some cables side by side, is delayed into the second.
    WideDelay {
        /// By lane: the cable, by its index in the flat table.
        cables: Vec<Option<usize>>,
        /// By how many frames.
        frames: usize,
        /// Pairs.
        channels: Vec<(Value, Value)>,
    },
    /// Each first value goes from one amplitude to another as the second.
    Fade {
        /// How.
        fade: Fade,
        /// Pairs.
        channels: Vec<(Value, Value)>,
    },
    /// Lists of events are merged.
    Merge {
        /// The list that is written.
        to: u32,
        /// What is merged, with the frames that each is delayed by and its cable.
        from: Vec<(u32, usize, usize)>,
        /// Whether all notes end first, when the program begins.
        ends: bool,
    },
    /// Events are dealt to voices.
    Deal {
        /// The instance, by its index in the flat table.
        voices: usize,
        /// The list that each port of the dealer reads.
        from: Vec<u32>,
        /// The lists that are written: `room` of them for each port, from this one on, one a voice.
        to: u32,
        /// As many as there are voices, or some more that stay empty.
        room: u32,
    },
    /// The loudness of some voices is measured.
    Level {
        /// The instance, by its index in the flat table.
        voices: usize,
        /// The value that is measured.
        of: Value,
        /// Its lanes: each with the voice that it belongs to and the level of the cable there.
        lanes: Vec<(u32, u32, f32)>,
    },
    /// A node is run, or several side by side.
    Run {
        /// By lane.
        members: Members,
        /// How.
        mode: Mode,
        /// What its input ports read; a channel each, or a list.
        inputs: Vec<Ports>,
        /// What its output ports write.
        outputs: Vec<Ports>,
        /// Pairs of values: the second begins as the first. They are the channels of the first output.
        in_place: SmallVec<[(Value, Value); 2]>,
        /// Cables that move parameters: parameter, value, depth (with the cable's level in it) by lane.
        moved: Vec<(usize, Value, Vec<Depth>)>,
    },
}

impl Op {
    /// All values that an op reads, those in place included.
    pub fn reads(&self, mut each: impl FnMut(Value)) {
        match self {
            Self::Sum { before, terms, .. } => {
                before.iter().for_each(|&v| each(v));
                terms.iter().for_each(|t| each(t.0.value));
            }
            Self::WideSum { terms, .. } => terms.iter().for_each(|t| each(t.0)),
            Self::Pack { from, .. } => from.iter().for_each(|&v| each(v)),
            Self::Unpack { from, .. } => each(*from),
            Self::Delay { channels, .. } | Self::WideDelay { channels, .. } | Self::Fade { channels, .. } => {
                channels.iter().for_each(|c| each(c.0));
            }
            Self::Take { from, .. } => from.iter().for_each(|&v| each(v)),
            Self::Level { of, .. } => each(*of),
            Self::Merge { .. } | Self::Deal { .. } | Self::Begin { .. } | Self::End | Self::Give { .. } => {}
            Self::Run { inputs, moved, .. } => {
                for port in inputs {
                    if let Ports::Channels(values) = port {
                        values.iter().for_each(|&v| each(v));
                    }
                }
                moved.iter().for_each(|m| each(m.1));
            }
        }
    }

    /// The values that an op writes.
    pub fn writes(&self, mut each: impl FnMut(Value)) {
        match self {
            Self::Sum { to, .. } | Self::WideSum { to, .. } | Self::Pack { to, .. } => each(*to),
            Self::Unpack { to, .. } => to.iter().for_each(|t| each(t.1)),
            Self::Delay { channels, .. } | Self::WideDelay { channels, .. } | Self::Fade { channels, .. } => {
                channels.iter().for_each(|c| each(c.1));
            }
            Self::Give { to, .. } => to.iter().for_each(|&v| each(v)),
            Self::Merge { .. }
            | Self::Deal { .. }
            | Self::Level { .. }
            | Self::Begin { .. }
            | Self::End
            | Self::Take { .. } => {}
            Self::Run { outputs, .. } => {
                for port in outputs {
                    if let Ports::Channels(values) = port {
                        values.iter().for_each(|&v| each(v));
                    }
                }
            }
        }
    }
}

/// What a delay holds back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held {
    /// A cable, by its index in the flat table.
    Cable(usize),
    /// What leaves the patch at an output, by the node's index in the flat table.
    Output(usize),
}

/// A port's channels, or its list of events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ports {
    /// Audio.
    Channels(Values),
    /// Events; with `true` each lane has a list of its own, from this one on.
    List(u32, bool),
}

/// All steps, and how many values and lists they use.
#[derive(Clone, Debug, Default)]
pub struct Ops {
    /// In order.
    pub ops: Vec<Op>,
    /// How many slots each value covers.
    pub spans: Vec<u32>,
    /// How many lists of events there are; list 0 is always empty.
    pub lists: u32,
    /// What each output node gives: its index in the flat table and its channels.
    pub outputs: Vec<(usize, Vec<Value>)>,
}
