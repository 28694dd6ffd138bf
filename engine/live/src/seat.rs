//! Where what fills buffers sits, for whoever asks for sound: the stream of a device, or the clock that stands in for
//! one. Nobody waits for it: who finds it taken, or whose turn is over, gets nothing.

#[cfg(loom)]
use loom::sync::{Mutex, atomic::AtomicU64};
use std::sync::atomic::Ordering::Relaxed;
#[cfg(not(loom))]
use std::sync::{Mutex, atomic::AtomicU64};
use std::sync::{PoisonError, TryLockError};

/// A seat for one.
pub struct Seat<T> {
    /// Who sits there, with the turn in which it was asked last.
    seated: Mutex<(T, u64)>,
    /// The number of the stream that may ask. One that was given up may go on calling for a while.
    turn: AtomicU64,
}

impl<T> Seat<T> {
    /// A seat that is taken; nobody may ask yet.
    pub fn new(seated: T) -> Self {
        Self { seated: Mutex::new((seated, 0)), turn: AtomicU64::new(0) }
    }

    /// Gives the turn to the next one; its number.
    pub fn next_turn(&self) -> u64 {
        self.turn.fetch_add(1, Relaxed) + 1
    }

    /// Asks, as the stream with this number; `ask` is told whether this stream asks for the first time. `false`: nobody
    /// was asked.
    pub fn ask(&self, turn: u64, ask: impl FnOnce(&mut T, bool)) -> bool {
        if self.turn.load(Relaxed) != turn {
            return false;
        }
        let mut taken = match self.seated.try_lock() {
            Ok(taken) => taken,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => return false,
        };
        let (seated, last) = &mut *taken;
        let first = std::mem::replace(last, turn) != turn;
        ask(seated, first);
        true
    }

    /// Seats another one.
    pub fn replace(&self, other: T) {
        let mut seated = self.seated.lock().unwrap_or_else(PoisonError::into_inner);
        let old = std::mem::replace(&mut seated.0, other);
        // Freed when nobody has to wait for that.
        drop(seated);
        drop(old);
    }
}

#[cfg(all(test, loom))]
mod orders {
    use super::*;
    use loom::cell::UnsafeCell;
    use loom::sync::Arc;

    /// Somebody whom only one may ask at a time; loom tells where two do.
    struct Alone(UnsafeCell<Vec<(u64, bool)>>);

    impl Alone {
        fn new() -> Self {
            Self(UnsafeCell::new(Vec::new()))
        }
        fn asked(&mut self, turn: u64, first: bool) {
            // SAFETY: loom tells where two touch this at once.
            self.0.with_mut(|all| unsafe { (*all).push((turn, first)) });
        }
    }

    #[test]
    fn one_asks_at_a_time_and_each_is_told_that_it_is_new() {
        loom::model(|| {
            let seat = Arc::new(Seat::new(Alone::new()));
            let old = seat.next_turn();
            let given_up = seat.clone();
            let stream = loom::thread::spawn(move || {
                for _ in 0..2 {
                    given_up.ask(old, |alone, first| alone.asked(old, first));
                }
            });
            let new = seat.next_turn();
            seat.ask(new, |alone, first| alone.asked(new, first));
            stream.join().expect("the stream ends");
            assert!(!seat.ask(old, |_, _| ()), "its turn is over");
            let asked = |alone: &mut Alone, first: bool| {
                alone.asked(new, first);
                // SAFETY: loom tells where two touch this at once.
                alone.0.with(|all| unsafe {
                    let mut before = 0;
                    for &(turn, first) in &*all {
                        assert_eq!(first, turn != before);
                        before = turn;
                    }
                });
            };
            assert!(seat.ask(new, asked), "nobody else is there");
        });
    }

    #[test]
    fn another_one_is_seated_while_a_stream_asks() {
        loom::model(|| {
            let seat = Arc::new(Seat::new(Alone::new()));
            let turn = seat.next_turn();
            let asks = seat.clone();
            let stream = loom::thread::spawn(move || {
                asks.ask(turn, |alone, first| alone.asked(turn, first));
            });
            seat.replace(Alone::new());
            stream.join().expect("the stream ends");
            assert!(seat.ask(turn, |alone, first| alone.asked(turn, first)));
        });
    }
}
