//! Plays a steady tone or a played note: a saw, a square, a triangle or a sine; slowed down, it moves other nodes.

use signalbox_dsp::held::Held;
use signalbox_dsp::lane::{Lane, db_to_gain, exp2};
use signalbox_dsp::oscillator::{Drive, Oscillator, Shape};
use signalbox_dsp::units::Unit;
use signalbox_engine::node::{
    Declaration, EventKind, Extent, Group, Io, Kernel, Param, Parameter, Port, Setup, Width, host,
};

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
             is restarted jumps bare, and is not covered.",
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
            ],
            "what the wave is for",
        ),
    ],
    latency: |s| Oscillator::<f32>::look_ahead(shape(s), s.rate, limited(s)),
    // What follows notes is over with them; what moves others does not sound.
    extent: |s| {
        let waits = s.connected.get(NOTES).copied().unwrap_or(false);
        if waits || !limited(s) { Extent::Passive } else { Extent::Endless }
    },
    make: |s| Ok(host(Osc::<f32>::new(s))),
    ..Declaration::BLANK
};

fn shape(setup: &Setup) -> Shape {
    SHAPES[setup.choice(SHAPE).min(SHAPES.len() - 1)]
}

fn limited(setup: &Setup) -> bool {
    setup.choice(MODE) == 0
}

struct Osc<L: Lane> {
    wave: Oscillator<L>,
    retrigger: bool,
    held: Held,
    /// The key that sounds; none before the first note.
    key: Option<f32>,
}

impl<L: Lane> Osc<L> {
    fn new(setup: &Setup) -> Self {
        let start = f64::from(setup.number(PHASE)) / 100.0;
        Self {
            wave: Oscillator::new(shape(setup), setup.rate, start, limited(setup)),
            retrigger: setup.switch(RETRIGGER),
            held: Held::default(),
            key: None,
        }
    }

    /// Takes a note in; whether it begins.
    #[inline(always)]
    fn note(&mut self, kind: EventKind) -> bool {
        match kind {
            EventKind::NoteOn { key, id, .. } => self.held.press(id, key),
            EventKind::NoteOff { id } => {
                self.held.release(id);
            }
        }
        // The last note goes on sounding until an envelope closes.
        self.key = self.held.latest().or(self.key);
        matches!(kind, EventKind::NoteOn { .. })
    }
}

/// A parameter through a function that is worth calling once where nothing moves.
#[inline(always)]
fn each<'a, L: Lane>(param: Param<'a, L>, f: impl Fn(L) -> L + 'a) -> impl Fn(usize) -> L + 'a {
    let steady = f(param.at(0));
    move |frame| if param.is_steady() { steady } else { f(param.at(frame)) }
}

impl<L: Lane> Kernel<L> for Osc<L> {
    #[inline(always)]
    fn process(&mut self, io: &mut Io<'_, L>) {
        let freq = io.params.get(FREQ);
        let ratio = io.params.get(RATIO);
        let detune = each(io.params.get(DETUNE), |st| exp2(st * L::splat(1.0 / 12.0)));
        let gain = each(io.params.get(LEVEL), db_to_gain);
        let width = each(io.params.get(WIDTH), |percent| percent * L::splat(0.01));
        let sync = io.inputs.connected(SYNC).then(|| io.inputs.channel(SYNC, 0));
        let mut events = io.events.input(NOTES, 0);
        let mut pitch = self.key.map(pitch_of);
        for (frame, out) in io.outputs.channel(OUT, 0).iter_mut().enumerate() {
            let mut restart = false;
            while let Some((event, rest)) = events.split_first().filter(|e| e.0.frame as usize <= frame) {
                restart |= self.note(event.kind) && self.retrigger;
                pitch = self.key.map(pitch_of);
                events = rest;
            }
            let base = pitch.map_or_else(|| freq.at(frame), L::splat);
            *out = self.wave.next(&Drive {
                frequency: base * detune(frame),
                ratio: ratio.at(frame),
                width: width(frame),
                gain: gain(frame),
                sync: sync.map(|s| s[frame]),
                restart,
            });
        }
    }

    fn reset(&mut self) {
        self.wave.reset();
        self.held.clear();
        self.key = None;
    }
}

/// The frequency of a key in hertz.
#[inline(always)]
fn pitch_of(key: f32) -> f32 {
    440.0 * exp2((key - 69.0) / 12.0)
}

#[cfg(test)]
mod tests;
