//! Standard output and standard error. Either may be closed at any time (`| head`) or lie on a full disk.

use crate::failure::Failure;
use std::fmt::Display;
use std::io::{ErrorKind, Write, stderr, stdout};

/// Says a text on standard output. A reader that has gone has heard enough: that is no failure.
pub fn say(text: impl Display) -> Result<(), Failure> {
    let mut out = stdout().lock();
    match write!(out, "{text}").and_then(|()| out.flush()) {
        Err(e) if e.kind() != ErrorKind::BrokenPipe => Err(Failure::new(format!(
            "standard output can't be written: {e}; check the disk, or leave out the redirection"
        ))),
        _ => Ok(()),
    }
}

/// Says a line on standard output.
pub fn say_line(text: impl Display) -> Result<(), Failure> {
    say(format_args!("{text}\n"))
}

/// Says a line on standard error. Where that is closed, nobody listens.
pub fn tell(text: impl Display) {
    let _ = writeln!(stderr(), "{text}");
}
