//! Threads that help the callback: each does blocks of what plays while there is work, and sleeps while there is none.

use crate::swap::Reader;
use signalbox_engine::run::Help;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread::{JoinHandle, Thread};

/// How often a helper that finds no work looks again before it sleeps: some microseconds.
const PATIENCE: u32 = 2_000;

/// Threads that help, until they are dropped.
pub struct Helpers {
    ends: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl Helpers {
    /// So many helpers of a rank, as far as the system has them, each with a reader of what plays.
    pub fn new(count: usize, rank: i32, reader: impl Fn() -> Reader) -> Self {
        let ends = Arc::new(AtomicBool::new(false));
        let help = |number: usize| {
            let (mut reader, ends) = (reader(), ends.clone());
            let name = format!("helper {number}");
            let work = move || {
                crate::rank::take(rank);
                work(&mut reader, &ends);
            };
            std::thread::Builder::new().name(name).spawn(work).ok()
        };
        let threads = (0..count).filter_map(help).collect();
        Self { ends, threads }
    }

    /// What wakes them.
    pub fn threads(&self) -> Vec<Thread> {
        self.threads.iter().map(|t| t.thread().clone()).collect()
    }
}

fn work(reader: &mut Reader, ends: &AtomicBool) {
    reader.enter();
    let mut found_none = 0;
    while !ends.load(Relaxed) {
        match help(reader) {
            Help::Did => found_none = 0,
            Help::Waits => std::hint::spin_loop(),
            Help::Idle if found_none < PATIENCE => {
                found_none += 1;
                std::hint::spin_loop();
            }
            Help::Idle => {
                std::thread::park();
                found_none = 0;
            }
        }
    }
}

#[cfg_attr(rtsan, sanitize(realtime = "nonblocking"))]
fn help(reader: &mut Reader) -> Help {
    reader.load().map_or(Help::Idle, |playing| playing.program.help())
}

impl Drop for Helpers {
    fn drop(&mut self) {
        self.ends.store(true, Relaxed);
        for thread in self.threads.drain(..) {
            thread.thread().unpark();
            let _ = thread.join();
        }
    }
}
