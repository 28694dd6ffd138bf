//! A sound file, listened to: softly, on a stage of its own, whatever the patch does.

use super::{Output, QUIETEST, stage};
use signalbox_engine::node::{Shelf, Value};
use signalbox_engine::patch::{Cable, Node, Patch};
use signalbox_live::{Order, Stage};
use signalbox_studio::assets::Files;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// How much softer than the master volume it plays, in decibels.
const SOFTER: f32 = 6.0;

/// A sound file that plays.
pub struct Preview {
    path: PathBuf,
    /// There until the end.
    stage: Option<Arc<Stage>>,
    /// How many seconds the file has, or what is wrong with it, as soon as that is known.
    known: Arc<Mutex<Option<Result<f64, String>>>>,
    peak: f32,
}

impl Preview {
    /// Plays a file.
    pub fn new(path: &Path, output: &Output, volume: f32, shelf: Arc<Shelf>) -> Self {
        let (folder, name) = (path.parent().unwrap_or(Path::new("")), path.file_name().unwrap_or_default());
        let stage = Arc::new(stage(output, folder.to_path_buf(), shelf));
        let known = Arc::new(Mutex::new(None));
        let name = name.to_string_lossy().into_owned();
        let patch = patch(&name, volume);
        let (own, tells, files) = (stage.clone(), known.clone(), Files::new(folder));
        // A long file takes time to read. Without the thread nothing is heard.
        let _ = std::thread::Builder::new().name("preview".into()).spawn(move || {
            let length = files.original(&name).map(|audio| audio.seconds());
            let set = length.and_then(|length| match own.set(patch) {
                Ok(_) => Ok(length),
                Err(problems) => Err(problems.first().map(|p| p.what.clone()).unwrap_or_default()),
            });
            own.seek(0.0);
            own.order(Order::Roll(true));
            *tells.lock().unwrap_or_else(PoisonError::into_inner) = Some(set);
        });
        Self { path: path.into(), stage: Some(stage), known, peak: 0.0 }
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Looks at how it goes on; whether it is over, and what was wrong, if something was.
    pub fn look(&mut self) -> Option<Result<(), String>> {
        let status = self.stage.as_ref()?.status();
        self.peak = status.meters.peaks.iter().copied().fold(0.0, f32::max);
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        match known.as_ref()? {
            Err(why) => Some(Err(why.clone())),
            Ok(seconds) => {
                let at = status.song as f64 / f64::from(status.rate.max(1));
                (at > seconds + 0.1).then_some(Ok(()))
            }
        }
    }

    /// The peak of what was heard of it between the last two looks.
    pub fn peak(&self) -> f32 {
        self.peak
    }
}

impl Drop for Preview {
    fn drop(&mut self) {
        // Ending a stage waits for its device: not here.
        let stage = self.stage.take();
        let _ = std::thread::Builder::new().name("preview ends".into()).spawn(move || drop(stage));
    }
}

fn patch(name: &str, volume: f32) -> Patch {
    let mut patch = Patch::default();
    let gain = if volume <= QUIETEST { super::SILENT } else { volume - SOFTER };
    let nodes = [
        ("file", Node::new("player").with("file", name)),
        ("soft", Node::new("gain").with("gain", Value::from(gain))),
        ("out", Node::new("output")),
    ];
    patch.graph.nodes.extend(nodes.map(|(id, node)| (id.to_string(), node)));
    patch.graph.connect(Cable::new("file", "soft"));
    patch.graph.connect(Cable::new("soft", "out"));
    patch
}
