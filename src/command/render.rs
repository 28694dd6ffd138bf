//! `render`: a patch into a WAV file, and its stems.

use super::patch::{open, warn};
use super::threads;
use crate::cli::Render;
use crate::failure::Failure;
use crate::progress::{Bar, interrupted};
use signalbox_engine::render::Options;
use signalbox_studio::output::{Progress, StudioError, render_file};
use signalbox_studio::stems;
use std::path::Path;

/// Renders a patch.
pub fn run(options: &Render) -> Result<(), Failure> {
    let opened = open(&options.patch, options.rate)?;
    let context = opened.context();
    signalbox_studio::output::refuse_own_input(&opened.patch, context.shelf, &options.patch, &options.out)?;
    let how = Options { seconds: options.length, ..Options::default() };
    let written = render_file(&opened.patch, &context, &how, &options.out, options.bits, &Bar::default())?;
    warn(&written.report.warnings);
    let seconds = written.report.frames as f64 / f64::from(opened.rate);
    println!(
        "{}: {seconds:.2} s, {} channels, {} Hz",
        options.out.display(),
        written.report.width,
        opened.rate
    );
    if written.clipped > 0 {
        eprintln!(
            "warning: {} samples lie above full scale and were clipped; lower a gain, end in a `limiter`, or write --bits 32f",
            written.clipped
        );
    }
    for (node, readings) in &written.report.readings {
        let told: Vec<String> =
            readings.iter().filter_map(|r| r.value.map(|v| format!("{} {v:.2}", r.name))).collect();
        println!("{node}: {}", told.join(", "));
    }
    if let Some(folder) = &options.stems {
        let how = Options { seconds: Some(seconds), ..Options::default() };
        let render = |strip: &str, to: &Path, progress: &dyn Progress| -> Result<(), StudioError> {
            let Some(patch) = stems::alone(&opened.patch, Some(strip)) else {
                let what =
                    "no node has the role `mix`, so nobody knows where stems end; give one \"role\": \"mix\"";
                return Err(StudioError::Refused(what.into()));
            };
            render_file(&patch, &context, &how, to, options.bits, progress).map(|_| ())
        };
        let names = stems::strips(&opened.patch);
        if names.is_empty() {
            return Err(Failure::new(
                "no node has the role `strip`, so there are no stems; give some \"role\": \"strip\"",
            ));
        }
        let jobs = stems::each(&names, threads(options.threads), &interrupted, |strip, progress| {
            render(strip, &folder.join(format!("{}.wav", stems::file_name(strip))), progress)
        });
        jobs?;
        println!("{}: {} stems", folder.display(), names.len());
    }
    Ok(())
}
