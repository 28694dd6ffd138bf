//! Which buffers are constant for as long as no parameter moves, told from the schedule alone. While it runs, every
//! buffer is looked at, so that more of them are found to be.

use super::access::{reads, writes};
use super::{Schedule, Step};
use crate::compile::Mode;
use std::collections::HashSet;

/// The values that are constant for as long as no parameter moves.
pub fn constants(schedule: &Schedule) -> HashSet<u32> {
    // Silence is.
    let mut all = HashSet::from([0]);
    // How many steps of a loop are left.
    let mut round = 0usize;
    for step in &schedule.steps {
        let inside = round > 0;
        round = match step {
            Step::Loop { steps, .. } => *steps,
            _ => round.saturating_sub(1),
        };
        let keeps = match step {
            // What goes round is not followed.
            _ if inside => false,
            Step::Copy { .. } | Step::Sum { .. } | Step::WideSum { .. } => true,
            Step::Pack { .. } | Step::Unpack { .. } => true,
            Step::Run(run) => {
                run.mode == Mode::Process
                    && schedule.banks[run.bank as usize].pointwise
                    && run.moved.iter().all(|m| m.curves.is_empty())
            }
            _ => false,
        };
        let mut constant = keeps;
        reads(step, |place| constant &= all.contains(&place.value));
        if constant {
            writes(step, |place| {
                all.insert(place.value);
            });
        }
    }
    all
}
