//! The measuring sticks: the arithmetic of each workload written out by hand, with no graph.
//!
//! What they cost is what the machine asks for the arithmetic alone; the engine's cost over theirs is what the graph
//! adds. Tracks and voices lie side by side in SIMD lanes, settings are worked out once, and nothing is looked up.

mod biquad;
mod limiter;
mod list;
mod mix;
mod room;
mod rows;
mod tracks;
mod voices;

pub use list::{Chain, Sines};
pub use mix::Mix;
pub use voices::Voices;

use super::settings::RATE;
use signalbox_engine::Audio;

/// How many frames a stick computes at once.
pub const BLOCK: usize = 64;

/// One channel of a block.
pub type Channel = [f32; BLOCK];

/// What was heard of a run: whoever prints it has used every sample.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Heard {
    /// The largest magnitude.
    pub peak: f32,
    /// The sum of all squares.
    pub energy: f64,
    /// How many samples there were, of all channels.
    pub samples: usize,
}

impl Heard {
    /// The root of the mean square in decibels; minus infinity where nothing was heard.
    pub fn rms_db(&self) -> f64 {
        10.0 * (self.energy / self.samples.max(1) as f64).log10()
    }

    fn channel(&mut self, channel: &[f32]) {
        // Eight sums side by side, so that hearing costs next to nothing.
        let (mut peaks, mut energies) = ([0f32; 8], [0f32; 8]);
        let (chunks, _) = channel.as_chunks::<8>();
        for chunk in chunks {
            for ((peak, energy), x) in peaks.iter_mut().zip(&mut energies).zip(chunk) {
                *peak = if x.abs() > *peak { x.abs() } else { *peak };
                *energy += x * x;
            }
        }
        self.peak = peaks.into_iter().fold(self.peak, f32::max);
        self.energy += energies.into_iter().map(f64::from).sum::<f64>();
        self.samples += channel.len();
    }
}

/// A workload with no graph.
pub trait Stick {
    /// Computes the next `frames`, rounded up to whole blocks, and shows each block's channels.
    fn play(&mut self, frames: usize, show: &mut dyn FnMut(&[Channel]));

    /// Computes the next `frames`, rounded up to whole blocks.
    fn run(&mut self, frames: usize) -> Heard {
        let mut heard = Heard::default();
        self.play(frames, &mut |block| block.iter().for_each(|channel| heard.channel(channel)));
        heard
    }

    /// Computes the next `frames`, rounded up to whole blocks, into memory.
    fn render(&mut self, frames: usize) -> Audio {
        let mut audio = Audio { rate: RATE, channels: Vec::new() };
        self.play(frames, &mut |block| {
            audio.channels.resize_with(block.len(), Vec::new);
            for (to, from) in audio.channels.iter_mut().zip(block) {
                to.extend_from_slice(from);
            }
        });
        audio
    }
}

#[cfg(test)]
mod tests;
