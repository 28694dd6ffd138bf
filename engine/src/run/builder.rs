//! Makes programs, on the control side.

use super::bypass::Bypass;
use super::cell::{AnyState, Cell, Knobs, State, lane_words};
use super::dealer::Dealer;
use super::line::{DelayLine, EventLine};
use super::make::{Make, make};
use super::memory::Memory;
use super::moves::{Held, Moves, Redeal, Slip, relanes};
use super::program::Program;
use super::runner::Runner;
use super::stopwatch::groups;
use crate::compile::check::check;
use crate::compile::{
    Begins, Compiled, Context, Curve, Flat, FlatNode, Mode, Problem, Seat, Widths, compile_onto, setup,
};
use crate::node::{Declaration, Make as Maker, Setting, Settings, Setup, host};
use crate::patch::{Patch, TempoMap};
use crate::schedule::{Bank, Line, Schedule, Step};
use signalbox_dsp::lane::Lane;
use std::cell::UnsafeCell;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// What the last program holds of a node.
struct Kept {
    make: Make,
    cell: Arc<Cell>,
    lane: usize,
    /// What automation moves its parameters.
    curves: Vec<(usize, Curve)>,
    /// Which of its parameters are moved, by automation or by cables.
    moved: Vec<bool>,
}

/// How a node takes over state.
#[derive(Clone, Copy, PartialEq)]
enum Way {
    Goes,
    Copies,
}

/// What the last program holds of an instance with voices.
struct KeptDealer {
    voices: usize,
    rate: u32,
    held: Arc<Held<Dealer>>,
}

/// Makes programs, on the control side, and keeps the state of nodes from one to the next.
pub struct Builder {
    id: u64,
    cells: HashMap<String, Kept>,
    /// By their cables, with no frames: how many frames they delay by.
    lines: HashMap<Line, (usize, Arc<Held<DelayLine>>)>,
    event_lines: HashMap<Line, (usize, Arc<Held<EventLine>>)>,
    /// By the key of the instance.
    dealers: HashMap<Arc<str>, KeptDealer>,
    changes: Arc<AtomicU64>,
}

/// A builder and the one runner that may run its programs.
pub fn pair() -> (Builder, Runner) {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let id = NEXT.fetch_add(1, Ordering::Relaxed);
    let builder = Builder {
        id,
        cells: HashMap::new(),
        lines: HashMap::new(),
        event_lines: HashMap::new(),
        dealers: HashMap::new(),
        changes: Arc::default(),
    };
    (builder, Runner::new(id))
}

/// The settings of empty lanes.
static NONE: Settings = Settings::new();

impl Builder {
    /// Compiles a patch so that the nodes of the last program stay where their state lies.
    pub fn compile(&self, patch: &Patch, context: &Context<'_>) -> Result<Compiled, Vec<Problem>> {
        compile_onto(patch, context, &|flat, widths, node| {
            self.seat(flat, widths, context, &patch.tempo, node)
        })
    }

    /// Where the state of a node lies that goes on.
    pub(super) fn seat(
        &self,
        flat: &Flat,
        widths: &Widths,
        context: &Context<'_>,
        tempo: &TempoMap,
        node: usize,
    ) -> Option<Seat> {
        let (kept, Way::Goes) = self.kept(&flat.nodes[node])? else { return None };
        (kept.make == make(flat, widths, context, tempo, node)).then(|| Seat {
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
        kept.is_none_or(|(kept, _)| kept.make == make(flat, widths, context, tempo, node))
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
        let (mut new, mut errors) = (HashMap::with_capacity(schedule.banks.len()), Vec::new());
        let mut cells = Vec::with_capacity(schedule.banks.len());
        let mut moves = Moves::default();
        let mut curves: HashMap<usize, Vec<(usize, Curve)>> = HashMap::new();
        for lane in &compiled.flat.lanes {
            let all = curves.entry(lane.node).or_default();
            // Of several, the first counts.
            if all.iter().all(|c| c.0 != lane.parameter) {
                all.push((lane.parameter, lane.curve.clone()));
            }
        }
        let mut taken = HashSet::new();
        for bank in &schedule.banks {
            let free = |cell: &Arc<Cell>| !taken.contains(&Arc::as_ptr(cell));
            match self.cell(bank, compiled, context, tempo, &mut moves, &free) {
                Ok((cell, makes)) => {
                    taken.insert(Arc::as_ptr(&cell));
                    for (lane, node, make) in makes {
                        let flat = &compiled.flat.nodes[node];
                        let curves = curves.remove(&node).unwrap_or_default();
                        if let Some((kept, _)) = self.kept(flat).filter(|k| k.0.make == make) {
                            let all = relanes(&kept.curves, &curves);
                            moves.lanes.extend(all.into_iter().map(|(p, how)| (cell.clone(), lane, p, how)));
                            moves.freed.extend((kept.moved != flat.moved).then(|| cell.clone()));
                        }
                        let (cell, moved) = (cell.clone(), flat.moved.clone());
                        new.insert(flat.key.clone(), Kept { make, cell, lane, curves, moved });
                    }
                    cells.push(cell);
                }
                Err((node, what)) => errors.push(Problem::new(&compiled.flat.nodes[node].key, what)),
            }
        }
        if !errors.is_empty() {
            // The last program goes on with its cells as if nothing had been asked.
            return Err(errors);
        }
        self.cells = new;
        self.set(&schedule, compiled, &cells);
        let fade = fade_frames(context.rate);
        let mut unsettled =
            if schedule.steps.iter().any(|s| matches!(s, Step::Fade { .. })) { fade } else { 0 };
        let lines = keep(&mut self.lines, &schedule.lines, |line, held| {
            let from = held.as_ref().map(|h| h.0).or(line.was);
            let new = match from {
                Some(from) => DelayLine::following(line.width, line.frames, from, fade),
                None => DelayLine::new(line.width, line.frames),
            };
            unsettled = unsettled.max(new.unsettled());
            let new = Arc::new(Held(UnsafeCell::new(new)));
            moves.lines.extend(held.map(|(_, from)| Slip { from, to: new.clone() }));
            new
        });
        let event_lines = keep(&mut self.event_lines, &schedule.event_lines, |line, _| {
            Arc::new(Held(UnsafeCell::new(EventLine::new(line.frames))))
        });
        let dealers = self.dealers(&schedule, context.rate, &mut moves);
        let (rows, count) = rows(&schedule, &compiled.flat);
        let key =
            |node: &Option<usize>| node.map_or_else(String::new, |n| compiled.flat.nodes[n].key.clone());
        let keys = schedule.banks.iter().map(|bank| bank.members.iter().map(key).collect()).collect();
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
            event_lines,
            dealers,
            changes,
            moves,
            unsettled,
            glide: fade as f32,
        })
    }

    /// What the last program holds of a node, and whether it goes on as that one or begins as a copy.
    fn kept(&self, node: &FlatNode) -> Option<(&Kept, Way)> {
        let (key, way) = match &node.begins {
            Begins::AsItWas => (&node.key, Way::Goes),
            Begins::Renamed(key) => (key, Way::Goes),
            Begins::CopyOf(key) => (key, Way::Copies),
            Begins::Anew => return None,
        };
        self.cells.get(key).map(|kept| (kept, way))
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

    /// Sets the parameters of all nodes to what the patch says.
    fn set(&self, schedule: &Schedule, compiled: &Compiled, cells: &[Arc<Cell>]) {
        for (cell, bank) in cells.iter().zip(&schedule.banks) {
            for (lane, node) in bank.members.iter().enumerate() {
                let Some(node) = *node else { continue };
                let knobs = Knobs { cell: cell.clone(), lane };
                for (i, setting) in compiled.flat.nodes[node].settings.iter().enumerate() {
                    if let Setting::Number(value) = setting {
                        knobs.set(i, *value);
                    }
                }
            }
        }
    }

    /// The cell of a bank: the one that its nodes lie in already, where that is free (nodes that ran as one may run as
    /// two), or a new one that takes over what they keep. Also the lane, the node and the make of each.
    #[expect(clippy::type_complexity, reason = "used once")]
    fn cell(
        &self,
        bank: &Bank,
        compiled: &Compiled,
        context: &Context<'_>,
        tempo: &TempoMap,
        moves: &mut Moves,
        free: &dyn Fn(&Arc<Cell>) -> bool,
    ) -> Result<(Arc<Cell>, Vec<(usize, usize, Make)>), (usize, String)> {
        let lanes = bank.lanes();
        let mut makes = Vec::with_capacity(lanes);
        let mut kept: Vec<Option<(&Kept, Way)>> = Vec::with_capacity(lanes);
        for (lane, node) in bank.members.iter().enumerate() {
            let Some(node) = *node else { continue };
            let make = make(&compiled.flat, &compiled.widths, context, tempo, node);
            kept.push(self.kept(&compiled.flat.nodes[node]).filter(|k| k.0.make == make));
            makes.push((lane, node, make));
        }
        let stays = |k: &Option<(&Kept, Way)>, lane: usize| {
            k.is_some_and(|(k, way)| way == Way::Goes && k.lane == lane && k.cell.lanes() == lanes)
        };
        if let Some(Some((first, _))) = kept.first()
            && free(&first.cell)
            && kept.iter().zip(&makes).all(|(k, m)| stays(k, m.0))
            && kept.iter().flatten().all(|(k, _)| Arc::ptr_eq(&k.cell, &first.cell))
        {
            return Ok((first.cell.clone(), makes));
        }
        let first = bank.first().unwrap_or(0);
        let cell = self.fresh(bank, compiled, context, tempo).map_err(|what| (first, what))?;
        let cell = Arc::new(cell);
        for (kept, (lane, ..)) in kept.iter().zip(&makes) {
            if let Some((kept, _)) = kept {
                // SAFETY: nobody else knows of the new cell yet.
                let words = unsafe { lane_words(&cell) };
                moves.words.resize(moves.words.len().max(words), 0);
                moves.all.push((kept.cell.clone(), kept.lane, cell.clone(), *lane));
            }
        }
        Ok((cell, makes))
    }

    fn fresh(
        &self,
        bank: &Bank,
        compiled: &Compiled,
        context: &Context<'_>,
        tempo: &TempoMap,
    ) -> Result<Cell, String> {
        let Some(first) = bank.first() else { return Err("a bank without nodes".into()) };
        let flat = &compiled.flat.nodes[first];
        let setup = setup(&compiled.flat, &compiled.widths, context, tempo, first);
        let setup = Setup { connected: &[], moved: &[], ..setup };
        let declaration: &Declaration = flat.declaration;
        // Empty lanes are set as the first node is.
        let settings: Vec<&Settings> = bank
            .members
            .iter()
            .map(|node| compiled.flat.nodes.get(node.unwrap_or(first)).map_or(&NONE, |n| &n.settings))
            .collect();
        fn state<L: Lane>(
            make: Maker<L>,
            setup: &crate::node::Setup,
            declaration: &Declaration,
            settings: &[&Settings],
        ) -> Result<State<L>, String> {
            Ok(State::new(declaration, settings, setup.rate, make(setup)?))
        }
        let state = match (declaration.wide, bank.lanes()) {
            (_, 1) if flat.bypass => {
                let width = compiled.widths.outputs[first].first().copied().unwrap_or(0);
                let line = DelayLine::new(width, (declaration.latency)(&setup));
                let processor = host(Bypass { line, in_place: declaration.in_place });
                AnyState::One(State::new(declaration, &settings, context.rate, processor))
            }
            (_, 1) => AnyState::One(state(declaration.make, &setup, declaration, &settings)?),
            (Some(wide), 4) => AnyState::Four(state(wide.four, &setup, declaration, &settings)?),
            (Some(wide), 8) => AnyState::Eight(state(wide.eight, &setup, declaration, &settings)?),
            (Some(wide), 16) => AnyState::Sixteen(state(wide.sixteen, &setup, declaration, &settings)?),
            (_, lanes) => return Err(format!("`{}` does not run in {lanes} lanes", declaration.name)),
        };
        Ok(Cell::new(declaration, &settings, self.changes.clone(), state))
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

/// The delays of the new schedule; those that were there, and are as long as they were, are kept. `new` makes the others,
/// from the length and the delay that was there.
fn keep<T>(
    held: &mut HashMap<Line, (usize, Arc<Held<T>>)>,
    lines: &[Line],
    mut new: impl FnMut(&Line, Option<(usize, Arc<Held<T>>)>) -> Arc<Held<T>>,
) -> Vec<Arc<Held<T>>> {
    let mut old = std::mem::take(held);
    lines
        .iter()
        .map(|line| {
            let name = line.name();
            let kept = match old.remove(&name) {
                Some((frames, kept)) if frames == line.frames => kept,
                other => new(line, other),
            };
            held.insert(name, (line.frames, kept.clone()));
            kept
        })
        .collect()
}
