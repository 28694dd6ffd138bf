//! The stage's thread: obeys, and looks after the devices.

use super::foreman::{Foreman, Measured};
use super::input::Input;
use super::keys::{Moved, Ring};
use super::{Dropout, Event, Hosts, Message, RETRY, View};
use crate::device::{self, Wanted};
use crate::look::Looks;
use crate::midi::Clock;
use crate::midi::clock::{Follower, Step};
use crate::player::{Player, Source};
use crate::stream::{self, Open, Seat};
use crate::wires::{Order, Who};
use signalbox_engine::patch::{Endpoint, Patch};
use std::sync::atomic::Ordering::Relaxed;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How often the stage looks after things.
const TICK: Duration = Duration::from_millis(5);

/// A device that has not asked for so long is lost.
const SILENT: Duration = Duration::from_secs(1);

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
    seat: Arc<Seat>,
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

    fn silent(seat: &Seat, wait: Duration) -> Sound {
        let now = Instant::now();
        Sound::Silent { turn: seat.next_turn(), since: now, pumped: 0, retry: now + wait, wait }
    }

    /// Runs until it is told to quit.
    pub fn run(mut self, messages: &Receiver<Message>) {
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
                    let _ = answer.send(self.player.write(&to, &value));
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
        if let Input::On(open, _) = std::mem::take(&mut self.input) {
            drop_stream(open);
        }
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

    /// Tells of buffers that came too late, not more often than a person wants to know.
    fn complain(&mut self) {
        while let Some((late, nodes)) = self.player.late() {
            let (last, others) = &mut self.complained;
            if last.is_some_and(|last| last.elapsed() < COMPLAIN) {
                *others += 1;
                continue;
            }
            let song = late.song as f64 / f64::from(self.player.rate());
            let others = std::mem::take(others);
            *last = Some(Instant::now());
            let system = late.who == Who::System;
            let dropout = Dropout { song, share: late.share, system, nodes, others };
            let _ = self.events.send(Event::Late(dropout));
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

    fn look_after_input(&mut self) {
        let heard = match &self.sound {
            Sound::Plays(open, ..) => Some(&open.heard),
            Sound::Silent { .. } => None,
        };
        let (hosts, wanted) = (&self.hosts, &self.wanted);
        let host = || hosts(wanted);
        let (event, closed) = self.input.look_after(&mut self.player, heard, (&host, wanted));
        let _ = event.map(|event| self.events.send(event));
        let _ = closed.map(drop_stream);
    }

    fn show(&self) {
        let mut view = self.view.lock().unwrap_or_else(PoisonError::into_inner);
        view.shared = self.player.shared().clone();
        view.rate = self.player.rate();
        view.there = self.player.is_there();
        view.threads = self.player.threads();
        let (device, channels, dropouts) = match &self.sound {
            Sound::Plays(open, ..) => {
                let dropouts = open.signals.dropouts.load(Relaxed);
                (Some(open.name.clone()), usize::from(open.channels), dropouts)
            }
            Sound::Silent { .. } => (None, 2, 0),
        };
        (view.device, view.channels, view.dropouts) = (device, channels, self.dropouts + dropouts);
        (view.input, view.gaps) = (self.input.name().map(String::from), self.input.gaps());
        view.probes = self.player.probes();
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
        // What is recorded goes to another engine from now on: it is opened anew.
        if let Input::On(open, _) = std::mem::take(&mut self.input) {
            drop_stream(open);
        }
        let shared = self.player.shared();
        let seconds = shared.song.load(Relaxed) as f64 / f64::from(self.player.rate());
        let stood = shared.calls.load(Relaxed) > 0 && !shared.rolls.load(Relaxed);
        let (mut player, engine) = Player::new(self.source.clone(), rate);
        self.keys.connect(player.keys());
        player.look(self.looks.clone());
        if let Some(patch) = self.player.patch() {
            // It was set before; what does not fit this rate has no sound until the next patch.
            let _ = player.set(patch.clone());
        }
        player.order(Order::Seek((seconds * f64::from(rate)).round() as i64));
        player.order(Order::Roll(!stood));
        self.seat.replace(engine);
        self.player = player;
        self.foreman = Foreman::default();
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
