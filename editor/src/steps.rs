//! The schedule of the patch as it stands, to be walked through: compiled beside, anew after each edit.

mod place;

pub use place::Place;

use signalbox_engine::compile::{Context, Problem, compile, lanes_here};
use signalbox_engine::node::Shelf;
use signalbox_engine::patch::Patch;
use signalbox_engine::schedule::{Told, walk};
use signalbox_studio::assets::Files;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, TryRecvError};

/// What becomes of a patch: its steps, or what is wrong with it.
type Walked = Result<Vec<Told>, Vec<Problem>>;

/// Compiles beside, one patch after the other; of those that wait the last alone.
pub struct Walker {
    shelf: Arc<Shelf>,
    folder: PathBuf,
    running: Option<Receiver<Walked>>,
    next: Option<(Arc<Patch>, u32)>,
}

impl Walker {
    /// For patches whose files lie in a folder.
    pub fn new(shelf: Arc<Shelf>, folder: PathBuf) -> Self {
        Self { shelf, folder, running: None, next: None }
    }

    /// Wants the steps of a patch at a rate.
    pub fn want(&mut self, patch: Arc<Patch>, rate: u32) {
        self.next = Some((patch, rate));
        self.start();
    }

    /// Whether steps are still to come.
    pub fn waits(&self) -> bool {
        self.running.is_some()
    }

    /// What has come since the last call, of the patch that was wanted last.
    pub fn collect(&mut self) -> Option<Walked> {
        let walked = match self.running.as_ref()?.try_recv() {
            Ok(walked) => walked,
            Err(TryRecvError::Empty) => return None,
            Err(TryRecvError::Disconnected) => Err(Vec::new()),
        };
        self.running = None;
        self.start();
        self.running.is_none().then_some(walked)
    }

    fn start(&mut self) {
        if self.running.is_some() {
            return;
        }
        let Some((patch, rate)) = self.next.take() else { return };
        let (answer, answered) = mpsc::channel();
        let (shelf, files) = (self.shelf.clone(), Files::new(self.folder.clone()));
        self.running = Some(answered);
        // Without the thread there is no answer, which is heard as one.
        let _ = std::thread::Builder::new().name("steps".into()).spawn(move || {
            let context = Context { shelf: &shelf, assets: &files, rate, lanes: lanes_here() };
            let _ = answer.send(compile(&patch, &context).map(|compiled| walk(&compiled, rate)));
        });
    }
}
