//! Opens patches.

use crate::failure::Failure;
use signalbox_engine::compile::{Context, Problem};
use signalbox_engine::node::Shelf;
use signalbox_engine::patch::{self, Patch};
use signalbox_studio::assets::Files;
use std::path::Path;

/// The rate of a patch that wants none.
const USUAL_RATE: u32 = 48_000;

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
        Context { shelf: &self.shelf, assets: &self.files, rate: self.rate }
    }
}

/// Reads a patch; `rate` wins over the patch's own.
pub fn open(path: &Path, rate: Option<u32>) -> Result<Opened, Failure> {
    let text = signalbox_file::read_text(path)?;
    let patch = patch::file::read(&text).map_err(|e| Failure::new(format!("{}: {e}", path.display())))?;
    let rate = rate.or(patch.rate).unwrap_or(USUAL_RATE);
    Ok(Opened { patch, rate, files: Files::beside(path), shelf: signalbox_studio::shelf() })
}

/// Prints what is odd but no error.
pub fn warn(warnings: &[Problem]) {
    for warning in warnings {
        eprintln!("warning: {warning}");
    }
}

/// A failure with a line a problem.
pub fn problems(path: &Path, problems: &[Problem]) -> Failure {
    let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
    Failure::new(format!("{}: {}", path.display(), lines.join("\n")))
}
