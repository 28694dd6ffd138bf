//! Periodic waves without aliasing, with hard sync, pulse width and a frequency that may move from frame to frame.
//!
//! The phase is kept in double precision. Between two frames the frequency is constant, so that every corner of the
//! wave (the end of a saw's ramp, a pulse's edges, a restart) has an exact time, and there the [blep](crate::blep)
//! tables mend it.

use crate::blep::{Blep, Corner, Corrector};
use crate::lane::{Lane, Simd, sin_turns};

/// What one period looks like; all but the saw begin as a sine does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Rises from -1 to 1, then falls back at once: every harmonic, 1/n.
    Saw,
    /// 1 for the pulse width, -1 for the rest: odd harmonics, 1/n, at a width of one half.
    Square,
    /// Straight lines between -1 and 1: odd harmonics, 1/n².
    Triangle,
    /// The fundamental alone.
    Sine,
}

/// What one frame of an [`Oscillator`] depends on.
#[derive(Clone, Copy, Debug)]
pub struct Drive<L> {
    /// Frequency in hertz; what is above half the rate is held there.
    pub frequency: L,
    /// How many times faster the wave runs than `frequency`, which restarts it; 1 and below: no restart.
    pub ratio: L,
    /// The part of a period that a pulse is up, between 0 and 1.
    pub width: L,
    /// Amplitude.
    pub gain: L,
    /// A signal that restarts the wave wherever it rises through zero.
    pub sync: Option<L>,
    /// Restarts the wave at this very frame.
    pub restart: bool,
}

/// Several waves side by side, one a lane.
#[derive(Clone, Debug)]
pub struct Oscillator<L: Lane> {
    shape: Shape,
    start: f64,
    frame: f64,
    corrector: Option<Corrector<L>>,
    gains: Vec<L>,
    now: usize,
    state: State<L>,
}

#[derive(Clone, Debug)]
struct State<L: Lane> {
    running: bool,
    phase: L::Double,
    master: L::Double,
    /// Periods a frame of the wave, and of what restarts it.
    step: L::Double,
    master_step: L::Double,
    synced: L::Double,
    width: L::Double,
    /// The last three frames of the sync signal, the latest first.
    heard: [L; 3],
}

impl<L: Lane> State<L> {
    fn new(start: f64) -> Self {
        let zero = L::Double::splat(0.0);
        Self {
            running: false,
            phase: L::Double::splat(start),
            master: zero,
            step: zero,
            master_step: zero,
            synced: zero,
            width: L::Double::splat(0.5),
            heard: [L::splat(0.0); 3],
        }
    }
}

impl<L: Lane> Oscillator<L> {
    /// A wave that begins at `start` (in periods, from 0 to 1) for a rate. With `limited` it comes without aliasing
    /// and [late](Self::latency); else at once and with bare corners, as a slow modulator wants it. A sine has no
    /// corners and always comes at once; when it is restarted the jump stays bare.
    pub fn new(shape: Shape, rate: u32, start: f64, limited: bool) -> Self {
        let corrector =
            (Self::look_ahead(shape, rate, limited) > 0).then(|| Corrector::new(Blep::for_rate(rate)));
        let late = corrector.as_ref().map_or(0, Corrector::latency);
        let start = start - start.floor();
        Self {
            shape,
            start,
            frame: 1.0 / f64::from(rate.max(1)),
            corrector,
            gains: vec![L::splat(0.0); late + 1],
            now: 0,
            state: State::new(start),
        }
    }

    /// How many frames late the output comes.
    pub fn look_ahead(shape: Shape, rate: u32, limited: bool) -> usize {
        if limited && shape != Shape::Sine { Blep::look_ahead(rate) } else { 0 }
    }

    /// Goes back to the beginning.
    pub fn reset(&mut self) {
        self.state = State::new(self.start);
        self.gains.fill(L::splat(0.0));
        self.now = 0;
        if let Some(corrector) = &mut self.corrector {
            corrector.reset();
        }
    }

    /// Takes in one frame and gives out the one that is due.
    #[inline(always)]
    pub fn next(&mut self, drive: &Drive<L>) -> L {
        let width = drive.width.double();
        if self.state.running {
            self.advance(width, drive.sync);
        } else {
            self.state.running = true;
        }
        if let Some(sync) = drive.sync {
            let [a, b, _] = self.state.heard;
            self.state.heard = [sync, a, b];
        }
        self.state.width = width;
        if drive.restart {
            for lane in 0..L::LANES {
                self.state.master.set(lane, 0.0);
                self.restart(lane, 0.0, width.get(lane));
            }
        }
        let value = wave::<L>(self.shape, self.state.phase, width);
        self.set_speed(drive);
        let Some(corrector) = &mut self.corrector else {
            return value * drive.gain;
        };
        corrector.put(value);
        self.gains[self.now] = drive.gain;
        self.now = if self.now + 1 == self.gains.len() { 0 } else { self.now + 1 };
        corrector.take() * self.gains[self.now]
    }

    /// Sets how far the wave goes until the next frame.
    #[inline(always)]
    fn set_speed(&mut self, drive: &Drive<L>) {
        let (zero, one, half) = (L::Double::splat(0.0), L::Double::splat(1.0), L::Double::splat(0.5));
        let state = &mut self.state;
        let ratio = drive.ratio.double();
        state.master_step = (drive.frequency.double() * L::Double::splat(self.frame)).max(zero).min(half);
        state.synced = L::Double::select(ratio.gt(one), one, zero);
        state.step = (state.master_step * ratio.max(one)).min(half);
    }

    /// Goes on by one frame. Where nothing happens all lanes go at once; else lane by lane, with the same result.
    #[inline(always)]
    fn advance(&mut self, width: L::Double, sync: Option<L>) {
        let state = &mut self.state;
        let (phase, master) = (state.phase + state.step, state.master + state.master_step);
        let one = L::Double::splat(1.0);
        let mut events = below::<L>(state.phase, one) - below::<L>(phase, one);
        events += below::<L>(state.master, one) - below::<L>(master, one);
        match self.shape {
            Shape::Square => {
                events += (below::<L>(state.phase, state.width) - below::<L>(phase, width)).abs()
            }
            Shape::Triangle => {
                for place in PEAKS.map(L::Double::splat) {
                    events += below::<L>(state.phase, place) - below::<L>(phase, place);
                }
            }
            Shape::Saw | Shape::Sine => {}
        }
        if let Some(now) = sync {
            let zero = L::splat(0.0);
            let (below, above) = (state.heard[0].gt(zero), now.gt(zero));
            let rises = L::select(below, zero, L::select(above, L::splat(1.0), zero));
            events += rises.double();
        }
        if L::Double::any(events.gt(L::Double::splat(0.0))) {
            for lane in 0..L::LANES {
                self.advance_lane(lane, width.get(lane), sync.map(|s| s.get(lane)));
            }
        } else {
            state.phase = phase;
            state.master = master;
        }
    }

    /// Goes on by one frame in one lane, from restart to restart.
    #[inline(always)]
    fn advance_lane(&mut self, lane: usize, width: f64, sync: Option<f32>) {
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
        self.state.master.set(lane, next);
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
        self.state.phase.set(lane, if end >= 1.0 { end - 1.0 } else { end });
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
    fn restart(&mut self, lane: usize, ago: f64, width: f64) {
        let (phase, step) = (self.state.phase.get(lane), self.state.step.get(lane));
        let value = |at| f64::from(wave::<f32>(self.shape, at, width));
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

/// Where a triangle has its corners, in periods.
const PEAKS: [f64; 2] = [0.25, 0.75];

/// The bare wave at a phase from 0 to 1.
#[inline(always)]
fn wave<L: Lane>(shape: Shape, phase: L::Double, width: L::Double) -> L {
    let double = L::Double::splat;
    match shape {
        Shape::Saw => L::single(phase.mul_add(double(2.0), double(-1.0))),
        Shape::Square => L::single(L::Double::select(width.gt(phase), double(1.0), double(-1.0))),
        Shape::Triangle => {
            let turned = phase + double(0.25);
            let centred = turned - turned.floor() - double(0.5);
            L::single(centred.abs().mul_add(double(-4.0), double(1.0)))
        }
        Shape::Sine => sin_turns(L::single(phase)),
    }
}

/// 1 where `x` is below `bound`, else 0.
#[inline(always)]
fn below<L: Lane>(x: L::Double, bound: L::Double) -> L::Double {
    L::Double::select(bound.gt(x), L::Double::splat(1.0), L::Double::splat(0.0))
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

#[cfg(test)]
mod tests;
