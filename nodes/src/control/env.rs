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
    /// One for each lane.
    voices: Vec<Voice>,
    /// One in the lanes whose gate is open.
    open: L,
}

impl<L: Lane> Env<L> {
    fn new(rate: u32) -> Self {
        Self { rate: f64::from(rate), voices: vec![Voice::idle(); L::LANES], open: L::splat(0.0) }
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

    /// Runs frames from `from` on, at which nothing happens and no stage ends.
    #[inline(always)]
    fn stretch(&mut self, out: &mut [L], params: &Params<'_, L>, from: usize) {
        let stretch = Stretch::<L>::new(&self.voices);
        let (sustain, curve) = (params.get(SUSTAIN), params.get(CURVE));
        let percent = |sustain: L| sustain / L::splat(100.0);
        let (sustained, bend) = (percent(sustain.at(from)), Bend::new(curve.at(from)));
        if sustain.is_steady() && curve.is_steady() {
            if stretch.moves {
                for (i, out) in out.iter_mut().enumerate() {
                    by_lanes::<L>();
                    *out = stretch.at(i, sustained, &bend);
                }
            } else {
                out.fill(stretch.at(0, sustained, &bend));
            }
        } else {
            for (i, out) in out.iter_mut().enumerate() {
                by_lanes::<L>();
                *out = stretch.at(i, percent(sustain.at(from + i)), &Bend::new(curve.at(from + i)));
            }
        }
        let last = out.last().copied().unwrap_or_default();
        for (lane, voice) in self.voices.iter_mut().enumerate() {
            voice.age = voice.age.saturating_add(out.len() as u32);
            voice.value = last.get(lane);
        }
    }

    /// The first frame from `from` on, or the end of the block, at which a lane has a note.
    #[inline(always)]
    fn next_note(io: &Io<'_, L>, from: usize) -> usize {
        let first = |lane| io.events.input(NOTES, lane).iter().map(|e| e.frame as usize).find(|&f| f >= from);
        (0..L::LANES).filter_map(first).min().map_or(io.frames, |f| f.min(io.frames))
    }

    /// Whether a gate opens or closes.
    #[inline(always)]
    fn turns(&self, gate: L) -> bool {
        let open = L::select(gate.gt(L::splat(0.5)), L::splat(1.0), L::splat(0.0));
        L::any((open - self.open).abs().gt(L::splat(0.0)))
    }
}

impl<L: Lane> Kernel<L> for Env<L> {
    #[inline(always)]
    fn process(&mut self, io: &mut Io<'_, L>) {
        let gate = io.inputs.connected(GATE).then(|| io.inputs.channel(GATE, 0));
        let decay = io.params.get(DECAY);
        let mut note = Self::next_note(io, 0);
        let mut from = 0;
        while from < io.frames {
            if note == from {
                self.notes(io, from);
                note = Self::next_note(io, from + 1);
            }
            if let Some(gate) = gate
                && self.turns(gate[from])
            {
                self.gates(gate[from], &io.params, from);
            }
            let mut to = note;
            for (lane, voice) in self.voices.iter_mut().enumerate() {
                voice.hand_on(decay.at(from).get(lane), self.rate);
                if let Some(left) = voice.left() {
                    to = to.min(from + left as usize);
                }
            }
            if let Some(gate) = gate {
                to = (from + 1..to).find(|&frame| self.turns(gate[frame])).unwrap_or(to);
            }
            let params = io.params;
            self.stretch(&mut io.outputs.channel(OUT, 0)[from..to], &params, from);
            from = to;
        }
    }

    fn reset(&mut self) {
        self.voices.fill(Voice::idle());
        self.open = L::splat(0.0);
    }

    fn at_rest(&self) -> bool {
        self.voices.iter().all(|v| v.stage == Stage::Idle && v.value.to_bits() == 0 && !v.gate)
    }

    fn keep(&mut self, keeper: &mut Keeper<'_>) {
        self.voices[keeper.lane()].keep(keeper);
        keeper.number(&mut self.open);
    }
}

#[cfg(test)]
mod tests;
