//! What a node is made from: while none of it changes, an edit keeps the node's state.

use crate::compile::{Context, Flat, FlatNode, Widths};
use crate::node::Setting;
use crate::patch::TempoMap;

/// What a node is made from.
pub struct Make {
    kind: &'static str,
    rate: u32,
    /// The settings that can't move while the node runs.
    fixed: Vec<Setting>,
    /// Of its input ports, then of its output ports.
    widths: Vec<usize>,
    bypass: bool,
    early: usize,
    /// Where it is made from that.
    tempo: Option<TempoMap>,
}

/// A node of a flat table with what else it is made from.
#[derive(Clone, Copy)]
pub struct Making<'a> {
    /// The table.
    pub flat: &'a Flat,
    /// How many channels each port has.
    pub widths: &'a Widths,
    /// Frames a second.
    pub rate: u32,
    /// The tempo.
    pub tempo: &'a TempoMap,
}

impl<'a> Making<'a> {
    /// What the nodes of a table are made from.
    pub fn new(flat: &'a Flat, widths: &'a Widths, context: &Context<'_>, tempo: &'a TempoMap) -> Self {
        Self { flat, widths, rate: context.rate, tempo }
    }

    fn fixed(&self, node: usize) -> impl Iterator<Item = &'a Setting> {
        fixed(&self.flat.nodes[node])
    }

    fn ports(&self, node: usize) -> impl Iterator<Item = usize> {
        self.widths.inputs[node].iter().chain(&self.widths.outputs[node]).copied()
    }

    /// What a node is made from, to be kept.
    pub fn make(&self, node: usize) -> Make {
        let n = &self.flat.nodes[node];
        Make {
            kind: n.declaration.name,
            rate: self.rate,
            fixed: self.fixed(node).cloned().collect(),
            widths: self.ports(node).collect(),
            bypass: n.bypass,
            early: n.early,
            tempo: n.declaration.on_the_beat.then(|| self.tempo.clone()),
        }
    }

    /// Whether a node is made from what is kept.
    pub fn is(&self, node: usize, made: &Make) -> bool {
        let n = &self.flat.nodes[node];
        (made.kind, made.rate, made.bypass, made.early) == (n.declaration.name, self.rate, n.bypass, n.early)
            && self.ports(node).eq(made.widths.iter().copied())
            && self.fixed(node).eq(&made.fixed)
            && made.tempo.as_ref().is_none_or(|tempo| tempo == self.tempo)
    }

    /// Whether two nodes, of two tables, are made from the same.
    pub fn alike(&self, node: usize, other: &Making<'_>, at: usize) -> bool {
        let (a, b) = (&self.flat.nodes[node], &other.flat.nodes[at]);
        (a.declaration.name, self.rate, a.bypass, a.early)
            == (b.declaration.name, other.rate, b.bypass, b.early)
            && self.ports(node).eq(other.ports(at))
            && fixed(a).eq(fixed(b))
            && (!a.declaration.on_the_beat || self.tempo == other.tempo)
    }
}

fn fixed(node: &FlatNode) -> impl Iterator<Item = &Setting> {
    node.settings.iter().zip(node.declaration.parameters).filter(|(_, p)| !p.moves()).map(|(s, _)| s)
}
