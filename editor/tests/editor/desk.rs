//! Where one starts, what is put in from elsewhere, and how the window is laid out.

use crate::harness::{Harness, first, with};
use signalbox_editor::Options;
use signalbox_editor::keymap::Command;
use signalbox_editor::screen::Message;
use signalbox_engine::Audio;

const TONE: &str = r#"{"format": 1, "nodes": [{"id": "tone", "kind": "osc", "at": [0, 0]},
    {"id": "out", "kind": "output", "at": [400, 0]}], "cables": [{"from": "tone", "to": "out"}]}"#;

#[test]
fn one_starts_from_a_patch_of_the_gallery() {
    let mut h = Harness::new(first());
    h.key("Ctrl+Shift+N");
    assert!(h.sees("Start from") && h.sees("A sub-patch with eight voices"));
    h.clicks_on("Dub delay");
    assert!(h.screen.document.patch().graph.nodes.contains_key("echo") && !h.sees("Start from"));
    h.until("it sounds", |s| s.live.peaks()[0] > 0.01);
    // By keys, and what is not saved is asked about.
    h.clicks_on("thin");
    h.key("b");
    h.key("Ctrl+Shift+N");
    h.key("ArrowRight");
    h.key("Enter");
    h.clicks_on("Don't save");
    assert_eq!(h.screen.document.patch().title, "Chords: a sub-patch with eight voices");
    h.key("Ctrl+Shift+N");
    h.key("ArrowLeft");
    h.key("Enter");
    assert!(h.screen.document.patch().graph.nodes.is_empty(), "the first one is empty");
    h.key("Ctrl+Shift+N");
    h.key("Escape");
    assert!(!h.sees("Start from"));
}

#[test]
fn files_that_were_open_are_opened_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut h = Harness::new(first());
    for (name, command) in [("a.json", "Ctrl+S"), ("b.json", "Ctrl+Shift+S")] {
        h.chooser.chooses(&folder.path().join(name));
        h.key(command);
    }
    h.key("Ctrl+Shift+O");
    assert!(h.sees("Open a patch that was open"));
    h.types("a.json");
    h.key("Enter");
    assert_eq!(h.screen.document.name(), "a.json");
    // They stand in the gallery, too.
    h.key("Ctrl+Shift+N");
    h.clicks_on("b.json");
    assert_eq!(h.screen.document.name(), "b.json");
}

#[test]
fn another_patch_is_put_in_as_a_sub_patch_with_its_files() {
    let folder = tempfile::tempdir().expect("a folder");
    let audio = Audio { rate: 48_000, channels: vec![vec![0.25; 480_000]] };
    let other = folder.path().join("other");
    signalbox_studio::output::write_audio(&audio, &other.join("hum.wav"), signalbox_file::Format::Float32)
        .expect("it is written");
    let text = r#"{"format": 1, "nodes": [{"id": "hum", "kind": "player", "values": {"file": "hum.wav"}},
        {"id": "twice", "kind": "double"}, {"id": "main", "kind": "output"}],
        "cables": [{"from": "hum", "to": "twice.in"}, {"from": "twice.out", "to": "main"}],
        "subpatches": {"double": {"nodes": [{"id": "in", "kind": "input"}, {"id": "out", "kind": "output"},
            {"id": "up", "kind": "gain", "values": {"gain": "6.0206 dB"}}],
            "cables": [{"from": "in", "to": "up"}, {"from": "up", "to": "out"}]}}}"#;
    std::fs::write(other.join("drone.json"), text).expect("it is written");
    std::fs::write(folder.path().join("song.json"), TONE).expect("it is written");
    let mut h = Harness::new(Options { path: Some(folder.path().join("song.json")), ..first() });
    let before = h.screen.document.patch().clone();
    h.chooser.chooses(&other.join("drone.json"));
    h.key("Ctrl+I");
    let patch = h.screen.document.patch();
    assert_eq!(patch.graph.nodes["drone"].kind, "drone");
    assert_eq!(patch.subpatches["drone"].nodes["hum"].values["file"], "other/hum.wav");
    assert!(patch.subpatches.contains_key("double"));
    h.key("c");
    h.types("out");
    h.key("Enter");
    assert_eq!(h.cables(), ["tone>out", "drone.main>out"]);
    assert!(h.problems().is_empty(), "{:?}", h.problems());
    h.screen.live.seek(0.0);
    h.until("a quarter, doubled", |s| {
        s.live.level("drone", "main").is_some_and(|l| (l.peak - 0.5).abs() < 0.001)
    });
    // The same again: names that are taken are not mixed up.
    h.chooser.chooses(&other.join("drone.json"));
    h.key("Ctrl+I");
    let patch = h.screen.document.patch();
    assert_eq!(patch.graph.nodes["drone2"].kind, "drone 2");
    assert_eq!(patch.subpatches["drone 2"].nodes["twice"].kind, "double 2");
    (0..3).for_each(|_| h.key("Ctrl+Z"));
    assert_eq!(*h.screen.document.patch(), before, "each was one step");
}

#[test]
fn a_sound_that_is_dropped_on_the_window_becomes_a_player_and_a_patch_is_opened() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("hit.WAV");
    let audio = Audio { rate: 48_000, channels: vec![vec![0.5; 4_800]] };
    signalbox_studio::output::write_audio(&audio, &path, signalbox_file::Format::Pcm16)
        .expect("it is written");
    let mut h = Harness::new(with(TONE));
    h.send(Message::Dropped(path.clone()));
    assert_eq!(h.screen.document.patch().graph.nodes["player"].values["file"], path.display().to_string());
    assert!(h.problems().is_empty(), "{:?}", h.problems());
    h.key("Ctrl+Z");
    assert!(!h.screen.document.patch().graph.nodes.contains_key("player"));
    std::fs::write(folder.path().join("song.json"), TONE.replace("tone", "hum")).expect("it is written");
    h.send(Message::Dropped(folder.path().join("song.json")));
    assert!(h.screen.document.patch().graph.nodes.contains_key("hum"));
}

#[test]
fn the_window_is_laid_out_for_a_purpose() {
    let mut h = Harness::new(first());
    h.key("Ctrl+6");
    assert!(h.sees("Shelf") && !h.sees("Momentary"));
    h.key("Ctrl+7");
    assert!(h.sees("Momentary") && !h.sees("Shelf"));
    assert!(!h.screen.session.kept.minimap);
}

#[test]
fn what_others_look_at_is_larger_and_shows_the_keys() {
    let mut h = Harness::new(first());
    h.clicks_on("low");
    h.key("b");
    assert!(!h.sees("Bypass the node"), "nobody looks on");
    h.key("Ctrl+Alt+P");
    assert_eq!(h.screen.scale(), 1.5);
    h.key("Ctrl+T");
    assert!(h.sees("Ctrl+T") && h.sees(Command::Theme.entry().title));
    for _ in 0..20 {
        h.run(Command::Larger);
    }
    assert_eq!(h.screen.scale(), 3.0);
    h.key("Ctrl+Alt+P");
    assert!(!h.sees("Ctrl+T"));
    for _ in 0..20 {
        h.run(Command::Smaller);
    }
    assert_eq!(h.screen.scale(), 1.0);
}

#[test]
fn in_a_narrow_window_one_pane_is_seen_at_a_time() {
    let narrow = |h: &mut Harness| {
        h.key("Ctrl+5");
        assert!(h.sees("Shelf") && !h.sees("Tempo"), "the shelf leaves the canvas its room");
        h.send(Message::Select(vec!["low".into()]));
        h.redraw();
        assert!(h.sees("Bypass") && !h.sees("Shelf"), "what is selected comes first");
        // The shelf is left first, then the node.
        h.key("Escape");
        h.key("Escape");
        assert!(h.sees("Shelf") && !h.sees("Bypass"));
    };
    let mut h = Harness::sized(first(), 640.0, 400.0);
    h.send(Message::Resized(640.0, 400.0));
    narrow(&mut h);
    // A window in which everything is twice as large has no more room, and what it is told of its size does not change.
    let mut h = Harness::sized(first(), 1280.0, 800.0);
    h.send(Message::Resized(1280.0, 800.0));
    (0..4).for_each(|_| h.run(Command::Larger));
    narrow(&mut h);
    (0..4).for_each(|_| h.run(Command::Smaller));
    assert!(h.sees("Shelf") && h.sees("Tempo"));
}

#[test]
fn who_sees_all_of_a_patch_still_does_beside_another_pane() {
    let mut h = Harness::new(first());
    h.run(Command::Fit);
    let inside = |h: &mut Harness, from: f32| {
        for (id, port, out) in [("tune", "out", true), ("out", "", false)] {
            let x = h.port(id, port, out).x;
            assert!((from..1280.0 - 312.0).contains(&x), "{id} lies at {x}");
        }
    };
    inside(&mut h, 0.0);
    h.key("Ctrl+5");
    inside(&mut h, 248.0);
    // Who looks at a part keeps looking at that.
    h.run(Command::ZoomIn);
    let seen = h.screen.session.view();
    h.key("Ctrl+5");
    h.redraw();
    assert_eq!(h.screen.session.view(), seen);
}

#[test]
fn an_empty_patch_says_how_to_begin_and_not_that_something_is_wrong() {
    let mut h = Harness::new(first());
    h.key("Ctrl+N");
    h.until("it is known what becomes of it", |s| !s.live.waits() && !s.live.problems().is_empty());
    let begin = "Tab or a double click adds a node.";
    let wrong = "There is nothing to hear; add a node of the kind `output` and lead a cable to it.";
    assert!(h.sees(begin) && !h.sees(wrong));
    h.key("Tab");
    h.types("oscillator");
    h.key("Enter");
    h.key("Escape");
    h.until("it is told what is missing", |s| !s.live.waits());
    h.redraw();
    assert!(h.sees(wrong) && !h.sees(begin));
}
