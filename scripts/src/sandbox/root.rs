//! The folder that a script may read and write in.

use crate::trouble::Wrong;
use signalbox_engine::node::nearest;
use std::path::{Component, Path, PathBuf};

/// The folder of a project, and further folders that the user allows to be read.
#[derive(Clone, Debug, Default)]
pub struct Root {
    folder: PathBuf,
    allowed: Vec<PathBuf>,
}

impl Root {
    /// The folder of a project.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into(), allowed: Vec::new() }
    }

    /// Allows a further folder to be read.
    pub fn allow(mut self, folder: impl Into<PathBuf>) -> Self {
        self.allowed.push(folder.into());
        self
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where a name leads that may be no file yet, if that is inside.
    fn inside(&self, name: &str) -> Result<PathBuf, Wrong> {
        let escapes = || {
            Wrong::new(format!(
                "\"{name}\" lies outside of the project's folder; a script reads and writes inside of it"
            ))
        };
        let path = Path::new(name);
        let allowed = || self.allowed.iter().any(|folder| path.starts_with(folder));
        let plain = |c: Component<'_>| matches!(c, Component::Normal(_) | Component::CurDir);
        // What another system takes for a drive or a device is refused everywhere.
        let odd = name.contains(['\0', '\\', ':']);
        if name.is_empty() || odd || !(path.components().all(plain) || path.is_absolute() && allowed()) {
            return Err(escapes());
        }
        if path.components().any(|c| c == Component::ParentDir) {
            return Err(escapes());
        }
        let place = self.folder.join(path);
        // A link on the way may lead out: the part that is there is followed.
        let mut there = place.as_path();
        while !there.as_os_str().is_empty() && there.symlink_metadata().is_err() {
            there = there.parent().unwrap_or(Path::new(""));
        }
        let roots = [&self.folder].into_iter().chain(&self.allowed);
        let mut whole = roots
            .filter_map(|r| if r.as_os_str().is_empty() { Path::new(".") } else { r }.canonicalize().ok());
        let there = if there.as_os_str().is_empty() { Path::new(".") } else { there };
        match there.canonicalize() {
            Ok(real) if whole.any(|root| real.starts_with(root)) => Ok(place),
            _ => Err(escapes()),
        }
    }

    /// The path of a file to be read.
    pub fn read(&self, name: &str) -> Result<PathBuf, Wrong> {
        let path = self.inside(name)?;
        if path.is_file() {
            return Ok(path);
        }
        if path.exists() {
            return Err(Wrong::new(format!("\"{name}\" is no file")));
        }
        let beside = path
            .parent()
            .and_then(|p| std::fs::read_dir(if p.as_os_str().is_empty() { Path::new(".") } else { p }).ok());
        let names: Vec<String> = beside
            .into_iter()
            .flatten()
            .take(1_000)
            .filter_map(|e| e.ok().map(|e| e.file_name().to_string_lossy().into_owned()))
            .collect();
        let own = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        let near = nearest(&own, names.iter().map(String::as_str));
        let near = near.map_or(String::new(), |n| format!("; did you mean `{n}`?"));
        Err(Wrong::new(format!("there is no file \"{name}\"{near}")))
    }

    /// The path of a file to be written.
    pub fn write(&self, name: &str) -> Result<PathBuf, Wrong> {
        let path = self.inside(name)?;
        if path.is_dir() {
            return Err(Wrong::new(format!("\"{name}\" is a folder")));
        }
        if self.allowed.iter().any(|folder| path.starts_with(folder)) {
            return Err(Wrong::new(format!("\"{name}\" lies in a folder that is only read")));
        }
        Ok(path)
    }
}
