//! The mix with no graph: 64 tracks, a room, a master.

use super::biquad::Biquad;
use super::limiter::Limiter;
use super::room::Room;
use super::rows::Rows;
use super::tracks::Bank;
use super::{BLOCK, Channel, Stick};
use crate::bench::settings::{MASTER, TRACKS};
use signalbox_dsp::lane::{Element, Lane, Level, Task, Wide, dispatch, level};
use signalbox_engine::Audio;
use std::sync::Arc;

/// What follows the tracks.
struct Master {
    room: Room,
    bands: [Biquad<f32>; 4],
    states: [[[f32; 2]; 4]; 2],
    limiter: Limiter,
}

impl Master {
    fn new() -> Self {
        Self {
            room: Room::new(),
            bands: MASTER.map(|band| Biquad::new(|_| band)),
            states: [[[0.0; 2]; 4]; 2],
            limiter: Limiter::new(),
        }
    }

    #[inline(always)]
    fn finish(&mut self, mix: &mut [Channel; 2], send: &[Channel; 2]) {
        let wet = self.room.answer(send);
        for ((sound, wet), states) in mix.iter_mut().zip(&wet).zip(&mut self.states) {
            let mut kept = *states;
            for (x, wet) in sound.iter_mut().zip(wet) {
                *x += wet;
                for (band, state) in self.bands.iter().zip(&mut kept) {
                    *x = band.tick(state, *x);
                }
            }
            *states = kept;
        }
        self.limiter.limit(mix);
    }
}

/// The mix, with `N` tracks side by side.
struct Banks<const N: usize>
where
    f32: Element<N>,
{
    loops: Vec<Arc<Audio>>,
    /// Frames of a loop, in whole blocks.
    length: usize,
    at: usize,
    banks: Vec<Bank<N>>,
    master: Master,
}

impl<const N: usize> Banks<N>
where
    f32: Element<N>,
    Wide<f32, N>: Lane,
{
    fn new(loops: &[Arc<Audio>]) -> Self {
        let shortest = loops.iter().map(|l| l.frames()).min().unwrap_or(0);
        Self {
            loops: loops.to_vec(),
            length: shortest / BLOCK * BLOCK,
            at: 0,
            banks: (0..TRACKS).step_by(N).map(Bank::new).collect(),
            master: Master::new(),
        }
    }

    #[inline(always)]
    fn block(&mut self) -> [Channel; 2] {
        let mut buses = [Rows::<N>::SILENT; 4];
        for bank in &mut self.banks {
            bank.add(&self.loops, self.at, &mut buses);
        }
        self.at = if self.at + BLOCK == self.length { 0 } else { self.at + BLOCK };
        let [left, right, send_left, send_right] = buses;
        let mut mix = [left.sum(), right.sum()];
        self.master.finish(&mut mix, &[send_left.sum(), send_right.sum()]);
        mix
    }
}

/// Some blocks to compute.
struct Play<'a, const N: usize>(&'a mut Banks<N>, usize, &'a mut dyn FnMut(&[Channel]))
where
    f32: Element<N>;

impl<const N: usize> Task for Play<'_, N>
where
    f32: Element<N>,
    Wide<f32, N>: Lane,
{
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for _ in 0..self.1 {
            (self.2)(&self.0.block());
        }
    }
}

impl<const N: usize> Stick for Banks<N>
where
    f32: Element<N>,
    Wide<f32, N>: Lane,
{
    fn play(&mut self, frames: usize, show: &mut dyn FnMut(&[Channel])) {
        dispatch(Play(self, frames.div_ceil(BLOCK), show));
    }
}

/// The mix: 64 looped tracks with gain, four bands, compressor, place and send; a room; a master with four bands and a
/// limiter.
pub struct Mix(Box<dyn Stick>);

impl Mix {
    /// With as many tracks side by side as a register of this machine holds. The loops are of two channels and at least
    /// a block long, one for each of the 64 tracks; what is longer than the shortest, or than whole blocks, is left out.
    ///
    /// # Panics
    /// Where the loops are not such.
    pub fn new(loops: &[Arc<Audio>]) -> Self {
        Self::with_level(loops, level())
    }

    /// With as many tracks side by side as a register of a machine of that level holds; the instructions are those of
    /// this one.
    ///
    /// # Panics
    /// Where the loops are not such as [`Mix::new`] wants them.
    pub fn with_level(loops: &[Arc<Audio>], level: Level) -> Self {
        let fit = |l: &Arc<Audio>| l.width() == 2 && l.frames() >= BLOCK;
        assert!(loops.len() == TRACKS && loops.iter().all(fit), "64 loops of two channels");
        Self(match level {
            Level::Baseline => Box::new(Banks::<4>::new(loops)),
            Level::Avx2 => Box::new(Banks::<8>::new(loops)),
            Level::Avx512 => Box::new(Banks::<16>::new(loops)),
        })
    }
}

impl Stick for Mix {
    fn play(&mut self, frames: usize, show: &mut dyn FnMut(&[Channel])) {
        self.0.play(frames, show);
    }
}
