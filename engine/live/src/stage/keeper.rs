//! The stage's thread: obeys, and looks after the devices.

mod devices;
mod queue;
mod tell;

use super::foreman::{Foreman, Measured};
use super::input::Input;
use super::keys::{Moved, Ring};
use super::{Dropout, Event, Hosts, Message, RETRY, SILENT, View};
use crate::device::{self, Wanted};
use crate::engine::Engine;
use crate::look::Looks;
use crate::midi::Clock;
use crate::midi::clock::{Follower, Step};
use crate::player::{Player, Source};
use crate::seat::Seat;
use crate::stream::{self, Open};
use crate::wires::{Order, Who};
use queue::Queue;
use signalbox_engine::patch::{Endpoint, Patch};
use std::sync::atomic::Ordering::Relaxed;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How often the stage looks after things while something is on its way, and while nothing is: waking up costs more
/// than looking. What it is told wakes it at once.
const TICK: Duration = Duration::from_millis(5);
const REST: Duration = Duration::from_millis(20);

/// Sound that comes too late is told so often at most.
const COMPLAIN: Duration = Duration::from_secs(1);

/// The most threads that play.
const THREADS: usize = 8;

/// How many frames the clock asks for at once that stands in for a device.
const PUMPED: usize = 256;

/// The rate where there is no device to say one.
const USUAL_RATE: u32 = 48_000;

/// The stage's thread.
pub struct Keeper {
    source: Source,
    wanted: Wanted,
    hosts: Hosts,
    events: Sender<Event>,
    view: Arc<Mutex<View>>,
    player: Player,
    seat: Arc<Seat<Engine>>,
    sound: Sound,
    input: Input,
    keys: Ring,
    /// Which parameter the next controller is to move.
    learning: Option<Endpoint>,
    looks: Looks,
    /// Follows another machine's clock, where that is wanted.
    follower: Option<Follower>,
    foreman: Foreman,
    /// Since when is measured for it, and what had been counted then: nanoseconds of work, frames, late buffers.
    measured: (Instant, u64, u64, u64),
    /// When a late buffer was told last, and how many were not since.
    complained: (Option<Instant>, u64),
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
    pub fn new(
        (source, wanted, hosts): (Source, Wanted, Hosts),
        (events, view, keys): (Sender<Event>, Arc<Mutex<View>>, Ring),
    ) -> Self {
        let (mut player, engine) = Player::new(source.clone(), wanted.rate.unwrap_or(USUAL_RATE));
        keys.connect(player.keys());
        let seat = Arc::new(Seat::new(engine));
        let sound = Self::silent(&seat, RETRY.0);
        let mut keeper = Self {
            source,
            wanted,
            hosts,
            events,
            view,
            player,
            seat,
            sound,
            input: Input::Off,
            keys,
            learning: None,
            looks: Looks::new(),
            follower: None,
            foreman: Foreman::default(),
            measured: (Instant::now(), 0, 0, 0),
            complained: (None, 0),
            told: false,
            dropouts: 0,
        };
        keeper.open(RETRY.0);
        keeper.show();
        keeper
    }

    fn silent(seat: &Seat<Engine>, wait: Duration) -> Sound {
        let now = Instant::now();
        Sound::Silent { turn: seat.next_turn(), since: now, pumped: 0, retry: now + wait, wait }
    }

    /// Runs until it is told to quit.
    pub fn run(mut self, messages: &Receiver<Message>) {
        let mut queue = Queue::default();
        loop {
            match queue.next(messages, self.pace()) {
                Ok(Message::Set(patch, answer)) => {
                    let set = self.player.set(*patch);
                    self.show();
                    let _ = answer.send(set);
                }
                Ok(Message::Send(make, answer)) => {
                    let set = self.player.set(make());
                    self.show();
                    // Nobody may wait for it any more.
                    let _ = answer.send(set);
                }
                Ok(Message::Report(answer)) => drop(answer.send(self.player.report())),
                Ok(Message::Order(order)) => {
                    self.player.order(order);
                }
                Ok(Message::Seek(seconds)) => {
                    let frame = seconds.max(0.0) * f64::from(self.player.rate());
                    self.player.order(Order::Seek(frame.round() as i64));
                }
                Ok(Message::Knob(key, parameter, value)) => {
                    self.player.knob(&key, parameter, value);
                }
                Ok(Message::Look(place, keep)) => {
                    match keep {
                        Some(keep) => drop(self.looks.insert(place, keep)),
                        None => drop(self.looks.remove(&place)),
                    }
                    self.player.look(self.looks.clone());
                }
                Ok(Message::Write(to, value, answer)) => {
                    let written = self.player.write(&to, &value);
                    answer.into_iter().for_each(|answer| drop(answer.send(written.clone())));
                }
                Ok(Message::Clock(clock, at)) => self.clock(clock, at),
                Ok(Message::Follow(follows)) => self.follower = follows.then(Follower::default),
                Ok(Message::Control(moved)) => self.control(moved),
                Ok(Message::Learn(parameter)) => self.learning = parameter,
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
            self.complain();
            self.look_after_sound();
            self.look_after_input();
            self.look_after_load();
            self.show();
        }
        if let Sound::Plays(open, ..) = std::mem::replace(&mut self.sound, Self::silent(&self.seat, RETRY.0))
        {
            drop_stream(open);
        }
        if let Input::On(open, ..) = std::mem::take(&mut self.input) {
            drop_stream(open);
        }
    }

    /// How long it may wait for what it is told next.
    fn pace(&self) -> Duration {
        let rests = self.player.rests() && self.follower.is_none() && matches!(self.input, Input::Off);
        if rests { REST } else { TICK }
    }

    /// A controller was moved.
    fn control(&mut self, moved: Moved) {
        if let Some(to) = self.learning.take() {
            let _ = self.events.send(Event::Learnt(moved.learnt(to)));
        }
        let controls = self.player.patch().map_or_else(Vec::new, |patch| moved.find(patch));
        for control in controls {
            // What is not in this patch is moved in another one.
            let _ = self.player.turn(&control.to, moved.value);
        }
    }

    /// Another machine's clock says something.
    fn clock(&mut self, clock: Clock, at: Instant) {
        let (Some(follower), Some(patch)) = (&mut self.follower, self.player.patch()) else { return };
        let rate = f64::from(self.player.rate());
        let seconds = self.player.shared().song.load(Relaxed) as f64 / rate;
        let mut tempo = patch.tempo.clone();
        let beat = tempo.beat(seconds);
        let bpm = 60.0 / (tempo.seconds(beat + 1.0) - seconds).max(1e-3);
        for step in follower.hear(clock, at, (beat, bpm)) {
            match step {
                Step::Roll(rolls) => drop(self.player.order(Order::Roll(rolls))),
                Step::Beat(beat) => {
                    let frame = (tempo.seconds(beat) * rate).round() as i64;
                    self.player.order(Order::Seek(frame));
                }
                Step::Tempo(bpm) => {
                    tempo.tempo = vec![(0.0, bpm)];
                    if let Some(patch) = self.player.patch().cloned() {
                        // A patch that plays still does in another tempo.
                        let _ = self.player.set(Patch { tempo: tempo.clone(), ..patch });
                    }
                }
            }
        }
    }

    /// Lets more threads play, or fewer, as it pays.
    fn look_after_load(&mut self) {
        let (since, worked, asked, late) = self.measured;
        if since.elapsed() < self.foreman.look() {
            return;
        }
        let shared = self.player.shared();
        let now = (shared.worked.load(Relaxed), shared.asked.load(Relaxed), shared.late.load(Relaxed));
        self.measured = (Instant::now(), now.0, now.1, now.2);
        let seconds = now.1.wrapping_sub(asked) as f64 / f64::from(self.player.rate());
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        if seconds <= 0.0 || seconds > 1e6 || cores == 1 || !self.player.is_there() {
            return;
        }
        let measured = Measured {
            time: since.elapsed(),
            load: now.0.saturating_sub(worked) as f64 * 1e-9 / seconds,
            late: now.2.saturating_sub(late),
        };
        match self.foreman.hear(measured) {
            Some(true) => self.player.share(cores.min(THREADS)),
            Some(false) => self.player.share(1),
            None => {}
        }
    }
}

/// Drops a stream on a thread of its own: some systems never come back from that.
fn drop_stream<T: Send + 'static>(open: Box<T>) {
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
