//! From a patch to a schedule: a chain of pure passes, each a file.
//!
//! expand (validate, unfold sub-patches) → widths → order (condense loops and cut them, sort) → align (latency) → late
//! (latency in loops) → batch (what runs
//! side by side) → emit (steps on values) → buffers (values to slots) → fuse (rows of pointwise
//! nodes). [`check`] proves a schedule by playing it
//! through on paper.

mod align;
mod batch;
mod buffers;
pub mod check;
mod emit;
mod expand;
mod flat;
mod fuse;
mod internal;
mod lanes;
mod late;
mod order;
mod problem;
mod resolve;
mod rows;
mod size;
mod transition;
#[cfg(test)]
mod twins;
mod voices;
mod widths;

pub use align::Alignment;
pub use batch::Seat;
pub use buffers::SILENT_SLOTS;
pub use flat::{Begins, Depth, Flags, Flat, FlatCable, FlatNode, Target};
pub(crate) use internal::DEALT_PORTS;
pub use internal::{is_dealer, is_output, is_placeholder};
pub use lanes::Curve;
pub use order::{Loop, Mode, Vertex};
pub use problem::Problem;
pub use rows::Rows;
pub use transition::{Alike, Side, between};
pub use voices::FlatVoices;
pub use widths::Widths;

use crate::node::{Assets, Setup, Shelf};
use crate::patch::{Patch, TempoMap};
use crate::schedule::{Bank, Schedule};
use std::sync::Arc;

/// What a patch is compiled for.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The kinds of node that there are.
    pub shelf: &'a Shelf,
    /// Where files come from.
    pub assets: &'a dyn Assets,
    /// Frames a second, 8,000 to 384,000.
    pub rate: u32,
    /// How many nodes may run side by side at most: 1, 4, 8 or 16. [`lanes_here`] is what pays on this machine. The
    /// bits do not depend on it.
    pub lanes: usize,
}

/// How many nodes a register of this machine holds side by side.
pub fn lanes_here() -> usize {
    signalbox_dsp::lane::level().lanes()
}

/// A compiled patch: the schedule, and the tables that it was made from.
pub struct Compiled {
    /// What to run, in order.
    pub schedule: Arc<Schedule>,
    /// Nodes and cables, sub-patches unfolded.
    pub flat: Flat,
    /// How many channels each port has.
    pub widths: Widths,
    /// What is odd but no error.
    pub warnings: Vec<Problem>,
    /// The loops, and where each is cut.
    pub loops: Vec<Loop>,
}

/// A patch of which all is known but the steps in which it runs: what is wrong with it has been found.
pub struct Settled {
    /// Nodes and cables, sub-patches unfolded.
    pub flat: Flat,
    /// How many channels each port has.
    pub widths: Widths,
    /// What is odd but no error.
    pub warnings: Vec<Problem>,
    order: order::Order,
    alignment: Alignment,
}

impl Settled {
    /// Marks the cables whose delay is to lie by itself: `slips` tells of a cable, of the frames by which it is held
    /// back and of its channels, whether that is on its way from another length.
    pub(crate) fn part(&mut self, slips: impl Fn(&FlatCable, usize, usize) -> bool) {
        let outputs = &self.widths.outputs;
        for (cable, &frames) in self.flat.cables.iter_mut().zip(&self.alignment.delay) {
            let (node, port) = cable.from;
            cable.apart = frames > 0 && slips(cable, frames, outputs[node].get(port).copied().unwrap_or(0));
        }
    }

    /// The names of the outputs, in the order of the schedule.
    pub fn outputs(&self) -> impl Iterator<Item = &str> + Clone {
        self.flat.nodes.iter().filter(|n| is_output(n.declaration)).map(|n| &*n.key)
    }
}

/// Where the state of a node lies already, so that it stays there.
pub type Seats<'a> = &'a dyn Fn(&Flat, &Widths, usize) -> Option<Seat>;

/// Compiles a patch; every error is found that can be told apart from the first.
pub fn compile(patch: &Patch, context: &Context<'_>) -> Result<Compiled, Vec<Problem>> {
    Ok(finish(settle(patch, context)?, context, &patch.tempo, &|_, _, _| None))
}

/// The passes over nodes and cables: all that can be wrong with a patch is found here.
pub fn settle(patch: &Patch, context: &Context<'_>) -> Result<Settled, Vec<Problem>> {
    let (flat, odd) = expand::expand(patch, context)?;
    let widths = widths::infer(&flat, context)?;
    let mut settled = settle_flat(flat, widths, context, &patch.tempo)?;
    settled.warnings.splice(0..0, odd);
    Ok(settled)
}

/// As [`settle`], from the table of nodes and cables on.
pub fn settle_flat(
    mut flat: Flat,
    widths: Widths,
    context: &Context<'_>,
    tempo: &TempoMap,
) -> Result<Settled, Vec<Problem>> {
    let (order, alignment, warnings) = late::settle(&mut flat, &widths, context, tempo)?;
    Ok(Settled { flat, widths, warnings, order, alignment })
}

/// The passes over steps.
pub fn finish(settled: Settled, context: &Context<'_>, tempo: &TempoMap, seat: Seats<'_>) -> Compiled {
    let Settled { flat, widths, warnings, order, alignment } = settled;
    let seat = |node: usize| seat(&flat, &widths, node);
    let units = batch::batch(&flat, &widths, &order, &alignment, context.lanes.min(16), &seat);
    let steps = emit::emit(&flat, &widths, &order, &alignment, &units);
    let mut schedule = buffers::assign(steps, &flat, &alignment);
    fuse::fuse(&mut schedule, |bank| pointwise(&flat, &widths, context, tempo, bank));
    let schedule = Arc::new(schedule);
    Compiled { schedule, flat, widths, warnings, loops: order.loops }
}

/// The settings and labels of all nodes, as far as they depend on nothing but values: for a patch that differs in those
/// alone from one that was compiled. Nodes are in the order of the flat table.
pub fn values(patch: &Patch, context: &Context<'_>) -> Result<Vec<FlatNode>, Vec<Problem>> {
    expand::nodes(patch, context)
}

/// Whether the nodes of a bank treat each frame by itself.
fn pointwise(flat: &Flat, widths: &Widths, context: &Context<'_>, tempo: &TempoMap, bank: &Bank) -> bool {
    let Some(n) = bank.first() else { return false };
    let node = &flat.nodes[n];
    !node.bypass && (node.declaration.pointwise)(&setup(flat, widths, context, tempo, n))
}

/// What a node is made from.
pub fn setup<'a>(
    flat: &'a Flat,
    widths: &'a Widths,
    context: &'a Context<'_>,
    tempo: &'a TempoMap,
    node: usize,
) -> Setup<'a> {
    let n = &flat.nodes[node];
    Setup {
        key: &n.key,
        rate: context.rate,
        settings: &n.settings,
        inputs: &widths.inputs[node],
        outputs: &widths.outputs[node],
        connected: &n.connected,
        moved: &n.moved,
        assets: context.assets,
        tempo,
        early: n.early,
    }
}
