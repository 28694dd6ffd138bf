//! Nodes joined by coming near, probes that stay, and what the engine tells of cables and nodes.

use crate::gestures::{chain, one_step, place};
use crate::harness::{Harness, with};
use iced::Vector;
use iced::keyboard::Modifiers;
use signalbox_editor::marks::{Mark, Marks};
use signalbox_editor::scene::Badge;
use signalbox_editor::screen::Message;
use signalbox_editor::widget::fader::Turn;

#[test]
fn a_node_that_is_dragged_near_another_with_shift_is_joined_to_it() {
    let mut h = chain();
    let from = h.head("spare");
    // Below the cables, so that it is not put into one.
    let to = from + Vector::new(-30.0, -90.0);
    one_step(&mut h, |h| {
        h.moves(from);
        h.presses();
        h.moves(from + Vector::new(10.0, -10.0));
        h.holds(Modifiers::SHIFT);
        h.moves(to);
        h.lets_go();
        h.holds(Modifiers::empty());
    });
    assert!(place(&h, "spare").1 < 220.0, "it is moved");
    let new: Vec<String> = h.cables().into_iter().filter(|c| c.contains("spare")).collect();
    assert_eq!(new.len(), 1, "{new:?}");
    assert!(h.problems().is_empty(), "{:?}", h.problems());
    // Without shift it is moved alone.
    h.key("Ctrl+Z");
    h.drags(from, to);
    assert_eq!(h.cables().len(), 2);
}

#[test]
fn a_node_is_joined_to_the_nearest_by_a_key() {
    let mut h = chain();
    h.clicks_on("spare");
    one_step(&mut h, |h| h.key("Shift+C"));
    assert_eq!(h.cables().iter().filter(|c| c.contains("spare")).count(), 1, "{:?}", h.cables());
}

fn pins(h: &Harness) -> Vec<(u32, String)> {
    let marks = Marks::of(h.screen.document.patch(), &h.screen.scope());
    marks.pins.into_iter().map(|(id, p)| (id, p.node)).collect()
}

#[test]
fn a_probe_is_pinned_moved_and_taken_away() {
    let mut h = chain();
    h.clicks_on("soft");
    one_step(&mut h, |h| h.key("p"));
    assert_eq!(pins(&h), [(1, "soft".into())]);
    h.until("it hears the tone", |s| s.shown(1).is_some_and(|p| p.words.starts_with("peak -12.0 dBFS")));
    let rect = h.screen.scene.mark(Mark::Pin(1)).expect("it lies there");
    let at = h.at(rect.center());
    one_step(&mut h, |h| h.drags(at, at + Vector::new(80.0, -16.0)));
    let moved = h.screen.scene.mark(Mark::Pin(1)).expect("it lies there");
    assert!(moved.at.x > rect.at.x + 40.0);
    h.key("Escape");
    // The pointer on a cable pins what flows there, and the same key takes it away again.
    let wire = h.screen.scene.wires[0].curve.at(0.5);
    let wire = h.at(wire);
    h.moves(wire);
    one_step(&mut h, |h| h.key("p"));
    assert_eq!(pins(&h).last(), Some(&(2, "tone".into())));
    one_step(&mut h, |h| h.key("p"));
    assert_eq!(pins(&h).len(), 1);
    h.clicks_on("soft");
    h.key("Shift+N");
    one_step(&mut h, |h| h.key("Delete"));
    assert!(pins(&h).is_empty());
    h.until("nobody listens any more", |s| s.live.pinned(&[], "soft", "out").is_none());
}

#[test]
fn what_probes_have_heard_is_held_and_gone_through() {
    let mut h = Harness::new(with(
        r#"{"format": 1, "nodes": [
            {"id": "tone", "kind": "osc", "values": {"shape": "sine", "level": "-6 dB", "mode": "polyblep"}},
            {"id": "out", "kind": "output"}], "cables": [{"from": "tone", "to": "out"}]}"#,
    ));
    h.clicks_on("tone");
    h.key("p");
    let peak = |h: &Harness| h.screen.shown(1).map(|p| p.words.split(',').next().unwrap_or("").to_string());
    h.until("it hears the tone", |s| s.shown(1).is_some_and(|p| p.words.starts_with("peak -6.0 dBFS")));
    std::thread::sleep(std::time::Duration::from_millis(600));
    h.send(Message::Select(vec!["tone".into()]));
    h.key("m");
    h.until("it is silent", |s| s.shown(1).is_some_and(|p| p.words.starts_with("peak -∞ dBFS")));
    h.key("Shift+P");
    assert!(h.sees("Probes held, 0.0 s back"));
    assert_eq!(peak(&h).as_deref(), Some("peak -∞ dBFS"));
    let mut steps = 0;
    while peak(&h).as_deref() != Some("peak -6.0 dBFS") {
        h.key("Shift+ArrowLeft");
        steps += 1;
        assert!(steps < 60, "the tone is not found again");
    }
    h.send(Message::Scrub(Turn::To(0.1)));
    assert!(h.sees("Probes held, 9.0 s back"));
    assert_eq!(peak(&h).as_deref(), Some("peak -∞ dBFS"), "before anything played");
    h.clicks_on("Go on   Shift+P");
    assert!(!h.sees("Probes held, 9.0 s back"));
    h.key("m");
    h.until("it goes on", |s| s.shown(1).is_some_and(|p| p.words.starts_with("peak -6.0 dBFS")));
}

#[test]
fn delays_loops_and_costs_are_told_where_they_are() {
    let mut h = Harness::new(with(
        r#"{"format": 1, "nodes": [
            {"id": "tone", "kind": "osc", "values": {"mode": "polyblep", "level": "-40 dB"}},
            {"id": "limit", "kind": "limiter"}, {"id": "amp", "kind": "gain", "values": {"gain": "-6 dB"}},
            {"id": "out", "kind": "output"}],
            "cables": [{"from": "tone", "to": "limit"}, {"from": "limit", "to": "out"}, {"from": "tone", "to": "out"},
            {"from": "tone", "to": "amp"}, {"from": "amp", "to": "amp"}, {"from": "amp", "to": "out"}]}"#,
    ));
    let badge = |s: &signalbox_editor::screen::Screen, id: u32| {
        s.scene.wires.iter().find(|w| w.id == id).and_then(|w| w.badge.clone())
    };
    h.until("the engine has told", |s| badge(s, 2).is_some());
    let late = h.screen.scene.card("limit").expect("a card").foot.clone();
    let late = late.strip_suffix(" late").expect("the limiter looks ahead").to_string();
    assert_eq!(badge(&h.screen, 2), Some(Badge::Held(late.clone())));
    assert_eq!(badge(&h.screen, 5), Some(Badge::Held(late)));
    assert_eq!(badge(&h.screen, 4), Some(Badge::Round("1 frame".into())), "a cut that the engine picked");
    assert_eq!((badge(&h.screen, 0), badge(&h.screen, 1)), (None, None));
    let costs = |s: &signalbox_editor::screen::Screen| {
        s.scene.card("tone").is_some_and(|c| c.foot.starts_with("CPU ") && c.foot.ends_with('%'))
    };
    assert!(!costs(&h.screen), "nobody looks");
    h.key("Shift+L");
    h.until("it is told what the tone costs", costs);
    h.key("Shift+L");
    assert!(!costs(&h.screen));
}
