//! Shapes a note in time: it rises, falls to a level that it holds, and fades when the note ends.

use signalbox_dsp::held::Held;
use signalbox_dsp::lane::{Lane, exp2};
use signalbox_dsp::units::Unit;
use signalbox_engine::node::{
    Declaration, EventKind, Group, Io, Kernel, Parameter, Params, Port, Width, host,
};
use std::marker::PhantomData;

const NOTES: usize = 0;
const GATE: usize = 1;
const OUT: usize = 0;
const ATTACK: usize = 0;
const DECAY: usize = 1;
const SUSTAIN: usize = 2;
const RELEASE: usize = 3;
const CURVE: usize = 4;
const VELOCITY: usize = 5;

/// An envelope with attack, decay, sustain and release.
pub static NODE: Declaration = Declaration {
    name: "env",
    title: "Envelope",
    group: Group::Control,
    help: "Shapes a note in time: it rises, falls to a level that it holds, and fades when the note ends.",
    source: "The four stages of the ARP 2500 (1970), each a piece of an exponential that begins and ends on its exact \
             value; peak, sustain and silence are reached on the very frame.",
    example: r#"{"format": 1, "length": "4 s", "nodes": [
        {"id": "tune", "kind": "notes", "values": {"notes": "c3 eb3 g3:1/2 bb3:1/2 -"}},
        {"id": "saw", "kind": "osc", "values": {"level": "-12 dB"}},
        {"id": "pluck", "kind": "env", "values": {"attack": "3 ms", "decay": "400 ms", "sustain": 0}},
        {"id": "vca", "kind": "gain"},
        {"id": "out", "kind": "output"}],
        "cables": [{"from": "tune", "to": "saw.notes"}, {"from": "tune", "to": "pluck.notes"},
        {"from": "saw", "to": "vca"}, {"from": "pluck", "to": "vca.control"}, {"from": "vca", "to": "out"}]}"#,
    inputs: &[
        Port::events("notes", "each note starts it anew; the end of the last one that is held releases it"),
        Port::audio("gate", Width::Fixed(1), "starts it by rising over 0.5, releases it by falling"),
    ],
    outputs: &[Port::audio("out", Width::Fixed(1), "a control signal between 0 and 1")],
    parameters: &[
        Parameter::number("attack", Unit::Second, (0.0, 60.0), 0.005, "how long it rises"),
        Parameter::number("decay", Unit::Second, (0.0, 60.0), 0.2, "how long it falls to sustain"),
        Parameter::number("sustain", Unit::Percent, (0.0, 100.0), 70.0, "where a held note stays"),
        Parameter::number("release", Unit::Second, (0.0, 60.0), 0.3, "how long it fades after the note"),
        Parameter::number(
            "curve",
            Unit::Percent,
            (-100.0, 100.0),
            50.0,
            "how bent the stages are: above 0 fast at first, below 0 slow at first, 0 straight",
        ),
        Parameter::number("velocity", Unit::Percent, (0.0, 100.0), 100.0, "how much softer notes are lower"),
    ],
    make: |s| Ok(host(Env::<f32>::new(s.rate))),
    ..Declaration::BLANK
};

#[derive(Clone, Copy, PartialEq)]
enum Stage {
    Idle,
    Attack,
    Decay,
    Sustain,
    Release,
}

/// The envelope of one lane.
#[derive(Clone, Copy)]
struct Voice {
    stage: Stage,
    /// Frames since the stage began, and how many it has.
    age: u32,
    length: u32,
    /// The value at which the stage began, and the one now.
    from: f32,
    value: f32,
    peak: f32,
    gate: bool,
}

/// The parameters of one lane at one frame.
#[derive(Clone, Copy)]
struct Values {
    attack: f32,
    decay: f32,
    sustain: f32,
    release: f32,
    curve: f32,
    velocity: f32,
}

impl Values {
    #[inline(always)]
    fn new<L: Lane>(params: &Params<'_, L>, frame: usize, lane: usize) -> Self {
        let get = |parameter| params.at(parameter, frame).get(lane);
        Self {
            attack: get(ATTACK),
            decay: get(DECAY),
            sustain: get(SUSTAIN) / 100.0,
            release: get(RELEASE),
            curve: get(CURVE),
            velocity: get(VELOCITY) / 100.0,
        }
    }

    /// How much of a stage's way is done after a part of its time, both from 0 to 1: a piece of an exponential that
    /// spans up to eight halvings.
    #[inline(always)]
    fn way(&self, part: f32) -> f32 {
        let halvings = self.curve * 0.08;
        if halvings.abs() < 0.08 { part } else { (1.0 - exp2(-halvings * part)) / (1.0 - exp2(-halvings)) }
    }
}

impl Voice {
    const IDLE: Self =
        Self { stage: Stage::Idle, age: 0, length: 0, from: 0.0, value: 0.0, peak: 0.0, gate: false };

    #[inline(always)]
    fn begin(&mut self, stage: Stage, seconds: f32, rate: f64) {
        self.stage = stage;
        self.age = 0;
        self.length = (f64::from(seconds) * rate).round() as u32;
        self.from = self.value;
    }

    #[inline(always)]
    fn start(&mut self, velocity: f32, values: &Values, rate: f64) {
        self.peak = values.velocity.mul_add(velocity - 1.0, 1.0);
        self.begin(Stage::Attack, values.attack, rate);
    }

    #[inline(always)]
    fn release(&mut self, values: &Values, rate: f64) {
        if !matches!(self.stage, Stage::Idle | Stage::Release) {
            self.begin(Stage::Release, values.release, rate);
        }
    }

    /// The value of the present frame.
    #[inline(always)]
    fn next(&mut self, values: &Values, rate: f64) -> f32 {
        let sustain = self.peak * values.sustain;
        // A stage that is over, or has no frames at all, hands on within the frame.
        if self.stage == Stage::Attack && self.age >= self.length {
            self.begin(Stage::Decay, values.decay, rate);
        }
        if self.stage == Stage::Decay && self.age >= self.length {
            self.stage = Stage::Sustain;
        }
        if self.stage == Stage::Release && self.age >= self.length {
            self.stage = Stage::Idle;
        }
        let (from, to) = match self.stage {
            Stage::Idle => (0.0, 0.0),
            Stage::Attack => (self.from, self.peak),
            Stage::Decay => (self.peak, sustain),
            Stage::Sustain => (sustain, sustain),
            Stage::Release => (self.from, 0.0),
        };
        self.value = from;
        if to != from {
            let way = values.way(self.age as f32 / self.length as f32);
            self.value = (to - from).mul_add(way, from);
        }
        self.age = self.age.saturating_add(1);
        self.value
    }
}

struct Env<L> {
    rate: f64,
    /// One for each lane.
    voices: Vec<Voice>,
    held: Held,
    lanes: PhantomData<L>,
}

impl<L: Lane> Env<L> {
    fn new(rate: u32) -> Self {
        let voices = vec![Voice::IDLE; L::LANES];
        Self { rate: f64::from(rate), voices, held: Held::default(), lanes: PhantomData }
    }

    /// Takes a note in at a frame.
    #[inline(always)]
    fn note(&mut self, kind: EventKind, params: &Params<'_, L>, frame: usize) {
        match kind {
            EventKind::NoteOn { key, velocity, id } => {
                self.held.press(id, key);
                for (lane, voice) in self.voices.iter_mut().enumerate() {
                    voice.start(velocity, &Values::new(params, frame, lane), self.rate);
                }
            }
            EventKind::NoteOff { id } => {
                if self.held.release(id) && self.held.is_empty() {
                    for (lane, voice) in self.voices.iter_mut().enumerate().filter(|v| !v.1.gate) {
                        voice.release(&Values::new(params, frame, lane), self.rate);
                    }
                }
            }
        }
    }
}

impl<L: Lane> Kernel<L> for Env<L> {
    #[inline(always)]
    fn process(&mut self, io: &mut Io<'_, L>) {
        let gate = io.inputs.connected(GATE).then(|| io.inputs.channel(GATE, 0));
        let mut events = io.events.input(NOTES, 0);
        for (frame, out) in io.outputs.channel(OUT, 0).iter_mut().enumerate() {
            while let Some((event, rest)) = events.split_first().filter(|e| e.0.frame as usize <= frame) {
                self.note(event.kind, &io.params, frame);
                events = rest;
            }
            for (lane, voice) in self.voices.iter_mut().enumerate() {
                let values = Values::new(&io.params, frame, lane);
                let open = gate.is_some_and(|g| g[frame].get(lane) > 0.5);
                if open && !voice.gate {
                    voice.start(1.0, &values, self.rate);
                } else if !open && voice.gate && self.held.is_empty() {
                    voice.release(&values, self.rate);
                }
                voice.gate = open;
                out.set(lane, voice.next(&values, self.rate));
            }
        }
    }

    fn reset(&mut self) {
        self.voices.fill(Voice::IDLE);
        self.held.clear();
    }
}

#[cfg(test)]
mod tests;
