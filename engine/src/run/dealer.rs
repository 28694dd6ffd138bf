//! Deals notes to voices: each to one that is free, or else to the quietest.

use crate::node::{BLOCK, Event, EventKind};

/// A voice that was released and is quieter than this, -100 dBFS, is free.
const SILENT: f32 = 1e-5;

/// Loudness is the greatest magnitude since the beginning of the last stretch of so many seconds that is over: half a
/// period of the lowest tone that is heard.
const STRETCH: f64 = 0.025;

/// What is known of the voices of one instance.
pub struct Dealer {
    voices: Vec<Voice>,
    rate: u32,
    /// How many windows a stretch has. A window is a block of 64 frames that begins at a whole multiple of that.
    stretch: i64,
    /// The window that is being measured.
    window: i64,
}

#[derive(Clone)]
struct Voice {
    /// The name of its last note, and the port that brought it.
    id: u32,
    port: usize,
    held: bool,
    /// The absolute frame at which that note began; none before the first.
    since: Option<i64>,
    /// The greatest magnitude in the window, in the whole windows of this stretch, and in the stretch before.
    window: f32,
    stretch: f32,
    before: f32,
}

impl Voice {
    const NEW: Self =
        Self { id: 0, port: 0, held: false, since: None, window: 0.0, stretch: 0.0, before: 0.0 };

    fn level(&self) -> f32 {
        self.stretch.max(self.before)
    }
}

impl Dealer {
    /// For so many voices that have not played yet.
    pub fn new(voices: usize, rate: u32) -> Self {
        let stretch = (STRETCH * f64::from(rate) / BLOCK as f64).round().max(1.0) as i64;
        Self { voices: vec![Voice::NEW; voices], rate, stretch, window: 0 }
    }

    /// Takes over what another one knows of the voices that both have.
    pub fn take_over(&mut self, other: &Self) {
        if self.rate == other.rate {
            self.voices.iter_mut().zip(&other.voices).for_each(|(voice, old)| voice.clone_from(old));
            self.window = other.window;
        }
    }

    /// Goes on to the window that an absolute frame lies in.
    fn go_on(&mut self, frame: i64) {
        let next = frame.div_euclid(BLOCK as i64);
        // Two stretches of silence are as good as a hundred.
        for window in self.window.max(next - 2 * self.stretch)..next {
            let over = (window + 1) % self.stretch == 0;
            for voice in &mut self.voices {
                voice.stretch = voice.stretch.max(voice.window);
                voice.window = 0.0;
                if over {
                    voice.before = std::mem::take(&mut voice.stretch);
                }
            }
        }
        self.window = next;
    }

    /// Hears the greatest magnitude that a voice gave in some frames of the window that this frame lies in.
    pub fn hear(&mut self, frame: i64, levels: impl Iterator<Item = (usize, f32)>) {
        self.go_on(frame);
        for (voice, level) in levels {
            let window = &mut self.voices[voice].window;
            *window = window.max(level);
        }
    }

    /// Deals an event that a port brings at an absolute frame; `send` gets the voice, its port and what it hears.
    pub fn deal(&mut self, frame: i64, port: usize, event: Event, mut send: impl FnMut(usize, usize, Event)) {
        self.go_on(frame);
        match event.kind {
            EventKind::NoteOn { id, .. } => {
                let at = self.free().unwrap_or_else(|| self.quietest());
                let voice = &mut self.voices[at];
                if voice.held {
                    send(at, voice.port, Event { kind: EventKind::NoteOff { id: voice.id }, ..event });
                }
                (voice.id, voice.port, voice.held, voice.since) = (id, port, true, Some(frame));
                send(at, port, event);
            }
            EventKind::NoteOff { .. } | EventKind::AllOff => {
                let ends = |voice: &Voice| match event.kind {
                    EventKind::NoteOff { id } => voice.id == id,
                    _ => true,
                };
                for (at, voice) in self.voices.iter_mut().enumerate() {
                    if voice.held && voice.port == port && ends(voice) {
                        voice.held = false;
                        send(at, port, Event { kind: EventKind::NoteOff { id: voice.id }, ..event });
                    }
                }
            }
        }
    }

    /// The first voice that plays nothing.
    fn free(&self) -> Option<usize> {
        let free = |v: &Voice| v.since.is_none_or(|s| !v.held && self.is_measured(s) && v.level() < SILENT);
        self.voices.iter().position(free)
    }

    /// The quietest voice; of several the one that has played longest, and then the first. One whose note has not filled
    /// a window yet counts as loud.
    fn quietest(&self) -> usize {
        let order = |v: &Voice| {
            let since = v.since.unwrap_or(i64::MIN);
            (if self.is_measured(since) { v.level() } else { f32::INFINITY }, since)
        };
        let mut best = (0, (f32::INFINITY, i64::MAX));
        for (at, order) in self.voices.iter().map(order).enumerate() {
            if order < best.1 {
                best = (at, order);
            }
        }
        best.0
    }

    /// Whether a whole window has passed since a frame.
    fn is_measured(&self, since: i64) -> bool {
        since <= (self.window - 1) * BLOCK as i64
    }
}
