//! The one constant that declares a kind of node; all else is derived from it.

use super::{Make, Setup, Wides};
use signalbox_dsp::units::Unit;

/// Declares a kind of node: what the editor draws, what the help says, what a patch may set and what is run.
pub struct Declaration {
    /// The name in patches and scripts: lower case, short.
    pub name: &'static str,
    /// The name for people.
    pub title: &'static str,
    /// The shelf's compartment.
    pub group: Group,
    /// One sentence that says what it is for.
    pub help: &'static str,
    /// Who published the algorithm, and how it was checked.
    pub source: &'static str,
    /// A whole patch in JSON that shows it at work.
    pub example: &'static str,
    /// Ports that take signals in.
    pub inputs: &'static [Port],
    /// Ports that give signals out.
    pub outputs: &'static [Port],
    /// Parameters, in the order in which a kernel sees them.
    pub parameters: &'static [Parameter],
    /// Whether the first input and the first output are one buffer: the kernel finds its input in the output and
    /// replaces it. Both ports have the same width then.
    pub in_place: bool,
    /// For how many frames the kernel's `emit` needs nothing of the inputs: a loop may be cut here, and so many of its
    /// frames run at once. 0: none.
    pub holds: fn(&Setup) -> usize,
    /// The parameter that says for how many seconds it is held in truth, for people: [`Self::holds`] is only the least.
    pub delay: Option<usize>,
    /// Whether each frame of the outputs depends on the same frame of the inputs and parameters alone, and the kernel can
    /// say how: see [`super::Points`]. Where all of these are constant, it is run for one frame, which stands for all.
    pub pointwise: fn(&Setup) -> bool,
    /// Whether its sound, as long as it is not mixed with other sound, is held back for nothing.
    pub monitors: fn(&Setup) -> bool,
    /// Whether it takes in what a device records: that device is open only where such a node is.
    pub records: bool,
    /// How many frames the output lags behind the input.
    pub latency: fn(&Setup) -> usize,
    /// How long the node makes sound by itself.
    pub extent: fn(&Setup) -> Extent,
    /// The longest silence, in seconds, that sound may pass in the node before it comes out again.
    pub gap: fn(&Setup) -> f64,
    /// Whether the processor is made from the tempo map, and has to be made anew where that changes.
    pub on_the_beat: bool,
    /// Makes the processor of one node. It is told of no cable and of no lane: those may come and go while it runs, and
    /// are seen in [`super::Io`].
    pub make: Make<f32>,
    /// Makes one processor for several nodes side by side, where the kernel can do that.
    pub wide: Option<Wides>,
}

impl Declaration {
    /// What most kinds have in common, to be completed by `..Declaration::BLANK`.
    pub const BLANK: Self = Self {
        name: "",
        title: "",
        group: Group::Control,
        help: "",
        source: "",
        example: "",
        inputs: &[],
        outputs: &[],
        parameters: &[],
        in_place: false,
        holds: |_| 0,
        delay: None,
        pointwise: |_| false,
        monitors: |_| false,
        records: false,
        latency: |_| 0,
        extent: |_| Extent::Passive,
        gap: |_| 0.0,
        on_the_beat: false,
        make: |_| Err("this kind has no processor".into()),
        wide: None,
    };

    /// Whether a kernel may stand for several nodes of this kind.
    pub fn batches(&self) -> bool {
        self.wide.is_some()
    }

    /// The index of an input port.
    pub fn input(&self, name: &str) -> Option<usize> {
        self.inputs.iter().position(|p| p.name == name)
    }

    /// The index of an output port.
    pub fn output(&self, name: &str) -> Option<usize> {
        self.outputs.iter().position(|p| p.name == name)
    }

    /// The index of a parameter.
    pub fn parameter(&self, name: &str) -> Option<usize> {
        self.parameters.iter().position(|p| p.name == name)
    }
}

/// Compartments of the shelf; the folders of the crate that holds the kinds have the same names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Group {
    /// What makes sound.
    Sources,
    /// What changes the spectrum.
    Filters,
    /// What changes levels over time.
    Dynamics,
    /// What adds harmonics.
    Colour,
    /// What repeats or shifts in time.
    Time,
    /// What puts sound into a room.
    Space,
    /// What routes, pans and sums.
    Stereo,
    /// What changes pitch.
    Pitch,
    /// What takes faults away.
    Repair,
    /// What drives parameters and notes.
    Control,
    /// What measures.
    Meters,
    /// What prepares a master.
    Delivery,
}

/// How long a node makes sound by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// Only what comes in goes out, with its tail.
    Passive,
    /// Until this frame.
    Until(u64),
    /// For ever.
    Endless,
}

/// A port.
#[derive(Clone, Copy, Debug)]
pub struct Port {
    /// The name in patches.
    pub name: &'static str,
    /// What flows through it.
    pub kind: PortKind,
    /// What it is for.
    pub help: &'static str,
}

impl Port {
    /// An audio port.
    pub const fn audio(name: &'static str, width: Width, help: &'static str) -> Self {
        Self { name, kind: PortKind::Audio(width), help }
    }

    /// A port for events.
    pub const fn events(name: &'static str, help: &'static str) -> Self {
        Self { name, kind: PortKind::Events, help }
    }
}

/// What flows through a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PortKind {
    /// Sound or control signal.
    Audio(Width),
    /// Notes.
    Events,
}

/// How many channels an audio port has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Width {
    /// Always this many.
    Fixed(usize),
    /// As many as the widest signal that comes in at any following port of the node; one where none comes.
    Follow,
    /// As many as the parameter of this name says.
    Parameter(&'static str),
    /// As many as the file has that the parameter of this name points to.
    File(&'static str),
}

/// A parameter.
#[derive(Clone, Copy, Debug)]
pub struct Parameter {
    /// The name in patches and scripts.
    pub name: &'static str,
    /// What values it takes.
    pub kind: Kind,
    /// One line for a user.
    pub help: &'static str,
}

/// What values a parameter takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// A number that may move while the node runs: set, automated, or driven by a cable.
    Number {
        /// Its unit.
        unit: Unit,
        /// The least value.
        min: f32,
        /// The greatest value.
        max: f32,
        /// The value where a patch says none.
        default: f32,
        /// How a knob spreads over the range.
        taper: Taper,
        /// How long a change by hand takes to arrive, in seconds.
        smoothing: f32,
    },
    /// A number that is fixed when the node is made; a change makes the node anew.
    Fixed {
        /// Its unit.
        unit: Unit,
        /// The least value.
        min: f32,
        /// The greatest value.
        max: f32,
        /// The value where a patch says none.
        default: f32,
    },
    /// One of some words.
    Choice {
        /// Each word, and what it means.
        options: &'static [(&'static str, &'static str)],
        /// The index of the word where a patch says none.
        default: usize,
    },
    /// On or off.
    Switch {
        /// The state where a patch says none.
        default: bool,
    },
    /// A text in a form that the help explains.
    Text {
        /// The text where a patch says none.
        default: &'static str,
    },
    /// The path of an audio file, relative to the patch.
    File,
}

/// How a knob spreads over a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taper {
    /// Evenly.
    Linear,
    /// By ratios, as frequencies and times want; the range must be positive.
    Logarithmic,
}

impl Parameter {
    /// A number from `range.0` to `range.1` that may move while the node runs, smoothed over 10 ms.
    pub const fn number(
        name: &'static str,
        unit: Unit,
        range: (f32, f32),
        default: f32,
        help: &'static str,
    ) -> Self {
        let (min, max) = range;
        let kind = Kind::Number { unit, min, max, default, taper: Taper::Linear, smoothing: 0.01 };
        Self { name, kind, help }
    }

    /// A number that is fixed when the node is made.
    pub const fn fixed(
        name: &'static str,
        unit: Unit,
        range: (f32, f32),
        default: f32,
        help: &'static str,
    ) -> Self {
        Self { name, kind: Kind::Fixed { unit, min: range.0, max: range.1, default }, help }
    }

    /// One of some words, each with its meaning; the first is the default.
    pub const fn choice(
        name: &'static str,
        options: &'static [(&'static str, &'static str)],
        help: &'static str,
    ) -> Self {
        Self { name, kind: Kind::Choice { options, default: 0 }, help }
    }

    /// On or off.
    pub const fn switch(name: &'static str, default: bool, help: &'static str) -> Self {
        Self { name, kind: Kind::Switch { default }, help }
    }

    /// A text.
    pub const fn text(name: &'static str, default: &'static str, help: &'static str) -> Self {
        Self { name, kind: Kind::Text { default }, help }
    }

    /// An audio file.
    pub const fn file(name: &'static str, help: &'static str) -> Self {
        Self { name, kind: Kind::File, help }
    }

    /// Spreads the knob by ratios.
    pub const fn logarithmic(mut self) -> Self {
        if let Kind::Number { taper, .. } = &mut self.kind {
            *taper = Taper::Logarithmic;
        }
        self
    }

    /// Sets how long a change by hand takes to arrive, in seconds.
    pub const fn smoothed(mut self, seconds: f32) -> Self {
        if let Kind::Number { smoothing, .. } = &mut self.kind {
            *smoothing = seconds;
        }
        self
    }

    /// Makes another word than the first the default.
    pub const fn default_choice(mut self, index: usize) -> Self {
        if let Kind::Choice { default, .. } = &mut self.kind {
            *default = index;
        }
        self
    }

    /// Whether the value may move while the node runs.
    pub const fn moves(&self) -> bool {
        matches!(self.kind, Kind::Number { .. })
    }
}
