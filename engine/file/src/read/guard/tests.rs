use super::*;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

#[test]
fn a_panic_within_the_guard_gives_nothing_and_is_not_told_and_any_other_is_told() {
    assert_eq!(guarded(|| 7), Some(7));
    let told = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&told);
    let before = take_hook();
    set_hook(Box::new(quiet(move |panic| {
        if panic.payload().downcast_ref() == Some(&"of this test") {
            counter.fetch_add(1, Ordering::SeqCst);
        }
    })));
    let caught = guarded(|| -> u8 { panic!("of this test") });
    let quiet = told.load(Ordering::SeqCst);
    let loud = catch_unwind(|| panic!("of this test"));
    set_hook(before);
    assert_eq!((caught, quiet), (None, 0));
    assert!(loud.is_err());
    assert_eq!(told.load(Ordering::SeqCst), 1);
}
