//! Every edit has an exact inverse; what is refused leaves no trace.

use crate::support::build::{bytes, nested};
use crate::support::chance::Chance;
use crate::support::document::{document, edit};
use signalbox_engine::patch::{Cable, Edit, EditError, History, Node, Patch, TempoMap, file};
use std::collections::BTreeMap;

/// The name of an edit's variant.
fn name(edit: &Edit) -> String {
    let text = format!("{edit:?}");
    text.split('(').next().unwrap_or_default().to_string()
}

#[test]
fn every_edit_undone_gives_the_same_bytes_and_a_refused_one_changes_none() {
    let (mut done, mut refused) = (BTreeMap::new(), BTreeMap::new());
    for seed in 0..300 {
        let mut patch = document(seed);
        let mut chance = Chance::new(seed ^ 0xed17);
        for _ in 0..60 {
            let (before, kept) = (bytes(&patch), patch.clone());
            let edit = edit(&mut chance, &patch);
            match patch.apply(edit.clone()) {
                Err(_) => {
                    assert_eq!((&patch, bytes(&patch)), (&kept, before), "{edit:?} was refused");
                    *refused.entry(name(&edit)).or_insert(0) += 1;
                }
                Ok(inverse) => {
                    let after = bytes(&patch);
                    assert_eq!(
                        name(&inverse).replace("Remove", "Add").replace("Disc", "C"),
                        name(&edit).replace("Remove", "Add").replace("Disc", "C")
                    );
                    let again =
                        patch.apply(inverse).unwrap_or_else(|e| panic!("the inverse of {edit:?}: {e}"));
                    assert_eq!((&patch, bytes(&patch)), (&kept, before), "{edit:?} undone");
                    patch.apply(again).unwrap_or_else(|e| panic!("{edit:?} done again: {e}"));
                    assert_eq!(bytes(&patch), after, "{edit:?} done again");
                    *done.entry(name(&edit)).or_insert(0) += 1;
                }
            }
        }
    }
    // Of all 22 kinds of edit many were tried, and all that can be refused were.
    assert!(done.len() == 22 && done.values().all(|&n| n > 20), "{done:?}");
    assert!(refused.len() >= 18 && refused.values().all(|&n| n > 10), "{refused:?}");
}

#[test]
fn whatever_edits_lead_to_can_be_saved_and_opened_again() {
    for seed in 0..200 {
        let mut patch = document(seed);
        let mut chance = Chance::new(seed ^ 0x5a7e);
        for _ in 0..60 {
            let edit = edit(&mut chance, &patch);
            let _ = patch.apply(edit.clone());
            let text = bytes(&patch);
            let read = file::read(&text).unwrap_or_else(|e| panic!("after {edit:?}: {e}\n{text}"));
            assert_eq!((bytes(&read), &read), (text, &patch), "after {edit:?}");
        }
    }
}

#[test]
fn an_edit_itself_can_be_written_and_read() {
    for seed in 0..200 {
        let patch = document(seed);
        let mut chance = Chance::new(seed);
        for _ in 0..20 {
            let edit = edit(&mut chance, &patch);
            // What is no number can't be written; such an edit is refused anyway.
            if matches!(edit, Edit::Move(..) | Edit::SetTempo(_))
                && patch.clone().apply(edit.clone()).is_err()
            {
                continue;
            }
            let text = serde_json::to_string(&edit).expect("JSON");
            let read: Edit = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{e}: {text}"));
            assert_eq!(serde_json::to_string(&read).expect("JSON"), text);
        }
    }
}

#[test]
fn undo_and_redo_walk_through_the_same_bytes_in_both_directions() {
    for seed in 0..60 {
        let mut patch = document(seed);
        let mut chance = Chance::new(seed ^ 0x0d0);
        let mut history = History::default();
        let mut past = vec![bytes(&patch)];
        let mut at = 0;
        for number in 0..80 {
            match chance.below(5) {
                0 => {
                    let undone = history.undo(&mut patch).expect("undo").is_some();
                    assert_eq!(undone, at > 0);
                    at -= usize::from(undone);
                }
                1 => {
                    let redone = history.redo(&mut patch).expect("redo").is_some();
                    assert_eq!(redone, at + 1 < past.len());
                    at += usize::from(redone);
                }
                _ => {
                    let edits: Vec<Edit> =
                        (0..chance.between(1, 4)).map(|_| edit(&mut chance, &patch)).collect();
                    if history.apply(&mut patch, &format!("step {number}"), edits).is_ok() {
                        past.truncate(at + 1);
                        past.push(bytes(&patch));
                        at += 1;
                    }
                }
            }
            // A transaction of which one edit was refused is not there at all.
            assert_eq!(bytes(&patch), past[at], "seed {seed}, step {number}");
            assert_eq!(history.names().count(), at);
        }
        while history.undo(&mut patch).expect("undo").is_some() {}
        assert_eq!(bytes(&patch), past[0]);
        while history.redo(&mut patch).expect("redo").is_some() {}
        assert_eq!(Some(&bytes(&patch)), past.last());
    }
}

#[test]
fn a_transaction_whose_last_edit_is_refused_rolls_back() {
    let mut patch = Patch::default();
    let before = bytes(&patch);
    let mut history = History::default();
    let edits = vec![
        Edit::AddNode(None, "a".into(), Node::new("gain").with("z", 1).with("b", 2)),
        Edit::AddNode(None, "b".into(), Node::new("gain")),
        Edit::Connect(None, 7, Cable::new("a", "b")),
        Edit::SetValue(None, "a".into(), "gain".into(), Some("3 dB".into())),
        Edit::RemoveNode(None, "b".into()),
    ];
    assert_eq!(history.apply(&mut patch, "all", edits), Err(EditError::InUse("b".into())));
    assert_eq!((bytes(&patch), history.undo(&mut patch)), (before, Ok(None)));
}

#[test]
fn the_order_in_which_values_were_set_does_not_show() {
    let mut patch = Patch::default();
    let scrambled = Node::new("gain").with("z", 1).with("a", 2).with("m", 3);
    patch.apply(Edit::AddNode(None, "x".into(), scrambled)).expect("an edit");
    let before = bytes(&patch);
    let undo = patch.apply(Edit::SetValue(None, "x".into(), "b".into(), Some(4.into()))).expect("an edit");
    patch.apply(undo).expect("an edit");
    assert_eq!(bytes(&patch), before);
    let mut other = Patch::default();
    other.graph.nodes.insert("x".into(), Node::new("gain").with("m", 3).with("a", 2).with("z", 1));
    assert_eq!((&other, bytes(&other)), (&patch, before));
}

#[test]
fn taking_a_node_out_takes_all_that_hangs_on_it_and_undo_brings_it_back() {
    let mut patch = nested(
        "a gain
         b gain
         c gain
         a > b
         b > c
         b > b
         a > b.gain depth=1
         b.gain ~ [[0, 1]]
         a > c",
        &[],
    );
    let before = bytes(&patch);
    let mut history = History::default();
    let removal = patch.removal(&None, "b");
    assert_eq!(removal.len(), 6);
    history.apply(&mut patch, "remove b", removal).expect("a removal");
    assert_eq!((patch.graph.nodes.len(), patch.graph.cables.len(), patch.graph.lanes.len()), (2, 1, 0));
    assert_eq!(history.undo(&mut patch), Ok(Some("remove b")));
    assert_eq!(bytes(&patch), before);
}

#[test]
fn what_could_not_be_opened_again_is_refused_with_a_reason() {
    let mut patch = nested("a gain", &[("sub", "x gain")]);
    let nan = Some((f64::NAN, 0.0));
    let refused = |patch: &mut Patch, edit: Edit| patch.apply(edit).expect_err("refused").to_string();
    assert!(refused(&mut patch, Edit::Move(None, "a".into(), nan)).contains("no number"));
    let node = Node { at: nan, ..Node::new("gain") };
    assert!(refused(&mut patch, Edit::AddNode(None, "b".into(), node)).contains("no number"));
    assert!(refused(&mut patch, Edit::SetLength(Some("soon".into()))).contains("soon"));
    assert!(refused(&mut patch, Edit::SetLength(Some((-1).into()))).contains("negative"));
    assert!(refused(&mut patch, Edit::SetRate(Some(0))).contains("8,000"));
    assert!(refused(&mut patch, Edit::SetTempo(TempoMap::steady(0.0))).contains("tempo"));
    let data = |text: &str| Some(serde_json::from_str(text).expect("a sub-patch"));
    let bad = [
        r#"{"nodes": [{"id": "a.b", "kind": "gain"}]}"#,
        r#"{"nodes": [{"id": "a", "kind": "gain"}, {"id": "a", "kind": "gain"}]}"#,
        r#"{"cables": [{"id": 1, "from": "a", "to": "b"}, {"id": 1, "from": "a", "to": "b"}]}"#,
        r#"{"lanes": [{"to": "a.b", "points": []}]}"#,
    ];
    for text in bad {
        refused(&mut patch, Edit::SetSubpatch("sub".into(), data(text)));
    }
    // Cables without an id get one that is free.
    let some = r#"{"nodes": [{"id": "a", "kind": "gain"}],
        "cables": [{"from": "a", "to": "a"}, {"id": 0, "from": "a", "to": "a"}, {"from": "a", "to": "a"}]}"#;
    patch.apply(Edit::SetSubpatch("sub".into(), data(some))).expect("a sub-patch");
    assert_eq!(patch.subpatches["sub"].cables.len(), 3);
}

#[test]
fn an_id_for_the_next_cable_is_always_free() {
    let mut patch = nested("a gain\nb gain", &[]);
    for taken in [0, 1, u32::MAX] {
        patch.graph.cables.insert(taken, Cable::new("a", "b"));
    }
    assert_eq!(patch.graph.next_cable(), 2);
    assert_eq!(patch.graph.connect(Cable::new("a", "b")), 2);
    assert_eq!(patch.graph.cables.len(), 4);
}
