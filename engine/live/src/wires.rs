//! What leads from the control side to the audio side and back: rings, in which neither waits for the other.

use crate::bridge::Bridge;
use rtrb::{Consumer, Producer, RingBuffer};
use signalbox_engine::node::MessageKind;
use signalbox_engine::run::Fault;
use std::time::Instant;

/// How many orders, faults and the like wait at most.
const ROOM: usize = 256;

/// How many messages of keyboards and controllers wait at most.
const PLAYED: usize = 4_096;

/// What the control side asks of the audio side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// The song goes on, or stands.
    Roll(bool),
    /// The song goes to a frame.
    Seek(i64),
    /// The song's frames from the first to before the second are repeated.
    Repeat(Option<(i64, i64)>),
    /// The guard passes sound again.
    Unmute,
    /// The output is turned down, for the time of this number.
    Dip(u64),
    /// The output is turned up again after so many frames, for which what plays now has nothing to give yet.
    Rise(usize),
}

/// A message of a keyboard or a controller.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Played {
    /// When it came; at once where nobody knows.
    pub at: Option<Instant>,
    /// The MIDI channel, 0 to 15.
    pub channel: u8,
    /// What it says.
    pub kind: MessageKind,
}

/// A buffer that was not ready in time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Late {
    /// The number of the program that ran.
    pub number: u64,
    /// The frame at which the song stood.
    pub song: i64,
    /// How much of its time the buffer took, above 1.
    pub share: f32,
    /// Who is to blame.
    pub who: Who,
}

/// Who is to blame for a buffer that was late.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// The group of steps that took most beyond what it usually takes.
    Group(usize),
    /// The system, which had taken the processor away.
    System,
    /// Nobody knows: several threads played.
    Nobody,
}

/// A node that gave what is no number, in the program with this number.
pub type Blamed = (u64, Fault);

/// The ends of the control side.
pub struct ControlEnds {
    pub orders: Producer<Order>,
    pub faults: Consumer<Blamed>,
    pub late: Consumer<Late>,
    /// What is recorded from now on; nothing where nothing is.
    pub bridges: Producer<Option<Box<Bridge>>>,
    /// Bridges that are done with, to be freed.
    pub used: Consumer<Box<Bridge>>,
}

/// The ends of the audio side.
pub struct AudioEnds {
    pub orders: Consumer<Order>,
    pub faults: Producer<Blamed>,
    pub late: Producer<Late>,
    pub bridges: Consumer<Option<Box<Bridge>>>,
    pub used: Producer<Box<Bridge>>,
    pub played: Consumer<Played>,
}

/// All rings; the last end is for whoever hears keyboards and controllers.
pub fn wires() -> (ControlEnds, AudioEnds, Producer<Played>) {
    let (orders, obeys) = RingBuffer::new(ROOM);
    let (blames, faults) = RingBuffer::new(ROOM);
    let (tells, late) = RingBuffer::new(ROOM);
    let (bridges, arrives) = RingBuffer::new(ROOM);
    let (gives, used) = RingBuffer::new(ROOM);
    let (plays, played) = RingBuffer::new(PLAYED);
    let control = ControlEnds { orders, faults, late, bridges, used };
    let audio =
        AudioEnds { orders: obeys, faults: blames, late: tells, bridges: arrives, used: gives, played };
    (control, audio, plays)
}
