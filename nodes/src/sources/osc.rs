//! Plays a steady tone or a played note: a saw, a square, a triangle or a sine; slowed down, it moves other nodes.

use signalbox_dsp::held::Held;
use signalbox_dsp::lane::{Keeper, Lane, by_lanes, db_to_gain, exp2};
use signalbox_dsp::oscillator::{Corners, Drive, Oscillator, Shape};
use signalbox_dsp::units::Unit;
use signalbox_engine::node::{
    Declaration, EventKind, Extent, GRID, Group, Io, Kernel, Param, Parameter, Port, Setup, Width, host,
};
use signalbox_engine::wides;

const NOTES: usize = 0;
const SYNC: usize = 1;
const OUT: usize = 0;
const FREQ: usize = 0;
const SHAPE: usize = 1;
const DETUNE: usize = 2;
const RATIO: usize = 3;
const WIDTH: usize = 4;
const LEVEL: usize = 5;
const PHASE: usize = 6;
const RETRIGGER: usize = 7;
const MODE: usize = 8;

const SHAPES: [Shape; 4] = [Shape::Saw, Shape::Square, Shape::Triangle, Shape::Sine];

/// A monophonic oscillator without aliasing, with hard sync and pulse width.
pub static NODE: Declaration = Declaration {
    name: "osc",
    title: "Oscillator",
    group: Group::Sources,
    help: "Plays a steady tone or a played note, or moves other nodes when it runs slowly.",
    source: "Brandt 2001 (Hard sync without aliasing), with a linear-phase step: a Kaiser-windowed sinc, integrated. \
             Rendered at 48 kHz, what folds back below 20 kHz lies 121 dB below a saw of 4,987 Hz, and 100 dB or \
             more below the loudest harmonic under hard sync; harmonics are within 0.00001 of Fourier's. A sine that \
             is restarted jumps bare, and is not covered. polyblep: Valimaki 2005, two frames; a saw of 4,987 Hz \
             folds back 28 dB below it, a square 36 dB, a triangle 53 dB, as theory says.",
    example: r#"{"format": 1, "length": "3 s", "nodes": [
        {"id": "sweep", "kind": "osc", "values": {"shape": "triangle", "freq": "0.33 Hz", "level": "0 dB",
         "mode": "control"}},
        {"id": "lead", "kind": "osc", "values": {"freq": "110 Hz", "ratio": 3, "level": "-14 dB"}},
        {"id": "out", "kind": "output"}],
        "cables": [{"from": "sweep", "to": "lead.ratio", "depth": 1.9}, {"from": "lead", "to": "out"}]}"#,
    inputs: &[
        Port::events("notes", "the latest note that is held sets the pitch, in place of freq"),
        Port::audio("sync", Width::Fixed(1), "hard sync: restarts the wave where this rises through zero"),
    ],
    outputs: &[Port::audio("out", Width::Fixed(1), "the wave")],
    parameters: &[
        Parameter::number("freq", Unit::Hertz, (0.01, 20_000.0), 220.0, "pitch, until a note arrives")
            .logarithmic(),
        Parameter::choice(
            "shape",
            &[
                ("saw", "bright: every harmonic"),
                ("square", "hollow: odd harmonics; `width` makes it a pulse"),
                ("triangle", "soft: odd harmonics that fade fast"),
                ("sine", "the fundamental alone"),
            ],
            "the form of one period",
        ),
        Parameter::number("detune", Unit::Semitone, (-48.0, 48.0), 0.0, "shifts freq and notes alike"),
        Parameter::number(
            "ratio",
            Unit::None,
            (1.0, 32.0),
            1.0,
            "hard sync: the wave runs this many times faster than the pitch that restarts it; 1 is off",
        ),
        Parameter::number("width", Unit::Percent, (1.0, 99.0), 50.0, "how much of a period the square is up"),
        Parameter::number(
            "level",
            Unit::Decibel,
            (-96.0, 12.0),
            -6.0,
            "at 0 dB the wave swings between -1 and 1, as a modulator should",
        ),
        Parameter::fixed("phase", Unit::Percent, (0.0, 100.0), 0.0, "where in its period the wave begins"),
        Parameter::switch("retrigger", false, "each note begins the period anew"),
        Parameter::choice(
            "mode",
            &[
                (
                    "audio",
                    "without aliasing; but for the sine some 20 frames late, which the patch evens out",
                ),
                ("control", "at once and with hard corners, to move other nodes slowly"),
                (
                    "polyblep",
                    "at once, for a fraction of the work: hard sync stays bare, and bright tones fold back a little",
                ),
            ],
            "what the wave is for",
        ),
    ],
    latency: |s| Oscillator::<f32>::look_ahead(shape(s), s.rate, corners(s)),
    // What follows notes is over with them; what moves others does not sound.
    extent: |s| {
        let waits = s.connected.get(NOTES).copied().unwrap_or(false);
        if waits || corners(s) == Corners::Bare { Extent::Passive } else { Extent::Endless }
    },
    make: |s| Ok(host(Osc::<f32>::new(s))),
    wide: wides!(heavy, s => Osc::<L>::new(s)),
    ..Declaration::BLANK
};

fn shape(setup: &Setup) -> Shape {
    SHAPES[setup.choice(SHAPE).min(SHAPES.len() - 1)]
}

fn corners(setup: &Setup) -> Corners {
    match setup.choice(MODE) {
        0 => Corners::Mended,
        1 => Corners::Bare,
        _ => Corners::Rounded,
    }
}

struct Osc<L: Lane> {
    wave: Oscillator<L>,
    retrigger: bool,
    /// The notes that are held, for each lane.
    held: Vec<Held>,
    /// The pitch of the note that sounds in hertz; 0 before the first note.
    pitch: L,
}

impl<L: Lane> Osc<L> {
    fn new(setup: &Setup) -> Self {
        let start = f64::from(setup.number(PHASE)) / 100.0;
        Self {
            wave: Oscillator::new(shape(setup), setup.rate, start, corners(setup)),
            retrigger: setup.switch(RETRIGGER),
            held: vec![Held::default(); L::LANES],
            pitch: L::splat(0.0),
        }
    }

    /// Takes a note of a lane in; whether it begins.
    fn note(&mut self, lane: usize, kind: EventKind) -> bool {
        let held = &mut self.held[lane];
        match kind {
            EventKind::NoteOn { key, id, .. } => held.press(id, key),
            EventKind::AllOff => held.clear(),
            EventKind::NoteOff { id } => {
                held.release(id);
            }
        }
        // The last note goes on sounding until an envelope closes.
        if let Some(key) = held.latest() {
            self.pitch.set(lane, pitch_of(key));
        }
        matches!(kind, EventKind::NoteOn { .. })
    }

    /// Takes in the events of a frame; gives the lanes that restart, a bit each.
    fn notes(&mut self, io: &Io<'_, L>, frame: usize) -> u32 {
        let mut restart = 0;
        for lane in 0..L::LANES {
            for event in io.events.input(NOTES, lane).iter().filter(|e| e.frame as usize == frame) {
                restart |= u32::from(self.note(lane, event.kind) && self.retrigger) << lane;
            }
        }
        restart
    }

    /// The first frame from `from` on at which any lane has an event; `frames` where none has.
    #[inline(always)]
    fn next_event(io: &Io<'_, L>, from: usize) -> usize {
        if !io.inputs.connected(NOTES) {
            return io.frames;
        }
        let lanes = 0..L::LANES;
        let first = |lane| io.events.input(NOTES, lane).iter().map(|e| e.frame as usize).find(|&f| f >= from);
        lanes.filter_map(first).min().map_or(io.frames, |f| f.min(io.frames))
    }
}

/// Some frames of a parameter through a function.
macro_rules! each {
    ($space:ident, $param:expr, $frames:expr, $x:ident => $value:expr) => {{
        let space = &mut $space[..$frames.len()];
        match $param {
            Param::Steady($x) => space.fill($value),
            Param::Moving(values) => {
                for (to, &$x) in space.iter_mut().zip(&values[$frames]) {
                    by_lanes::<L>();
                    *to = $value;
                }
            }
        }
        space
    }};
}

/// The parameters in the form that the wave wants them.
#[inline(always)]
fn factor<L: Lane>(semitones: L) -> L {
    exp2(semitones * L::splat(1.0 / 12.0))
}

#[inline(always)]
fn share<L: Lane>(percent: L) -> L {
    percent * L::splat(0.01)
}

impl<L: Lane> Osc<L> {
    /// The pitch before detuning, where `freq` is that of the parameter.
    #[inline(always)]
    fn base(&self, freq: L) -> L {
        L::select(self.pitch.gt(L::splat(0.0)), self.pitch, freq)
    }

    /// Runs frames in which something moves or happens.
    #[inline(always)]
    fn run_moving(&mut self, io: &mut Io<'_, L>) {
        let mut space = [[L::splat(0.0); GRID]; 4];
        let [detunes, gains, widths, frequencies] = &mut space;
        let (freq, ratio) = (io.params.get(FREQ), io.params.get(RATIO));
        let sync = io.inputs.connected(SYNC).then(|| io.inputs.channel(SYNC, 0));
        let synced = !matches!(ratio, Param::Steady(r) if !L::any(r.gt(L::splat(1.0))));
        let plain = self.wave.is_plain() && sync.is_none() && !synced;
        let mut event = Self::next_event(io, 0);
        let mut from = 0;
        while from < io.frames {
            let mut restart = 0;
            if event == from {
                restart = self.notes(io, from);
                event = Self::next_event(io, from + 1);
            }
            let to = event.min(from + GRID);
            let detune = each!(detunes, io.params.get(DETUNE), from..to, st => factor(st));
            let gain = each!(gains, io.params.get(LEVEL), from..to, db => db_to_gain(db));
            let width = each!(widths, io.params.get(WIDTH), from..to, percent => share(percent));
            let frequency = each!(frequencies, freq, from..to, hertz => self.base(hertz));
            for (f, &detune) in frequency.iter_mut().zip(&*detune) {
                by_lanes::<L>();
                *f *= detune;
            }
            let out = &mut io.outputs.channel(OUT, 0)[from..to];
            if plain && restart == 0 {
                self.wave.run_moving(out, frequency, width, gain);
            } else {
                for (i, out) in out.iter_mut().enumerate() {
                    *out = self.wave.next(&Drive {
                        frequency: frequency[i],
                        ratio: ratio.at(from + i),
                        width: width[i],
                        gain: gain[i],
                        sync: sync.map(|s| s[from + i]),
                        restart: if i == 0 { restart } else { 0 },
                    });
                }
            }
            from = to;
        }
    }
}

impl<L: Lane> Kernel<L> for Osc<L> {
    #[inline(always)]
    fn process(&mut self, io: &mut Io<'_, L>) {
        let plain = self.wave.is_plain() && !io.inputs.connected(SYNC);
        let mut rests = true;
        for p in [FREQ, DETUNE, RATIO, WIDTH, LEVEL] {
            rests &= io.params.get(p).is_steady();
        }
        let synced = L::any(io.params.at(RATIO, 0).gt(L::splat(1.0)));
        if plain && rests && !synced && Self::next_event(io, 0) == io.frames {
            let frequency = self.base(io.params.at(FREQ, 0)) * factor(io.params.at(DETUNE, 0));
            let (width, gain) = (share(io.params.at(WIDTH, 0)), db_to_gain(io.params.at(LEVEL, 0)));
            self.wave.run(io.outputs.channel(OUT, 0), frequency, width, gain);
        } else {
            self.run_moving(io);
        }
    }

    fn reset(&mut self) {
        self.wave.reset();
        self.held.iter_mut().for_each(Held::clear);
        self.pitch = L::splat(0.0);
    }

    fn keep(&mut self, keeper: &mut Keeper<'_>) {
        self.wave.keep(keeper);
        self.held[keeper.lane()].keep(keeper);
        keeper.number(&mut self.pitch);
    }
}

/// The frequency of a key in hertz.
#[inline(always)]
fn pitch_of(key: f32) -> f32 {
    440.0 * exp2((key - 69.0) / 12.0)
}

#[cfg(test)]
mod tests;
