//! What may be written at a place.

use crate::syntax::cursor;
use crate::words::Doc;

/// Something that may be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// What it is called.
    pub name: String,
    /// What is written.
    pub text: String,
    /// How it is called, or which values it takes.
    pub detail: String,
    /// What it does.
    pub help: String,
    /// Whether it is an argument's name.
    pub argument: bool,
}

/// The arguments that a word takes by name: its parameters, or those that its signature shows.
fn arguments(doc: &Doc) -> Vec<[String; 3]> {
    if !doc.parameters.is_empty() {
        return doc.parameters.clone();
    }
    let pieces: Vec<&str> = doc.signature.split([',', '(', ')', '{']).collect();
    let named = pieces.iter().filter_map(|piece| piece.split_once(':'));
    let plain = |name: &str| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    named
        .filter(|(name, _)| plain(name.trim()))
        .map(|(name, value)| [name.trim().into(), value.trim().into(), doc.signature.clone()])
        .collect()
}

/// Where the word begins that is being written at a place, in characters, and what it may become.
pub fn complete(text: &str, at: usize, docs: &[Doc]) -> (usize, Vec<Suggestion>) {
    let place = cursor(text, at);
    if place.in_text {
        return (place.start, Vec::new());
    }
    let fits = |name: &str| name.starts_with(&place.word);
    let mut all = Vec::new();
    if let Some(call) = place.call.as_ref().filter(|_| place.begins_argument && !place.behind_dot) {
        for [name, values, help] in docs.iter().filter(|d| d.name == *call).flat_map(arguments) {
            if fits(&name) {
                all.push(Suggestion {
                    text: format!("{name}: "),
                    name,
                    detail: values,
                    help,
                    argument: true,
                });
            }
        }
    }
    // What is called behind a full stop is shown so.
    let method = |doc: &Doc| doc.signature.contains(&format!(".{}", doc.name));
    let plain = |name: &str| name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    for doc in docs.iter().filter(|d| plain(&d.name) && fits(&d.name) && method(d) == place.behind_dot) {
        if all.iter().any(|s: &Suggestion| !s.argument && s.name == doc.name) {
            continue;
        }
        all.push(Suggestion {
            name: doc.name.clone(),
            text: doc.name.clone(),
            detail: doc.signature.clone(),
            help: doc.help.clone(),
            argument: false,
        });
    }
    (place.start, all)
}
