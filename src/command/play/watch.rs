//! Whether a file was saved again.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

/// How often the file is looked at.
const EVERY: Duration = Duration::from_millis(200);

/// Looks at a file now and then. Looking is as quick as being told, finds files that an editor replaces, and works on
/// any file system.
pub struct Watch {
    path: PathBuf,
    seen: Option<(SystemTime, u64)>,
    last: Instant,
}

impl Watch {
    /// A watch on a file as it is now.
    pub fn new(path: &Path) -> Self {
        Self { path: path.into(), seen: stamp(path), last: Instant::now() }
    }

    /// Whether it has changed since it was seen last. A file that is gone for a moment has not.
    pub fn changed(&mut self) -> bool {
        if self.last.elapsed() < EVERY {
            return false;
        }
        self.last = Instant::now();
        let now = stamp(&self.path);
        let changed = now.is_some() && now != self.seen;
        if changed {
            self.seen = now;
        }
        changed
    }
}

fn stamp(path: &Path) -> Option<(SystemTime, u64)> {
    let data = std::fs::metadata(path).ok()?;
    Some((data.modified().ok()?, data.len()))
}
