//! What the runner runs: a schedule with its memory and its cells. Made on the control side.

use super::cell::{Cell, Knobs};
use super::crew::{Crew, Help};
use super::dealer::Dealer;
use super::line::{DelayLine, EventLine};
use super::memory::Memory;
use super::moves::{Held, Moves};
use super::pass::Fault;
use crate::compile::Rows;
use crate::schedule::{Schedule, Step};
use std::cell::UnsafeCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

/// A schedule with all that it needs to run.
pub struct Program {
    pub(super) owner: u64,
    pub(super) schedule: Arc<Schedule>,
    /// By bank.
    pub(super) cells: Vec<Arc<Cell>>,
    /// By bank, by lane.
    pub(super) keys: Rows<Option<Arc<str>>>,
    /// By bank: where its rows of moving parameters begin, in slots.
    pub(super) rows: Vec<usize>,
    /// How many slots its rows of moving parameters take.
    pub(super) row_slots: usize,
    pub(super) memory: UnsafeCell<Memory>,
    pub(super) lines: Vec<Arc<Held<DelayLine>>>,
    pub(super) wide_lines: Vec<Arc<Held<DelayLine>>>,
    pub(super) event_lines: Vec<Arc<Held<EventLine>>>,
    pub(super) dealers: Vec<Arc<Held<Dealer>>>,
    pub(super) changes: Arc<AtomicU64>,
    pub(super) moves: UnsafeCell<Moves>,
    /// Where each group of steps ends whose time is taken.
    pub(super) groups: Vec<u32>,
    /// By group: what it usually takes, in nanoseconds a frame, as the bits of a number; 0 until it was timed.
    pub(super) usual: Vec<AtomicU32>,
    /// Where several threads run it.
    pub(super) crew: Option<Crew>,
    /// For how many frames it is on its way from the program before.
    pub(super) unsettled: usize,
    /// How many frames automation takes to where it is after a jump.
    pub(super) glide: f32,
}

// SAFETY: `memory`, `moves` and the lines are reached only by the one `Runner` of `owner`, which is held by mutable
// reference while it runs; all else is read-only.
unsafe impl Sync for Program {}

impl Program {
    /// The schedule.
    pub fn schedule(&self) -> &Schedule {
        &self.schedule
    }

    /// For how many frames it is on its way from the program before: so long it should run before another follows.
    pub fn unsettled(&self) -> usize {
        self.unsettled
    }

    /// The parameters of a node, by its key.
    pub fn knobs(&self, key: &str) -> Option<Knobs> {
        self.keys.iter().zip(&self.cells).find_map(|(keys, cell)| {
            let lane = keys.iter().position(|k| k.as_deref() == Some(key))?;
            Some(Knobs { cell: cell.clone(), lane })
        })
    }

    /// Memory for one more that runs steps of this program.
    pub(super) fn blank(&self) -> Memory {
        Memory::new(&self.schedule, self.row_slots)
    }

    /// The key of the node in a lane of a bank; empty where none is.
    pub fn key(&self, bank: usize, lane: usize) -> &str {
        self.keys[bank][lane].as_deref().unwrap_or_default()
    }

    /// Lets so many threads run it from the start on; `cost` tells what the nodes with these keys cost together, where that
    /// is known.
    pub fn with_crew(mut self, threads: usize, cost: impl Fn(&[&str]) -> Option<f64>) -> Self {
        let steps = self.schedule.steps.len();
        let known: Vec<Option<f64>> = (0..self.groups.len()).map(|g| cost(&self.group_keys(g))).collect();
        let sum: f64 = known.iter().flatten().sum();
        // What is not known is taken for the middle of what is.
        let usual = if sum > 0.0 { sum / known.iter().flatten().count() as f64 } else { 1.0 };
        let mut costs = vec![0.0; steps];
        let mut start = 0;
        for (&end, known) in self.groups.iter().zip(&known) {
            if let Some(first) = costs.get_mut(start) {
                *first = known.unwrap_or(usual);
            }
            start = end as usize;
        }
        self.crew = Some(Crew::new(&self, &costs, threads));
        self
    }

    /// Whether several threads run it.
    pub fn has_crew(&self) -> bool {
        self.crew.is_some()
    }

    /// Does some of the work of the buffer that is run now, for a thread that helps.
    pub fn help(&self) -> Help {
        let Some(crew) = &self.crew else { return Help::Idle };
        // SAFETY: the crew was made for this program. Nothing in there, all of it arithmetic on audio, relies on denormal
        // numbers.
        unsafe { no_denormals::no_denormals(|| crew.help(self)) }
    }

    /// What each group of steps usually takes, in nanoseconds a frame, with the keys of its nodes; where it was timed.
    pub fn costs(&self) -> Vec<(Vec<&str>, f64)> {
        let usual = self.usual.iter().map(|u| f64::from(f32::from_bits(u.load(Ordering::Relaxed))));
        let timed = usual.enumerate().filter(|(_, usual)| *usual > 0.0);
        timed.map(|(group, usual)| (self.group_keys(group), usual)).collect()
    }

    /// The keys of the nodes that run in a group of steps, see [`super::Runner::slowest`].
    pub fn group_keys(&self, group: usize) -> Vec<&str> {
        let end = self.groups.get(group).map_or(0, |&e| e as usize);
        let start = group.checked_sub(1).and_then(|g| self.groups.get(g)).map_or(0, |&e| e as usize);
        let steps = self.schedule.steps.get(start..end).unwrap_or_default();
        let banks = steps.iter().filter_map(|step| match step {
            Step::Run(run) => Some(run.bank as usize),
            _ => None,
        });
        let keys = banks.flat_map(|bank| self.keys[bank].iter());
        keys.filter_map(|key| key.as_deref()).collect()
    }

    /// The key of the node that gave what is no number.
    pub fn fault_key(&self, fault: &Fault) -> &str {
        self.key(fault.bank as usize, fault.lane as usize)
    }

    /// How often parameters of the builder's nodes were set.
    pub(super) fn changes(&self) -> u64 {
        self.changes.load(Ordering::Acquire)
    }

    /// Moves state into the cells of this program, once.
    ///
    /// # Safety
    /// The caller holds the one runner of the program's builder by mutable reference.
    pub(super) unsafe fn arrive(&self) {
        // SAFETY: by the contract above, nobody else is here.
        unsafe { (*self.moves.get()).arrive() };
    }
}
