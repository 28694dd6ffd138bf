//! The history: each step as lines of script.

use crate::harness::{Harness, with};
use signalbox_editor::keymap::Command;
use signalbox_editor::screen::Message;
use signalbox_engine::patch::Patch;
use signalbox_scripts::{Mode, Script, Settings};
use std::path::Path;

fn built(script: &str) -> Patch {
    let script = Script { name: "history".into(), source: script.into(), file: None };
    script.run(&Settings::new(Mode::Build, Path::new(""))).expect("it runs").patch
}

#[test]
fn what_was_done_is_a_script_that_does_it_again() {
    let mut h = Harness::new(with(r#"{"format": 1, "nodes": [], "cables": []}"#));
    h.run(Command::CopySteps);
    assert!(h.screen.notice().is_some_and(|n| n.text.starts_with("Nothing was done yet")));
    h.key("Escape");
    h.key("Ctrl+2");
    for kind in ["filter", "gain"] {
        h.key("Tab");
        h.types(kind);
        h.key("Enter");
    }
    (0..3).for_each(|_| h.run(Command::Raise));
    h.key("b");
    h.key("m");
    h.key("Ctrl+Z");
    let done = h.screen.document.patch().graph.clone();
    assert!(done.nodes.values().any(|n| n.bypass) && done.nodes.values().all(|n| !n.mute));
    let line = h.screen.document.steps().0[0].lines[0].clone();
    assert!(line.starts_with("add_node(") && h.sees(&line), "{line}");
    h.run(Command::CopySteps);
    let script = h.clipboard().expect("it is copied");
    assert_eq!(built(&script).graph, done, "{script}");
    // One step alone.
    h.run(Command::CopyStep);
    let last = h.clipboard().expect("it is copied");
    assert!(last.starts_with("set_bypass(") && script.ends_with(&last), "{last}");
    h.send(Message::CopySteps(Some(0)));
    assert_eq!(h.clipboard(), Some(format!("{line}\n")));
}
