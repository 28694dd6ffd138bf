//! Patch files.

use signalbox_engine::patch::{self, Patch};
use std::path::Path;
use thiserror::Error;

/// Why a file could not be read or written.
#[derive(Debug, Error)]
pub enum FileProblem {
    /// The system, or what is in the file, does not allow it.
    #[error(transparent)]
    File(#[from] signalbox_file::FileError),
    /// It is no patch.
    #[error("{path}: {why}")]
    NoPatch {
        /// The file.
        path: String,
        /// Why.
        why: signalbox_engine::patch::PatchError,
    },
}

/// Reads a patch.
pub fn read(path: &Path) -> Result<Patch, FileProblem> {
    let text = signalbox_file::read_text(path)?;
    patch::file::read(&text).map_err(|why| FileProblem::NoPatch { path: path.display().to_string(), why })
}

/// Writes a patch: the file before stays whole until the new one is.
pub fn write(path: &Path, patch: &Patch) -> Result<(), FileProblem> {
    let no_patch = |why| FileProblem::NoPatch { path: path.display().to_string(), why };
    let text = patch::file::write(patch).map_err(no_patch)?;
    Ok(signalbox_file::write_text(path, &text)?)
}
