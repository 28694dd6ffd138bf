//! What a script's words change: the patch that is written, and all that a run keeps beside it.

use super::Doc;
use super::batch::each::{Plain, Sharing};
use crate::apply::Slot;
use crate::draft::{Draft, Signal};
use crate::run::Script;
use crate::sandbox::{Clock, Root};
use crate::syntax::{Named, Place};
use crate::trace::Maker;
use crate::trouble::{Trouble, Wrong};
use rhai::EvalAltResult;
use signalbox_engine::Audio;
use signalbox_engine::compile::{Context, lanes_here};
use signalbox_engine::patch::{Cable, Edit, Node, Patch};
use signalbox_engine::render::{Options, RenderError};
use signalbox_studio::assets::Files;
use signalbox_studio::measure::analysis::Analysis;
use signalbox_studio::output::{Progress, StudioError, render_memory};
use std::cell::{Cell, RefCell};
use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;

/// The world, as all words share it.
pub type Shared = Rc<RefCell<World>>;

/// The rate of a patch that wants none.
const USUAL_RATE: u32 = 48_000;

/// What is done with a script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// All that it says: it measures, checks and writes.
    Run,
    /// The patch alone: nothing is rendered, asserts are left out.
    Build,
}

/// What an `assert` found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// Where it stands.
    pub place: Place,
    /// Whether it holds.
    pub holds: bool,
    /// Both sides as they were: `-11.2 LUFS < -12 LUFS`.
    pub sides: String,
    /// Why it was said.
    pub why: String,
}

/// A question of a lesson.
#[derive(Clone, Debug, PartialEq)]
pub struct Quiz {
    /// What is asked.
    pub question: String,
    /// The right answer.
    pub answer: crate::amount::Amount,
    /// How far an answer may lie off, in the answer's unit.
    pub within: f64,
}

/// What a lesson has besides its patch.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lesson {
    /// Its questions.
    pub quizzes: Vec<Quiz>,
    /// What a student does, step by step: its name, its edits, and what is told about it.
    pub steps: Vec<(String, Vec<Edit>, Vec<String>)>,
}

/// What a script's words change.
pub struct World {
    /// The patch that is written.
    pub draft: Draft,
    /// What is done with the script.
    pub mode: Mode,
    /// Where it may read and write.
    pub root: Root,
    /// The audio files that it has read.
    pub files: Arc<Files>,
    /// The script's text and the way back to it.
    pub named: Named,
    /// What its asserts found.
    pub checks: Vec<Check>,
    /// What it teaches.
    pub lesson: Lesson,
    /// What is odd but no error.
    pub notes: Vec<String>,
    /// Where the last sound of its files ends, in seconds.
    pub end: f64,
    /// The rate that was asked for on the command line.
    pub rate: Option<u32>,
    /// How many threads render.
    pub threads: usize,
    /// Who watches renders.
    pub progress: Rc<dyn Progress>,
    /// Stops while a render runs.
    pub clock: Clock,
    /// The script's own nodes, by their names.
    pub makers: HashMap<String, Maker>,
    /// Strips that sound on the master where they are led nowhere else.
    pub slots: Vec<String>,
    /// Those of them that go over when they change while they play.
    pub changing: Vec<Slot>,
    /// The files that were rendered, in order.
    pub rendered: Vec<String>,
    /// What was measured of files.
    pub analyses: HashMap<String, Rc<Analysis>>,
    /// Which part of a list is worked on, counted from 0, and how many parts there are.
    pub shard: (usize, usize),
    /// Whether what was rendered already is left as it is.
    pub resume: bool,
    /// The script.
    pub script: Script,
    /// The file that the script was read from.
    pub saved: Option<PathBuf>,
    /// Who hears what is printed.
    pub print: Rc<dyn Fn(&str)>,
    /// What each `each` with jobs has given so far.
    pub earlier: Vec<Vec<Plain>>,
    /// Where this is the world of a worker: its part in the `each` of another one.
    pub sharing: Option<Sharing>,
    /// Where chance stands.
    pub seed: Rc<Cell<u64>>,
    /// What is told about the words.
    pub docs: Rc<Vec<Doc>>,
    heard: Option<(Patch, Arc<Audio>)>,
}

impl World {
    /// An empty world.
    pub fn new(mode: Mode, root: Root, progress: Rc<dyn Progress>, clock: Clock) -> Self {
        Self {
            draft: Draft::new(signalbox_studio::shelf()),
            mode,
            files: Arc::new(Files::new(root.folder())),
            root,
            named: Named::default(),
            checks: Vec::new(),
            lesson: Lesson::default(),
            notes: Vec::new(),
            end: 0.0,
            rate: None,
            threads: 1,
            progress,
            clock,
            makers: HashMap::new(),
            slots: Vec::new(),
            changing: Vec::new(),
            rendered: Vec::new(),
            analyses: HashMap::new(),
            shard: (0, 1),
            resume: false,
            script: Script::default(),
            saved: None,
            print: Rc::new(|_| {}),
            earlier: Vec::new(),
            sharing: None,
            seed: Rc::default(),
            docs: Rc::default(),
            heard: None,
        }
    }

    /// An error as a user reads it.
    pub fn trouble(&self, error: &EvalAltResult) -> Trouble {
        crate::run::trouble(error, &self.script, &self.named, &self.docs)
    }

    /// Frames a second.
    pub fn rate(&self) -> u32 {
        self.rate.or(self.draft.patch.rate).unwrap_or(USUAL_RATE)
    }

    /// Where the song ends, in seconds, or a long time from its start.
    pub fn horizon(&self) -> f64 {
        self.known_end().unwrap_or(300.0)
    }

    /// Where the song ends, in seconds, where that is known.
    pub fn known_end(&self) -> Option<f64> {
        let patch = &self.draft.patch;
        let moment = |v| signalbox_engine::patch::Moment::read(v).ok().map(|m| m.seconds(&patch.tempo));
        let said = patch.length.as_ref().and_then(moment);
        said.or((self.end > 0.0).then_some(self.end))
    }

    /// The sound of a signal, from the start of the song to its end.
    pub fn hear(&mut self, signal: &Signal, what: &str) -> Result<Arc<Audio>, Wrong> {
        if self.mode == Mode::Build {
            return Err(Wrong::new(NEEDS_SOUND));
        }
        let patch = alone(&self.draft.patch, signal);
        if let Some((known, audio)) = &self.heard
            && *known == patch
        {
            return Ok(audio.clone());
        }
        let (files, progress) = (self.files.clone(), self.progress.clone());
        let context =
            Context { shelf: &self.draft.shelf, assets: &*files, rate: self.rate(), lanes: lanes_here() };
        let options = Options { threads: self.threads, ..Options::default() };
        let rendered = self.clock.stopped(|| render_memory(&patch, &context, &options, what, &*progress));
        let audio = Arc::new(rendered.map_err(|e| unheard(&e))?);
        self.heard = Some((patch, audio.clone()));
        Ok(audio)
    }
}

/// Said where a script depends on sound that is not there.
pub const NEEDS_SOUND: &str = "what follows depends on measured sound; `signalbox run` measures it";

/// A render's failure in a script's words.
pub fn unheard(error: &StudioError) -> Wrong {
    match error {
        StudioError::Render(RenderError::Endless(node)) => {
            Wrong::new(format!("`{node}` plays for ever; say how long, as in length(30.s)"))
        }
        StudioError::Render(RenderError::NoEnd) => {
            Wrong::new("five minutes after its last event it still sounds; say how long, as in length(30.s)")
        }
        e => Wrong::new(e.to_string()),
    }
}

/// The part of a patch that a signal comes from, with the signal as its only output.
pub fn alone(patch: &Patch, signal: &Signal) -> Patch {
    let mut wanted: Vec<&str> = signal.taps.iter().map(|t| t.from.node.as_str()).collect();
    let mut needed: BTreeSet<&str> = BTreeSet::new();
    let mut into: HashMap<&str, Vec<&str>> = HashMap::new();
    for cable in patch.graph.cables.values() {
        into.entry(cable.to.node.as_str()).or_default().push(cable.from.node.as_str());
    }
    while let Some(node) = wanted.pop() {
        if needed.insert(node) {
            wanted.extend(into.get(node).into_iter().flatten());
        }
    }
    let keep = |node: &str| needed.contains(node);
    let graph = &patch.graph;
    let is_output = |id: &str| graph.nodes.get(id).is_some_and(|n| n.kind == "output");
    let mut part = Patch { ..patch.clone() };
    part.graph.nodes.retain(|id, _| keep(id) && !is_output(id));
    part.graph.cables.retain(|_, c| keep(&c.from.node) && keep(&c.to.node) && !is_output(&c.to.node));
    part.graph.lanes.retain(|end, _| keep(&end.node) && !is_output(&end.node));
    let mut id = String::from("heard");
    while part.graph.nodes.contains_key(&id) {
        id.push('_');
    }
    part.graph.nodes.insert(id.clone(), Node::new("output"));
    for tap in &signal.taps {
        let mut cable = Cable { from: tap.from.clone(), to: id.as_str().into(), ..Cable::default() };
        if tap.db != 0.0 {
            cable.gain = Some(written(tap.db));
        }
        part.graph.connect(cable);
    }
    part
}

/// A level as a patch writes it.
pub fn written(db: f64) -> serde_json::Value {
    crate::draft::number_text(db, signalbox_dsp::units::Unit::Decibel)
}
