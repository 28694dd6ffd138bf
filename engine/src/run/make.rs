//! What a node is made from: while none of it changes, an edit keeps the node's state.

use crate::compile::{Context, Flat, Widths};
use crate::node::Setting;
use crate::patch::TempoMap;

/// What a node is made from.
#[derive(PartialEq)]
pub struct Make {
    kind: &'static str,
    rate: u32,
    fixed: Vec<Option<Setting>>,
    inputs: Vec<usize>,
    outputs: Vec<usize>,
    bypass: bool,
    early: usize,
    /// Where it is made from that.
    tempo: Option<TempoMap>,
}

/// What a node of the flat table is made from.
pub fn make(flat: &Flat, widths: &Widths, context: &Context<'_>, tempo: &TempoMap, node: usize) -> Make {
    let n = &flat.nodes[node];
    let moves = |i: usize| n.declaration.parameters[i].moves();
    let fixed = n.settings.iter().enumerate().map(|(i, s)| (!moves(i)).then(|| s.clone()));
    Make {
        kind: n.declaration.name,
        rate: context.rate,
        fixed: fixed.collect(),
        inputs: widths.inputs[node].clone(),
        outputs: widths.outputs[node].clone(),
        bypass: n.bypass,
        early: n.early,
        tempo: n.declaration.on_the_beat.then(|| tempo.clone()),
    }
}
