//! The patch that a script writes: signals, chains and the nodes that they become.
//!
//! A [`Signal`] has a place in the patch; a [`Chain`] is a recipe that becomes new nodes at each use. A [`Draft`] holds
//! the patch and knows which word of the script each node came from.

mod chain;
mod given;
mod moved;
mod param;
mod signal;

pub use chain::{Blueprint, Chain, Stage, further_inputs, in_chain, meant};
pub use given::{Given, Ride, Sweep, When, WhenKind, named, number, number_text, signal};
pub use param::{Param, ParamState};
pub use signal::{Signal, Strip, Tap};

use crate::syntax::Place;
use crate::trouble::Wrong;
use signalbox_engine::node::Shelf;
use signalbox_engine::patch::{Cable, EditError, Endpoint, Node, Patch};
use signalbox_studio::console::Desk;
use std::collections::{BTreeMap, HashMap};

/// The most nodes that a script may build.
pub const MOST_NODES: usize = 20_000;

/// A patch while it is written.
pub struct Draft {
    /// The patch.
    pub patch: Patch,
    /// What nodes there are.
    pub shelf: Shelf,
    /// Where in the script each node was made.
    pub places: BTreeMap<String, Place>,
    /// What parameters the script has named.
    pub params: Vec<ParamState>,
    /// Where on the time line what is said now happens, where it does not hold from the start.
    pub cursor: Option<When>,
    /// The place of the word that is at work.
    pub place: Option<Place>,
    /// What the ids of new nodes begin with.
    pub scope: String,
    counts: HashMap<String, usize>,
    loops: HashMap<String, Signal>,
}

impl Draft {
    /// An empty patch.
    pub fn new(shelf: Shelf) -> Self {
        Self {
            patch: Patch::default(),
            shelf,
            places: BTreeMap::new(),
            params: Vec::new(),
            cursor: None,
            place: None,
            scope: String::new(),
            counts: HashMap::new(),
            loops: HashMap::new(),
        }
    }

    /// The console of the patch.
    pub fn desk(&mut self) -> Desk<'_> {
        Desk::new(&mut self.patch)
    }

    /// An id that is not there yet, from the name of what it lies in and its own word; the second is numbered.
    pub fn fresh(&mut self, word: &str) -> String {
        let base = if self.scope.is_empty() { word.to_string() } else { format!("{} {word}", self.scope) };
        let count = self.counts.entry(base.clone()).or_default();
        loop {
            *count += 1;
            let id = if *count == 1 { base.clone() } else { format!("{base} {count}") };
            if !self.patch.graph.nodes.contains_key(&id) {
                return id;
            }
        }
    }

    /// Puts a node into the patch.
    pub fn add(&mut self, id: &str, node: Node) -> Result<(), Wrong> {
        if self.patch.graph.nodes.len() >= MOST_NODES {
            return Err(Wrong::new(format!(
                "the patch has {MOST_NODES} nodes already, and that is the most"
            )));
        }
        self.patch.graph.nodes.insert(id.into(), node);
        self.mark(id);
        Ok(())
    }

    /// Remembers which word made a node.
    pub fn mark(&mut self, id: &str) {
        if let Some(place) = self.place {
            self.places.insert(id.into(), place);
        }
    }

    /// Leads a signal to a port.
    pub fn lead(&mut self, signal: &Signal, to: &str) {
        for tap in &self.opened(signal).taps {
            let mut cable = Cable { from: tap.from.clone(), to: Endpoint::from(to), ..Cable::default() };
            if tap.db != 0.0 {
                cable.gain = Some(
                    signalbox_dsp::units::Quantity::new(tap.db, signalbox_dsp::units::Unit::Decibel)
                        .to_string()
                        .into(),
                );
            }
            let graph = &mut self.patch.graph;
            if !graph
                .cables
                .values()
                .any(|c| c.from == cable.from && c.to == cable.to && c.gain == cable.gain)
            {
                graph.connect(cable);
            }
        }
    }

    /// Begins a loop: a signal that stands for what it is fed with at its end.
    pub fn begin_loop(&mut self) -> (String, Signal) {
        let name = self.fresh("loop");
        // Cables from here are led over when the loop closes; until then they need a node to begin at.
        self.patch.graph.nodes.insert(name.clone(), Node::new("gain"));
        (name.clone(), Signal::of(&name))
    }

    /// Closes a loop with what comes back.
    pub fn close_loop(&mut self, name: &str, back: &Signal) -> Result<(), Wrong> {
        if back.taps.iter().any(|t| t.from.node == name) {
            return Err(Wrong::new(
                "what comes back must pass something on its way, as in feedback(|y| x + y |> delay())",
            ));
        }
        let graph = &mut self.patch.graph;
        let begun: Vec<u32> =
            graph.cables.iter().filter(|(_, c)| c.from.node == name).map(|(&id, _)| id).collect();
        let cables: Vec<Cable> = begun.iter().filter_map(|id| graph.cables.remove(id)).collect();
        graph.nodes.remove(name);
        for cable in cables {
            let own =
                cable.gain.as_ref().and_then(|g| g.as_str()).and_then(signalbox_dsp::units::Quantity::parse);
            let signal = back.louder(own.map_or(0.0, |q| q.value));
            self.lead(&signal, &cable.to.to_string());
        }
        self.loops.insert(name.into(), back.clone());
        Ok(())
    }

    /// A signal in which closed loops stand for what they were closed with.
    fn opened(&self, signal: &Signal) -> Signal {
        let each = |tap: &Tap| match self.loops.get(&tap.from.node) {
            Some(back) => back.louder(tap.db).taps,
            None => vec![tap.clone()],
        };
        Signal { taps: signal.taps.iter().flat_map(each).collect() }
    }
}

impl From<EditError> for Wrong {
    fn from(e: EditError) -> Self {
        Self::new(e.to_string())
    }
}
