//! Long work on a thread of its own: it tells how far it is and how long it still takes, it can be stopped, and what it
//! writes appears when it is whole.

use crate::live::Reel;
use signalbox_engine::compile::{Context, lanes_here};
use signalbox_engine::patch::Patch;
use signalbox_engine::render::{Options, RenderError, Sink, prepare};
use signalbox_file::{Format, Writer};
use signalbox_studio::assets::Files;
use signalbox_studio::output::{Progress, StudioError, Written, refuse_own_input, render_file};
use signalbox_studio::stems;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::mpsc::{Receiver, TryRecvError, channel};
use std::time::{Duration, Instant};

/// Work that goes on.
pub struct Job {
    /// What it is, for people.
    pub name: String,
    watch: Arc<Watch>,
    started: Instant,
    over: Receiver<Result<String, StudioError>>,
}

/// What both sides of a job see.
#[derive(Default)]
pub struct Watch {
    done: AtomicU64,
    /// 0 where nobody knows.
    of: AtomicU64,
    stop: AtomicBool,
}

impl Watch {
    /// Whether the work is to stop.
    fn is_stopped(&self) -> bool {
        self.stop.load(Relaxed)
    }
}

impl Progress for Watch {
    fn begin(&self, _: &str, frames: Option<u64>) {
        self.done.store(0, Relaxed);
        self.of.store(frames.unwrap_or(0), Relaxed);
    }

    fn done(&self, frames: u64) -> bool {
        self.done.store(frames, Relaxed);
        !self.is_stopped()
    }
}

/// A sink that hears nothing: for the length of what is rendered.
struct Unheard<'a>(&'a Watch);

impl Sink for Unheard<'_> {
    fn write(&mut self, _: &[&[f32]]) -> Result<(), String> {
        Ok(())
    }

    fn progress(&mut self, done: u64, _: Option<u64>) -> bool {
        self.0.done(done)
    }
}

impl Job {
    /// Begins work; what it gives at its end is told.
    pub fn start(
        name: String,
        work: impl FnOnce(&Watch) -> Result<String, StudioError> + Send + 'static,
    ) -> Self {
        let (tells, over) = channel();
        let watch = Arc::new(Watch::default());
        let own = watch.clone();
        let run = move || drop(tells.send(work(&own)));
        // Without a thread nothing is ever sent: that is told as work that failed.
        let _ = std::thread::Builder::new().name("export".into()).spawn(run);
        Self { name, watch, started: Instant::now(), over }
    }

    /// Stops it as soon as can be.
    pub fn stop(&self) {
        self.watch.stop.store(true, Relaxed);
    }

    /// Which share is done, and how long it still takes; nothing where nobody knows.
    pub fn progress(&self) -> Option<(f32, Duration)> {
        let (done, of) = (self.watch.done.load(Relaxed), self.watch.of.load(Relaxed));
        if of == 0 || done == 0 || done > of {
            return None;
        }
        let share = done as f64 / of as f64;
        Some((share as f32, self.started.elapsed().mul_f64((1.0 - share) / share)))
    }

    /// What came of it, in words, once it is over.
    pub fn result(&self) -> Option<Result<String, String>> {
        match self.over.try_recv() {
            Ok(result) => Some(result.map_err(told)),
            Err(TryRecvError::Empty) => None,
            Err(TryRecvError::Disconnected) => Some(Err("The work has ended without a result.".into())),
        }
    }
}

/// How long is waited for work to leave nothing behind when the window closes.
const CLOSING: Duration = Duration::from_secs(2);

impl Drop for Job {
    fn drop(&mut self) {
        self.stop();
        // Work that is over already has told so, and closed its end.
        let _ = self.over.recv_timeout(CLOSING);
    }
}

/// A render that the user stopped is no failure of the patch.
fn stopped(error: RenderError) -> StudioError {
    if matches!(error, RenderError::Stopped) { StudioError::Stopped } else { error.into() }
}

/// An error in the words of the window.
fn told(error: StudioError) -> String {
    match error {
        StudioError::Render(RenderError::Endless(node)) => {
            format!("`{node}` plays for ever: say how long the file is to be.")
        }
        StudioError::Render(RenderError::NoEnd) => {
            "Five minutes after its last event the patch still sounds: say how long the file is to be.".into()
        }
        StudioError::NoSound(_) => {
            "The patch lasts 0 s: add a source, or say how long the file is to be.".into()
        }
        StudioError::Stopped => "Stopped; nothing was written.".into(),
        error => error.to_string(),
    }
}

/// How sound is written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sound {
    /// How samples are stored.
    pub format: Format,
    /// Frames a second.
    pub rate: u32,
    /// How long it is, in seconds; by the patch where it says nothing.
    pub seconds: Option<f64>,
}

/// A patch that is to be rendered, and where its files lie.
pub struct Source {
    /// The patch.
    pub patch: Patch,
    /// The file that it lies in; nothing where it lies in none.
    pub path: Option<PathBuf>,
    /// The folder of its files.
    pub folder: PathBuf,
}

impl Source {
    /// Renders what is heard into a file.
    pub fn mix(&self, sound: Sound, out: &Path, watch: &Watch) -> Result<String, StudioError> {
        let (shelf, files) = (signalbox_studio::shelf(), Files::new(&self.folder));
        let context = Context { shelf: &shelf, assets: &files, rate: sound.rate, lanes: lanes_here() };
        self.spare_inputs(&[out.into()])?;
        let options = Options { seconds: sound.seconds, threads: cores(), ..Options::default() };
        let written = render_file(&self.patch, &context, &options, out, sound.format, watch)?;
        Ok(report(out, &written, sound.rate))
    }

    /// Renders each strip by itself, as long as the whole, into files of a folder.
    pub fn stems(&self, sound: Sound, folder: &Path, watch: &Watch) -> Result<String, StudioError> {
        let strips = stems::strips(&self.patch);
        let Some(all) = stems::alone(&self.patch, None).filter(|_| !strips.is_empty()) else {
            return Err(StudioError::Refused(NO_STEMS.into()));
        };
        let (shelf, files) = (signalbox_studio::shelf(), Files::new(&self.folder));
        let context = Context { shelf: &shelf, assets: &files, rate: sound.rate, lanes: lanes_here() };
        let paths: Vec<PathBuf> = stems::file_names(&strips).iter().map(|name| folder.join(name)).collect();
        self.spare_inputs(&paths)?;
        let options = Options { seconds: sound.seconds, threads: cores(), ..Options::default() };
        // The stems are as long as the mix, so that they can be laid under each other.
        let rendering = prepare(&all, &context, &options)?;
        let frames = match rendering.frames() {
            Some(frames) => frames,
            None => {
                watch.begin("", Some(rendering.expected()));
                rendering.render(&options, &mut Unheard(watch)).map_err(stopped)?.frames
            }
        };
        let seconds = frames as f64 / f64::from(sound.rate);
        let options = Options { seconds: Some(seconds), threads: 1, ..options };
        let stop = || watch.is_stopped();
        let one = |strip: &str, progress: &dyn Progress| {
            let at = strips.iter().position(|s| s == strip).map(|at| &paths[at]);
            let (Some(patch), Some(path)) = (stems::alone(&self.patch, Some(strip)), at) else {
                return Ok(0);
            };
            render_file(&patch, &context, &options, path, sound.format, progress).map(|w| w.clipped)
        };
        let clipped: u64 = stems::each(&strips, cores(), "", watch, &stop, one)?.into_iter().sum();
        Ok(format!("{}: {} stems, {seconds:.1} s.{}", folder.display(), strips.len(), clips(clipped)))
    }

    /// Refuses to write over the patch or over a file that it plays.
    fn spare_inputs(&self, outs: &[PathBuf]) -> Result<(), StudioError> {
        let own = self.path.clone().unwrap_or_else(|| self.folder.join("a patch in no file"));
        outs.iter().try_for_each(|out| refuse_own_input(&self.patch, &signalbox_studio::shelf(), &own, out))
    }
}

/// Why there are no stems.
const NO_STEMS: &str = "No node has the role `strip`, or none the role `mix`: stems are the strips of a mix, as the mix of \
    a folder has them.";

/// Writes what was heard last.
pub fn heard(reel: &Reel, format: Format, out: &Path, watch: &Watch) -> Result<String, StudioError> {
    if reel.width() == 0 {
        return Err(StudioError::Refused("Nothing was heard yet: let the patch play first.".into()));
    }
    let mut writer = Writer::create(out, reel.rate(), reel.width(), format)?;
    watch.begin("", Some(reel.frames()));
    let mut done = 0;
    reel.each(|channels| {
        writer.write(channels)?;
        done += channels.first().map_or(0, |c| c.len()) as u64;
        if watch.done(done) { Ok(()) } else { Err(StudioError::Stopped) }
    })?;
    let report = writer.finish()?;
    let seconds = report.frames as f64 / f64::from(reel.rate());
    Ok(format!("{}: the last {seconds:.1} s of what was heard.{}", out.display(), clips(report.clipped)))
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

fn report(out: &Path, written: &Written, rate: u32) -> String {
    let seconds = written.report.frames as f64 / f64::from(rate);
    let channels = match written.report.width {
        1 => "1 channel".into(),
        n => format!("{n} channels"),
    };
    format!("{}: {seconds:.1} s, {channels}, {rate} Hz.{}", out.display(), clips(written.clipped))
}

fn clips(clipped: u64) -> String {
    match clipped {
        0 => String::new(),
        n => format!(
            " {n} samples lie above full scale and were clipped: lower a gain, or write 32 bit float."
        ),
    }
}
