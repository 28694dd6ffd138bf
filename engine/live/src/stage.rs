//! The stage: a thread that keeps a player and its device together. When the device fails it plays on silently in
//! time, and tries again until sound is back.

use crate::device::{self, LiveError, Wanted};
use crate::engine::Order;
use crate::player::{Player, Source};
use crate::shared::{Meters, Shared};
use crate::stream::{self, Open, Seat};
use cpal::Host;
use signalbox_engine::compile::Problem;
use signalbox_engine::patch::Patch;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How often the stage looks after things.
const TICK: Duration = Duration::from_millis(5);

/// A device that has not asked for so long is lost.
const SILENT: Duration = Duration::from_secs(1);

/// The first and the longest time between two attempts to open a device.
const RETRY: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(2));

/// How many frames the clock asks for at once that stands in for a device.
const PUMPED: usize = 256;

/// The rate where there is no device to say one.
const USUAL_RATE: u32 = 48_000;

/// What happened, to be told to the user.
#[derive(Clone, Debug, PartialEq, Eq)]
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
}

/// How things stand.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Status {
    /// The frame at which the song stands.
    pub song: i64,
    /// Whether it goes on.
    pub rolls: bool,
    /// Frames a second.
    pub rate: u32,
    /// The device, where there is one.
    pub device: Option<String>,
    /// Levels and load since the last call.
    pub meters: Meters,
    /// How often sound came too late.
    pub dropouts: u64,
    /// Frames that the guard clipped.
    pub clipped: u64,
    /// Why the guard has muted.
    pub trip: Option<crate::Trip>,
}

enum Message {
    Set(Box<Patch>, Sender<Result<Vec<Problem>, Vec<Problem>>>),
    Order(Order),
    Seek(f64),
    Knob(String, usize, f32),
    Quit,
}

/// A handle of the stage's thread; it ends when this is dropped.
pub struct Stage {
    messages: Sender<Message>,
    events: Mutex<Receiver<Event>>,
    view: Arc<Mutex<View>>,
    thread: Option<JoinHandle<()>>,
}

/// What the stage shows.
#[derive(Default)]
struct View {
    shared: Arc<Shared>,
    rate: u32,
    device: Option<String>,
    channels: usize,
    dropouts: u64,
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
        let thread = std::thread::Builder::new()
            .name("stage".into())
            .spawn(move || Keeper::new(source, wanted, hosts, events, shown).run(&receiver));
        Self { messages, events: Mutex::new(told), view, thread: thread.ok() }
    }

    /// Plays another patch from now on; gives what is odd, or what is wrong: then nothing changes.
    pub fn set(&self, patch: Patch) -> Result<Vec<Problem>, Vec<Problem>> {
        let (answer, answered) = mpsc::channel();
        let gone = || vec![Problem::new("the player", "has ended; start it again")];
        self.messages.send(Message::Set(Box::new(patch), answer)).map_err(|_| gone())?;
        answered.recv().unwrap_or_else(|_| Err(gone()))
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

    /// What has happened since the last call.
    pub fn events(&self) -> Vec<Event> {
        self.events.lock().unwrap_or_else(PoisonError::into_inner).try_iter().collect()
    }

    /// How things stand.
    pub fn status(&self) -> Status {
        let view = self.view.lock().unwrap_or_else(PoisonError::into_inner);
        let shared = &view.shared;
        Status {
            song: shared.song.load(Relaxed),
            rolls: shared.rolls.load(Relaxed),
            rate: view.rate,
            device: view.device.clone(),
            meters: shared.meters(view.channels),
            dropouts: view.dropouts + shared.late.load(Relaxed),
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

/// The stage's thread.
struct Keeper {
    source: Source,
    wanted: Wanted,
    hosts: Hosts,
    events: Sender<Event>,
    view: Arc<Mutex<View>>,
    player: Player,
    seat: Arc<Seat>,
    sound: Sound,
    /// Whether the user knows that there is no device.
    told: bool,
    /// Dropouts of the devices before.
    dropouts: u64,
}

enum Sound {
    /// A device asks; how often it had, and when that was seen last to be more.
    Plays(Box<Open>, u64, Instant),
    /// The stage's own clock asks: its turn, since when, how many frames it has asked for, when a device is tried again
    /// and after how long then.
    Silent { turn: u64, since: Instant, pumped: u64, retry: Instant, wait: Duration },
}

impl Keeper {
    fn new(
        source: Source,
        wanted: Wanted,
        hosts: Hosts,
        events: Sender<Event>,
        view: Arc<Mutex<View>>,
    ) -> Self {
        let (player, engine) = Player::new(source.clone(), wanted.rate.unwrap_or(USUAL_RATE));
        let seat = Arc::new(Seat::new(engine));
        let sound = Self::silent(&seat, RETRY.0);
        let mut keeper =
            Self { source, wanted, hosts, events, view, player, seat, sound, told: false, dropouts: 0 };
        keeper.open(RETRY.0);
        keeper.show();
        keeper
    }

    fn silent(seat: &Seat, wait: Duration) -> Sound {
        let now = Instant::now();
        Sound::Silent { turn: seat.next_turn(), since: now, pumped: 0, retry: now + wait, wait }
    }

    fn run(mut self, messages: &Receiver<Message>) {
        loop {
            match messages.recv_timeout(TICK) {
                Ok(Message::Set(patch, answer)) => {
                    let set = self.player.set(*patch);
                    self.show();
                    let _ = answer.send(set);
                }
                Ok(Message::Order(order)) => {
                    self.player.order(order);
                }
                Ok(Message::Seek(seconds)) => {
                    let frame = seconds.max(0.0) * f64::from(self.player.rate());
                    self.player.order(Order::Seek(frame.round() as i64));
                }
                Ok(Message::Knob(key, parameter, value)) => {
                    if let Some(knobs) = self.player.knobs(&key) {
                        knobs.set(parameter, value);
                    }
                }
                Ok(Message::Quit) | Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => {}
            }
            self.player.tick();
            for problem in self.player.problems() {
                let _ = self.events.send(Event::Refused(problem.to_string()));
            }
            while let Some(node) = self.player.blamed() {
                let _ = self.events.send(Event::NotFinite(node));
            }
            self.look_after_sound();
            self.show();
        }
        if let Sound::Plays(open, ..) = std::mem::replace(&mut self.sound, Self::silent(&self.seat, RETRY.0))
        {
            drop_stream(open);
        }
    }

    fn show(&self) {
        let mut view = self.view.lock().unwrap_or_else(PoisonError::into_inner);
        view.shared = self.player.shared().clone();
        view.rate = self.player.rate();
        let (device, channels, dropouts) = match &self.sound {
            Sound::Plays(open, ..) => {
                let dropouts = open.signals.dropouts.load(Relaxed);
                (Some(open.name.clone()), usize::from(open.channels), dropouts)
            }
            Sound::Silent { .. } => (None, 2, 0),
        };
        (view.device, view.channels, view.dropouts) = (device, channels, self.dropouts + dropouts);
    }

    fn look_after_sound(&mut self) {
        let calls = self.player.shared().calls.load(Relaxed);
        match &mut self.sound {
            Sound::Plays(open, seen, when) => {
                if calls != *seen {
                    (*seen, *when) = (calls, Instant::now());
                }
                if open.signals.lost.load(Relaxed) || when.elapsed() > SILENT {
                    self.lose();
                }
            }
            Sound::Silent { turn, since, pumped, retry, wait } => {
                let due = (since.elapsed().as_secs_f64() * f64::from(self.player.rate())) as u64;
                let mut buffer = [0.0; PUMPED * 2];
                while *pumped + PUMPED as u64 <= due {
                    self.seat.fill(*turn, &mut buffer, 2);
                    *pumped += PUMPED as u64;
                }
                if Instant::now() >= *retry {
                    let wait = (*wait * 2).min(RETRY.1);
                    self.open(wait);
                }
            }
        }
    }

    /// Gives a device up that has failed.
    fn lose(&mut self) {
        let silent = Self::silent(&self.seat, RETRY.0);
        if let Sound::Plays(open, ..) = std::mem::replace(&mut self.sound, silent) {
            self.dropouts += open.signals.dropouts.load(Relaxed);
            if !std::mem::replace(&mut self.told, true) {
                let _ = self.events.send(Event::Lost(open.name.clone()));
            }
            drop_stream(open);
        }
    }

    /// Tries to open the device that is wanted; the next attempt is after `wait`.
    fn open(&mut self, wait: Duration) {
        let opened = (self.hosts)(&self.wanted).and_then(|host| device::find(&host, &self.wanted)).and_then(
            |opening| {
                let rate = opening.config.sample_rate;
                if rate != self.player.rate() {
                    self.change_rate(rate);
                }
                stream::open(opening, &self.seat)
            },
        );
        match opened {
            Ok(open) => {
                let _ = self.events.send(Event::Plays(open.name.clone(), self.player.rate()));
                self.told = false;
                let calls = self.player.shared().calls.load(Relaxed);
                self.sound = Sound::Plays(Box::new(open), calls, Instant::now());
            }
            Err(error) => {
                if !std::mem::replace(&mut self.told, true) {
                    let _ = self.events.send(Event::NoDevice(error.to_string()));
                }
                // The attempt may have taken the turn.
                let own = self.seat.next_turn();
                if let Sound::Silent { turn, retry, wait: next, .. } = &mut self.sound {
                    (*turn, *retry, *next) = (own, Instant::now() + wait, wait);
                }
            }
        }
    }

    /// Plays on at another rate: the patch is made anew, and stands where it stood.
    fn change_rate(&mut self, rate: u32) {
        let shared = self.player.shared();
        let seconds = shared.song.load(Relaxed) as f64 / f64::from(self.player.rate());
        let stood = shared.calls.load(Relaxed) > 0 && !shared.rolls.load(Relaxed);
        let (mut player, engine) = Player::new(self.source.clone(), rate);
        if let Some(patch) = self.player.patch() {
            // It was set before; what does not fit this rate has no sound until the next patch.
            let _ = player.set(patch.clone());
        }
        player.order(Order::Seek((seconds * f64::from(rate)).round() as i64));
        player.order(Order::Roll(!stood));
        self.seat.replace(engine);
        self.player = player;
    }
}

/// Drops a stream on a thread of its own: some systems never come back from that.
fn drop_stream(open: Box<Open>) {
    // Without a thread the stream is kept for good, which does no more harm than waiting here.
    let held = Arc::new(Mutex::new(Some(open)));
    let own = held.clone();
    let spawned = std::thread::Builder::new().name("closing".into()).spawn(move || {
        drop(own.lock().unwrap_or_else(PoisonError::into_inner).take());
    });
    if spawned.is_err() {
        std::mem::forget(held);
    }
}
