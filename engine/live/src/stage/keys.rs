//! Keyboards and controllers: what they play goes to the audio side; what a controller has learnt to move, it moves.

use super::Message;
use crate::midi::{self, Heard};
use crate::wires::Played;
use rtrb::Producer;
use signalbox_engine::node::MessageKind;
use signalbox_engine::patch::{Control, Endpoint, Patch};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

/// Where keyboards and controllers play; it can be cloned for each of them. Whatever brings messages, a port of the
/// system or a test, brings them here.
#[derive(Clone)]
pub struct Keys {
    ring: Ring,
    messages: Arc<Mutex<Sender<Message>>>,
}

/// The way to the audio side, of which there may be a new one.
#[derive(Clone, Default)]
pub struct Ring(Arc<Mutex<Option<Producer<Played>>>>);

impl Ring {
    /// From now on what is played goes there.
    pub fn connect(&self, producer: Option<Producer<Played>>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = producer;
    }
}

impl Keys {
    pub(super) fn new(messages: Sender<Message>) -> Self {
        Self { ring: Ring::default(), messages: Arc::new(Mutex::new(messages)) }
    }

    pub(super) fn ring(&self) -> Ring {
        self.ring.clone()
    }

    /// Hears the bytes of one MIDI message that came at a time; what is no message is left alone.
    pub fn hear(&self, bytes: &[u8], at: Option<Instant>) {
        match midi::read(bytes) {
            Some(Heard::Plays(channel, kind)) => {
                self.play(Played { at, channel, kind });
            }
            Some(Heard::Clock(clock)) => self.send(Message::Clock(clock, at.unwrap_or_else(Instant::now))),
            None => {}
        }
    }

    fn send(&self, message: Message) {
        let _ = self.messages.lock().unwrap_or_else(PoisonError::into_inner).send(message);
    }

    /// Plays a message; `false`: there is no room for it.
    pub fn play(&self, played: Played) -> bool {
        if let MessageKind::Control { number, value } = played.kind
            && number < midi::MODES
        {
            let moved = Moved { channel: played.channel, number, value };
            self.send(Message::Control(moved));
        }
        let mut ring = self.ring.0.lock().unwrap_or_else(PoisonError::into_inner);
        ring.as_mut().is_some_and(|ring| ring.push(played).is_ok())
    }
}

/// A controller that was moved.
#[derive(Clone, Copy, Debug)]
pub struct Moved {
    /// The MIDI channel, 0 to 15.
    pub channel: u8,
    /// The controller's number.
    pub number: u8,
    /// Where it stands, 0 to 1.
    pub value: f32,
}

impl Moved {
    /// What is learnt from it: that it moves this parameter.
    pub fn learnt(self, to: Endpoint) -> Control {
        Control { channel: Some(self.channel + 1), number: self.number, to }
    }

    /// What it moves in a patch.
    pub fn find(self, patch: &Patch) -> Vec<Control> {
        let hears = |c: &&Control| {
            c.number == self.number && c.channel.is_none_or(|channel| channel == self.channel + 1)
        };
        patch.controls.iter().filter(hears).cloned().collect()
    }
}
