//! What the control side sets and the audio side takes in: numbers, and a count of their changes.

#[cfg(loom)]
use loom::sync::atomic::AtomicU32;
#[cfg(not(loom))]
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};

/// Numbers that one side sets while the other looks at them.
pub struct Targets {
    numbers: Box<[AtomicU32]>,
    generation: AtomicU32,
}

impl Targets {
    /// With these numbers.
    pub fn new(numbers: impl Iterator<Item = f32>) -> Self {
        Self {
            numbers: numbers.map(|x| AtomicU32::new(x.to_bits())).collect(),
            generation: AtomicU32::new(0),
        }
    }

    /// Sets one; whether it was another.
    pub fn set(&self, at: usize, number: f32) -> bool {
        let (target, bits) = (&self.numbers[at], number.to_bits());
        // Mostly it is there already, and to look costs less than to write.
        let new = target.load(Relaxed) != bits && target.swap(bits, Relaxed) != bits;
        if new {
            self.generation.fetch_add(1, Release);
        }
        new
    }

    /// Which generation they are of: who has seen it and then looks finds all that was set up to it.
    #[inline(always)]
    pub fn generation(&self) -> u32 {
        self.generation.load(Acquire)
    }

    /// One of them.
    #[inline(always)]
    pub fn get(&self, at: usize) -> f32 {
        f32::from_bits(self.numbers[at].load(Relaxed))
    }
}

#[cfg(all(test, loom))]
mod orders {
    use super::*;
    use loom::sync::Arc;

    #[test]
    fn nothing_that_was_set_is_missed() {
        loom::model(|| {
            let targets = Arc::new(Targets::new([0.0, 0.0].into_iter()));
            let setter = targets.clone();
            let control = loom::thread::spawn(move || {
                assert!(setter.set(0, 1.0) && setter.set(1, 2.0) && setter.set(0, 3.0));
            });
            let seen = targets.generation();
            let taken = [targets.get(0), targets.get(1)];
            // By generation: the least that is to be found.
            assert!(seen < 1 || taken[0] >= 1.0, "{seen}: {taken:?}");
            assert!(seen < 2 || taken[1] == 2.0, "{seen}: {taken:?}");
            assert!(seen < 3 || taken[0] == 3.0, "{seen}: {taken:?}");
            control.join().expect("the control side ends");
            assert_eq!((targets.generation(), targets.get(0), targets.get(1)), (3, 3.0, 2.0));
        });
    }
}
