//! `new`: a first patch, to be edited.

use crate::cli::New;
use crate::failure::Failure;
use crate::say::say_line;

/// A tune on a filtered saw with an echo: something to hear, and to change.
const FIRST: &str = include_str!("first.json");

/// Writes the first patch, unless a file of that name is there.
pub fn run(options: &New) -> Result<(), Failure> {
    let path = options.patch.display();
    if options.patch.exists() {
        return Err(Failure::new(format!("{path}: is there already; choose another name or move it away")));
    }
    signalbox_file::write_text(&options.patch, FIRST)?;
    say_line(format_args!(
        "{path}: written; hear it with `signalbox render {path} -o {}`, then change a number and again",
        options.patch.with_extension("wav").display()
    ))?;
    Ok(())
}
