//! Files without a dialog of the system: their paths are typed in the window.

use crate::harness::{Harness, first};
use signalbox_editor::Options;
use std::path::Path;

/// Empties the field and types a path into it.
fn types(h: &mut Harness, path: &Path) {
    h.key("Ctrl+A");
    h.types(&path.display().to_string());
}

#[test]
fn without_a_dialog_a_patch_is_saved_and_opened_by_its_path() {
    let folder = tempfile::tempdir().expect("a folder");
    let inner = folder.path().join("songs");
    std::fs::create_dir(&inner).expect("a folder");
    let mut h = Harness::new(first());
    h.chooser.is_missing();
    h.key("Ctrl+S");
    assert!(h.sees("Save the patch"));
    types(&mut h, &folder.path().join("nowhere/song"));
    h.key("Enter");
    assert!(h.sees(&format!("There is no folder {}.", folder.path().join("nowhere").display())));
    // A part of a name is enough, and an ending is put to what has none.
    types(&mut h, &folder.path().join("so"));
    h.key("Tab");
    h.types("song");
    h.key("Enter");
    assert!(inner.join("song.json").is_file() && !h.sees("Save the patch"));
    assert_eq!(h.screen.document.name(), "song.json");

    h.key("Ctrl+N");
    h.chooser.is_missing();
    h.key("Ctrl+O");
    types(&mut h, &inner.join("sing.json"));
    h.key("Enter");
    assert!(h.sees(&format!("There is no file {}.", inner.join("sing.json").display())));
    types(&mut h, &inner.join(""));
    h.key("ArrowDown");
    h.key("Enter");
    assert_eq!(h.screen.document.name(), "song.json");
    assert_eq!(h.screen.scene.cards.len(), 8);
}

#[test]
fn a_file_that_is_there_is_replaced_at_the_second_time_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("old.json");
    std::fs::write(&path, "mine").expect("it is written");
    let mut h = Harness::new(Options { home: None, ..first() });
    h.chooser.is_missing();
    h.key("Ctrl+Shift+S");
    types(&mut h, &folder.path().join("old"));
    h.key("Enter");
    assert!(h.sees(&format!("{} is there already. Once more, and it is replaced.", path.display())));
    assert_eq!(std::fs::read_to_string(&path).expect("it is there"), "mine");
    h.clicks_on("Replace it");
    assert!(std::fs::read_to_string(&path).expect("it is there").contains("\"format\""));
    // Escape puts the panel away, and nothing is written.
    h.chooser.is_missing();
    h.key("Ctrl+Shift+S");
    types(&mut h, &folder.path().join("new"));
    h.key("Escape");
    assert!(!h.sees("Save the patch") && !folder.path().join("new.json").exists());
}
