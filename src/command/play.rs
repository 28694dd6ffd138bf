//! `play`: a patch on a sound device, followed as its file is saved again. `watch`: the same for a script, with what
//! each save has changed.

mod inputs;
mod report;
mod screen;
mod watch;

use super::patch::{count, problems, warn};
use super::script::is_script;
use super::set::Set;
use super::source::{self, Opened};
use crate::cli::Play;
use crate::failure::Failure;
use crate::progress::interrupted;
use crate::say::tell;
use inputs::Inputs;
pub use report::Report;
use screen::{Key, Screen};
use signalbox_engine::patch::{Edit, Patch};
use signalbox_live::{Event, Order, Place, Source, Stage, Status, Wanted};
use signalbox_scripts::apply::difference;
use std::sync::Arc;
use std::time::{Duration, Instant};
use watch::Watch;

/// How often keys, the file and the screen are looked at.
const TICK: Duration = Duration::from_millis(50);

/// How far an arrow key goes, in seconds.
const STEP: f64 = 5.0;

/// How many edits of one save are told.
const EDITS: usize = 16;

/// Plays a patch, or the mix of a folder.
pub fn run(options: &Play) -> Result<(), Failure> {
    play(options, source::open(&options.patch, options.rate)?, false)
}

/// Plays a script and tells what each save changes. One that is wrong at first is waited for.
pub fn watch(options: &Play) -> Result<(), Failure> {
    if !is_script(&options.patch) {
        let what = "is no script (.rhai); `signalbox play` follows patches";
        return Err(Failure::new(format!("{}: {what}", options.patch.display())));
    }
    let start = Instant::now();
    let mut watch = Watch::new(&options.patch);
    loop {
        match source::open(&options.patch, options.rate) {
            Ok(opened) => return play(options, opened, true),
            // There is nothing to wait for.
            Err(failure) if !options.patch.is_file() => return Err(failure),
            Err(failure) => {
                failure.tell();
                tell("save it again, and it plays");
            }
        }
        while !watch.changed() {
            if interrupted() || over(options, start) {
                return Ok(());
            }
            std::thread::sleep(TICK);
        }
    }
}

/// Whether it has played for as long as is wanted.
fn over(options: &Play, start: Instant) -> bool {
    options.length.is_some_and(|length| start.elapsed().as_secs_f64() >= length)
}

fn play(options: &Play, opened: Opened, tells: bool) -> Result<(), Failure> {
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
        set: Set::new(stage),
        screen: Screen::new(),
        tells,
        repeats: Repeats::default(),
        report: Report::default(),
    };
    let watch = opened.watched.then(|| Watch::new(&options.patch));
    // Before there is sound, so that nothing of the song's start is heard.
    if let Some(start) = options.from {
        show.set.stage.seek(start);
    }
    for place in &options.look {
        show.set.stage.look(&Place::new(place), Some(0.0));
    }
    let warnings = show.set.change(opened.patch, &opened.slots).map_err(|p| problems(&options.patch, &p))?;
    warn(&warnings);
    show.run(options, watch, inputs)
}

/// What is played, and how it is shown.
struct Show {
    set: Set,
    screen: Screen,
    /// Whether each save is told, edit by edit.
    tells: bool,
    repeats: Repeats,
    report: Report,
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
    /// Leaves out what has faded.
    fn settle(&mut self, status: &Status) {
        if let Err(list) = self.set.settle(status) {
            self.screen.aside(|| list.iter().for_each(|p| tell(format_args!("error: {p}"))));
        }
    }

    fn run(&mut self, options: &Play, mut watch: Option<Watch>, mut inputs: Inputs) -> Result<(), Failure> {
        let start = Instant::now();
        loop {
            if interrupted() || over(options, start) {
                return Ok(());
            }
            let status = self.set.stage.status();
            match self.screen.key(TICK) {
                Some(Key::Quit) => return Ok(()),
                Some(key) => self.obey(key, &status),
                None => {}
            }
            inputs.tick(&self.set.stage, &status, &self.screen);
            for event in self.set.stage.events() {
                if let Event::Learnt(control) = event {
                    self.keep(options, control);
                } else {
                    self.screen.aside(|| Report::tell(event));
                }
            }
            self.settle(&status);
            self.report.trip(&status, &self.screen);
            if watch.as_mut().is_some_and(Watch::changed) {
                self.reload(options);
            }
            self.screen.show(&status, &self.set.patch.tempo, &self.set.stage.probes());
        }
    }

    fn obey(&mut self, key: Key, status: &Status) {
        let seconds = status.song as f64 / f64::from(status.rate.max(1));
        match key {
            Key::Roll => self.set.stage.order(Order::Roll(!status.rolls)),
            Key::Back => self.set.stage.seek(seconds - STEP),
            Key::Forward => self.set.stage.seek(seconds + STEP),
            Key::Start => self.set.stage.seek(0.0),
            Key::Unmute => self.set.stage.order(Order::Unmute),
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
                self.set.stage.order(Order::Repeat(Some((frame(start), frame(seconds)))));
                self.set.stage.seek(start);
                self.screen.aside(|| {
                    tell(format_args!("repeats {start:.1} to {seconds:.1} s; press r to go on"));
                });
                Repeats::Stretch
            }
            Repeats::From(_) | Repeats::Stretch => {
                self.set.stage.order(Order::Repeat(None));
                self.screen.aside(|| tell("repeats nothing"));
                Repeats::Nothing
            }
        };
    }

    /// Keeps in the patch, and in its file, what a controller has learnt.
    fn keep(&mut self, options: &Play, control: signalbox_engine::patch::Control) {
        let text = format!("controller {} on channel {}", control.number, control.channel.unwrap_or(0));
        let to = control.to.to_string();
        let mut patch = self.set.said.clone();
        let mut controls = patch.controls.clone();
        controls.retain(|c| c.to != control.to);
        controls.push(control);
        let kept = patch.apply(Edit::SetControls(controls)).map_err(|e| Failure::new(e.to_string()));
        let kept = kept.and_then(|_| source::save(&options.patch, &patch));
        let set = self.set.keep_slots(patch).map_err(|p| problems(&options.patch, &p));
        self.screen.aside(|| match kept.and(set) {
            Ok(_) => tell(format_args!("{text} moves {to}; it is in {}", options.patch.display())),
            Err(failure) => {
                failure.tell();
            }
        });
    }

    /// Reads the patch again that was saved; where it is wrong, the one before plays on.
    fn reload(&mut self, options: &Play) {
        let new = source::open(&options.patch, options.rate);
        if new.as_ref().is_ok_and(|new| new.patch == self.set.said) {
            return;
        }
        let before = self.set.said.clone();
        let set =
            |new: Opened| self.set.change(new.patch, &new.slots).map_err(|p| problems(&options.patch, &p));
        match new.and_then(set) {
            Ok(warnings) => self.screen.aside(|| {
                warn(&warnings);
                tell(format_args!("{}: read again", options.patch.display()));
                if self.tells {
                    self.tell_changes(&before);
                }
            }),
            Err(failure) => self.screen.aside(|| {
                failure.tell();
                tell("what was there before plays on");
            }),
        }
    }

    /// Tells what a save has changed: lines of script, and slots that go over.
    fn tell_changes(&self, before: &Patch) {
        let edits = difference(before, &self.set.said);
        edits.iter().take(EDITS).for_each(|edit| tell(format_args!("  {}", signalbox_scripts::say(edit))));
        if edits.len() > EDITS {
            tell(format_args!("  … and {} more", count(edits.len() - EDITS, "edit")));
        }
        for fade in self.set.fades() {
            let (start, end) = fade.span;
            tell(format_args!("  \"{}\" goes over from {start:.2} to {end:.2} s", fade.slot));
        }
    }
}
