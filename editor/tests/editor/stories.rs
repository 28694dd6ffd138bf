//! Whole stories: the first start, work that is kept, the first hour without a mouse.

use crate::harness::{Harness, first, with};
use signalbox_editor::Options;
use signalbox_editor::keymap::Command;
use signalbox_editor::screen::Message;

#[test]
fn the_first_start_sounds_quietly_and_has_five_hints_that_go_away() {
    let mut h = Harness::new(first());
    assert!(h.problems().is_empty(), "{:?}", h.problems());
    h.until("it sounds", |s| s.live.peaks()[0] > 0.01);
    let mut loudest = 0.0f32;
    for _ in 0..40 {
        std::thread::sleep(std::time::Duration::from_millis(20));
        h.send(Message::Tick);
        loudest = loudest.max(h.screen.live.peaks()[0]);
    }
    assert!(loudest < 0.18, "quietly: {loudest}");
    h.redraw();
    assert!(h.sees("no device: plays in silence, in time"));
    for k in 1..=5 {
        assert!(h.sees(&format!("{k} of 5")));
        h.clicks_on("Got it");
    }
    assert!(!h.sees("Got it"));
    h.run(Command::Hints);
    h.clicks_on("No more hints");
    assert!(!h.sees("Got it"));
}

#[test]
fn the_master_volume_is_turned_and_the_sound_goes_off_and_on() {
    let mut h = Harness::new(with(
        r#"{"format": 1, "nodes": [{"id": "tone", "kind": "osc", "values": {"shape": "sine", "level": "-6 dB"}},
            {"id": "out", "kind": "output"}], "cables": [{"from": "tone", "to": "out"}]}"#,
    ));
    h.until("it sounds at -18 dBFS", |s| (s.live.peaks()[0] - 0.126).abs() < 0.01);
    h.run(Command::Softer);
    assert!(h.sees("-13.5 dB"));
    h.until("it is softer", |s| (s.live.peaks()[0] - 0.106).abs() < 0.005);
    h.key("Ctrl+M");
    assert!(h.sees("off"));
    h.until("it is off", |s| s.live.peaks()[0] < 1e-3);
    h.key("Ctrl+M");
    h.until("it is on again", |s| s.live.peaks()[0] > 0.1);
}

#[test]
fn work_is_saved_opened_and_asked_about_before_it_is_lost() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("song.json");
    let mut h = Harness::new(first());
    h.clicks_on("low");
    h.key("b");
    h.chooser.chooses(&path);
    h.key("Ctrl+S");
    assert!(path.exists() && !h.screen.document.is_changed());
    h.key("m");
    h.run(Command::New);
    assert!(h.sees("Save song.json first? Without that, what was changed is lost."));
    h.key("Escape");
    assert_eq!(h.screen.scene.cards.len(), 8, "nothing has happened");
    h.run(Command::New);
    h.clicks_on("Save");
    assert!(h.screen.scene.cards.is_empty());
    h.chooser.chooses(&path);
    h.key("Ctrl+O");
    let low = &h.screen.document.patch().graph.nodes["low"];
    assert!(low.bypass && low.mute);
    h.key("Ctrl+Q");
    assert!(h.exited);
}

#[test]
fn what_was_not_saved_when_the_editor_ended_is_offered_again() {
    let home = tempfile::tempdir().expect("a folder");
    let lost = home.path().join("unsaved-999999999.json");
    let text = r#"{"format": 1, "nodes": [{"id": "lost", "kind": "gain"}]}"#;
    std::fs::write(&lost, text).expect("it is written");
    let options = Options { home: Some(home.path().into()), ..first() };
    let mut h = Harness::new(options);
    h.clicks_on("Take it up");
    assert!(h.sees("lost") && !lost.exists());
    assert!(h.screen.document.is_changed(), "it is still to be saved");
}

#[test]
fn what_is_not_saved_is_kept_safe_and_forgotten_when_it_is_over() {
    let home = tempfile::tempdir().expect("a folder");
    let mut h = Harness::new(Options { home: Some(home.path().into()), ..first() });
    let safe = home.path().join(format!("unsaved-{}.json", std::process::id()));
    h.clicks_on("low");
    h.key("b");
    h.until("it is kept safe", |_| safe.exists());
    let kept = signalbox_editor::document::read(&safe).expect("a patch");
    assert!(kept.graph.nodes["low"].bypass);
    h.key("Ctrl+Q");
    h.clicks_on("Don't save");
    assert!(h.exited && !safe.exists());
    assert!(home.path().join("session.json").exists(), "what was seen is remembered");
}

#[test]
fn keys_can_be_changed_in_a_file_and_a_mistake_in_it_is_told() {
    let home = tempfile::tempdir().expect("a folder");
    let keys = home.path().join("keys.json");
    std::fs::write(&keys, r#"{"bypass": ["K"]}"#).expect("it is written");
    let options = || Options { home: Some(home.path().into()), ..first() };
    let mut h = Harness::new(options());
    h.clicks_on("low");
    h.key("b");
    assert!(!h.screen.document.patch().graph.nodes["low"].bypass);
    h.key("k");
    assert!(h.screen.document.patch().graph.nodes["low"].bypass);
    std::fs::write(&keys, r#"{"bypas": ["K"]}"#).expect("it is written");
    let h = Harness::new(options());
    assert!(h.screen.notice().is_some_and(|n| n.text.contains("did you mean `bypass`?")));
}

/// The first hour without a mouse: a patch is built from nothing, connected, tuned and heard.
#[test]
fn a_whole_patch_is_built_and_tuned_by_keys_alone() {
    let mut h = Harness::new(first());
    h.key("Ctrl+N");
    let add = |h: &mut Harness, kind: &str| {
        h.key("Tab");
        h.types(kind);
        h.key("Enter");
    };
    add(&mut h, "oscillator");
    add(&mut h, "filter");
    add(&mut h, "output");
    h.key("ArrowLeft");
    h.key("ArrowLeft");
    assert_eq!(h.screen.session.single(), Some("osc"));
    h.key("c");
    h.types("filter in");
    h.key("Enter");
    h.key("ArrowRight");
    h.key("c");
    h.types("out");
    h.key("Enter");
    assert_eq!(h.cables(), ["osc.out>filter.in", "filter.out>out"]);
    // Its tone, tuned to a note.
    h.key("ArrowLeft");
    h.key("Enter");
    h.types("a2");
    h.key("Enter");
    assert_eq!(h.screen.document.patch().graph.nodes["osc"].values["freq"], "110 Hz");
    h.until("it is heard", |s| s.live.peaks()[0] > 0.01);
    h.until("behind the filter, too", |s| s.live.level("filter", "out").is_some_and(|l| l.peak > 0.1));
    // What was folded sounds on.
    h.key("ArrowRight");
    h.key("Ctrl+G");
    h.until("behind the fold", |s| s.live.level("group", "out").is_some_and(|l| l.peak > 0.1));
    for _ in 0..30 {
        h.key("Ctrl+Z");
    }
    assert!(h.screen.document.patch().graph.nodes.is_empty(), "all of it is taken back");
}

#[test]
fn the_picture_on_a_card_follows_the_values() {
    let mut h = Harness::new(with(
        r#"{"format": 1, "nodes": [{"id": "low", "kind": "filter"}, {"id": "out", "kind": "output"}],
            "cables": [{"from": "low", "to": "out"}]}"#,
    ));
    h.screen.session.kept.still = true;
    h.screen.session.kept.hints.extend(0..9);
    h.clicks_on("low");
    let seen = |h: &mut Harness| {
        h.until("the picture is made", |s| !s.draws() && !s.live.waits());
        h.send(Message::Tick);
        let at = h.screen.scene.card("low").and_then(|c| c.picture).expect("a picture");
        let (a, b) = (h.at(at.at), h.at(at.end()));
        let (width, _, pixels) = h.picture(1.0);
        let rows = (a.y as usize..b.y as usize).map(|y| y * width as usize);
        rows.flat_map(|y| pixels[(y + a.x as usize) * 3..(y + b.x as usize) * 3].to_vec())
            .collect::<Vec<u8>>()
    };
    let before = seen(&mut h);
    h.key("PageDown");
    h.key("]");
    h.key("]");
    assert!(h.screen.document.is_changed());
    assert!(seen(&mut h) != before, "two octaves up");
    h.key("Ctrl+Z");
    h.key("Ctrl+Z");
    assert!(seen(&mut h) == before, "and down again");
}

#[test]
fn the_pointer_on_a_cable_shows_what_flows_there() {
    let mut h = Harness::new(first());
    let wire = h.screen.scene.wires.iter().find(|w| w.id == 2).expect("a cable").curve.at(0.5);
    let at = h.at(wire);
    h.moves(at);
    h.until("the oscillator is watched", |s| s.live.scope().is_some_and(|p| p.written() > 4_800));
    let kept = h.screen.live.scope().expect("it is watched").last(4_800);
    let peak = kept[0].iter().fold(0.0f32, |m, x| m.max(x.abs()));
    assert!((0.2..0.3).contains(&peak), "a saw at -12 dBFS: {peak}");
    h.moves(iced::Point::new(5.0, 795.0));
    h.until("nothing is watched", |s| s.live.scope().is_none());
}

#[test]
fn the_meters_read_the_loudness_of_what_is_heard() {
    // A sine of 997 Hz at -20 dBFS in both channels reads -20 LUFS (EBU Tech 3341, case 1, less 3 dB).
    let mut h = Harness::new(with(
        r#"{"format": 1, "nodes": [
            {"id": "tone", "kind": "osc", "values": {"shape": "sine", "freq": "997 Hz", "level": "-20 dB"}},
            {"id": "both", "kind": "join", "values": {"channels": 2}}, {"id": "out", "kind": "output"}],
            "cables": [{"from": "tone", "to": "both.1"}, {"from": "tone", "to": "both.2"}, {"from": "both", "to": "out"}]}"#,
    ));
    h.key("Ctrl+3");
    assert!(h.problems().is_empty(), "{:?}", h.problems());
    h.until("the loudness of now", |s| {
        s.measured().and_then(|m| m.loudness()[0]).is_some_and(|l| (l + 20.0).abs() < 0.1)
    });
    assert!(h.sees("Momentary") && h.sees("True peak"));
}
