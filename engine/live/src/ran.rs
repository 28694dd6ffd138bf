//! Which program runs, and for how long: told by the audio side, read by the control side.

#[cfg(loom)]
use loom::sync::atomic::AtomicU64;
#[cfg(not(loom))]
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};

/// Which program ran last, and for how long.
#[derive(Debug, Default)]
pub struct Ran {
    number: AtomicU64,
    frames: AtomicU64,
}

impl Ran {
    /// The program with this number has run for so many frames; numbers only grow.
    pub fn tell(&self, number: u64, frames: u64) {
        self.frames.store(frames, Relaxed);
        self.number.store(number, Release);
    }

    /// Whether the program with this number runs, and has for so many frames at least.
    pub fn has(&self, number: u64, frames: u64) -> bool {
        // The frames that are seen behind a number are this program's, not those of the one before.
        self.number.load(Acquire) == number && self.frames.load(Relaxed) >= frames
    }
}

#[cfg(all(test, loom))]
mod orders {
    use super::*;
    use loom::sync::Arc;

    #[test]
    fn no_program_is_taken_to_have_run_for_as_long_as_the_one_before() {
        loom::model(|| {
            let ran = Arc::new(Ran::default());
            let writer = ran.clone();
            let audio = loom::thread::spawn(move || {
                writer.tell(1, 500);
                writer.tell(2, 10);
                writer.tell(2, 20);
            });
            assert!(!ran.has(2, 21));
            audio.join().expect("the audio side ends");
            assert!(ran.has(2, 20));
        });
    }
}
