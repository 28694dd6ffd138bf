//! The shelf: searched, dragged out, listened to; the examples of nodes.

use crate::harness::{Harness, first, with};
use iced::Vector;
use signalbox_editor::Options;
use signalbox_editor::screen::Message;
use signalbox_engine::Audio;
use std::path::Path;

const CHAIN: &str = r#"{"format": 1, "nodes": [
    {"id": "tone", "kind": "osc", "at": [0, 0], "values": {"shape": "sine", "level": "-12 dB"}},
    {"id": "out", "kind": "output", "at": [480, 0]}], "cables": [{"from": "tone", "to": "out"}]}"#;

fn open() -> Harness {
    let mut h = Harness::new(with(CHAIN));
    h.key("Ctrl+5");
    h
}

/// A patch in a folder with a sound of half a second at half of full scale.
fn with_sounds(folder: &Path) -> Harness {
    let audio = Audio { rate: 48_000, channels: vec![vec![0.5; 24_000]] };
    let path = folder.join("drums/kick.wav");
    signalbox_studio::output::write_audio(&audio, &path, signalbox_file::Format::Float32)
        .expect("it is written");
    std::fs::write(folder.join("song.json"), CHAIN).expect("it is written");
    let mut h = Harness::new(Options { path: Some(folder.join("song.json")), ..first() });
    h.key("Ctrl+5");
    h.clicks_on("Sounds");
    h.until("the sound is found", |s| !s.sounds().is_empty());
    h.redraw();
    h
}

fn kind<'a>(h: &'a Harness, id: &str) -> Option<&'a str> {
    Some(&h.screen.document.patch().graph.nodes.get(id)?.kind)
}

fn undone(h: &mut Harness) {
    h.key("Escape");
    h.key("Ctrl+Z");
    assert_eq!(h.screen.document.patch().graph.nodes.len(), 2, "one step takes it back");
}

#[test]
fn a_kind_is_searched_and_put_in_by_keys() {
    let mut h = open();
    h.types("delay");
    h.key("Enter");
    assert_eq!(kind(&h, "delay"), Some("delay"));
    undone(&mut h);
    // The list is walked; what is chosen tells what it is for.
    h.key("Ctrl+5");
    h.key("Ctrl+5");
    h.key("Ctrl+A");
    h.types("gate");
    let help = signalbox_studio::shelf().get("gate").expect("a kind").help;
    assert!(h.sees(help));
    h.key("ArrowDown");
    assert!(!h.sees(help), "the next one is chosen");
    h.key("ArrowUp");
    assert!(h.sees(help));
}

#[test]
fn a_kind_is_dragged_out_onto_the_canvas_and_onto_a_cable() {
    let mut h = open();
    h.types("gain");
    let row = h.find("Gain").expect("a row").center();
    let wire = h.screen.scene.wires[0].curve.at(0.5);
    let at = h.at(wire);
    h.drags(row, at + Vector::new(0.0, 160.0));
    h.redraw();
    assert_eq!(kind(&h, "gain"), Some("gain"));
    let place = h.screen.document.patch().graph.nodes["gain"].at.expect("a place");
    assert!(place.1 > 60.0, "where it was dropped: {place:?}");
    assert_eq!(h.cables(), ["tone>out"]);
    undone(&mut h);
    // Two presses in a place are none in quick succession.
    std::thread::sleep(std::time::Duration::from_millis(320));
    let row = h.find("Gain").expect("a row").center();
    h.drags(row, at);
    assert_eq!(h.cables(), ["gain.out>out", "tone>gain.in"]);
    undone(&mut h);
    assert_eq!(h.cables(), ["tone>out"]);
    std::thread::sleep(std::time::Duration::from_millis(320));
    // Let go over the list, nothing happens.
    let row = h.find("Gain").expect("a row").center();
    h.drags(row, row + Vector::new(0.0, 60.0));
    assert_eq!(h.screen.document.patch().graph.nodes.len(), 2);
    h.moves(at);
    h.lets_go();
    assert_eq!(h.screen.document.patch().graph.nodes.len(), 2, "nothing is held any more");
}

#[test]
fn favourites_and_what_was_used_last_stand_first() {
    let mut h = open();
    assert!(!h.sees("Favourites") && !h.sees("Used last"));
    h.types("limiter");
    h.key("Ctrl+B");
    h.key("Enter");
    h.key("Ctrl+A");
    h.key("Ctrl+X");
    assert!(h.sees("Favourites") && h.sees("Used last"));
    assert_eq!(h.screen.session.kept.favourites, ["limiter"]);
    // The node that is selected is meant where nothing is chosen.
    h.key("Escape");
    h.key("Escape");
    h.clicks_on("limiter");
    h.key("Ctrl+B");
    assert!(h.screen.session.kept.favourites.is_empty());
}

#[test]
fn a_sound_of_the_folder_is_listened_to_softly_and_put_in() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut h = with_sounds(folder.path());
    h.send(Message::Tick);
    h.clicks_on("drums/kick.wav");
    h.key("Ctrl+P");
    // 6 dB below the master volume of -12 dB.
    h.until("it is heard", |s| s.preview().is_some_and(|p| (p.peak() - 0.5 * 0.1259).abs() < 0.002));
    h.until("it ends by itself", |s| s.preview().is_none());
    assert_eq!(h.screen.document.patch().graph.nodes.len(), 2, "the patch knows nothing of it");
    h.key("Ctrl+P");
    assert!(h.screen.preview().is_some());
    h.key("Ctrl+P");
    assert!(h.screen.preview().is_none(), "it stops");
    h.key("Enter");
    let node = &h.screen.document.patch().graph.nodes["player"];
    assert_eq!(node.values["file"], "drums/kick.wav");
    assert!(h.problems().is_empty(), "{:?}", h.problems());
    undone(&mut h);
    let row = h.find("drums/kick.wav").expect("a row").center();
    std::thread::sleep(std::time::Duration::from_millis(320));
    h.drags(row, iced::Point::new(700.0, 600.0));
    assert_eq!(kind(&h, "player"), Some("player"));
}

#[test]
fn the_example_of_a_node_is_put_in_and_heard() {
    let mut h = open();
    h.types("gate");
    h.clicks_on("Put its example in");
    assert!(kind(&h, "gate") == Some("gate") && kind(&h, "hiss") == Some("noise"));
    let outputs = h.screen.document.patch().graph.nodes.values().filter(|n| n.kind == "output").count();
    assert_eq!(outputs, 1, "it goes where the patch's own sound goes");
    assert!(h.cables().contains(&"gate>out".to_string()), "{:?}", h.cables());
    h.until("it sounds", |s| s.live.level("gate", "out").is_some_and(|l| l.peak > 0.1));
    undone(&mut h);
    assert_eq!(h.cables(), ["tone>out"]);
}
