//! Which names are those of audio files, and which files of a folder have one.

use crate::FileError;
use std::path::{Path, PathBuf};

/// The endings that audio files have, in small letters and without the dot.
pub const EXTENSIONS: [&str; 12] =
    ["wav", "wave", "bwf", "flac", "aif", "aiff", "aifc", "caf", "mp3", "ogg", "oga", "m4a"];

/// Whether a file with this name is taken for audio. Only the ending counts, in capital or small letters.
pub fn is_audio_name(path: impl AsRef<Path>) -> bool {
    let extension = path.as_ref().extension().and_then(|extension| extension.to_str());
    extension.is_some_and(|found| EXTENSIONS.iter().any(|known| known.eq_ignore_ascii_case(found)))
}

/// The audio files of a folder, sorted by name (capital letters before small ones). Folders within it are not
/// entered, hidden files (a name that begins with a dot) are left out.
///
/// # Errors
/// A folder that is missing, can't be read or is a file; a folder without audio files.
pub fn folder(path: impl AsRef<Path>) -> Result<Vec<PathBuf>, FileError> {
    let path = path.as_ref();
    let reading = |error| FileError::reading(path, error);
    if !std::fs::metadata(path).map_err(reading)?.is_dir() {
        return Err(FileError::NotFolder { path: path.to_owned() });
    }
    let mut files = Vec::new();
    for entry in std::fs::read_dir(path).map_err(reading)? {
        let file = entry.map_err(reading)?.path();
        let hidden = file.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
        // A link counts as what it points to; one that points nowhere is no file.
        if !hidden && is_audio_name(&file) && file.is_file() {
            files.push(file);
        }
    }
    if files.is_empty() {
        return Err(FileError::NoAudioInFolder { path: path.to_owned() });
    }
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests;
