//! `watch`: a script that plays and is saved again.

use crate::live::Running;
use crate::support::Folder;
use std::fs::File;
use std::process::Stdio;
use std::time::{Duration, Instant};

/// A script that plays, what it tells, and what is waited for.
struct Watched<'f> {
    folder: &'f Folder,
    _process: Running,
}

impl<'f> Watched<'f> {
    fn new(folder: &'f Folder) -> Self {
        let told = File::create(folder.path("told.txt")).expect("a file");
        let mut watch = folder.command(&["watch", "live.rhai", "--length", "60 s"]);
        let process = watch.stdin(Stdio::null()).stdout(Stdio::null()).stderr(told).spawn();
        Self { folder, _process: Running(process.expect("the command runs")) }
    }

    #[track_caller]
    fn tells(&self, words: &[&str]) {
        self.waits(&format!("{words:?}"), |told| words.iter().all(|word| told.contains(word)));
    }

    /// Plays, with a device or without.
    #[track_caller]
    fn plays(&self) {
        self.waits("plays", |told| told.contains("plays on ") || told.contains("goes on in silence"));
    }

    #[track_caller]
    fn waits(&self, what: &str, holds: impl Fn(&str) -> bool) {
        let start = Instant::now();
        loop {
            let told = String::from_utf8_lossy(&self.folder.bytes("told.txt")).into_owned();
            if holds(&told) {
                return;
            }
            assert!(start.elapsed() < Duration::from_secs(30), "not told: {what}\n{told}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

const PAD: &str =
    "def(\"pad\", fade: 1.s, || osc(220.hz) |> lowpass(1.khz));\nosc(55.hz) |> gain(-20.db) |> master();\n";

#[test]
fn every_save_is_heard_and_told_and_one_that_is_wrong_changes_nothing() {
    let folder = Folder::new();
    folder.put("live.rhai", PAD);
    let watched = Watched::new(&folder);
    watched.plays();
    folder.put("live.rhai", PAD.replace("-20.db", "-26.db"));
    watched.tells(&["live.rhai: read again", "set_value(\"gain\", \"gain\", -26.db);"]);
    folder.put("live.rhai", PAD.replace("osc(55.hz)", "oscc(55.hz)"));
    watched.tells(&["did you mean `osc`?", "what was there before plays on"]);
    folder.put("live.rhai", PAD.replace("-20.db", "-26.db").replace("1.khz", "900.hz"));
    watched.tells(&["set_value(\"pad lowpass\", \"freq\", 900.hz);", "\"pad\" goes over from "]);
}

#[test]
fn a_script_that_is_wrong_at_first_plays_when_it_is_right() {
    let folder = Folder::new();
    folder.put("live.rhai", "osc(440.hz |> out;");
    let watched = Watched::new(&folder);
    watched.tells(&["live.rhai:1:", "save it again"]);
    folder.put("live.rhai", PAD);
    watched.plays();
}

#[test]
fn only_scripts_are_watched() {
    let folder = Folder::new();
    folder.does(&["new", "first.json"]);
    folder.refuses(&["watch", "first.json"], &["is no script", "signalbox play"]);
    folder.refuses(&["watch", "none.rhai"], &["none.rhai"]);
}
