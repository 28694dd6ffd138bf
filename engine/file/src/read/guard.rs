//! Keeps a panic of a decoder from the rest of the program.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind, set_hook, take_hook};
use std::sync::Once;

thread_local! {
    /// Whether a panic of this thread is caught and told in other words.
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// What `work` gives, or nothing if it panics, without a message on the terminal.
pub(super) fn guarded<T>(work: impl FnOnce() -> T) -> Option<T> {
    static HOOK: Once = Once::new();
    if !std::thread::panicking() {
        HOOK.call_once(|| set_hook(Box::new(quiet(take_hook()))));
    }
    let before = QUIET.replace(true);
    // A decoder that panicked is not asked again: its error ends the reading.
    let result = catch_unwind(AssertUnwindSafe(work)).ok();
    QUIET.set(before);
    result
}

/// What tells of panics as `usual` does, but not of those that are caught here.
fn quiet(usual: impl Fn(&PanicHookInfo<'_>)) -> impl Fn(&PanicHookInfo<'_>) {
    move |panic| {
        if !QUIET.get() {
            usual(panic);
        }
    }
}

#[cfg(test)]
mod tests;
