//! Plays a melody that is written as text, in time with the tempo of the patch.

mod score;

use score::{Score, Step};
use signalbox_dsp::units::Unit;
use signalbox_engine::node::{
    Declaration, Event, EventKind, Extent, Group, Io, Kernel, Parameter, Port, Setup, host,
};
use signalbox_engine::patch::TempoMap;

const OUT: usize = 0;
const NOTES: usize = 0;
const BEATS: usize = 1;
const START: usize = 2;
const GATE: usize = 3;
const LOOP: usize = 4;

/// A sequence of notes.
pub static NODE: Declaration = Declaration {
    name: "notes",
    title: "Notes",
    group: Group::Control,
    help: "Plays a melody that is written as text, in time with the tempo of the patch.",
    source: "A note begins at the frame nearest to its beat on the tempo map, counted from the start so that nothing \
             drifts; checked to the frame.",
    example: r#"{"format": 1, "length": "4 s", "tempo": [[0, 120]], "nodes": [
        {"id": "tune", "kind": "notes", "values": {"notes": "c4 eb4 g4:1/2 f4:1/2 - | c4@0.5 -:3",
         "gate": "80 %"}},
        {"id": "pipe", "kind": "osc", "values": {"shape": "triangle"}},
        {"id": "breath", "kind": "env", "values": {"attack": "20 ms", "release": "150 ms"}},
        {"id": "vca", "kind": "gain"},
        {"id": "out", "kind": "output"}],
        "cables": [{"from": "tune", "to": "pipe.notes"}, {"from": "tune", "to": "breath.notes"},
        {"from": "pipe", "to": "vca"}, {"from": "breath", "to": "vca.control"}, {"from": "vca", "to": "out"}]}"#,
    outputs: &[Port::events("out", "the notes")],
    parameters: &[
        Parameter::text(
            "notes",
            "c4",
            "keys with spaces between: c4, eb4, f#3, 60 or c4+e4+g4 at once, - for a rest; then, where wanted, \
             :1/2 for its beats and @0.7 for its velocity; | does nothing",
        ),
        Parameter::fixed(
            "beats",
            Unit::Beat,
            (0.001, 1_024.0),
            1.0,
            "how long a note is that does not say so",
        ),
        Parameter::fixed(
            "start",
            Unit::Beat,
            (0.0, 1_000_000.0),
            0.0,
            "the beat of the patch at which it begins",
        ),
        Parameter::fixed("gate", Unit::Percent, (1.0, 100.0), 100.0, "how much of its time a note is held"),
        Parameter::switch("loop", false, "begins again at the end, for ever"),
    ],
    extent: |s| match Sequence::new(s) {
        Ok(sequence) => sequence.extent(),
        Err(_) => Extent::Until(0),
    },
    on_the_beat: true,
    make: |s| Ok(host(Sequence::new(s)?)),
    ..Declaration::BLANK
};

/// Walks through a score on the tempo map.
struct Sequence {
    score: Score,
    start: f64,
    looped: bool,
    rate: f64,
    tempo: TempoMap,
    /// Sets the notes' names apart from those of other sequences.
    name: u32,
    /// The step to come: which time through, which of the score, and its frame.
    pass: u64,
    step: usize,
    due: i64,
    /// The frame after the last block; none before the first.
    expected: Option<i64>,
    sounding: Vec<u32>,
}

/// The most times through that are counted.
const PASSES: u64 = 1 << 40;

impl Sequence {
    fn new(setup: &Setup) -> Result<Self, String> {
        let text = setup.text(NOTES);
        let gate = f64::from(setup.number(GATE)) / 100.0;
        let score = Score::parse(text, f64::from(setup.number(BEATS)), gate)?;
        // FNV-1a (Fowler, Noll, Vo).
        let name = text.bytes().fold(0x811c_9dc5, |h: u32, b| (h ^ u32::from(b)).wrapping_mul(0x0100_0193));
        let sounding = Vec::with_capacity(score.notes());
        Ok(Self {
            score,
            start: f64::from(setup.number(START)),
            looped: setup.switch(LOOP),
            rate: f64::from(setup.rate),
            tempo: setup.tempo.clone(),
            name,
            pass: 0,
            step: 0,
            due: 0,
            expected: None,
            sounding,
        })
    }

    fn extent(&self) -> Extent {
        match self.score.steps.len() {
            0 => Extent::Until(self.frame_of_beat(0, self.score.beats).max(0) as u64),
            _ if self.looped => Extent::Endless,
            // The end of a note that is held to the end is still to be heard of.
            _ => Extent::Until(self.frame_of_beat(0, self.score.beats).max(0) as u64 + 1),
        }
    }

    #[inline]
    fn frame_of_beat(&self, pass: u64, beat: f64) -> i64 {
        let beat = self.start + (pass as f64).mul_add(self.score.beats, beat);
        (self.tempo.seconds(beat) * self.rate).round() as i64
    }

    /// The frame of a step; past the end of time where there is none.
    #[inline]
    fn frame_of(&self, pass: u64, step: usize) -> i64 {
        match self.score.steps.get(step) {
            Some(s) if self.looped || pass == 0 => self.frame_of_beat(pass, s.beat),
            _ => i64::MAX,
        }
    }

    /// Goes to the first step that is not before a frame.
    fn seek(&mut self, frame: i64) {
        let last = self.score.steps.len().saturating_sub(1);
        let passes = if self.looped { PASSES } else { 1 };
        self.pass = first(passes, |pass| self.frame_of(pass, last) >= frame);
        self.step = first(last as u64 + 1, |step| self.frame_of(self.pass, step as usize) >= frame) as usize;
        self.due = self.frame_of(self.pass, self.step);
    }

    /// Sends what happens in a block.
    #[inline]
    fn block(&mut self, frame: i64, frames: usize, mut send: impl FnMut(Event)) {
        let jumps = self.expected != Some(frame);
        // Where the song stops or jumps, what sounds ends.
        if jumps || frames == 0 {
            for id in self.sounding.drain(..) {
                send(Event { frame: 0, kind: EventKind::NoteOff { id } });
            }
        }
        if jumps {
            self.seek(frame);
        }
        let end = frame + frames as i64;
        while self.due < end {
            self.send(frame, &mut send);
            self.step += 1;
            if self.step == self.score.steps.len() {
                self.step = 0;
                self.pass += 1;
            }
            self.due = self.frame_of(self.pass, self.step);
        }
        self.expected = Some(end);
    }

    #[inline]
    fn send(&mut self, frame: i64, send: &mut impl FnMut(Event)) {
        let at = (self.due - frame).max(0) as u32;
        let Step { note, on, .. } = self.score.steps[self.step];
        let id = self.name.wrapping_add((self.pass * self.score.notes() as u64) as u32).wrapping_add(note);
        match on {
            Some((key, velocity)) => {
                if self.sounding.len() < self.sounding.capacity() {
                    self.sounding.push(id);
                }
                send(Event { frame: at, kind: EventKind::NoteOn { key, velocity, id } });
            }
            None => {
                self.sounding.retain(|&s| s != id);
                send(Event { frame: at, kind: EventKind::NoteOff { id } });
            }
        }
    }
}

/// The first number below `end` at which something that stays true becomes true; `end` where it never does.
fn first(end: u64, holds: impl Fn(u64) -> bool) -> u64 {
    let (mut low, mut high) = (0, end);
    while low < high {
        let middle = low + (high - low) / 2;
        if holds(middle) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    low
}

impl Kernel<f32> for Sequence {
    #[inline(always)]
    fn process(&mut self, io: &mut Io<'_, f32>) {
        let frames = if io.song.rolls { io.frames } else { 0 };
        self.block(io.song.frame, frames, |event| io.events.send(OUT, event));
    }

    fn reset(&mut self) {
        self.sounding.clear();
        self.expected = None;
    }
}

#[cfg(test)]
mod tests;
