//! Shapes a note in time: it rises, falls to a level that it holds, and fades when the note ends.

use signalbox_dsp::lane::{Keeper, Lane, by_lanes};
use signalbox_dsp::units::Unit;
use signalbox_engine::node::{
    Declaration, EventKind, Group, Io, Kernel, Parameter, Params, Port, Width, host,
};
use signalbox_engine::wides;
use stretch::{Bend, Stretch};
use voice::{Stage, Voice};

mod stretch;
mod voice;

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
    wide: wides!(heavy, s => Env::<L>::new(s.rate)),
    ..Declaration::BLANK
};

struct Env<L: Lane> {
    rate: f64,
    /// One for each lane, as they were at the begin of the stretch.
    voices: Vec<Voice>,
    /// One in the lanes whose gate is open.
    open: L,
    stretch: Stretch<L>,
    /// Frames of the stretch so far, and until a stage ends: none at the begin, [`NEVER`] where none will.
    done: u32,
    left: u32,
    /// The last values.
    last: L,
}

const NEVER: u32 = u32::MAX;

impl<L: Lane> Env<L> {
    fn new(rate: u32) -> Self {
        let zero = L::splat(0.0);
        Self {
            rate: f64::from(rate),
            voices: vec![Voice::idle(); L::LANES],
            open: zero,
            stretch: Stretch::default(),
            done: 0,
            left: 0,
            last: zero,
        }
    }

    /// Ends the stretch.
    fn end(&mut self) {
        for (lane, voice) in self.voices.iter_mut().enumerate() {
            voice.age = voice.age.saturating_add(self.done);
            voice.value = self.last.get(lane);
        }
        (self.done, self.left) = (0, 0);
    }

    /// Begins a stretch, at a frame at which stages may end; `decay` in seconds.
    fn begin(&mut self, decay: L) {
        self.left = NEVER;
        for (lane, voice) in self.voices.iter_mut().enumerate() {
            voice.hand_on(decay.get(lane), self.rate);
            self.left = self.left.min(voice.left().unwrap_or(NEVER));
        }
        self.stretch = Stretch::new(&self.voices);
    }

    fn start(&mut self, lane: usize, velocity: f32, params: &Params<'_, L>, frame: usize) {
        let voice = &mut self.voices[lane];
        let depth = params.at(VELOCITY, frame).get(lane) / 100.0;
        voice.peak = depth.mul_add(velocity - 1.0, 1.0);
        voice.begin(Stage::Attack, params.at(ATTACK, frame).get(lane), self.rate);
    }

    fn release(&mut self, lane: usize, params: &Params<'_, L>, frame: usize) {
        let voice = &mut self.voices[lane];
        if !matches!(voice.stage, Stage::Idle | Stage::Release) {
            voice.begin(Stage::Release, params.at(RELEASE, frame).get(lane), self.rate);
        }
    }

    /// Takes in the notes of a frame.
    fn notes(&mut self, io: &Io<'_, L>, frame: usize) {
        for lane in 0..L::LANES {
            for event in io.events.input(NOTES, lane).iter().filter(|e| e.frame as usize == frame) {
                let voice = &mut self.voices[lane];
                match event.kind {
                    EventKind::NoteOn { key, velocity, id } => {
                        voice.held.press(id, key);
                        self.start(lane, velocity, &io.params, frame);
                    }
                    EventKind::NoteOff { id } => {
                        if voice.held.release(id) && voice.held.is_empty() && !voice.gate {
                            self.release(lane, &io.params, frame);
                        }
                    }
                    EventKind::AllOff => {
                        voice.held.clear();
                        if !voice.gate {
                            self.release(lane, &io.params, frame);
                        }
                    }
                }
            }
        }
    }

    /// Looks at the gates of a frame.
    fn gates(&mut self, gate: L, params: &Params<'_, L>, frame: usize) {
        for lane in 0..L::LANES {
            let open = gate.get(lane) > 0.5;
            let voice = &mut self.voices[lane];
            let (was, held) = (std::mem::replace(&mut voice.gate, open), !voice.held.is_empty());
            self.open.set(lane, if open { 1.0 } else { 0.0 });
            if open && !was {
                self.start(lane, 1.0, params, frame);
            } else if !open && was && !held {
                self.release(lane, params, frame);
            }
        }
    }

    /// Runs frames from `start` on, at which nothing happens and no stage ends.
    #[inline(always)]
    fn run(&mut self, out: &mut [L], params: &Params<'_, L>, start: usize) {
        let (stretch, done) = (self.stretch, self.done);
        let (sustain, curve) = (params.get(SUSTAIN), params.get(CURVE));
        let (from, to) = stretch.ends(sustain.at(start));
        let bend = Bend::new(curve.at(start));
        if !(sustain.is_steady() && curve.is_steady()) {
            for (i, out) in out.iter_mut().enumerate() {
                by_lanes::<L>();
                let (from, to) = stretch.ends(sustain.at(start + i));
                let bend = Bend::new(curve.at(start + i));
                *out = (to - from).mul_add(bend.way(stretch.part(done, i)), from);
            }
        } else if !stretch.moves {
            out.fill(from);
        } else if bend.is_straight() {
            for (i, out) in out.iter_mut().enumerate() {
                by_lanes::<L>();
                *out = (to - from).mul_add(stretch.part(done, i), from);
            }
        } else {
            for (i, out) in out.iter_mut().enumerate() {
                by_lanes::<L>();
                *out = (to - from).mul_add(bend.way(stretch.part(done, i)), from);
            }
        }
        let count = out.len() as u32;
        self.done = self.done.saturating_add(count);
        self.left = if self.left == NEVER { NEVER } else { self.left - count };
        self.last = out.last().copied().unwrap_or(self.last);
    }

    /// The first frame from `from` on, or the end of the block, at which a lane has a note.
    #[inline(always)]
    fn next_note(io: &Io<'_, L>, from: usize) -> usize {
        if !io.inputs.connected(NOTES) {
            return io.frames;
        }
        let first = |lane| io.events.input(NOTES, lane).iter().map(|e| e.frame as usize).find(|&f| f >= from);
        (0..L::LANES).filter_map(first).min().map_or(io.frames, |f| f.min(io.frames))
    }

    /// One in the lanes whose gate opens or closes.
    #[inline(always)]
    fn turns(&self, gate: L) -> L {
        let (zero, one) = (L::splat(0.0), L::splat(1.0));
        (L::select(gate.gt(L::splat(0.5)), one, zero) - self.open).abs()
    }

    /// The first frame from `from` on, or the end of the block, at which a gate opens or closes.
    #[inline(always)]
    fn next_turn(&self, gate: Option<&[L]>, from: usize, frames: usize) -> usize {
        let (Some(gate), zero) = (gate, L::splat(0.0)) else { return frames };
        let mut all = zero;
        for &gate in &gate[from..] {
            all = all.max(self.turns(gate));
        }
        if !L::any(all.gt(zero)) {
            return frames;
        }
        (from..frames).find(|&frame| L::any(self.turns(gate[frame]).gt(zero))).unwrap_or(frames)
    }
}

impl<L: Lane> Kernel<L> for Env<L> {
    #[inline(always)]
    fn process(&mut self, io: &mut Io<'_, L>) {
        let gate = io.inputs.connected(GATE).then(|| io.inputs.channel(GATE, 0));
        let decay = io.params.get(DECAY);
        let params = io.params;
        let (mut note, mut turn) = (Self::next_note(io, 0), self.next_turn(gate, 0, io.frames));
        let mut from = 0;
        while from < io.frames {
            if note == from || turn == from || self.left == 0 {
                self.end();
                if note == from {
                    self.notes(io, from);
                    note = Self::next_note(io, from + 1);
                }
                if let (Some(gate), true) = (gate, turn == from) {
                    self.gates(gate[from], &params, from);
                    turn = self.next_turn(Some(gate), from + 1, io.frames);
                }
                self.begin(decay.at(from));
            }
            let to = note.min(turn).min(from.saturating_add(self.left as usize));
            self.run(&mut io.outputs.channel(OUT, 0)[from..to], &params, from);
            from = to;
        }
    }

    fn reset(&mut self) {
        self.voices.fill(Voice::idle());
        (self.open, self.last) = (L::splat(0.0), L::splat(0.0));
        (self.done, self.left) = (0, 0);
    }

    fn at_rest(&self) -> bool {
        self.last.is_zero() && self.voices.iter().all(|v| v.stage == Stage::Idle && !v.gate)
    }

    fn keep(&mut self, keeper: &mut Keeper<'_>) {
        self.end();
        let lane = keeper.lane();
        self.voices[lane].keep(keeper);
        self.last.set(lane, self.voices[lane].value);
        keeper.number(&mut self.open);
    }
}

#[cfg(test)]
mod tests;
