//! `mix`: a folder of recordings into a master.

use super::measure::table;
use super::patch::count;
use super::threads;
use crate::cli::Mix;
use crate::failure::Failure;
use crate::progress::{Bar, interrupted};
use crate::say::{say, say_line, tell};
use signalbox_studio::mix::{self, Job, Target, patch_beside};

/// Mixes and masters a folder.
pub fn run(options: &Mix) -> Result<(), Failure> {
    let patch = options.patch.clone().unwrap_or_else(|| patch_beside(&options.out));
    // `.` has no name of its own.
    let whole = options.folder.canonicalize().unwrap_or_else(|_| options.folder.clone());
    let title = whole.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let job = Job {
        folder: &options.folder,
        out: &options.out,
        patch: &patch,
        target: Target { loudness: options.target, ceiling: options.ceiling },
        rate: options.rate,
        format: options.bits,
        threads: threads(options.threads),
        title: &title,
        touch: &|_| {},
    };
    let outcome = mix::mix(&job, &Bar::default(), &interrupted)?;
    outcome.notes.iter().for_each(|note| tell(format_args!("note: {note}")));
    say_line(format_args!(
        "{} mixed: {}\n",
        count(outcome.strips.len(), "recording"),
        outcome.strips.join(", ")
    ))?;
    let name = options.out.display().to_string();
    say(table(&[("the mix, before", &outcome.before), (&name, &outcome.after)]))?;
    say_line(format_args!(
        "\n{}: edit it, then `signalbox render {} -o again.wav`",
        patch.display(),
        patch.display()
    ))?;
    Ok(())
}
