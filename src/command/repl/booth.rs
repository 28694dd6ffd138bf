//! Where the patch of a session plays: a thread looks after it while the user types.

use crate::cli::Repl;
use crate::command::play::Report;
use crate::command::set::Set;
use signalbox_engine::compile::Problem;
use signalbox_engine::patch::{Node, Patch};
use signalbox_live::{Source, Stage, Wanted};
use signalbox_scripts::apply::Slot;
use signalbox_studio::assets::Files;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// How often the thread looks.
const TICK: Duration = Duration::from_millis(20);

/// Who prints a line above the one that is typed.
pub type Printer = Box<dyn FnMut(String) + Send>;

/// A patch that plays, or nothing yet.
pub struct Booth {
    set: Arc<Mutex<Set>>,
    ends: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Booth {
    /// A booth on the device that is wanted; what happens there is printed.
    pub fn new(options: &Repl, script: &Path, mut print: Printer) -> Self {
        let assets = Arc::new(Files::beside(script));
        let source = Source { shelf: Arc::new(signalbox_studio::shelf()), assets };
        let wanted =
            Wanted { device: options.device.clone(), host: options.host.clone(), ..Wanted::default() };
        let set = Arc::new(Mutex::new(Set::new(Stage::new(source, wanted))));
        let ends = Arc::new(AtomicBool::new(false));
        let (own, end) = (set.clone(), ends.clone());
        let look = move || {
            while !end.load(Ordering::Relaxed) {
                let mut set = lock(&own);
                let status = set.stage.status();
                let settled = set.settle(&status);
                let events = set.stage.events();
                drop(set);
                settled.err().into_iter().flatten().for_each(|p| print(format!("error: {p}")));
                events.into_iter().filter_map(Report::text).for_each(&mut print);
                std::thread::sleep(TICK);
            }
        };
        let thread = std::thread::Builder::new().name("booth".into()).spawn(look).ok();
        Self { set, ends, thread }
    }

    /// Plays another patch; one that leads nowhere is silent.
    pub fn play(&self, mut patch: Patch, slots: &[Slot]) -> Result<Vec<Problem>, Vec<Problem>> {
        if !patch.graph.nodes.values().any(|n| n.kind == "output") {
            patch.graph.nodes.insert("out".into(), Node::new("output"));
        }
        lock(&self.set).change(patch, slots)
    }
}

fn lock(set: &Mutex<Set>) -> MutexGuard<'_, Set> {
    set.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Drop for Booth {
    fn drop(&mut self) {
        self.ends.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
