//! `run`: does what a script says.

use super::patch::count;
use super::script::{failed, not_run, settings};
use super::threads;
use crate::cli::Run;
use crate::failure::Failure;
use crate::say::{say_line, tell};
use signalbox_engine::patch::file;
use signalbox_scripts::{Lesson, Mode, Script, Settings};

/// Runs a script: it renders, measures, writes files; then its asserts are told.
pub fn run(options: &Run) -> Result<(), Failure> {
    let script = Script::open(&options.script)?;
    let settings = Settings {
        rate: options.rate,
        threads: threads(options.threads),
        shard: options.shard,
        resume: options.resume,
        ..settings(Mode::Run, &options.script, &options.allow)
    };
    let outcome = script.run(&settings).map_err(not_run)?;
    outcome.notes.iter().for_each(|note| tell(format_args!("note: {note}")));
    if let Some(path) = &options.patch {
        let text = file::write(&outcome.patch).map_err(Failure::new)?;
        signalbox_file::write_text(path, &text)?;
        say_line(format_args!(
            "{}: the patch, {}",
            path.display(),
            count(outcome.patch.graph.nodes.len(), "node")
        ))?;
    }
    lesson(&outcome.lesson)?;
    let failures = outcome.failed();
    if !failures.is_empty() {
        return Err(failed(&failures));
    }
    match outcome.checks.len() {
        0 => Ok(()),
        number => {
            say_line(format_args!("{} hold{}", count(number, "assert"), if number == 1 { "s" } else { "" }))
        }
    }
}

/// Tells a lesson's questions and steps.
fn lesson(lesson: &Lesson) -> Result<(), Failure> {
    for quiz in &lesson.quizzes {
        say_line(format_args!("? {}", quiz.question))?;
    }
    for (number, (name, edits, notes)) in lesson.steps.iter().enumerate() {
        say_line(format_args!("{}. {name} ({})", number + 1, count(edits.len(), "edit")))?;
        for note in notes {
            say_line(format_args!("   {note}"))?;
        }
    }
    Ok(())
}
