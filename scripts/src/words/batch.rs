//! Batches: files, what is done to each, what is written, and a report.

use super::measures::{MEASURES, map};
use super::operators::chain;
use super::through::through;
use super::world::{alone, unheard};
use super::{Answer, Args, Call, Mode, Words, World};
use crate::amount::{Amount, Measure};
use crate::draft::{Chain, Draft, Signal, Strip, named, signal};
use crate::sandbox::glob;
use crate::trouble::Wrong;
use rhai::{Array, Dynamic, EvalAltResult, FnPtr, Map};
use serde_json::{Value, json};
use signalbox_dsp::units::Unit;
use signalbox_engine::Audio;
use signalbox_engine::compile::{Context, lanes_here};
use signalbox_engine::node::nearest;
use signalbox_engine::patch::Node;
use signalbox_engine::render::Options;
use signalbox_file::Format;
use signalbox_studio::loudness::meet;
use signalbox_studio::measure::analysis::{Analysis, analyse};
use signalbox_studio::output::{render_memory, write_audio};
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

/// A loudness to be met.
#[derive(Clone, Copy, Debug)]
pub struct Loudness {
    target: f64,
    peak: f64,
}

/// A file to be written.
#[derive(Clone, Debug)]
pub struct Target {
    path: String,
    format: Format,
    rate: Option<u32>,
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
        loudness,
    );
    words.word(
        "render",
        "x |> render(\"out.wav\", bits: 24, rate: 48.khz)",
        "writes a file: of a file through chains, of a signal or of a strip; bits are 16 (dithered), 24 or 32",
        1..=2,
        target,
    );
    words.word(
        "each",
        "each(files(\"*.wav\"), |f| …)",
        "does something with each of a list; gives what was given back",
        2..=2,
        each,
    );
    words.word(
        "report",
        "report(\"report.json\", columns: [\"name\", \"lufs\"])",
        "writes a table of what was rendered: .json, or .csv",
        1..=2,
        report,
    );
}

fn loudness(_: &Call<'_, '_>, mut args: Args) -> Answer {
    let target = args.named_amount("target")?;
    let peak = args.named_amount("peak")?.unwrap_or(Amount::new(-1.0, Unit::Decibel));
    args.done()?;
    let Some(target) =
        target.filter(|t| t.measure == Measure::Of(Unit::Lufs) && (-70.0..=0.0).contains(&t.value))
    else {
        return Err(
            Wrong::about("target", "`target` wants a loudness between -70 and 0, as in -23.lufs").into()
        );
    };
    if peak.measure != Measure::Of(Unit::Decibel) || !(-40.0..=0.0).contains(&peak.value) {
        return Err(
            Wrong::about("peak", format!("`peak` wants a level from -40 to 0 dBTP; got {peak}")).into()
        );
    }
    Ok(Dynamic::from(Loudness { target: target.value, peak: peak.value }))
}

fn target(call: &Call<'_, '_>, mut args: Args) -> Answer {
    let path = args.text("the name of a file to write, as in render(\"out.wav\")")?;
    let bits = args.named_amount("bits")?.map_or(24.0, |b| b.value);
    let rate = args.named_amount("rate")?;
    args.done()?;
    let format = match bits {
        16.0 => Format::Pcm16,
        24.0 => Format::Pcm24,
        32.0 => Format::Float32,
        _ => return Err(Wrong::about("bits", format!("`bits` is 16, 24 or 32; got {bits}")).into()),
    };
    let rate = match rate {
        None => None,
        Some(rate) => Some(call.draft(|d| d.in_unit("rate", Unit::Hertz, rate))?.round() as u32),
    };
    if let Some(rate) = rate.filter(|r| !signalbox_engine::RATES.contains(r)) {
        return Err(
            Wrong::about("rate", format!("`rate` lies between 8 kHz and 384 kHz; got {rate} Hz")).into()
        );
    }
    if !Path::new(&path).extension().is_some_and(|e| e.eq_ignore_ascii_case("wav")) {
        return Err(Wrong::new(format!("WAV files are written; \"{path}\" does not end in .wav")).into());
    }
    Ok(Dynamic::from(Target { path, format, rate }))
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
        return Some(write(call, &work, &target));
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

/// The sound of some work, before its loudness.
fn sound(call: &Call<'_, '_>, work: &Work, rate: Option<u32>) -> Result<Audio, Box<EvalAltResult>> {
    let own = match &work.source {
        Source::File(file) => {
            let world = call.world.borrow();
            let path = world.root.read(&file.path)?;
            let reader = signalbox_file::Reader::open(&path).map_err(|e| Wrong::new(e.to_string()))?;
            rate.unwrap_or(reader.info().rate)
        }
        Source::Signal(_) => rate.unwrap_or(call.world.borrow().rate()),
    };
    // A file is worked on in a patch of its own, which the script's patch knows nothing of.
    let outer = {
        let mut world = call.world.borrow_mut();
        let own = match &work.source {
            Source::File(_) => Draft::new(world.draft.shelf.clone()),
            Source::Signal(_) => return heard(&mut world, work, own),
        };
        std::mem::replace(&mut world.draft, own)
    };
    let Source::File(file) = &work.source else { return Ok(Audio::silence(own, 1, 0)) };
    let result = (|| {
        call.draft(|d| d.add("file", Node::new("player").with("file", file.path.as_str())))?;
        through(call, &Signal::of("file"), &work.chain)
    })();
    let inner = std::mem::replace(&mut call.world.borrow_mut().draft, outer);
    let patch = alone(&inner.patch, &result?);
    let world = call.world.borrow();
    // Files that are worked on are many: each is forgotten when it is done.
    let files = signalbox_studio::assets::Files::new(world.root.folder());
    let context = Context { shelf: &inner.shelf, assets: &files, rate: own, lanes: lanes_here() };
    let options = Options { threads: world.threads, ..Options::default() };
    let progress = world.progress.clone();
    let rendered = world.clock.stopped(|| render_memory(&patch, &context, &options, &file.path, &*progress));
    Ok(rendered.map_err(|e| unheard(&e))?)
}

/// The sound of a signal of the script's patch.
fn heard(world: &mut World, work: &Work, rate: u32) -> Result<Audio, Box<EvalAltResult>> {
    let Source::Signal(signal) = &work.source else { return Ok(Audio::silence(rate, 1, 0)) };
    let audio = world.hear(signal, "render")?;
    if audio.rate == rate {
        return Ok((*audio).clone());
    }
    let converted = world.clock.stopped(|| signalbox_file::convert(&audio, rate));
    Ok(converted.map_err(|e| Wrong::new(e.to_string()))?)
}

/// Renders some work into a file.
fn write(call: &Call<'_, '_>, work: &Work, target: &Target) -> Answer {
    let file = File { path: target.path.clone() };
    let path = call.world.borrow().root.write(&target.path)?;
    if let Source::File(source) = &work.source {
        let world = call.world.borrow();
        let from = world.root.read(&source.path)?;
        if matches!((from.canonicalize(), path.canonicalize()), (Ok(a), Ok(b)) if a == b) {
            return Err(
                Wrong::new(format!("\"{}\" would overwrite what it is made from", target.path)).into()
            );
        }
        // A shard that runs again goes on where it was stopped.
        if world.resume && newer(&path, &from) {
            drop(world);
            call.world.borrow_mut().rendered.push(target.path.clone());
            return Ok(Dynamic::from(file));
        }
    }
    if call.world.borrow().mode == Mode::Build {
        return Err(Wrong::new(super::world::NEEDS_SOUND).into());
    }
    let mut audio = sound(call, work, target.rate)?;
    let mut world = call.world.borrow_mut();
    if let Some(Loudness { target, peak }) = work.loudness {
        let (clock, progress) = (world.clock.clone(), world.progress.clone());
        let met = clock.stopped(|| meet(audio, target, peak, &world.draft.shelf, &*progress));
        audio = met.map_err(|e| Wrong::new(format!("{}: {e}", file.path)))?.audio;
    }
    let folders = path.parent().map_or(Ok(()), std::fs::create_dir_all);
    folders.map_err(|e| Wrong::new(format!("the folder of \"{}\" can't be made: {e}", target.path)))?;
    let clock = world.clock.clone();
    clock.stopped(|| write_audio(&audio, &path, target.format)).map_err(|e| Wrong::new(e.to_string()))?;
    world.rendered.push(target.path.clone());
    world.analyses.remove(&target.path);
    Ok(Dynamic::from(file))
}

/// Whether a file is there and was written after another one.
fn newer(path: &Path, than: &Path) -> bool {
    let time = |p: &Path| std::fs::metadata(p).and_then(|m| m.modified()).ok();
    matches!((time(path), time(than)), (Some(a), Some(b)) if a >= b)
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

fn each(call: &Call<'_, '_>, mut args: Args) -> Answer {
    let value = args.next().unwrap_or_default();
    let Some(list) = value.clone().try_cast::<Array>() else {
        return Err(Wrong::new(format!(
            "`each` wants a list, as in files(\"*.wav\"); got {}",
            named(&value)
        ))
        .into());
    };
    let f: FnPtr = args.function()?;
    args.done()?;
    let mut results = Array::new();
    for item in list {
        results.push(f.call_within_context(call.context, (item,))?);
    }
    Ok(results.into())
}

fn report(call: &Call<'_, '_>, mut args: Args) -> Answer {
    let name = args.text("the name of a file, as in \"report.json\"")?;
    let columns = args.named("columns");
    args.done()?;
    let names: Vec<&str> = std::iter::once("name").chain(MEASURES.iter().map(|m| m.0)).collect();
    let columns: Vec<String> = match columns.map(Dynamic::try_cast::<Array>) {
        None => ["name", "lufs", "true_peak"].map(String::from).into(),
        Some(list) => list.unwrap_or_default().iter().map(ToString::to_string).collect(),
    };
    for column in &columns {
        if !names.contains(&column.as_str()) {
            let near = nearest(column, names.iter().copied());
            let near =
                near.map_or(format!("there are: {}", names.join(", ")), |n| format!("did you mean \"{n}\"?"));
            return Err(Wrong::about("columns", format!("there is no column \"{column}\"; {near}")).into());
        }
    }
    let mut world = call.world.borrow_mut();
    let path = world.root.write(&name)?;
    let mut rows: Vec<Vec<Value>> = Vec::new();
    for rendered in world.rendered.clone() {
        let file = File { path: rendered };
        let measures: Map = map(&*analysed(&mut world, &file)?);
        rows.push(columns.iter().map(|c| cell(c, &file, &measures)).collect());
    }
    let text = if name.ends_with(".csv") {
        let line = |cells: Vec<String>| cells.join(",") + "\n";
        let plain =
            |v: &Value| v.as_str().map_or(v.to_string(), |s| format!("\"{}\"", s.replace('"', "\"\"")));
        std::iter::once(line(columns.clone()))
            .chain(rows.iter().map(|r| line(r.iter().map(plain).collect())))
            .collect()
    } else {
        let object = |row: &Vec<Value>| {
            columns.iter().cloned().zip(row.iter().cloned()).collect::<serde_json::Map<_, _>>()
        };
        serde_json::to_string_pretty(&rows.iter().map(object).collect::<Vec<_>>()).unwrap_or_default() + "\n"
    };
    let folders = path.parent().map_or(Ok(()), std::fs::create_dir_all);
    folders.map_err(|e| Wrong::new(format!("the folder of \"{name}\" can't be made: {e}")))?;
    signalbox_file::write_text(&path, &text).map_err(|e| Wrong::new(e.to_string()))?;
    Ok(Dynamic::UNIT)
}

/// A cell of the report: numbers in their unit, rounded as a meter shows them.
fn cell(column: &str, file: &File, measures: &Map) -> Value {
    if column == "name" {
        return json!(file.name());
    }
    let Some(value) = measures.get(column) else { return Value::Null };
    if let Some(amount) = value.clone().try_cast::<Amount>() {
        return if amount.value.is_finite() {
            json!((amount.value * 100.0).round() / 100.0)
        } else {
            Value::Null
        };
    }
    if let Ok(switch) = value.as_bool() {
        return json!(switch);
    }
    value.as_int().map(|i| json!(i)).or(value.as_float().map(|f| json!(f))).unwrap_or(Value::Null)
}
