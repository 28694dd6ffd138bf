//! The mastering chain: what it does follows from the mix; its drive is solved so that target and ceiling are met.

use super::build::{Master, add_master};
use super::strip::{Band, Because};
use super::survey::Survey;
use crate::assets::Files;
use crate::measure;
use crate::output::{Progress, StudioError, render_memory};
use signalbox_engine::Audio;
use signalbox_engine::compile::{Context, lanes_here};
use signalbox_engine::node::Shelf;
use signalbox_engine::patch::{Cable, Node, Patch};
use signalbox_engine::render::Options;
use std::sync::Arc;

/// How near the loudness must come to its target, in LU.
pub const TOLERANCE: f64 = 0.05;

/// The range of the limiter's gain, in decibels.
const DRIVE: std::ops::RangeInclusive<f64> = -24.0..=48.0;

/// The name under which the mix is held in memory.
const HELD: &str = "the mix";

/// The balance that popular music has on the average: level of an octave against the one below, in decibels. Long-term
/// averages of released music fall by about 4.5 dB an octave in the middle of the range, a few decibels less below.
const SLOPE: f64 = -4.5 + 3.0;

/// What the user wants.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Target {
    /// Integrated loudness in LUFS.
    pub loudness: f64,
    /// True peak that is never passed, in dBTP.
    pub ceiling: f64,
}

/// Decides on the chain for a mix; its drive is only a first guess.
pub fn decide(mix: &Survey, target: Target) -> Master {
    let drive = (target.loudness - mix.loudness).clamp(*DRIVE.start(), *DRIVE.end());
    let peak = mix.measured.true_peak_dbtp.unwrap_or(0.0);
    Master {
        eq: balance(mix),
        glue: Because {
            value: (mix.loudness + 6.0).min(peak - 3.0).clamp(-60.0, 0.0),
            why: format!(
                "1.5 : 1 above 6 LU over the mix's {:.1} LUFS, with peaks at {peak:.1} dBTP",
                mix.loudness
            ),
        },
        drive: Because { value: drive, why: String::new() },
        ceiling: target.ceiling,
    }
}

/// Leans broad bands of the mix a third of the way towards the usual balance, 2.5 dB at the most.
fn balance(mix: &Survey) -> Vec<Because<Band>> {
    let regions = [
        ("lowshelf", 90.0, 40.0, 140.0, 0.707),
        ("bell", 350.0, 220.0, 560.0, 0.8),
        ("bell", 2_500.0, 1_400.0, 4_500.0, 0.8),
        ("highshelf", 9_000.0, 6_000.0, 16_000.0, 0.707),
    ];
    // Levels against the slope, around their own mean, so that only the balance counts.
    let against: Vec<f64> = regions
        .iter()
        .map(|&(_, freq, from, to, _): &(&str, f64, f64, f64, f64)| {
            let octaves = (to / from).log2();
            mix.share(from, to) - 10.0 * octaves.log10() - SLOPE * (freq / 1_000.0).log2()
        })
        .collect();
    let mean = against.iter().sum::<f64>() / against.len() as f64;
    let mut bands = vec![Because {
        value: Band { kind: "highpass", freq: 24.0, gain: 0.0, q: 0.707 },
        why: "nothing to hear below".into(),
    }];
    for ((kind, freq, .., q), level) in regions.into_iter().zip(against) {
        let off = level - mean;
        let gain = (-off * 0.3).clamp(-2.5, 2.5);
        if gain.abs() >= 0.3 {
            let word = if off > 0.0 { "above" } else { "below" };
            let why = format!("{:.1} dB {word} the usual balance", off.abs());
            bands.push(Because { value: Band { kind, freq, gain: (gain * 10.0).round() / 10.0, q }, why });
        }
    }
    bands
}

/// A solved chain, and the master that it makes of the mix.
pub struct Solved {
    /// The chain with its drive.
    pub master: Master,
    /// The master.
    pub audio: Audio,
}

/// Finds the drive that meets the target: each guess is rendered and measured.
pub fn solve(
    mix: Audio,
    mut master: Master,
    target: Target,
    shelf: &Shelf,
    progress: &dyn Progress,
) -> Result<Solved, StudioError> {
    let before = measure::audio(&mix).integrated_lufs.unwrap_or(-70.0);
    let (rate, frames) = (mix.rate, mix.frames());
    let files = Files::new("");
    files.hold(HELD, Arc::new(mix));
    let mut known: Vec<(f64, f64)> = Vec::new();
    for _ in 0..16 {
        let audio = run(&master, &files, rate, frames, shelf, progress)?;
        let measured = measure::audio(&audio);
        let reached = measured.integrated_lufs.unwrap_or(-70.0);
        if (reached - target.loudness).abs() < TOLERANCE / 5.0 {
            let peak = measured.true_peak_dbtp.unwrap_or(f64::NEG_INFINITY);
            master.drive.why = format!(
                "the mix has {before:.1} LUFS; {:+.1} dB bring it to {reached:.2} LUFS under {peak:.2} dBTP",
                master.drive.value
            );
            return Ok(Solved { master, audio });
        }
        known.push((master.drive.value, reached));
        master.drive.value =
            next_drive(&known, target.loudness).ok_or_else(|| unreachable_target(&known, target))?;
    }
    Err(unreachable_target(&known, target))
}

/// The next guess: along the line through the two nearest readings; `None` where more gain brings nothing more.
pub(crate) fn next_drive(known: &[(f64, f64)], target: f64) -> Option<f64> {
    let &(drive, reached) = known.last()?;
    let slope = match known {
        [.., (d, r), _] if (drive - d).abs() > 1e-6 => ((reached - r) / (drive - d)).min(1.5),
        _ => 1.0,
    };
    if slope < 0.08 {
        return None;
    }
    let step = ((target - reached) / slope).clamp(-24.0, 12.0);
    let guess = drive + step;
    DRIVE.contains(&guess).then_some(guess)
}

fn unreachable_target(known: &[(f64, f64)], target: Target) -> StudioError {
    let loudest = known.iter().map(|k| k.1).fold(f64::NEG_INFINITY, f64::max);
    let nearest = known
        .iter()
        .map(|k| k.1)
        .min_by(|a, b| (a - target.loudness).abs().total_cmp(&(b - target.loudness).abs()));
    let (why, way) = if loudest < target.loudness {
        ("the limiter turns down what the gain adds", "choose a --target below that, or a higher --ceiling")
    } else {
        ("the master turns down by 24 dB at the most", "choose a --target above that")
    };
    StudioError::Refused(format!(
        "{:.1} LUFS under {:.1} dBTP is not reachable, because {why}: the nearest was {:.1} LUFS, the loudest {loudest:.1}; \
         {way}",
        target.loudness,
        target.ceiling,
        nearest.unwrap_or(loudest),
    ))
}

/// Renders the mix in memory through the chain.
fn run(
    master: &Master,
    files: &Files,
    rate: u32,
    frames: usize,
    shelf: &Shelf,
    progress: &dyn Progress,
) -> Result<Audio, StudioError> {
    let mut patch = Patch::default();
    patch.graph.nodes.insert(HELD.into(), Node::new("player").with("file", HELD));
    patch.graph.nodes.insert("out".into(), Node::new("output"));
    patch.graph.connect(Cable::new(HELD, "out"));
    add_master(&mut patch.graph, HELD, master);
    let context = Context { shelf, assets: files, rate, lanes: lanes_here() };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let options = Options { seconds: Some(frames as f64 / f64::from(rate)), threads, ..Options::default() };
    render_memory(&patch, &context, &options, "solving the master", progress)
}
