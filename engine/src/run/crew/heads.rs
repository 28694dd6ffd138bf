//! How far each segment of a crew has come, and who may go on with it: counted without locks.

#[cfg(loom)]
use loom::sync::atomic::AtomicUsize;
#[cfg(not(loom))]
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};

/// Counts the blocks of each segment, from the first ever.
pub struct Heads {
    heads: Vec<Head>,
    /// Up to which block there is work.
    limit: AtomicUsize,
}

/// Apart from each other in memory, since others look at them all the time.
#[repr(align(64))]
struct Head {
    /// How many blocks were begun, and how many are done: one more is begun than done while somebody is at it.
    begun: AtomicUsize,
    done: AtomicUsize,
}

impl Heads {
    /// Of so many segments, none of which has work.
    pub fn new(segments: usize) -> Self {
        let head = || Head { begun: AtomicUsize::new(0), done: AtomicUsize::new(0) };
        Self { heads: (0..segments).map(|_| head()).collect(), limit: AtomicUsize::new(0) }
    }

    /// Gives work: so many blocks more. Whoever takes a block of them sees all that the caller did before. To be called
    /// when all is done, by the one who gives work.
    pub fn give(&self, blocks: usize) {
        self.limit.fetch_add(blocks, Release);
    }

    /// Up to which block there is work.
    pub fn limit(&self) -> usize {
        self.limit.load(Acquire)
    }

    /// How many blocks of a segment are done; whoever sees that sees all that was done in them.
    pub fn done(&self, segment: usize) -> usize {
        self.heads[segment].done.load(Acquire)
    }

    /// Whether all that was given is done.
    pub fn all_done(&self) -> bool {
        let limit = self.limit();
        (0..self.heads.len()).all(|segment| self.done(segment) == limit)
    }

    /// Takes the next block of some segment that may run it, the last one first, so that what is written is soon read;
    /// the segment and the block are the caller's alone until [`Heads::finish`].
    pub fn take(&self, may_run: impl Fn(usize, usize) -> bool) -> Option<(usize, usize)> {
        (0..self.heads.len()).rev().find_map(|segment| {
            let head = &self.heads[segment];
            let block = head.begun.load(Acquire);
            let free = block < self.limit() && self.done(segment) == block && may_run(segment, block);
            let taken = free && head.begun.compare_exchange(block, block + 1, AcqRel, Relaxed).is_ok();
            taken.then_some((segment, block))
        })
    }

    /// A block that was taken is done.
    pub fn finish(&self, segment: usize, block: usize) {
        self.heads[segment].done.store(block + 1, Release);
    }
}

#[cfg(all(test, loom))]
mod tests {
    use super::*;
    use loom::cell::UnsafeCell;
    use loom::sync::Arc;

    /// Two segments, the second behind the first, two threads, two rounds of work: every block is run once, in order,
    /// by one thread at a time, and sees what came before it. Loom tries every way in which the threads may meet.
    #[test]
    fn every_block_is_run_once_by_one_and_sees_what_came_before() {
        struct Work {
            heads: Heads,
            job: UnsafeCell<usize>,
            written: [UnsafeCell<usize>; 2],
        }
        // SAFETY: what is tried here.
        unsafe impl Sync for Work {}
        // SAFETY: numbers and counters.
        unsafe impl Send for Work {}
        fn step(work: &Work) -> bool {
            let behind = |segment: usize, block: usize| segment == 0 || work.heads.done(0) > block;
            let Some((segment, block)) = work.heads.take(behind) else { return false };
            // SAFETY: loom tells where two touch this at once.
            work.job.with(|job| assert_eq!(unsafe { *job }, block + 1));
            work.written[segment].with_mut(|own| {
                // SAFETY: as above.
                unsafe { *own += 1 }
            });
            if segment == 1 {
                // SAFETY: as above.
                work.written[1].with(|own| assert_eq!(unsafe { *own }, block + 1));
            }
            work.heads.finish(segment, block);
            true
        }
        loom::model(|| {
            let work = Arc::new(Work {
                heads: Heads::new(2),
                job: UnsafeCell::new(0),
                written: [UnsafeCell::new(0), UnsafeCell::new(0)],
            });
            let own = work.clone();
            let helper = loom::thread::spawn(move || {
                step(&own);
                step(&own);
            });
            for round in 1..=2 {
                // SAFETY: all is done, so nobody looks.
                work.job.with_mut(|job| unsafe { *job = round });
                work.heads.give(1);
                while !work.heads.all_done() {
                    if !step(&work) {
                        loom::thread::yield_now();
                    }
                }
            }
            helper.join().expect("the helper ends");
            for written in &work.written {
                // SAFETY: the helper has ended.
                written.with(|own| assert_eq!(unsafe { *own }, 2));
            }
        });
    }
}
