//! `play`: a patch on a sound device, followed as its file is saved again.

mod inputs;
mod report;
mod screen;
mod watch;

use super::patch::{open, problems, warn};
use super::source;
use crate::cli::Play;
use crate::failure::Failure;
use crate::progress::interrupted;
use crate::say::tell;
use inputs::Inputs;
use screen::{Key, Screen};
use signalbox_engine::patch::{Edit, Patch};
use signalbox_live::{Event, Order, Place, Source, Stage, Status, Wanted};
use std::sync::Arc;
use std::time::{Duration, Instant};
use watch::Watch;

/// How often keys, the file and the screen are looked at.
const TICK: Duration = Duration::from_millis(50);

/// How far an arrow key goes, in seconds.
const STEP: f64 = 5.0;

/// Plays a patch, or the mix of a folder.
pub fn run(options: &Play) -> Result<(), Failure> {
    let opened = source::open(&options.patch, options.rate)?;
    let source = Source { shelf: Arc::new(signalbox_studio::shelf()), assets: Arc::new(opened.files) };
    let wanted = Wanted {
        host: options.host.clone(),
        device: options.device.clone(),
        rate: options.rate,
        buffer: options.buffer,
        input: options.input.clone(),
    };
    let stage = Stage::new(source, wanted);
    // Before the terminal is taken, so that what is told stands in lines of its own.
    let inputs = Inputs::new(options, &stage)?;
    let mut show = Show {
        stage,
        screen: Screen::new(),
        patch: Patch::default(),
        repeats: Repeats::default(),
        report: report::Report::default(),
    };
    let watch = opened.watched.then(|| Watch::new(&options.patch));
    // Before there is sound, so that nothing of the song's start is heard.
    if let Some(start) = options.from {
        show.stage.seek(start);
    }
    for place in &options.look {
        show.stage.look(&Place::new(place), Some(0.0));
    }
    show.set(opened.patch).map_err(|p| problems(&options.patch, &p))?;
    show.run(options, watch, inputs)
}

/// What is played, and how it is shown.
struct Show {
    stage: Stage,
    screen: Screen,
    patch: Patch,
    repeats: Repeats,
    report: report::Report,
}

/// What is repeated.
#[derive(Clone, Copy, Default)]
enum Repeats {
    /// Nothing.
    #[default]
    Nothing,
    /// The song from there on, in seconds; where it ends is still to be said.
    From(f64),
    /// A stretch.
    Stretch,
}

impl Show {
    fn set(&mut self, patch: Patch) -> Result<(), Vec<signalbox_engine::compile::Problem>> {
        let warnings = self.stage.set(patch.clone())?;
        self.patch = patch;
        self.screen.aside(|| warn(&warnings));
        Ok(())
    }

    fn run(&mut self, options: &Play, mut watch: Option<Watch>, mut inputs: Inputs) -> Result<(), Failure> {
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
            inputs.tick(&self.stage, &status, &self.screen);
            for event in self.stage.events() {
                if let Event::Learnt(control) = event {
                    self.keep(options, control);
                } else {
                    self.screen.aside(|| self.report.tell(event));
                }
            }
            self.report.trip(&status, &self.screen);
            if watch.as_mut().is_some_and(Watch::changed) {
                self.reload(options);
            }
            self.screen.show(&status, &self.patch.tempo, &self.stage.probes());
        }
    }

    fn obey(&mut self, key: Key, status: &Status) {
        let seconds = status.song as f64 / f64::from(status.rate.max(1));
        match key {
            Key::Roll => self.stage.order(Order::Roll(!status.rolls)),
            Key::Back => self.stage.seek(seconds - STEP),
            Key::Forward => self.stage.seek(seconds + STEP),
            Key::Start => self.stage.seek(0.0),
            Key::Unmute => self.stage.order(Order::Unmute),
            Key::Repeat => self.repeat(seconds, status),
            Key::Quit => {}
        }
    }

    /// The first time where the stretch begins, the second time where it ends, the third time no more.
    fn repeat(&mut self, seconds: f64, status: &Status) {
        let frame = |seconds: f64| (seconds * f64::from(status.rate)).round() as i64;
        self.repeats = match self.repeats {
            Repeats::Nothing => {
                self.screen.aside(|| {
                    tell(format_args!("repeats from {seconds:.1} s on; press r where it is to end"));
                });
                Repeats::From(seconds)
            }
            Repeats::From(start) if start < seconds => {
                self.stage.order(Order::Repeat(Some((frame(start), frame(seconds)))));
                self.stage.seek(start);
                self.screen.aside(|| {
                    tell(format_args!("repeats {start:.1} to {seconds:.1} s; press r to go on"));
                });
                Repeats::Stretch
            }
            Repeats::From(_) | Repeats::Stretch => {
                self.stage.order(Order::Repeat(None));
                self.screen.aside(|| tell("repeats nothing"));
                Repeats::Nothing
            }
        };
    }

    /// Keeps in the patch, and in its file, what a controller has learnt.
    fn keep(&mut self, options: &Play, control: signalbox_engine::patch::Control) {
        let text = format!("controller {} on channel {}", control.number, control.channel.unwrap_or(0));
        let to = control.to.to_string();
        let mut patch = self.patch.clone();
        let mut controls = patch.controls.clone();
        controls.retain(|c| c.to != control.to);
        controls.push(control);
        let kept = patch.apply(Edit::SetControls(controls)).map_err(|e| Failure::new(e.to_string()));
        let kept = kept.and_then(|_| source::save(&options.patch, &patch));
        let set = self.set(patch).map_err(|p| problems(&options.patch, &p));
        self.screen.aside(|| match kept.and(set) {
            Ok(()) => tell(format_args!("{text} moves {to}; it is in {}", options.patch.display())),
            Err(failure) => {
                failure.tell();
            }
        });
    }

    /// Reads the patch again that was saved; where it is wrong, the one before plays on.
    fn reload(&mut self, options: &Play) {
        let new = open(&options.patch, options.rate).map(|opened| opened.patch);
        if new.as_ref().is_ok_and(|new| *new == self.patch) {
            return;
        }
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
