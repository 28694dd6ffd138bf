//! A script that grows line by line, as somebody types it.
//!
//! What builds or names something is kept, what asks is not: the text is evaluated whole each time, so a line that names
//! again what an earlier one has named takes its place, and all that follows from it changes.

use crate::run::{Outcome, Script, Settings};
use crate::trouble::Trouble;
use crate::words::{Mode, NEEDS_SOUND};
use std::cell::Cell;
use std::rc::Rc;

/// Words of which only the last call counts.
const ONCE: &[&str] = &["tempo", "meter", "length", "rate", "seed", "title"];

/// Words that name what they make by their first text.
const NAMING: &[&str] = &["def", "pattern", "track", "bus"];

/// Lines that belong together.
#[derive(Clone, Debug, Default)]
pub struct Session {
    entries: Vec<String>,
    /// How many texts the entries print.
    printed: usize,
    patch: signalbox_engine::patch::Patch,
}

/// What a line came to.
pub struct Reply {
    /// What the whole script came to.
    pub outcome: Outcome,
    /// Whether the line is kept: it has built or named something.
    pub kept: bool,
}

impl Session {
    /// The script so far.
    pub fn text(&self) -> String {
        self.entries.join("\n")
    }

    /// The lines that are kept, in order.
    pub fn entries(&self) -> &[String] {
        &self.entries
    }

    /// Evaluates a line behind those that are kept, or in place of the one that named the same; one that fails changes
    /// nothing. What builds is not rendered; what asks is measured.
    pub fn say(&mut self, entry: &str, settings: &Settings) -> Result<Reply, Trouble> {
        let entry = entry.trim();
        let named = subject(entry);
        let at =
            named.as_ref().and_then(|n| self.entries.iter().position(|e| subject(e).as_ref() == Some(n)));
        let mut entries = self.entries.clone();
        match at {
            Some(at) => entries[at] = closed(entry),
            None => entries.push(entry.into()),
        }
        // What has a new place may print anew.
        let quiet = if at.is_some() { 0 } else { self.printed };
        let (built, printed) = evaluate(&entries, Mode::Build, settings, quiet);
        let builds = |outcome: &Outcome| at.is_some() || defines(entry) || outcome.patch != self.patch;
        let mut outcome = match built {
            Ok(outcome) if builds(&outcome) => outcome,
            Err(trouble) if trouble.what != NEEDS_SOUND => return Err(trouble),
            _ => evaluate(&entries, Mode::Run, settings, printed).0?,
        };
        let kept = builds(&outcome);
        if kept {
            if at.is_none() {
                entries.pop();
                if outcome.value_is_heard {
                    // A sound that was heard because it came last is heard from now on.
                    entries.push(format!("{} |> out;", bare(entry)));
                    outcome = evaluate(&entries, Mode::Build, settings, usize::MAX).0?;
                } else {
                    entries.push(closed(entry));
                }
            }
            (self.entries, self.printed, self.patch) = (entries, printed, outcome.patch.clone());
        }
        Ok(Reply { outcome, kept })
    }

    /// Takes a kept line out, by its number from 0; lines that need it are told, and then nothing changes.
    pub fn drop(&mut self, at: usize, settings: &Settings) -> Result<Option<Outcome>, Trouble> {
        let mut entries = self.entries.clone();
        if at >= entries.len() {
            return Ok(None);
        }
        entries.remove(at);
        let (outcome, printed) = evaluate(&entries, Mode::Run, settings, usize::MAX);
        let outcome = outcome?;
        (self.entries, self.printed, self.patch) = (entries, printed, outcome.patch.clone());
        Ok(Some(outcome))
    }
}

/// Runs all entries; texts that were printed before are not printed again. Gives how many there are, too.
fn evaluate(
    entries: &[String],
    mode: Mode,
    settings: &Settings,
    printed: usize,
) -> (Result<Outcome, Trouble>, usize) {
    let count = Rc::new(Cell::new(0));
    let (print, counts) = (settings.print.clone(), count.clone());
    let hear = move |text: &str| {
        counts.set(counts.get() + 1);
        if counts.get() > printed {
            print(text);
        }
    };
    let settings = Settings { mode, print: Rc::new(hear), ..settings.clone() };
    let script = Script { name: "session".into(), source: entries.join("\n"), file: None };
    (script.run(&settings), count.get())
}

/// An entry without what ends it.
fn bare(entry: &str) -> &str {
    entry.trim_end().trim_end_matches(';').trim_end()
}

/// An entry that another one may follow.
fn closed(entry: &str) -> String {
    let bare = bare(entry);
    // A comment at the end would take the semicolon in.
    let comment = bare.lines().last().is_some_and(|line| line.contains("//"));
    if comment { format!("{bare}\n;") } else { format!("{bare};") }
}

/// Whether an entry gives something a name.
fn defines(entry: &str) -> bool {
    ["let ", "const ", "fn ", "import "].iter().any(|word| entry.starts_with(word))
}

/// What an entry is about, where it is about one thing: what it names, or a word of which only the last call counts.
fn subject(entry: &str) -> Option<String> {
    let name =
        |text: &str| -> String { text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect() };
    for word in ["let ", "const ", "fn "] {
        if let Some(rest) = entry.strip_prefix(word) {
            return Some(name(rest.trim_start())).filter(|n| !n.is_empty());
        }
    }
    let word = name(entry);
    let rest = entry[word.len()..].trim_start().strip_prefix('(')?;
    if ONCE.contains(&word.as_str()) {
        return Some(format!("{word}()"));
    }
    let text = rest.trim_start().strip_prefix('"')?.split('"').next()?;
    NAMING.contains(&word.as_str()).then(|| format!("\"{text}\""))
}
