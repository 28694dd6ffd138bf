//! Presets of nodes and sub-patches, and the outline by keys.

use crate::gestures::{chain, one_step};
use crate::harness::{Harness, first, with};
use signalbox_editor::Options;
use std::path::Path;

const PATCH: &str = r#"{"format": 1, "nodes": [
    {"id": "low", "kind": "filter", "at": [0, 0], "values": {"freq": "300 Hz", "q": 4}},
    {"id": "high", "kind": "filter", "at": [320, 0], "values": {"mode": "highpass"}}]}"#;

fn at_home(home: &Path, text: &str) -> Harness {
    Harness::new(Options { home: Some(home.into()), ..with(text) })
}

fn values(h: &Harness, id: &str) -> serde_json::Value {
    serde_json::Value::Object(h.screen.document.patch().graph.nodes[id].values.clone())
}

#[test]
fn a_preset_of_a_node_is_kept_and_set_elsewhere_in_one_step() {
    let home = tempfile::tempdir().expect("a folder");
    let mut h = at_home(home.path(), PATCH);
    h.clicks_on("low");
    h.key("Shift+S");
    h.types("warm one");
    h.key("Enter");
    assert!(home.path().join("presets/nodes/filter/warm one.json").exists());
    h.key("Escape");
    // It is there at the next start.
    let mut h = at_home(home.path(), PATCH);
    h.clicks_on("high");
    one_step(&mut h, |h| {
        h.clicks_on("Presets…");
        assert!(h.sees("warm one"));
        h.key("Enter");
    });
    assert_eq!(values(&h, "high"), values(&h, "low"), "what it does not name goes back to its default");
    h.clicks_on("low");
    h.key("Shift+S");
    h.types("../low");
    h.key("Enter");
    assert!(h.screen.notice().is_some_and(|n| n.text.contains("can't be the name of a preset")));
}

#[test]
fn a_sub_patch_is_kept_and_put_in_from_the_search() {
    let home = tempfile::tempdir().expect("a folder");
    let mut h = Harness::new(Options { home: Some(home.path().into()), ..first() });
    h.clicks_on("low");
    h.key("Ctrl+G");
    let inner = h.screen.document.patch().subpatches["group"].clone();
    h.key("Shift+S");
    h.types("darker");
    h.key("Enter");
    h.key("Escape");
    // Elsewhere there is another sub-patch of that name.
    let mut h = Harness::new(Options { home: Some(home.path().into()), ..first() });
    h.clicks_on("saw");
    h.key("Ctrl+G");
    let other = h.screen.document.patch().subpatches["group"].clone();
    one_step(&mut h, |h| {
        h.key("Tab");
        h.types("darker");
        h.key("Enter");
    });
    let patch = h.screen.document.patch();
    assert_eq!((&patch.subpatches["group"], &patch.subpatches["group2"]), (&other, &inner));
    assert!(patch.graph.nodes.values().any(|n| n.kind == "group2"));
}

/// With the outline alone: to a node, into a sub-patch and out of it, connected, tuned, deleted.
#[test]
fn the_outline_is_walked_and_worked_by_keys() {
    let mut h = chain();
    h.clicks_on("soft");
    h.key("Ctrl+G");
    h.key("Escape");
    h.key("Ctrl+1");
    assert_eq!(h.screen.session.single(), Some("group"), "it begins with the first");
    h.key("ArrowRight");
    assert_eq!(
        (h.screen.session.inside.as_slice(), h.screen.session.single()),
        (&["group".to_string()][..], Some("in"))
    );
    h.key("ArrowDown");
    h.key("ArrowDown");
    assert_eq!(h.screen.session.single(), Some("soft"));
    h.key("ArrowLeft");
    assert_eq!((h.screen.session.inside.len(), h.screen.session.single()), (0, Some("group")));
    for _ in 0..5 {
        h.key("ArrowDown");
    }
    assert_eq!(
        h.screen.session.single(),
        Some("spare"),
        "in order of their names, through all that is inside"
    );
    h.key("c");
    h.types("out");
    h.key("Enter");
    assert!(h.cables().iter().any(|c| c.starts_with("spare") && c.ends_with(">out")), "{:?}", h.cables());
    one_step(&mut h, |h| {
        h.key("Enter");
        h.types("30 ms");
        h.key("Enter");
    });
    assert_eq!(values(&h, "spare")["time"], "30 ms");
    one_step(&mut h, |h| h.key("Delete"));
    assert!(!h.screen.document.patch().graph.nodes.contains_key("spare"));
    // On the canvas arrows go where nodes lie again.
    h.key("Ctrl+1");
    h.clicks_on("tone");
    h.key("ArrowRight");
    assert_eq!(h.screen.session.single(), Some("group"));
}
