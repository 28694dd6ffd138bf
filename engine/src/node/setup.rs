//! What a node is made from: its settings, its widths, the rate, and the files that it asks for.

use super::{Probe, Setting, Settings};
use crate::audio::Audio;
use crate::patch::TempoMap;
use std::sync::Arc;

/// Where nodes get audio files from, and show what they hear.
pub trait Assets: Sync {
    /// The sound of a file at `rate`; the text of an error names the file and the way out.
    fn audio(&self, path: &str, rate: u32) -> Result<Arc<Audio>, String>;

    /// How many channels a file has, without converting it.
    fn width(&self, path: &str) -> Result<usize, String>;

    /// What the node with a key writes to, so that somebody sees what it hears: for so many channels, with the last
    /// seconds kept. Nothing where nobody looks.
    fn probe(&self, _key: &str, _rate: u32, _channels: usize, _keep: f32) -> Option<Arc<Probe>> {
        None
    }
}

/// For patches without files.
pub struct NoAssets;

impl Assets for NoAssets {
    fn audio(&self, path: &str, _rate: u32) -> Result<Arc<Audio>, String> {
        Err(format!("{path}: there are no files here"))
    }

    fn width(&self, path: &str) -> Result<usize, String> {
        Err(format!("{path}: there are no files here"))
    }
}

/// What a node is made from.
#[derive(Clone, Copy)]
pub struct Setup<'a> {
    /// The node's id, behind those of the instances that it lies in; for a processor of several nodes, that of the first.
    pub key: &'a str,
    /// Frames a second, 8,000 to 384,000.
    pub rate: u32,
    /// A setting for each parameter.
    pub settings: &'a Settings,
    /// How many channels each input port has (0 for events).
    pub inputs: &'a [usize],
    /// How many channels each output port has (0 for events).
    pub outputs: &'a [usize],
    /// Whether a cable comes in at each input port; nowhere for what makes the processor.
    pub connected: &'a [bool],
    /// Whether each parameter is moved by a lane or a cable; none for what makes the processor.
    pub moved: &'a [bool],
    /// Where files come from.
    pub assets: &'a dyn Assets,
    /// How beats lie in time.
    pub tempo: &'a TempoMap,
    /// Where the node cuts a loop: how many frames earlier it has to give what it holds back, because the sound is held
    /// back elsewhere in the loop.
    pub early: usize,
}

impl Setup<'_> {
    /// The number that a parameter is set to; 0 where it is no number.
    pub fn number(&self, parameter: usize) -> f32 {
        match self.settings.get(parameter) {
            Some(Setting::Number(v)) => *v,
            _ => 0.0,
        }
    }

    /// A time in whole frames.
    pub fn frames(&self, parameter: usize) -> usize {
        (f64::from(self.number(parameter)) * f64::from(self.rate)).round().max(0.0) as usize
    }

    /// The index of the word that a parameter is set to.
    pub fn choice(&self, parameter: usize) -> usize {
        match self.settings.get(parameter) {
            Some(Setting::Choice(i)) => *i,
            _ => 0,
        }
    }

    /// The state of a switch.
    pub fn switch(&self, parameter: usize) -> bool {
        matches!(self.settings.get(parameter), Some(Setting::Switch(true)))
    }

    /// A text or a path; empty where none was given.
    pub fn text(&self, parameter: usize) -> &str {
        match self.settings.get(parameter) {
            Some(Setting::Text(t)) => t,
            _ => "",
        }
    }

    /// How many channels the first output port has.
    pub fn width(&self) -> usize {
        self.outputs.first().copied().unwrap_or(0)
    }
}
