//! Brings a sound to a loudness under a ceiling: a gain and a limiter, found by rendering and measuring.

use crate::assets::Files;
use crate::measure;
use crate::mix::next_drive;
use crate::output::{Progress, StudioError, render_memory};
use signalbox_engine::Audio;
use signalbox_engine::compile::{Context, lanes_here};
use signalbox_engine::node::Shelf;
use signalbox_engine::patch::{Cable, Node, Patch};
use signalbox_engine::render::Options;
use std::sync::Arc;

/// How near the loudness comes to its target, in LU.
const TOLERANCE: f64 = 0.01;
/// How many guesses are rendered at most.
const GUESSES: usize = 16;
/// The name under which the sound is held.
const HELD: &str = "sound";

/// The sound, and the gain into the limiter in decibels that brought it there.
pub struct Met {
    /// The sound at its loudness.
    pub audio: Audio,
    /// The gain in decibels.
    pub gain: f64,
}

/// Brings a sound to an integrated loudness (LUFS) under a true peak (dBTP). Where the ceiling is not touched, nothing
/// but its level changes.
pub fn meet(
    audio: Audio,
    target: f64,
    ceiling: f64,
    shelf: &Shelf,
    progress: &dyn Progress,
) -> Result<Met, StudioError> {
    let before = measure::audio(&audio).integrated_lufs;
    let Some(before) = before else {
        return Err(StudioError::Refused("it is silent, or too short to have a loudness".into()));
    };
    let (rate, frames) = (audio.rate, audio.frames());
    let files = Files::new("");
    files.hold(HELD, Arc::new(audio));
    let mut known: Vec<(f64, f64)> = Vec::new();
    let mut gain = target - before;
    for _ in 0..GUESSES {
        let patch = patch(gain, ceiling);
        let context = Context { shelf, assets: &files, rate, lanes: lanes_here() };
        let seconds = Some(frames as f64 / f64::from(rate));
        let options = Options { seconds, ..Options::default() };
        let audio = render_memory(&patch, &context, &options, "loudness", progress)?;
        let reached = measure::audio(&audio).integrated_lufs.unwrap_or(-70.0);
        if (reached - target).abs() <= TOLERANCE {
            return Ok(Met { audio, gain });
        }
        known.push((gain, reached));
        match next_drive(&known, target) {
            Some(next) => gain = next,
            None => break,
        }
    }
    let loudest = known.iter().map(|k| k.1).fold(f64::NEG_INFINITY, f64::max);
    Err(StudioError::Refused(format!(
        "{target:.1} LUFS under {ceiling:.1} dBTP is not reachable, because the limiter turns down what the gain adds; \
         the loudest was {loudest:.1} LUFS"
    )))
}

/// player → limiter → output
fn patch(gain: f64, ceiling: f64) -> Patch {
    let mut patch = Patch::default();
    let graph = &mut patch.graph;
    graph.nodes.insert("player".into(), Node::new("player").with("file", HELD));
    graph.nodes.insert("limiter".into(), Node::new("limiter").with("gain", gain).with("ceiling", ceiling));
    graph.nodes.insert("out".into(), Node::new("output"));
    graph.connect(Cable::new("player", "limiter"));
    graph.connect(Cable::new("limiter", "out"));
    patch
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::Unwatched;

    fn tone(level: f64, seconds: f64) -> Audio {
        let at = |i: usize| (std::f64::consts::TAU * 997.0 * i as f64 / 48_000.0).sin() * level;
        Audio {
            rate: 48_000,
            channels: vec![(0..(seconds * 48_000.0) as usize).map(|i| at(i) as f32).collect()],
        }
    }

    #[test]
    fn a_target_is_met_by_gain_alone_where_the_ceiling_allows_it() {
        let met = meet(tone(0.01, 2.0), -23.0, -1.0, &crate::shelf(), &Unwatched).unwrap();
        let measured = measure::audio(&met.audio);
        assert!((measured.integrated_lufs.unwrap() + 23.0).abs() <= 0.02);
        assert_eq!(met.audio.frames(), 96_000);
        // A tone of 0.01 in one channel has -43.01 LUFS.
        assert!((met.gain - 20.01).abs() < 0.1, "{}", met.gain);
    }

    #[test]
    fn what_cannot_be_reached_is_told() {
        let error = meet(tone(0.5, 2.0), -1.0, -6.0, &crate::shelf(), &Unwatched).err().unwrap().to_string();
        assert!(error.contains("not reachable"), "{error}");
        let silent = Audio { rate: 48_000, channels: vec![vec![0.0; 48_000]] };
        assert!(meet(silent, -23.0, -1.0, &crate::shelf(), &Unwatched).is_err());
    }
}
