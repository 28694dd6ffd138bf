//! What happens to a wave between two frames in one lane: restarts, and the corners that they and the wave itself make.

use super::wave::{PEAKS, wave};
use super::{Oscillator, Shape};
use crate::blep::Corner;
use crate::lane::{Lane, Phase, Simd, on_grid};

impl<L: Lane> Oscillator<L> {
    /// Goes on by one frame in one lane, from restart to restart.
    #[inline(always)]
    pub(super) fn advance_lane(&mut self, lane: usize, width: f64, sync: Option<f32>) {
        let state = &self.state;
        let (master, step) = (state.master.get(lane), state.master_step.get(lane));
        let heard = state.heard.map(|h| f64::from(h.get(lane)));
        let outer =
            sync.map(f64::from).filter(|&now| heard[0] <= 0.0 && now > 0.0).map(|now| crossing(heard, now));
        let turn = if master + step < 1.0 { None } else { Some((1.0 - master) / step) };
        // What comes from outside restarts the master too.
        let turn = turn.filter(|&t| outer.is_none_or(|o| t <= o));
        let inner = turn.filter(|_| state.synced.get(lane) > 0.0);
        let next = match (outer, turn) {
            (Some(o), _) => step * (1.0 - o),
            (None, Some(_)) => master + step - 1.0,
            (None, None) => master + step,
        };
        self.state.master.set(lane, within(next));
        let mut time = 0.0;
        for restart in [inner, outer].into_iter().flatten() {
            self.glide(lane, time, restart, width);
            let before = self.state.width.get(lane);
            self.restart(lane, 1.0 - restart, (width - before).mul_add(restart, before));
            time = restart;
        }
        self.glide(lane, time, 1.0, width);
    }

    /// Lets one lane run from one time inside the frame to another, past the corners that lie there.
    #[inline(always)]
    fn glide(&mut self, lane: usize, from: f64, to: f64, width: f64) {
        let step = self.state.step.get(lane);
        let phase = self.state.phase.get(lane);
        let end = phase + step * (to - from);
        let turn = from + (1.0 - phase) / step;
        match self.shape {
            Shape::Sine => {}
            Shape::Saw => {
                if end >= 1.0 {
                    self.corner(lane, 1.0 - turn, Corner::Jump(-2.0));
                }
            }
            Shape::Triangle => {
                for (peak, bend) in [(PEAKS[0], -8.0), (PEAKS[1], 8.0), (1.0 + PEAKS[0], -8.0)] {
                    if phase < peak && end >= peak {
                        self.corner(lane, 1.0 - from - (peak - phase) / step, Corner::Kink(bend * step));
                    }
                }
            }
            Shape::Square => {
                let before = self.state.width.get(lane);
                let width_at = |time: f64| (width - before).mul_add(time, before);
                if end >= 1.0 {
                    self.edge(lane, (from, phase - width_at(from)), (turn, 1.0 - width_at(turn)));
                    self.corner(lane, 1.0 - turn, Corner::Jump(2.0));
                    self.edge(lane, (turn, -width_at(turn)), (to, end - 1.0 - width_at(to)));
                } else {
                    self.edge(lane, (from, phase - width_at(from)), (to, end - width_at(to)));
                }
            }
        }
        self.state.phase.set(lane, within(end));
    }

    /// Where the way of the phase, measured from the pulse's end, leads through zero, the pulse goes down or up.
    #[inline(always)]
    fn edge(&mut self, lane: usize, (start, from): (f64, f64), (end, to): (f64, f64)) {
        if (from < 0.0) != (to < 0.0) {
            let time = (end - start).mul_add(from / (from - to), start);
            self.corner(lane, 1.0 - time, Corner::Jump(if from < 0.0 { -2.0 } else { 2.0 }));
        }
    }

    /// Restarts one lane, `ago` frames before the present one.
    #[inline(always)]
    pub(super) fn restart(&mut self, lane: usize, ago: f64, width: f64) {
        let (phase, step) = (self.state.phase.get(lane), self.state.step.get(lane));
        let value = |at| f64::from(wave::<f32>(self.shape, Phase::<f32>::new(at), Phase::<f32>::new(width)));
        let jump = value(self.start) - value(phase);
        let slope = |at: f64| if (PEAKS[0]..PEAKS[1]).contains(&at) { -4.0 } else { 4.0 };
        let kink = slope(self.start) - slope(phase);
        self.corner(lane, ago, Corner::Jump(jump));
        if self.shape == Shape::Triangle {
            self.corner(lane, ago, Corner::Kink(kink * step));
        }
        self.state.phase.set(lane, self.start);
    }

    #[inline(always)]
    fn corner(&mut self, lane: usize, ago: f64, corner: Corner) {
        if let Some(corrector) = &mut self.corrector {
            corrector.corner(lane, ago, corner);
        }
    }
}

/// A phase from 0 to below 2 in its period.
#[inline(always)]
fn within(phase: f64) -> f64 {
    let phase = on_grid(if phase >= 1.0 { phase - 1.0 } else { phase });
    if phase >= 1.0 { 0.0 } else { phase }
}

/// When, between the last frame heard (0) and the present one (1), a signal rises through zero: Newton's method on the
/// cubic through four frames, kept inside.
#[inline(always)]
fn crossing([c, b, a]: [f64; 3], now: f64) -> f64 {
    let one = c / 2.0 + now / 3.0 + a / 6.0 - b;
    let two = (now + b) / 2.0 - c;
    let three = (now - a) / 6.0 + (b - c) / 2.0;
    let (mut low, mut high) = (0.0, 1.0);
    let mut time = c / (c - now);
    for _ in 0..6 {
        let height = three.mul_add(time, two).mul_add(time, one).mul_add(time, c);
        if height > 0.0 {
            high = time;
        } else {
            low = time;
        }
        let slope = (3.0 * three).mul_add(time, 2.0 * two).mul_add(time, one);
        let next = time - height / slope;
        time = if next >= low && next <= high { next } else { 0.5 * (low + high) };
    }
    // What is not finite counts as the last frame heard.
    Simd::clamp(time, 0.0, 1.0)
}
