//! A file in the making: whole under its own name, or not there at all.

use crate::FileError;
use std::fs::{self, File, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::{Builder, NamedTempFile};

/// How much of the file's own name stands in the name of its part; names are limited to 255 bytes.
const LONGEST_NAME: usize = 200;

/// A file in the making, named `.<name>.part-…` in the folder of the file that it will become. It is removed when it
/// is dropped before [`Part::commit`].
#[derive(Debug)]
pub(super) struct Part {
    temporary: NamedTempFile,
    target: PathBuf,
    /// The file that will be replaced, if there is one.
    before: Option<Metadata>,
}

impl Part {
    /// Begins a file that will stand at `path`. Folders on the way that are missing are made.
    pub(super) fn create(path: &Path) -> Result<Self, FileError> {
        let writing = |at: &Path, error| FileError::writing(at, Arc::new(error), 0, 0);
        let Some(name) = path.file_name() else {
            return Err(FileError::Folder { path: path.to_owned() });
        };
        if path.as_os_str().as_encoded_bytes().ends_with(b"/") {
            return Err(FileError::Folder { path: path.to_owned() });
        }
        let before = fs::metadata(path).ok();
        if let Some(before) = &before {
            let path = path.to_owned();
            if before.is_dir() {
                return Err(FileError::Folder { path });
            }
            if !before.is_file() {
                return Err(FileError::Special { path });
            }
            if before.permissions().readonly() {
                return Err(FileError::Protected { path });
            }
        }
        // A link stays a link: the file that it points to is replaced.
        let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let folder =
            target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        make_folder(folder)?;
        let name: String = name
            .to_string_lossy()
            .chars()
            .scan(0, |bytes, c| {
                *bytes += c.len_utf8();
                (*bytes <= LONGEST_NAME).then_some(c)
            })
            .collect();
        let prefix = format!(".{name}.part-");
        let mut builder = Builder::new();
        builder.prefix(&prefix).rand_bytes(8);
        // The user's mask applies, as for a file that is made directly.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        let temporary = builder.tempfile_in(folder).map_err(|error| writing(path, bare(error)))?;
        Ok(Self { temporary, target, before })
    }

    /// The file itself.
    pub(super) fn file(&mut self) -> &mut File {
        self.temporary.as_file_mut()
    }

    /// Puts the file in its place: all of it is on the disk before its name is.
    pub(super) fn commit(self) -> io::Result<()> {
        let file = self.temporary.as_file();
        if let Some(before) = &self.before {
            // Not every file system has permissions; the sound matters more.
            let _ = file.set_permissions(before.permissions());
        }
        file.sync_all()?;
        self.temporary.persist(&self.target).map_err(|failed| failed.error)?;
        sync_folder(&self.target);
        Ok(())
    }
}

/// What the system said, without the name of the part, which nobody has asked for.
fn bare(error: io::Error) -> io::Error {
    let told = error.to_string();
    let what = told.rsplit_once(" at path ").map_or(&*told, |(what, _)| what);
    io::Error::new(error.kind(), what)
}

/// Makes a folder and those above it, unless it is there.
fn make_folder(folder: &Path) -> Result<(), FileError> {
    match fs::create_dir_all(folder) {
        Ok(()) => Ok(()),
        Err(error) => {
            // The lowest thing on the way that is there is what stands in the way.
            let there = folder.ancestors().find(|above| above.exists());
            match there {
                Some(file) if !file.is_dir() => Err(FileError::NotFolder { path: file.to_owned() }),
                _ => Err(FileError::writing(folder, Arc::new(error), 0, 0)),
            }
        }
    }
}

/// Puts the new name itself on the disk, where the system can: a rename that is lost with the power leaves the old
/// file, whole, so a failure does no harm.
fn sync_folder(target: &Path) {
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
}

#[cfg(test)]
mod tests;
