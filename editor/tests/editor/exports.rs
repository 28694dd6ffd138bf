//! What leaves the editor: rendered, recorded, drawn.

use crate::harness::{Harness, read_png, with};
use signalbox_editor::keymap::Command;
use signalbox_editor::screen::Message;
use signalbox_engine::Audio;
use std::f64::consts::TAU;
use std::path::{Path, PathBuf};

/// A sine of 1 kHz at -6 dBFS.
const TONE: &str = r#"{"format": 1, "length": "1 s", "nodes": [
    {"id": "tone", "kind": "osc", "values": {"shape": "sine", "freq": "1 kHz", "level": "-6 dB"}},
    {"id": "out", "kind": "output"}], "cables": [{"from": "tone", "to": "out"}]}"#;

/// Two strips and a mix.
const MIX: &str = r#"{"format": 1, "length": "0.5 s", "nodes": [
    {"id": "low", "kind": "osc", "values": {"freq": "110 Hz", "level": "-12 dB"}},
    {"id": "high", "kind": "osc", "values": {"freq": "660 Hz", "level": "-18 dB"}},
    {"id": "bass", "kind": "gain", "role": "strip"}, {"id": "lead", "kind": "gain", "role": "strip"},
    {"id": "sum", "kind": "gain", "role": "mix"}, {"id": "out", "kind": "output"}],
    "cables": [{"from": "low", "to": "bass"}, {"from": "high", "to": "lead"}, {"from": "bass", "to": "sum"},
        {"from": "lead", "to": "sum"}, {"from": "sum", "to": "out"}]}"#;

fn scratch() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("it.wav");
    (folder, path)
}

fn told(h: &mut Harness, words: &str) {
    h.until(words, |s| s.notice().is_some_and(|n| n.text.contains(words)));
}

fn read(path: &Path) -> Audio {
    signalbox_file::read(path).expect("a sound")
}

/// By how much a sound is no sine of a frequency: each frame follows from the two before it.
fn jumps(sound: &[f32], frequency: f64, rate: u32) -> f64 {
    let turn = 2.0 * (TAU * frequency / f64::from(rate)).cos();
    let next = |w: &[f32]| (f64::from(w[2]) - turn * f64::from(w[1]) + f64::from(w[0])).abs();
    sound.windows(3).map(next).fold(0.0, f64::max)
}

fn peak(sound: &[f32]) -> f32 {
    sound.iter().fold(0.0, |m, x| m.max(x.abs()))
}

#[test]
fn the_mix_is_rendered_by_a_press() {
    let (_folder, path) = scratch();
    let mut h = Harness::new(with(TONE));
    h.run(Command::ExportMix);
    h.chooser.chooses(&path);
    h.clicks_on("Export…");
    told(&mut h, "1.0 s, 1 channel, 48000 Hz.");
    let sound = read(&path);
    assert_eq!((sound.rate, sound.frames()), (48_000, 48_000));
    assert!((peak(&sound.channels[0]) - 0.5012).abs() < 1e-4, "the master volume is no part of it");
    assert!(jumps(&sound.channels[0][2_400..], 1_000.0, 48_000) < 1e-6);
}

#[test]
fn bits_rate_and_length_are_chosen_by_keys() {
    let (_folder, path) = scratch();
    let mut h = Harness::new(with(TONE));
    h.key("Ctrl+Shift+E");
    h.key("ArrowDown");
    h.key("ArrowLeft");
    h.key("ArrowDown");
    h.key("ArrowLeft");
    h.key("ArrowDown");
    h.types("half");
    h.key("Enter");
    assert!(h.sees("`half` is no length: write it like 90, 30 s or 2 min."));
    h.key("Escape");
    assert!(!h.sees("Export…"));
    h.key("Ctrl+Shift+E");
    (0..3).for_each(|_| h.key("ArrowDown"));
    h.key("Ctrl+A");
    h.types("0.5");
    h.chooser.chooses(&path);
    h.key("Enter");
    told(&mut h, "0.5 s, 1 channel, 44100 Hz.");
    let sound = read(&path);
    assert_eq!((sound.rate, sound.frames()), (44_100, 22_050));
    // The dither of 16 bits is heard: no frame is exactly where the sine is, none is far.
    let jumps = jumps(&sound.channels[0][2_205..], 1_000.0, 44_100);
    assert!((1.0 / 32_768.0..8.0 / 32_768.0).contains(&jumps), "{jumps}");
}

#[test]
fn what_has_no_end_is_told_and_what_takes_long_can_be_stopped() {
    let (folder, path) = scratch();
    let mut h = Harness::new(with(&TONE.replace(r#""length": "1 s", "#, "")));
    h.run(Command::ExportMix);
    h.chooser.chooses(&path);
    h.clicks_on("Export…");
    told(&mut h, "`tone` plays for ever: say how long the file is to be.");
    h.run(Command::ExportMix);
    (0..3).for_each(|_| h.key("ArrowDown"));
    h.types("4000");
    h.chooser.chooses(&path);
    h.key("Enter");
    h.redraw();
    h.clicks_on("Stop");
    told(&mut h, "Stopped; nothing was written.");
    assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 0, "nothing is left");
}

#[test]
fn stems_add_up_to_the_mix() {
    let (folder, path) = scratch();
    let mut h = Harness::new(with(MIX));
    for (command, place) in [(Command::ExportMix, path.as_path()), (Command::ExportStems, folder.path())] {
        h.run(command);
        h.chooser.chooses(place);
        h.key("Enter");
        told(&mut h, if command == Command::ExportMix { "1 channel" } else { "2 stems, 0.5 s." });
        h.key("Escape");
    }
    let [mix, bass, lead] = ["it.wav", "bass.wav", "lead.wav"].map(|name| read(&folder.path().join(name)));
    assert!(peak(&bass.channels[0]) > 0.1 && peak(&lead.channels[0]) > 0.1);
    let rest = (0..mix.frames()).map(|k| mix.channels[0][k] - bass.channels[0][k] - lead.channels[0][k]);
    // Three files are rounded to 24 bits.
    assert!(peak(&rest.collect::<Vec<_>>()) < 2.0 / 8_388_608.0);
    let mut h = Harness::new(with(TONE));
    h.run(Command::ExportStems);
    h.chooser.chooses(folder.path());
    h.key("Enter");
    told(&mut h, "No node has the role `strip`");
}

#[test]
fn what_is_heard_is_recorded_without_a_gap() {
    let (_folder, path) = scratch();
    let mut h = Harness::new(with(TONE));
    h.until("it sounds", |s| s.live.peaks()[0] > 0.1);
    h.chooser.chooses(&path);
    h.key("Ctrl+R");
    h.until("it records", |s| s.live.recording().is_some_and(|(_, seconds)| seconds > 0.7));
    h.redraw();
    assert!(h.sees("it.wav"), "it is seen");
    h.key("Ctrl+R");
    told(&mut h, "recorded.");
    assert!(h.screen.live.recording().is_none());
    let sound = read(&path);
    assert!(sound.seconds() > 0.7 && (peak(&sound.channels[0]) - 0.5012).abs() < 1e-3);
    assert!(jumps(&sound.channels[0], 1_000.0, sound.rate) < 1e-5, "no frame is missing or comes twice");
}

#[test]
fn what_was_heard_before_anyone_thought_of_recording_is_kept() {
    let (_folder, path) = scratch();
    let mut h = Harness::new(with(TONE));
    h.until("it sounds", |s| s.live.peaks()[0] > 0.1);
    std::thread::sleep(std::time::Duration::from_millis(800));
    h.key("Ctrl+Shift+R");
    h.chooser.chooses(&path);
    h.key("Enter");
    told(&mut h, "of what was heard.");
    let sound = read(&path);
    assert!(sound.seconds() > 0.5, "{}", sound.seconds());
    let last = &sound.channels[0][sound.frames() - sound.rate as usize / 4..];
    assert!((peak(last) - 0.5012).abs() < 1e-3 && jumps(last, 1_000.0, sound.rate) < 1e-5);
}

#[test]
fn the_patch_is_drawn_whole_whatever_is_seen_of_it() {
    let (folder, _) = scratch();
    let mut h = Harness::new(with(MIX));
    h.until("pictures", |s| !s.draws());
    // Far away from everything.
    (0..4).for_each(|_| h.run(Command::ZoomIn));
    let (png, svg) = (folder.path().join("it.png"), folder.path().join("it.svg"));
    for (command, path) in [(Command::ExportPng, &png), (Command::ExportSvg, &svg)] {
        h.run(command);
        h.chooser.chooses(path);
        h.key("Enter");
        h.until("it is drawn", |s| s.notice().is_some());
        h.key("Escape");
    }
    let (width, height, pixels) = read_png(&png);
    let all = h.screen.scene.whole().expect("nodes").grown(32.0);
    let near = |pixels: u32, units: f32| (pixels as f32 - 2.0 * units).abs() < 2.0;
    assert!(near(width, all.size.x) && near(height, all.size.y), "{width} {height} {:?}", all.size);
    // Where each card lies, something else is seen than behind it.
    let at = |p: signalbox_editor::geometry::Point| {
        let (x, y) = ((p.x - all.at.x) * 2.0, (p.y - all.at.y) * 2.0);
        let from = (y as usize * width as usize + x as usize) * (pixels.len() / (width * height) as usize);
        &pixels[from..from + 3]
    };
    let ground = at(all.at).to_vec();
    for card in &h.screen.scene.cards {
        assert_ne!(
            at(card.rect.at + signalbox_editor::geometry::Point::new(40.0, 16.0)),
            ground,
            "{}",
            card.id
        );
    }
    let text = std::fs::read_to_string(&svg).expect("a drawing");
    assert!(["bass", "lead", "sum"].iter().all(|id| text.contains(&format!(">{id}</text>"))));
}

#[test]
fn all_that_ends_at_once_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut h = Harness::new(with(MIX));
    let paths = ["one.svg", "two.svg"].map(|name| folder.path().join(name));
    for path in &paths {
        h.run(Command::ExportSvg);
        h.chooser.chooses(path);
        h.key("Enter");
    }
    let start = std::time::Instant::now();
    while !paths.iter().all(|path| path.exists()) {
        assert!(start.elapsed().as_secs() < 30, "not in time");
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    // What is written is told a moment later; nobody looks before.
    std::thread::sleep(std::time::Duration::from_millis(200));
    h.send(Message::Tick);
    let told = h.screen.notice().map(|n| n.text.clone()).unwrap_or_default();
    assert!(told.contains("one.svg") && told.contains("two.svg"), "{told}");
}
