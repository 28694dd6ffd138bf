//! What is heard, before the master volume: the last five minutes of it are kept, and it is recorded into a file. A
//! thread of its own takes it out of a probe; the callback knows nothing of it.

mod reel;

pub use reel::{Reel, SECONDS};

use signalbox_engine::node::Probe;
use signalbox_file::{FileError, Format, Writer};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// How often it is looked whether there is more.
const EVERY: Duration = Duration::from_millis(50);

enum Order {
    /// What is heard comes from here from now on.
    Hear(Arc<Probe>),
    Record(PathBuf, Format),
    Stop,
}

/// What has happened to a recording: its file, and how many seconds it has, or what went wrong.
pub type Recorded = (PathBuf, Result<f64, String>);

/// Five minutes of what is heard, and a recorder.
pub struct Tape {
    orders: Option<Sender<Order>>,
    over: Receiver<Recorded>,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
    heard: Option<Arc<Probe>>,
    records: Option<PathBuf>,
}

#[derive(Default)]
struct Shared {
    reel: Mutex<Reel>,
    /// How many milliseconds were recorded.
    recorded: AtomicU64,
}

impl Shared {
    fn reel(&self) -> std::sync::MutexGuard<'_, Reel> {
        // Pieces are put on whole.
        self.reel.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Tape {
    fn default() -> Self {
        let (orders, taken) = channel();
        let (tells, over) = channel();
        let shared = Arc::new(Shared::default());
        let own = shared.clone();
        let run = move || Machine { shared: own, tells, source: None, recording: None }.run(&taken);
        // Without the thread nothing is kept; all else goes on.
        let thread = std::thread::Builder::new().name("tape".into()).spawn(run).ok();
        Self { orders: Some(orders), over, shared, thread, heard: None, records: None }
    }
}

impl Tape {
    fn order(&self, order: Order) {
        if let Some(orders) = &self.orders {
            // Where the thread is gone, nobody records.
            let _ = orders.send(order);
        }
    }

    /// What is heard comes from this probe.
    pub fn hear(&mut self, probe: Option<&Arc<Probe>>) {
        let Some(probe) = probe else { return };
        if !self.heard.as_ref().is_some_and(|heard| Arc::ptr_eq(heard, probe)) {
            self.heard = Some(probe.clone());
            self.order(Order::Hear(probe.clone()));
        }
    }

    /// Records into a WAV file from now on; it appears when it is whole.
    pub fn record(&mut self, path: &Path, format: Format) {
        self.shared.recorded.store(0, Relaxed);
        self.records = Some(path.into());
        self.order(Order::Record(path.into(), format));
    }

    /// Ends the recording.
    pub fn stop(&self) {
        self.order(Order::Stop);
    }

    /// The file that is recorded into, and how many seconds it has.
    pub fn recording(&self) -> Option<(&Path, f64)> {
        let seconds = self.shared.recorded.load(Relaxed) as f64 / 1_000.0;
        self.records.as_deref().map(|path| (path, seconds))
    }

    /// Recordings that have ended since the last call.
    pub fn over(&mut self) -> Vec<Recorded> {
        let over: Vec<Recorded> = self.over.try_iter().collect();
        if !over.is_empty() {
            self.records = None;
        }
        over
    }

    /// The last five minutes, as they are now.
    pub fn reel(&self) -> Reel {
        self.shared.reel().clone()
    }
}

impl Drop for Tape {
    fn drop(&mut self) {
        // Without orders the thread ends, and finishes what it records.
        self.orders = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// The thread.
struct Machine {
    shared: Arc<Shared>,
    tells: Sender<Recorded>,
    /// Where sound comes from, and the frame that is next.
    source: Option<(Arc<Probe>, u64)>,
    recording: Option<Recording>,
}

struct Recording {
    path: PathBuf,
    format: Format,
    /// As soon as something was heard: the file, its rate and its width.
    writer: Option<(Writer, u32, usize)>,
    frames: u64,
}

impl Machine {
    fn run(mut self, orders: &Receiver<Order>) {
        loop {
            match orders.recv_timeout(EVERY) {
                Ok(Order::Hear(probe)) => {
                    // What came before this is heard to its end.
                    self.take();
                    let start = probe.written().saturating_sub(probe.kept() as u64);
                    self.source = Some((probe, start));
                }
                Ok(Order::Record(path, format)) => {
                    self.take();
                    self.end(None);
                    self.recording = Some(Recording { path, format, writer: None, frames: 0 });
                }
                Ok(Order::Stop) => {
                    self.take();
                    self.end(None);
                }
                Err(RecvTimeoutError::Timeout) => self.take(),
                Err(RecvTimeoutError::Disconnected) => return self.end(None),
            }
        }
    }

    /// Takes what has come.
    fn take(&mut self) {
        let Some((probe, next)) = &mut self.source else { return };
        let (mut sound, end) = probe.since(*next);
        let came = sound.first().map_or(0, Vec::len);
        // What came too long ago to be there still is silence, so that the rest keeps its place in time.
        let lost = (end - *next) as usize - came;
        *next = end;
        if end == 0 || came + lost == 0 {
            return;
        }
        for channel in &mut sound {
            channel.splice(0..0, std::iter::repeat_n(0.0, lost));
        }
        let rate = probe.rate();
        let failed = self.recording.as_mut().and_then(|r| r.write(rate, &sound).err());
        if let Some(recording) = &self.recording {
            self.shared.recorded.store(recording.frames * 1_000 / u64::from(rate.max(1)), Relaxed);
        }
        if failed.is_some() {
            self.end(failed);
        }
        self.shared.reel().push(rate, sound);
    }

    /// Ends the recording, where there is one.
    fn end(&mut self, failed: Option<String>) {
        let Some(Recording { path, writer, .. }) = self.recording.take() else { return };
        let told = match (failed, writer) {
            (Some(why), _) => Err(why),
            (None, None) => Err("nothing was heard".into()),
            (None, Some((writer, rate, _))) => {
                let finished = writer.finish().map_err(|e| e.to_string());
                finished.map(|report| report.frames as f64 / f64::from(rate))
            }
        };
        // Where nobody listens any more, the file is there all the same.
        let _ = self.tells.send((path, told));
    }
}

impl Recording {
    fn write(&mut self, rate: u32, sound: &[Vec<f32>]) -> Result<(), String> {
        let told = |e: FileError| e.to_string();
        if self.writer.is_none() {
            let writer = Writer::create(&self.path, rate, sound.len(), self.format).map_err(told)?;
            self.writer = Some((writer, rate, sound.len()));
        }
        let Some((writer, first, width)) = &mut self.writer else { return Ok(()) };
        if *first != rate {
            return Err(format!("the device went from {first} to {rate} Hz"));
        }
        writer.write(&reel::widened(sound, *width)).map_err(told)?;
        self.frames += sound.first().map_or(0, Vec::len) as u64;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
