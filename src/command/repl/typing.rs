//! Lines as they are typed: edited, completed, remembered.

use super::booth::Printer;
use crate::say::tell;
use rustyline::completion::{Completer, Pair};
use rustyline::error::ReadlineError;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::history::FileHistory;
use rustyline::validate::{MatchingBracketValidator, ValidationContext, ValidationResult, Validator};
use rustyline::{CompletionType, Config, Context, Editor, ExternalPrinter, Helper};
use signalbox_scripts::doc::{self, Doc, complete};
use std::io::{IsTerminal, stdin};
use std::path::PathBuf;

/// How many lines are remembered.
const REMEMBERED: usize = 2_000;

/// What is typed.
pub struct Typing {
    editor: Editor<Words, FileHistory>,
    history: Option<PathBuf>,
}

/// The words that may be typed.
struct Words {
    docs: Vec<Doc>,
    /// What the session has named.
    names: Vec<String>,
    brackets: MatchingBracketValidator,
}

impl Typing {
    /// Nothing typed yet.
    pub fn new() -> Result<Self, ReadlineError> {
        let config = Config::builder()
            .completion_type(CompletionType::List)
            .max_history_size(REMEMBERED)?
            .auto_add_history(true)
            .build();
        let mut editor = Editor::with_config(config)?;
        let brackets = MatchingBracketValidator::new();
        editor.set_helper(Some(Words { docs: doc::all(), names: Vec::new(), brackets }));
        let history = folder().map(|folder| folder.join("repl.history"));
        if let Some(path) = &history {
            // The first time there is none.
            let _ = editor.load_history(path);
        }
        Ok(Self { editor, history })
    }

    /// Whether somebody types, or a file is read.
    pub fn is_terminal(&self) -> bool {
        stdin().is_terminal()
    }

    /// Who prints above the line that is typed.
    pub fn printer(&mut self) -> Printer {
        match self.editor.create_external_printer() {
            Ok(mut printer) if self.is_terminal() => Box::new(move |text| drop(printer.print(text + "\n"))),
            _ => Box::new(tell),
        }
    }

    /// The next line, or lines up to the last bracket that closes; `text` is the script so far.
    pub fn line(&mut self, text: &str) -> Result<String, ReadlineError> {
        if let Some(words) = self.editor.helper_mut() {
            words.names = named(text);
        }
        self.editor.readline("> ")
    }
}

impl Drop for Typing {
    fn drop(&mut self) {
        let Some(path) = self.history.as_ref().filter(|_| self.is_terminal()) else { return };
        let made = path.parent().map_or(Ok(()), std::fs::create_dir_all);
        if made.is_err() || self.editor.save_history(path).is_err() {
            tell(format_args!("{}: what was typed can't be kept there", path.display()));
        }
    }
}

/// The folder for what is kept between sessions, as the system has it.
fn folder() -> Option<PathBuf> {
    let var = |name: &str| std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
    let home = || var("HOME").map(|home| home.join(".local/state"));
    var("XDG_STATE_HOME").or_else(|| var("LOCALAPPDATA")).or_else(home).map(|f| f.join("signalbox"))
}

/// The names that a text gives with `let`, `const` and `fn`.
fn named(text: &str) -> Vec<String> {
    let words: Vec<&str> =
        text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|w| !w.is_empty()).collect();
    let pairs = words.windows(2).filter(|w| matches!(w[0], "let" | "const" | "fn"));
    let mut names: Vec<String> = pairs.map(|w| w[1].to_string()).collect();
    names.sort();
    names.dedup();
    names
}

impl Completer for Words {
    type Candidate = Pair;

    fn complete(&self, line: &str, pos: usize, _: &Context<'_>) -> rustyline::Result<(usize, Vec<Pair>)> {
        let before = line.get(..pos).unwrap_or(line);
        let (start, all) = complete(before, before.chars().count(), &self.docs);
        let start = before.char_indices().nth(start).map_or(before.len(), |(at, _)| at);
        let word = &before[start..];
        let own = self.names.iter().filter(|name| !word.is_empty() && name.starts_with(word));
        let pair = |text: String| Pair { display: text.clone(), replacement: text };
        Ok((start, own.cloned().map(pair).chain(all.into_iter().map(|s| pair(s.text))).collect()))
    }
}

impl Validator for Words {
    fn validate(&self, context: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        self.brackets.validate(context)
    }
}

impl Hinter for Words {
    type Hint = String;
}

impl Highlighter for Words {}

impl Helper for Words {}
