//! `measure`: its contract, and its numbers against signals whose reading the standards state.

use crate::support::sound::{Bits, db, sine, spec};
use crate::support::{Folder, near, number};

/// The rates at which the standard's signals are tried.
const RATES: [u32; 3] = [44_100, 48_000, 96_000];

#[test]
fn json_holds_exactly_what_the_contract_names() {
    let folder = Folder::new();
    folder.wav("a.wav", spec(48_000, 2, Bits::B24), 1.0, |t, _| 0.5 * sine(440.0, t));
    let wanted = [
        "file",
        "rate",
        "channels",
        "seconds",
        "integrated_lufs",
        "max_momentary_lufs",
        "max_short_term_lufs",
        "loudness_range_lu",
        "true_peak_dbtp",
        "sample_peak_dbfs",
        "correlation",
        "dc",
    ];
    let measured = folder.measured("a.wav");
    let keys: Vec<&str> = measured.as_object().expect("an object").keys().map(String::as_str).collect();
    assert_eq!(keys, wanted);
    assert_eq!(measured["file"], "a.wav");
    assert_eq!(measured["rate"], 48_000);
    assert_eq!(measured["channels"], 2);
    near(number(&measured, "seconds"), 1.0, 1e-9);
}

#[test]
fn a_full_scale_sine_of_997_hz_in_one_channel_reads_minus_3_01_lufs() {
    let folder = Folder::new();
    for rate in RATES {
        folder.wav("tone.wav", spec(rate, 1, Bits::F32), 2.0, |t, _| sine(997.0, t));
        let measured = folder.measured("tone.wav");
        near(number(&measured, "integrated_lufs"), -3.01, 0.01);
        near(number(&measured, "max_momentary_lufs"), -3.01, 0.01);
        near(number(&measured, "sample_peak_dbfs"), 0.0, 0.001);
        near(number(&measured, "true_peak_dbtp"), 0.0, 0.01);
        near(number(&measured, "dc"), 0.0, 1e-6);
        assert!(measured["correlation"].is_null(), "one channel has no correlation");
    }
}

#[test]
fn tech_3341_case_1_reads_minus_23_at_every_rate() {
    let folder = Folder::new();
    for rate in RATES {
        folder.wav("one.wav", spec(rate, 2, Bits::B24), 20.0, |t, _| db(-23.0) * sine(1_000.0, t));
        let measured = folder.measured("one.wav");
        for key in ["integrated_lufs", "max_momentary_lufs", "max_short_term_lufs"] {
            near(number(&measured, key), -23.0, 0.1);
        }
    }
}

#[test]
fn tech_3341_case_3_leaves_the_quiet_ends_out_at_every_rate() {
    let folder = Folder::new();
    for rate in RATES {
        folder.wav("three.wav", spec(rate, 2, Bits::B16), 80.0, |t, _| {
            db(if (10.0..70.0).contains(&t) { -23.0 } else { -36.0 }) * sine(1_000.0, t)
        });
        near(number(&folder.measured("three.wav"), "integrated_lufs"), -23.0, 0.1);
    }
}

#[test]
fn tech_3341_case_15_finds_the_true_peak_of_a_quarter_of_the_rate() {
    let folder = Folder::new();
    for rate in RATES {
        folder.wav("peak.wav", spec(rate, 2, Bits::F32), 1.0, |t, _| {
            let fade = (t / 0.01).min((1.0 - t) / 0.01).clamp(0.0, 1.0);
            0.5 * fade * sine(f64::from(rate) / 4.0, t)
        });
        let peak = number(&folder.measured("peak.wav"), "true_peak_dbtp");
        assert!((-6.4..=-5.8).contains(&peak), "{peak} dBTP at {rate} Hz");
    }
}

#[test]
fn the_peak_between_the_samples_is_found_where_no_sample_shows_it() {
    let folder = Folder::new();
    // At 45 degrees every sample of this tone lies 3.01 dB below its peak.
    folder.wav("between.wav", spec(48_000, 1, Bits::F32), 1.0, |t, _| {
        let fade = (t / 0.01).min((1.0 - t) / 0.01).clamp(0.0, 1.0);
        0.5 * fade * sine(12_000.0, t + 0.125 / 12_000.0)
    });
    let measured = folder.measured("between.wav");
    near(number(&measured, "sample_peak_dbfs"), -9.03, 0.01);
    let peak = number(&measured, "true_peak_dbtp");
    assert!((-6.4..=-5.8).contains(&peak), "{peak} dBTP");
}

#[test]
fn tech_3342_case_1_reads_a_range_of_10_lu() {
    let folder = Folder::new();
    folder.wav("range.wav", spec(48_000, 2, Bits::B24), 40.0, |t, _| {
        db(if t < 20.0 { -20.0 } else { -30.0 }) * sine(1_000.0, t)
    });
    near(number(&folder.measured("range.wav"), "loudness_range_lu"), 10.0, 1.0);
}

#[test]
fn correlation_and_offset_are_those_of_the_signal() {
    let folder = Folder::new();
    let stereo = spec(48_000, 2, Bits::F32);
    folder.wav("same.wav", stereo, 1.0, |t, _| 0.5 * sine(1_000.0, t));
    folder.wav("opposed.wav", stereo, 1.0, |t, c| (0.5 - c as f64) * sine(1_000.0, t));
    folder.wav("quarter.wav", stereo, 1.0, |t, c| 0.5 * sine(1_000.0, t + 0.00025 * c as f64));
    folder.wav("offset.wav", spec(48_000, 1, Bits::F32), 1.0, |t, _| 0.125 + 0.5 * sine(1_000.0, t));
    near(number(&folder.measured("same.wav"), "correlation"), 1.0, 0.01);
    near(number(&folder.measured("opposed.wav"), "correlation"), -1.0, 0.01);
    near(number(&folder.measured("quarter.wav"), "correlation"), 0.0, 0.01);
    near(number(&folder.measured("offset.wav"), "dc"), 0.125, 1e-4);
}

#[test]
fn what_is_too_short_or_silent_has_no_loudness_and_is_still_json() {
    let folder = Folder::new();
    folder.wav("short.wav", spec(48_000, 1, Bits::B16), 0.1, |t, _| 0.5 * sine(440.0, t));
    folder.wav("silent.wav", spec(48_000, 1, Bits::B16), 1.0, |_, _| 0.0);
    assert!(folder.measured("short.wav")["integrated_lufs"].is_null());
    let silent = folder.measured("silent.wav");
    assert!(silent["integrated_lufs"].is_null() && silent["true_peak_dbtp"].is_null(), "{silent}");
    assert!(folder.does(&["measure", "short.wav", "silent.wav"]).out.contains('–'));
}

#[test]
fn every_format_reads_the_same_two_tones() {
    let data = concat!(env!("CARGO_MANIFEST_DIR"), "/engine/file/tests/data");
    let folder = Folder::new();
    // 1,000 Hz at 0.5 to the left, 2,500 Hz at 0.25 to the right; what is compressed with loss may be off a little.
    for (name, within) in [("flac", 0.01), ("aiff", 0.01), ("caf", 0.01), ("mp3", 0.5), ("ogg", 0.5)] {
        let path = format!("{data}/tone.{name}");
        let measured = folder.measured(&path);
        assert_eq!((&measured["rate"], &measured["channels"]), (&44_100.into(), &2.into()), "{name}");
        near(number(&measured, "sample_peak_dbfs"), -6.02, within);
    }
}
