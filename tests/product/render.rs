//! `render`: what is in the file, and that it is always the same.

use crate::support::sound::{Bits, db, sine, spec};
use crate::support::{Folder, near, number};

/// A sine of a second at -20 dBFS from a file of floating point, so that what is rendered is known exactly.
fn sine_patch() -> Folder {
    let folder = Folder::new();
    folder.wav("tone.wav", spec(48_000, 1, Bits::F32), 1.0, |t, _| db(-20.0) * sine(997.0, t));
    folder.put(
        "song.json",
        r#"{"format": 1, "length": "1 s", "nodes": [{"id": "tone", "kind": "player", "values": {"file": "tone.wav"}}, {"id": "out", "kind": "output"}],
            "cables": [{"from": "tone", "to": "out"}]}"#,
    );
    folder
}

/// Format code (that of an extensible header: its sub-format), channels and bits in the header of a WAV file.
pub fn format_of(bytes: &[u8]) -> (u16, u16, u16) {
    assert_eq!((&bytes[..4], &bytes[8..16]), (&b"RIFF"[..], &b"WAVEfmt "[..]));
    let word = |at: usize| u16::from_le_bytes([bytes[at], bytes[at + 1]]);
    let code = if word(20) == 0xFFFE { word(44) } else { word(20) };
    (code, word(22), word(34))
}

/// The rate in the header of a WAV file.
fn rate_of(bytes: &[u8]) -> u32 {
    u32::from_le_bytes([bytes[24], bytes[25], bytes[26], bytes[27]])
}

#[test]
fn bits_are_what_the_header_says_and_the_size_is_whole() {
    let folder = sine_patch();
    for (bits, wanted) in [("16", (1, 1, 16)), ("24", (1, 1, 24)), ("32f", (3, 1, 32))] {
        folder.does(&["render", "song.json", "-o", "out.wav", "--bits", bits]);
        let bytes = folder.bytes("out.wav");
        assert_eq!(format_of(&bytes), wanted);
        assert_eq!(rate_of(&bytes), 48_000);
        let size = u32::from_le_bytes([bytes[4], bytes[5], bytes[6], bytes[7]]) as usize;
        assert_eq!(size + 8, bytes.len());
        assert_eq!(folder.samples("out.wav").len(), 48_000);
    }
    folder.does(&["render", "song.json", "-o", "out.wav"]);
    assert_eq!(format_of(&folder.bytes("out.wav")), (1, 1, 24), "24 bits if nothing is said");
}

#[test]
fn thirty_two_bits_keep_every_bit_and_twenty_four_round_to_the_nearest() {
    let folder = sine_patch();
    let source = folder.samples("tone.wav");
    folder.does(&["render", "song.json", "-o", "float.wav", "--bits", "32f"]);
    assert!(folder.samples("float.wav") == source, "a wire changed the sound");
    folder.does(&["render", "song.json", "-o", "whole.wav", "--bits", "24"]);
    let step = 1.0 / f64::from(1 << 23);
    let worst =
        folder.samples("whole.wav").iter().zip(&source).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    assert!(worst <= step * 0.5001, "{} steps", worst / step);
}

#[test]
fn sixteen_bits_are_dithered_to_the_power_that_theory_says_and_always_alike() {
    let folder = sine_patch();
    folder.does(&["render", "song.json", "-o", "one.wav", "--bits", "16"]);
    folder.does(&["render", "song.json", "-o", "two.wav", "--bits", "16"]);
    assert!(folder.bytes("one.wav") == folder.bytes("two.wav"), "the dither is another each time");
    let source = folder.samples("tone.wav");
    let error: f64 = folder.samples("one.wav").iter().zip(&source).map(|(a, b)| (a - b).powi(2)).sum();
    // Triangular dither of two steps and rounding: a quarter of a step squared (Lipshitz, Wannamaker, Vanderkooy 1992).
    near(10.0 * (error / source.len() as f64).log10(), -96.33, 0.1);
}

#[test]
fn the_rate_is_the_one_asked_for_and_the_tone_keeps_pitch_and_level() {
    let folder = sine_patch();
    for rate in [44_100u32, 96_000] {
        folder.does(&["render", "song.json", "-o", "out.wav", "--rate", &rate.to_string(), "--bits", "32f"]);
        assert_eq!(rate_of(&folder.bytes("out.wav")), rate);
        let samples = folder.samples("out.wav");
        assert_eq!(samples.len(), rate as usize);
        // Away from the ends, where the filter of the conversion runs in and out.
        let worst = (rate as usize / 10..rate as usize * 9 / 10)
            .map(|i| (samples[i] - db(-20.0) * sine(997.0, i as f64 / f64::from(rate))).abs())
            .fold(0.0, f64::max);
        assert!(20.0 * (worst / 0.1).log10() < -100.0, "{worst} off at {rate} Hz");
    }
    folder.does(&["render", "song.json", "-o", "out.wav", "--rate", "44.1kHz"]);
    assert_eq!(rate_of(&folder.bytes("out.wav")), 44_100);
}

#[test]
fn the_length_of_the_command_line_wins_over_the_patch_and_the_patch_over_its_sources() {
    let folder = sine_patch();
    for (length, frames) in [("0.25s", 12_000), ("250 ms", 12_000), ("2", 96_000)] {
        folder.does(&["render", "song.json", "-o", "out.wav", "--length", length]);
        assert_eq!(folder.samples("out.wav").len(), frames, "--length {length}");
    }
    let text = String::from_utf8(folder.bytes("song.json")).expect("text");
    folder.put("half.json", text.replace("1 s", "0.5 s"));
    folder.does(&["render", "half.json", "-o", "out.wav"]);
    assert_eq!(folder.samples("out.wav").len(), 24_000);
}

#[test]
fn a_render_is_the_same_bytes_every_time() {
    let folder = Folder::new();
    folder.does(&["new", "tune.json"]);
    folder.does(&["render", "tune.json", "-o", "one.wav"]);
    folder.does(&["render", "tune.json", "-o", "two.wav", "--threads", "1"]);
    assert!(folder.bytes("one.wav") == folder.bytes("two.wav"));
}

#[test]
fn what_clips_is_counted_and_floating_point_keeps_it() {
    let folder = sine_patch();
    folder.wav("tone.wav", spec(48_000, 1, Bits::F32), 1.0, |t, _| 2.0 * sine(997.0, t));
    folder.does(&["render", "song.json", "-o", "out.wav"]).explains(&["warning", "clipped", "32f"]);
    near(number(&folder.measured("out.wav"), "sample_peak_dbfs"), 0.0, 1e-4);
    assert!(!folder.does(&["render", "song.json", "-o", "out.wav", "--bits", "32f"]).err.contains("warning"));
    near(number(&folder.measured("out.wav"), "sample_peak_dbfs"), 6.02, 0.01);
}

#[test]
fn folders_on_the_way_are_made_and_an_older_file_is_replaced() {
    let folder = sine_patch();
    folder.put("out/deep/song.wav", "older");
    folder.does(&["render", "song.json", "-o", "out/deep/song.wav"]);
    folder.does(&["render", "song.json", "-o", "out/deeper/still/song.wav"]);
    assert!(folder.bytes("out/deep/song.wav") == folder.bytes("out/deeper/still/song.wav"));
    let left: Vec<_> =
        folder.listing().into_keys().filter(|p| p.to_string_lossy().contains(".part")).collect();
    assert!(left.is_empty(), "{left:?}");
}
