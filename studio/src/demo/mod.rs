//! The demo: a song that a patch synthesises, its mix and its master.

use crate::assets::Files;
use crate::measure;
use crate::mix::{self, Job, Outcome, Target};
use crate::output::{Progress, StudioError, render_memory, write_audio};
use crate::stems;
use signalbox_dsp::meter::Measurement;
use signalbox_engine::Audio;
use signalbox_engine::compile::{Context, lanes_here};
use signalbox_engine::patch::{self, Endpoint, Lane, Patch, Point, Shape};
use signalbox_engine::render::Options;
use signalbox_file::Format;
use std::path::Path;

/// The song, as a patch.
pub const SONG: &str = include_str!("song.json");

/// The rate of the song.
const RATE: u32 = 48_000;

/// What streaming services ask for.
const TARGET: Target = Target { loudness: -14.0, ceiling: -1.0 };

/// What the demo made.
pub struct Demo {
    /// Each stem with what was measured of it.
    pub stems: Vec<(String, Measurement)>,
    /// The mix and the master.
    pub outcome: Outcome,
}

/// Makes everything under a folder: the song, its stems, the mix, the master.
pub fn run(
    folder: &Path,
    threads: usize,
    progress: &dyn Progress,
    stop: &(dyn Fn() -> bool + Sync),
) -> Result<Demo, StudioError> {
    let song = patch::file::read(SONG).map_err(|e| StudioError::Patch(format!("the song: {e}")))?;
    let text = patch::file::write(&song).map_err(|e| StudioError::Patch(e.to_string()))?;
    signalbox_file::write_text(folder.join("song.json"), &text)?;
    let shelf = crate::shelf();
    let files = Files::new(folder);
    let context = Context { shelf: &shelf, assets: &files, rate: RATE, lanes: lanes_here() };
    let names = stems::strips(&song);
    let made = stems::each(&names, threads, "synthesising the stems", progress, stop, |name, quiet| {
        let patch = stems::alone(&song, Some(name))
            .ok_or_else(|| StudioError::Patch("the song has no mix".into()))?;
        let audio = narrow(render_memory(&patch, &context, &Options::default(), name, quiet)?);
        let path = folder.join("stems").join(format!("{}.wav", stems::file_name(name)));
        write_audio(&audio, &path, Format::Pcm24)?;
        Ok((name.to_string(), measure::audio(&audio)))
    })?;
    let job = Job {
        folder: &folder.join("stems"),
        out: &folder.join("master.wav"),
        patch: &folder.join("mix.json"),
        target: TARGET,
        rate: Some(RATE),
        format: Format::Pcm24,
        threads,
        title: "Night bus",
        touch: &ride,
    };
    let outcome = mix::mix(&job, progress, stop)?;
    write_audio(&outcome.mix, &folder.join("mix.wav"), Format::Float32)?;
    Ok(Demo { stems: made, outcome })
}

/// A stem whose channels are the same is kept as one.
fn narrow(mut audio: Audio) -> Audio {
    if audio.channels.windows(2).all(|pair| pair[0] == pair[1]) {
        audio.channels.truncate(1);
    }
    audio
}

/// Rides the pad's fader: it opens towards the middle of the song and leaves with its end.
fn ride(patch: &mut Patch) {
    let fader = "pad fader";
    let Some(level) = patch.graph.nodes.get(fader).and_then(|n| n.values.get("gain")).cloned() else {
        return;
    };
    let number = level.as_str().and_then(signalbox_dsp::units::Quantity::parse).map_or(0.0, |q| q.value);
    let at = |seconds: f64, offset: f64| Point::Shaped(seconds.into(), (number + offset).into(), Shape::S);
    let points =
        vec![at(0.0, -1.0), at(8.0, 0.0), at(10.0, -3.0), at(19.0, -3.0), at(24.0, 1.0), at(30.0, 1.0)];
    patch.graph.lanes.insert(Endpoint::from("pad fader.gain"), Lane { points });
}
