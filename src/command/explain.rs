//! `explain`: the compiled schedule, a line a step.

use super::patch::{open, warn};
use crate::cli::Explain;
use crate::failure::Failure;
use crate::say::say;
use signalbox_engine::compile::compile;
use signalbox_engine::schedule;

/// Explains a patch.
pub fn run(options: &Explain) -> Result<(), Failure> {
    let opened = open(&options.patch, options.rate)?;
    let compiled =
        compile(&opened.patch, &opened.context()).map_err(|p| opened.problems(&options.patch, &p))?;
    warn(&compiled.warnings);
    let text = if options.dot { schedule::dot(&compiled) } else { schedule::explain(&compiled, opened.rate) };
    say(text)?;
    Ok(())
}
