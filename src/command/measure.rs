//! `measure`: loudness, true peak, range of files, as a table or in JSON.

use crate::cli::Measure;
use crate::failure::Failure;
use crate::progress::Bar;
use crate::say::{say, say_line, tell};
use serde_json::json;
use signalbox_dsp::meter::Measurement;
use signalbox_studio::measure;
use signalbox_studio::output::StudioError;

/// Measures files; one that can't be read does not keep the others from being measured.
pub fn run(options: &Measure) -> Result<(), Failure> {
    let bar = Bar::default();
    let mut measured: Vec<(String, Measurement)> = Vec::new();
    let mut failed = Vec::new();
    for path in &options.files {
        match measure::file(path, &bar) {
            Ok((m, warnings)) => {
                warnings.iter().for_each(|w| tell(format_args!("warning: {}: {w}", path.display())));
                measured.push((path.display().to_string(), m));
            }
            Err(StudioError::Stopped) => return Err(StudioError::Stopped.into()),
            Err(e) => failed.push(e.to_string()),
        }
    }
    if options.json {
        let list: Vec<_> = measured.iter().map(|(file, m)| record(file, m)).collect();
        say_line(format_args!("{}", serde_json::to_string_pretty(&list).unwrap_or_default()))?;
    } else if !measured.is_empty() {
        let rows: Vec<(&str, &Measurement)> = measured.iter().map(|(file, m)| (file.as_str(), m)).collect();
        say(table(&rows))?;
    }
    if failed.is_empty() { Ok(()) } else { Err(Failure::new(failed.join("\n"))) }
}

fn record(file: &str, m: &Measurement) -> serde_json::Value {
    json!({
        "file": file,
        "rate": m.rate,
        "channels": m.channels,
        "seconds": m.seconds,
        "integrated_lufs": m.integrated_lufs,
        "max_momentary_lufs": m.max_momentary_lufs,
        "max_short_term_lufs": m.max_short_term_lufs,
        "loudness_range_lu": m.loudness_range_lu,
        "true_peak_dbtp": m.true_peak_dbtp,
        "sample_peak_dbfs": m.sample_peak_dbfs,
        "correlation": m.correlation,
        "dc": m.dc,
    })
}

/// A table of measurements, a line each, under names.
pub fn table(rows: &[(&str, &Measurement)]) -> String {
    let wide = rows.iter().map(|r| r.0.chars().count()).max().unwrap_or(0).max(4);
    let head = ["length", "LUFS", "max M", "max S", "LRA", "dBTP", "dBFS", "corr."];
    let mut out = format!("{:<wide$}", "file");
    head.iter().for_each(|h| out.push_str(&format!("  {h:>7}")));
    for (name, m) in rows {
        let number = |v: Option<f64>, digits: usize| v.map_or("–".into(), |v| format!("{v:.digits$}"));
        let cells = [
            time(m.seconds),
            number(m.integrated_lufs, 1),
            number(m.max_momentary_lufs, 1),
            number(m.max_short_term_lufs, 1),
            number(m.loudness_range_lu, 1),
            number(m.true_peak_dbtp, 2),
            number(m.sample_peak_dbfs, 2),
            number(m.correlation, 2),
        ];
        out.push_str(&format!("\n{name:<wide$}"));
        cells.iter().for_each(|c| out.push_str(&format!("  {c:>7}")));
    }
    out + "\n"
}

fn time(seconds: f64) -> String {
    let tenths = (seconds * 10.0).round() as u64;
    format!("{}:{:02}.{}", tenths / 600, tenths / 10 % 60, tenths % 10)
}
