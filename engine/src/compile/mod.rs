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
mod size;
mod transition;
#[cfg(test)]
mod twins;
mod voices;
mod widths;

pub use align::Alignment;
pub use batch::Seat;
pub use buffers::SILENT_SLOTS;
pub use flat::{Begins, Depth, Flat, FlatCable, FlatNode, Target};
pub(crate) use internal::DEALT_PORTS;
pub use internal::{is_dealer, is_output, is_placeholder};
pub use lanes::Curve;
pub use order::{Loop, Mode, Vertex};
pub use problem::Problem;
pub use transition::{Alike, Side, between};
pub use voices::FlatVoices;
pub use widths::Widths;

use crate::node::{Assets, Setup, Shelf};
use crate::patch::{Patch, TempoMap};
use crate::schedule::{Bank, Schedule};

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
    pub schedule: Schedule,
    /// Nodes and cables, sub-patches unfolded.
    pub flat: Flat,
    /// How many channels each port has.
    pub widths: Widths,
    /// What is odd but no error.
    pub warnings: Vec<Problem>,
    /// The loops, and where each is cut.
    pub loops: Vec<Loop>,
}

/// Compiles a patch; every error is found that can be told apart from the first.
pub fn compile(patch: &Patch, context: &Context<'_>) -> Result<Compiled, Vec<Problem>> {
    compile_onto(patch, context, &|_, _, _| None)
}

/// As [`compile`], where the state of some nodes is there already: `seat` tells where, so that they stay there.
pub fn compile_onto(
    patch: &Patch,
    context: &Context<'_>,
    seat: &dyn Fn(&Flat, &Widths, usize) -> Option<Seat>,
) -> Result<Compiled, Vec<Problem>> {
    let (flat, widths, warnings) = unfold(patch, context)?;
    let mut compiled = compile_flat(flat, widths, context, &patch.tempo, seat)?;
    compiled.warnings.splice(0..0, warnings);
    Ok(compiled)
}

/// The first two passes: nodes and cables without sub-patches, how many channels each port has, and what is odd.
pub fn unfold(patch: &Patch, context: &Context<'_>) -> Result<(Flat, Widths, Vec<Problem>), Vec<Problem>> {
    let (flat, warnings) = expand::expand(patch, context)?;
    let widths = widths::infer(&flat, context)?;
    Ok((flat, widths, warnings))
}

/// As [`compile_onto`], from the table of nodes and cables on.
pub fn compile_flat(
    mut flat: Flat,
    widths: Widths,
    context: &Context<'_>,
    tempo: &TempoMap,
    seat: &dyn Fn(&Flat, &Widths, usize) -> Option<Seat>,
) -> Result<Compiled, Vec<Problem>> {
    let (order, alignment, warnings) = late::settle(&mut flat, &widths, context, tempo)?;
    let seat = |node: usize| seat(&flat, &widths, node);
    let units = batch::batch(&flat, &widths, &order, &alignment, context.lanes.min(16), &seat);
    let steps = emit::emit(&flat, &widths, &order, &alignment, &units);
    let mut schedule = buffers::assign(steps, &flat, &alignment);
    fuse::fuse(&mut schedule, |bank| pointwise(&flat, &widths, context, tempo, bank));
    Ok(Compiled { schedule, flat, widths, warnings, loops: order.loops })
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
