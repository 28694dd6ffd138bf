//! Runs a script.

mod failure;
mod import;

use crate::apply::Slot;
use crate::sandbox::{Clock, Root, limit};
use crate::syntax::{Named, register_assert};
use crate::trouble::Trouble;
use crate::words::Sharing;
use crate::words::{Check, Doc, Lesson, Mode, Shared, Words, World};
use rhai::packages::{Package, StandardPackage};
use rhai::{Dynamic, Engine, Scope};
use signalbox_engine::compile::Problem;
use signalbox_engine::patch::Patch;
use signalbox_studio::assets::Files;
use signalbox_studio::console::MASTER;
use signalbox_studio::output::{Progress, Unwatched};
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

/// The longest script, in bytes.
const LONGEST: usize = 1024 * 1024;

pub use failure::trouble;

/// A script's text, with the name that errors show.
#[derive(Clone, Debug, Default)]
pub struct Script {
    /// What errors call it.
    pub name: String,
    /// The text.
    pub source: String,
    /// The file that it was read from, if it was.
    pub file: Option<PathBuf>,
}

/// How a script is run.
#[derive(Clone)]
pub struct Settings {
    /// What is done with it.
    pub mode: Mode,
    /// Where it may read and write.
    pub root: Root,
    /// Frames a second; by the script, its first file or 48,000 where it is `None`.
    pub rate: Option<u32>,
    /// How many threads render.
    pub threads: usize,
    /// Which part of each list is worked on, from 1, and how many parts there are: with it, files that are written and
    /// newer than what they are made from stay as they are.
    pub shard: Option<(usize, usize)>,
    /// Whether files that are finished, and newer than the script and what they are made from, stay as they are; with a
    /// shard they do.
    pub resume: bool,
    /// Who watches renders.
    pub progress: Rc<dyn Progress>,
    /// Who hears what it prints.
    pub print: Rc<dyn Fn(&str)>,
}

impl Settings {
    /// Settings for a script in a folder.
    pub fn new(mode: Mode, folder: &Path) -> Self {
        Self {
            mode,
            root: Root::new(folder),
            rate: None,
            threads: 1,
            shard: None,
            resume: false,
            progress: Rc::new(Unwatched),
            print: Rc::new(|_| {}),
        }
    }
}

/// What a script came to.
pub struct Outcome {
    /// The patch that it wrote.
    pub patch: Patch,
    /// The audio files that it has read.
    pub files: Arc<Files>,
    /// Frames a second.
    pub rate: u32,
    /// What its asserts found.
    pub checks: Vec<Check>,
    /// What it teaches.
    pub lesson: Lesson,
    /// What is odd but no error.
    pub notes: Vec<String>,
    /// The value of the script's last word, as people read it.
    pub shown: Option<String>,
    /// Whether that is a sound, which is heard because nothing else is said to be.
    pub value_is_heard: bool,
    /// Slots that go over into others when they change while they play.
    pub slots: Vec<Slot>,
    script: Script,
    places: std::collections::BTreeMap<String, crate::Place>,
}

impl Script {
    /// Reads a script's file.
    pub fn open(path: &Path) -> Result<Self, signalbox_file::FileError> {
        Ok(Self {
            name: path.display().to_string(),
            source: signalbox_file::read_text(path)?,
            file: Some(path.into()),
        })
    }

    /// Runs it. What it prints is told at once.
    pub fn run(&self, settings: &Settings) -> Result<Outcome, Trouble> {
        if self.source.len() > LONGEST {
            return Err(Trouble::whole(&self.name, "is longer than 1 MiB; that is no script"));
        }
        let (world, result) = self.evaluate(settings, |_| {});
        let value = result?;
        let mut world = world.borrow_mut();
        let value_is_heard =
            finish(&mut world, &value).map_err(|what| Trouble::whole(&self.name, what.what))?;
        let rate = world.rate();
        let draft = &mut world.draft;
        Ok(Outcome {
            patch: std::mem::take(&mut draft.patch),
            places: std::mem::take(&mut draft.places),
            files: world.files.clone(),
            rate,
            checks: std::mem::take(&mut world.checks),
            lesson: std::mem::take(&mut world.lesson),
            notes: std::mem::take(&mut world.notes),
            shown: (!value.is_unit()).then(|| shown(&value)),
            value_is_heard,
            slots: std::mem::take(&mut world.changing),
            script: self.clone(),
        })
    }

    /// Helps another run of the same script with an `each`; ends when that is done.
    pub fn help(&self, settings: &Settings, prepare: impl FnOnce(&Shared)) -> Result<(), Trouble> {
        let (world, result) = self.evaluate(settings, prepare);
        let came = world.borrow().sharing.as_ref().is_some_and(Sharing::is_there);
        match result {
            Err(_) if came => Ok(()),
            Err(trouble) => Err(trouble),
            Ok(_) => Err(Trouble::whole(
                &self.name,
                "goes another way each time that it runs; `each` with jobs can't share it",
            )),
        }
    }

    /// Evaluates the text in a world that was prepared.
    fn evaluate(
        &self,
        settings: &Settings,
        prepare: impl FnOnce(&Shared),
    ) -> (Shared, Result<Dynamic, Trouble>) {
        let clock = Clock::start();
        let mut world =
            World::new(settings.mode, settings.root.clone(), settings.progress.clone(), clock.clone());
        world.named = Named::read(&self.source);
        world.rate = settings.rate;
        world.threads = settings.threads.max(1);
        world.resume = settings.resume || settings.shard.is_some();
        if let Some((part, parts)) = settings.shard {
            world.shard = (part.saturating_sub(1), parts.max(1));
        }
        (world.script, world.saved, world.print) = (self.clone(), self.file.clone(), settings.print.clone());
        let text = world.named.text.clone();
        let world: Shared = Rc::new(RefCell::new(world));
        let (engine, docs) = engine(&world, settings, clock);
        world.borrow_mut().docs = Rc::new(docs);
        prepare(&world);
        let mut scope = Scope::new();
        scope.push_constant("out", crate::draft::Strip::new(MASTER));
        // A panic of Rhai or of a word is an error of this script, and nobody else's.
        let result = catch_unwind(AssertUnwindSafe(|| {
            let ast = engine.compile(&text).map_err(Box::<rhai::EvalAltResult>::from)?;
            engine.eval_ast_with_scope::<Dynamic>(&mut scope, &ast)
        }));
        drop(scope);
        drop(engine);
        let result = match result {
            Ok(result) => result.map_err(|e| world.borrow().trouble(&e)),
            Err(_) => {
                Err(Trouble::whole(&self.name, "broke a word of the language; please report this script"))
            }
        };
        (world, result)
    }
}

/// An engine with all words.
fn engine(world: &Shared, settings: &Settings, clock: Clock) -> (Engine, Vec<Doc>) {
    let mut engine = Engine::new_raw();
    StandardPackage::new().register_into_engine(&mut engine);
    limit(&mut engine, clock);
    engine.set_fail_on_invalid_map_property(true);
    let says = |world: Shared, print: Rc<dyn Fn(&str)>| {
        move |text: &str| match world.borrow_mut().sharing.as_mut() {
            Some(sharing) => sharing.print(text),
            None => print(text),
        }
    };
    engine.on_print(says(world.clone(), settings.print.clone()));
    let says = says(world.clone(), settings.print.clone());
    engine.on_debug(move |text, _, _| says(text));
    engine.set_module_resolver(import::Imports::new(world.clone()));
    register_assert(&mut engine, world.clone());
    let docs = Words::teach(&mut engine, world.clone());
    (engine, docs)
}

/// All that is told about the words.
pub fn docs() -> Vec<Doc> {
    let settings = Settings::new(Mode::Build, Path::new(""));
    let clock = Clock::start();
    let world = World::new(settings.mode, settings.root.clone(), settings.progress.clone(), clock.clone());
    engine(&Rc::new(RefCell::new(world)), &settings, clock).1
}

/// A value as people read it.
fn shown(value: &Dynamic) -> String {
    match value.type_name() {
        "array" | "map" => value.to_string(),
        _ => crate::draft::named(value),
    }
}

/// A signal that is the value of the whole script is heard, where nothing else is; strips that lead nowhere are told.
/// Whether the value is heard.
fn finish(world: &mut World, value: &Dynamic) -> Result<bool, crate::trouble::Wrong> {
    let draft = &mut world.draft;
    let fader = signalbox_studio::console::fader;
    let leads = |patch: &Patch, strip: &str| patch.graph.cables.values().any(|c| c.from.node == fader(strip));
    for slot in &world.slots {
        draft.desk().master()?;
        if !leads(&draft.patch, slot) {
            draft.desk().route(slot, MASTER)?;
        }
    }
    let heard = draft.patch.graph.nodes.values().any(|n| n.kind == "output");
    let sound = crate::draft::signal(value).filter(|_| !heard);
    if let Some(signal) = &sound {
        draft.desk().master()?;
        draft.lead(signal, MASTER);
    }
    let strips = draft.desk().strips();
    for strip in strips.iter().filter(|s| *s != MASTER) {
        if !leads(&draft.patch, strip) {
            world.notes.push(format!("`{strip}` leads nowhere: lead it on, as in {strip} |> master()"));
        }
    }
    Ok(sound.is_some())
}

impl Outcome {
    /// A problem of the patch, at the place of the script that it comes from.
    pub fn trouble(&self, problem: &Problem) -> Trouble {
        // The place names a node, or a cable between two.
        let node =
            self.places.keys().filter(|id| problem.place.contains(id.as_str())).max_by_key(|id| id.len());
        let what = problem.to_string();
        match node.and_then(|id| self.places.get(id)) {
            Some(&place) => Trouble::at(&self.script.name, &self.script.source, place, what),
            None => Trouble::whole(&self.script.name, what),
        }
    }

    /// The asserts that do not hold, at their places.
    pub fn failed(&self) -> Vec<Trouble> {
        let failed = self.checks.iter().filter(|c| !c.holds);
        let tell = |check: &Check| {
            let why = if check.why.is_empty() { String::new() } else { format!(": {}", check.why) };
            let what = format!("does not hold: {}{why}", check.sides);
            Trouble::at(&self.script.name, &self.script.source, check.place, what)
        };
        failed.map(tell).collect()
    }
}
