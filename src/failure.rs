//! What the command says when it fails, and with which exit code.

use crate::say::tell;
use signalbox_studio::output::StudioError;
use std::fmt;
use std::process::ExitCode;

/// Something that the command could not do.
#[derive(Debug)]
pub struct Failure {
    message: String,
    code: u8,
}

/// The input or the machine does not allow it.
const FAILED: u8 = 1;
/// The user pressed Ctrl-C.
const INTERRUPTED: u8 = 130;

impl Failure {
    /// A failure with its message, which names the place and the way out.
    pub fn new(message: impl fmt::Display) -> Self {
        Self { message: message.to_string(), code: FAILED }
    }

    /// The user wanted it to stop; the message says what is there now.
    pub fn interrupted(message: impl fmt::Display) -> Self {
        Self { message: message.to_string(), code: INTERRUPTED }
    }

    /// Prints the message and gives the exit code.
    pub fn tell(&self) -> ExitCode {
        let mut lines = self.message.lines();
        tell(format_args!("error: {}", lines.next().unwrap_or("unknown")));
        lines.for_each(|line| tell(format_args!("       {line}")));
        ExitCode::from(self.code)
    }
}

impl From<StudioError> for Failure {
    fn from(e: StudioError) -> Self {
        let code = if matches!(e, StudioError::Stopped) { INTERRUPTED } else { FAILED };
        Self { message: e.to_string(), code }
    }
}

impl From<signalbox_file::FileError> for Failure {
    fn from(e: signalbox_file::FileError) -> Self {
        Self::new(e)
    }
}
