//! The last minutes of a sound, in pieces that are shared by whoever holds the reel. Silence takes no room.

use std::collections::VecDeque;
use std::sync::Arc;

/// How many seconds are kept.
pub const SECONDS: u64 = 300;

/// The last minutes.
#[derive(Clone, Debug, Default)]
pub struct Reel {
    pieces: VecDeque<Arc<Piece>>,
    rate: u32,
    frames: u64,
}

/// A piece: a row for each channel; silence has no rows.
#[derive(Debug)]
struct Piece {
    frames: usize,
    channels: Vec<Vec<f32>>,
}

impl Reel {
    /// Puts the next piece on; what is older than [`SECONDS`] goes, and all of it where the rate is another one.
    pub fn push(&mut self, rate: u32, channels: Vec<Vec<f32>>) {
        if rate != self.rate {
            *self = Self { rate, ..Self::default() };
        }
        let frames = channels.first().map_or(0, Vec::len);
        let silent = channels.iter().flatten().all(|x| *x == 0.0);
        let channels = if silent { Vec::new() } else { channels };
        self.pieces.push_back(Arc::new(Piece { frames, channels }));
        self.frames += frames as u64;
        let most = SECONDS * u64::from(rate);
        while let Some(first) = self.pieces.front().filter(|p| self.frames - p.frames as u64 >= most) {
            self.frames -= first.frames as u64;
            self.pieces.pop_front();
        }
    }

    /// Frames a second.
    pub fn rate(&self) -> u32 {
        self.rate
    }

    /// How many frames there are.
    pub fn frames(&self) -> u64 {
        self.frames
    }

    /// How many channels the widest piece has; 0 where all is silent.
    pub fn width(&self) -> usize {
        self.pieces.iter().map(|p| p.channels.len()).max().unwrap_or(0)
    }

    /// Gives the sound piece by piece, in [`Reel::width`] channels.
    pub fn each<E>(&self, mut take: impl FnMut(&[&[f32]]) -> Result<(), E>) -> Result<(), E> {
        let width = self.width();
        for piece in &self.pieces {
            if piece.channels.is_empty() {
                let silence = vec![0.0; piece.frames];
                take(&vec![silence.as_slice(); width])?;
            } else {
                take(&widened(&piece.channels, width))?;
            }
        }
        Ok(())
    }
}

/// Channels as so many: what is mono stands in all of them, what is missing repeats the last, what is too much is left
/// out.
pub fn widened(channels: &[Vec<f32>], width: usize) -> Vec<&[f32]> {
    let at = |k: usize| channels.get(k).or(channels.last()).map_or(&[][..], Vec::as_slice);
    (0..width).map(at).collect()
}
