//! Options of the commands that make files.

use crate::values;
use clap::Args;
use signalbox_file::Format;
use std::path::PathBuf;

/// Options of `demo`.
#[derive(Args)]
#[command(after_help = "Example:\n  signalbox demo -o out/demo")]
pub struct Demo {
    /// The folder to write to.
    #[arg(short, long, value_name = "FOLDER", default_value = "out/demo")]
    pub out: PathBuf,
    /// How many stems are worked on at once; as many as the machine has cores if left out.
    #[arg(long, value_name = "N", value_parser = values::threads)]
    pub threads: Option<usize>,
}

/// Options of `mix`.
#[derive(Args)]
#[command(after_help = "\
Examples:
  signalbox mix stems -o master.wav
  signalbox mix stems -o master.wav --target -16 --ceiling -1.5 --bits 16
  signalbox render master.json -o again.wav      the patch that was written beside it, after your edits")]
pub struct Mix {
    /// The folder with the recordings: wav, flac, mp3, ogg, aiff …
    pub folder: PathBuf,
    /// The master to write, a WAV file.
    #[arg(short, long, value_name = "FILE", value_parser = values::wav())]
    pub out: PathBuf,
    /// The loudness to meet.
    #[arg(long, value_name = "LUFS", default_value = "-14", allow_hyphen_values = true, value_parser = values::loudness)]
    pub target: f64,
    /// The true peak that is never passed.
    #[arg(long, value_name = "dBTP", default_value = "-1", allow_hyphen_values = true, value_parser = values::ceiling)]
    pub ceiling: f64,
    /// Where to write the patch; beside the master if left out.
    #[arg(long, value_name = "FILE")]
    pub patch: Option<PathBuf>,
    /// Frames a second; that of most recordings if left out.
    #[arg(long, value_name = "HZ", allow_hyphen_values = true, value_parser = values::rate)]
    pub rate: Option<u32>,
    /// How samples are stored: 16 (dithered), 24, 32f.
    #[arg(long, default_value = "24", value_parser = values::bits)]
    pub bits: Format,
    /// How many recordings are worked on at once; as many as the machine has cores if left out.
    #[arg(long, value_name = "N", value_parser = values::threads)]
    pub threads: Option<usize>,
}

/// Options of `run`.
#[derive(Args)]
#[command(after_help = "\
A script reads and writes files in its own folder. Where an assert does not hold, the exit code is 1.

Examples:
  signalbox run mix.rhai
  signalbox run mix.rhai --patch mix.json     the patch that the script writes, too
  signalbox run beat.rhai --allow ~/samples
  signalbox run batch.rhai --shard 3/16       the third of sixteen jobs that share the files")]
pub struct Run {
    /// The script.
    pub script: PathBuf,
    /// Where to write the patch that the script builds.
    #[arg(long, value_name = "FILE")]
    pub patch: Option<PathBuf>,
    /// Frames a second; by the script, its first file, or 48,000, if left out.
    #[arg(long, value_name = "HZ", allow_hyphen_values = true, value_parser = values::rate)]
    pub rate: Option<u32>,
    /// A further folder that the script may read from.
    #[arg(long, value_name = "FOLDER")]
    pub allow: Vec<PathBuf>,
    /// Works on one of N parts of the lists that `files` gives, so that N jobs share them; what is finished is left.
    #[arg(long, value_name = "K/N", value_parser = values::shard)]
    pub shard: Option<(usize, usize)>,
    /// Leaves what is finished: files newer than the script and than what they are made from.
    #[arg(long)]
    pub resume: bool,
    /// How many threads render; as many as the machine has cores if left out.
    #[arg(long, value_name = "N", value_parser = values::threads)]
    pub threads: Option<usize>,
}

/// Options of `script`.
#[derive(Args)]
#[command(after_help = "\
Each line is one edit, with a word of its own (`signalbox doc add_node`).

Examples:
  signalbox script song.json -o song.rhai
  signalbox script song.json | grep set_lane")]
pub struct Written {
    /// The patch.
    pub patch: PathBuf,
    /// The script to write; printed if left out.
    #[arg(short, long, value_name = "FILE", value_parser = values::script())]
    pub out: Option<PathBuf>,
}

/// Options of `render`.
#[derive(Args)]
#[command(after_help = "\
Examples:
  signalbox render song.json -o song.wav
  signalbox render song.json -o song.wav --bits 16 --rate 44.1kHz
  signalbox render drone.json -o drone.wav --length 30s
  signalbox render master.json -o master.wav --stems stems
  signalbox render mix.rhai -o mix.wav")]
pub struct Render {
    /// The patch, or a script (.rhai).
    pub patch: PathBuf,
    /// The WAV file to write.
    #[arg(short, long, value_name = "FILE", value_parser = values::wav())]
    pub out: PathBuf,
    /// Frames a second; the patch's own, or 48,000, if left out.
    #[arg(long, value_name = "HZ", allow_hyphen_values = true, value_parser = values::rate)]
    pub rate: Option<u32>,
    /// How samples are stored: 16 (dithered), 24, 32f.
    #[arg(long, default_value = "24", value_parser = values::bits)]
    pub bits: Format,
    /// How long; to the end of the last tail if left out.
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, value_parser = values::length)]
    pub length: Option<f64>,
    /// A folder for the stems: each strip by itself, after its fader, with its share of the sends.
    #[arg(long, value_name = "FOLDER")]
    pub stems: Option<PathBuf>,
    /// How many threads render, and how many stems at once; as many as the machine has cores if left out.
    #[arg(long, value_name = "N", value_parser = values::threads)]
    pub threads: Option<usize>,
}

/// Options of `new`.
#[derive(Args)]
#[command(after_help = "Example:\n  signalbox new first.json && signalbox render first.json -o first.wav")]
pub struct New {
    /// The patch to write.
    pub patch: PathBuf,
}
