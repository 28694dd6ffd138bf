//! Notes that are played on a keyboard.

use signalbox_dsp::units::Unit;
use signalbox_engine::node::{
    Declaration, Event, EventKind, Extent, Group, Io, Kernel, MessageKind, Parameter, Port, Setup, host,
};

const OUT: usize = 0;
const CHANNEL: usize = 0;
const LOW: usize = 1;
const HIGH: usize = 2;
const TRANSPOSE: usize = 3;

/// Controllers of the standard that end or hold notes: the sustain pedal, all sound off, all notes off.
const PEDAL: u8 = 64;
const SOUND_OFF: u8 = 120;
const NOTES_OFF: u8 = 123;

/// Keys of one channel, and channels.
const KEYS: usize = 128;
const CHANNELS: usize = 16;

/// Sets the notes' names apart from those of melodies.
const NAME: u32 = 0x4d49_0000;

/// Notes from a keyboard.
pub static NODE: Declaration = Declaration {
    name: "midi",
    title: "MIDI notes",
    group: Group::Control,
    help: "Gives the notes that are played on a MIDI keyboard; the sustain pedal holds them.",
    source: "MIDI 1.0 (MIDI Association, 1996): note on and off, controllers 64, 120 and 123; checked to the frame.",
    example: r#"{"format": 1, "length": "1 s", "nodes": [
        {"id": "keys", "kind": "midi"},
        {"id": "pipe", "kind": "osc", "values": {"shape": "triangle"}},
        {"id": "breath", "kind": "env", "values": {"attack": "20 ms", "release": "150 ms"}},
        {"id": "vca", "kind": "gain"},
        {"id": "out", "kind": "output"}],
        "cables": [{"from": "keys", "to": "pipe.notes"}, {"from": "keys", "to": "breath.notes"},
        {"from": "pipe", "to": "vca"}, {"from": "breath", "to": "vca.control"}, {"from": "vca", "to": "out"}]}"#,
    outputs: &[Port::events("out", "the notes")],
    parameters: &[
        Parameter::fixed("channel", Unit::None, (0.0, 16.0), 0.0, "the MIDI channel; 0: all"),
        Parameter::fixed("low", Unit::None, (0.0, 127.0), 0.0, "the lowest key that is heard, 60 = middle C"),
        Parameter::fixed("high", Unit::None, (0.0, 127.0), 127.0, "the highest key that is heard"),
        Parameter::fixed("transpose", Unit::Semitone, (-60.0, 60.0), 0.0, "how much higher the notes sound"),
    ],
    extent: |_| Extent::Until(0),
    make: |s| Ok(host(Keys::new(s))),
    ..Declaration::BLANK
};

/// What a key does.
#[derive(Clone, Copy, PartialEq)]
enum Key {
    Rests,
    /// It is down.
    Sounds,
    /// It is up, but the pedal holds its note.
    Held,
}

struct Keys {
    channel: Option<u8>,
    range: std::ops::RangeInclusive<u8>,
    transpose: f32,
    /// By channel and key.
    keys: Box<[[Key; KEYS]; CHANNELS]>,
    pedals: [bool; CHANNELS],
}

impl Keys {
    fn new(setup: &Setup) -> Self {
        let number = |at| setup.number(at) as u8;
        Self {
            channel: number(CHANNEL).checked_sub(1),
            range: number(LOW)..=number(HIGH),
            transpose: setup.number(TRANSPOSE),
            keys: Box::new([[Key::Rests; KEYS]; CHANNELS]),
            pedals: [false; CHANNELS],
        }
    }

    fn on(&mut self, channel: usize, key: u8, velocity: f32, send: &mut impl FnMut(EventKind)) {
        if !self.range.contains(&key) {
            return;
        }
        let id = name(channel, key);
        let state = &mut self.keys[channel][usize::from(key)];
        if *state != Key::Rests {
            send(EventKind::NoteOff { id });
        }
        *state = Key::Sounds;
        send(EventKind::NoteOn { key: f32::from(key) + self.transpose, velocity, id });
    }

    fn off(&mut self, channel: usize, key: u8, send: &mut impl FnMut(EventKind)) {
        let state = &mut self.keys[channel][usize::from(key)];
        if *state != Key::Sounds {
            return;
        }
        if self.pedals[channel] {
            *state = Key::Held;
        } else {
            *state = Key::Rests;
            send(EventKind::NoteOff { id: name(channel, key) });
        }
    }

    fn control(&mut self, channel: usize, number: u8, value: f32, send: &mut impl FnMut(EventKind)) {
        match number {
            PEDAL => {
                self.pedals[channel] = value >= 0.5;
                if !self.pedals[channel] {
                    self.end(channel, |key| key == Key::Held, send);
                }
            }
            SOUND_OFF | NOTES_OFF => self.end(channel, |key| key != Key::Rests, send),
            _ => {}
        }
    }

    /// Ends the notes of some keys of a channel.
    fn end(&mut self, channel: usize, which: impl Fn(Key) -> bool, send: &mut impl FnMut(EventKind)) {
        for (key, state) in self.keys[channel].iter_mut().enumerate().filter(|(_, k)| which(**k)) {
            *state = Key::Rests;
            send(EventKind::NoteOff { id: name(channel, key as u8) });
        }
    }
}

fn name(channel: usize, key: u8) -> u32 {
    NAME + (channel * KEYS) as u32 + u32::from(key)
}

impl Kernel<f32> for Keys {
    fn process(&mut self, io: &mut Io<'_, f32>) {
        for message in io.incoming.messages() {
            if self.channel.is_some_and(|c| c != message.channel) {
                continue;
            }
            let channel = usize::from(message.channel) % CHANNELS;
            let send = &mut |kind| io.events.send(OUT, Event { frame: message.frame, kind });
            match message.kind {
                MessageKind::NoteOn { key, velocity } => self.on(channel, key, velocity, send),
                MessageKind::NoteOff { key } => self.off(channel, key, send),
                MessageKind::Control { number, value } => self.control(channel, number, value, send),
                MessageKind::Pressure(_) | MessageKind::Bend(_) => {}
            }
        }
    }

    fn reset(&mut self) {
        *self.keys = [[Key::Rests; KEYS]; CHANNELS];
        self.pedals = [false; CHANNELS];
    }
}

#[cfg(test)]
mod tests;
