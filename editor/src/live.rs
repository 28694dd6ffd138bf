//! What is edited, as it sounds: the patch on a stage of its own, and the levels that come back.

mod insight;
mod inspected;
mod levels;
mod pins;
mod preview;
mod sent;
mod solo;
mod tape;
mod wired;

pub use insight::{Insight, lasting};
pub use levels::{Level, Levels};
pub use pins::{KEPT, MOST};
pub use preview::Preview;
pub use solo::{Alone, Solo};
pub use tape::{Recorded, Reel, SECONDS, Tape};
pub use wired::{HEARD, VOLUME, wired};

use signalbox_engine::compile::Problem;
use signalbox_engine::node::{Probe, Shelf, Value};
use signalbox_engine::patch::{Control, Endpoint, Scope};
use signalbox_live::midi::{Midi, System, Told};
use signalbox_live::{Event, Order, Place, Pulse, Report, Set, Source, Stage, Status, Trip, Wanted};
use signalbox_studio::assets::Files;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::Receiver;

/// The quietest master volume, in decibels: silence.
pub const QUIETEST: f32 = -60.0;
/// The loudest.
pub const LOUDEST: f32 = 6.0;
/// What the `gain` node takes for silence.
const SILENT: f32 = -120.0;
/// How much is kept of what is watched, in seconds: enough for a spectrum.
const WATCHED: f32 = 0.4;
/// How many messages are kept.
const TOLD: usize = 50;

/// Where sound goes.
#[derive(Clone, Debug, Default)]
pub struct Output {
    /// What device is wanted.
    pub wanted: Wanted,
    /// Whether keyboards are listened to.
    pub midi: bool,
    /// Whether no device is to be opened, as if there were none.
    pub deaf: bool,
}

/// The patch as it sounds.
pub struct Live {
    stage: Stage,
    shelf: Arc<Shelf>,
    midi: Option<Midi>,
    /// The MIDI ports that are listened to.
    controllers: BTreeSet<String>,
    output: Output,
    volume: f32,
    silent: bool,
    levels: Levels,
    status: Status,
    peaks: [f32; 2],
    problems: Vec<Problem>,
    warnings: Vec<Problem>,
    told: Vec<String>,
    learnt: Vec<Control>,
    heard: Option<Arc<Probe>>,
    tape: Tape,
    /// Where the pointer stands, and what flows there.
    watched: Option<Place>,
    scope: Option<Arc<Probe>>,
    /// What of the selected node is looked at.
    inspected: inspected::Inspected,
    trip: Option<Trip>,
    pins: pins::Pins,
    /// What the engine told last of what plays, and what it is being asked.
    report: Report,
    asked: Option<Receiver<Report>>,
    /// Whether it is to be asked.
    due: bool,
    /// Whether it has told since somebody looked.
    reported: bool,
    /// What was sent last, until it is known what became of it: the answer, and the graph that is looked at in it.
    sent: Option<(Receiver<Set>, Scope)>,
    /// The graph that is looked at in what plays.
    scoped: Scope,
    answered: bool,
}

fn stage(output: &Output, folder: PathBuf, shelf: Arc<Shelf>) -> Stage {
    let source = Source { shelf, assets: Arc::new(Files::new(folder)) };
    if output.deaf {
        return Stage::on(
            source,
            output.wanted.clone(),
            Box::new(|_| Err(signalbox_live::LiveError::NoDevice)),
        );
    }
    Stage::new(source, output.wanted.clone())
}

impl Live {
    /// A stage for a patch whose files lie in a folder.
    pub fn new(output: Output, folder: PathBuf, volume: f32, shelf: Arc<Shelf>) -> Self {
        let stage = stage(&output, folder, shelf.clone());
        let midi = output.midi.then(|| Midi::new(Box::new(System), "", stage.keys()));
        Self {
            stage,
            shelf,
            midi,
            controllers: BTreeSet::new(),
            output,
            volume,
            silent: false,
            levels: Levels::default(),
            status: Status::default(),
            peaks: [0.0; 2],
            problems: Vec::new(),
            warnings: Vec::new(),
            told: Vec::new(),
            learnt: Vec::new(),
            heard: None,
            tape: Tape::default(),
            watched: None,
            scope: None,
            inspected: inspected::Inspected::default(),
            trip: None,
            pins: pins::Pins::default(),
            report: Report::default(),
            asked: None,
            due: false,
            reported: false,
            sent: None,
            scoped: None,
            answered: false,
        }
    }

    /// The files lie in another folder from now on.
    pub fn move_to(&mut self, folder: PathBuf) {
        // What is recorded and kept goes on.
        let tape = std::mem::take(&mut self.tape);
        *self = Self { tape, ..Self::new(self.output.clone(), folder, self.volume, self.shelf.clone()) };
    }

    /// What is wrong with the patch that was set last.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// What is odd about it.
    pub fn warnings(&self) -> &[Problem] {
        &self.warnings
    }

    fn gain(&self) -> f32 {
        if self.silent || self.volume <= QUIETEST { SILENT } else { self.volume }
    }

    /// The master volume in decibels; [`QUIETEST`] is silence.
    pub fn volume(&self) -> f32 {
        self.volume
    }

    /// Turns the master volume.
    pub fn set_volume(&mut self, volume: f32) {
        self.volume = volume.clamp(QUIETEST, LOUDEST);
        self.turn();
    }

    /// Whether the sound is turned off.
    pub fn is_silent(&self) -> bool {
        self.silent
    }

    /// Turns the sound off, or on.
    pub fn silence(&mut self, silent: bool) {
        self.silent = silent;
        self.turn();
    }

    fn turn(&self) {
        let to = Endpoint { node: VOLUME.into(), port: "gain".into() };
        // Where there is no output yet, there is nothing to turn: the next patch is set with this volume.
        self.stage.turn_soon(to, Value::from(self.gain()));
    }

    /// The song goes on, or stands.
    pub fn play(&self, rolls: bool) {
        self.stage.order(Order::Roll(rolls));
    }

    /// Goes to a place of the song, in seconds.
    pub fn seek(&self, seconds: f64) {
        self.stage.seek(seconds);
    }

    /// Listens again after the guard has muted.
    pub fn unmute(&self) {
        self.stage.order(Order::Unmute);
    }

    /// Waits for a controller that is to move a parameter; nothing: waits no more.
    pub fn learn(&self, to: Option<Endpoint>) {
        self.stage.learn(to);
    }

    /// Controllers that were learnt since the last call.
    pub fn learnt(&mut self) -> Vec<Control> {
        std::mem::take(&mut self.learnt)
    }

    /// How things stand, as of the last look.
    pub fn status(&self) -> &Status {
        &self.status
    }

    /// The peaks of the first two channels of the output.
    pub fn peaks(&self) -> [f32; 2] {
        self.peaks
    }

    /// The level at a port of a node of the graph that is looked at.
    pub fn level(&self, node: &str, port: &str) -> Option<&Level> {
        self.levels.get(node, port)
    }

    /// Plays a sound file softly, beside the patch.
    pub fn preview(&self, path: &Path) -> Preview {
        Preview::new(path, &self.output, self.volume, self.shelf.clone())
    }

    /// The recorder of what is heard.
    pub fn tape(&mut self) -> &mut Tape {
        &mut self.tape
    }

    /// The file that is recorded into, and how many seconds it has.
    pub fn recording(&self) -> Option<(&Path, f64)> {
        self.tape.recording()
    }

    /// What is heard, before the master volume.
    pub fn heard(&self) -> Option<&Arc<Probe>> {
        self.heard.as_ref()
    }

    /// Watches what comes out of a port of a node, behind the instances that it lies in; or nothing any more.
    pub fn watch(&mut self, inside: &[String], place: Option<(String, String)>) {
        let place = place.map(|(node, port)| behind(inside, &node, &port));
        if place == self.watched {
            return;
        }
        let before = std::mem::replace(&mut self.watched, place.clone());
        self.scope = None;
        before.into_iter().chain(place).for_each(|place| self.look_at(&place));
    }

    /// Looks at a place for as long, and keeps as much of it, as anybody wants.
    fn look_at(&self, place: &Place) {
        let near = self.watched.as_ref() == Some(place) || self.inspected.holds(place);
        let kept = if self.pins.holds(place) { Some(KEPT) } else { near.then_some(WATCHED) };
        self.stage.look(place, kept);
    }

    /// Looks at these ports of a node and at no others.
    pub fn inspect(&mut self, inside: &[String], node: &str, ports: &[&str]) {
        let wanted = ports.iter().map(|port| behind(inside, node, port)).collect();
        let other = self.inspected.set(wanted);
        other.iter().for_each(|place| self.look_at(place));
    }

    /// What flows at one of these ports, as soon as it is there.
    pub fn inspected(&self, at: usize) -> Option<&Arc<Probe>> {
        self.inspected.probe(at)
    }

    /// What flows where is watched, as soon as it is there.
    pub fn scope(&self) -> Option<&Arc<Probe>> {
        self.scope.as_ref()
    }

    /// Whether a MIDI port is listened to.
    pub fn has_controllers(&self) -> bool {
        !self.controllers.is_empty()
    }

    /// Tells from elsewhere whether it is worth looking.
    pub fn pulse(&self) -> Pulse {
        self.stage.pulse()
    }

    /// What has happened, the last at the end.
    pub fn told(&self) -> &[String] {
        &self.told
    }

    /// Looks at levels and at what has happened; whether something that is seen is another than before. For one who
    /// looks, thirty times a second.
    pub fn collect(&mut self) -> bool {
        self.hear_answer();
        let status = self.stage.status();
        for event in self.stage.events() {
            match event {
                Event::Learnt(control) => self.learnt.push(control),
                event => self.told.extend(text(event)),
            }
        }
        for told in self.midi.iter().flat_map(Midi::told) {
            match &told {
                Told::Listens(name) => self.controllers.insert(name.clone()),
                Told::Gone(name) | Told::Failed(name, _) => self.controllers.remove(name),
            };
            self.told.push(match told {
                Told::Listens(name) => format!("Listens to {name}."),
                Told::Gone(name) => format!("{name} is gone."),
                Told::Failed(name, why) => format!("{name} can't be heard: {why}."),
            });
        }
        if self.trip != status.trip {
            self.trip = status.trip;
            self.told.extend(status.trip.map(|trip| match trip {
                Trip::Jump => "Muted: the level jumped by more than 24 dB. Press U to listen again.".into(),
                Trip::NotFinite => "Muted: something was no number. Press U to listen again.".into(),
            }));
        }
        let over = self.told.len().saturating_sub(TOLD);
        self.told.drain(..over);
        self.hear_report(status.there);
        let mut moved = self.look() | self.sent.is_some() | self.asked.is_some();
        for (shown, k) in self.peaks.iter_mut().zip(0..) {
            let peak = status.meters.peaks.get(k).copied().unwrap_or(0.0);
            let next = peak.max(*shown * levels::FALL);
            moved |= next > 1e-4 || *shown > 1e-4;
            *shown = next;
        }
        moved |= (status.rolls, &status.device, status.trip, status.there)
            != (self.status.rolls, &self.status.device, self.status.trip, self.status.there);
        self.status = status;
        moved
    }

    fn look(&mut self) -> bool {
        self.heard = None;
        self.scope = None;
        self.inspected.clear();
        self.pins.forget();
        let watched = self.watched.as_ref().map(Place::key);
        // Until what was sent plays, what comes back may be of another graph.
        let other = self.sent.as_ref().is_some_and(|(_, scope)| *scope != self.scoped);
        let mut moved = false;
        for (key, probe) in self.stage.probes().iter() {
            self.inspected.take(key, probe);
            self.pins.take(key, probe);
            if watched.as_ref() == Some(key) {
                self.scope = Some(probe.clone());
            }
            let name = key.rsplit('/').next().unwrap_or_default();
            match wired::place(name) {
                Some((node, port)) if !other => self.levels.hear(node, port, probe),
                // Of the others it is only seen whether they move.
                _ => moved |= probe.levels().iter().any(|l| l.peak > levels::SEEN),
            }
            if name == HEARD {
                self.heard = Some(probe.clone());
            }
        }
        moved |= self.levels.settle();
        self.tape.hear(self.heard.as_ref());
        moved || self.tape.recording().is_some()
    }
}

/// A port of a node behind the instances that it lies in.
fn behind(inside: &[String], node: &str, port: &str) -> Place {
    let way: String = inside.iter().map(|id| format!("{id}/")).collect();
    let port = if port.is_empty() { String::new() } else { format!(".{port}") };
    Place::new(&format!("{way}{node}{port}"))
}

/// The name of a node as a user knows it: what the editor has put beside a node is that node.
fn known(key: &str) -> String {
    let (way, last) = key.rsplit_once('/').map_or(("", key), |(way, last)| (way, last));
    let last = wired::place(last).map_or(last, |(node, _)| node);
    if way.is_empty() { last.into() } else { format!("{way}/{last}") }
}

/// What has happened, in words.
fn text(event: Event) -> Option<String> {
    Some(match event {
        Event::Plays(device, rate) => format!("Plays on {device} at {rate} Hz."),
        Event::Lost(device) => format!("{device} is lost; it plays on in silence until it is back."),
        Event::NoDevice(why) => format!("No sound: {why}. It is tried again by itself."),
        Event::Refused(why) => format!("{why}; what was there before plays on."),
        Event::NotFinite(node) => {
            format!("{} gave what is no number and was silenced for a moment.", known(&node))
        }
        Event::Records(device, rate) => format!("Records from {device} at {rate} Hz."),
        Event::InputLost(device) => format!("{device} is lost; silence comes from it until it is back."),
        Event::NoInput(why) => format!("Nothing is recorded: {why}."),
        Event::Late(dropout) => {
            let who = match (dropout.system, dropout.nodes.as_slice()) {
                (true, _) => "the system had taken the processor away".into(),
                (_, []) => "all of it is too much".into(),
                (_, [node]) => format!("{} took longer than it does otherwise", known(node)),
                (_, [first, ..]) => format!("{} or another took longer", known(first)),
            };
            format!("Late at {:.1} s: {who}.", dropout.song)
        }
        Event::Learnt(_) => return None,
    })
}

#[cfg(test)]
mod tests;
