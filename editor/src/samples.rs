//! The sound files of a folder, found by a thread of their own.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, channel};

/// How deep folders are looked into, and how many files are found at most.
const DEEPEST: usize = 6;
const MOST: usize = 2_000;

/// Files that are being looked for.
#[derive(Default)]
pub struct Samples {
    folder: PathBuf,
    /// The files, from the folder on, in order.
    files: Vec<PathBuf>,
    found: Option<Receiver<Vec<PathBuf>>>,
}

impl Samples {
    /// Looks for the files of a folder; of no folder, there are none.
    pub fn look(&mut self, folder: &Path, endings: &'static [&'static str]) {
        if folder != self.folder {
            self.files.clear();
        }
        self.folder = folder.into();
        if folder.as_os_str().is_empty() {
            return;
        }
        let (tells, found) = channel();
        let own = self.folder.clone();
        // Without the thread none are found.
        let _ = std::thread::Builder::new().name("samples".into()).spawn(move || {
            let mut files = Vec::new();
            walk(&own, &own, endings, 0, &mut files);
            files.sort();
            let _ = tells.send(files);
        });
        self.found = Some(found);
    }

    /// Whether files are still being looked for.
    pub fn waits(&self) -> bool {
        self.found.is_some()
    }

    /// Takes what was found; whether something was.
    pub fn collect(&mut self) -> bool {
        let Some(files) = self.found.as_ref().and_then(|found| found.try_recv().ok()) else { return false };
        self.found = None;
        let new = files != self.files;
        self.files = files;
        new
    }

    /// The files, from the folder on.
    pub fn files(&self) -> &[PathBuf] {
        &self.files
    }
}

fn walk(base: &Path, folder: &Path, endings: &[&str], depth: usize, files: &mut Vec<PathBuf>) {
    // A folder that can't be read holds nothing for us.
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let hidden = entry.file_name().to_string_lossy().starts_with('.');
        if hidden || files.len() >= MOST {
            continue;
        }
        // Links are not followed: they may lead round and round.
        let Ok(sort) = entry.file_type() else { continue };
        let sounds =
            path.extension().is_some_and(|e| endings.contains(&e.to_string_lossy().to_lowercase().as_str()));
        if sort.is_dir() && depth < DEEPEST {
            walk(base, &path, endings, depth + 1, files);
        } else if sounds && !sort.is_dir() {
            files.extend(path.strip_prefix(base).ok().map(Path::to_path_buf));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sound_files_are_found_in_order_and_nothing_else() {
        let folder = tempfile::tempdir().expect("a folder");
        for name in ["b.wav", "drums/kick.WAV", "drums/notes.txt", ".hidden/a.wav", "a.flac"] {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("it is made");
            std::fs::write(path, "").expect("it is written");
        }
        let mut samples = Samples::default();
        samples.look(folder.path(), &["wav", "flac"]);
        let start = std::time::Instant::now();
        while !samples.collect() {
            assert!(start.elapsed().as_secs() < 20);
        }
        assert_eq!(samples.files(), ["a.flac", "b.wav", "drums/kick.WAV"].map(PathBuf::from));
    }
}
