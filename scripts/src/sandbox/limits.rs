//! Limits of operations, depth, memory and time.

use crate::trouble::Wrong;
use rhai::{Dynamic, Engine, EvalAltResult};
use std::cell::Cell;
use std::rc::Rc;
use std::time::{Duration, Instant};

/// How long a script may compute; what it renders and measures does not count.
const TIME: Duration = Duration::from_millis(250);

/// How many operations pass between two looks at the clock.
const LOOK: u64 = 64;

/// A clock that runs while a script computes.
#[derive(Clone)]
pub struct Clock {
    end: Rc<Cell<Instant>>,
}

impl Clock {
    /// A clock that begins now.
    pub fn start() -> Self {
        Self { end: Rc::new(Cell::new(Instant::now() + TIME)) }
    }

    /// Does something that does not count.
    pub fn stopped<T>(&self, work: impl FnOnce() -> T) -> T {
        let start = Instant::now();
        let result = work();
        self.end.set(self.end.get() + start.elapsed());
        result
    }

    /// Whether the time is over.
    pub fn over(&self) -> bool {
        Instant::now() > self.end.get()
    }
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
    engine.on_progress(move |operations| {
        (operations % LOOK == 0 && clock.over()).then(|| Dynamic::from("time".to_string()))
    });
}
