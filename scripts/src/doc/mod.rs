//! What is told about the words, from what they were taught with: of one word, and of all as a page.

mod complete;

pub use complete::{Suggestion, complete};

pub use crate::words::Doc;
use signalbox_engine::node::nearest;
use std::fmt::Write as _;

/// All that is told about the words, in order of their groups.
pub fn all() -> Vec<Doc> {
    crate::run::docs()
}

/// All about one word, as a terminal shows it; the text of an error names what may have been meant.
pub fn about(word: &str) -> Result<String, String> {
    let docs = all();
    let bare = word.trim_start_matches('.').trim_end_matches("()");
    let found: Vec<&Doc> = docs.iter().filter(|d| d.name == bare).collect();
    if found.is_empty() {
        let near = nearest(bare, docs.iter().map(|d| d.name.as_str()));
        let near = near.map_or(String::new(), |n| format!("; did you mean `{n}`?"));
        return Err(format!("there is no word `{bare}`{near} `signalbox doc` lists all words"));
    }
    let mut out = String::new();
    for doc in found {
        let _ = writeln!(out, "{}\n  {}", doc.signature, doc.help);
        let wide = |i: usize| doc.parameters.iter().map(|p| p[i].chars().count()).max().unwrap_or(0).min(48);
        for [name, values, help] in &doc.parameters {
            let _ = writeln!(out, "  {name:<0$}  {values:<1$}  {help}", wide(0), wide(1));
        }
    }
    Ok(out)
}

/// A list of all words, by groups, as a terminal shows it.
pub fn list() -> String {
    let mut out = String::new();
    let mut group = "";
    for doc in all() {
        if doc.group != group {
            group = doc.group;
            let _ = writeln!(out, "{group}");
        }
        let _ = writeln!(out, "  {:<14} {}", doc.name, doc.help);
    }
    out
}

/// The page of all words.
pub fn page() -> String {
    let mut out = String::from(
        "# Words of the language\n\nWritten by `signalbox doc --page` from what the program knows; `docs/scripts.md` \
         tells how to read it.\n",
    );
    let mut group = "";
    for doc in all() {
        if doc.group != group {
            group = doc.group;
            let _ = write!(out, "\n## {group}\n");
        }
        let _ = write!(out, "\n### {}\n\n`{}`\n\n{}.\n", doc.name, doc.signature, sentence(&doc.help));
        if !doc.parameters.is_empty() {
            out.push_str("\n| parameter | values | |\n|---|---|---|\n");
            for [name, values, help] in &doc.parameters {
                let _ = writeln!(out, "| `{name}` | {} | {} |", cell(values), cell(help));
            }
        }
    }
    out
}

/// A sentence with a capital letter and no full stop.
fn sentence(text: &str) -> String {
    let mut chars = text.trim_end_matches('.').chars();
    let first = chars.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    first + chars.as_str()
}

/// A text in a cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}
