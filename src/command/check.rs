//! `check`: whether a patch compiles and its nodes can be made.

use super::patch::{open, problems, warn};
use crate::cli::Check;
use crate::failure::Failure;
use signalbox_engine::compile::compile;
use signalbox_engine::run::pair;

/// Checks a patch.
pub fn run(options: &Check) -> Result<(), Failure> {
    let opened = open(&options.patch, None)?;
    let context = opened.context();
    let compiled = compile(&opened.patch, &context).map_err(|p| problems(&options.patch, &p))?;
    let (mut builder, _) = pair();
    builder.build(&compiled, &context, &opened.patch.tempo).map_err(|p| problems(&options.patch, &p))?;
    warn(&compiled.warnings);
    println!(
        "{}: {} nodes, {} cables, {} lanes; compiles",
        options.patch.display(),
        compiled.flat.nodes.len(),
        compiled.flat.cables.len(),
        compiled.flat.lanes.len()
    );
    Ok(())
}
