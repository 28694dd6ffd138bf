//! Opens patches.

use crate::failure::Failure;
use crate::say::tell;
use signalbox_engine::compile::{Context, Problem, lanes_here};
use signalbox_engine::node::Shelf;
use signalbox_engine::patch::{self, Patch, PatchError};
use signalbox_engine::render::RenderError;
use signalbox_file::FileError;
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
}

impl Opened {
    /// What the patch is compiled for.
    pub fn context(&self) -> Context<'_> {
        Context { shelf: &self.shelf, assets: &self.files, rate: self.rate, lanes: lanes_here() }
    }
}

/// Reads a patch; `rate` wins over the patch's own.
pub fn open(path: &Path, rate: Option<u32>) -> Result<Opened, Failure> {
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
    Ok(Opened { patch, rate, files: Files::beside(path), shelf: signalbox_studio::shelf() })
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
