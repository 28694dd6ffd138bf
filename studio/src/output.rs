//! Renders into a file, and tells how far it has come.

use signalbox_engine::Audio;
use signalbox_engine::compile::Context;
use signalbox_engine::node::{Kind, Shelf};
use signalbox_engine::patch::{Graph, Patch};
use signalbox_engine::render::{self, Options, RenderError, Report, Sink};
use signalbox_file::{FileError, Format, Writer};
use std::path::{Path, PathBuf};
use thiserror::Error;

/// Hears how a long piece of work goes on.
pub trait Progress: Sync {
    /// A piece of work begins: `frames` of it where that is known.
    fn begin(&self, _what: &str, _frames: Option<u64>) {}

    /// So many frames are done; `false` where the user wants it to stop.
    fn done(&self, _frames: u64) -> bool {
        true
    }

    /// The piece of work is over.
    fn end(&self) {}
}

/// For work that nobody watches.
pub struct Unwatched;

impl Progress for Unwatched {}

/// Why a studio's work failed.
#[derive(Debug, Error)]
pub enum StudioError {
    /// A file.
    #[error(transparent)]
    File(#[from] FileError),
    /// A patch that does not render.
    #[error(transparent)]
    Render(#[from] RenderError),
    /// A patch that can't be read or written.
    #[error("{0}")]
    Patch(String),
    /// What was asked for can't be.
    #[error("{0}")]
    Refused(String),
    /// A file of no frames would be one that nothing can read.
    #[error("{}: not written, for the patch lasts 0 s; add a source, or say how long: --length 30s", .0.display())]
    NoSound(PathBuf),
    /// The user wanted it to stop.
    #[error("stopped; nothing was written")]
    Stopped,
}

/// A WAV file as a sink.
struct File<'a> {
    writer: Writer,
    progress: &'a dyn Progress,
}

impl Sink for File<'_> {
    fn write(&mut self, channels: &[&[f32]]) -> Result<(), String> {
        self.writer.write(channels).map_err(|e| e.to_string())
    }

    fn progress(&mut self, done: u64, _of: Option<u64>) -> bool {
        self.progress.done(done)
    }
}

/// What was written.
#[derive(Clone, Debug)]
pub struct Written {
    /// What the render tells.
    pub report: Report,
    /// How many samples were clipped.
    pub clipped: u64,
}

/// Renders a patch into a WAV file, which appears when it is whole.
pub fn render_file(
    patch: &Patch,
    context: &Context<'_>,
    options: &Options,
    path: &Path,
    format: Format,
    progress: &dyn Progress,
) -> Result<Written, StudioError> {
    let rendering = render::prepare(patch, context, options)?;
    if rendering.frames() == Some(0) {
        return Err(StudioError::NoSound(path.into()));
    }
    let writer = Writer::create(path, context.rate, rendering.width(), format)?;
    let mut sink = File { writer, progress };
    progress.begin(&path.display().to_string(), Some(rendering.expected()));
    let report = rendering.render(options, &mut sink);
    progress.end();
    let report = report.map_err(stopped)?;
    if report.frames == 0 {
        return Err(StudioError::NoSound(path.into()));
    }
    let written = sink.writer.finish()?;
    Ok(Written { report, clipped: written.clipped })
}

/// Memory as a sink.
struct Memory<'a> {
    audio: Audio,
    progress: &'a dyn Progress,
}

impl Sink for Memory<'_> {
    fn write(&mut self, channels: &[&[f32]]) -> Result<(), String> {
        self.audio.write(channels)
    }

    fn progress(&mut self, done: u64, _of: Option<u64>) -> bool {
        self.progress.done(done)
    }
}

/// Renders a patch into memory; `what` is shown while it goes on.
pub fn render_memory(
    patch: &Patch,
    context: &Context<'_>,
    options: &Options,
    what: &str,
    progress: &dyn Progress,
) -> Result<Audio, StudioError> {
    let rendering = render::prepare(patch, context, options)?;
    let mut sink = Memory { audio: Audio::silence(context.rate, rendering.width(), 0), progress };
    progress.begin(what, Some(rendering.expected()));
    let report = rendering.render(options, &mut sink);
    progress.end();
    report.map_err(stopped)?;
    Ok(sink.audio)
}

/// A render that the user stopped is no failure of the patch.
fn stopped(e: RenderError) -> StudioError {
    if matches!(e, RenderError::Stopped) { StudioError::Stopped } else { e.into() }
}

/// Writes sound that is in memory into a WAV file.
pub fn write_audio(audio: &Audio, path: &Path, format: Format) -> Result<u64, StudioError> {
    let mut writer = Writer::create(path, audio.rate, audio.width(), format)?;
    let channels: Vec<&[f32]> = audio.channels.iter().map(Vec::as_slice).collect();
    writer.write(&channels)?;
    Ok(writer.finish()?.clipped)
}

/// Refuses to write over the patch itself or over a file that it plays.
pub fn refuse_own_input(
    patch: &Patch,
    shelf: &Shelf,
    patch_path: &Path,
    out: &Path,
) -> Result<(), StudioError> {
    let base = patch_path.parent().unwrap_or(Path::new(""));
    let same = |a: &Path, b: &Path| match (a.canonicalize(), b.canonicalize()) {
        (Ok(a), Ok(b)) => a == b,
        // A file that is not there yet overwrites nothing.
        _ => false,
    };
    let inputs = played(patch, shelf).into_iter().map(|file| base.join(file));
    match inputs.chain([patch_path.to_owned()]).find(|input| same(input, out)) {
        None => Ok(()),
        Some(input) => Err(StudioError::Refused(format!(
            "{}: would overwrite {}, which it is made from; choose another name",
            out.display(),
            input.display()
        ))),
    }
}

/// The audio files that a patch plays, as it names them.
fn played(patch: &Patch, shelf: &Shelf) -> Vec<PathBuf> {
    let graphs = patch.subpatches.values().chain([&patch.graph]);
    let files = |graph: &Graph| -> Vec<PathBuf> {
        let of = graph.nodes.values().flat_map(|node| {
            let parameters = shelf.get(&node.kind).map_or(&[][..], |d| d.parameters);
            let files = parameters.iter().filter(|p| p.kind == Kind::File);
            files.filter_map(|p| node.values.get(p.name)?.as_str().map(PathBuf::from)).collect::<Vec<_>>()
        });
        of.collect()
    };
    graphs.flat_map(files).collect()
}
