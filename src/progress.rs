//! Progress with the time left, and Ctrl-C.

use indicatif::{ProgressBar, ProgressStyle};
use signalbox_studio::output::Progress;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

static INTERRUPTED: AtomicBool = AtomicBool::new(false);
static AT_ONCE: AtomicBool = AtomicBool::new(false);

/// Turns Ctrl-C into a flag, so that work stops in order and leaves no half file; a second one stops at once.
pub fn watch_for_interrupt() {
    // Without the handler, Ctrl-C ends the program as usual and part files stay; nothing else is lost.
    let _ = ctrlc::set_handler(|| {
        if INTERRUPTED.swap(true, Ordering::SeqCst) || AT_ONCE.load(Ordering::SeqCst) {
            std::process::exit(130);
        }
    });
}

/// Whether Ctrl-C stops at once: nothing is under way that could be left half done.
#[cfg(feature = "live")]
pub fn interrupts_at_once(on: bool) {
    AT_ONCE.store(on, Ordering::SeqCst);
}

/// What was stopped is told; what comes next is not stopped by it.
#[cfg(feature = "live")]
pub fn forget_interrupt() {
    INTERRUPTED.store(false, Ordering::SeqCst);
}

/// Whether the user pressed Ctrl-C.
pub fn interrupted() -> bool {
    INTERRUPTED.load(Ordering::SeqCst)
}

/// A bar in the terminal; nothing where standard error is no terminal.
#[derive(Default)]
pub struct Bar {
    bar: Mutex<Option<ProgressBar>>,
}

impl Bar {
    fn with(&self, f: impl FnOnce(&mut Option<ProgressBar>)) {
        f(&mut self.bar.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

impl Progress for Bar {
    fn begin(&self, what: &str, frames: Option<u64>) {
        let style = match frames {
            Some(_) => "{msg:32!} {wide_bar} {percent:>3} % {eta:>4} left",
            None => "{msg:32!} {spinner} {elapsed}",
        };
        let bar = frames.map_or_else(ProgressBar::new_spinner, ProgressBar::new);
        if let Ok(style) = ProgressStyle::with_template(style) {
            bar.set_style(style);
        }
        bar.set_message(what.to_string());
        self.with(|held| *held = Some(bar));
    }

    fn done(&self, frames: u64) -> bool {
        self.with(|held| {
            if let Some(bar) = held {
                bar.set_position(frames);
            }
        });
        !interrupted()
    }

    fn end(&self) {
        self.with(|held| {
            if let Some(bar) = held.take() {
                bar.finish_and_clear();
            }
        });
    }
}
