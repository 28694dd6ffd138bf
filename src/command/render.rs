//! `render`: a patch into a WAV file, and its stems.

use super::patch::{Opened, count, open, warn};
use super::threads;
use crate::cli::Render;
use crate::failure::Failure;
use crate::progress::{Bar, interrupted};
use crate::say::{say_line, tell};
use signalbox_engine::render::Options;
use signalbox_studio::output::{Progress, StudioError, Written, refuse_own_input, render_file};
use signalbox_studio::stems;
use std::path::{Path, PathBuf};

/// Renders a patch.
pub fn run(options: &Render) -> Result<(), Failure> {
    let opened = open(&options.patch, options.rate)?;
    let stems = options.stems.as_deref().map(|folder| stems_of(&opened, options, folder)).transpose()?;
    let context = opened.context();
    refuse_own_input(&opened.patch, context.shelf, &options.patch, &options.out)?;
    let how = Options { seconds: options.length, threads: threads(options.threads), ..Options::default() };
    let written = render_file(&opened.patch, &context, &how, &options.out, options.bits, &Bar::default())
        .map_err(|e| opened.unrendered(&options.patch, e))?;
    report(&written, &options.out, opened.rate)?;
    if let Some(stems) = stems {
        let seconds = written.report.frames as f64 / f64::from(opened.rate);
        write_stems(&opened, options, &stems, seconds)?;
    }
    Ok(())
}

/// Says what was written.
fn report(written: &Written, out: &Path, rate: u32) -> Result<(), Failure> {
    warn(&written.report.warnings);
    let seconds = written.report.frames as f64 / f64::from(rate);
    say_line(format_args!(
        "{}: {seconds:.2} s, {}, {rate} Hz",
        out.display(),
        count(written.report.width, "channel")
    ))?;
    if written.clipped > 0 {
        tell(format_args!(
            "warning: {} samples lie above full scale and were clipped; lower a gain, end in a `limiter`, or write --bits 32f",
            written.clipped
        ));
    }
    for (node, readings) in &written.report.readings {
        let told: Vec<String> =
            readings.iter().filter_map(|r| r.value.map(|v| format!("{} {v:.2}", r.name))).collect();
        say_line(format_args!("{node}: {}", told.join(", ")))?;
    }
    Ok(())
}

/// The strips of a patch, each with its file.
struct Stems<'a> {
    folder: &'a Path,
    strips: Vec<String>,
    files: Vec<PathBuf>,
}

/// Finds out about the stems before anything is written: whether there are any, and that none overwrites a source.
fn stems_of<'a>(opened: &Opened, options: &Render, folder: &'a Path) -> Result<Stems<'a>, Failure> {
    let strips = stems::strips(&opened.patch);
    let lacks = |role: &str, so: &str| {
        Failure::new(format!(
            "{}: no node has the role `{role}`, so {so}; give one \"role\": \"{role}\"",
            options.patch.display()
        ))
    };
    if strips.is_empty() {
        return Err(lacks("strip", "there are no stems"));
    }
    if stems::alone(&opened.patch, None).is_none() {
        return Err(lacks("mix", "nobody knows where stems end"));
    }
    let files: Vec<PathBuf> = stems::file_names(&strips).iter().map(|name| folder.join(name)).collect();
    for file in &files {
        refuse_own_input(&opened.patch, opened.context().shelf, &options.patch, file)?;
    }
    if let Some(file) = files.iter().find(|file| **file == options.out) {
        return Err(Failure::new(format!(
            "{}: is to be both the whole and a stem; choose another folder for the stems",
            file.display()
        )));
    }
    Ok(Stems { folder, strips, files })
}

/// Renders each strip by itself, as long as the whole.
fn write_stems(opened: &Opened, options: &Render, stems: &Stems<'_>, seconds: f64) -> Result<(), Failure> {
    let context = opened.context();
    let how = Options { seconds: Some(seconds), ..Options::default() };
    let render = |strip: &str, progress: &dyn Progress| -> Result<(), StudioError> {
        let file = stems.strips.iter().position(|s| s == strip).map(|i| &stems.files[i]);
        let (Some(patch), Some(file)) = (stems::alone(&opened.patch, Some(strip)), file) else {
            return Ok(());
        };
        render_file(&patch, &context, &how, file, options.bits, progress).map(|_| ())
    };
    let bar = Bar::default();
    let threads = threads(options.threads);
    stems::each(&stems.strips, threads, "rendering the stems", &bar, &interrupted, render).map_err(|e| {
        match e {
            StudioError::Stopped => Failure::interrupted(format!(
                "stopped; {} is whole, the stems in {} are not all there",
                options.out.display(),
                stems.folder.display()
            )),
            e => opened.unrendered(&options.patch, e),
        }
    })?;
    say_line(format_args!("{}: {}", stems.folder.display(), count(stems.strips.len(), "stem")))?;
    Ok(())
}
