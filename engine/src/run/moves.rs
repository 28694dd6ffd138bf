//! What is done to cells and delays when a program runs for the first time: state comes over from the program before.

use super::cell::{Cell, Relane, move_lane, with_state};
use super::dealer::Dealer;
use super::line::DelayLine;
use crate::compile::Curve;
use std::cell::UnsafeCell;
use std::sync::Arc;

/// A delay that belongs to a cable and outlives schedules.
pub struct Held<T>(pub UnsafeCell<T>);

// SAFETY: reached only by the one `Runner` of the builder that made it, held by mutable reference while it runs.
unsafe impl<T: Send> Sync for Held<T> {}

/// A delay that goes on with another length, or side by side with others.
pub struct Slip {
    /// What it was, and its lane there.
    pub from: (Arc<Held<DelayLine>>, usize),
    /// What it is.
    pub to: (Arc<Held<DelayLine>>, usize),
}

/// What deals to another number of voices.
pub struct Redeal {
    /// What it was.
    pub from: Arc<Held<Dealer>>,
    /// What it is.
    pub to: Arc<Held<Dealer>>,
}

/// State that comes over before a program runs for the first time.
#[derive(Default)]
pub struct Moves {
    /// Nodes that lie elsewhere now: cell and lane, from and to.
    pub all: Vec<(Arc<Cell>, usize, Arc<Cell>, usize)>,
    /// Delays that go on with another length, or side by side with others.
    pub lines: Vec<Slip>,
    /// Dealers of instances that have more or fewer voices now.
    pub dealers: Vec<Redeal>,
    /// Lanes of automation that came, went or were drawn anew, by cell, SIMD lane and parameter.
    pub lanes: Vec<(Arc<Cell>, usize, usize, Relane)>,
    /// Cells of nodes whose parameters are moved by other cables than before, or by none any more.
    pub freed: Vec<Arc<Cell>>,
    /// Room for one lane of any of the cells.
    pub words: Vec<u64>,
    done: bool,
}

impl Moves {
    /// Does all of it, once.
    ///
    /// # Safety
    /// The caller holds the one runner of the cells' builder by mutable reference.
    pub unsafe fn arrive(&mut self) {
        if std::mem::replace(&mut self.done, true) {
            return;
        }
        for (from, from_lane, to, to_lane) in &self.all {
            // SAFETY: by the contract above; the cells of `to` are new, so they are not those of `from`.
            unsafe { move_lane((from, *from_lane), (to, *to_lane), &mut self.words) };
        }
        for (cell, lane, parameter, change) in &self.lanes {
            // SAFETY: by the contract above.
            with_state!(unsafe { cell.state_mut() }, s => s.relane(*lane, *parameter, *change));
        }
        for cell in &self.freed {
            // SAFETY: by the contract above.
            with_state!(unsafe { cell.state_mut() }, s => s.look_again());
        }
        for Slip { from, to } in &self.lines {
            // SAFETY: by the contract above; the lines are two.
            unsafe { (*to.0.0.get()).follow(to.1, &*from.0.0.get(), from.1) };
        }
        for Redeal { from, to } in &self.dealers {
            // SAFETY: by the contract above; the second one is new, so it is not the first.
            unsafe { (*to.0.get()).take_over(&*from.0.get()) };
        }
    }
}

/// What happened to the lanes of automation of a node.
pub fn relanes(old: &[(usize, Curve)], new: &[(usize, Curve)]) -> Vec<(usize, Relane)> {
    let of = |all: &[(usize, Curve)], p: usize| all.iter().find(|c| c.0 == p).map(|c| c.1.clone());
    let went = old.iter().filter(|c| of(new, c.0).is_none()).map(|c| (c.0, Relane::Went));
    let others = new.iter().filter_map(|(p, curve)| match of(old, *p) {
        None => Some((*p, Relane::Came)),
        Some(before) => (before != *curve).then_some((*p, Relane::Changed)),
    });
    went.chain(others).collect()
}
