//! A sub-patch with voices, as a user plays it.

use crate::support::Folder;
use std::f64::consts::TAU;

const CHORDS: &str = include_str!("../../examples/chords.json");

/// The level of a tone in some samples at 48 kHz, seen through a Hann window, in dBFS.
fn level(samples: &[f64], frequency: f64) -> f64 {
    let (mut re, mut im) = (0.0, 0.0);
    for (n, x) in samples.iter().enumerate() {
        let window = 1.0 - (TAU * n as f64 / samples.len() as f64).cos();
        let (sin, cos) = (TAU * frequency * n as f64 / 48_000.0).sin_cos();
        (re, im) = (re + x * window * cos, im + x * window * sin);
    }
    20.0 * (2.0 * f64::hypot(re, im) / samples.len() as f64).log10()
}

#[test]
fn the_chords_of_the_example_sound_with_all_their_notes() {
    let folder = Folder::new();
    folder.put("chords.json", CHORDS);
    let said = folder.does(&["render", "chords.json", "-o", "one.wav", "--bits", "32f", "--threads", "1"]);
    assert!(!said.err.contains("warning"), "{}", said.err);
    folder.does(&["render", "chords.json", "-o", "two.wav", "--bits", "32f", "--threads", "2"]);
    assert!(folder.bytes("one.wav") == folder.bytes("two.wav"), "two threads give other bits than one");
    let samples = folder.samples("one.wav");
    assert_eq!(samples.len(), 480_000);
    let hertz = |key: i32| 440.0 * 2f64.powf(f64::from(key - 69) / 12.0);
    // A chord is held for 2.16 s of 2.4. The fundamentals of its keys are there, and what lies between the keys is not.
    for (chord, keys) in
        [[48, 51, 55, 58], [53, 56, 60, 63], [43, 53, 59, 62], [48, 51, 55, 60]].iter().enumerate()
    {
        let from = chord * 115_200 + 48_000;
        let part = &samples[from..from + 48_000];
        for &key in keys {
            let (there, beside) = (level(part, hertz(key)), level(part, hertz(key) * 1.03));
            assert!(there > -50.0 && beside < there - 30.0, "chord {chord}, key {key}: {there}, {beside} dB");
        }
    }
}

#[test]
fn explain_tells_what_is_dealt_and_what_runs_side_by_side() {
    let folder = Folder::new();
    folder.put("chords.json", CHORDS);
    let told = folder.does(&["explain", "chords.json"]).out;
    for words in [
        "deal ",
        "each note to a free voice of chords, else to the quietest of the 8",
        "chords/001/saw, chords/002/saw, chords/003/saw … chords/008/saw (8 in 8 lanes)",
        "how loud voices of chords are",
    ] {
        assert!(told.contains(words), "{words}: {told}");
    }
}
