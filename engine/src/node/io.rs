//! What a kernel sees while it runs one block.

use super::{GRID, Incoming};
use crate::run::{Events, Inputs, Outputs};
use signalbox_dsp::lane::Lane;
use std::ops::Range;

/// What a kernel sees while it runs one block. The fields can be borrowed apart from each other.
pub struct Io<'a, L: Lane> {
    /// How many frames the block has, 1 to 64.
    pub frames: usize,
    /// The absolute frame of the block's first sample, on the clock of the sound that arrives here: 0 is where the
    /// engine began, whatever latency lies before the node. Negative before that. It never jumps.
    pub frame: i64,
    /// Where the song stands: players, notes and clicks follow it.
    pub song: Song,
    /// Whether this is the first block after creation or `reset`.
    pub fresh: bool,
    /// Audio that comes in.
    pub inputs: Inputs<'a, L>,
    /// Audio that goes out. For a node that works in place, the first output holds the first input.
    pub outputs: Outputs<'a, L>,
    /// Parameters.
    pub params: Params<'a, L>,
    /// Events that come in and go out.
    pub events: Events<'a>,
    /// What comes in from outside in the whole block; for kinds into which no cable leads, since those of a loop get
    /// their frames in pieces.
    pub incoming: &'a Incoming<'a>,
}

/// Where the song stands at the first frame of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Song {
    /// The frame of the song, 0 being its start. Without a transport it is that of the engine.
    pub frame: i64,
    /// Whether it goes on; if not, it stands there all through the block.
    pub rolls: bool,
}

impl Song {
    /// Where the song stands that goes on without a jump from the engine's start.
    pub fn straight(frame: i64) -> Self {
        Self { frame, rolls: true }
    }

    /// The frame at which the song stands so many frames later, if nothing jumps.
    pub fn after(self, frames: usize) -> i64 {
        if self.rolls { self.frame + frames as i64 } else { self.frame }
    }
}

/// A stretch of a block in which coefficients stay as they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// The frames of the block.
    pub frames: Range<usize>,
    /// Whether coefficients are to be renewed from the parameters at the stretch's first frame.
    pub renew: bool,
}

impl<L: Lane> Io<'_, L> {
    /// Cuts the block where coefficients are renewed: at whole multiples of 16 absolute frames, and at the first
    /// frame ever.
    #[inline(always)]
    pub fn spans(&self) -> impl Iterator<Item = Span> + use<L> {
        let (frame, frames, fresh) = (self.frame, self.frames, self.fresh);
        let mut start = 0;
        std::iter::from_fn(move || {
            if start >= frames {
                return None;
            }
            let phase = (frame + start as i64).rem_euclid(GRID as i64) as usize;
            let span = Span {
                frames: start..(start + GRID - phase).min(frames),
                renew: phase == 0 || (fresh && start == 0),
            };
            start = span.frames.end;
            Some(span)
        })
    }
}

/// A parameter during one block.
#[derive(Clone, Copy, Debug)]
pub enum Param<'a, L> {
    /// The same value all through.
    Steady(L),
    /// A value for each frame.
    Moving(&'a [L]),
}

impl<L: Lane> Param<'_, L> {
    /// The value at a frame of the block.
    #[inline(always)]
    pub fn at(&self, frame: usize) -> L {
        match self {
            Self::Steady(value) => *value,
            Self::Moving(values) => values[frame],
        }
    }

    /// Whether the value is the same all through.
    #[inline(always)]
    pub fn is_steady(&self) -> bool {
        matches!(self, Self::Steady(_))
    }
}

/// All parameters of a node during one block, in the order of its declaration. Values lie within the declared range.
#[derive(Clone, Copy)]
pub struct Params<'a, L> {
    pub(crate) values: &'a [Option<L>],
    pub(crate) moving: &'a [[L; super::BLOCK]],
    pub(crate) frames: usize,
}

impl<'a, L: Lane> Params<'a, L> {
    /// The parameter with this index; parameters that are no numbers read as zero.
    #[inline(always)]
    pub fn get(&self, index: usize) -> Param<'a, L> {
        match self.values[index] {
            Some(value) => Param::Steady(value),
            None => Param::Moving(&self.moving[index][..self.frames]),
        }
    }

    /// The value of a parameter at a frame of the block.
    #[inline(always)]
    pub fn at(&self, index: usize, frame: usize) -> L {
        self.get(index).at(frame)
    }
}
