//! Any text is a script or is refused: no panic, no endless loop, and what is wrong lies inside of the text.
//!
//! `cargo +nightly fuzz run script -- -max_len=4096`, begun with the examples:
//! `cargo +nightly fuzz run script scripts/examples`.

#![no_main]

use libfuzzer_sys::fuzz_target;
use signalbox_scripts::{Mode, Script, Settings};
use std::path::Path;

fuzz_target!(|source: &str| {
    let script = Script { name: "fuzz".into(), source: source.into(), file: None };
    // There is no such folder: nothing is read, nothing is written.
    let settings = Settings::new(Mode::Build, Path::new("/nonexistent"));
    let Err(trouble) = script.run(&settings) else { return };
    assert!(!trouble.what.contains("broke a word"), "{trouble}");
    if let Some(place) = trouble.place {
        let line = source.lines().nth(place.line - 1).unwrap_or_default();
        assert!(place.line <= source.lines().count() + 1, "{trouble}");
        assert!(place.column <= line.chars().count() + 2, "{trouble}");
    }
});
