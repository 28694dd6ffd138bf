//! Files and folders that are wrong, on the way in and on the way out.

use crate::support::sound::{Bits, db, sine, spec};
use crate::support::{Folder, Said};

/// A patch that plays a file.
fn player(file: &str) -> String {
    format!(
        r#"{{"format": 1, "nodes": [{{"id": "take", "kind": "player", "values": {{"file": "{file}"}}}}, {{"id": "out", "kind": "output"}}],
            "cables": [{{"from": "take", "to": "out"}}]}}"#
    )
}

/// A folder with a good recording and a patch that plays it.
fn good() -> Folder {
    let folder = Folder::new();
    folder.wav("take.wav", spec(48_000, 1, Bits::B16), 0.5, |t, _| 0.5 * sine(440.0, t));
    folder.put("song.json", player("take.wav"));
    folder
}

#[test]
fn an_audio_file_that_is_missing_empty_broken_or_without_sound_is_named_with_a_way_out() {
    let folder = good();
    let header = &folder.bytes("take.wav")[..44];
    let mut silent = header.to_vec();
    silent[40..44].fill(0);
    folder.put("empty.wav", "");
    folder.put("broken.wav", &header[..20]);
    folder.put("text.wav", "these are words, and no sound at all, whatever the name of the file says");
    folder.put("nothing.wav", silent);
    for (name, words) in [
        ("missing.wav", &["not found", "check the name"][..]),
        ("empty.wav", &["is empty", "again"]),
        ("broken.wav", &["broken.wav"]),
        ("text.wav", &["not an audio file", "flac"]),
        ("nothing.wav", &["no sound", "again"]),
    ] {
        let words: Vec<&str> = words.iter().copied().chain([name]).collect();
        folder.put("bad.json", player(name));
        folder
            .refuses(&["render", "bad.json", "-o", "bad.wav"], &[&words[..], &["bad.json", "take"]].concat());
        folder.refuses(&["check", "bad.json"], &words);
        folder.refuses(&["measure", name], &words);
    }
}

#[test]
fn a_recording_that_can_not_be_read_stops_the_mix_and_is_named() {
    let folder = good();
    folder.put("stems/one.wav", folder.bytes("take.wav"));
    folder.put("stems/empty.wav", "");
    folder.refuses(&["mix", "stems", "-o", "master.wav"], &["stems/empty.wav", "is empty"]);
}

#[test]
fn one_bad_file_does_not_keep_the_others_from_being_measured() {
    let folder = good();
    let said = folder.refuses(&["measure", "--json", "missing.wav", "take.wav"], &["missing.wav: not found"]);
    let list: serde_json::Value = serde_json::from_str(&said.out).expect("JSON");
    assert_eq!(list.as_array().map(Vec::len), Some(1));
    assert_eq!(list[0]["file"], "take.wav");
}

#[test]
fn a_folder_without_recordings_or_none_at_all_is_refused() {
    let folder = good();
    std::fs::create_dir(folder.path("stems")).expect("a folder");
    folder.refuses(&["mix", "stems", "-o", "master.wav"], &["stems", "no audio files", "flac"]);
    folder.put("stems/words.txt", "words");
    folder.refuses(&["mix", "stems", "-o", "master.wav"], &["stems", "no audio files"]);
    folder.refuses(&["mix", "nowhere", "-o", "master.wav"], &["nowhere", "not found"]);
    folder.refuses(&["mix", "take.wav", "-o", "master.wav"], &["take.wav", "not a folder"]);
    folder.refuses(&["measure", "stems"], &["stems", "folder"]);
    folder.refuses(&["render", "stems", "-o", "a.wav"], &["stems", "folder"]);
    folder.refuses(&["render", "nowhere.json", "-o", "a.wav"], &["nowhere.json", "not found"]);
    folder.refuses(&["render", "take.wav", "-o", "a.wav"], &["take.wav", "no patch"]);
}

#[test]
fn a_place_that_can_not_be_written_to_is_named_and_nothing_is_left() {
    let folder = good();
    folder.put("stems/take.wav", folder.bytes("take.wav"));
    // A folder below a file can be made by nobody, root included.
    folder.refuses(&["render", "song.json", "-o", "take.wav/out.wav"], &["take.wav", "not a folder"]);
    folder.refuses(&["mix", "stems", "-o", "take.wav/out.wav"], &["take.wav", "not a folder"]);
    folder.refuses(&["new", "take.wav/first.json"], &["take.wav", "not a folder"]);
    folder.refuses(&["demo", "-o", "take.wav"], &["take.wav", "not a folder"]);
    std::fs::create_dir(folder.path("place.wav")).expect("a folder");
    folder.refuses(&["render", "song.json", "-o", "place.wav"], &["place.wav", "is a folder"]);
    folder.refuses(&["mix", "stems", "-o", "place.wav"], &["place.wav", "is a folder"]);
    folder.refuses(&["mix", "stems", "-o", "a.wav", "--patch", "place.wav"], &["place.wav", "is a folder"]);
    if cfg!(target_os = "linux") {
        folder.refuses(&["render", "song.json", "-o", "/proc/nobody/out.wav"], &["/proc/nobody"]);
        folder.refuses(&["render", "song.json", "-o", "/dev/null"], &["/dev/null", "not a file"]);
    }
}

#[cfg(unix)]
#[test]
fn a_write_protected_folder_is_named_where_the_user_is_not_root() {
    use std::os::unix::fs::PermissionsExt;
    let folder = good();
    let locked = folder.path("locked");
    std::fs::create_dir(&locked).expect("a folder");
    std::fs::set_permissions(&locked, std::fs::Permissions::from_mode(0o555)).expect("permissions");
    if std::fs::write(locked.join("probe"), "x").is_ok() {
        eprintln!("skipped: this user (root?) may write anywhere");
    } else {
        folder.refuses(&["render", "song.json", "-o", "locked/out.wav"], &["locked", "permission denied"]);
    }
}

#[test]
fn a_rate_length_or_format_that_can_not_be_is_refused_with_what_can() {
    let folder = good();
    for (option, value, words) in [
        ("--rate", "0", &["8,000 to 384,000"][..]),
        ("--rate", "7kHz", &["8,000 to 384,000"]),
        ("--rate", "-48000", &["8,000 to 384,000"]),
        ("--rate", "500 kHz", &["8,000 to 384,000"]),
        ("--rate", "fast", &["44.1kHz"]),
        ("--bits", "12", &["16, 24, 32f"]),
        ("--length", "0", &["above 0"]),
        ("--length", "-2s", &["above 0"]),
        ("--length", "3 dB", &["30s"]),
        ("--threads", "0", &["from 1"]),
    ] {
        let words: Vec<&str> = words.iter().copied().chain([option, value]).collect();
        folder.misused(&["render", "song.json", "-o", "out.wav", option, value], &words);
    }
    for (option, value) in [("--target", "3"), ("--target", "-90"), ("--ceiling", "1"), ("--target", "loud")]
    {
        folder.misused(&["mix", ".", "-o", "out.wav", option, value], &[option, value]);
    }
    folder.put("slow.json", player("take.wav").replace(r#""format": 1"#, r#""format": 1, "rate": 7000"#));
    folder.refuses(&["render", "slow.json", "-o", "slow.wav"], &["slow.json", "rate", "8,000"]);
}

#[test]
fn an_output_is_never_one_of_the_inputs_and_never_a_patch() {
    let folder = good();
    folder.refuses(&["render", "song.json", "-o", "take.wav"], &["take.wav", "would overwrite"]);
    folder.refuses(&["render", "song.json", "-o", "./take.wav"], &["take.wav", "would overwrite"]);
    for name in ["song.json", "other.json", "song.mp3", "song.flac"] {
        folder.misused(&["render", "song.json", "-o", name], &[name, ".wav"]);
        folder.misused(&["mix", ".", "-o", name], &[name, ".wav"]);
    }
    folder.misused(&["render", "song.json", "-o", ""], &["--out"]);
    folder.put("plain", player("take.wav"));
    folder.refuses(&["render", "plain", "-o", "plain"], &["plain", "would overwrite"]);
    folder.refuses(&["new", "song.json"], &["song.json", "is there already"]);
}

/// A patch whose render fills a small disk.
fn long(folder: &Folder) {
    folder.put(
        "long.json",
        r#"{"format": 1, "length": "60 s", "nodes": [{"id": "tone", "kind": "osc"}, {"id": "out", "kind": "output"}],
            "cables": [{"from": "tone", "to": "out"}]}"#,
    );
}

fn is_told_that_the_disk_is_full(said: &Said) {
    assert_eq!(said.code, Some(1), "{}", said.err);
    said.explains(&["long.wav", "disk is full", "free space"]);
}

#[cfg(unix)]
#[test]
fn a_disk_share_that_is_used_up_is_said_so_and_leaves_no_half_file() {
    let folder = Folder::new();
    long(&folder);
    folder.put("long.wav", "what was there before");
    let before = folder.listing();
    // A limit on the length of files is what any user may set; the system then answers as with a full disk.
    let line = format!(
        "trap '' XFSZ; ulimit -f 16; exec '{}' render long.json -o long.wav",
        env!("CARGO_BIN_EXE_signalbox")
    );
    let mut shell = std::process::Command::new("sh");
    let output = shell.args(["-c", &line]).current_dir(folder.path("")).output().expect("a shell");
    is_told_that_the_disk_is_full(&Said::of(output));
    folder.is_still(&before);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_said_so_and_leaves_no_half_file() {
    use std::process::Command;

    /// A small disk, until it is dropped.
    struct Disk(std::path::PathBuf);
    impl Drop for Disk {
        fn drop(&mut self) {
            let _ = Command::new("umount").arg(&self.0).status();
        }
    }

    let folder = Folder::new();
    let place = folder.path("disk");
    std::fs::create_dir(&place).expect("a folder");
    let mounted =
        Command::new("mount").args(["-t", "tmpfs", "-o", "size=256k", "tmpfs"]).arg(&place).output();
    if !mounted.is_ok_and(|m| m.status.success()) {
        eprintln!("skipped: this user may not mount a small disk");
        return;
    }
    let _disk = Disk(place);
    long(&folder);
    let before = folder.listing();
    is_told_that_the_disk_is_full(&folder.run(&["render", "long.json", "-o", "disk/long.wav"]));
    folder.is_still(&before);
}

#[test]
fn a_recording_with_samples_that_are_no_numbers_is_mended_and_said_so() {
    let folder = Folder::new();
    folder.wav("take.wav", spec(48_000, 1, Bits::F32), 1.0, |t, _| {
        if t == 0.5 { f64::NAN } else { db(-20.0) * sine(997.0, t) }
    });
    folder.does(&["measure", "take.wav"]).explains(&["warning", "take.wav", "frame 24000", "not finite"]);
}
