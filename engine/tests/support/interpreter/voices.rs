//! Voices as the interpreter deals notes to them: it looks through all that is known of them, at each note anew.

use super::super::build::RATE;
use signalbox_engine::node::EventKind;

/// Frames of a window; windows begin at whole multiples.
const WINDOW: usize = 64;

/// What deals to the voices of an instance.
pub struct Dealing {
    voices: Vec<Voice>,
    /// What was sent at this frame: voice, port, event.
    pub sent: Vec<(usize, usize, EventKind)>,
    /// How often a voice had to give up a note.
    pub stolen: usize,
}

#[derive(Default)]
struct Voice {
    /// First to last.
    notes: Vec<Note>,
    /// The greatest magnitude that it gave, by window.
    peaks: Vec<f32>,
}

struct Note {
    id: u32,
    port: usize,
    from: usize,
    over: bool,
}

impl Voice {
    /// The greatest magnitude between two windows.
    fn loudest(&self, from: usize, to: usize) -> f32 {
        self.peaks.iter().take(to).skip(from).copied().fold(0.0, f32::max)
    }
}

impl Dealing {
    pub fn new(count: usize) -> Self {
        let mut new = Self { voices: Vec::new(), sent: Vec::new(), stolen: 0 };
        new.resize(count);
        new
    }

    /// Goes on with more voices, or with fewer: those at the end come or go.
    pub fn resize(&mut self, count: usize) {
        self.voices.resize_with(count, Voice::default);
    }

    /// What a port of a voice hears at this frame.
    pub fn heard(&self, voice: Option<u32>, port: usize) -> impl Iterator<Item = EventKind> + '_ {
        let voice = voice.expect("the voice that events are dealt to") as usize;
        self.sent.iter().filter(move |s| (s.0, s.1) == (voice, port)).map(|s| s.2)
    }

    /// Hears how loud a voice is at a frame.
    pub fn hear(&mut self, now: usize, voice: u32, level: f32) {
        let peaks = &mut self.voices[voice as usize].peaks;
        peaks.resize(peaks.len().max(now / WINDOW + 1), 0.0);
        peaks[now / WINDOW] = level.max(peaks[now / WINDOW]);
    }

    /// Deals an event.
    pub fn deal(&mut self, now: usize, port: usize, event: EventKind) {
        match event {
            EventKind::NoteOn { id, .. } => {
                let voice = self.choose(now);
                let notes = &mut self.voices[voice].notes;
                if let Some(last) = notes.last_mut().filter(|n| !n.over) {
                    last.over = true;
                    self.sent.push((voice, last.port, EventKind::NoteOff { id: last.id }));
                    self.stolen += 1;
                }
                notes.push(Note { id, port, from: now, over: false });
                self.sent.push((voice, port, event));
            }
            EventKind::AllOff => unreachable!("patches that stay as they are know none"),
            EventKind::NoteOff { id } => {
                for (number, voice) in self.voices.iter_mut().enumerate() {
                    for note in voice.notes.iter_mut().filter(|n| (n.id, n.port, n.over) == (id, port, false))
                    {
                        note.over = true;
                        self.sent.push((number, port, event));
                    }
                }
            }
        }
    }

    fn choose(&self, now: usize) -> usize {
        // The windows that are over, and those from the beginning of the last stretch of 25 ms that is over.
        let windows = now / WINDOW;
        let stretch = (0.025 * f64::from(RATE) / WINDOW as f64).round() as usize;
        let first = (windows / stretch * stretch).saturating_sub(stretch);
        let loudness = |voice: usize| self.voices[voice].loudest(first, windows);
        // A whole window lies behind the note's beginning.
        let told = |note: &Note| note.from.next_multiple_of(WINDOW) + WINDOW <= windows * WINDOW;
        let free = |voice: &usize| match self.voices[*voice].notes.last() {
            None => true,
            Some(note) => note.over && told(note) && loudness(*voice) < 1e-5,
        };
        let mut all: Vec<usize> = (0..self.voices.len()).collect();
        if let Some(free) = all.iter().copied().find(free) {
            return free;
        }
        // First those of which it is known how loud they are, then by loudness, age and number.
        all.sort_by(|&a, &b| {
            let note = |v: usize| self.voices[v].notes.last().expect("a note");
            let level = |v: usize| if told(note(v)) { loudness(v) } else { 0.0 };
            let rank = |v: usize| (!told(note(v)), note(v).from, v);
            let (a_rank, b_rank) = (rank(a), rank(b));
            a_rank.0.cmp(&b_rank.0).then(level(a).total_cmp(&level(b))).then(a_rank.cmp(&b_rank))
        });
        all[0]
    }
}
