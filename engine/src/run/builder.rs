//! Makes programs, on the control side.

use super::cell::Cell;
use super::dealer::Dealer;
use super::kept::{Kept, Way, curves};
use super::line::EventLine;
use super::lines::{GoneOn, Lines};
use super::make::Making;
use super::memory::Memory;
use super::moves::{Held, Moves, Redeal};
use super::program::Program;
use super::runner::Runner;
use super::stopwatch::groups;
use crate::compile::check::check;
use crate::compile::{Compiled, Context, Flat, Mode, Problem, Rows, Seat, Settled, Widths, finish, settle};
use crate::patch::{Patch, TempoMap};
use crate::schedule::{Bank, Line, Schedule, Step};
use foldhash::{HashMap, HashMapExt, HashSet, HashSetExt};
use std::cell::UnsafeCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// What the last program holds of an instance with voices.
struct KeptDealer {
    voices: usize,
    rate: u32,
    held: Arc<Held<Dealer>>,
}

/// Makes programs, on the control side, and keeps the state of nodes from one to the next.
pub struct Builder {
    id: u64,
    /// By the key of the node.
    pub(super) cells: HashMap<Arc<str>, Kept>,
    /// How many programs it has made.
    pub(super) programs: u64,
    lines: Lines,
    /// By their cables, with no frames: how many frames they delay by.
    event_lines: HashMap<Line, (usize, Arc<Held<EventLine>>)>,
    /// By the key of the instance.
    dealers: HashMap<Arc<str>, KeptDealer>,
    pub(super) changes: Arc<AtomicU64>,
}

/// A builder and the one runner that may run its programs.
pub fn pair() -> (Builder, Runner) {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let id = NEXT.fetch_add(1, Ordering::Relaxed);
    let builder = Builder {
        id,
        cells: HashMap::new(),
        programs: 0,
        lines: Lines::default(),
        event_lines: HashMap::new(),
        dealers: HashMap::new(),
        changes: Arc::default(),
    };
    (builder, Runner::new(id))
}

impl Builder {
    /// Compiles a patch so that the nodes of the last program stay where their state lies.
    pub fn compile(&self, patch: &Patch, context: &Context<'_>) -> Result<Compiled, Vec<Problem>> {
        Ok(self.finish(settle(patch, context)?, context, &patch.tempo))
    }

    /// The passes over steps, such that the nodes of the last program stay where their state lies.
    pub(super) fn finish(&self, mut settled: Settled, context: &Context<'_>, tempo: &TempoMap) -> Compiled {
        settled.part(|cable, frames, width| self.lines.slips(cable, frames, width));
        let seat = |flat: &Flat, widths: &Widths, node: usize| self.seat(flat, widths, context, tempo, node);
        finish(settled, context, tempo, &seat)
    }

    /// Where the state of a node lies that goes on.
    fn seat(
        &self,
        flat: &Flat,
        widths: &Widths,
        context: &Context<'_>,
        tempo: &TempoMap,
        node: usize,
    ) -> Option<Seat> {
        let (kept, Way::Goes) = self.kept(&flat.nodes[node])? else { return None };
        Making::new(flat, widths, context, tempo).is(node, &kept.make).then(|| Seat {
            bank: Arc::as_ptr(&kept.cell) as usize as u64,
            lanes: kept.cell.lanes(),
            lane: kept.lane,
        })
    }

    /// Whether a node that was there before, and is to go on, does.
    pub(super) fn keeps(
        &self,
        flat: &Flat,
        widths: &Widths,
        context: &Context<'_>,
        tempo: &TempoMap,
        node: usize,
    ) -> bool {
        let kept = self.kept(&flat.nodes[node]);
        kept.is_none_or(|(kept, _)| Making::new(flat, widths, context, tempo).is(node, &kept.make))
    }

    /// Makes a program of a compiled patch. Nodes and cables that were in the last program and have not changed in
    /// more than numbers keep their state. To be compiled by [`Builder::compile`] from the second time on.
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
        let making = Making::new(&compiled.flat, &compiled.widths, context, tempo);
        let mut errors = Vec::new();
        let mut cells = Vec::with_capacity(schedule.banks.len());
        let mut moves = Moves::default();
        let mut taken = HashSet::with_capacity(schedule.banks.len());
        // By node: whether it has the state of what was there.
        let mut same = vec![false; compiled.flat.nodes.len()];
        for bank in &schedule.banks {
            let free = |cell: &Arc<Cell>| !taken.contains(&Arc::as_ptr(cell));
            match self.cell(bank, compiled, context, &making, (&mut moves, &mut same), &free) {
                Ok(cell) => {
                    taken.insert(Arc::as_ptr(&cell));
                    cells.push(cell);
                }
                Err((node, what)) => errors.push(Problem::new(&*compiled.flat.nodes[node].key, what)),
            }
        }
        if !errors.is_empty() {
            // The last program goes on with its cells as if nothing had been asked.
            return Err(errors);
        }
        let curves = curves(&compiled.flat);
        self.relane(&schedule, compiled, &cells, (&same, &curves), &mut moves);
        self.remember(&schedule, &making, &cells, &same, curves);
        let fade = fade_frames(context.rate);
        let fades = schedule.steps.iter().filter_map(|s| match s {
            Step::Fade { fade, .. } => Some(fade.wait + fade.frames),
            _ => None,
        });
        let GoneOn { lines, wide: wide_lines, unsettled: slips } =
            self.lines.go_on(&schedule, fade, &mut moves);
        let unsettled = fades.max().unwrap_or(0).max(slips);
        let event_lines = keep(&mut self.event_lines, &schedule.event_lines);
        let dealers = self.dealers(&schedule, context.rate, &mut moves);
        let (rows, count) = rows(&schedule, &compiled.flat);
        let mut keys = Rows::with_capacity(schedule.banks.len());
        for bank in &schedule.banks {
            keys.push(bank.members.iter().map(|node| node.map(|n| compiled.flat.nodes[n].key.clone())));
        }
        let memory = UnsafeCell::new(Memory::new(&schedule, count));
        let (changes, moves) = (self.changes.clone(), UnsafeCell::new(moves));
        Ok(Program {
            owner: self.id,
            usual: groups(&schedule).iter().map(|_| Default::default()).collect(),
            groups: groups(&schedule),
            crew: None,
            schedule,
            cells,
            keys,
            rows,
            row_slots: count,
            memory,
            lines,
            wide_lines,
            event_lines,
            dealers,
            changes,
            moves,
            unsettled,
            glide: fade as f32,
        })
    }

    /// Sets a parameter of a node of the last program.
    pub(super) fn set_value(&self, key: &str, parameter: usize, value: f32) {
        if let Some(kept) = self.cells.get(key) {
            kept.cell.set(kept.lane, parameter, value);
        }
    }

    /// What deals to voices: what was there before goes on, also where there are more or fewer voices now.
    fn dealers(&mut self, schedule: &Schedule, rate: u32, moves: &mut Moves) -> Vec<Arc<Held<Dealer>>> {
        let mut old = std::mem::take(&mut self.dealers);
        let mut all = Vec::with_capacity(schedule.dealers.len());
        for dealer in &schedule.dealers {
            let (voices, before) = (dealer.voices as usize, old.remove(&dealer.key));
            let held = match before {
                Some(kept) if (kept.voices, kept.rate) == (voices, rate) => kept.held,
                before => {
                    let new = Arc::new(Held(UnsafeCell::new(Dealer::new(voices, rate))));
                    moves.dealers.extend(before.map(|b| Redeal { from: b.held, to: new.clone() }));
                    new
                }
            };
            self.dealers.insert(dealer.key.clone(), KeptDealer { voices, rate, held: held.clone() });
            all.push(held);
        }
        all
    }
}

/// How many frames a fade from one program to the next takes: 5 ms.
pub(super) fn fade_frames(rate: u32) -> usize {
    (rate / 200).max(1) as usize
}

/// Where the rows of each bank's moving parameters begin, and how many slots there are. One set of rows is shared; a
/// node that cuts a loop keeps its own until it takes its inputs.
fn rows(schedule: &Schedule, flat: &Flat) -> (Vec<usize>, usize) {
    let size = |bank: &Bank| bank.lanes() * bank.first().map_or(0, |n| flat.nodes[n].settings.len());
    let mut count = schedule.banks.iter().map(size).max().unwrap_or(0);
    let mut rows = vec![0; schedule.banks.len()];
    for step in &schedule.steps {
        if let Step::Run(run) = step
            && run.mode == Mode::Emit
        {
            rows[run.bank as usize] = count;
            count += size(&schedule.banks[run.bank as usize]);
        }
    }
    (rows, count)
}

/// The delays of events of the new schedule; those that were there, and are as long as they were, are kept.
fn keep(
    held: &mut HashMap<Line, (usize, Arc<Held<EventLine>>)>,
    lines: &[Line],
) -> Vec<Arc<Held<EventLine>>> {
    let mut old = std::mem::take(held);
    lines
        .iter()
        .map(|line| {
            let name = line.name();
            let kept = match old.remove(&name) {
                Some((frames, kept)) if frames == line.frames => kept,
                _ => Arc::new(Held(UnsafeCell::new(EventLine::new(line.frames)))),
            };
            held.insert(name, (line.frames, kept.clone()));
            kept
        })
        .collect()
}
