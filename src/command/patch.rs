//! Opens patches.

use super::script::{is_script, not_run, settings};
use crate::failure::Failure;
use crate::say::tell;
use signalbox_engine::compile::{Context, Problem, lanes_here};
use signalbox_engine::node::Shelf;
use signalbox_engine::patch::{self, Patch, PatchError};
use signalbox_engine::render::RenderError;
use signalbox_file::FileError;
#[cfg(feature = "live")]
use signalbox_scripts::apply::Slot;
use signalbox_scripts::{Mode, Outcome, Script, Settings};
use signalbox_studio::assets::Files;
use signalbox_studio::output::StudioError;
use std::path::Path;

/// The rate of a patch that wants none.
const USUAL_RATE: u32 = 48_000;

/// What to do about a file that is no patch.
const WAY_OUT: &str = "`signalbox new first.json` writes a patch to begin with";

/// A patch with what it is compiled for.
pub struct Opened {
    /// The document.
    pub patch: Patch,
    /// Frames a second.
    pub rate: u32,
    files: Files,
    shelf: Shelf,
    /// The script that wrote it.
    script: Option<Outcome>,
}

impl Opened {
    /// What the patch is compiled for.
    pub fn context(&self) -> Context<'_> {
        Context { shelf: &self.shelf, assets: &self.files, rate: self.rate, lanes: lanes_here() }
    }

    /// The slots of the script that wrote it.
    #[cfg(feature = "live")]
    pub fn slots(&self) -> Vec<Slot> {
        self.script.as_ref().map_or_else(Vec::new, |script| script.slots.clone())
    }

    /// A failure with a line a problem, at the places of the script that wrote the patch.
    pub fn problems(&self, path: &Path, list: &[Problem]) -> Failure {
        let Some(script) = &self.script else { return problems(path, list) };
        let texts: Vec<String> = list.iter().map(|p| script.trouble(p).to_string()).collect();
        Failure::new(texts.join("\n"))
    }

    /// A failure of a render, with the patch that it is about.
    pub fn unrendered(&self, path: &Path, error: StudioError) -> Failure {
        match error {
            StudioError::Render(RenderError::Problems(list)) => self.problems(path, &list),
            e => unrendered(path, e),
        }
    }
}

/// The patch that a script writes; nothing is rendered.
fn write(path: &Path, rate: Option<u32>) -> Result<Opened, Failure> {
    let settings = Settings { rate, ..settings(Mode::Build, path, &[]) };
    let script = Script::open(path)?.run(&settings).map_err(not_run)?;
    script.notes.iter().for_each(|note| tell(format_args!("note: {note}")));
    let (patch, rate) = (script.patch.clone(), script.rate);
    let (files, shelf) = (Files::beside(path), signalbox_studio::shelf());
    Ok(Opened { patch, rate, files, shelf, script: Some(script) })
}

/// Reads a patch, or has a script write it; `rate` wins over the patch's own.
pub fn open(path: &Path, rate: Option<u32>) -> Result<Opened, Failure> {
    if is_script(path) {
        return write(path, rate);
    }
    let text = signalbox_file::read_text(path).map_err(|e| match e {
        FileError::Broken { .. } => {
            Failure::new(format!("{}: is no patch, for it is not text; {WAY_OUT}", path.display()))
        }
        FileError::Empty { .. } => Failure::new(format!("{}: is empty; {WAY_OUT}", path.display())),
        e => e.into(),
    })?;
    let patch = patch::file::read(&text).map_err(|e| match e {
        PatchError::Json { .. } => {
            Failure::new(format!("{}: {e}; mend it there: a patch is JSON", path.display()))
        }
        e => Failure::new(format!("{}: {e}", path.display())),
    })?;
    let rate = rate.or(patch.rate).unwrap_or(USUAL_RATE);
    Ok(Opened { patch, rate, files: Files::beside(path), shelf: signalbox_studio::shelf(), script: None })
}

/// Prints what is odd but no error.
pub fn warn(warnings: &[Problem]) {
    for warning in warnings {
        tell(format_args!("warning: {warning}"));
    }
}

/// A failure with a line a problem.
pub fn problems(path: &Path, problems: &[Problem]) -> Failure {
    let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
    let lead = if lines.len() > 1 { format!("{} problems\n", lines.len()) } else { String::new() };
    Failure::new(format!("{}: {lead}{}", path.display(), lines.join("\n")))
}

/// A failure of a render, with the patch that it is about.
pub fn unrendered(path: &Path, error: StudioError) -> Failure {
    match error {
        StudioError::Render(RenderError::Problems(list)) => problems(path, &list),
        // The text of a sink names the file that it writes.
        StudioError::Render(RenderError::Sink(text)) => Failure::new(text),
        StudioError::Render(e) => Failure::new(format!("{}: {e}", path.display())),
        e => e.into(),
    }
}

/// A number of things, in the words of a person.
pub fn count(number: usize, thing: &str) -> String {
    format!("{number} {thing}{}", if number == 1 { "" } else { "s" })
}
