//! Along cables, views to come back to, nodes that are heard alone.

use crate::gestures::{chain, one_step};
use crate::harness::{Harness, with};
use signalbox_editor::geometry::Point;

const TWO: &str = r#"{"format": 1, "nodes": [
    {"id": "loud", "kind": "osc", "at": [0, 0], "values": {"shape": "sine", "level": "-6 dB", "mode": "polyblep"}},
    {"id": "soft", "kind": "osc", "at": [0, 200],
     "values": {"shape": "sine", "freq": "330 Hz", "level": "-20 dB", "mode": "polyblep"}},
    {"id": "mix", "kind": "gain", "at": [320, 0]},
    {"id": "lone", "kind": "gain", "at": [320, 200]},
    {"id": "out", "kind": "output", "at": [640, 0]}],
    "cables": [{"from": "loud", "to": "mix"}, {"from": "soft", "to": "mix"}, {"from": "mix", "to": "out"}]}"#;

/// The greatest level of the output over a while.
fn loudest(h: &mut Harness) -> f32 {
    h.problems();
    h.until("it plays what was set", |s| s.live.status().there);
    let mut most = 0.0f32;
    for k in 0..40 {
        std::thread::sleep(std::time::Duration::from_millis(15));
        h.send(signalbox_editor::screen::Message::Tick);
        // The meter falls slowly from what was before.
        most = if k < 25 { 0.0 } else { most.max(h.screen.live.peaks()[0]) };
    }
    most
}

#[test]
fn a_node_is_heard_alone_while_that_lasts_and_the_patch_stays_as_it_is() {
    let mut h = Harness::new(with(TWO));
    h.until("it sounds", |s| s.live.peaks()[0] > 0.1);
    let before = h.screen.document.patch().clone();
    h.clicks_on("soft");
    h.key("o");
    assert!(h.sees("Solo: soft"));
    // -20 dB behind a master volume of -12 dB.
    let alone = loudest(&mut h);
    assert!((alone - 0.0251).abs() < 0.004, "{alone}");
    h.clicks_on("Hear all again   O");
    assert!(!h.sees("Solo: soft"));
    let all = loudest(&mut h);
    assert!((0.12..0.152).contains(&all), "{all}");
    assert_eq!(*h.screen.document.patch(), before);
    h.clicks_on("lone");
    h.key("o");
    assert!(h.screen.session.solo.is_none(), "what leads nowhere is not heard alone");
    h.key("Escape");
    h.clicks_on("mix");
    h.key("o");
    h.key("o");
    assert!(h.screen.session.solo.is_none(), "the same key ends it");
}

#[test]
fn the_path_of_what_is_pointed_at_stands_out() {
    let mut h = Harness::new(with(TWO));
    h.screen.session.kept.still = true;
    h.screen.live.play(false);
    let seen = |h: &mut Harness, node: &str| {
        let head = h.head(node);
        let (width, _, pixels) = h.picture(1.0);
        let (x, y) = (head.x as usize - 60, head.y as usize - 8);
        let rows = (y..y + 18).flat_map(|y| (x..x + 100).map(move |x| (y * width as usize + x) * 3));
        rows.map(|at| f64::from(pixels[at]) + f64::from(pixels[at + 1])).sum::<f64>()
    };
    let before = ["loud", "soft", "lone"].map(|node| seen(&mut h, node));
    let port = h.port("loud", "out", true);
    h.moves(port);
    let after = ["loud", "soft", "lone"].map(|node| seen(&mut h, node));
    assert!(after[1] < 0.9 * before[1] && after[2] < 0.9 * before[2], "{before:?} {after:?}");
    assert!(after[0] > 0.95 * before[0], "{before:?} {after:?}");
    // From the other end the path is that of both.
    let port = h.port("mix", "in", false);
    h.moves(port);
    let after = ["loud", "soft", "lone"].map(|node| seen(&mut h, node));
    assert!(after[1] > 0.95 * before[1] && after[2] < 0.9 * before[2], "{before:?} {after:?}");
}

#[test]
fn keys_go_along_cables() {
    let mut h = Harness::new(with(TWO));
    h.clicks_on("mix");
    h.key("w");
    assert_eq!(h.screen.session.cable, Some(2), "what leaves it comes first");
    h.key("ArrowLeft");
    assert_eq!(h.screen.session.single(), Some("mix"));
    h.key("w");
    h.key("ArrowRight");
    assert_eq!(h.screen.session.single(), Some("out"));
    h.key("w");
    h.key("ArrowLeft");
    h.clicks_on("loud");
    h.key("w");
    assert_eq!(h.screen.session.cable, Some(0));
    h.key("ArrowDown");
    assert_eq!(h.screen.session.cable, Some(1), "the other one into the mix");
    h.key("ArrowLeft");
    assert_eq!(h.screen.session.single(), Some("soft"));
    h.clicks_on("lone");
    h.key("w");
    assert_eq!(h.screen.session.cable, None);
}

#[test]
fn a_view_is_kept_under_a_number_and_comes_back() {
    let mut h = chain();
    let at = h.head("spare");
    h.scrolls(at, 6.0);
    let view = h.screen.session.view().expect("a view");
    one_step(&mut h, |h| h.key("Alt+3"));
    h.key("f");
    assert_ne!(h.screen.session.view(), Some(view));
    h.key("3");
    let again = h.screen.session.view().expect("a view");
    let far: Point = again.at - view.at;
    assert!(far.length() < 1.0 && again.zoom == view.zoom, "{view:?} {again:?}");
    h.key("4");
    assert!(h.screen.notice().is_some_and(|n| n.text.contains("Alt+4")));
}
