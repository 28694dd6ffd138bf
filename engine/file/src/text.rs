//! Text files in: patches.

use crate::FileError;
use crate::error::Place;
use std::io;
use std::path::Path;

/// The largest text that is read, in bytes.
const LARGEST: u64 = 256 << 20;

/// Reads a whole text file.
///
/// # Errors
/// A file that is missing, a folder, not allowed, empty, over 256 MiB or not UTF-8.
pub fn read_text(path: impl AsRef<Path>) -> Result<String, FileError> {
    let path = path.as_ref();
    let about = std::fs::metadata(path).map_err(|e| FileError::reading(path, e))?;
    if about.is_dir() {
        return Err(FileError::Folder { path: path.to_owned() });
    }
    if about.len() > LARGEST {
        return Err(FileError::TooLarge { path: path.to_owned(), limit: LARGEST });
    }
    let text = std::fs::read_to_string(path).map_err(|e| match e.kind() {
        io::ErrorKind::InvalidData => FileError::broken(path, Place::Header, "it is no text"),
        _ => FileError::reading(path, e),
    })?;
    if text.trim().is_empty() {
        return Err(FileError::Empty { path: path.to_owned() });
    }
    Ok(text)
}
