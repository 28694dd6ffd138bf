//! Runs a program on several threads, offline: each segment of the schedule works on another stretch of time.
//!
//! Every node does the same on the same numbers as on one thread, so not a bit differs.

use super::pass::{FAULTS, Fault};
use super::program::Program;
use super::relay::{Relay, Stretch};
use super::transport::Transport;
use crate::node::Incoming;
use std::cell::UnsafeCell;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// How many blocks a segment runs in one go.
const RUN: usize = 16;

/// How many such runs a segment may be ahead of those that read what it wrote.
const AHEAD: usize = 4;

/// How many segments there are for each thread.
const PER_THREAD: usize = 4;

/// A program in segments, with memory for each.
pub struct Pipeline {
    relay: Relay,
    threads: usize,
}

/// How far each segment has come.
struct State {
    /// Runs that are done, by segment.
    done: Vec<usize>,
    busy: Vec<bool>,
    faults: Vec<Fault>,
}

impl Pipeline {
    /// Cuts a program by what its steps cost.
    pub fn new(program: &Program, costs: &[f64], threads: usize) -> Self {
        Self { relay: Relay::new(program, costs, threads * PER_THREAD, RUN * AHEAD), threads }
    }

    /// Runs `frames` frames from the absolute frame `start` on; gives all channels of all outputs, one after the other.
    ///
    /// # Safety
    /// The caller holds the one runner of the program's builder by mutable reference, and this pipeline was made for
    /// this program.
    pub(super) unsafe fn run(
        &self,
        program: &Program,
        transport: &Transport,
        start: i64,
        frames: usize,
        changed: bool,
        faults: &mut Vec<Fault>,
    ) -> Vec<Vec<f32>> {
        let channels = program.schedule().outputs.iter().map(|o| o.channels.len()).sum();
        let outputs: Vec<_> = (0..channels).map(|_| UnsafeCell::new(vec![0.0; frames])).collect();
        let incoming = Incoming::default();
        let stretch = Stretch { program, transport, incoming, start, frames, changed, outputs: &outputs };
        let count = self.relay.cut.segments.len();
        let state =
            State { done: vec![0; count], busy: vec![false; count], faults: Vec::with_capacity(FAULTS) };
        let (state, wake) = (Mutex::new(state), Condvar::new());
        std::thread::scope(|scope| {
            let work = || {
                // SAFETY: nothing in there, all of it arithmetic on audio, relies on denormal numbers.
                unsafe { no_denormals::no_denormals(|| self.work(&stretch, &state, &wake)) };
            };
            for _ in 1..self.threads {
                scope.spawn(work);
            }
            work();
        });
        let mut state = state.into_inner().unwrap_or_else(PoisonError::into_inner);
        state.faults.sort_by_key(|f| f.frame);
        faults.extend(state.faults.into_iter().take(FAULTS - faults.len().min(FAULTS)));
        outputs.into_iter().map(UnsafeCell::into_inner).collect()
    }

    /// Runs segments until all is done.
    fn work(&self, stretch: &Stretch<'_>, state: &Mutex<State>, wake: &Condvar) {
        let lock = || -> MutexGuard<'_, State> { state.lock().unwrap_or_else(PoisonError::into_inner) };
        let runs = stretch.blocks().div_ceil(RUN);
        let mut guard = lock();
        loop {
            if guard.done.iter().all(|&d| d == runs) {
                wake.notify_all();
                return;
            }
            let Some(segment) = self.next(&guard, runs) else {
                guard = wake.wait(guard).unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            let run = guard.done[segment];
            guard.busy[segment] = true;
            drop(guard);
            let mut faults = Vec::new();
            for block in run * RUN..((run + 1) * RUN).min(stretch.blocks()) {
                // SAFETY: `State` has it that this thread alone runs this segment, that all it reads was written, and
                // that what it writes has been read before; the rest is the contract of `run`.
                unsafe { self.relay.block(stretch, (segment, block, block), &mut faults) };
            }
            guard = lock();
            guard.busy[segment] = false;
            guard.done[segment] += 1;
            guard.faults.append(&mut faults);
            wake.notify_all();
        }
    }

    /// A segment whose next run may be: the last one, so that what is written is soon read.
    fn next(&self, state: &State, runs: usize) -> Option<usize> {
        (0..self.relay.cut.segments.len()).rev().find(|&s| {
            let run = state.done[s];
            !state.busy[s] && run < runs && self.relay.may_run(s, run, AHEAD, |other| state.done[other])
        })
    }
}

#[cfg(test)]
mod tests;
