//! Sound held in memory: planar channels at one rate.

/// Planar sound: one vector a channel, all of one length.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Audio {
    /// Frames a second.
    pub rate: u32,
    /// One vector of samples a channel, full scale at 1.0; all of one length.
    pub channels: Vec<Vec<f32>>,
}

impl Audio {
    /// Silence of `frames` frames in `width` channels.
    pub fn silence(rate: u32, width: usize, frames: usize) -> Self {
        Self { rate, channels: vec![vec![0.0; frames]; width] }
    }

    /// How many frames it holds.
    pub fn frames(&self) -> usize {
        self.channels.first().map_or(0, Vec::len)
    }

    /// How many channels it has.
    pub fn width(&self) -> usize {
        self.channels.len()
    }

    /// How long it lasts.
    pub fn seconds(&self) -> f64 {
        self.frames() as f64 / f64::from(self.rate.max(1))
    }
}
