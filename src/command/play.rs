//! `play`: a patch on a sound device, followed as its file is saved again.

mod screen;
mod watch;

use super::patch::{open, problems, warn};
use crate::cli::Play;
use crate::failure::Failure;
use crate::progress::interrupted;
use crate::say::tell;
use screen::{Key, Screen};
use signalbox_engine::patch::Patch;
use signalbox_live::{Event, Order, Source, Stage, Status, Trip, Wanted};
use signalbox_studio::assets::Files;
use std::sync::Arc;
use std::time::{Duration, Instant};
use watch::Watch;

/// How often keys, the file and the screen are looked at.
const TICK: Duration = Duration::from_millis(50);

/// How far an arrow key goes, in seconds.
const STEP: f64 = 5.0;

/// Plays a patch.
pub fn run(options: &Play) -> Result<(), Failure> {
    if options.patch.is_dir() {
        return Err(Failure::new(format!(
            "{}: is a folder; `signalbox mix {0} -o master.wav` writes the patch of its mix, `master.json`: play that",
            options.patch.display()
        )));
    }
    let opened = open(&options.patch, options.rate)?;
    let source = Source {
        shelf: Arc::new(signalbox_studio::shelf()),
        assets: Arc::new(Files::beside(&options.patch)),
    };
    let wanted = Wanted {
        host: options.host.clone(),
        device: options.device.clone(),
        rate: options.rate,
        buffer: options.buffer,
    };
    let mut show = Show {
        stage: Stage::new(source, wanted),
        screen: Screen::new(),
        patch: Patch::default(),
        trip: None,
    };
    let watch = Watch::new(&options.patch);
    // Before there is sound, so that nothing of the song's start is heard.
    if let Some(start) = options.from {
        show.stage.seek(start);
    }
    show.set(opened.patch).map_err(|p| problems(&options.patch, &p))?;
    show.run(options, watch)
}

/// What is played, and how it is shown.
struct Show {
    stage: Stage,
    screen: Screen,
    patch: Patch,
    trip: Option<Trip>,
}

impl Show {
    fn set(&mut self, patch: Patch) -> Result<(), Vec<signalbox_engine::compile::Problem>> {
        let warnings = self.stage.set(patch.clone())?;
        self.patch = patch;
        self.screen.aside(|| warn(&warnings));
        Ok(())
    }

    fn run(&mut self, options: &Play, mut watch: Watch) -> Result<(), Failure> {
        let start = Instant::now();
        loop {
            if interrupted() || options.length.is_some_and(|l| start.elapsed().as_secs_f64() >= l) {
                return Ok(());
            }
            let status = self.stage.status();
            match self.screen.key(TICK) {
                Some(Key::Quit) => return Ok(()),
                Some(key) => self.obey(key, &status),
                None => {}
            }
            self.report(&status);
            if watch.changed() {
                self.reload(options);
            }
            self.screen.show(&status, &self.patch.tempo);
        }
    }

    fn obey(&self, key: Key, status: &Status) {
        let seconds = status.song as f64 / f64::from(status.rate.max(1));
        match key {
            Key::Roll => self.stage.order(Order::Roll(!status.rolls)),
            Key::Back => self.stage.seek(seconds - STEP),
            Key::Forward => self.stage.seek(seconds + STEP),
            Key::Start => self.stage.seek(0.0),
            Key::Unmute => self.stage.order(Order::Unmute),
            Key::Quit => {}
        }
    }

    /// Tells what has happened.
    fn report(&mut self, status: &Status) {
        for event in self.stage.events() {
            self.screen.aside(|| match event {
                Event::Plays(device, rate) => tell(format_args!("plays on {device} at {rate} Hz")),
                Event::Lost(device) => {
                    tell(format_args!("{device} is lost; the song goes on in silence until it is back"));
                }
                Event::NoDevice(why) => {
                    tell(format_args!("{why}; the song goes on in silence, and the device is tried again"));
                }
                Event::Refused(why) => {
                    tell(format_args!("error: {why}; what was there before plays on"));
                }
                Event::NotFinite(node) => {
                    tell(format_args!("`{node}` gave what is no number and was silenced for a moment"));
                }
            });
        }
        if status.trip != self.trip {
            self.trip = status.trip;
            let why = match status.trip {
                Some(Trip::Jump) => "the level jumped by more than 24 dB",
                Some(Trip::NotFinite) => "something was no number",
                None => return,
            };
            self.screen.aside(|| tell(format_args!("muted, because {why}; press u to listen again")));
        }
    }

    /// Reads the patch again that was saved; where it is wrong, the one before plays on.
    fn reload(&mut self, options: &Play) {
        let new = open(&options.patch, options.rate).map(|opened| opened.patch);
        match new.and_then(|patch| self.set(patch).map_err(|p| problems(&options.patch, &p))) {
            Ok(()) => {
                self.screen.aside(|| tell(format_args!("{}: read again", options.patch.display())));
            }
            Err(failure) => self.screen.aside(|| {
                failure.tell();
                tell("what was there before plays on");
            }),
        }
    }
}
