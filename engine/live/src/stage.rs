//! The stage: a thread that keeps a player and its device together. When the device fails it plays on silently in
//! time, and tries again until sound is back.

mod foreman;
mod input;
mod keeper;
mod keys;

use crate::device::{self, LiveError, Wanted};
use crate::look::{Place, Shown};
use crate::midi::Clock;
use crate::player::{Report, Source};
use crate::pulse::Pulse;
use crate::shared::{Meters, Shared};
use crate::wires::Order;
use cpal::Host;
use keeper::Keeper;
pub use keys::Keys;
use signalbox_engine::compile::Problem;
use signalbox_engine::node::Value;
use signalbox_engine::patch::{Control, Endpoint, Patch};
use std::sync::atomic::Ordering::Relaxed;
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// The first and the longest time between two attempts to open a device.
const RETRY: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(2));

/// A device that has not called for so long is lost.
const SILENT: Duration = Duration::from_secs(1);

/// What happened, to be told to the user.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// A device plays: its name and its rate.
    Plays(String, u32),
    /// It is lost; the patch plays on without sound, and the device is tried again.
    Lost(String),
    /// There is none, and why; the patch plays without sound, and it is tried again.
    NoDevice(String),
    /// A patch that was set can't be played after all, and why; what there was before plays on.
    Refused(String),
    /// A node gave what is no number; it was silenced for a moment.
    NotFinite(String),
    /// A device records: its name and its rate.
    Records(String, u32),
    /// It is lost; silence comes from it, and it is tried again.
    InputLost(String),
    /// There is none, and why; silence comes from it, and it is tried again.
    NoInput(String),
    /// Sound came too late.
    Late(Dropout),
    /// What was learnt: a controller that is to move a parameter.
    Learnt(Control),
}

/// Sound that came too late.
#[derive(Clone, Debug, PartialEq)]
pub struct Dropout {
    /// Where the song stood, in seconds.
    pub song: f64,
    /// How much of its time the buffer took, above 1.
    pub share: f32,
    /// Whether it was the system's fault, which had taken the processor away.
    pub system: bool,
    /// If not, the keys of the nodes that took most beyond what they usually take, where that is known.
    pub nodes: Vec<String>,
    /// How many others there were since the last that was told.
    pub others: u64,
}

/// How things stand.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Status {
    /// The frame at which the song stands.
    pub song: i64,
    /// Whether it goes on.
    pub rolls: bool,
    /// Whether what plays is the patch that was set last, and not a way to it.
    pub there: bool,
    /// Frames a second.
    pub rate: u32,
    /// How many threads play.
    pub threads: usize,
    /// The device, where there is one.
    pub device: Option<String>,
    /// Levels and load since the last call.
    pub meters: Meters,
    /// How often sound came too late.
    pub dropouts: u64,
    /// The device that records, where one does.
    pub input: Option<String>,
    /// How often something that was recorded was missing or too much.
    pub gaps: u64,
    /// Frames that the guard clipped.
    pub clipped: u64,
    /// Why the guard has muted.
    pub trip: Option<crate::Trip>,
}

/// What became of a patch that was set: what is odd, or what is wrong.
pub type Set = Result<Vec<Problem>, Vec<Problem>>;

/// A patch that is made when its turn comes.
type Make = Box<dyn FnOnce() -> Patch + Send>;

enum Message {
    Set(Box<Patch>, Sender<Set>),
    Send(Make, Sender<Set>),
    Report(Sender<Report>),
    Order(Order),
    Seek(f64),
    Knob(String, usize, f32),
    Look(Place, Option<f32>),
    Write(Endpoint, Value, Option<Sender<Result<(), String>>>),
    Control(keys::Moved),
    Clock(Clock, Instant),
    Follow(bool),
    Learn(Option<Endpoint>),
    Quit,
}

/// A handle of the stage's thread; it ends when this is dropped.
pub struct Stage {
    messages: Sender<Message>,
    events: Mutex<Receiver<Event>>,
    view: Arc<Mutex<View>>,
    keys: Keys,
    thread: Option<JoinHandle<()>>,
}

/// What the stage shows.
#[derive(Debug, Default)]
pub(crate) struct View {
    pub(crate) shared: Arc<Shared>,
    pub(crate) there: bool,
    threads: usize,
    pub(crate) rate: u32,
    pub(crate) device: Option<String>,
    channels: usize,
    pub(crate) dropouts: u64,
    pub(crate) input: Option<String>,
    gaps: u64,
    pub(crate) probes: Shown,
}

/// Where hosts come from: anew for every attempt, since a sound system may come and go.
pub type Hosts = Box<dyn Fn(&Wanted) -> Result<Host, LiveError> + Send>;

impl Stage {
    /// A stage for what `source` gives, on the device that is wanted.
    pub fn new(source: Source, wanted: Wanted) -> Self {
        Self::on(source, wanted, Box::new(device::host))
    }

    /// As [`Stage::new`], with hosts from elsewhere.
    pub fn on(source: Source, wanted: Wanted, hosts: Hosts) -> Self {
        let (messages, receiver) = mpsc::channel();
        let (events, told) = mpsc::channel();
        let view = Arc::new(Mutex::new(View::default()));
        let shown = view.clone();
        let keys = Keys::new(messages.clone());
        let ring = keys.ring();
        let thread = std::thread::Builder::new()
            .name("stage".into())
            .spawn(move || Keeper::new((source, wanted, hosts), (events, shown, ring)).run(&receiver));
        Self { messages, events: Mutex::new(told), view, keys, thread: thread.ok() }
    }

    /// Plays another patch from now on; gives what is odd, or what is wrong: then nothing changes.
    pub fn set(&self, patch: Patch) -> Set {
        let (answer, answered) = mpsc::channel();
        let gone = || vec![Problem::new("the player", "has ended; start it again")];
        self.messages.send(Message::Set(Box::new(patch), answer)).map_err(|_| gone())?;
        answered.recv().unwrap_or_else(|_| Err(gone()))
    }

    /// As [`Stage::set`], but waits for nothing: the patch is made on the stage's thread, and the answer comes later. What
    /// is sent before the one before had its turn takes that one's place, which is then never made nor answered.
    pub fn send(&self, make: impl FnOnce() -> Patch + Send + 'static) -> Receiver<Set> {
        let (answer, answered) = mpsc::channel();
        let _ = self.messages.send(Message::Send(Box::new(make), answer));
        answered
    }

    /// Asks what is known of what plays.
    pub fn report(&self) -> Receiver<Report> {
        let (answer, answered) = mpsc::channel();
        let _ = self.messages.send(Message::Report(answer));
        answered
    }

    /// Gives an order to the engine.
    pub fn order(&self, order: Order) {
        let _ = self.messages.send(Message::Order(order));
    }

    /// Goes to a place of the song, in seconds; also before there is a patch.
    pub fn seek(&self, seconds: f64) {
        let _ = self.messages.send(Message::Seek(seconds));
    }

    /// Sets a parameter of a node, by its key and its index, in its base unit.
    pub fn knob(&self, key: &str, parameter: usize, value: f32) {
        let _ = self.messages.send(Message::Knob(key.into(), parameter, value));
    }

    /// Sets a parameter as a patch would, to a number in its unit or a text with one, until the patch says another
    /// value; the text says why that can't be.
    pub fn turn(&self, to: Endpoint, value: Value) -> Result<(), String> {
        let (answer, answered) = mpsc::channel();
        let gone = || "the player has ended; start it again".to_string();
        self.messages.send(Message::Write(to, value, Some(answer))).map_err(|_| gone())?;
        answered.recv().unwrap_or_else(|_| Err(gone()))
    }

    /// As [`Stage::turn`], but does not wait to hear whether that can be.
    pub fn turn_soon(&self, to: Endpoint, value: Value) {
        let _ = self.messages.send(Message::Write(to, value, None));
    }

    /// Follows the MIDI clock of another machine from now on, its start and stop, its place and its tempo; or no more.
    pub fn follow(&self, follows: bool) {
        let _ = self.messages.send(Message::Follow(follows));
    }

    /// Where keyboards and controllers play.
    pub fn keys(&self) -> Keys {
        self.keys.clone()
    }

    /// Waits for a controller to move, and tells it as what was learnt; nothing: waits for none any more. What is learnt
    /// belongs into the patch, see [`Patch::controls`].
    pub fn learn(&self, parameter: Option<Endpoint>) {
        let _ = self.messages.send(Message::Learn(parameter));
    }

    /// Looks at a port, and keeps the last seconds of it; nothing: looks away.
    pub fn look(&self, place: &Place, keep: Option<f32>) {
        let _ = self.messages.send(Message::Look(place.clone(), keep));
    }

    /// What is looked at, by the keys of the probes: those of [`Stage::look`], see [`Place::key`], and those that stand
    /// in the patch.
    pub fn probes(&self) -> Shown {
        self.view.lock().unwrap_or_else(PoisonError::into_inner).probes.clone()
    }

    /// What has happened since the last call.
    pub fn events(&self) -> Vec<Event> {
        self.events.lock().unwrap_or_else(PoisonError::into_inner).try_iter().collect()
    }

    /// Tells whether it is worth looking.
    pub fn pulse(&self) -> Pulse {
        Pulse(self.view.clone())
    }

    /// How things stand.
    pub fn status(&self) -> Status {
        let view = self.view.lock().unwrap_or_else(PoisonError::into_inner);
        let shared = &view.shared;
        Status {
            song: shared.song.load(Relaxed),
            rolls: shared.rolls.load(Relaxed),
            there: view.there,
            threads: view.threads,
            rate: view.rate,
            device: view.device.clone(),
            meters: shared.meters(view.channels),
            dropouts: view.dropouts + shared.late.load(Relaxed),
            input: view.input.clone(),
            gaps: view.gaps,
            clipped: shared.clipped.load(Relaxed),
            trip: crate::Trip::from_number(shared.trip.load(Relaxed)),
        }
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        let _ = self.messages.send(Message::Quit);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
