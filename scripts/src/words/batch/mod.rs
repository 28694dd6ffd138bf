//! Batches: files, what is done to each, what is written, and a report.
//!
//! A file on its way is [`Work`]; `render` writes it, `each` shares a list among threads, `report` tells what came of it.

pub mod each;
mod render;
mod report;

use super::operators::chain;
use super::{Answer, Call, Mode, Words, World};
use crate::draft::{Chain, Signal, Strip, named, signal};
use crate::sandbox::glob;
use crate::trouble::Wrong;
use render::{Loudness, Target};
use rhai::{Array, Dynamic};
use signalbox_engine::Audio;
use signalbox_studio::measure::analysis::{Analysis, analyse};
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;

/// An audio file of the project's folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its path, relative to the folder.
    pub path: String,
}

/// A file, or a signal of the patch, on its way to another file.
#[derive(Clone)]
pub struct Work {
    source: Source,
    chain: Chain,
    loudness: Option<Loudness>,
}

#[derive(Clone)]
enum Source {
    File(File),
    Signal(Signal),
}

impl File {
    fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }

    fn stem(&self) -> String {
        Path::new(self.name()).file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default()
    }
}

/// Teaches the words.
pub fn teach(words: &mut Words<'_>) {
    words.word(
        "files",
        "files(\"dialogue/**/*.wav\")",
        "the files that fit a pattern, in order: f.name, f.stem, f.path; `run --shard 3/16` gives a sixteenth of them, \
         unless `all: true` is said",
        1..=2,
        |call, mut args| {
            let pattern = args.text("a pattern, as in \"folder/*.wav\"")?;
            let all = args.named_switch("all")?;
            args.done()?;
            let world = call.world.borrow();
            let found = world.clock.stopped(|| glob::files(&world.root, &pattern))?;
            let (part, parts) = if all { (0, 1) } else { world.shard };
            let found = found.into_iter().enumerate().filter(|(i, _)| i % parts == part).map(|(_, path)| path);
            Ok(found.map(|path| Dynamic::from(File { path })).collect::<Array>().into())
        },
    );
    words.engine.register_get("name", |f: &mut File| f.name().to_string());
    words.engine.register_get("stem", |f: &mut File| f.stem());
    words.engine.register_get("path", |f: &mut File| f.path.clone());
    for print in ["to_string", "print", "to_debug", "debug"] {
        words.engine.register_fn(print, |f: &mut File| f.path.clone());
    }
    words.word(
        "loudness",
        "x |> loudness(target: -23.lufs, peak: -1.db) |> render(…)",
        "brings what is rendered to a loudness under a true peak, by a gain and a limiter that are found by measuring",
        1..=2,
        render::loudness,
    );
    words.word(
        "render",
        "x |> render(\"out.wav\", bits: 24, rate: 48.khz)",
        "writes a file: of a file through chains, of a signal or of a strip; bits are 16 (dithered), 24 or 32",
        1..=2,
        render::target,
    );
    words.word(
        "each",
        "each(files(\"*.wav\"), |f| …, jobs: 4)",
        "does something with each of a list; gives what was given back. With `jobs` so many are worked on at once (0: as \
         many as there are cores), each by a script of its own: what is given back is plain, and nothing is built",
        2..=3,
        each::each,
    );
    words.word(
        "report",
        "report(\"report.json\", columns: [\"name\", \"lufs\"])",
        "writes a table of what was rendered: .json, or .csv",
        1..=2,
        report::report,
    );
}

/// What `|>` does where a file, or something to be written, takes part; `None` where it is none of these.
pub fn lead(call: &Call<'_, '_>, from: &Dynamic, to: &Dynamic) -> Option<Answer> {
    let file = from.clone().try_cast::<File>().map(Source::File);
    let work = from.clone().try_cast::<Work>();
    let plain = |source: Source| Work { source, chain: Chain::default(), loudness: None };
    let signal = || match from.clone().try_cast::<Strip>() {
        Some(strip) => Some(strip.out()),
        None => signal(from),
    };
    let work = work.or_else(|| file.map(plain));
    if let Some(loudness) = to.clone().try_cast::<Loudness>() {
        let work = work.or_else(|| signal().map(|s| plain(Source::Signal(s))))?;
        return Some(Ok(Dynamic::from(Work { loudness: Some(loudness), ..work })));
    }
    if let Some(target) = to.clone().try_cast::<Target>() {
        let work = work.or_else(|| signal().map(|s| plain(Source::Signal(s))))?;
        return Some(render::write(call, &work, &target));
    }
    let work = work?;
    let Some(chain) = chain(to) else {
        return Some(Err(Wrong::new(format!(
            "{} can't stand behind a file; a chain can, loudness(…) and render(\"out.wav\")",
            named(to)
        ))
        .into()));
    };
    if work.loudness.is_some() {
        return Some(Err(Wrong::new("`loudness` comes last, right before `render`").into()));
    }
    Some(Ok(Dynamic::from(Work { chain: work.chain.then(&chain), ..work })))
}

/// Everything that is measured of a file, once.
pub fn analysed(world: &mut World, file: &File) -> Result<Rc<Analysis>, Wrong> {
    if world.mode == Mode::Build {
        return Err(Wrong::new(super::world::NEEDS_SOUND));
    }
    if let Some(known) = world.analyses.get(&file.path) {
        return Ok(known.clone());
    }
    let path = world.root.read(&file.path)?;
    let analysis = world.clock.stopped(|| signalbox_file::read(&path).map(|audio| analyse(&audio)));
    let analysis = Rc::new(analysis.map_err(|e| Wrong::new(e.to_string()))?);
    world.analyses.insert(file.path.clone(), analysis.clone());
    Ok(analysis)
}

/// The sound of a file as it is.
pub fn read(world: &World, file: &File) -> Result<Arc<Audio>, Wrong> {
    let path = world.root.read(&file.path)?;
    let audio = world.clock.stopped(|| signalbox_file::read(&path));
    audio.map(Arc::new).map_err(|e| Wrong::new(e.to_string()))
}
