//! `lsp`: a language server for editors of text.

use crate::failure::Failure;
use signalbox_scripts::lsp;

/// Serves an editor on standard input and output.
pub fn run() -> Result<(), Failure> {
    lsp::stdio().map_err(|e| {
        Failure::new(format!("{e}; an editor starts this and speaks to it, see `signalbox lsp --help`"))
    })
}
