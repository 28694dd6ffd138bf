//! The guard behind the master: it passes every bit until something is dangerous to ears or loudspeakers.

use std::collections::VecDeque;

/// Frames over this amplitude, +6 dBFS, are clipped at once.
const CEILING: f32 = 1.995_262_3;

/// A jump of the level by this factor in power, 24 dB, mutes.
const JUMP: f64 = 251.188_643;

/// What is quieter than this in power, -24 dBFS, counts as that: music may begin out of silence.
const FLOOR: f64 = 0.003_981_072;

/// How many windows of level a second has.
const WINDOWS: usize = 800;

/// How many windows fade when it mutes.
const FADE_WINDOWS: usize = 2;

/// Why the guard muted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trip {
    /// The level jumped by more than 24 dB over that of the last second.
    Jump = 1,
    /// Something was no number.
    NotFinite = 2,
}

impl Trip {
    /// The trip with this number.
    pub fn from_number(number: u32) -> Option<Self> {
        [Self::Jump, Self::NotFinite].into_iter().find(|t| *t as u32 == number)
    }
}

/// The guard of one output. Levels are mean squares over all channels in windows of 1.25 ms.
#[derive(Debug)]
pub struct Guard {
    /// Frames of a window.
    window: usize,
    /// How far the present window is, and the sum of its squares.
    at: usize,
    sum: f64,
    /// The mean squares of the last second, oldest first, and their sum.
    second: VecDeque<f64>,
    total: f64,
    tripped: Option<Trip>,
    /// How many frames are left of the fade to silence.
    left: usize,
    clipped: u64,
}

impl Guard {
    /// A guard at a rate.
    pub fn new(rate: u32) -> Self {
        Self {
            window: (rate as usize / WINDOWS).max(1),
            at: 0,
            sum: 0.0,
            second: std::iter::repeat_n(0.0, WINDOWS).collect(),
            total: 0.0,
            tripped: None,
            left: 0,
            clipped: 0,
        }
    }

    /// Why it has muted.
    pub fn tripped(&self) -> Option<Trip> {
        self.tripped
    }

    /// How many frames it clipped.
    pub fn clipped(&self) -> u64 {
        self.clipped
    }

    /// Passes sound again.
    pub fn unmute(&mut self) {
        self.tripped = None;
        (self.at, self.sum) = (0, 0.0);
    }

    fn trip(&mut self, why: Trip) {
        if self.tripped.is_none() {
            self.tripped = Some(why);
            self.left = self.window * FADE_WINDOWS;
        }
    }

    /// Guards frames of so many channels, one behind the other.
    pub fn run(&mut self, frames: &mut [f32], channels: usize) {
        for frame in frames.chunks_mut(channels.max(1)) {
            self.frame(frame);
        }
    }

    fn frame(&mut self, frame: &mut [f32]) {
        let mut over = false;
        for x in frame.iter_mut() {
            if !x.is_finite() {
                *x = 0.0;
                self.trip(Trip::NotFinite);
            }
            if x.abs() > CEILING {
                *x = x.clamp(-CEILING, CEILING);
                over = true;
            }
            self.sum += f64::from(*x) * f64::from(*x);
        }
        self.clipped += u64::from(over);
        self.at += 1;
        if self.at == self.window {
            self.level(self.sum / (self.window * frame.len().max(1)) as f64);
            (self.at, self.sum) = (0, 0.0);
        }
        if self.tripped.is_some() {
            let gain = self.left as f32 / (self.window * FADE_WINDOWS) as f32;
            frame.iter_mut().for_each(|x| *x *= gain);
            self.left = self.left.saturating_sub(1);
        }
    }

    /// Takes the mean square of a window.
    fn level(&mut self, now: f64) {
        let usual = (self.total / WINDOWS as f64).max(FLOOR);
        if now > usual * JUMP {
            self.trip(Trip::Jump);
        }
        self.total += now - self.second.pop_front().unwrap_or(0.0);
        self.second.push_back(now);
        // Rounding must not add up over days.
        self.total = self.total.max(0.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: u32 = 48_000;

    fn sine(seconds: f64, amplitude: f64) -> Vec<f32> {
        let frames = (seconds * f64::from(RATE)) as usize;
        (0..frames)
            .map(|i| (amplitude * (i as f64 * 440.0 * std::f64::consts::TAU / 48e3).sin()) as f32)
            .collect()
    }

    #[test]
    fn it_passes_every_bit_of_music_up_to_6_db_over_full_scale() {
        let mut guard = Guard::new(RATE);
        for amplitude in [1.0, 0.001, 1.0, 1.99] {
            let sound = sine(0.7, amplitude);
            let mut heard = sound.clone();
            guard.run(&mut heard, 2);
            assert_eq!(heard, sound);
        }
        assert_eq!((guard.tripped(), guard.clipped()), (None, 0));
    }

    #[test]
    fn it_clips_what_is_louder_and_goes_on() {
        let mut guard = Guard::new(RATE);
        let mut sound = sine(1.0, 1.0);
        guard.run(&mut sound, 1);
        let mut loud = [0.5, 3.0, -3.0, 0.5];
        guard.run(&mut loud, 1);
        assert_eq!(loud, [0.5, CEILING, -CEILING, 0.5]);
        assert_eq!((guard.tripped(), guard.clipped()), (None, 2));
    }

    #[test]
    fn a_jump_of_24_db_mutes_within_5_ms_until_it_is_told_otherwise() {
        let mut guard = Guard::new(RATE);
        let mut quiet = sine(1.5, 0.02);
        guard.run(&mut quiet, 1);
        let mut loud = vec![1.9; 48_000];
        guard.run(&mut loud, 1);
        assert_eq!(guard.tripped(), Some(Trip::Jump));
        let last = loud.iter().rposition(|x| *x != 0.0).map_or(0, |at| at + 1);
        assert!(last <= RATE as usize * 5 / 1_000, "{last} frames");
        assert!(loud.windows(2).all(|w| (w[1] - w[0]).abs() < 1.9 / 60.0), "it clicks");
        guard.unmute();
        let mut again = sine(0.1, 0.02);
        guard.run(&mut again, 1);
        assert_eq!((again, guard.tripped()), (sine(0.1, 0.02), None));
    }

    #[test]
    fn what_is_no_number_is_never_heard() {
        for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            let mut guard = Guard::new(RATE);
            let mut sound = [0.1, bad, 0.1];
            guard.run(&mut sound, 1);
            assert!(sound.iter().all(|x| x.is_finite()) && sound[1] == 0.0);
            assert_eq!(guard.tripped(), Some(Trip::NotFinite));
        }
    }
}
