//! How long a render lasts.

use super::RenderError;
use crate::compile::{Compiled, Context, setup};
use crate::node::Extent;
use crate::patch::{Moment, Patch};

/// When a render ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// After so many frames.
    At(u64),
    /// When the tail is over that follows the last event.
    Tail {
        /// The frame of the last event.
        from: u64,
        /// How many quiet frames say that no more will come.
        gap: u64,
    },
}

/// Finds the end: the length that was asked for, the patch's, or that of its sources.
pub fn ending(
    compiled: &Compiled,
    context: &Context<'_>,
    patch: &Patch,
    seconds: Option<f64>,
) -> Result<Ending, RenderError> {
    let rate = f64::from(context.rate);
    let own = patch.length.as_ref().and_then(|l| Moment::read(l).ok()).map(|m| m.seconds(&patch.tempo));
    if let Some(seconds) = seconds.or(own) {
        return Ok(Ending::At((seconds.max(0.0) * rate).round() as u64));
    }
    let mut from = 0u64;
    // A tenth of a second beyond the longest gap, so that a slow beat of a decaying sound is not taken for its end.
    let mut gap = 0.1 * rate + compiled.schedule.latency as f64;
    for node in compiled.schedule.nodes() {
        let flat = &compiled.flat.nodes[node];
        let setup = setup(&compiled.flat, &compiled.widths, context, &patch.tempo, node);
        match (flat.declaration.extent)(&setup) {
            Extent::Passive => {}
            Extent::Until(frame) => from = from.max(frame),
            Extent::Endless => return Err(RenderError::Endless(flat.key.to_string())),
        }
        gap += (flat.declaration.gap)(&setup) * rate;
    }
    for lane in &compiled.schedule.lanes {
        from = from.max(lane.end().max(0) as u64);
    }
    Ok(Ending::Tail { from, gap: gap.ceil() as u64 })
}
