//! Values on the command line: levels, times, rates and formats as people write them.

use clap::builder::{PathBufValueParser, TypedValueParser};
use signalbox_dsp::units::{Quantity, Unit};
use signalbox_engine::RATES;
use signalbox_file::Format;
use std::path::PathBuf;

fn quantity(text: &str, unit: Unit, example: &str) -> Result<f64, String> {
    match Quantity::parse(text) {
        Some(q) if q.unit == unit || q.unit == Unit::None => Ok(q.value),
        _ => Err(format!("wants {}, as in {example}", unit.kind())),
    }
}

/// A loudness in LUFS, -70 to 0.
pub fn loudness(text: &str) -> Result<f64, String> {
    let value = quantity(text, Unit::Lufs, "-14 or '-14 LUFS'")?;
    (-70.0..=0.0).contains(&value).then_some(value).ok_or_else(|| "goes from -70 to 0 LUFS".into())
}

/// A ceiling in dBTP, -30 to 0.
pub fn ceiling(text: &str) -> Result<f64, String> {
    let value = quantity(text, Unit::Decibel, "-1 or '-1 dBTP'")?;
    (-30.0..=0.0).contains(&value).then_some(value).ok_or_else(|| "goes from -30 to 0 dBTP".into())
}

/// A length in seconds.
pub fn length(text: &str) -> Result<f64, String> {
    let value = quantity(text, Unit::Second, "30s or '2 min'")?;
    (value > 0.0 && value <= 86_400.0).then_some(value).ok_or_else(|| "goes from above 0 to 24 hours".into())
}

/// A rate in frames a second.
pub fn rate(text: &str) -> Result<u32, String> {
    let value = quantity(text, Unit::Hertz, "48000 or 44.1kHz")?;
    let rate = value.round() as u32;
    RATES.contains(&rate).then_some(rate).ok_or_else(|| "goes from 8,000 to 384,000 frames a second".into())
}

/// How samples are stored.
pub fn bits(text: &str) -> Result<Format, String> {
    match text {
        "16" => Ok(Format::Pcm16),
        "24" => Ok(Format::Pcm24),
        "32f" | "32" => Ok(Format::Float32),
        _ => Err("is one of 16, 24, 32f".into()),
    }
}

/// How many threads, 1 or more.
pub fn threads(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|n| *n > 0).ok_or_else(|| "is a whole number from 1".into())
}

/// A part of a list, from 1, and how many parts there are.
pub fn shard(text: &str) -> Result<(usize, usize), String> {
    let parts = text.split_once('/').and_then(|(k, n)| Some((k.parse().ok()?, n.parse().ok()?)));
    parts
        .filter(|&(k, n)| 1 <= k && k <= n)
        .ok_or_else(|| "is a part and how many there are, as in 3/16".into())
}

/// How many nodes may run side by side.
pub fn lanes(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|n| matches!(n, 1 | 4 | 8 | 16)).ok_or_else(|| "is 1, 4, 8 or 16".into())
}

/// A WAV file to be written: a name that promises something else (a patch, an mp3) would lie, or replace what it names.
pub fn wav() -> impl TypedValueParser<Value = PathBuf> {
    PathBufValueParser::new().try_map(|path| {
        let ending = path.extension().map(|e| e.to_string_lossy().to_lowercase());
        match ending.as_deref() {
            None | Some("wav" | "wave" | "bwf") => Ok(path),
            Some(ending) => {
                Err(format!("WAV files are written, not .{ending}; name a file that ends in .wav"))
            }
        }
    })
}

/// A script to be written: `signalbox script song.json -o song.json` would replace what it names.
pub fn script() -> impl TypedValueParser<Value = PathBuf> {
    PathBufValueParser::new().try_map(|path| match path.extension() {
        Some(ending) if ending.eq_ignore_ascii_case("rhai") => Ok(path),
        _ => Err("a script is written; name a file that ends in .rhai".to_string()),
    })
}
