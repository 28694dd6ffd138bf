//! What is heard, measured: loudness and its last minutes, true peak, how the sides agree, the spectrum.

pub mod analyser;

use analyser::Analyser;
use signalbox_dsp::meter::{Basics, Loudness, TruePeak, weights};
use signalbox_engine::node::Probe;
use std::collections::VecDeque;
use std::sync::Arc;

/// Moments of loudness a second, and how many are kept: five minutes.
pub const MOMENTS: u32 = 10;
const KEPT: usize = 5 * 60 * MOMENTS as usize;
/// Over how many seconds it is measured how the sides agree: a window of momentary loudness.
const AGREE: f64 = 0.4;
/// How many of the last frames are drawn as places.
const PLACES: usize = 1_024;
/// How much is left after a second of how far the places reach.
const FALL: f32 = 0.5;

/// The loudness at a moment, in LUFS; not a number where there was none.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moment {
    /// Of the last 0.4 s.
    pub momentary: f32,
    /// Of the last 3 s.
    pub short_term: f32,
}

/// All that is measured of one source of sound.
pub struct Meters {
    probe: Arc<Probe>,
    /// The frame that is next.
    next: u64,
    loudness: Loudness,
    peaks: TruePeak,
    history: VecDeque<Moment>,
    /// How many frames are left until the next moment.
    left: usize,
    correlation: Option<f64>,
    /// The last frames of the first two channels, and how far they reach.
    places: Vec<(f32, f32)>,
    reach: f32,
    /// The spectrum.
    pub analyser: Analyser,
}

impl Meters {
    /// Listens to a probe from now on.
    pub fn new(probe: Arc<Probe>) -> Self {
        let (rate, width) = (probe.rate(), probe.width().max(1));
        Self {
            next: probe.written(),
            loudness: Loudness::new(rate, &weights(width)),
            peaks: TruePeak::new(width),
            history: VecDeque::new(),
            left: (rate / MOMENTS) as usize,
            correlation: None,
            places: Vec::new(),
            reach: 0.0,
            analyser: Analyser::new(rate),
            probe,
        }
    }

    /// Whether it listens to this probe.
    pub fn hears(&self, probe: &Arc<Probe>) -> bool {
        Arc::ptr_eq(&self.probe, probe)
    }

    /// Measures from now on alone.
    pub fn restart(&mut self) {
        *self = Self::new(self.probe.clone());
    }

    /// Hears what has come since the last call.
    pub fn listen(&mut self) {
        let (new, end) = self.probe.since(self.next);
        self.next = end;
        let frames = new.first().map_or(0, Vec::len);
        if frames == 0 {
            return;
        }
        let rate = self.probe.rate();
        let mut from = 0;
        while from < frames {
            let to = (from + self.left).min(frames);
            let part: Vec<&[f32]> = new.iter().map(|c| &c[from..to]).collect();
            self.loudness.push(&part);
            self.peaks.push(&part);
            self.left -= to - from;
            from = to;
            if self.left == 0 {
                self.left = (rate / MOMENTS) as usize;
                self.keep_moment();
            }
        }
        let last = self.probe.last((AGREE * f64::from(rate)) as usize);
        if let [left, right] = last.as_slice() {
            let mut basics = Basics::new(2);
            basics.push(&[left, right]);
            self.correlation = basics.correlation();
        }
        self.place(&last, frames);
        self.analyser.hear(&self.probe.last(self.analyser.size()), frames);
    }

    fn keep_moment(&mut self) {
        let read = |value: Option<f64>| value.map_or(f32::NAN, |v| v as f32);
        if self.history.len() == KEPT {
            self.history.pop_front();
        }
        self.history.push_back(Moment {
            momentary: read(self.loudness.momentary()),
            short_term: read(self.loudness.short_term()),
        });
    }

    fn place(&mut self, last: &[Vec<f32>], frames: usize) {
        let (Some(left), Some(right)) = (last.first(), last.get(1).or(last.first())) else { return };
        let from = left.len().saturating_sub(PLACES);
        self.places = left[from..].iter().copied().zip(right[from..].iter().copied()).collect();
        let far = self.places.iter().fold(0.0f32, |m, (l, r)| m.max(l.abs()).max(r.abs()));
        let fall = FALL.powf(frames as f32 / self.probe.rate() as f32);
        self.reach = far.max(self.reach * fall);
    }

    /// The loudness of the last 0.4 s, of the last 3 s, and of all, in LUFS.
    pub fn loudness(&self) -> [Option<f64>; 3] {
        [self.loudness.momentary(), self.loudness.short_term(), self.loudness.integrated()]
    }

    /// The loudness range of all, in LU.
    pub fn range(&self) -> Option<f64> {
        self.loudness.range()
    }

    /// The highest true peak of all, in dBTP.
    pub fn true_peak(&self) -> Option<f64> {
        self.peaks.dbtp()
    }

    /// How the two sides agree over the last 0.4 s: 1 where they are alike, -1 where one is the other upside down.
    pub fn correlation(&self) -> Option<f64> {
        self.correlation
    }

    /// The loudness of the last minutes, ten times a second, the newest at the end.
    pub fn history(&self) -> &VecDeque<Moment> {
        &self.history
    }

    /// The last frames, left and right, and how far they have reached lately: the edge of a picture of them.
    pub fn places(&self) -> (&[(f32, f32)], f32) {
        (&self.places, self.reach)
    }
}

#[cfg(test)]
mod tests;
