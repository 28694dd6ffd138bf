//! `repl`: a script that is typed line by line while it plays.

mod booth;
mod typing;

use super::patch::{count, warn};
use super::script::settings;
use crate::cli::Repl;
use crate::failure::Failure;
use crate::progress::{forget_interrupt, interrupts_at_once};
use crate::say::{say, say_line, tell};
use booth::Booth;
use rustyline::error::ReadlineError;
use signalbox_scripts::{Mode, Script, Session, Settings, doc};
use std::path::Path;
use typing::Typing;

/// What a line that begins with a colon does.
const COMMANDS: &[(&str, &str)] = &[
    (":help", "lists these"),
    (":list", "shows the lines that are kept, with their numbers"),
    (":drop N", "takes a line out; the last one without a number"),
    (":save FILE", "writes the lines as a script (.rhai)"),
    (":doc WORD", "tells about a word"),
    (":quit", "ends; Ctrl-D does, too"),
];

/// Reads lines, plays what they build, answers what they ask.
pub fn run(options: &Repl) -> Result<(), Failure> {
    let path = options.script.as_deref().unwrap_or(Path::new(""));
    let mut typing = Typing::new().map_err(|e| Failure::new(format!("lines can't be read here: {e}")))?;
    let booth = Booth::new(options, path, typing.printer());
    let settings = settings(Mode::Run, path, &options.allow);
    let mut talk = Talk { session: Session::default(), settings, booth };
    if let Some(path) = &options.script {
        let script = Script::open(path)?;
        talk.entry(&script.source);
    }
    if typing.is_terminal() {
        tell(
            "lines build a patch, which plays as you type; `let` or `def` again changes what is there; :help",
        );
    }
    loop {
        // At the prompt nothing is under way.
        interrupts_at_once(true);
        let line = typing.line(&talk.session.text());
        interrupts_at_once(false);
        match line {
            Ok(line) if line.trim().is_empty() => {}
            Ok(line) => {
                if line.trim_start().starts_with(':') {
                    if talk.command(line.trim())? {
                        return Ok(());
                    }
                } else {
                    talk.entry(&line);
                }
                forget_interrupt();
            }
            Err(ReadlineError::Interrupted) => tell("Ctrl-D ends"),
            Err(ReadlineError::Eof) => return Ok(()),
            Err(e) => return Err(Failure::new(format!("lines can't be read any more: {e}"))),
        }
    }
}

struct Talk {
    session: Session,
    settings: Settings,
    booth: Booth,
}

impl Talk {
    /// Evaluates what was typed, and plays what it builds.
    fn entry(&mut self, entry: &str) {
        let before = self.session.clone();
        let lines = before.text().lines().count();
        let reply = match self.session.say(entry, &self.settings) {
            Ok(reply) => reply,
            Err(trouble) => return tell(trouble),
        };
        let outcome = reply.outcome;
        outcome.notes.iter().for_each(|note| tell(format_args!("note: {note}")));
        for check in outcome.checks.iter().filter(|c| c.place.line > lines) {
            let holds = if check.holds { "holds" } else { "does not hold" };
            tell(format_args!("{holds}: {}", check.sides));
        }
        if let Some(shown) = &outcome.shown {
            drop(say_line(shown));
        }
        if !reply.kept {
            return;
        }
        match self.booth.play(outcome.patch.clone(), &outcome.slots) {
            Ok(warnings) => warn(&warnings),
            Err(problems) => {
                problems.iter().for_each(|p| tell(outcome.trouble(p)));
                tell("the line is not kept; what was there before plays on");
                self.session = before;
            }
        }
    }

    /// Obeys a line that begins with a colon; whether it ends.
    fn command(&mut self, line: &str) -> Result<bool, Failure> {
        let (word, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let rest = rest.trim();
        match word {
            ":quit" | ":q" => return Ok(true),
            ":help" | ":h" => {
                let text: Vec<String> =
                    COMMANDS.iter().map(|(word, help)| format!("{word:<12} {help}\n")).collect();
                say(text.concat())?;
            }
            ":list" | ":l" => {
                for (number, entry) in self.session.entries().iter().enumerate() {
                    say_line(format_args!("{:>3}  {}", number + 1, entry.replace('\n', "\n     ")))?;
                }
            }
            ":drop" | ":d" => self.leave_out(rest),
            ":save" => self.save(Path::new(rest)),
            ":doc" => match doc::about(rest) {
                Ok(text) => say(text)?,
                Err(why) => tell(why),
            },
            _ => tell(format_args!("there is no `{word}`; :help lists what there is")),
        }
        Ok(false)
    }

    fn leave_out(&mut self, number: &str) {
        let last = self.session.entries().len();
        let number = if number.is_empty() { Some(last) } else { number.parse().ok() };
        let Some(at) = number.filter(|n| (1..=last).contains(n)) else {
            return tell(format_args!("there are {}; :list shows them", count(last, "line")));
        };
        let before = self.session.clone();
        match self.session.drop(at - 1, &self.settings) {
            Ok(Some(outcome)) => {
                if let Err(problems) = self.booth.play(outcome.patch.clone(), &outcome.slots) {
                    problems.iter().for_each(|p| tell(outcome.trouble(p)));
                    self.session = before;
                }
            }
            Ok(None) => {}
            Err(trouble) => tell(trouble),
        }
    }

    fn save(&self, path: &Path) {
        if !super::script::is_script(path) {
            return tell("name a file that ends in .rhai, as in :save song.rhai");
        }
        let lines = self.session.entries().len();
        match signalbox_file::write_text(path, &(self.session.text() + "\n")) {
            Ok(()) => tell(format_args!("{}: {}", path.display(), count(lines, "line"))),
            Err(e) => tell(e),
        }
    }
}
