//! `check`: whether a patch compiles and its nodes can be made.

use super::patch::{count, open, problems, warn};
use super::script::is_script;
use crate::cli::Check;
use crate::failure::Failure;
use crate::say::{say_line, tell};
use signalbox_engine::compile::{Compiled, Context, compile};
use signalbox_engine::patch::{Graph, Patch, file};
use signalbox_engine::render::{self, RenderError};
use signalbox_engine::run::pair;
use std::time::Instant;

/// How many seconds of sound are rendered to find out what they cost.
const TRIED: f64 = 1.0;

/// Checks a patch.
pub fn run(options: &Check) -> Result<(), Failure> {
    let mut opened = open(&options.patch, None)?;
    let mut stored = 0;
    if options.store_cuts && is_script(&options.patch) {
        return Err(Failure::new(format!(
            "{}: is a script, and cuts are stored in patches; write its patch with `signalbox run --patch`",
            options.patch.display()
        )));
    }
    if options.store_cuts {
        let compiled = compile(&opened.patch, &opened.context()).map_err(|p| problems(&options.patch, &p))?;
        stored = store_cuts(options, &mut opened.patch, &compiled)?;
    }
    let context = opened.context();
    let compiled = compile(&opened.patch, &context).map_err(|p| opened.problems(&options.patch, &p))?;
    let (mut builder, _) = pair();
    builder
        .build(&compiled, &context, &opened.patch.tempo)
        .map_err(|p| opened.problems(&options.patch, &p))?;
    warn(&compiled.warnings);
    // What compiles may still want something before it renders.
    if let Err(e @ (RenderError::NoOutput | RenderError::Endless(_))) =
        render::prepare(&opened.patch, &context, &render::Options::default())
    {
        tell(format_args!("warning: {e}"));
    }
    say_line(format_args!(
        "{}: {}, {}, {}; compiles",
        options.patch.display(),
        count(compiled.flat.nodes.len(), "node"),
        count(compiled.flat.cables.len(), "cable"),
        count(compiled.flat.lanes.len(), "lane")
    ))?;
    if let Some(cost) = cost(&opened.patch, &context) {
        let late = compiled.schedule.latency as f64 * 1e3 / f64::from(context.rate);
        say_line(format_args!(
            "costs {:.3} % of a core at {} Hz here; {late:.1} ms late",
            cost * 100.0,
            context.rate
        ))?;
    }
    if options.store_cuts {
        say_line(format_args!("{} marked as cuts of loops", count(stored, "cable")))?;
    }
    Ok(())
}

/// How much of a core's time its sound takes, by rendering some of it; nothing where it has none. The least of three
/// rounds counts: the others were held up.
fn cost(patch: &Patch, context: &Context<'_>) -> Option<f64> {
    let how = render::Options { seconds: Some(TRIED), ..render::Options::default() };
    let round = |_| {
        let start = Instant::now();
        render::to_memory(patch, context, &how).ok()?;
        Some(start.elapsed().as_secs_f64() / TRIED)
    };
    let rounds: Option<Vec<f64>> = (0..3).map(round).collect();
    rounds?.into_iter().reduce(f64::min)
}

/// Marks the cables at which loops are cut, and writes the patch if that is new; gives how many were marked.
fn store_cuts(options: &Check, patch: &mut Patch, compiled: &Compiled) -> Result<usize, Failure> {
    let mut stored = 0;
    for &at in compiled.loops.iter().flat_map(|l| &l.cables) {
        let cut = &compiled.flat.cables[at];
        if let Some(cable) = graph_at(patch, &cut.scope).and_then(|g| g.cables.get_mut(&cut.id)) {
            stored += usize::from(!std::mem::replace(&mut cable.feedback, true));
        }
    }
    if stored > 0 {
        let text =
            file::write(patch).map_err(|e| Failure::new(format!("{}: {e}", options.patch.display())))?;
        signalbox_file::write_text(&options.patch, &text)?;
    }
    Ok(stored)
}

/// The graph that an instance shows, by the keys of the instances around it; steps that are no nodes count voices.
fn graph_at<'a>(patch: &'a mut Patch, scope: &str) -> Option<&'a mut Graph> {
    let mut kind: Option<String> = None;
    for step in scope.split('/').filter(|step| !step.is_empty()) {
        let graph = kind.as_ref().map_or(Some(&patch.graph), |k| patch.subpatches.get(k))?;
        if let Some(node) = graph.nodes.get(step) {
            kind = Some(node.kind.clone());
        }
    }
    match kind {
        None => Some(&mut patch.graph),
        Some(kind) => patch.subpatches.get_mut(&kind),
    }
}
