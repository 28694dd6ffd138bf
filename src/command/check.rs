//! `check`: whether a patch compiles and its nodes can be made.

use super::patch::{count, open, problems, warn};
use crate::cli::Check;
use crate::failure::Failure;
use crate::say::{say_line, tell};
use signalbox_engine::compile::compile;
use signalbox_engine::render::{self, RenderError};
use signalbox_engine::run::pair;

/// Checks a patch.
pub fn run(options: &Check) -> Result<(), Failure> {
    let opened = open(&options.patch, None)?;
    let context = opened.context();
    let compiled = compile(&opened.patch, &context).map_err(|p| problems(&options.patch, &p))?;
    let (mut builder, _) = pair();
    builder.build(&compiled, &context, &opened.patch.tempo).map_err(|p| problems(&options.patch, &p))?;
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
    Ok(())
}
