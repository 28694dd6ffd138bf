//! `mix`: a folder of recordings into a master that keeps what was promised.

use crate::support::sound::{Bits, bass, drum, hat, pad, sine, spec};
use crate::support::{Folder, Said, near, number};
use serde_json::Value;

/// Recordings of every rate, width, length and format, in a folder `stems`.
pub fn stems() -> Folder {
    let folder = Folder::new();
    folder.wav("stems/drum.wav", spec(44_100, 1, Bits::B16), 2.0, |t, _| drum(t));
    folder.wav("stems/bass.wav", spec(48_000, 1, Bits::B24), 2.5, |t, _| bass(t));
    folder.wav("stems/pad.wav", spec(96_000, 2, Bits::F32), 1.5, pad);
    folder.wav("stems/hat.wav", spec(22_050, 1, Bits::B16), 2.0, hat());
    folder.aiff("stems/lead.aiff", 1.2, |t| 0.3 * sine(660.0, t) * (1.0 - t / 1.2));
    folder
}

/// The written file keeps target and ceiling.
#[track_caller]
fn keeps(folder: &Folder, name: &str, target: f64, ceiling: f64) -> Value {
    let measured = folder.measured(name);
    near(number(&measured, "integrated_lufs"), target, 0.05);
    let peak = number(&measured, "true_peak_dbtp");
    assert!(peak <= ceiling, "{peak} dBTP is above the ceiling of {ceiling}");
    measured
}

#[test]
fn recordings_of_all_rates_and_formats_meet_target_and_ceiling() {
    let folder = stems();
    for name in ["tone.flac", "tone.mp3", "tone.ogg", "tone.aiff"] {
        let from = format!("{}/engine/file/tests/data/{name}", env!("CARGO_MANIFEST_DIR"));
        std::fs::copy(from, folder.path("stems").join(name)).expect("a copy");
    }
    let said = folder.does(&["mix", "stems", "-o", "master.wav"]);
    assert!(said.out.contains("5 recordings mixed: bass, drum, hat, lead, pad"), "{}", said.out);
    // They last a tenth of a second, which has no loudness; they were read, and are not passed over in silence.
    said.explains(&["note: stems/tone.flac", "tone.mp3", "tone.ogg", "tone.aiff", "left out"]);
    let measured = keeps(&folder, "master.wav", -14.0, -1.0);
    assert_eq!(measured["channels"], 2);
    // As long as the longest recording at the least.
    assert!(number(&measured, "seconds") >= 2.5, "{measured}");
    // What the table prints is what is in the file.
    let row = said.out.lines().find(|l| l.starts_with("master.wav")).expect("a row");
    assert!(row.contains(&format!("{:.1}", number(&measured, "integrated_lufs"))), "{row}");
}

#[test]
fn the_patch_beside_the_master_gives_the_same_bytes_again() {
    let folder = stems();
    folder.does(&["mix", "stems", "-o", "out/master.wav"]);
    folder.does(&["render", "out/master.json", "-o", "again.wav"]);
    assert!(
        folder.bytes("out/master.wav") == folder.bytes("again.wav"),
        "the patch is not what made the master"
    );
}

#[test]
fn the_folder_of_the_master_need_not_be_there_and_the_patch_finds_the_recordings_from_it() {
    let folder = stems();
    for out in ["new/deep/master.wav", "stems/../fresh/master.wav", "stems/new/master.wav"] {
        folder.does(&["mix", "stems", "-o", out]);
        folder.does(&["render", &out.replace(".wav", ".json"), "-o", "again.wav"]);
        assert!(folder.bytes(out) == folder.bytes("again.wav"), "{out}");
    }
    let absolute = folder.path("elsewhere/master.wav");
    folder.does(&["mix", "stems", "-o", absolute.to_str().expect("a path")]);
    folder.does(&["render", "elsewhere/master.json", "-o", "again.wav"]);
    assert!(folder.bytes("elsewhere/master.wav") == folder.bytes("again.wav"));
}

#[test]
fn the_bytes_depend_neither_on_threads_nor_on_the_run() {
    let folder = stems();
    folder.does(&["mix", "stems", "-o", "one.wav", "--threads", "1", "--bits", "16"]);
    folder.does(&["mix", "stems", "-o", "two.wav", "--threads", "2", "--bits", "16"]);
    assert!(folder.bytes("one.wav") == folder.bytes("two.wav"));
    assert_eq!(folder.json("one.json")["nodes"], folder.json("two.json")["nodes"]);
}

#[test]
fn target_ceiling_rate_and_format_are_what_was_asked_for() {
    let folder = stems();
    for (bits, format, width) in [("16", 1, 16), ("32f", 3, 32)] {
        let name = format!("quiet-{bits}.wav");
        folder.does(&["mix", "stems", "-o", &name, "--target", "-23", "--ceiling", "-3", "--bits", bits]);
        keeps(&folder, &name, -23.0, -3.0);
        assert_eq!(crate::render::format_of(&folder.bytes(&name)), (format, 2, width), "{name}");
    }
    folder.does(&[
        "mix",
        "stems",
        "-o",
        "high.wav",
        "--rate",
        "96 kHz",
        "--target",
        "-16 LUFS",
        "--ceiling",
        "-1.5 dBTP",
    ]);
    let measured = keeps(&folder, "high.wav", -16.0, -1.5);
    assert_eq!(measured["rate"], 96_000);
}

#[test]
fn every_node_of_the_mix_says_why_and_every_number_carries_its_unit() {
    let folder = stems();
    folder.does(&["mix", "stems", "-o", "master.wav"]);
    let patch = folder.json("master.json");
    for node in patch["nodes"].as_array().expect("nodes") {
        assert!(node["label"].as_str().is_some_and(|l| !l.is_empty()), "no label: {node}");
        for (name, value) in node["values"].as_object().into_iter().flatten() {
            if ["gain", "threshold", "freq", "attack", "release", "time", "decay"]
                .contains(&name.trim_end_matches(char::is_numeric))
            {
                assert!(value.as_str().is_some_and(|v| v.contains(' ')), "{name} of {node}");
            }
        }
    }
}

#[test]
fn a_second_run_into_the_folder_of_the_recordings_leaves_the_first_master_out() {
    let folder = stems();
    folder.does(&["mix", "stems", "-o", "stems/master.wav"]);
    let (first, patch) = (folder.bytes("stems/master.wav"), folder.bytes("stems/master.json"));
    let said = folder.does(&["mix", "stems", "-o", "stems/master.wav"]);
    said.explains(&["stems/master.wav", "earlier master"]);
    assert!(folder.bytes("stems/master.wav") == first && folder.bytes("stems/master.json") == patch);
    // Another name in the same folder hears neither.
    folder.does(&["mix", "stems", "-o", "stems/other.wav"]).explains(&["stems/master.wav", "earlier master"]);
    assert!(folder.bytes("stems/other.wav") == first);
}

#[test]
fn the_folder_one_stands_in_does_as_well_and_gives_the_patch_its_name() {
    let folder = stems();
    let output =
        folder.command(&["mix", ".", "-o", "../master.wav"]).current_dir(folder.path("stems")).output();
    let said = Said::of(output.expect("the command runs"));
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert_eq!(folder.json("master.json")["title"], "stems");
    folder.does(&["mix", "stems", "-o", "again.wav"]);
    assert!(folder.bytes("master.wav") == folder.bytes("again.wav"));
}

#[test]
fn a_silent_recording_is_left_out_and_named_and_changes_nothing() {
    let folder = stems();
    folder.does(&["mix", "stems", "-o", "without.wav"]);
    folder.wav("stems/empty.wav", spec(48_000, 2, Bits::B16), 1.0, |_, _| 0.0);
    folder.does(&["mix", "stems", "-o", "with.wav"]).explains(&["note: ", "stems/empty.wav", "silent"]);
    assert!(folder.bytes("with.wav") == folder.bytes("without.wav"));
}

#[test]
fn one_recording_alone_is_mastered_too() {
    for at in [|t: f64, _: usize| drum(t), |t: f64, _: usize| 0.2 * sine(440.0, t)] {
        let folder = Folder::new();
        folder.wav("stems/alone.wav", spec(48_000, 1, Bits::B24), 2.0, at);
        let said = folder.does(&["mix", "stems", "-o", "master.wav", "--target", "-18"]);
        assert!(said.out.contains("1 recording mixed: alone"), "{}", said.out);
        keeps(&folder, "master.wav", -18.0, -1.0);
    }
}

#[test]
fn names_that_the_mix_uses_itself_are_told_apart_and_every_recording_is_heard() {
    let folder = Folder::new();
    let names = [
        "01",
        "kick",
        "kick fader",
        "kick trim",
        "master eq",
        "mix",
        "out",
        "reverb",
        "stem",
        "drüm ß.take 2",
    ];
    for (i, name) in names.iter().enumerate() {
        let freq = 200.0 * (i + 1) as f64;
        folder.wav(&format!("stems/{name}.wav"), spec(48_000, 1, Bits::B16), 0.6, |t, _| 0.2 * sine(freq, t));
    }
    folder.does(&["mix", "stems", "-o", "master.wav"]);
    let patch = folder.json("master.json");
    let nodes = patch["nodes"].as_array().expect("nodes");
    let mut played: Vec<&str> = nodes.iter().filter_map(|n| n["values"]["file"].as_str()).collect();
    played.sort_unstable();
    let mut wanted: Vec<String> = names.iter().map(|n| format!("stems/{n}.wav")).collect();
    wanted.sort_unstable();
    assert_eq!(played, wanted);
    assert_eq!(nodes.iter().filter(|n| n["role"] == "strip").count(), names.len());
    folder.does(&["render", "master.json", "-o", "again.wav", "--stems", "parts"]);
    for entry in std::fs::read_dir(folder.path("parts")).expect("a folder").flatten() {
        let name = format!("parts/{}", entry.file_name().to_string_lossy());
        assert!(folder.samples(&name).iter().any(|x| x.abs() > 1e-3), "{name} is silent");
    }
    assert_eq!(std::fs::read_dir(folder.path("parts")).expect("a folder").count(), names.len());
}

#[test]
fn a_patch_that_was_edited_is_kept_when_the_folder_is_mixed_again() {
    let folder = stems();
    folder.does(&["mix", "stems", "-o", "master.wav"]);
    let edited = String::from_utf8(folder.bytes("master.json")).expect("text").replace("stems", "./stems");
    folder.put("master.json", &edited);
    let said = folder.does(&["mix", "stems", "-o", "master.wav"]);
    said.explains(&["master.json", "kept as master.1.json"]);
    assert!(folder.bytes("master.1.json") == edited.as_bytes());
    // Mixed once more with nothing changed, nothing is kept.
    folder.does(&["mix", "stems", "-o", "master.wav"]);
    assert!(!folder.path("master.2.json").exists());
}

#[test]
fn a_recording_of_the_masters_name_in_another_folder_stays_a_recording() {
    let folder = stems();
    folder.does(&["mix", "stems", "-o", "out/drum.wav", "--patch", "stems/mix.json"]);
    let said = folder.does(&["mix", "stems", "-o", "out/drum.wav", "--patch", "stems/mix.json"]);
    assert!(said.out.contains("5 recordings mixed: bass, drum, hat, lead, pad"), "{}", said.out);
}
