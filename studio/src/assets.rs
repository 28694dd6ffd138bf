//! The audio files of a patch: found from the patch's folder, converted to the engine's rate, read once.

use signalbox_engine::Audio;
use signalbox_engine::node::Assets;
use std::collections::HashMap;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// The files that patches in one folder point to, and sound that is given by name.
#[derive(Default)]
pub struct Files {
    base: PathBuf,
    held: Mutex<HashMap<(String, u32), Arc<Audio>>>,
}

/// The rate under which a file is held as it is on disk.
const AS_IT_IS: u32 = 0;

impl Files {
    /// Files whose paths are relative to a folder.
    pub fn new(base: impl Into<PathBuf>) -> Self {
        Self { base: base.into(), held: Mutex::default() }
    }

    /// The files of the patch at this path.
    pub fn beside(patch: &Path) -> Self {
        Self::new(patch.parent().unwrap_or(Path::new("")))
    }

    /// Gives sound a name, as if it were a file.
    pub fn hold(&self, name: &str, audio: Arc<Audio>) {
        self.lock().insert((name.into(), AS_IT_IS), audio);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<(String, u32), Arc<Audio>>> {
        // A panic elsewhere leaves the table whole: entries are put in complete.
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Where a file is. A folder that is yet to be made can't be walked through, so that from it `../takes` is found by
    /// its name alone.
    fn place(&self, path: &str) -> PathBuf {
        if self.base.as_os_str().is_empty() || self.base.exists() {
            return self.base.join(path);
        }
        let mut place = std::path::absolute(&self.base).unwrap_or_else(|_| self.base.clone());
        for step in Path::new(path).components() {
            match step {
                Component::CurDir => {}
                Component::ParentDir => drop(place.pop()),
                step => place.push(step),
            }
        }
        place
    }

    /// The sound of a file at its own rate.
    pub fn original(&self, path: &str) -> Result<Arc<Audio>, String> {
        let key = (path.to_string(), AS_IT_IS);
        if let Some(audio) = self.lock().get(&key) {
            return Ok(audio.clone());
        }
        let audio = Arc::new(signalbox_file::read(self.place(path)).map_err(|e| e.to_string())?);
        self.lock().insert(key, audio.clone());
        Ok(audio)
    }
}

impl Assets for Files {
    fn audio(&self, path: &str, rate: u32) -> Result<Arc<Audio>, String> {
        let key = (path.to_string(), rate);
        if let Some(audio) = self.lock().get(&key) {
            return Ok(audio.clone());
        }
        let original = self.original(path)?;
        if original.rate == rate {
            return Ok(original);
        }
        let audio = Arc::new(signalbox_file::convert(&original, rate).map_err(|e| format!("{path}: {e}"))?);
        self.lock().insert(key, audio.clone());
        Ok(audio)
    }

    fn width(&self, path: &str) -> Result<usize, String> {
        Ok(self.original(path)?.width())
    }
}
