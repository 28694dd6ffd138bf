//! `doc`: the words of the scripts.

use crate::cli::Doc;
use crate::failure::Failure;
use crate::say::say;
use signalbox_scripts::doc;

/// Lists the words, or tells all about one.
pub fn run(options: &Doc) -> Result<(), Failure> {
    match &options.word {
        Some(word) => say(doc::about(word).map_err(Failure::new)?),
        None if options.page => say(doc::page()),
        None => say(doc::list()),
    }
}
