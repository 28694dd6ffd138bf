//! Periodic waves without aliasing, with hard sync, pulse width and a frequency that may move from frame to frame.
//!
//! The phase is kept on a grid of 2^-52 periods, on which every sum is exact. Between two frames the frequency is constant, so that every corner of the
//! wave (the end of a saw's ramp, a pulse's edges, a restart) has an exact time, and there the [blep](crate::blep)
//! tables mend it.

use crate::blep::{Blep, Corrector};
use crate::lane::{Keeper, Lane, Phase, Simd, by_lanes, on_grid};
use wave::{PEAKS, below, rounded, wave};

mod lane;
mod wave;

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

/// What is done about the corners of a wave, which hold more than the rate can carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Corners {
    /// They are mended by the tables of [`blep`](crate::blep), [late](Oscillator::look_ahead): nothing folds back.
    Mended,
    /// They are rounded over two frames, at once: what folds back is weaker, and hard sync stays bare.
    Rounded,
    /// They stay as they are, as a slow modulator wants it.
    Bare,
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
    /// The lanes, a bit each from the lowest on, that restart at this very frame.
    pub restart: u32,
}

/// Several waves side by side, one a lane.
#[derive(Clone, Debug)]
pub struct Oscillator<L: Lane> {
    shape: Shape,
    corners: Corners,
    start: f64,
    frame: f64,
    corrector: Option<Corrector<L>>,
    gains: Vec<L>,
    now: usize,
    state: State<L>,
}

#[derive(Clone, Debug)]
struct State<L: Lane> {
    /// One in the lanes that have had a frame.
    running: L,
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

/// Steps in periods a frame below this round corners no further.
const LEAST_STEP: f32 = 1e-12;

/// Periods a frame, up to one half, of a frequency in hertz; a frame has `frame` seconds.
#[inline(always)]
fn step_of<L: Lane>(frequency: L, frame: f64) -> L::Double {
    let (zero, half) = (L::Double::splat(0.0), L::Double::splat(0.5));
    on_grid((frequency.double() * L::Double::splat(frame)).max(zero).min(half))
}

/// Periods a frame, and frames a period.
#[inline(always)]
fn speed<L: Lane>(step: L::Double) -> (L, L) {
    let step = L::single(step);
    (step, L::splat(1.0) / step.max(L::splat(LEAST_STEP)))
}

/// A wave without look-ahead.
#[inline(always)]
fn value<L: Lane>(
    shape: Shape,
    corners: Corners,
    phase: L::Phase,
    width: L::Phase,
    (step, pace): (L, L),
) -> L {
    if corners == Corners::Rounded {
        rounded::<L>(shape, phase, width, step, pace)
    } else {
        wave::<L>(shape, phase, width)
    }
}

impl<L: Lane> State<L> {
    fn new(start: f64) -> Self {
        let zero = L::Double::splat(0.0);
        Self {
            running: L::splat(0.0),
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
    /// A wave that begins at `start` (in periods, from 0 to 1) for a rate. A sine has no corners and always comes at
    /// once; when it is restarted the jump stays bare.
    pub fn new(shape: Shape, rate: u32, start: f64, corners: Corners) -> Self {
        let corrector =
            (Self::look_ahead(shape, rate, corners) > 0).then(|| Corrector::new(Blep::for_rate(rate)));
        let late = corrector.as_ref().map_or(0, Corrector::latency);
        let start = on_grid(start - start.floor());
        let start = if start < 1.0 { start } else { 0.0 };
        Self {
            shape,
            corners,
            start,
            frame: 1.0 / f64::from(rate.max(1)),
            corrector,
            gains: vec![L::splat(0.0); late + 1],
            now: 0,
            state: State::new(start),
        }
    }

    /// How many frames late the output comes.
    pub fn look_ahead(shape: Shape, rate: u32, corners: Corners) -> usize {
        if corners == Corners::Mended && shape != Shape::Sine { Blep::look_ahead(rate) } else { 0 }
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

    /// Shows what is kept for a lane.
    pub fn keep(&mut self, keeper: &mut Keeper<'_>) {
        let state = &mut self.state;
        keeper.numbers([&mut state.phase, &mut state.master, &mut state.step, &mut state.master_step]);
        keeper.numbers([&mut state.synced, &mut state.width]);
        keeper.number(&mut state.running);
        keeper.numbers(&mut state.heard);
        keeper.ring(&mut self.gains, self.now);
        if let Some(corrector) = &mut self.corrector {
            corrector.keep(keeper);
        }
    }

    /// Takes in one frame and gives out the one that is due.
    #[inline(always)]
    pub fn next(&mut self, drive: &Drive<L>) -> L {
        let width = drive.width.double();
        let one = L::splat(1.0);
        if L::any(one.gt(self.state.running)) {
            self.begin(width, drive.sync);
        }
        self.advance(width, drive.sync);
        if let Some(sync) = drive.sync {
            let [a, b, _] = self.state.heard;
            self.state.heard = [sync, a, b];
        }
        self.state.width = width;
        if drive.restart != 0 {
            for lane in (0..L::LANES).filter(|lane| drive.restart >> lane & 1 == 1) {
                self.state.master.set(lane, 0.0);
                self.restart(lane, 0.0, width.get(lane));
            }
        }
        self.set_speed(drive.frequency, drive.ratio);
        let Some(corrector) = &mut self.corrector else {
            return self.value(drive.width) * drive.gain;
        };
        corrector.put(wave::<L>(self.shape, L::Phase::new(self.state.phase), L::Phase::new(width)));
        self.gains[self.now] = drive.gain;
        self.now = if self.now + 1 == self.gains.len() { 0 } else { self.now + 1 };
        corrector.take() * self.gains[self.now]
    }

    /// Whether [`Self::run`] may stand for [`Self::next`] where there is no sync, no restart and no ratio above 1.
    pub fn is_plain(&self) -> bool {
        self.corrector.is_none()
    }

    /// Frame by frame as [`Self::next`], for what [is plain](Self::is_plain), at a pitch that stays.
    #[inline(always)]
    pub fn run(&mut self, out: &mut [L], frequency: L, width: L, gain: L) {
        let Some(last) = out.len().checked_sub(1) else { return };
        let (mut phase, master) = self.go_on(width);
        self.set_speed(frequency, L::splat(1.0));
        let speed = speed(self.state.step);
        let (shape, corners) = (self.shape, self.corners);
        let (step, width) = (L::Phase::new(self.state.step), width.double());
        let (first, wide) = (phase, L::Phase::new(width));
        for out in out {
            by_lanes::<L>();
            *out = value::<L>(shape, corners, phase, wide, speed) * gain;
            phase = phase.plus(step);
        }
        let way = step.times(last as u64);
        self.arrive(first.plus(way), master.plus(way), width);
    }

    /// As [`Self::run`], where something moves: frequency, width and gain have a value for each frame.
    #[inline(always)]
    pub fn run_moving(&mut self, out: &mut [L], frequency: &[L], width: &[L], gain: &[L]) {
        let Some(&begin) = width.first() else { return };
        let (first, master) = self.go_on(begin);
        let (shape, corners, frame) = (self.shape, self.corners, self.frame);
        let (mut phase, mut next) = (first, first);
        let (mut step, mut wide) = (self.state.step, self.state.width);
        for (((out, &frequency), &width), &gain) in out.iter_mut().zip(frequency).zip(width).zip(gain) {
            by_lanes::<L>();
            phase = next;
            (step, wide) = (step_of(frequency, frame), width.double());
            *out = value::<L>(shape, corners, phase, L::Phase::new(wide), speed(step)) * gain;
            next = phase.plus(L::Phase::new(step));
        }
        (self.state.step, self.state.master_step) = (step, step);
        self.state.synced = L::Double::splat(0.0);
        self.arrive(phase, master.plus(phase.minus(first)), wide);
    }

    /// The phases of wave and master at the next frame, at which nothing else happens.
    #[inline(always)]
    fn go_on(&mut self, width: L) -> (L::Phase, L::Phase) {
        if L::any(L::splat(1.0).gt(self.state.running)) {
            self.begin(width.double(), None);
        }
        let state = &self.state;
        let sum = |phase, step| L::Phase::new(phase).plus(L::Phase::new(step));
        (sum(state.phase, state.step), sum(state.master, state.master_step))
    }

    /// Keeps the phases of wave and master.
    #[inline(always)]
    fn arrive(&mut self, phase: L::Phase, master: L::Phase, width: L::Double) {
        (self.state.phase, self.state.master) = (phase.periods(), master.periods());
        self.state.width = width;
    }

    /// Lets lanes begin that have had no frame: nothing has moved there yet.
    fn begin(&mut self, width: L::Double, sync: Option<L>) {
        let state = &mut self.state;
        for lane in 0..L::LANES {
            if state.running.get(lane) == 0.0 {
                state.running.set(lane, 1.0);
                state.width.set(lane, width.get(lane));
                state.heard[0].set(lane, sync.map_or(0.0, |s| s.get(lane)));
            }
        }
    }

    /// The wave of a frame where there is no look-ahead.
    #[inline(always)]
    fn value(&self, width: L) -> L {
        let (phase, width) = (L::Phase::new(self.state.phase), L::Phase::new(width.double()));
        value::<L>(self.shape, self.corners, phase, width, speed(self.state.step))
    }

    /// Sets how far the wave goes until the next frame.
    #[inline(always)]
    fn set_speed(&mut self, frequency: L, ratio: L) {
        let (zero, one, half) = (L::Double::splat(0.0), L::Double::splat(1.0), L::Double::splat(0.5));
        let state = &mut self.state;
        let ratio = ratio.double();
        state.master_step = step_of(frequency, self.frame);
        state.synced = L::Double::select(ratio.gt(one), one, zero);
        state.step = on_grid((state.master_step * ratio.max(one)).min(half));
    }

    /// Goes on by one frame. Lanes where nothing happens go at once; the others by themselves.
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
                if events.get(lane) > 0.0 {
                    self.advance_lane(lane, width.get(lane), sync.map(|s| s.get(lane)));
                } else {
                    self.state.phase.set(lane, phase.get(lane));
                    self.state.master.set(lane, master.get(lane));
                }
            }
        } else {
            state.phase = phase;
            state.master = master;
        }
    }
}

#[cfg(test)]
mod tests;
