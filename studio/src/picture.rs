//! The picture of a master beside the mix that it was made from.

use crate::measure;
use crate::mix::Outcome;
use crate::plot::{Before, LoudnessPoint, Overview, overview, spectrum};
use signalbox_dsp::meter::Measurement;

/// Waveform, loudness over time and spectrum of a master as a PNG; the mix behind it for comparison.
pub fn of_master(outcome: &Outcome, title: &str) -> Result<Vec<u8>, String> {
    let after = measure::audio(&outcome.master);
    let (now, then) = (series(&after), series(&outcome.before));
    let (bright, was) = (spectrum(&outcome.master), spectrum(&outcome.mix));
    let told = |v: Option<f64>, unit: &str| v.map_or("–".into(), |v| format!("{v:.1} {unit}"));
    let footer = [
        ("Loudness", told(after.integrated_lufs, "LUFS")),
        ("before", told(outcome.before.integrated_lufs, "LUFS")),
        ("True peak", told(after.true_peak_dbtp, "dBTP")),
        ("before", told(outcome.before.true_peak_dbtp, "dBTP")),
        ("Range", told(after.loudness_range_lu, "LU")),
        ("Loudest 3 s", told(after.max_short_term_lufs, "LUFS")),
        ("Correlation", after.correlation.map_or("–".into(), |c| format!("{c:.2}"))),
    ];
    let picture = Overview {
        loudness: &now,
        integrated_lufs: after.integrated_lufs,
        target_lufs: Some(outcome.target.loudness),
        spectrum: &bright,
        before: Some(Before { loudness: &then, spectrum: &was }),
        footer: &footer,
        ..Overview::new(title, &outcome.master)
    };
    overview(&picture).map_err(|e| e.to_string())
}

/// Loudness over time; what was not measured becomes a gap.
fn series(measured: &Measurement) -> Vec<LoudnessPoint> {
    let level = |v: Option<f64>| v.unwrap_or(f64::NAN);
    measured.series.iter().map(|m| (m.seconds, level(m.momentary_lufs), level(m.short_term_lufs))).collect()
}
