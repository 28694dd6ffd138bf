//! The schedule: steps and buffers as plain data, in the order in which they run.

pub mod access;
mod constants;
mod explain;
mod walk;

pub use explain::{dot, explain};
pub use walk::{Round, Told, walk};

use crate::compile::{Curve, Depth, Mode};
use crate::run::PortView;
use std::sync::Arc;

/// A buffer that a step uses: where it lies in memory, and which value it holds then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Place {
    /// Index of the first slot; a slot is one block of one channel.
    pub slot: u32,
    /// How many slots it covers: 1, or as many as nodes lie side by side in it (frame by frame, then node by node), or
    /// 2 for a sum in double precision that goes on.
    pub span: u32,
    /// The value, for the checker and for people.
    pub value: u32,
}

/// What a sum reads.
#[derive(Clone, Debug, PartialEq)]
pub enum Term {
    /// A channel, times an amplitude.
    Channel(Place, f32),
    /// Some lanes of a buffer with several nodes side by side, each times an amplitude, in this order.
    Lanes(Place, Vec<(u32, f32)>),
}

impl Term {
    /// The buffer that is read.
    pub fn place(&self) -> Place {
        match self {
            Self::Channel(place, _) | Self::Lanes(place, _) => *place,
        }
    }

    /// The buffer that is read, to be changed.
    pub fn place_mut(&mut self) -> &mut Place {
        match self {
            Self::Channel(place, _) | Self::Lanes(place, _) => place,
        }
    }
}

/// One step.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// The next steps run for so many frames at once, again and again until the block is over.
    Loop {
        /// How many steps.
        steps: usize,
        /// How many frames at once.
        frames: usize,
    },
    /// The next steps run as one while their parameters rest.
    Fuse {
        /// How many steps.
        steps: usize,
    },
    /// Gives what a cable of a loop took one frame ago.
    Give {
        /// Index in [`Schedule::lines`].
        line: u32,
        /// What is written, one a channel.
        to: Vec<Place>,
    },
    /// Takes what the cable of a loop gives in the next frame.
    Take {
        /// Index in [`Schedule::lines`].
        line: u32,
        /// What is read, one a channel.
        from: Vec<Place>,
    },
    /// Copies a buffer.
    Copy {
        /// What is read.
        from: Place,
        /// What is written.
        to: Place,
    },
    /// Sums channels in double precision.
    Sum {
        /// The sum so far, where this goes on with one.
        before: Option<Place>,
        /// What is written: a channel, or with span 2 a sum that goes on.
        to: Place,
        /// What is read, in this order.
        terms: Vec<Term>,
    },
    /// Sums buffers with several nodes side by side, lane by lane, in double precision.
    WideSum {
        /// What is written.
        to: Place,
        /// What is read, each times an amplitude a lane, in this order.
        terms: Vec<(Place, Vec<f32>)>,
    },
    /// Lays channels side by side.
    Pack {
        /// What is read, one a lane.
        from: Vec<Place>,
        /// What is written.
        to: Place,
    },
    /// Takes channels out of a buffer in which they lie side by side.
    Unpack {
        /// What is read.
        from: Place,
        /// What is written, with the lane that it is taken from.
        to: Vec<(u32, Place)>,
    },
    /// Delays channels in place.
    Delay {
        /// Index in [`Schedule::lines`].
        line: u32,
        /// One a channel: what is read, and what stands in the same slot afterwards.
        channels: Vec<(Place, Place)>,
    },
    /// Delays buffers with several nodes side by side, in place.
    WideDelay {
        /// Index in [`Schedule::wide_lines`].
        line: u32,
        /// One a channel: what is read, and what stands in the same slots afterwards.
        channels: Vec<(Place, Place)>,
    },
    /// In the first moments of a program, channels go from one amplitude to another, in place.
    Fade {
        /// How.
        fade: Fade,
        /// One a channel: what is read, and what stands in the same slot afterwards.
        channels: Vec<(Place, Place)>,
    },
    /// Merges lists of events.
    Merge {
        /// The list that is written.
        to: u32,
        /// The lists that are read, with the index in [`Schedule::event_lines`] of what holds each back.
        from: Vec<(u32, Option<u32>)>,
        /// Whether all notes end first, when the program begins.
        ends: bool,
    },
    /// Deals events to voices: each note to one that is free, or else to the quietest.
    Deal {
        /// Index in [`Schedule::dealers`].
        dealer: u32,
        /// The list that is read for each port.
        from: Vec<u32>,
        /// The first of the lists that are written: `room` of them for each port, one a voice.
        to: u32,
        /// As many as there are voices, or some more that stay empty.
        room: u32,
    },
    /// Measures how loud voices are, for their dealer.
    Level {
        /// Index in [`Schedule::dealers`].
        dealer: u32,
        /// What is read.
        of: Place,
        /// Its lanes: each with the number of its voice and an amplitude.
        lanes: Vec<(u32, u32, f32)>,
    },
    /// Runs a node, or several side by side.
    Run(Run),
}

/// A way from one amplitude to another in the first frames of a program.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fade {
    /// The amplitude at the first frame.
    pub from: f32,
    /// The amplitude at the end.
    pub to: f32,
    /// How many frames it takes.
    pub frames: usize,
    /// How many frames it waits at the first amplitude: what is new and late is silent for so long.
    pub wait: usize,
}

impl Fade {
    /// The amplitude at a frame, the program's first being 0.
    pub fn at(&self, frame: i64) -> f32 {
        let way = (frame - self.wait as i64).max(0) as f32 / self.frames.max(1) as f32;
        if way < 1.0 { self.from + (self.to - self.from) * way } else { self.to }
    }
}

/// What deals events to the voices of an instance; what it knows of them outlives schedules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dealer {
    /// The key of the instance.
    pub key: Arc<str>,
    /// The dealer's index in the flat table.
    pub node: usize,
    /// How many voices there are.
    pub voices: u32,
    /// How many ports bring events.
    pub ports: u32,
    /// How many steps measure the voices.
    pub levels: u32,
}

/// A node that is run, or several side by side.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// Index in [`Schedule::banks`].
    pub bank: u32,
    /// How.
    pub mode: Mode,
    /// How many frames the sound here is behind the patch's clock.
    pub arrival: u32,
    /// Where the input ports read.
    pub inputs: Vec<PortView>,
    /// Where the output ports write.
    pub outputs: Vec<PortView>,
    /// The places of all channels that the ports point to.
    pub places: Vec<Place>,
    /// The slots of `places`, counted in buffers of their span.
    pub slots: Vec<u32>,
    /// For a node in place: what stands in the slots of the first output before.
    pub before: Vec<Place>,
    /// Parameters that move, in order.
    pub moved: Vec<Moved>,
    /// In a loop that runs some frames at once: the lists of events of its ports, each seen through another one that
    /// holds the events of these frames.
    pub windows: Vec<Window>,
}

/// A list of events, seen some frames at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// The list of the whole block.
    pub whole: u32,
    /// The list that the node sees.
    pub seen: u32,
    /// Whether the node writes it.
    pub written: bool,
}

/// What moves a parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct Moved {
    /// Its index.
    pub parameter: u32,
    /// Its least and its greatest value.
    pub range: (f32, f32),
    /// Indices in [`Schedule::lanes`], one for each node side by side; none where no lane moves it.
    pub curves: Vec<u32>,
    /// Signals, each with its depth for each node side by side.
    pub cables: Vec<(Place, Vec<Depth>)>,
}

/// What runs as one: a node, or several of one kind side by side.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bank {
    /// The nodes by lane, as indices of the flat table; lanes may be empty. A node by itself is a bank of one lane.
    pub members: Vec<Option<usize>>,
    /// Whether each frame is treated by itself, as the nodes are set.
    pub pointwise: bool,
}

impl Bank {
    /// How many nodes it has room for.
    pub fn lanes(&self) -> usize {
        self.members.len()
    }

    /// The nodes, as indices of the flat table, each behind its lane.
    pub fn seats(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        self.members.iter().enumerate().filter_map(|(lane, node)| Some((lane, (*node)?)))
    }

    /// The nodes, as indices of the flat table.
    pub fn nodes(&self) -> impl Iterator<Item = usize> + '_ {
        self.members.iter().flatten().copied()
    }

    /// One of the nodes; all are alike but for what may move.
    pub fn first(&self) -> Option<usize> {
        self.nodes().next()
    }
}

/// A delay that keeps two paths together; it belongs to its cable, or to the output that it holds back.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Line {
    /// The instance that the cable lies in, with a `/` at the end, and empty in the patch itself; for an output its key.
    pub scope: Arc<str>,
    /// The cable's id there; 0 for an output.
    pub cable: u32,
    /// A number made from the names of the cable's ends; 0 for an output.
    pub ends: u64,
    /// By how many frames.
    pub frames: usize,
    /// How many channels; 0 for events.
    pub width: usize,
    /// By how many frames the same cable was held back in the program before; `None` if it was not there.
    pub was: Option<usize>,
    /// Whether the cable is on its way out; another of the same name may be there in its place.
    pub goes: bool,
}

impl Line {
    /// The cable and the channels alone.
    pub fn name(&self) -> Self {
        Self { frames: 0, was: None, ..self.clone() }
    }
}

/// Delays of cables that lie side by side, all by as many frames and of as many channels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WideLine {
    /// By lane.
    pub lanes: Vec<Option<Line>>,
}

impl WideLine {
    /// Those that are there.
    pub fn lines(&self) -> impl Iterator<Item = &Line> {
        self.lanes.iter().flatten()
    }

    /// By how many frames.
    pub fn frames(&self) -> usize {
        self.lines().next().map_or(0, |line| line.frames)
    }

    /// How many channels each has.
    pub fn width(&self) -> usize {
        self.lines().next().map_or(0, |line| line.width)
    }
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
    /// What is run: nodes, some of them side by side.
    pub banks: Vec<Bank>,
    /// Delays that keep paths together.
    pub lines: Vec<Line>,
    /// Delays of cables that lie side by side.
    pub wide_lines: Vec<WideLine>,
    /// The same for events.
    pub event_lines: Vec<Line>,
    /// What deals events to voices.
    pub dealers: Vec<Dealer>,
    /// Courses of parameters.
    pub lanes: Vec<Curve>,
    /// What leaves the patch.
    pub outputs: Vec<Output>,
    /// How many frames the outputs are behind the patch's clock.
    pub latency: usize,
}

impl Schedule {
    /// The names of the outputs, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> + Clone {
        self.outputs.iter().map(|o| o.name.as_str())
    }

    /// The delays of all cables with sound.
    pub fn held(&self) -> impl Iterator<Item = &Line> {
        self.lines.iter().chain(self.wide_lines.iter().flat_map(WideLine::lines))
    }

    /// The nodes that are run, as indices of the flat table.
    pub fn nodes(&self) -> impl Iterator<Item = usize> + '_ {
        self.banks.iter().flat_map(Bank::nodes)
    }
}
