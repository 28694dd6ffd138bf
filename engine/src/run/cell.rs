//! A cell: the state of one node, at an address that never changes, and its parameters.

use crate::node::{BLOCK, Declaration, Kind, Parameter, Processor, Setting, Settings};
use std::cell::UnsafeCell;
use std::sync::atomic::{AtomicU32, Ordering};

/// The state of one node. The control side sets parameters; only the runner touches the rest.
pub struct Cell {
    targets: Box<[AtomicU32]>,
    /// The range of each parameter that may move.
    ranges: Box<[Option<(f32, f32)>]>,
    generation: AtomicU32,
    state: UnsafeCell<State>,
}

// SAFETY: `state` is reached only through `state_mut`, whose callers hold the one `Runner` that belongs to the
// `Builder` that made the cell, by mutable reference; all else is atomic.
unsafe impl Sync for Cell {}

/// What only the runner touches.
pub struct State {
    /// The node's arithmetic.
    pub processor: Box<dyn Processor>,
    /// Each parameter's value, `None` while it moves.
    pub values: Box<[Option<f32>]>,
    /// Whether the node has not run since it was made or reset.
    pub fresh: bool,
    ramps: Box<[Ramp]>,
    seen: u32,
    ramping: usize,
}

/// A parameter on its way to a target.
#[derive(Clone, Copy, Debug, Default)]
struct Ramp {
    now: f32,
    target: f32,
    step: f32,
    left: u32,
    length: u32,
    /// Whether this block's values were filled in.
    filled: bool,
}

impl Cell {
    /// A cell for a processor with its settings.
    pub fn new(
        declaration: &Declaration,
        settings: &Settings,
        rate: u32,
        processor: Box<dyn Processor>,
    ) -> Self {
        let number = |s: &Setting| if let Setting::Number(v) = s { *v } else { 0.0 };
        let ramps = declaration.parameters.iter().zip(settings).map(|(p, s)| {
            let seconds = if let Kind::Number { smoothing, .. } = p.kind { smoothing } else { 0.0 };
            let value = number(s);
            Ramp { now: value, target: value, length: (seconds * rate as f32) as u32, ..Ramp::default() }
        });
        let state = State {
            processor,
            values: settings.iter().map(|s| Some(number(s))).collect(),
            fresh: true,
            ramps: ramps.collect(),
            seen: 0,
            ramping: 0,
        };
        Self {
            targets: settings.iter().map(|s| AtomicU32::new(number(s).to_bits())).collect(),
            ranges: declaration.parameters.iter().map(range).collect(),
            generation: AtomicU32::new(0),
            state: UnsafeCell::new(state),
        }
    }

    /// Sets a parameter, in its base unit, to the nearest value of its range; it arrives over its smoothing time. Values
    /// that are not finite are ignored, and so are parameters that can't move.
    pub fn set(&self, parameter: usize, value: f32) {
        if let Some(&Some((min, max))) = self.ranges.get(parameter).filter(|_| value.is_finite()) {
            self.targets[parameter].store(value.max(min).min(max).to_bits(), Ordering::Relaxed);
            self.generation.fetch_add(1, Ordering::Release);
        }
    }

    /// # Safety
    /// The caller holds the one runner of this cell's builder by mutable reference, and no other reference that this
    /// function gave.
    #[expect(clippy::mut_from_ref, reason = "the runner is the proof that nobody else is here")]
    pub unsafe fn state_mut(&self) -> &mut State {
        // SAFETY: by the contract above, this is the only reference.
        unsafe { &mut *self.state.get() }
    }

    /// Brings the parameters to the next block of `frames` frames: starts ramps to new targets and fills `moving`
    /// where one is under way.
    pub fn prepare(&self, state: &mut State, moving: &mut [[f32; BLOCK]], frames: usize) {
        let generation = self.generation.load(Ordering::Acquire);
        if generation != state.seen {
            state.seen = generation;
            for (i, ramp) in state.ramps.iter_mut().enumerate() {
                let target = f32::from_bits(self.targets[i].load(Ordering::Relaxed));
                if target.to_bits() != ramp.target.to_bits() {
                    let length = if state.fresh { 0 } else { ramp.length };
                    *ramp = Ramp {
                        target,
                        left: length,
                        step: (target - ramp.now) / length.max(1) as f32,
                        ..*ramp
                    };
                    state.ramping = state.ramping.max(1);
                    if length == 0 {
                        ramp.now = target;
                    }
                    state.values[i] = Some(ramp.now);
                }
            }
        }
        if state.ramping == 0 {
            return;
        }
        state.ramping = 0;
        for (i, ramp) in state.ramps.iter_mut().enumerate() {
            ramp.filled = ramp.left > 0;
            if !ramp.filled {
                ramp.now = ramp.target;
                state.values[i] = Some(ramp.now);
                continue;
            }
            state.ramping += 1;
            state.values[i] = None;
            for x in &mut moving[i][..frames] {
                ramp.now = if ramp.left > 1 { ramp.now + ramp.step } else { ramp.target };
                ramp.left = ramp.left.saturating_sub(1);
                *x = ramp.now;
            }
        }
    }
}

fn range(parameter: &Parameter) -> Option<(f32, f32)> {
    parameter.range().filter(|_| parameter.moves()).map(|(_, min, max)| (min, max))
}

impl State {
    /// The value that a parameter has by itself in this block; `None` where it ramps and its values were filled in.
    pub fn base(&self, parameter: usize) -> Option<f32> {
        let ramp = &self.ramps[parameter];
        (!ramp.filled).then_some(ramp.now)
    }
}
