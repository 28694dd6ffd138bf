//! What the runner runs: a schedule with its memory and its cells. Made on the control side.

use super::bypass::Bypass;
use super::cell::Cell;
use super::line::{DelayLine, EventLine};
use super::runner::Runner;
use crate::compile::check::check;
use crate::compile::{Compiled, Context, Mode, Problem, setup};
use crate::node::{BLOCK, Declaration, EventList, Setting, host};
use crate::patch::TempoMap;
use crate::schedule::{Line, Schedule, Step};
use std::cell::UnsafeCell;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A schedule with all that it needs to run.
pub struct Program {
    pub(super) owner: u64,
    pub(super) schedule: Schedule,
    pub(super) cells: Vec<Arc<Cell>>,
    pub(super) keys: Vec<String>,
    /// By node of the schedule's table: where its rows of moving parameters begin.
    pub(super) rows: Vec<usize>,
    pub(super) memory: UnsafeCell<Memory>,
    pub(super) lines: Vec<Arc<Held<DelayLine>>>,
    pub(super) event_lines: Vec<Arc<Held<EventLine>>>,
}

// SAFETY: `memory` and the lines are reached only by the one `Runner` of `owner`, which is held by mutable reference
// while it runs; all else is read-only.
unsafe impl Sync for Program {}

/// A delay that belongs to a cable and outlives schedules.
pub(super) struct Held<T>(pub(super) UnsafeCell<T>);

// SAFETY: reached only by the one `Runner` of the builder that made it, held by mutable reference while it runs.
unsafe impl<T: Send> Sync for Held<T> {}

/// One block of one channel, aligned for every vector width.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
pub(super) struct Slot(pub(super) [f32; BLOCK]);

/// What a program writes while it runs.
pub(super) struct Memory {
    pub(super) slots: Vec<Slot>,
    pub(super) lists: Vec<EventList>,
    pub(super) moving: Vec<[f32; BLOCK]>,
}

impl Program {
    /// The schedule.
    pub fn schedule(&self) -> &Schedule {
        &self.schedule
    }

    /// The cell of a node, by its key.
    pub fn cell(&self, key: &str) -> Option<&Arc<Cell>> {
        self.keys.iter().position(|k| k == key).map(|i| &self.cells[i])
    }

    /// The keys of the nodes, in the order of the schedule's table.
    pub fn keys(&self) -> &[String] {
        &self.keys
    }
}

/// What makes a node's state one that can be kept: while none of this changes, an edit keeps the state.
#[derive(PartialEq)]
struct Make {
    kind: &'static str,
    rate: u32,
    fixed: Vec<Option<Setting>>,
    inputs: Vec<usize>,
    outputs: Vec<usize>,
    connected: Vec<bool>,
    moved: Vec<bool>,
    bypass: bool,
    tempo: TempoMap,
}

/// Makes programs, on the control side, and keeps the state of nodes from one to the next.
pub struct Builder {
    id: u64,
    cells: HashMap<String, (Make, Arc<Cell>)>,
    lines: HashMap<Line, Arc<Held<DelayLine>>>,
    event_lines: HashMap<Line, Arc<Held<EventLine>>>,
}

/// A builder and the one runner that may run its programs.
pub fn pair() -> (Builder, Runner) {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let id = NEXT.fetch_add(1, Ordering::Relaxed);
    let builder = Builder { id, cells: HashMap::new(), lines: HashMap::new(), event_lines: HashMap::new() };
    (builder, Runner::new(id))
}

impl Builder {
    /// Makes a program of a compiled patch. Nodes and cables that were in the last program and have not changed in
    /// more than numbers keep their state.
    pub fn build(
        &mut self,
        compiled: &Compiled,
        context: &Context<'_>,
        tempo: &TempoMap,
    ) -> Result<Program, Vec<Problem>> {
        // The runner trusts a schedule blindly, so none is taken that does not hold.
        if let Err(why) = check(&compiled.schedule) {
            let what = format!("{why}; this is a fault of the program: report it with the patch");
            return Err(vec![Problem::new("the schedule", what)]);
        }
        let schedule = compiled.schedule.clone();
        let (mut new, mut errors) = (HashMap::with_capacity(schedule.nodes.len()), Vec::new());
        let mut cells = Vec::with_capacity(schedule.nodes.len());
        let mut keys = Vec::with_capacity(schedule.nodes.len());
        for &node in &schedule.nodes {
            let flat = &compiled.flat.nodes[node];
            let make = self.make(compiled, context, tempo, node);
            let kept = self.cells.get(&flat.key).filter(|(m, _)| *m == make);
            let cell = match kept {
                Some((_, cell)) => cell.clone(),
                None => match fresh(compiled, context, tempo, node) {
                    Ok(cell) => Arc::new(cell),
                    Err(what) => {
                        errors.push(Problem::new(&flat.key, what));
                        continue;
                    }
                },
            };
            new.insert(flat.key.clone(), (make, cell.clone()));
            cells.push(cell);
            keys.push(flat.key.clone());
        }
        if !errors.is_empty() {
            // The last program goes on with its cells as if nothing had been asked.
            return Err(errors);
        }
        self.cells = new;
        for (cell, &node) in cells.iter().zip(&schedule.nodes) {
            for (i, setting) in compiled.flat.nodes[node].settings.iter().enumerate() {
                if let Setting::Number(value) = setting {
                    cell.set(i, *value);
                }
            }
        }
        let lines = keep(&mut self.lines, &schedule.lines, |l| DelayLine::new(l.width, l.frames));
        let event_lines = keep(&mut self.event_lines, &schedule.event_lines, |l| EventLine::new(l.frames));
        let parameters =
            schedule.nodes.iter().map(|&n| compiled.flat.nodes[n].settings.len()).max().unwrap_or(0);
        // One set of rows is shared; a node that cuts a loop keeps its own until it takes its inputs.
        let mut rows = vec![0; schedule.nodes.len()];
        let mut count = parameters;
        for step in &schedule.steps {
            if let Step::Run(run) = step
                && run.mode == Mode::Emit
            {
                rows[run.node as usize] = count;
                count += compiled.flat.nodes[schedule.nodes[run.node as usize]].settings.len();
            }
        }
        let memory = Memory {
            slots: vec![Slot([0.0; BLOCK]); schedule.slots as usize],
            lists: (0..schedule.lists).map(|_| EventList::new()).collect(),
            moving: vec![[0.0; BLOCK]; count],
        };
        let memory = UnsafeCell::new(memory);
        Ok(Program { owner: self.id, schedule, cells, keys, rows, memory, lines, event_lines })
    }

    fn make(&self, compiled: &Compiled, context: &Context<'_>, tempo: &TempoMap, node: usize) -> Make {
        let flat = &compiled.flat.nodes[node];
        let moves = |i: usize| flat.declaration.parameters[i].moves();
        let fixed = flat.settings.iter().enumerate().map(|(i, s)| (!moves(i)).then(|| s.clone()));
        Make {
            kind: flat.declaration.name,
            rate: context.rate,
            fixed: fixed.collect(),
            inputs: compiled.widths.inputs[node].clone(),
            outputs: compiled.widths.outputs[node].clone(),
            connected: flat.connected.clone(),
            moved: flat.moved.clone(),
            bypass: flat.bypass,
            tempo: tempo.clone(),
        }
    }
}

fn fresh(compiled: &Compiled, context: &Context<'_>, tempo: &TempoMap, node: usize) -> Result<Cell, String> {
    let flat = &compiled.flat.nodes[node];
    let setup = setup(&compiled.flat, &compiled.widths, context, tempo, node);
    let declaration: &Declaration = flat.declaration;
    let processor = if flat.bypass {
        let width = compiled.widths.outputs[node].first().copied().unwrap_or(0);
        let line = DelayLine::new(width, (declaration.latency)(&setup));
        host(Bypass { line, in_place: declaration.in_place })
    } else {
        (declaration.make)(&setup)?
    };
    Ok(Cell::new(declaration, &flat.settings, context.rate, processor))
}

/// The delays of the new schedule; those that were there are kept.
fn keep<T>(
    held: &mut HashMap<Line, Arc<Held<T>>>,
    lines: &[Line],
    new: impl Fn(&Line) -> T,
) -> Vec<Arc<Held<T>>> {
    let mut old = std::mem::take(held);
    lines
        .iter()
        .map(|line| {
            let kept = old.remove(line).unwrap_or_else(|| Arc::new(Held(UnsafeCell::new(new(line)))));
            held.insert(line.clone(), kept.clone());
            kept
        })
        .collect()
}
