//! `script`: a patch as a script that builds it again.

use super::patch::{count, open};
use crate::cli::Written;
use crate::failure::Failure;
use crate::say::{say, say_line};

/// Prints a patch as lines of script, or writes them.
pub fn run(options: &Written) -> Result<(), Failure> {
    let text = signalbox_scripts::script(&open(&options.patch, None)?.patch);
    let Some(out) = &options.out else { return say(text) };
    signalbox_file::write_text(out, &text)?;
    say_line(format_args!("{}: {}", out.display(), count(text.lines().count(), "line")))
}
