//! Limits of operations, depth, memory and time.
//!
//! Rhai bounds each text, list and map, but not what words build of them; so the clock also looks at how much memory the
//! process has taken since the script began.

use crate::trouble::Wrong;
use rhai::{Dynamic, Engine, EvalAltResult};
use std::cell::Cell;
use std::rc::Rc;
use std::time::{Duration, Instant};

/// How long a script may compute; what it renders and measures does not count.
const TIME: Duration = Duration::from_millis(250);

/// How much memory the process may take in while a script computes, in bytes.
const MEMORY: u64 = 128 * 1024 * 1024;

/// How often the memory is looked at.
const MEMORY_LOOK: Duration = Duration::from_millis(2);

/// How many operations pass between two looks at the clock.
const LOOK: u64 = 64;

/// A clock that runs while a script computes.
#[derive(Clone)]
pub struct Clock {
    end: Rc<Cell<Instant>>,
    /// What the process had when the script began, where the system says, and when that is compared next.
    memory: Rc<Cell<(Option<u64>, Instant)>>,
}

/// Why a script is stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    /// It has computed too long.
    Time,
    /// It has built too much.
    Memory,
}

impl Clock {
    /// A clock that begins now.
    pub fn start() -> Self {
        let now = Instant::now();
        let memory = Rc::new(Cell::new((resident(), now + MEMORY_LOOK)));
        Self { end: Rc::new(Cell::new(now + TIME)), memory }
    }

    /// Does something that does not count.
    pub fn stopped<T>(&self, work: impl FnOnce() -> T) -> T {
        let (start, before) = (Instant::now(), resident());
        let result = work();
        self.end.set(self.end.get() + start.elapsed());
        let more = before.and_then(|before| Some(resident()?.saturating_sub(before)));
        let (began, next) = self.memory.get();
        self.memory.set((began.map(|began| began + more.unwrap_or(0)), next));
        result
    }

    /// Whether the time or the memory is used up.
    pub fn over(&self) -> Option<Over> {
        let now = Instant::now();
        if now > self.end.get() {
            return Some(Over::Time);
        }
        let (began, next) = self.memory.get();
        if now < next {
            return None;
        }
        self.memory.set((began, now + MEMORY_LOOK));
        let taken = resident()?.saturating_sub(began?);
        (taken > MEMORY).then_some(Over::Memory)
    }
}

/// How much memory the process has, in bytes, where the system says.
#[cfg(target_os = "linux")]
fn resident() -> Option<u64> {
    let pages: u64 = std::fs::read_to_string("/proc/self/statm").ok()?.split(' ').nth(1)?.parse().ok()?;
    Some(pages * rustix::param::page_size() as u64)
}

#[cfg(not(target_os = "linux"))]
fn resident() -> Option<u64> {
    None
}

/// Sets all limits of an engine.
pub fn limit(engine: &mut Engine, clock: Clock) {
    engine
        .set_max_operations(20_000_000)
        .set_max_call_levels(64)
        .set_max_expr_depths(96, 48)
        .set_max_variables(512)
        .set_max_functions(512)
        .set_max_modules(64)
        .set_max_string_size(64 * 1024)
        .set_max_array_size(16 * 1024)
        .set_max_map_size(4 * 1024)
        .set_optimization_level(rhai::OptimizationLevel::None)
        .set_fast_operators(false);
    engine.disable_symbol("eval");
    // It would hold up whoever waits for the script.
    let asleep =
        || Wrong::new("a script does not sleep; `wait` moves on in the song's time, inside of `seq` or `at`");
    engine.register_fn("sleep", move |_: i64| -> Result<(), Box<EvalAltResult>> { Err(asleep().into()) });
    engine.register_fn("sleep", move |_: f64| -> Result<(), Box<EvalAltResult>> { Err(asleep().into()) });
    engine.on_progress(
        move |operations| {
            if operations % LOOK == 0 { clock.over().map(Dynamic::from) } else { None }
        },
    );
}
