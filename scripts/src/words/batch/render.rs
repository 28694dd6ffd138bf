//! Writes files: of a file through chains, of a signal, of a strip.

use super::super::through::through;
use super::super::world::{NEEDS_SOUND, alone, unheard};
use super::{File, Source, Work};
use crate::amount::{Amount, Measure};
use crate::draft::{Draft, Signal};
use crate::trouble::Wrong;
use crate::words::{Answer, Args, Call, Mode, World};
use rhai::{Dynamic, EvalAltResult};
use signalbox_dsp::units::Unit;
use signalbox_engine::Audio;
use signalbox_engine::compile::{Context, lanes_here};
use signalbox_engine::patch::Node;
use signalbox_engine::render::Options;
use signalbox_file::Format;
use signalbox_studio::loudness::meet;
use signalbox_studio::output::{render_memory, write_audio};
use std::path::Path;

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

pub fn loudness(_: &Call<'_, '_>, mut args: Args) -> Answer {
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

pub fn target(call: &Call<'_, '_>, mut args: Args) -> Answer {
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
pub fn write(call: &Call<'_, '_>, work: &Work, target: &Target) -> Answer {
    let file = File { path: target.path.clone() };
    let path = call.world.borrow().root.write(&target.path)?;
    // What was written before jobs began to share a list is there.
    if call.world.borrow().sharing.as_ref().is_some_and(|s| s.is_done(&target.path)) {
        return Ok(Dynamic::from(file));
    }
    if let Source::File(source) = &work.source {
        let world = call.world.borrow();
        let from = world.root.read(&source.path)?;
        if matches!((from.canonicalize(), path.canonicalize()), (Ok(a), Ok(b)) if a == b) {
            return Err(
                Wrong::new(format!("\"{}\" would overwrite what it is made from", target.path)).into()
            );
        }
        // A batch that runs again goes on where it was stopped.
        let newest = [Some(from.as_path()), world.saved.as_deref()];
        if world.resume && newest.into_iter().flatten().all(|than| newer(&path, than)) {
            drop(world);
            call.world.borrow_mut().rendered.push(target.path.clone());
            return Ok(Dynamic::from(file));
        }
    }
    if call.world.borrow().mode == Mode::Build {
        return Err(Wrong::new(NEEDS_SOUND).into());
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
