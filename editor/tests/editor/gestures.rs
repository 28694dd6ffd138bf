//! Each gesture by the hand, its way by the keyboard, and its undo.

use crate::harness::{Harness, with};
use iced::{Point, Vector};
use signalbox_editor::screen::Message;
use signalbox_engine::patch::Patch;

const CHAIN: &str = r#"{"format": 1, "nodes": [
    {"id": "tone", "kind": "osc", "at": [0, 0], "values": {"shape": "sine", "level": "-12 dB"}},
    {"id": "soft", "kind": "gain", "at": [320, 0]},
    {"id": "out", "kind": "output", "at": [640, 0]},
    {"id": "spare", "kind": "delay", "at": [320, 240]},
    {"id": "tune", "kind": "notes", "at": [0, 240]}],
    "cables": [{"from": "tone", "to": "soft"}, {"from": "soft", "to": "out"}]}"#;

pub fn chain() -> Harness {
    Harness::new(with(CHAIN))
}

/// Undoes and does again, and sees that the patch is what it was.
fn undone_and_done(h: &mut Harness, before: &Patch) {
    let after = h.screen.document.patch().clone();
    assert_ne!(after, *before, "something was done");
    h.key("Ctrl+Z");
    assert_eq!(h.screen.document.patch(), before, "one step takes it back");
    h.key("Ctrl+Shift+Z");
    assert_eq!(*h.screen.document.patch(), after);
}

/// Does something and sees that it is one step.
pub fn one_step(h: &mut Harness, does: impl FnOnce(&mut Harness)) {
    let before = h.screen.document.patch().clone();
    does(h);
    undone_and_done(h, &before);
}

pub fn place(h: &Harness, node: &str) -> (f64, f64) {
    h.screen.document.patch().graph.nodes[node].at.expect("a place")
}

fn value(h: &Harness, node: &str, name: &str) -> Option<serde_json::Value> {
    h.screen.document.patch().graph.nodes[node].values.get(name).cloned()
}

#[test]
fn a_node_is_dragged() {
    let mut h = chain();
    let from = h.head("spare");
    one_step(&mut h, |h| h.drags(from, from + Vector::new(80.0, 40.0)));
    let (x, y) = place(&h, "spare");
    assert!(x > 380.0 && y > 270.0 && x % 8.0 == 0.0 && y % 8.0 == 0.0, "{x} {y}");
}

#[test]
fn a_node_is_moved_by_keys() {
    let mut h = chain();
    h.clicks_on("spare");
    one_step(&mut h, |h| h.key("Alt+ArrowRight"));
    assert_eq!(place(&h, "spare"), (328.0, 240.0));
}

#[test]
fn a_cable_is_drawn_and_pulled() {
    let mut h = chain();
    let (from, to) = (h.port("soft", "out", true), h.port("spare", "in", false));
    one_step(&mut h, |h| h.drags(from, to));
    assert!(h.cables().contains(&"soft.out>spare.in".to_string()), "{:?}", h.cables());
    let void = h.head("tune") + Vector::new(0.0, 200.0);
    one_step(&mut h, |h| h.drags(to, void));
    assert_eq!(h.cables().len(), 2);
}

#[test]
fn a_cable_is_drawn_by_keys() {
    let mut h = chain();
    h.clicks_on("soft");
    one_step(&mut h, |h| {
        h.key("c");
        assert!(h.sees("Connect soft.out to"));
        h.types("spare in");
        h.key("Enter");
    });
    assert!(h.cables().contains(&"soft.out>spare.in".to_string()), "{:?}", h.cables());
}

#[test]
fn two_nodes_that_are_selected_are_connected_by_a_key() {
    let mut h = chain();
    h.clicks_on("soft");
    h.holds(iced::keyboard::Modifiers::SHIFT);
    h.clicks_on("spare");
    h.holds(iced::keyboard::Modifiers::empty());
    assert_eq!(h.screen.session.selected.len(), 2);
    one_step(&mut h, |h| h.key("c"));
    assert_eq!(h.cables().len(), 3);
}

#[test]
fn a_cable_to_a_parameter_is_drawn_by_dropping_it_on_the_card() {
    let mut h = chain();
    let (from, to) = (h.port("tone", "out", true), h.head("spare"));
    one_step(&mut h, |h| {
        h.drags(from, to);
        h.redraw();
        assert!(h.sees("Connect tone.out to spare"));
        h.types("feedback");
        h.key("Enter");
    });
    let cables = &h.screen.document.patch().graph.cables;
    let cable = cables.values().find(|c| c.to.to_string() == "spare.feedback").expect("a cable");
    assert!(cable.depth.is_some());
    assert!(h.problems().is_empty(), "{:?}", h.problems());
}

#[test]
fn a_bad_drop_says_why_and_offers_what_would_do() {
    let mut h = chain();
    let (from, to) = (h.port("tune", "out", true), h.port("out", "", false));
    let before = h.screen.document.patch().clone();
    h.drags(from, to);
    h.redraw();
    assert!(h.sees("Notes are no signal: this port takes sound."));
    assert_eq!(*h.screen.document.patch(), before);
    h.clicks_on("Put `env` between: an envelope makes a signal of each note");
    assert!(h.cables().contains(&"tune.out>env.notes".to_string()), "{:?}", h.cables());
    assert!(
        h.cables().iter().any(|c| c.starts_with("env>out") || c.starts_with("env.out>out")),
        "{:?}",
        h.cables()
    );
    undone_and_done(&mut h, &before);
}

#[test]
fn two_channels_into_one_are_refused_with_the_way_out() {
    let mut h = Harness::new(with(
        r#"{"format": 1, "nodes": [
            {"id": "tone", "kind": "osc", "at": [0, 0]},
            {"id": "wide", "kind": "pan", "at": [240, 0]},
            {"id": "amp", "kind": "gain", "at": [480, 160]},
            {"id": "out", "kind": "output", "at": [720, 0]}],
            "cables": [{"from": "tone", "to": "wide"}, {"from": "wide", "to": "out"}]}"#,
    ));
    let (from, to) = (h.port("wide", "out", true), h.port("amp", "control", false));
    h.drags(from, to);
    let notice = h.screen.notice().expect("it is told").clone();
    assert!(notice.text.contains("2 channels do not fit into 1"), "{}", notice.text);
    h.key("Enter");
    assert!(h.screen.document.patch().graph.nodes.values().any(|n| n.kind == "mono"));
    assert!(h.problems().is_empty(), "{:?}", h.problems());
}

#[test]
fn a_node_is_added_by_search_where_one_double_clicks() {
    let mut h = chain();
    let void = h.head("tune") + Vector::new(500.0, 120.0);
    one_step(&mut h, |h| {
        h.double_clicks(void);
        h.redraw();
        assert!(h.sees("Add a node"));
        h.types("reverb");
        h.key("Enter");
    });
    assert_eq!(h.screen.document.patch().graph.nodes["reverb"].kind, "reverb");
    let there = h.head("reverb");
    assert!((there.x - void.x).abs() < 60.0 && (there.y - void.y).abs() < 60.0);
}

#[test]
fn a_node_is_added_by_keys_beside_what_is_selected() {
    let mut h = chain();
    h.clicks_on("soft");
    one_step(&mut h, |h| {
        h.key("Tab");
        h.types("limiter");
        h.key("Enter");
    });
    assert!(place(&h, "limiter").0 > place(&h, "soft").0);
    assert!(h.screen.session.selected.contains("limiter"));
}

#[test]
fn a_cable_dropped_in_the_void_searches_for_what_fits() {
    let mut h = chain();
    let from = h.port("tune", "out", true);
    one_step(&mut h, |h| {
        h.drags(from, from + Vector::new(60.0, 150.0));
        h.redraw();
        assert!(h.sees("What tune.out can go into"));
        assert!(h.sees("Envelope") && !h.sees("Reverb"), "only what takes notes");
        h.types("envelope");
        h.key("Enter");
    });
    assert!(h.cables().contains(&"tune.out>env.notes".to_string()), "{:?}", h.cables());
}

#[test]
fn a_node_dropped_on_a_cable_goes_into_it() {
    let mut h = chain();
    let card = h.screen.scene.card("spare").expect("a card").rect;
    let wire = h.screen.scene.wires.iter().find(|w| w.id == 0).expect("a cable").curve.at(0.5);
    let (from, by) = (h.head("spare"), wire - card.center());
    let (a, b) = (h.at(card.center()), h.at(card.center() + by));
    one_step(&mut h, |h| h.drags(from, from + (b - a)));
    assert!(h.cables().contains(&"spare.out>soft".to_string()), "{:?}", h.cables());
    assert!(h.cables().contains(&"tone>spare.in".to_string()), "{:?}", h.cables());
}

#[test]
fn what_follows_makes_room_for_a_node_that_is_put_in_before_it() {
    let mut h = chain();
    let place = |h: &Harness, id: &str| h.screen.scene.card(id).expect("a card").rect;
    let (soft, out) = (place(&h, "soft"), place(&h, "out"));
    let wire = h.screen.scene.wires.iter().find(|w| w.id == 0).expect("a cable").curve.at(0.98);
    let (from, spare) = (h.head("spare"), place(&h, "spare").center());
    let (a, b) = (h.at(spare), h.at(wire));
    one_step(&mut h, |h| h.drags(from, from + (b - a)));
    let by = place(&h, "soft").at.x - soft.at.x;
    assert!(by > 0.0 && place(&h, "out").at.x - out.at.x == by, "all that follows moves alike: {by}");
    assert!(place(&h, "spare").end().x < place(&h, "soft").at.x, "nothing is covered");
    assert_eq!(place(&h, "soft").at.y, soft.at.y);
}

#[test]
fn what_is_deleted_leaves_its_path() {
    let mut h = chain();
    h.clicks_on("soft");
    one_step(&mut h, |h| h.key("Delete"));
    assert_eq!(h.cables(), ["tone>out"]);
    h.key("Ctrl+Z");
    h.clicks_on("soft");
    one_step(&mut h, |h| h.key("Shift+Delete"));
    assert!(h.cables().is_empty());
}

#[test]
fn a_cable_is_selected_and_deleted() {
    let mut h = chain();
    let middle = h.screen.scene.wires[1].curve.at(0.5);
    let at = h.at(middle);
    h.clicks(at);
    assert_eq!(h.screen.session.cable, Some(1));
    one_step(&mut h, |h| h.key("Delete"));
    assert_eq!(h.cables(), ["tone>soft"]);
}

#[test]
fn a_box_selects_and_what_is_copied_is_pasted_with_its_cables() {
    let mut h = chain();
    let (a, b) = (h.head("tone"), h.head("soft"));
    h.drags(Point::new(a.x - 90.0, a.y - 30.0), Point::new(b.x, b.y + 20.0));
    assert_eq!(h.screen.session.selected.len(), 2);
    h.key("Ctrl+C");
    one_step(&mut h, |h| h.key("Ctrl+V"));
    assert!(h.cables().contains(&"tone2>soft2".to_string()), "{:?}", h.cables());
    h.send(Message::Select(vec!["spare".into()]));
    one_step(&mut h, |h| h.key("Ctrl+D"));
    assert!(h.screen.document.patch().graph.nodes.contains_key("spare2"));
    one_step(&mut h, |h| h.key("Ctrl+X"));
    assert!(!h.screen.document.patch().graph.nodes.contains_key("spare2"));
}

#[test]
fn a_value_is_typed_with_its_unit_or_from_where_it_stands() {
    let mut h = chain();
    h.clicks_on("soft");
    for (typed, kept) in [("-6 dB", "-6 dB"), ("+=3 dB", "-3 dB"), ("-10", "-10 dB")] {
        one_step(&mut h, |h| {
            h.key("Enter");
            h.types(typed);
            h.key("Enter");
        });
        assert_eq!(value(&h, "soft", "gain"), Some(kept.into()), "{typed}");
    }
}

#[test]
fn a_wrong_value_is_told_and_changes_nothing() {
    let mut h = chain();
    h.clicks_on("soft");
    let before = h.screen.document.patch().clone();
    h.key("Enter");
    h.types("3 ms");
    h.key("Enter");
    assert!(h.sees("`3 ms` is not a level (dB, dBTP, dBFS)."));
    assert_eq!(*h.screen.document.patch(), before);
}

#[test]
fn a_fader_is_dragged_in_one_step_and_heard_on_the_way() {
    let mut h = chain();
    h.clicks_on("soft");
    let field = h.find("0 dB").unwrap_or_else(|| h.find("gain").expect("the parameter"));
    let from = Point::new(field.x + 130.0, field.center().y);
    one_step(&mut h, |h| h.drags(from, from + Vector::new(-20.0, 0.0)));
    let kept = value(&h, "soft", "gain").expect("it was turned").to_string();
    assert!(kept.contains("-3") || kept.contains("-2"), "{kept}");
}

#[test]
fn a_parameter_is_tuned_by_keys() {
    let mut h = chain();
    h.clicks_on("tone");
    one_step(&mut h, |h| h.key("]"));
    assert_eq!(value(&h, "tone", "freq"), Some("440 Hz".into()));
    one_step(&mut h, |h| h.key("["));
    assert_eq!(value(&h, "tone", "freq"), Some("220 Hz".into()));
    one_step(&mut h, |h| h.key("\\"));
    assert_eq!(value(&h, "tone", "freq"), None);
    h.key("PageDown");
    one_step(&mut h, |h| h.key("+"));
    assert_eq!(value(&h, "tone", "shape"), Some("saw".into()), "a word goes on to the next");
}

#[test]
fn what_is_selected_is_bypassed_and_muted() {
    let mut h = chain();
    h.clicks_on("soft");
    one_step(&mut h, |h| h.key("b"));
    assert!(h.screen.document.patch().graph.nodes["soft"].bypass);
    one_step(&mut h, |h| h.clicks_on("Mute"));
    assert!(h.screen.document.patch().graph.nodes["soft"].mute);
}

#[test]
fn a_sub_patch_is_folded_entered_and_left() {
    let mut h = chain();
    h.clicks_on("soft");
    one_step(&mut h, |h| h.key("Ctrl+G"));
    assert_eq!(h.cables(), ["tone>group.in", "group.out>out"]);
    h.key("Enter");
    assert!(h.sees("soft") && !h.sees("tone"), "inside");
    h.clicks_on("soft");
    one_step(&mut h, |h| h.key("]"));
    assert_eq!(h.screen.document.patch().subpatches["group"].nodes["soft"].values["gain"], "6 dB");
    h.key("Shift+Enter");
    assert!(h.sees("tone"));
    assert_eq!(h.screen.session.single(), Some("group"), "what was left is selected");
}

#[test]
fn a_node_is_renamed_and_replaced() {
    let mut h = chain();
    h.clicks_on("soft");
    one_step(&mut h, |h| {
        h.key("F2");
        h.types("fader");
        h.key("Enter");
    });
    assert!(h.sees("fader"));
    one_step(&mut h, |h| {
        h.key("r");
        h.types("limiter");
        h.key("Enter");
    });
    assert_eq!(h.screen.document.patch().graph.nodes["soft"].kind, "limiter");
    assert_eq!(h.cables().len(), 2);
}

#[test]
fn nodes_are_laid_out_aligned_and_straightened_by_keys() {
    let mut h = chain();
    h.key("Ctrl+A");
    one_step(&mut h, |h| h.key("Shift+A"));
    assert!(["tone", "soft", "spare", "tune"].iter().all(|id| place(&h, id).1 == 0.0));
    one_step(&mut h, |h| h.key("l"));
    let boxes: Vec<_> = h.screen.scene.cards.iter().map(|c| c.rect).collect();
    assert!((0..boxes.len()).all(|k| boxes[k + 1..].iter().all(|b| !b.meets(boxes[k]))), "{boxes:?}");
}

#[test]
fn the_keyboard_goes_from_node_to_node() {
    let mut h = chain();
    h.clicks_on("tone");
    for (key, node) in
        [("ArrowRight", "soft"), ("ArrowRight", "out"), ("ArrowLeft", "soft"), ("ArrowDown", "spare")]
    {
        h.key(key);
        assert_eq!(h.screen.session.single(), Some(node), "{key}");
    }
}

#[test]
fn the_wheel_zooms_and_a_key_shows_all_again() {
    let mut h = chain();
    let before = h.find("tone").expect("it is seen");
    h.scrolls(before.center(), 5.0);
    let after = h.find("tone").expect("it is seen");
    assert!(after.width > before.width * 1.5);
    assert!((after.center().x - before.center().x).abs() < 2.0, "it stays under the pointer");
    h.key("f");
    let again = h.find("tone").expect("it is seen");
    assert!((again.width - before.width).abs() < 0.5);
}

#[test]
fn the_search_is_walked_by_arrows_and_put_away_by_escape() {
    let mut h = chain();
    h.key("Tab");
    h.key("Escape");
    assert!(!h.sees("Add a node"), "one press is enough");
    let kinds: Vec<&str> = signalbox_studio::shelf().kinds().iter().map(|d| d.name).collect();
    h.key("Tab");
    h.key("ArrowDown");
    h.key("ArrowDown");
    h.key("ArrowUp");
    h.key("Enter");
    assert!(h.screen.document.patch().graph.nodes.values().any(|n| n.kind == kinds[1]));
}

#[test]
fn every_command_can_be_found_and_given_from_the_palette() {
    let mut h = chain();
    h.clicks_on("soft");
    h.key("Ctrl+K");
    assert!(h.sees("Commands") && h.sees("Add a node…") && h.sees("Tab"));
    h.types("bypass");
    h.key("Enter");
    assert!(h.screen.document.patch().graph.nodes["soft"].bypass);
}

#[test]
fn the_history_shows_every_step_and_goes_anywhere() {
    let mut h = chain();
    h.clicks_on("soft");
    h.key("b");
    h.key("m");
    h.key("Ctrl+2");
    assert!(h.sees("bypass soft") && h.sees("mute soft"));
    h.clicks_on("as it was opened");
    assert!(!h.screen.document.patch().graph.nodes["soft"].bypass);
    h.clicks_on("(mute soft)");
    assert!(h.screen.document.patch().graph.nodes["soft"].mute);
}

#[test]
fn the_outline_is_the_patch_as_a_tree() {
    let mut h = chain();
    h.clicks_on("soft");
    h.key("Ctrl+G");
    h.key("Ctrl+1");
    assert!(h.sees("tone, osc") && h.sees("→ group.in"));
    h.clicks_on("soft, gain");
    assert_eq!(h.screen.session.inside, ["group"]);
    assert_eq!(h.screen.session.single(), Some("soft"));
}

#[test]
fn what_is_folded_from_both_sides_of_a_node_covers_nothing() {
    let row = ["a", "b", "c"].map(|id| {
        format!(r#"{{"id": "{id}", "kind": "gain", "at": [{}, 0]}}"#, 200 * (id.as_bytes()[0] - b'a') as u32)
    });
    let mut h = Harness::new(with(&format!(r#"{{"format": 1, "nodes": [{}]}}"#, row.join(", "))));
    h.screen.session.selected = ["a", "c"].map(String::from).into();
    one_step(&mut h, |h| h.key("Ctrl+G"));
    let ((_, b), (x, y)) = (place(&h, "b"), place(&h, "group"));
    assert!((x - 200.0).abs() <= 16.0 && (y - b).abs() > 48.0, "{x}, {y}: below what lay between");
}

#[test]
fn escape_puts_away_what_is_in_the_hand_and_what_is_selected() {
    let mut h = chain();
    let from = h.head("spare");
    h.moves(from);
    h.presses();
    h.moves(from + Vector::new(50.0, 50.0));
    h.key("Escape");
    h.lets_go();
    assert_eq!(place(&h, "spare"), (320.0, 240.0));
    assert!(h.screen.session.selected.contains("spare"));
    h.key("Escape");
    assert!(h.screen.session.selected.is_empty());
}
