//! The flat table: nodes and cables without sub-patches.

use super::lanes::Curve;
use super::voices::FlatVoices;
use crate::node::{Declaration, Settings};
use crate::schedule::Fade;
use smallvec::SmallVec;
use std::sync::Arc;

/// A patch without sub-patches.
#[derive(Default)]
pub struct Flat {
    /// Nodes, sorted by key; what deals notes to voices comes last.
    pub nodes: Vec<FlatNode>,
    /// Cables; those that end at one port are in the order in which they are summed.
    pub cables: Vec<FlatCable>,
    /// Lanes.
    pub lanes: Vec<FlatLane>,
    /// Instances with voices.
    pub voices: Vec<FlatVoices>,
    /// On the way to another patch: ports, by node, whose notes end because a cable that brought some is pulled.
    pub ends: Vec<(usize, usize)>,
}

/// One for each port or parameter of a node; few have more than 16.
pub type Flags = SmallVec<[bool; 16]>;

/// A node of the flat table.
#[derive(Clone)]
pub struct FlatNode {
    /// Its id, behind the ids of the instances that it lies in: `verse/lead/osc`.
    pub key: Arc<str>,
    /// What people read on it; empty where they wrote nothing.
    pub label: String,
    /// Its kind.
    pub declaration: &'static Declaration,
    /// Its parameters.
    pub settings: Settings,
    /// Whether a cable comes in at each input port.
    pub connected: Flags,
    /// Whether each parameter is moved by a lane or a cable.
    pub moved: Flags,
    /// Whether sound goes round it.
    pub bypass: bool,
    /// Whose state it has at first.
    pub begins: Begins,
    /// Where it cuts a loop: how many frames earlier it gives what it holds back, since the sound is late elsewhere in
    /// the loop.
    pub early: usize,
    /// Whether it lies in another voice than the first, so that its like was looked at already.
    pub repeats: bool,
}

/// Whose state a node has when a program follows another one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Begins {
    /// Its own, if it was there before.
    #[default]
    AsItWas,
    /// It is the node that had this key.
    Renamed(Arc<str>),
    /// It takes over a copy of the state of the node that had this key.
    CopyOf(Arc<str>),
    /// None.
    Anew,
}

/// A cable of the flat table.
#[derive(Clone, Debug)]
pub struct FlatCable {
    /// The instance that it lies in, with a `/` at the end; empty in the patch itself.
    pub scope: Arc<str>,
    /// Its id there.
    pub id: u32,
    /// A number made from the names of its ends: an id can be given again to another cable. Where an end names a node of
    /// several voices, one cable becomes several, and their numbers follow each other.
    pub ends: u64,
    /// The voice, where it begins at a dealer or ends where voices are summed.
    pub voice: Option<u32>,
    /// Index of the node, and of its output port.
    pub from: (usize, usize),
    /// Index of the node, and where the cable ends.
    pub to: (usize, Target),
    /// Amplitude.
    pub gain: f32,
    /// Whether the patch wants a loop to be cut here.
    pub feedback: bool,
    /// Where it comes or goes with a program: the way of its amplitude.
    pub fade: Option<Fade>,
    /// By how many frames it was held back in the program before, from which it has to come without a jump in time;
    /// `None` if it was not there.
    pub was: Option<usize>,
    /// Whether it is one of the program before, on its way out; another of the same name may be there in its place.
    pub goes: bool,
    /// Whether what it leads from is new, or was not heard before.
    pub comes: bool,
    /// Whether its delay is on its way from another length, so that no other can lie beside it.
    pub apart: bool,
}

impl FlatNode {
    /// What people read on it, or else its key.
    pub fn title(&self) -> &str {
        if self.label.is_empty() { &self.key } else { &self.label }
    }
}

impl FlatCable {
    /// The number of the cable that leads round an instance, in its scope.
    pub(super) const AROUND: u32 = u32::MAX;

    /// Whether it leads round an instance that is bypassed.
    pub(super) fn goes_around(&self) -> bool {
        // Cables of the patch have a number made from their ends.
        (self.id, self.ends) == (Self::AROUND, 0)
    }

    /// A cable at full level, the first of its scope.
    pub(super) fn plain(scope: &Arc<str>, from: (usize, usize), to: (usize, Target)) -> Self {
        let scope = scope.clone();
        Self {
            scope,
            id: 0,
            ends: 0,
            voice: None,
            from,
            to,
            gain: 1.0,
            feedback: false,
            fade: None,
            was: None,
            goes: false,
            comes: false,
            apart: false,
        }
    }
}

/// Where a cable ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Target {
    /// At an input port.
    Port(usize),
    /// At a parameter, which it moves by this depth.
    Parameter(usize, Depth),
}

/// How far a signal of 1 moves a parameter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Depth {
    /// By so many of its units.
    Units(f32),
    /// By so many octaves.
    Octaves(f32),
}

/// A lane of the flat table.
#[derive(Clone)]
pub struct FlatLane {
    /// Index of the node.
    pub node: usize,
    /// Index of the parameter.
    pub parameter: usize,
    /// Its course, in frames.
    pub curve: Curve,
}

impl Flat {
    /// Whether a cable lies in another voice than the first, so that its like was looked at already.
    pub fn repeats(&self, cable: &FlatCable) -> bool {
        self.nodes[cable.from.0].repeats || self.nodes[cable.to.0].repeats
    }

    /// Tells the nodes of the cables and lanes that end there.
    pub(super) fn mark(&mut self) {
        for cable in &self.cables {
            let node = &mut self.nodes[cable.to.0];
            match cable.to.1 {
                Target::Port(port) => node.connected[port] = true,
                Target::Parameter(parameter, _) => node.moved[parameter] = true,
            }
        }
        for lane in &self.lanes {
            self.nodes[lane.node].moved[lane.parameter] = true;
        }
    }
}
