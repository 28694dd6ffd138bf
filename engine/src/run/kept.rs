//! The cells of a builder's nodes: which go on from one program to the next, and which are made.

use super::builder::Builder;
use super::bypass::Bypass;
use super::cell::{AnyState, Cell, State, lane_words};
use super::line::DelayLine;
use super::make::{Make, Making};
use super::moves::{Moves, relanes};
use crate::compile::{Begins, Compiled, Context, Curve, Flags, Flat, FlatNode, setup};
use crate::node::{Declaration, Make as Maker, Setting, Settings, Setup, host};
use crate::patch::TempoMap;
use crate::schedule::{Bank, Schedule};
use foldhash::{HashMap, HashMapExt};
use signalbox_dsp::lane::Lane;
use smallvec::SmallVec;
use std::sync::Arc;

/// What the last program holds of a node.
pub struct Kept {
    pub(super) make: Make,
    pub(super) cell: Arc<Cell>,
    pub(super) lane: usize,
    /// What automation moves its parameters.
    curves: Curves,
    /// Which of its parameters are moved, by automation or by cables.
    moved: Flags,
    /// The number of the program that it was in last.
    program: u64,
}

/// What automation moves parameters of a node.
pub type Curves = Vec<(usize, Curve)>;

/// How a node takes over state.
#[derive(Clone, Copy, PartialEq)]
pub enum Way {
    /// It goes on.
    Goes,
    /// It begins as a copy.
    Copies,
}

/// A node's lane, and what it takes over.
type Seated<'a> = (usize, Option<(&'a Kept, Way)>);

/// The settings of empty lanes.
static NONE: Settings = Settings::new();

impl Builder {
    /// What the last program holds of a node, and whether it goes on as that one or begins as a copy.
    pub(super) fn kept(&self, node: &FlatNode) -> Option<(&Kept, Way)> {
        let (key, way) = match &node.begins {
            Begins::AsItWas => (&node.key, Way::Goes),
            Begins::Renamed(key) => (key, Way::Goes),
            Begins::CopyOf(key) => (key, Way::Copies),
            Begins::Anew => return None,
        };
        self.cells.get(key).map(|kept| (kept, way))
    }

    /// Tells the state of nodes that go on of lanes of automation and cables that move their parameters otherwise.
    pub(super) fn relane(
        &self,
        schedule: &Schedule,
        compiled: &Compiled,
        cells: &[Arc<Cell>],
        (same, curves): (&[bool], &HashMap<usize, Curves>),
        moves: &mut Moves,
    ) {
        for (bank, cell) in schedule.banks.iter().zip(cells) {
            for (lane, node) in bank.seats().filter(|(_, node)| same[*node]) {
                let flat = &compiled.flat.nodes[node];
                let Some((kept, _)) = self.kept(flat) else { continue };
                let new = curves.get(&node).map_or(&[][..], Vec::as_slice);
                let all = relanes(&kept.curves, new);
                moves.lanes.extend(all.into_iter().map(|(p, how)| (cell.clone(), lane, p, how)));
                moves.freed.extend((kept.moved != flat.moved).then(|| cell.clone()));
            }
        }
    }

    /// Remembers what the program holds of its nodes, and sets their parameters to what the patch says.
    pub(super) fn remember(
        &mut self,
        schedule: &Schedule,
        making: &Making<'_>,
        cells: &[Arc<Cell>],
        same: &[bool],
        mut curves: HashMap<usize, Curves>,
    ) {
        self.programs += 1;
        let mut count = 0;
        for (bank, cell) in schedule.banks.iter().zip(cells) {
            for (lane, node) in bank.seats() {
                let flat = &making.flat.nodes[node];
                count += 1;
                for (parameter, setting) in flat.settings.iter().enumerate() {
                    if let Setting::Number(value) = setting {
                        cell.set(lane, parameter, *value);
                    }
                }
                let curves = curves.remove(&node).unwrap_or_default();
                let goes = same[node] && flat.begins == Begins::AsItWas;
                if let Some(kept) = self.cells.get_mut(&flat.key).filter(|_| goes) {
                    kept.moved.clone_from(&flat.moved);
                    (kept.lane, kept.curves, kept.program) = (lane, curves, self.programs);
                    if !Arc::ptr_eq(&kept.cell, cell) {
                        kept.cell = cell.clone();
                    }
                    continue;
                }
                let (make, cell, moved) = (making.make(node), cell.clone(), flat.moved.clone());
                let kept = Kept { make, cell, lane, curves, moved, program: self.programs };
                self.cells.insert(flat.key.clone(), kept);
            }
        }
        if self.cells.len() > count {
            self.cells.retain(|_, kept| kept.program == self.programs);
        }
    }

    /// The cell of a bank: the one that its nodes lie in already, where that is free (nodes that ran as one may run as
    /// two), or a new one that takes over what they keep. Notes which nodes have the state of what was there.
    pub(super) fn cell(
        &self,
        bank: &Bank,
        compiled: &Compiled,
        context: &Context<'_>,
        making: &Making<'_>,
        (moves, same): (&mut Moves, &mut [bool]),
        free: &dyn Fn(&Arc<Cell>) -> bool,
    ) -> Result<Arc<Cell>, (usize, String)> {
        let lanes = bank.lanes();
        let kept: SmallVec<[Seated<'_>; 16]> = bank
            .seats()
            .map(|(lane, node)| {
                let kept = self.kept(&compiled.flat.nodes[node]).filter(|k| making.is(node, &k.0.make));
                same[node] = kept.is_some();
                (lane, kept)
            })
            .collect();
        if let Some((_, Some((first, _)))) = kept.first() {
            let stays = |&(lane, kept): &Seated<'_>| {
                kept.is_some_and(|(k, way)| {
                    way == Way::Goes && k.lane == lane && Arc::ptr_eq(&k.cell, &first.cell)
                })
            };
            if first.cell.lanes() == lanes && kept.iter().all(stays) && free(&first.cell) {
                return Ok(first.cell.clone());
            }
        }
        let first = bank.first().unwrap_or(0);
        let cell = self.fresh(bank, compiled, context, making.tempo).map_err(|what| (first, what))?;
        let cell = Arc::new(cell);
        for (lane, kept) in kept {
            if let Some((kept, _)) = kept {
                // SAFETY: nobody else knows of the new cell yet.
                let words = unsafe { lane_words(&cell) };
                moves.words.resize(moves.words.len().max(words), 0);
                moves.all.push((kept.cell.clone(), kept.lane, cell.clone(), lane));
            }
        }
        Ok(cell)
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

/// By node: what automation moves its parameters.
pub fn curves(flat: &Flat) -> HashMap<usize, Curves> {
    let mut curves: HashMap<usize, Curves> = HashMap::new();
    for lane in &flat.lanes {
        let all = curves.entry(lane.node).or_default();
        // Of several, the first counts.
        if all.iter().all(|c| c.0 != lane.parameter) {
            all.push((lane.parameter, lane.curve.clone()));
        }
    }
    curves
}
