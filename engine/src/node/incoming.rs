//! What comes into a patch from outside while it plays: sound that a device records, and what is played on keyboards
//! and controllers. A render has none of it.

/// What comes in during one block.
#[derive(Clone, Copy, Debug, Default)]
pub struct Incoming<'a> {
    channels: &'a [Vec<f32>],
    messages: &'a [Message],
    start: usize,
    frames: usize,
}

/// Something that was played on a keyboard or a controller.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Message {
    /// The frame at which it happens, from the buffer's first on.
    pub frame: u32,
    /// The MIDI channel, 0 to 15.
    pub channel: u8,
    /// What happens.
    pub kind: MessageKind,
}

/// What a message says, of those of MIDI 1.0 that say how something sounds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum MessageKind {
    /// A key goes down.
    NoteOn {
        /// The key, 0 to 127, 69 = A4.
        key: u8,
        /// How hard, above 0, up to 1.
        velocity: f32,
    },
    /// A key comes up.
    NoteOff {
        /// The key, 0 to 127.
        key: u8,
    },
    /// A controller moves.
    Control {
        /// Its number, 0 to 127.
        number: u8,
        /// Where it stands, 0 to 1.
        value: f32,
    },
    /// All keys are pressed so hard, 0 to 1.
    Pressure(f32),
    /// The pitch wheel stands there, -1 to 1.
    Bend(f32),
}

impl<'a> Incoming<'a> {
    /// Of a buffer whose channels and messages these are, in order of time, `frames` frames from `start` on.
    pub fn new(channels: &'a [Vec<f32>], messages: &'a [Message], start: usize, frames: usize) -> Self {
        Self { channels, messages, start, frames }
    }

    /// A part of it: `frames` frames from its frame `start` on.
    pub fn part(&self, start: usize, frames: usize) -> Self {
        Self { start: self.start + start, frames, ..*self }
    }

    /// One channel of what is recorded; shorter than the block, or empty, where nothing comes in.
    pub fn channel(&self, channel: usize) -> &'a [f32] {
        let all = self.channels.get(channel).map_or(&[][..], Vec::as_slice);
        let end = all.len().min(self.start + self.frames);
        all.get(self.start..end).unwrap_or_default()
    }

    /// The messages, with the frame of the block at which each happens.
    pub fn messages(&self) -> impl Iterator<Item = Message> + use<'a> {
        let (start, end) = (self.start as u32, (self.start + self.frames) as u32);
        let from = self.messages.partition_point(|m| m.frame < start);
        let mine = self.messages[from..].iter().take_while(move |m| m.frame < end);
        mine.map(move |m| Message { frame: m.frame - start, ..*m })
    }
}
