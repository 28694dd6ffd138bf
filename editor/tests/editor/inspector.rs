//! The inspector: bands moved over what sounds, how far dynamics turn down.

use crate::harness::{Harness, with};
use iced::{Point, Vector};
use signalbox_editor::screen::{Message, Screen};
use signalbox_engine::patch::{Edit, Patch};

fn eq() -> Harness {
    let mut h = Harness::new(with(
        r#"{"format": 1, "nodes": [
        {"id": "tone", "kind": "osc", "at": [0, 0], "values": {"shape": "sine", "freq": "1 kHz", "level": "-20 dB"}},
        {"id": "shape", "kind": "eq", "at": [300, 0],
            "values": {"type3": "bell", "freq3": "400 Hz", "gain3": "6 dB", "q3": 1, "type7": "lowpass"}},
        {"id": "out", "kind": "output", "at": [600, 0]}],
        "cables": [{"from": "tone", "to": "shape"}, {"from": "shape", "to": "out"}]}"#,
    ));
    h.clicks_on("shape");
    h.until("the response", |s| !s.draws());
    h.redraw();
    h
}

fn number(h: &Harness, name: &str) -> f64 {
    let value = h.screen.document.patch().graph.nodes["shape"].values.get(name).cloned().unwrap_or_default();
    let text = value.as_str().map_or_else(|| value.to_string(), String::from);
    let (number, unit) = text.split_once(' ').unwrap_or((&text, ""));
    number.parse::<f64>().expect("a number") * if unit == "kHz" { 1_000.0 } else { 1.0 }
}

fn handle(h: &mut Harness, band: usize) -> Point {
    h.find(&format!("band {band}")).unwrap_or_else(|| panic!("no band {band}")).center()
}

fn undone(h: &mut Harness, before: &Patch) {
    assert_ne!(h.screen.document.patch(), before);
    h.key("Ctrl+Z");
    assert_eq!(h.screen.document.patch(), before, "one step takes it back");
}

#[test]
fn a_band_is_dragged_in_one_step() {
    let mut h = eq();
    let before = h.screen.document.patch().clone();
    let from = handle(&mut h, 3);
    // The picture is as wide as three decades and as high as 48 dB: 26 pixels of its rim are left out.
    let plot = h.find("band 7").expect("a band");
    let decade = (plot.center().x - from.x) / (10_000f32 / 400.0).log10();
    h.drags(from, from + Vector::new(0.5 * decade, -26.0));
    assert!((number(&h, "freq3") / (400.0 * 10f64.sqrt()) - 1.0).abs() < 0.01, "{}", number(&h, "freq3"));
    assert!((number(&h, "gain3") - (6.0 + 26.0 * 48.0 / 156.0)).abs() < 0.1, "{}", number(&h, "gain3"));
    undone(&mut h, &before);
}

#[test]
fn a_pass_has_no_gain_to_drag_and_the_wheel_turns_q() {
    let mut h = eq();
    let before = h.screen.document.patch().clone();
    let from = handle(&mut h, 7);
    h.drags(from, from + Vector::new(-10.0, -40.0));
    assert!(!h.screen.document.patch().graph.nodes["shape"].values.contains_key("gain7"));
    undone(&mut h, &before);
    let at = handle(&mut h, 3);
    h.scrolls(at, 1.0);
    h.scrolls(at, 1.0);
    assert!((number(&h, "q3") - 1.21).abs() < 1e-3);
    undone(&mut h, &before);
}

#[test]
fn a_band_begins_and_ends_with_two_presses() {
    let mut h = eq();
    let before = h.screen.document.patch().clone();
    let near = handle(&mut h, 3);
    let void = near + Vector::new(-30.0, 60.0);
    h.double_clicks(void);
    h.redraw();
    let values = &h.screen.document.patch().graph.nodes["shape"].values;
    assert_eq!(values["type1"], "bell");
    assert!(number(&h, "gain1") < -5.0 && number(&h, "freq1") < 400.0);
    let there = handle(&mut h, 1);
    assert!((there - void).x.abs() < 1.0 && (there - void).y.abs() < 1.0, "it lies where it was pressed");
    h.double_clicks(there);
    h.redraw();
    assert!(h.find("band 1").is_none());
    h.key("Ctrl+Z");
    undone(&mut h, &before);
}

#[test]
fn bands_are_moved_by_keys() {
    let mut h = eq();
    let before = h.screen.document.patch().clone();
    h.key("e");
    (0..12).for_each(|_| h.key("Ctrl+Shift+ArrowRight"));
    (0..3).for_each(|_| h.key("Ctrl+Shift+ArrowDown"));
    assert!((number(&h, "freq3") / 800.0 - 1.0).abs() < 0.01, "an octave up: {}", number(&h, "freq3"));
    assert!((number(&h, "gain3") - 4.5).abs() < 0.02, "{}", number(&h, "gain3"));
    undone(&mut h, &before);
    h.key("Ctrl+]");
    assert!((number(&h, "q3") - 1.1).abs() < 1e-3);
    undone(&mut h, &before);
    h.key("e");
    h.key("Ctrl+Shift+ArrowLeft");
    assert!((number(&h, "freq7") / 9_438.7 - 1.0).abs() < 0.01, "{}", number(&h, "freq7"));
    undone(&mut h, &before);
    h.key("Shift+E");
    assert!(h.sees("band 1"));
    undone(&mut h, &before);
}

/// A sine at -20 dBFS, 6 dB down behind a lowpass at its frequency and a bell with no gain.
#[test]
fn what_sounds_is_seen_behind_the_response() {
    let mut h = eq();
    // The bell of 6 dB at 400 Hz with Q 1 raises 1 kHz by |H|: from the analogue curve.
    let w: f64 = 1_000.0 / 400.0;
    let a = 10f64.powf(6.0 / 40.0);
    let side = |k: f64| ((1.0 - w * w).powi(2) + (w * k).powi(2)).sqrt();
    let raised = 20.0 * (side(a) / side(1.0 / a)).log10();
    h.until("the tone at its place and level", |s| {
        let line = s.node_spectrum();
        let Some(top) = (0..line.len()).max_by(|&a, &b| line[a].total_cmp(&line[b])) else { return false };
        let place = (1_000f64 / 20.0).log(1_000.0) * (line.len() - 1) as f64;
        let level = f64::from(line[top]) * 90.0 - 90.0;
        (top as f64 - place).abs() <= 1.0 && (level - (-20.0 + raised)).abs() < 0.1
    });
}

fn dynamics(node: &str, level: &str) -> Harness {
    let mut h = Harness::new(with(&format!(
        r#"{{"format": 1, "nodes": [
        {{"id": "tone", "kind": "osc", "at": [0, 0], "values": {{"shape": "sine", "freq": "1 kHz", "level": "{level}"}}}},
        {{"id": "shape", "at": [300, 0], {node}}}, {{"id": "out", "kind": "output", "at": [600, 0]}}],
        "cables": [{{"from": "tone", "to": "shape"}}, {{"from": "shape", "to": "out"}}]}}"#
    )));
    h.clicks_on("shape");
    h
}

#[test]
fn every_dynamics_node_tells_how_far_it_turns_down() {
    let rows = [
        // 12 dB over the threshold, of which three quarters go.
        (r#""kind": "comp", "values": {"threshold": "-20 dB", "ratio": 4, "knee": "0 dB"}"#, "-8 dB", 9.0),
        // 12 dB up to 0 dBFS, 6 dB over the ceiling; 0.1 dB is in reserve.
        (r#""kind": "limiter", "values": {"gain": "12 dB", "ceiling": "-6 dB"}"#, "-12 dB", 6.1),
        // Closed all the way.
        (r#""kind": "gate", "values": {"threshold": "-30 dB", "range": "35 dB"}"#, "-50 dB", 35.0),
        // A voice's tone is no s.
        (r#""kind": "deess""#, "-12 dB", 0.0),
    ];
    for (node, level, down) in rows {
        let mut h = dynamics(node, level);
        h.until(node, |s| s.reduction().is_some_and(|r| r.history.len() > 10 && (r.now - down).abs() < 0.1));
        h.redraw();
        let words = if down < 0.05 { "0.0 dB".into() } else { format!("−{down:.1} dB") };
        assert!(h.sees("Gain reduction") && h.sees(&words), "{words}");
        h.key("Escape");
        h.until("nobody looks any more", |s| s.reduction().is_none());
    }
}

#[test]
fn a_dot_stands_on_the_curve_where_the_level_is() {
    // 12 dB over the threshold: three quarters of that go. The curve is from -60 to 0 dB, both ways.
    let comp = r#""kind": "comp", "values": {"threshold": "-20 dB", "ratio": 4, "knee": "0 dB"}"#;
    let mut h = dynamics(comp, "-8 dB");
    let near = |s: &Screen, (x, y): (f32, f32)| {
        s.on_curve().is_some_and(|at| (at.0 - x).abs() < 0.004 && (at.1 - y).abs() < 0.01)
    };
    h.until("the picture and the level", |s| near(s, (52.0 / 60.0, 43.0 / 60.0)));
    assert!(h.screen.measured_level().is_some_and(|level| (level + 8.0).abs() < 0.1));
    // A cable's own level counts.
    let cable = Edit::SetCable(None, 0, Some("-22 dB".into()), None);
    h.screen.document.commit("turn down", vec![cable]).expect("the cable is there");
    h.send(Message::GoTo(1));
    h.until("30 dB down nothing is brought down", |s| near(s, (0.5, 0.5)));
    h.key("Escape");
    assert!(h.screen.on_curve().is_none(), "nothing is selected");
}
