//! Ctrl-C.
#![cfg(unix)]

use crate::support::{Folder, Said};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Waits until something is there, and gives up behind half a minute.
fn until(there: impl Fn() -> bool) {
    let begun = Instant::now();
    while !there() {
        assert!(begun.elapsed() < Duration::from_secs(30), "it never came");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Whether a file of this name is in the making.
fn in_the_making(folder: &Path, name: &str) -> bool {
    let Ok(entries) = std::fs::read_dir(folder) else { return false };
    let hidden = format!(".{name}.part");
    entries.flatten().any(|e| e.file_name().to_string_lossy().starts_with(&hidden))
}

fn interrupt(child: Child) -> Said {
    let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill");
    assert!(sent.success());
    Said::of(child.wait_with_output().expect("the command ends"))
}

/// A patch of an hour.
const HOUR: &str = r#"{"format": 1, "length": "3600 s",
    "nodes": [{"id": "tone", "kind": "osc"}, {"id": "strip", "kind": "gain", "role": "strip"}, {"id": "mix", "kind": "bus", "role": "mix"},
        {"id": "room", "kind": "reverb"}, {"id": "out", "kind": "output"}],
    "cables": [{"from": "tone", "to": "strip"}, {"from": "strip", "to": "mix"}, {"from": "mix", "to": "room"}, {"from": "room", "to": "out"}]}"#;

fn begin(folder: &Folder, arguments: &[&str]) -> Child {
    folder.command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the command")
}

#[test]
fn ctrl_c_ends_a_render_with_130_and_what_was_there_before_stays() {
    let folder = Folder::new();
    folder.put("hour.json", HOUR);
    folder.put("hour.wav", "what was there before");
    let before = folder.listing();
    let child = begin(&folder, &["render", "hour.json", "-o", "hour.wav"]);
    until(|| in_the_making(&folder.path(""), "hour.wav"));
    let said = interrupt(child);
    assert_eq!(said.code, Some(130), "{}", said.err);
    said.explains(&["error: stopped", "nothing was written"]);
    folder.is_still(&before);
}
