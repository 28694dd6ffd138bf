//! Mixes a folder of recordings and masters the mix.
//!
//! [`survey`] measures each recording; [`strip`] decides from that what its strip does, and why; [`build`] writes the
//! decisions down as a patch; [`master`] solves the mastering chain. What comes out is an ordinary patch, to be edited
//! and rendered again.

mod build;
mod master;
mod sources;
mod strip;
mod survey;

pub(crate) use master::next_drive;
pub use master::{TOLERANCE, Target};

use crate::assets::Files;
use crate::measure;
use crate::output::{Progress, StudioError, Unwatched, render_file, render_memory};
use crate::stems;
use build::{Channel, Sends};
use signalbox_dsp::meter::Measurement;
use signalbox_engine::Audio;
use signalbox_engine::compile::{Context, lanes_here};
use signalbox_engine::patch::{self, Patch};
use signalbox_engine::render::Options;
use signalbox_file::Format;
use std::path::{Path, PathBuf};
use strip::{Because, Strip};
use survey::Survey;

/// What to mix, and how.
pub struct Job<'a> {
    /// The folder of the recordings.
    pub folder: &'a Path,
    /// The master to write.
    pub out: &'a Path,
    /// The patch to write.
    pub patch: &'a Path,
    /// Loudness and ceiling.
    pub target: Target,
    /// Frames a second; that of most recordings where it is `None`.
    pub rate: Option<u32>,
    /// How the master's samples are stored.
    pub format: Format,
    /// How many recordings are worked on at once.
    pub threads: usize,
    /// What the patch is called.
    pub title: &'a str,
    /// Changes the patch of the mix before it is mastered.
    pub touch: &'a dyn Fn(&mut Patch),
}

/// What came of it.
pub struct Outcome {
    /// The names of the recordings that were mixed.
    pub strips: Vec<String>,
    /// What was left out, and why.
    pub notes: Vec<String>,
    /// The mix, before the master.
    pub mix: Audio,
    /// What was asked for.
    pub target: Target,
    /// What was measured of the mix.
    pub before: Measurement,
    /// What was measured of the written master.
    pub after: Measurement,
    /// The master as it was solved, in memory.
    pub master: Audio,
}

/// A mix and its master as a patch, before anything is written.
pub struct Solved {
    /// The patch; its files are found from the folder that the job's patch is to lie in.
    pub patch: Patch,
    /// The names of the recordings that are mixed.
    pub strips: Vec<String>,
    /// What was left out, and why.
    pub notes: Vec<String>,
    /// Frames a second.
    pub rate: u32,
    mix: Audio,
    before: Measurement,
    master: Audio,
}

/// Mixes and masters a folder, and writes the master and its patch.
pub fn mix(
    job: &Job<'_>,
    progress: &dyn Progress,
    stop: &(dyn Fn() -> bool + Sync),
) -> Result<Outcome, StudioError> {
    let Solved { patch, strips, mut notes, rate, mix, before, master } = solve(job, progress, stop)?;
    let (shelf, files) = (crate::shelf(), Files::beside(job.patch));
    let context = Context { shelf: &shelf, assets: &files, rate, lanes: lanes_here() };
    let text = patch::file::write(&patch).map_err(|e| StudioError::Patch(e.to_string()))?;
    // The master first: a patch without its master would be no harm, a stop in between would leave an old pair torn.
    render_file(&patch, &context, &Options::default(), job.out, job.format, progress)?;
    notes.extend(sources::keep_earlier(job.patch, &text)?);
    signalbox_file::write_text(job.patch, &text)?;
    let after = measure::file(job.out, &Unwatched)?.0;
    verify(&after, job.target)?;
    Ok(Outcome { strips, notes, target: job.target, mix, before, after, master })
}

/// Mixes and masters a folder, and writes nothing.
pub fn solve(
    job: &Job<'_>,
    progress: &dyn Progress,
    stop: &(dyn Fn() -> bool + Sync),
) -> Result<Solved, StudioError> {
    let shelf = crate::shelf();
    let found = sources::find(job)?;
    let mut notes = found.notes;
    let files = Files::beside(job.patch);
    let surveys =
        stems::each(&found.paths, job.threads, "measuring the recordings", progress, stop, |path, _| {
            let audio = files.original(path).map_err(StudioError::Refused)?;
            Ok(Survey::of(&sources::name(path), &audio).map(|survey| (path.to_string(), survey)))
        })?;
    let silent = found.paths.iter().zip(&surveys).filter(|(_, s)| s.is_none());
    notes.extend(silent.map(|(path, _)| format!("{path}: silent, or shorter than 0.4 s; left out")));
    let mut surveys: Vec<(String, Survey)> = surveys.into_iter().flatten().collect();
    if surveys.is_empty() {
        return Err(StudioError::Refused(format!("{}: every recording is silent", job.folder.display())));
    }
    sources::tell_apart(&mut surveys);
    let rate = job.rate.unwrap_or_else(|| usual_rate(&surveys));
    let context = Context { shelf: &shelf, assets: &files, rate, lanes: lanes_here() };
    let strips = decide(&surveys);
    let measured = loudness_of_strips(&surveys, &strips, &context, job.threads, stop, progress)?;
    let channels: Vec<Channel> = surveys
        .iter()
        .zip(&strips)
        .zip(&measured)
        .map(|(((file, survey), strip), loudness)| Channel {
            name: &survey.name,
            file,
            strip,
            fader: fader(strip, *loudness),
        })
        .collect();
    let sends = sends(&surveys);
    let mut patch = build::mix(&channels, &sends, rate, job.title);
    (job.touch)(&mut patch);
    let mix = render_memory(&patch, &context, &Options::default(), "mixing", progress)?;
    let whole = Survey::of(build::MIX, &mix)
        .ok_or_else(|| StudioError::Refused("the mix is silent; listen to the recordings".into()))?;
    let seconds = mix.seconds();
    let solved =
        master::solve(mix.clone(), master::decide(&whole, job.target), job.target, &shelf, progress)?;
    build::add_master(&mut patch.graph, build::MIX, &solved.master);
    // The length is stated, since the limiter's tail would otherwise be measured, too.
    patch.length = Some(seconds.into());
    patch.meta.insert(sources::MASTER.into(), sources::from_patch(job, job.out).into());
    let strips = surveys.into_iter().map(|s| s.1.name).collect();
    Ok(Solved { patch, strips, notes, rate, mix, before: whole.measured, master: solved.audio })
}

/// The written file must keep what was promised.
fn verify(after: &Measurement, target: Target) -> Result<(), StudioError> {
    let (loudness, peak) = (after.integrated_lufs.unwrap_or(-70.0), after.true_peak_dbtp.unwrap_or(-200.0));
    if (loudness - target.loudness).abs() > TOLERANCE || peak > target.ceiling {
        return Err(StudioError::Refused(format!(
            "the written master has {loudness:.2} LUFS and {peak:.2} dBTP instead of {:.2} and at most {:.2}; it was kept, \
             but do not publish it",
            target.loudness, target.ceiling
        )));
    }
    Ok(())
}

/// The rate of most of the sound; the higher one of two that are equal.
fn usual_rate(surveys: &[(String, Survey)]) -> u32 {
    let seconds = |rate: u32| -> f64 {
        surveys.iter().map(|s| &s.1.measured).filter(|m| m.rate == rate).map(|m| m.seconds).sum()
    };
    let mut rates: Vec<u32> = surveys.iter().map(|s| s.1.measured.rate).collect();
    rates.sort_unstable();
    rates
        .into_iter()
        .max_by(|a, b| seconds(*a).total_cmp(&seconds(*b)))
        .unwrap_or(48_000)
        .clamp(8_000, 384_000)
}

/// Decides for all strips; those that are spread go to the sides in turn, the brighter the further.
fn decide(surveys: &[(String, Survey)]) -> Vec<Strip> {
    let mut spread: Vec<usize> =
        (0..surveys.len()).filter(|&i| surveys[i].1.is_mono() && !surveys[i].1.is_low()).collect();
    spread.sort_by(|&a, &b| surveys[a].1.middle.total_cmp(&surveys[b].1.middle));
    let side = |i: usize| match spread.iter().position(|&s| s == i) {
        // A single one stays in the middle.
        Some(rank) if spread.len() > 1 => {
            let far = 0.3 + 0.7 * rank as f64 / (spread.len() - 1) as f64;
            if rank % 2 == 0 { -far } else { far }
        }
        _ => 0.0,
    };
    surveys.iter().enumerate().map(|(i, s)| strip::decide(&s.1, side(i))).collect()
}

/// How loud each strip is behind its compressor.
fn loudness_of_strips(
    surveys: &[(String, Survey)],
    strips: &[Strip],
    context: &Context<'_>,
    threads: usize,
    stop: &(dyn Fn() -> bool + Sync),
    progress: &dyn Progress,
) -> Result<Vec<Option<f64>>, StudioError> {
    let numbers: Vec<String> = (0..surveys.len()).map(|i| i.to_string()).collect();
    stems::each(&numbers, threads, "listening to each strip", progress, stop, |number, quiet| {
        let i: usize = number.parse().unwrap_or(0);
        let (file, survey) = &surveys[i];
        let fader = Because { value: 0.0, why: String::new() };
        let channel = Channel { name: &survey.name, file, strip: &strips[i], fader };
        let patch = build::strip_alone(&channel, context.rate);
        let audio = render_memory(&patch, context, &Options::default(), &survey.name, quiet)?;
        Ok(measure::audio(&audio).integrated_lufs)
    })
}

fn fader(strip: &Strip, measured: Option<f64>) -> Because<f64> {
    let measured = measured.unwrap_or(strip.loudness.value);
    Because {
        value: (strip.loudness.value - measured).clamp(-48.0, 24.0),
        why: format!(
            "{measured:.1} LUFS behind the compressor, wanted {:.1}: {}",
            strip.loudness.value, strip.loudness.why
        ),
    }
}

fn sends(surveys: &[(String, Survey)]) -> Sends {
    let crest = surveys.iter().map(|s| s.1.crest).sum::<f64>() / surveys.len() as f64;
    let decay = (2.4 - (crest - 8.0) * 0.1).clamp(0.9, 2.4);
    let clearest = surveys
        .iter()
        .filter_map(|(_, s)| Some((s.tempo?, &s.name)))
        .max_by(|a, b| a.0.clarity.total_cmp(&b.0.clarity));
    let echo = match clearest {
        Some((tempo, name)) => Because {
            value: 45.0 / tempo.bpm,
            why: format!("a dotted eighth at {:.1} beats a minute, measured from {name}", tempo.bpm),
        },
        None => Because { value: 0.36, why: "no recording has a clear tempo: 360 ms".into() },
    };
    Sends {
        decay: Because {
            value: decay,
            why: format!("the recordings have {crest:.1} dB of crest on the average"),
        },
        echo,
    }
}

/// Where the patch of a master goes: beside it, under the same name.
pub fn patch_beside(out: &Path) -> PathBuf {
    out.with_extension("json")
}
