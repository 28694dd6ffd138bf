//! The schedule, walked through over the graph.

use crate::harness::{Harness, with};
use signalbox_editor::Options;
use signalbox_editor::keymap::Command;
use signalbox_editor::screen::Screen;

/// Sixteen tones, a limiter, and a path past it.
fn patch() -> Options {
    let tone = |k: u32| {
        let (x, y) = (-240 * (k as i32 % 4), 140 * (k as i32 / 4));
        format!(
            r#"{{"id": "t{k}", "kind": "osc", "at": [{x}, {y}], "values": {{"mode": "polyblep", "level": "-40 dB"}}}}"#
        )
    };
    let tones: Vec<String> = (0..16).map(tone).collect();
    let into: Vec<String> = (0..16).map(|k| format!(r#"{{"from": "t{k}", "to": "limit"}}"#)).collect();
    with(&format!(
        r#"{{"format": 1, "nodes": [{}, {{"id": "limit", "kind": "limiter", "at": [320, 0]}},
            {{"id": "out", "kind": "output", "at": [640, 0]}}],
            "cables": [{}, {{"from": "limit", "to": "out"}}, {{"from": "t3", "to": "out"}}]}}"#,
        tones.join(", "),
        into.join(", ")
    ))
}

fn keys(s: &Screen) -> Vec<String> {
    let (at, told) = s.step().expect("it is shown");
    told[at].nodes.iter().map(|key| key.to_string()).collect()
}

#[test]
fn every_step_is_told_and_comes_in_the_order_of_the_sound() {
    let mut h = Harness::new(patch());
    h.key("Ctrl+E");
    h.until("it is compiled", |s| !s.walks());
    let (_, told) = h.screen.step().expect("it is shown");
    let count = told.len();
    h.redraw();
    assert!(h.sees(&format!("Step 1 of {count}")));
    let mut seen = Vec::new();
    let mut delayed = Vec::new();
    for _ in 0..count {
        let (at, told) = h.screen.step().expect("it is shown");
        if told[at].runs {
            seen.push(keys(&h.screen));
        }
        delayed.extend(told[at].cables.iter().map(|(_, id)| *id));
        h.key("Ctrl+ArrowRight");
    }
    assert_eq!(h.screen.step().map(|s| s.0), Some(0), "behind the last comes the first");
    // The tones are alike, and some of them run in one step.
    assert!(seen[0].len() > 1 && seen[0].iter().all(|key| key.starts_with('t')), "{seen:?}");
    let place = |id: &str| seen.iter().position(|keys| keys.contains(&id.to_string())).expect(id);
    assert!(place("t3") < place("limit") && place("limit") < place("out"));
    assert_eq!(delayed, [17], "what goes past the limiter waits");
    h.key("Ctrl+ArrowLeft");
    assert_eq!(h.screen.step().map(|s| s.0), Some(count - 1));
}

#[test]
fn the_schedule_follows_each_edit_and_says_what_is_wrong() {
    let mut h = Harness::new(patch());
    h.run(Command::Steps);
    h.until("it is compiled", |s| !s.walks());
    let before = h.screen.step().map(|s| s.1.len());
    h.clicks_on("limit");
    h.key("Delete");
    h.until("it is compiled anew", |s| !s.walks());
    let (_, told) = h.screen.step().expect("it is shown");
    assert_ne!(before, Some(told.len()));
    assert!(told.iter().all(|t| t.nodes.iter().all(|key| **key != *"limit")));
    h.key("Escape");
    h.key("Escape");
    assert!(h.screen.step().is_none(), "it is put away");
}

#[test]
fn a_loop_is_gone_through_frame_by_frame() {
    let mut h = Harness::new(with(
        r#"{"format": 1, "nodes": [
            {"id": "tone", "kind": "osc", "values": {"mode": "polyblep", "level": "-40 dB"}},
            {"id": "amp", "kind": "gain", "values": {"gain": "-6 dB"}}, {"id": "out", "kind": "output"}],
            "cables": [{"from": "tone", "to": "amp"}, {"from": "amp", "to": "amp"}, {"from": "amp", "to": "out"}]}"#,
    ));
    h.key("Ctrl+E");
    h.until("it is compiled", |s| !s.walks());
    let at = |h: &Harness| h.screen.step().expect("it is shown").0;
    let (_, told) = h.screen.step().expect("it is shown");
    let head = told.iter().position(|t| t.round.is_some()).expect("a loop");
    let steps = told[head].round.expect("what goes round").steps;
    let runs = |at: usize| told[at].nodes.iter().any(|key| **key == *"amp");
    assert!((head + 1..=head + steps).any(runs), "the node of the loop runs in it");
    (0..=head).for_each(|_| h.key("Ctrl+ArrowRight"));
    assert_eq!(at(&h), head + 1);
    assert!(h.sees("Frame 1 of 64: round 1 of 64 of the loop   Ctrl+PageDown leaves it"));
    (0..steps).for_each(|_| h.key("Ctrl+ArrowRight"));
    assert_eq!(at(&h), head + 1, "the same step");
    assert!(h.sees("Frame 2 of 64: round 2 of 64 of the loop   Ctrl+PageDown leaves it"), "a frame later");
    h.key("Ctrl+PageDown");
    assert_eq!(at(&h), head + steps + 1);
    h.key("Ctrl+ArrowLeft");
    assert!(h.sees("Frame 64 of 64: round 64 of 64 of the loop   Ctrl+PageDown leaves it"));
    h.key("Ctrl+PageUp");
    assert_eq!(at(&h), head);
}
