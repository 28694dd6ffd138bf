//! Frames and comments: by hand, by keys, taken back in one step.

use crate::gestures::{chain, one_step, place};
use crate::harness::Harness;
use iced::Vector;
use signalbox_editor::geometry::Point;
use signalbox_editor::marks::{Mark, Marks, Tint};
use signalbox_editor::screen::Message;

fn marks(h: &Harness) -> Marks {
    Marks::of(h.screen.document.patch(), &h.screen.scope())
}

/// The middle of a mark's head in the window.
fn head(h: &mut Harness, mark: Mark) -> iced::Point {
    let rect = h.screen.scene.mark(mark).expect("it lies there");
    h.at(rect.at + Point::new(rect.size.x / 2.0, 12.0))
}

#[test]
fn a_frame_is_put_around_nodes_named_and_taken_away_by_keys() {
    let mut h = chain();
    h.clicks_on("tone");
    h.holds(iced::keyboard::Modifiers::SHIFT);
    h.clicks_on("soft");
    one_step(&mut h, |h| h.key("g"));
    h.key("g");
    one_step(&mut h, |h| {
        h.types("Voice");
        h.key("Enter");
    });
    let frame = marks(&h).frames[&1].clone();
    assert_eq!(frame.title, "Voice");
    assert_eq!(frame.nodes.iter().map(String::as_str).collect::<Vec<_>>(), ["soft", "tone"]);
    assert!(h.sees("Voice"));
    let around = h.screen.scene.mark(Mark::Frame(1)).expect("a frame");
    let cards: Vec<_> = h.screen.scene.cards.iter().map(|c| (c.id.clone(), c.rect)).collect();
    for (id, rect) in cards {
        let inside = around.contains(rect.at) && around.contains(rect.end());
        assert_eq!(inside, frame.nodes.contains(&id), "{id}");
    }
    one_step(&mut h, |h| h.key("Delete"));
    assert!(marks(&h).frames.is_empty());
    assert_eq!(h.screen.document.patch().graph.nodes.len(), 5, "what was in it stays");
}

#[test]
fn a_frame_takes_its_nodes_along_and_what_is_dropped_in_it_belongs_to_it() {
    let mut h = chain();
    h.clicks_on("spare");
    h.key("g");
    h.key("Escape");
    let from = head(&mut h, Mark::Frame(1));
    one_step(&mut h, |h| h.drags(from, from + Vector::new(64.0, 48.0)));
    let (x, y) = place(&h, "spare");
    assert!(x > 360.0 && y > 270.0, "{x} {y}");
    assert_eq!(place(&h, "soft"), (320.0, 0.0), "the others stay");
    h.key("Escape");
    let (a, b) = (h.head("tune"), head(&mut h, Mark::Frame(1)));
    one_step(&mut h, |h| h.drags(a, b + Vector::new(0.0, 60.0)));
    assert!(marks(&h).frames[&1].nodes.contains("tune"), "{:?}", marks(&h));
    one_step(&mut h, |h| h.key("Shift+G"));
    assert!(!marks(&h).frames[&1].nodes.contains("tune"));
    h.clicks_on("spare");
    one_step(&mut h, |h| h.clicks_on("Bypass"));
    h.send(Message::Select(vec!["spare".into()]));
    one_step(&mut h, |h| h.key("Shift+G"));
    assert!(marks(&h).frames.is_empty(), "a frame around nothing goes");
}

#[test]
fn a_comment_is_written_moved_coloured_and_deleted_by_keys() {
    let mut h = chain();
    one_step(&mut h, |h| h.key("n"));
    h.key("Shift+N");
    h.key("Enter");
    one_step(&mut h, |h| {
        h.types("too loud");
        h.key("Enter");
    });
    assert_eq!(marks(&h).comments[&1].text, "too loud");
    assert!(h.sees("too loud"));
    let before = marks(&h).comments[&1].at;
    one_step(&mut h, |h| h.key("Alt+ArrowRight"));
    assert_eq!(marks(&h).comments[&1].at, (before.0 + 8.0, before.1));
    one_step(&mut h, |h| h.key("Shift+T"));
    assert_eq!(marks(&h).comments[&1].color, Tint::Green);
    h.key("Escape");
    h.key("Shift+N");
    assert_eq!(h.screen.session.mark, Some(Mark::Comment(1)));
    one_step(&mut h, |h| h.key("Delete"));
    assert!(marks(&h).comments.is_empty());
}

#[test]
fn a_comment_is_added_where_one_double_clicks_and_dragged() {
    let mut h = chain();
    let void = h.head("tune") + Vector::new(500.0, 120.0);
    one_step(&mut h, |h| {
        h.double_clicks(void);
        h.redraw();
        h.types("comment");
        h.key("Enter");
    });
    h.key("Escape");
    let at = head(&mut h, Mark::Comment(1));
    assert!((at.y - void.y).abs() < 40.0, "{at:?} {void:?}");
    let before = marks(&h).comments[&1].at;
    one_step(&mut h, |h| h.drags(at, at + Vector::new(-60.0, 30.0)));
    let after = marks(&h).comments[&1].at;
    assert!(after.0 < before.0 - 40.0 && after.1 > before.1 + 16.0, "{before:?} {after:?}");
    let color = marks(&h).comments[&1].color;
    h.send(Message::Mark(signalbox_editor::screen::marks::Message::Tint(Tint::Blue)));
    assert_ne!(marks(&h).comments[&1].color, color);
    h.key("Ctrl+Z");
    assert_eq!(marks(&h).comments[&1].color, color);
}
