//! Programs change hands: the control side publishes, the audio side reads, and nothing is freed there.
//!
//! The reader's `Cache` keeps the program that it saw last, and the control side keeps every retired one until nobody
//! else holds it: so the reader never drops the last reference.

use arc_swap::{ArcSwapOption, Cache};
use signalbox_engine::run::Program;
use std::sync::Arc;
use std::thread::Thread;

/// A program that is played.
pub struct Playing {
    /// Counts the programs, from 1.
    pub number: u64,
    /// The program.
    pub program: Program,
    /// Which of its outputs is heard.
    pub output: usize,
    /// The threads that help where it has a crew.
    pub helpers: Vec<Thread>,
}

/// The control side.
pub struct Publisher {
    current: Arc<ArcSwapOption<Playing>>,
    retired: Vec<Arc<Playing>>,
    count: u64,
}

/// The audio side.
pub struct Reader {
    cache: Cache<Arc<ArcSwapOption<Playing>>, Option<Arc<Playing>>>,
}

/// Both sides; nothing is published yet.
pub fn swap() -> (Publisher, Reader) {
    let current = Arc::new(ArcSwapOption::empty());
    let reader = Reader { cache: Cache::new(current.clone()) };
    (Publisher { current, retired: Vec::new(), count: 0 }, reader)
}

impl Publisher {
    /// Publishes a program; gives its number.
    pub fn publish(&mut self, program: Program, output: usize, helpers: Vec<Thread>) -> u64 {
        self.count += 1;
        let playing = Arc::new(Playing { number: self.count, program, output, helpers });
        self.retired.extend(self.current.swap(Some(playing)));
        self.count
    }

    /// One more reader.
    pub fn reader(&self) -> Reader {
        Reader { cache: Cache::new(self.current.clone()) }
    }

    /// What is published.
    pub fn current(&self) -> Option<Arc<Playing>> {
        self.current.load_full()
    }

    /// Frees what nobody plays any more.
    pub fn collect(&mut self) {
        // The present one's references only rise; those of a retired one only fall.
        self.retired.retain(|retired| Arc::strong_count(retired) > 1);
    }

    /// How many retired programs are kept.
    pub fn retired(&self) -> usize {
        self.retired.len()
    }
}

impl Reader {
    /// Lets arc-swap make room for this thread, which it does when a thread first needs it: no load allocates any more.
    pub fn enter(&self) {
        drop(self.cache.arc_swap().load());
    }

    /// What is published now.
    pub fn load(&mut self) -> Option<&Playing> {
        self.cache.load().as_deref()
    }
}
