//! What is wrong with a script, as the protocol says it.

use super::place;
use crate::run::{Script, Settings};
use crate::trouble::Trouble;
use crate::words::{Mode, NEEDS_SOUND};
use lsp_types::{Diagnostic, DiagnosticSeverity, Position, Range};
use signalbox_engine::compile::{Context, compile, lanes_here};
use std::path::{Path, PathBuf};

/// Evaluates a text without a sound; gives errors, and what is odd.
pub fn wrong(address: &str, text: &str) -> Vec<Diagnostic> {
    let path = file(address);
    let folder = path.parent().unwrap_or(Path::new(""));
    let script = Script { name: path.display().to_string(), source: text.into(), file: None };
    let outcome = match script.run(&Settings::new(Mode::Build, folder)) {
        Ok(outcome) => outcome,
        // Only a render can say more.
        Err(trouble) if trouble.what == NEEDS_SOUND => {
            return vec![told(text, &trouble, DiagnosticSeverity::INFORMATION)];
        }
        Err(trouble) => return vec![told(text, &trouble, DiagnosticSeverity::ERROR)],
    };
    let shelf = signalbox_studio::shelf();
    let context = Context { shelf: &shelf, assets: &*outcome.files, rate: outcome.rate, lanes: lanes_here() };
    let list = |problems: &[_], severity| -> Vec<Diagnostic> {
        problems.iter().map(|p| told(text, &outcome.trouble(p), severity)).collect()
    };
    let mut all = match compile(&outcome.patch, &context) {
        Ok(compiled) => list(&compiled.warnings, DiagnosticSeverity::WARNING),
        Err(problems) => list(&problems, DiagnosticSeverity::ERROR),
    };
    let notes = outcome.notes.iter().map(|note| Trouble::whole(&script.name, note.clone()));
    all.extend(notes.map(|note| told(text, &note, DiagnosticSeverity::WARNING)));
    all
}

fn told(text: &str, trouble: &Trouble, severity: DiagnosticSeverity) -> Diagnostic {
    let range = trouble.place.map_or(Range::default(), |at| {
        let before: usize = text.split('\n').take(at.line - 1).map(|line| line.chars().count() + 1).sum();
        let start = before + at.column - 1;
        let end = place::position(text, start + trouble.length);
        let start = place::position(text, start);
        // What is expected behind the end of a line is shown at its end.
        Range {
            start,
            end: if end.line == start.line {
                end
            } else {
                Position { character: start.character + 1, ..start }
            },
        }
    });
    Diagnostic {
        range,
        severity: Some(severity),
        source: Some("signalbox".into()),
        message: trouble.what.clone(),
        ..Diagnostic::default()
    }
}

/// The file that an address names.
fn file(address: &str) -> PathBuf {
    let path = address.strip_prefix("file://").unwrap_or(address);
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let hex = after
            .get(..2)
            .and_then(|h| std::str::from_utf8(h).ok())
            .and_then(|h| u8::from_str_radix(h, 16).ok());
        match hex.filter(|_| first == b'%') {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_file_also_with_spaces_and_accents() {
        assert_eq!(file("file:///home/a%20b/%C3%BC.rhai"), Path::new("/home/a b/ü.rhai"));
        assert_eq!(file("file:///100%/x.rhai"), Path::new("/100%/x.rhai"));
    }
}
