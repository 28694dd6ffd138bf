//! What is played or edited: a patch file, or the mix of a folder.

use crate::command::patch;
use crate::command::script::is_script;
use crate::command::threads;
use crate::failure::Failure;
use crate::progress::{Bar, interrupted};
use crate::say::tell;
use signalbox_engine::patch::Patch;
use signalbox_engine::patch::file::write;
use signalbox_file::Format;
use signalbox_scripts::apply::Slot;
use signalbox_studio::assets::Files;
use signalbox_studio::mix::{self, Job, Target};
use std::path::Path;

/// What is played or edited.
pub struct Opened {
    /// The patch.
    pub patch: Patch,
    /// Its files.
    pub files: Files,
    /// Slots of a script that go over when they change.
    pub slots: Vec<Slot>,
    /// Whether it is a file that may be saved again.
    pub watched: bool,
}

/// Opens a patch file, or mixes a folder.
pub fn open(path: &Path, rate: Option<u32>) -> Result<Opened, Failure> {
    if !path.is_dir() {
        let opened = patch::open(path, rate)?;
        let slots = opened.slots();
        return Ok(Opened { patch: opened.patch, files: Files::beside(path), slots, watched: true });
    }
    // Neither is written.
    let (out, beside) = (path.join("master.wav"), path.join("master.json"));
    let job = Job {
        folder: path,
        out: &out,
        patch: &beside,
        target: Target { loudness: -14.0, ceiling: -1.0 },
        rate,
        format: Format::Pcm24,
        threads: threads(None),
        title: "",
        touch: &|_| {},
    };
    let solved = mix::solve(&job, &Bar::default(), &interrupted)?;
    solved.notes.iter().for_each(|note| tell(format_args!("note: {note}")));
    tell(format_args!(
        "opens the mix of {}; `signalbox mix {} -o master.wav` writes it and its patch, to be edited",
        solved.strips.join(", "),
        path.display()
    ));
    Ok(Opened { patch: solved.patch, files: Files::beside(&beside), slots: Vec::new(), watched: false })
}

/// Saves a patch into its file.
pub fn save(path: &Path, patch: &Patch) -> Result<(), Failure> {
    if path.is_dir() {
        return Err(Failure::new(
            "the mix of a folder is no file; write it with `signalbox mix`, and play that patch",
        ));
    }
    if is_script(path) {
        return Err(Failure::new(
            "a script is not written into; what was learnt holds until the command ends",
        ));
    }
    let text = write(patch).map_err(|e| Failure::new(e.to_string()))?;
    Ok(signalbox_file::write_text(path, &text)?)
}
