//! A project's folder, sound to put into it, and ways to listen to a place of a patch.

use signalbox_engine::Audio;
use signalbox_engine::compile::{Context, lanes_here};
use signalbox_engine::patch::{Cable, Node, Patch};
use signalbox_engine::render::{Options, to_memory};
use signalbox_file::Format;
use signalbox_scripts::{Mode, Outcome, Script, Settings, Trouble};
use signalbox_studio::output::write_audio;
use std::cell::RefCell;
use std::f64::consts::TAU;
use std::path::Path;
use std::rc::Rc;
use tempfile::TempDir;

/// The rate of all sound here.
pub const RATE: u32 = 16_000;

/// A folder with files.
pub struct Project {
    dir: TempDir,
    /// What scripts have printed.
    pub printed: Rc<RefCell<Vec<String>>>,
}

impl Project {
    pub fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap(), printed: Rc::default() }
    }

    pub fn folder(&self) -> &Path {
        self.dir.path()
    }

    /// Writes a mono file whose frames follow from the time in seconds.
    pub fn sound(&self, name: &str, seconds: f64, at: impl Fn(f64) -> f64) {
        let frames = (seconds * f64::from(RATE)) as usize;
        let channel = (0..frames).map(|i| at(i as f64 / f64::from(RATE)) as f32).collect();
        let audio = Audio { rate: RATE, channels: vec![channel] };
        let path = self.folder().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        write_audio(&audio, &path, Format::Float32).unwrap();
    }

    pub fn settings(&self, mode: Mode) -> Settings {
        let printed = self.printed.clone();
        Settings {
            print: Rc::new(move |text| printed.borrow_mut().push(text.into())),
            ..Settings::new(mode, self.folder())
        }
    }

    /// Does all that a script says.
    pub fn run(&self, source: &str) -> Result<Outcome, Trouble> {
        script(source).run(&self.settings(Mode::Run))
    }

    /// The patch that a script writes.
    pub fn build(&self, source: &str) -> Result<Outcome, Trouble> {
        script(source).run(&self.settings(Mode::Build))
    }

    /// What is wrong with a script, as a user reads it.
    #[track_caller]
    pub fn trouble(&self, source: &str) -> String {
        match self.run(source) {
            Err(trouble) => trouble.to_string(),
            Ok(_) => panic!("nothing is wrong with:\n{source}"),
        }
    }
}

pub fn script(source: &str) -> Script {
    Script { name: "test.rhai".into(), source: source.into(), file: None }
}

/// What a node of a patch gives, from the start on for so many seconds.
pub fn listen(outcome: &Outcome, place: &str, seconds: f64) -> Vec<f32> {
    listen_patch(&outcome.patch, outcome, place, seconds)
}

pub fn listen_patch(patch: &Patch, outcome: &Outcome, place: &str, seconds: f64) -> Vec<f32> {
    let mut patch = patch.clone();
    let outputs: Vec<String> =
        patch.graph.nodes.iter().filter(|(_, n)| n.kind == "output").map(|(id, _)| id.clone()).collect();
    for output in outputs {
        patch.graph.cables.retain(|_, c| c.to.node != output);
        patch.graph.nodes.remove(&output);
    }
    patch.graph.nodes.insert("ear".into(), Node::new("output"));
    patch.graph.connect(Cable::new(place, "ear"));
    let shelf = signalbox_studio::shelf();
    let context = Context { shelf: &shelf, assets: &*outcome.files, rate: outcome.rate, lanes: lanes_here() };
    let options = Options { seconds: Some(seconds), ..Options::default() };
    to_memory(&patch, &context, &options).unwrap_or_else(|e| panic!("{place}: {e}")).channels.remove(0)
}

/// The level of a stretch around a time, in decibels.
pub fn level(x: &[f32], seconds: f64, around: f64) -> f64 {
    let at = |t: f64| ((t * f64::from(RATE)) as usize).min(x.len());
    let part = &x[at(seconds - around / 2.0)..at(seconds + around / 2.0)];
    let power = part.iter().map(|&x| f64::from(x) * f64::from(x)).sum::<f64>() / part.len().max(1) as f64;
    10.0 * power.max(1e-30).log10()
}

pub fn sine(frequency: f64, t: f64) -> f64 {
    (TAU * frequency * t).sin()
}

#[track_caller]
pub fn near(what: &str, got: f64, wanted: f64, off: f64) {
    assert!((got - wanted).abs() <= off, "{what}: {got}, wanted {wanted} within {off}");
}
