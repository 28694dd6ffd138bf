//! Scripts on the command line.

use super::patch::count;
use crate::failure::Failure;
use crate::progress::{Bar, interrupted};
use crate::say::say_line;
use signalbox_scripts::{Mode, Root, Settings, Trouble};
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// Whether a file is a script, by its name.
pub fn is_script(path: &Path) -> bool {
    path.extension().is_some_and(|e| e.eq_ignore_ascii_case("rhai"))
}

/// How a script is run from here: in its own folder, with a bar for what takes long.
pub fn settings(mode: Mode, script: &Path, allowed: &[PathBuf]) -> Settings {
    let folder = script.parent().unwrap_or(Path::new(""));
    let root = allowed.iter().fold(Root::new(folder), |root, folder| root.allow(folder));
    Settings {
        root,
        progress: Rc::new(Bar::default()),
        // What can't be said is no reason to stop a script.
        print: Rc::new(|text| drop(say_line(text))),
        ..Settings::new(mode, folder)
    }
}

/// A script's failure.
pub fn not_run(trouble: Trouble) -> Failure {
    if interrupted() { Failure::interrupted("stopped") } else { Failure::new(trouble) }
}

/// Asserts that do not hold.
pub fn failed(troubles: &[Trouble]) -> Failure {
    let texts: Vec<String> = troubles.iter().map(ToString::to_string).collect();
    let lead = if texts.len() > 1 {
        format!("{} do not hold\n", count(texts.len(), "assert"))
    } else {
        String::new()
    };
    Failure::new(format!("{lead}{}", texts.join("\n")))
}
