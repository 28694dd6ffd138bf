//! A cell: the state of a node, or of several side by side, at an address that never changes, and their parameters.

use super::glide::Glide;
use super::ramp::Ramp;
use super::targets::Targets;
use crate::node::{BLOCK, Declaration, Keeper, Kind, Parameter, Processor, Setting, Settings, Song, Wide};
use signalbox_dsp::lane::Lane;
use std::cell::UnsafeCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The state of a bank. The control side sets parameters; only the runner touches the rest.
pub struct Cell {
    lanes: usize,
    /// By parameter, by lane.
    targets: Targets,
    /// The range of each parameter that may move.
    ranges: Box<[Option<(f32, f32)>]>,
    /// Counts the changes of all cells of a builder.
    changes: Arc<AtomicU64>,
    state: UnsafeCell<AnyState>,
}

// SAFETY: `state` is reached only through `state_mut`, whose callers hold the one `Runner` that belongs to the
// `Builder` that made the cell, by mutable reference; all else is atomic.
unsafe impl Sync for Cell {}

/// One node's lane of a cell, for whoever sets its parameters.
#[derive(Clone)]
pub struct Knobs {
    pub(super) cell: Arc<Cell>,
    pub(super) lane: usize,
}

impl Knobs {
    /// Sets a parameter, in its base unit, to the nearest value of its range; it arrives over its smoothing time. Values
    /// that are not finite are ignored, and so are parameters that can't move.
    pub fn set(&self, parameter: usize, value: f32) {
        self.cell.set(self.lane, parameter, value);
    }
}

/// What only the runner touches, for any number of lanes.
pub enum AnyState {
    /// A node by itself.
    One(State<f32>),
    /// Up to four nodes.
    Four(State<Wide<f32, 4>>),
    /// Up to eight nodes.
    Eight(State<Wide<f32, 8>>),
    /// Up to sixteen nodes.
    Sixteen(State<Wide<f32, 16>>),
}

/// What happened to a lane of automation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relane {
    /// It came.
    Came,
    /// It was drawn anew.
    Changed,
    /// It went.
    Went,
}

/// Calls a function on a state, whatever its lanes.
macro_rules! with_state {
    ($any:expr, $state:ident => $body:expr) => {
        match $any {
            $crate::run::cell::AnyState::One($state) => $body,
            $crate::run::cell::AnyState::Four($state) => $body,
            $crate::run::cell::AnyState::Eight($state) => $body,
            $crate::run::cell::AnyState::Sixteen($state) => $body,
        }
    };
}
pub(super) use with_state;

/// What only the runner touches.
pub struct State<L: Lane> {
    /// The arithmetic.
    pub processor: Box<dyn Processor<L>>,
    /// Each parameter's value, `None` while it moves.
    pub values: Box<[Option<L>]>,
    /// Whether it has not run since it was made or reset.
    pub fresh: bool,
    /// For how many frames all values have stayed as they are, up to many.
    pub still: u32,
    ramps: Box<[Ramp<L>]>,
    glides: Box<[Glide<L>]>,
    /// Where the song is expected to stand in the next block; none before the first.
    expected: Option<Song>,
    seen: u32,
    ramping: usize,
    /// What a lane holds at first.
    initial: Box<[u64]>,
}

impl<L: Lane> State<L> {
    /// The state of nodes with these settings, by lane; those of empty lanes are of no matter.
    pub fn new(
        declaration: &Declaration,
        settings: &[&Settings],
        rate: u32,
        mut processor: Box<dyn Processor<L>>,
    ) -> Self {
        let count = declaration.parameters.len();
        let value = |p: usize| L::from_fn(|lane| settings[lane].get(p).map_or(0.0, number));
        let ramps = declaration.parameters.iter().enumerate().map(|(p, parameter)| {
            let seconds = if let Kind::Number { smoothing, .. } = parameter.kind { smoothing } else { 0.0 };
            Ramp::new(value(p), (seconds * rate as f32) as u32)
        });
        let ramps = ramps.collect();
        let mut initial = Box::default();
        if L::LANES > 1 {
            initial = vec![0; words(&mut *processor)].into_boxed_slice();
            processor.keep(&mut Keeper::save(0, &mut initial));
        }
        let values = (0..count).map(|p| Some(value(p))).collect();
        Self {
            processor,
            values,
            fresh: true,
            still: 0,
            ramps,
            glides: vec![Glide::new(); count].into(),
            expected: None,
            seen: 0,
            ramping: 0,
            initial,
        }
    }

    /// The value that a parameter has by itself in this block; `None` where it ramps and its values were filled in.
    pub fn base(&self, parameter: usize) -> Option<L> {
        self.ramps[parameter].steady()
    }

    /// Hears where the song stands: where it does not go on as it did, automation jumps.
    pub fn follow(&mut self, song: Song, frames: usize) {
        let jumps = self.expected.is_some_and(|expected| expected.frame != song.frame);
        if jumps {
            self.glides.iter_mut().for_each(Glide::jump);
        }
        self.expected = Some(Song { frame: song.after(frames), ..song });
    }

    /// Brings what a lane of automation says to where it glides; see [`Glide::run`].
    #[inline(always)]
    pub fn glide(&mut self, parameter: usize, length: f32, value: Option<L>, out: &mut [L]) -> Option<L> {
        self.glides[parameter].run(length, value, out)
    }

    /// A lane of automation of a parameter came, went or was drawn anew.
    pub fn relane(&mut self, lane: usize, parameter: usize, change: Relane) {
        let (glide, ramp) = (&mut self.glides[parameter], &mut self.ramps[parameter]);
        match change {
            Relane::Came => glide.jump_from(lane, ramp.now(lane)),
            Relane::Changed => glide.jump_from(lane, glide.last(lane)),
            Relane::Went => {
                ramp.come_from(lane, glide.last(lane));
                self.ramping = self.ramping.max(1);
            }
        }
    }

    /// Parameters that nothing moves any more have the values that they were set to.
    pub fn look_again(&mut self) {
        self.ramping = self.ramping.max(1);
    }

    /// Whether a parameter is on its way to where it was set.
    pub fn is_moving(&self) -> bool {
        self.ramping > 0
    }

    /// Brings one lane back to what it was at first.
    pub fn reset_lane(&mut self, lane: usize) {
        if L::LANES == 1 {
            self.processor.reset();
            self.fresh = true;
        } else {
            self.processor.keep(&mut Keeper::load(lane, &mut self.initial));
        }
        self.still = 0;
    }

    /// Shows all that one lane holds, parameters included.
    fn keep(&mut self, keeper: &mut Keeper<'_>) {
        let lane = keeper.lane();
        for ramp in &mut self.ramps {
            ramp.keep(keeper);
        }
        for glide in &mut self.glides {
            glide.keep(keeper);
        }
        self.processor.keep(keeper);
        debug_assert!(lane < L::LANES);
    }
}

/// How many words a lane of a processor needs.
fn words<L: Lane>(processor: &mut dyn Processor<L>) -> usize {
    let mut count = Keeper::count();
    processor.keep(&mut count);
    count.words()
}

fn number(setting: &Setting) -> f32 {
    if let Setting::Number(v) = setting { *v } else { 0.0 }
}

impl Cell {
    /// A cell for a state with the settings of each lane.
    pub fn new(
        declaration: &Declaration,
        settings: &[&Settings],
        changes: Arc<AtomicU64>,
        state: AnyState,
    ) -> Self {
        let target = |p: usize| settings.iter().map(move |s| s.get(p).map_or(0.0, number));
        Self {
            lanes: settings.len(),
            targets: Targets::new((0..declaration.parameters.len()).flat_map(target)),
            ranges: declaration.parameters.iter().map(range).collect(),
            changes,
            state: UnsafeCell::new(state),
        }
    }

    /// How many nodes it has room for.
    pub fn lanes(&self) -> usize {
        self.lanes
    }

    /// As [`Knobs::set`], for a node's lane.
    pub fn set(&self, lane: usize, parameter: usize, value: f32) {
        if let Some(&Some((min, max))) = self.ranges.get(parameter).filter(|_| value.is_finite())
            && self.targets.set(parameter * self.lanes + lane, value.max(min).min(max))
        {
            self.changes.fetch_add(1, Ordering::Release);
        }
    }

    /// # Safety
    /// The caller holds the one runner of this cell's builder by mutable reference, and no other reference that this
    /// function gave.
    #[expect(clippy::mut_from_ref, reason = "the runner is the proof that nobody else is here")]
    pub unsafe fn state_mut(&self) -> &mut AnyState {
        // SAFETY: by the contract above, this is the only reference.
        unsafe { &mut *self.state.get() }
    }

    /// Whether [`Cell::prepare`] has nothing to do as long as no parameter of the builder's cells is changed.
    #[inline(always)]
    pub fn is_settled<L: Lane>(&self, state: &State<L>) -> bool {
        state.ramping == 0
    }

    /// Whether all that was set has been taken in.
    pub fn is_level<L: Lane>(&self, state: &State<L>) -> bool {
        self.targets.generation() == state.seen
    }

    /// Brings the parameters to the next block of `frames` frames: starts ramps to new targets and fills `moving`
    /// where one is under way.
    pub fn prepare<L: Lane>(&self, state: &mut State<L>, moving: &mut [[L; BLOCK]], frames: usize) {
        let generation = self.targets.generation();
        if generation != state.seen {
            state.seen = generation;
            for (p, ramp) in state.ramps.iter_mut().enumerate() {
                let target = L::from_fn(|lane| self.targets.get(p * self.lanes + lane));
                if ramp.go(target, state.fresh) {
                    state.ramping = state.ramping.max(1);
                    state.values[p] = ramp.steady();
                    state.still = 0;
                }
            }
        }
        if state.ramping == 0 {
            return;
        }
        state.ramping = 0;
        state.still = 0;
        for (p, ramp) in state.ramps.iter_mut().enumerate() {
            state.ramping += usize::from(ramp.fill(&mut moving[p][..frames]));
            state.values[p] = ramp.steady();
        }
    }
}

/// Moves what a node keeps from its lane in one cell to a lane of another; `words` has room for it.
///
/// # Safety
/// As [`Cell::state_mut`] for both cells, which are different ones.
pub unsafe fn move_lane(
    (from, from_lane): (&Cell, usize),
    (to_cell, to_lane): (&Cell, usize),
    words: &mut [u64],
) {
    // SAFETY: by the contract above.
    let (from, to) = unsafe { (from.state_mut(), to_cell.state_mut()) };
    let expected = with_state!(from, state => {
        state.keep(&mut Keeper::save(from_lane, words));
        state.expected
    });
    let seen = to_cell.targets.generation().wrapping_sub(1);
    with_state!(to, state => {
        state.keep(&mut Keeper::load(to_lane, words));
        state.fresh = false;
        // What was set meanwhile is a way from what was.
        state.seen = seen;
        // Ramps may be under way.
        state.ramping = 1;
        state.expected = expected;
    });
}

/// How many words [`move_lane`] needs for a lane.
///
/// # Safety
/// As [`Cell::state_mut`].
pub unsafe fn lane_words(cell: &Cell) -> usize {
    let mut count = Keeper::count();
    // SAFETY: by the contract above.
    with_state!(unsafe { cell.state_mut() }, state => state.keep(&mut count));
    count.words()
}

fn range(parameter: &Parameter) -> Option<(f32, f32)> {
    parameter.range().filter(|_| parameter.moves()).map(|(_, min, max)| (min, max))
}
