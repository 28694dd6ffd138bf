//! Keyboards and controllers: the system's MIDI ports, opened as they come and closed as they go.

pub mod clock;

use crate::quiet::hush;
use crate::stage::Keys;
use crate::wires::Played;
use midir::{Ignore, MidiInput, MidiInputConnection};
use midly::MidiMessage;
use midly::live::{LiveEvent, SystemCommon, SystemRealtime};
use signalbox_engine::node::MessageKind;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How often it is looked whether ports have come or gone.
const LOOK: Duration = Duration::from_secs(1);

/// Ports that loop back what is played into the system itself.
const LOOPS: &str = "Midi Through";

/// The controller that ends all notes of a channel.
const ALL_NOTES_OFF: u8 = 123;

/// Controllers from this number on say how a channel is played; none of them is a knob.
pub(crate) const MODES: u8 = 120;

/// What a message asks for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Heard {
    /// Something sounds, on a channel.
    Plays(u8, MessageKind),
    /// The clock or the transport of another machine.
    Clock(Clock),
}

/// What the clock or the transport of another machine says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
    /// A 24th of a beat is over.
    Tick,
    /// It begins at the start.
    Start,
    /// It goes on where it stands.
    Continue,
    /// It stops.
    Stop,
    /// It goes to a sixteenth of the song.
    Position(u16),
}

/// Reads one message of MIDI 1.0; nothing where it is broken, or says nothing about sound and time.
pub fn read(bytes: &[u8]) -> Option<Heard> {
    let unit = |x: u8| f32::from(x) / 127.0;
    Some(match LiveEvent::parse(bytes).ok()? {
        LiveEvent::Midi { channel, message } => {
            let kind = match message {
                MidiMessage::NoteOn { key, vel } if vel > 0 => {
                    MessageKind::NoteOn { key: key.as_int(), velocity: unit(vel.as_int()) }
                }
                MidiMessage::NoteOn { key, .. } | MidiMessage::NoteOff { key, .. } => {
                    MessageKind::NoteOff { key: key.as_int() }
                }
                MidiMessage::Controller { controller, value } => {
                    MessageKind::Control { number: controller.as_int(), value: unit(value.as_int()) }
                }
                MidiMessage::ChannelAftertouch { vel } => MessageKind::Pressure(unit(vel.as_int())),
                // The wheel's upper end has one step less than its lower one.
                MidiMessage::PitchBend { bend } => {
                    let bend = f32::from(bend.as_int());
                    MessageKind::Bend(if bend > 0.0 { bend / 8_191.0 } else { bend / 8_192.0 })
                }
                MidiMessage::Aftertouch { .. } | MidiMessage::ProgramChange { .. } => return None,
            };
            Heard::Plays(channel.as_int(), kind)
        }
        LiveEvent::Common(SystemCommon::SongPosition(at)) => Heard::Clock(Clock::Position(at.as_int())),
        LiveEvent::Common(_) => return None,
        LiveEvent::Realtime(message) => Heard::Clock(match message {
            SystemRealtime::TimingClock => Clock::Tick,
            SystemRealtime::Start => Clock::Start,
            SystemRealtime::Continue => Clock::Continue,
            SystemRealtime::Stop => Clock::Stop,
            _ => return None,
        }),
    })
}

/// Where messages come from: the ports of a system, or a test.
pub trait Ports: Send {
    /// The names of the ports that there are.
    fn names(&mut self) -> Vec<String>;

    /// Listens to a port until what is given back is dropped; the text says why that can't be.
    fn open(&mut self, name: &str, hear: Hear) -> Result<Box<dyn Send>, String>;
}

/// Takes the bytes of one message.
pub type Hear = Box<dyn FnMut(&[u8]) + Send>;

/// The ports of the system.
pub struct System;

impl Ports for System {
    fn names(&mut self) -> Vec<String> {
        hush();
        let Ok(input) = MidiInput::new("signalbox") else { return Vec::new() };
        input.ports().iter().filter_map(|port| input.port_name(port).ok()).collect()
    }

    fn open(&mut self, name: &str, mut hear: Hear) -> Result<Box<dyn Send>, String> {
        let mut input = MidiInput::new("signalbox").map_err(|e| e.to_string())?;
        input.ignore(Ignore::SysexAndActiveSense);
        let ports = input.ports();
        let port = ports.iter().find(|port| input.port_name(port).is_ok_and(|n| n == name));
        let port = port.ok_or("it is gone")?;
        let open: MidiInputConnection<()> =
            input.connect(port, "in", move |_, bytes, ()| hear(bytes), ()).map_err(|e| e.to_string())?;
        Ok(Box::new(open))
    }
}

/// Listens to ports until it is dropped.
pub struct Midi {
    ends: Arc<AtomicBool>,
    told: Arc<Mutex<Vec<Told>>>,
    thread: Option<JoinHandle<()>>,
}

/// What became of a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// It is listened to.
    Listens(String),
    /// It is gone; it is listened to again when it comes back.
    Gone(String),
    /// It can't be listened to, and why.
    Failed(String, String),
}

impl Midi {
    /// Listens to all ports in whose names a text is found; the system's own loops only where they are named.
    pub fn new(mut ports: Box<dyn Ports>, wanted: &str, keys: Keys) -> Self {
        let (ends, told) = (Arc::new(AtomicBool::new(false)), Arc::new(Mutex::new(Vec::new())));
        let (over, tells, wanted) = (ends.clone(), told.clone(), wanted.to_lowercase());
        let listen = move || {
            let mut open: HashMap<String, Option<Box<dyn Send>>> = HashMap::new();
            let tell = |told| tells.lock().unwrap_or_else(PoisonError::into_inner).push(told);
            while !over.load(Relaxed) {
                let meant = |name: &String| {
                    name.to_lowercase().contains(&wanted) && (!wanted.is_empty() || !name.contains(LOOPS))
                };
                let names: Vec<String> = ports.names().into_iter().filter(meant).collect();
                open.retain(|name, held| {
                    let stays = names.contains(name);
                    if !stays && held.is_some() {
                        release(&keys);
                        tell(Told::Gone(name.clone()));
                    }
                    stays
                });
                for name in names {
                    if open.contains_key(&name) {
                        continue;
                    }
                    let keys = keys.clone();
                    let hear = Box::new(move |bytes: &[u8]| keys.hear(bytes, Some(Instant::now())));
                    let opened = ports.open(&name, hear);
                    tell(match &opened {
                        Ok(_) => Told::Listens(name.clone()),
                        Err(why) => Told::Failed(name.clone(), why.clone()),
                    });
                    // One that failed is not tried again until it has been away.
                    open.insert(name, opened.ok());
                }
                std::thread::park_timeout(LOOK);
            }
        };
        let thread = std::thread::Builder::new().name("midi".into()).spawn(listen);
        Self { ends, told, thread: thread.ok() }
    }

    /// What became of ports since the last call.
    pub fn told(&self) -> Vec<Told> {
        std::mem::take(&mut self.told.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Ends all notes: who held them down is gone.
fn release(keys: &Keys) {
    let kind = MessageKind::Control { number: ALL_NOTES_OFF, value: 0.0 };
    for channel in 0..16 {
        keys.play(Played { at: None, channel, kind });
    }
}

impl Drop for Midi {
    fn drop(&mut self) {
        self.ends.store(true, Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_read_as_the_standard_writes_them() {
        let plays = |bytes: &[u8]| match read(bytes) {
            Some(Heard::Plays(channel, kind)) => (channel, kind),
            other => panic!("{bytes:?}: {other:?}"),
        };
        assert_eq!(plays(&[0x92, 60, 127]), (2, MessageKind::NoteOn { key: 60, velocity: 1.0 }));
        assert_eq!(plays(&[0x92, 60, 0]), (2, MessageKind::NoteOff { key: 60 }));
        assert_eq!(plays(&[0x8f, 60, 64]), (15, MessageKind::NoteOff { key: 60 }));
        assert_eq!(plays(&[0xb0, 7, 127]), (0, MessageKind::Control { number: 7, value: 1.0 }));
        assert_eq!(plays(&[0xd0, 0]), (0, MessageKind::Pressure(0.0)));
        for (bytes, bend) in [([0xe0, 0, 0], -1.0), ([0xe0, 0, 64], 0.0), ([0xe0, 127, 127], 1.0)] {
            assert_eq!(plays(&bytes), (0, MessageKind::Bend(bend)));
        }
        let clock = |bytes: &[u8]| read(bytes);
        assert_eq!(clock(&[0xf8]), Some(Heard::Clock(Clock::Tick)));
        assert_eq!(clock(&[0xfa]), Some(Heard::Clock(Clock::Start)));
        assert_eq!(clock(&[0xf2, 16, 1]), Some(Heard::Clock(Clock::Position(144))));
    }

    #[test]
    fn no_bytes_do_harm() {
        for first in 0..=255u8 {
            for bytes in [&[first][..], &[first, 0], &[first, 255, 255], &[first, 0, 0, 0, 0], &[]] {
                let _ = read(bytes);
            }
        }
    }
}
