//! Runs the workloads and their sticks in turn, and tells the ratios.

use super::material::Material;
use super::own::{self, OWN, Way};
use super::patches;
use super::stick::{Chain, Mix, Sines, Stick, Voices};
use rustix::time::{ClockId, clock_gettime};
use signalbox_engine::compile::{Context, lanes_here};
use signalbox_engine::node::{Assets, NoAssets};
use signalbox_engine::patch::{Edit, Patch};
use signalbox_engine::render::{Options, RenderError, Rendering, Sink, prepare};
use signalbox_engine::run::pair;
use std::fmt;
use std::time::Instant;

/// Frames a second.
const RATE: u32 = 48_000;

/// Frames of a block.
const BLOCK: f64 = 64.0;

/// One figure, with its unit in its name.
pub type Figure = (&'static str, f64);

/// What a workload cost.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The workload.
    pub name: String,
    /// Figures in order; a ratio is ours over that of the stick.
    pub figures: Vec<Figure>,
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.name)?;
        self.figures.iter().try_for_each(|(name, value)| write!(f, " {name}={value:.3}"))
    }
}

/// How the workloads are run.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// Seconds of sound of a round of the mix and the voices; the others take a tenth of it.
    pub seconds: f64,
    /// How many rounds; the best of each counts.
    pub rounds: usize,
    /// How many nodes run side by side at most.
    pub lanes: usize,
    /// How many nodes the large patches have, as a share: 1 for all of them.
    pub size: f64,
}

impl Plan {
    /// Long enough for figures that can be told from noise.
    pub fn full() -> Self {
        Self { seconds: 20.0, rounds: 3, lanes: lanes_here(), size: 1.0 }
    }

    /// Just long enough to see that all of it works.
    pub fn quick() -> Self {
        Self { seconds: 0.2, rounds: 1, lanes: lanes_here(), size: 0.01 }
    }
}

/// The names of all workloads.
pub const NAMES: &[&str] = &["W1", "W2", "W3", "W8", "code", "compile"];

/// Runs the workload of this name; hears each row as soon as it is there.
pub fn run(name: &str, plan: &Plan, each: &mut dyn FnMut(Row)) -> Result<(), RenderError> {
    let count = |n: usize| ((n as f64 * plan.size) as usize).max(10);
    match name {
        "W1" => {
            let material = Material::new();
            let (patch, mut stick) = (patches::mix(), Mix::new(material.loops()));
            let (ours, limit) = compete(&patch, &material, &mut stick, plan.seconds, plan)?;
            each(minute("W1", ours, limit, plan.seconds));
        }
        "W2" => {
            let seconds = plan.seconds / 10.0;
            for n in [count(1_000), count(10_000)] {
                let (ours, limit) =
                    compete(&patches::chain(n), &NoAssets, &mut Chain::new(n), seconds, plan)?;
                each(per_node(format!("W2 chain {n}"), ours, limit, seconds, n));
            }
            for n in [count(1_000), count(10_000)] {
                let (ours, limit) =
                    compete(&patches::sines(n), &NoAssets, &mut Sines::new(n), seconds, plan)?;
                each(per_node(format!("W2 sines {n}"), ours, limit, seconds, n));
            }
        }
        "W3" => {
            for (name, quality) in [("W3", Some("polyblep")), ("W3 at -100 dB of alias", None)] {
                let patch = patches::voices(quality);
                let (ours, limit) = compete(&patch, &NoAssets, &mut Voices::new(), plan.seconds, plan)?;
                each(minute(name, ours, limit, plan.seconds));
            }
        }
        "W8" => each(two_threads(plan)?),
        "code" => {
            let (seconds, n) = (plan.seconds / 10.0, count(100));
            for node in &OWN {
                for (way, how) in [(Way::Chain, "in a chain"), (Way::Beside, "side by side")] {
                    let (script, rust) =
                        (own::patch(n, &node.in_script(), way), own::patch(n, &node.in_rust(), way));
                    let (ours, limit) = duel(&script, &rust, seconds, plan)?;
                    each(per_node(format!("code {} {how}", node.kind), ours, limit, seconds, n));
                }
            }
        }
        _ => {
            for n in [count(100), count(1_000), count(10_000)] {
                each(compiling(n, plan)?);
            }
        }
    }
    Ok(())
}

fn minute(name: &str, ours: f64, limit: f64, seconds: f64) -> Row {
    let scale = 60.0 / seconds;
    let figures =
        vec![("cpu_s_per_audio_min", ours * scale), ("limit", limit * scale), ("ratio", ours / limit)];
    Row { name: name.into(), figures }
}

fn per_node(name: String, ours: f64, limit: f64, seconds: f64, nodes: usize) -> Row {
    let scale = 1e9 * BLOCK / (seconds * f64::from(RATE) * nodes as f64);
    let figures =
        vec![("ns_per_node_and_block", ours * scale), ("limit", limit * scale), ("ratio", ours / limit)];
    Row { name, figures }
}

/// CPU seconds of this process, all threads.
fn cpu() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9
}

/// Hears what is rendered, so that it is not left out.
#[derive(Default)]
struct Ear(f32);

impl Sink for Ear {
    fn write(&mut self, channels: &[&[f32]]) -> Result<(), String> {
        self.0 = channels.iter().flat_map(|c| c.iter()).fold(self.0, |peak, x| peak.max(x.abs()));
        Ok(())
    }
}

fn context<'a>(
    shelf: &'a signalbox_engine::node::Shelf,
    assets: &'a dyn Assets,
    lanes: usize,
) -> Context<'a> {
    Context { shelf, assets, rate: RATE, lanes }
}

/// CPU and wall seconds of rendering a patch, without making it ready.
fn render(
    patch: &Patch,
    assets: &dyn Assets,
    seconds: f64,
    lanes: usize,
    threads: usize,
) -> Result<(f64, f64), RenderError> {
    let shelf = own::shelf();
    let options = Options { seconds: Some(seconds), threads, ..Options::default() };
    let rendering = prepare(patch, &context(&shelf, assets, lanes), &options)?;
    let (start, wall) = (cpu(), Instant::now());
    play(rendering, &options)?;
    Ok((cpu() - start, wall.elapsed().as_secs_f64()))
}

/// What is measured; never part of another function, so that `.ci/instructions` finds it by its name.
#[inline(never)]
fn play(rendering: Rendering, options: &Options) -> Result<(), RenderError> {
    rendering.render(options, &mut Ear::default()).map(drop)
}

/// CPU seconds of a patch and of its stick, in turn; the best round of each.
fn compete(
    patch: &Patch,
    assets: &dyn Assets,
    stick: &mut dyn Stick,
    seconds: f64,
    plan: &Plan,
) -> Result<(f64, f64), RenderError> {
    let (mut ours, mut limit) = (f64::MAX, f64::MAX);
    for _ in 0..plan.rounds {
        ours = ours.min(render(patch, assets, seconds, plan.lanes, 1)?.0);
        let start = cpu();
        std::hint::black_box(stick.run((seconds * f64::from(RATE)) as usize));
        limit = limit.min(cpu() - start);
    }
    Ok((ours, limit))
}

/// CPU seconds of two patches, in turn; the best round of each.
fn duel(one: &Patch, other: &Patch, seconds: f64, plan: &Plan) -> Result<(f64, f64), RenderError> {
    let mut best = [f64::MAX; 2];
    for _ in 0..plan.rounds {
        for (patch, best) in [one, other].into_iter().zip(&mut best) {
            *best = best.min(render(patch, &NoAssets, seconds, plan.lanes, 1)?.0);
        }
    }
    Ok((best[0], best[1]))
}

/// The mix on one thread and on two, in wall time.
fn two_threads(plan: &Plan) -> Result<Row, RenderError> {
    let (material, patch) = (Material::new(), patches::mix());
    let mut best = [f64::MAX; 2];
    for _ in 0..plan.rounds {
        for (threads, best) in (1..).zip(&mut best) {
            *best = best.min(render(&patch, &material, plan.seconds, plan.lanes, threads)?.1);
        }
    }
    let scale = 60.0 / plan.seconds;
    let [one, two] = best;
    let figures = vec![
        ("wall_s_per_audio_min", two * scale),
        ("on_one_thread", one * scale),
        ("times_faster", one / two),
    ];
    Ok(Row { name: "W8".into(), figures })
}

/// How long a session takes to compile, and an edit of it to be ready to play.
fn compiling(nodes: usize, plan: &Plan) -> Result<Row, RenderError> {
    let shelf = own::shelf();
    let context = context(&shelf, &NoAssets, plan.lanes);
    let mut patch = patches::session(nodes, 1);
    let problems = RenderError::Problems;
    let ms = |start: Instant| start.elapsed().as_secs_f64() * 1e3;
    let [mut compile, mut build, mut knob, mut cable] = [f64::MAX; 4];
    for _ in 0..plan.rounds.max(2) {
        let (mut builder, _runner) = pair();
        let start = Instant::now();
        let compiled = builder.compile(&patch, &context).map_err(problems)?;
        compile = compile.min(ms(start));
        let start = Instant::now();
        let program = builder.build(&compiled, &context, &patch.tempo).map_err(problems)?;
        build = build.min(ms(start));
        // A knob goes straight to its node.
        let key = program.key(0, 0).to_string();
        let start = Instant::now();
        if let Some(knobs) = program.knobs(&key) {
            knobs.set(0, 0.5);
        }
        knob = knob.min(ms(start));
        // A cable in the middle of the patch is pulled, and drawn again.
        let ids: Vec<u32> = patch.graph.cables.keys().copied().collect();
        let start = Instant::now();
        let undo = patch.apply(Edit::Disconnect(None, ids[ids.len() / 2]));
        let compiled = builder.compile(&patch, &context).map_err(problems)?;
        builder.build(&compiled, &context, &patch.tempo).map_err(problems)?;
        cable = cable.min(ms(start));
        if let Ok(undo) = undo {
            let _ = patch.apply(undo);
        }
    }
    let figures =
        vec![("compile_ms", compile), ("make_ms", build), ("edit_knob_ms", knob), ("edit_cable_ms", cable)];
    Ok(Row { name: format!("compile {nodes}"), figures })
}
