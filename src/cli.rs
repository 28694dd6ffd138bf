//! What can be said on the command line.

use crate::values;
use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;
use signalbox_file::Format;
use std::path::PathBuf;

/// A node-graph modular audio environment: record, mix and master with patches.
#[derive(Parser)]
#[command(name = "signalbox", version, after_help = EXIT_CODES)]
#[cfg_attr(not(feature = "editor"), command(arg_required_else_help = true))]
pub struct Cli {
    /// What to do; the editor opens if left out.
    #[command(subcommand)]
    pub command: Option<Command>,
}

const EXIT_CODES: &str = "\
Examples:
  signalbox                                   the editor, with a first patch that plays
  signalbox demo                              a song, its mix and its master under out/demo
  signalbox mix stems -o master.wav           a folder of recordings, mixed and mastered
  signalbox render song.json -o song.wav      a patch, rendered
  signalbox run mix.rhai                      a script: what it says is done
  signalbox measure *.wav                     loudness, true peak, range

Exit codes: 0 done; 1 it could not be done, and standard error says why; 2 the command line is wrong; 130 Ctrl-C.";

const LSP: &str = "\
Example:
  signalbox lsp        is started by an editor that speaks the Language Server Protocol

Neovim:
  vim.lsp.config.signalbox = { cmd = { 'signalbox', 'lsp' }, filetypes = { 'rhai' } }
  vim.lsp.enable('signalbox')";

#[cfg(feature = "live")]
const WATCH: &str = "\
As `play`, for scripts: save the script, and the difference is heard. What did not change keeps its state; a slot with a
`fade` goes over from what it was to what it is. A script that is wrong is told, and what was there before plays on.

Examples:
  signalbox watch live.rhai
  signalbox watch live.rhai --device \"USB Audio\" --look \"pad fader\"";

/// The words.
#[derive(Subcommand)]
pub enum Command {
    /// Synthesises a song's stems, mixes and masters them.
    Demo(Demo),
    /// Mixes and masters a folder of recordings.
    Mix(Mix),
    /// Does what a script says: builds its patch, renders, measures, checks its asserts.
    Run(Run),
    /// Prints a patch as a script that builds it again, an edit a line.
    Script(Written),
    /// Renders a patch or a script into a WAV file.
    Render(Render),
    /// Plays a patch or a script on a sound device, and follows it as its file is saved again.
    #[cfg(feature = "live")]
    Play(Play),
    /// Plays a script, evaluates it at every save, and tells what has changed.
    #[cfg(feature = "live")]
    #[command(after_help = WATCH)]
    Watch(Play),
    /// Takes a script line by line: it plays while you type.
    #[cfg(feature = "live")]
    Repl(Repl),
    /// Serves an editor of text: errors, completion and help for scripts, over standard input and output.
    #[command(after_help = LSP)]
    Lsp,
    /// Lists the sound devices that can be used.
    #[cfg(feature = "live")]
    Devices(Devices),
    /// Opens the editor: a window in which a patch is seen, heard and changed.
    #[cfg(feature = "editor")]
    Edit(Edit),
    /// Measures loudness, true peak and range of audio files.
    Measure(Measure),
    /// Shows the compiled schedule of a patch, a line a step.
    Explain(Explain),
    /// Lists the kinds of node, or tells all about one.
    Nodes(Nodes),
    /// Lists the words of the scripts, or tells all about one.
    Doc(Doc),
    /// Checks that a patch or a script compiles, without a sound.
    Check(Check),
    /// Writes a first patch, to be edited.
    New(New),
    /// Measures what the engine costs, against the same arithmetic with no graph.
    Bench(Bench),
    /// Prints the completions for a shell.
    #[command(
        after_help = "Example:\n  signalbox completions bash > ~/.local/share/bash-completion/completions/signalbox"
    )]
    Completions {
        /// The shell.
        shell: Shell,
    },
}

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

/// Options of `play`.
#[cfg(feature = "live")]
#[derive(Args)]
#[command(after_help = "\
Keys: space plays and stops, the arrows go 5 s back and on, home goes to the start, r repeats (press it where the
stretch begins, where it ends, and to go on), u listens again after the guard has muted, q quits. Edit the patch in
another window: saved again, it plays on as it is now, without a click.

Examples:
  signalbox play song.json
  signalbox play mix.rhai                             a script, evaluated again at every save
  signalbox play stems                                the mix of a folder, as `mix` would write it
  signalbox play song.json --host jack --look lead --look \"drums bus\"
  signalbox play song.json --device \"USB Audio\" --rate 96kHz --buffer 128
  signalbox play song.json --learn lead.freq        the controller that you move next moves that
  signalbox play song.json --osc 9000                 then send /lead/freq 800 to that port")]
pub struct Play {
    /// The patch, a script (.rhai), or a folder of recordings, whose mix is played.
    #[arg(value_name = "PATCH|SCRIPT|FOLDER")]
    pub patch: PathBuf,
    /// The sound device, by its name or a part of it; the system's choice if left out.
    #[arg(long, value_name = "NAME")]
    pub device: Option<String>,
    /// The sound system: alsa, jack, pulseaudio, coreaudio, wasapi; the system's choice if left out.
    #[arg(long, value_name = "NAME")]
    pub host: Option<String>,
    /// Frames a second; the device's choice if left out.
    #[arg(long, value_name = "HZ", allow_hyphen_values = true, value_parser = values::rate)]
    pub rate: Option<u32>,
    /// Frames that the device asks for at once.
    #[arg(long, value_name = "FRAMES", value_parser = clap::value_parser!(u32).range(1..=65_536))]
    pub buffer: Option<u32>,
    /// The device that records, where the patch has a node `live`, by its name or a part of it; the one that plays, or
    /// else the system's choice, if left out.
    #[arg(long, value_name = "NAME")]
    pub input: Option<String>,
    /// Shows the level at a node's output while it plays: a node, node.port, or instance/node.
    #[arg(long, value_name = "NODE")]
    pub look: Vec<String>,
    /// Listens to the MIDI ports whose names hold this text alone; `none` to none.
    #[arg(long, value_name = "NAME")]
    pub midi: Option<String>,
    /// Lets the MIDI controller that is moved next move a parameter, and keeps that in the patch.
    #[arg(long, value_name = "NODE.PARAMETER")]
    pub learn: Option<String>,
    /// Follows the MIDI clock of another machine: its start and stop, its place, its tempo.
    #[arg(long)]
    pub clock: bool,
    /// Hears OSC at a port of this machine, or at an address.
    #[arg(long, value_name = "PORT")]
    pub osc: Option<String>,
    /// Sends the song's place and its levels by OSC to a port of this machine, or to an address.
    #[arg(long, value_name = "PORT")]
    pub osc_out: Option<String>,
    /// Where in the song to begin.
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, value_parser = values::length)]
    pub from: Option<f64>,
    /// Ends after so long; plays until it is told to stop if left out.
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, value_parser = values::length)]
    pub length: Option<f64>,
}

/// Options of `repl`.
#[cfg(feature = "live")]
#[derive(Args)]
#[command(after_help = "\
What builds or names something is kept, what asks is answered. `let pad = …` or `def(\"pad\", …)` again takes the place of
the first one. The tab key completes; the lines of earlier sessions are remembered; :help lists further commands.

Examples:
  signalbox repl
  signalbox repl live.rhai
  echo 'lufs(player(\"mix.wav\"))' | signalbox repl")]
pub struct Repl {
    /// A script to begin with.
    pub script: Option<PathBuf>,
    /// The sound device, by its name or a part of it; the system's choice if left out.
    #[arg(long, value_name = "NAME")]
    pub device: Option<String>,
    /// The sound system: alsa, jack, pulseaudio, coreaudio, wasapi; the system's choice if left out.
    #[arg(long, value_name = "NAME")]
    pub host: Option<String>,
    /// A further folder that lines may read from.
    #[arg(long, value_name = "FOLDER")]
    pub allow: Vec<PathBuf>,
}

/// Options of `edit`.
#[cfg(feature = "editor")]
#[derive(Args, Default)]
#[command(after_help = "\
Examples:
  signalbox edit song.json
  signalbox edit stems                           a folder of recordings, mixed and mastered, to be edited

Ctrl+K in the window lists all commands with their keys; keys.json in the folder of settings changes them.")]
pub struct Edit {
    /// The patch, or a folder of recordings to be mixed; a first patch if left out.
    pub patch: Option<PathBuf>,
    /// The sound device, by its name or a part of it; the system's choice if left out.
    #[arg(long, value_name = "NAME")]
    pub device: Option<String>,
    /// The sound system: alsa, jack, pulseaudio, coreaudio, wasapi; the system's choice if left out.
    #[arg(long, value_name = "NAME")]
    pub host: Option<String>,
    /// Frames a second; the device's choice if left out.
    #[arg(long, value_name = "HZ", allow_hyphen_values = true, value_parser = values::rate)]
    pub rate: Option<u32>,
    /// Frames that the device asks for at once.
    #[arg(long, value_name = "FRAMES", value_parser = clap::value_parser!(u32).range(1..=65_536))]
    pub buffer: Option<u32>,
}

/// Options of `devices`.
#[cfg(feature = "live")]
#[derive(Args)]
#[command(after_help = "Example:\n  signalbox devices --host jack")]
pub struct Devices {
    /// Of this sound system alone.
    #[arg(long, value_name = "NAME")]
    pub host: Option<String>,
}

/// Options of `measure`.
#[derive(Args)]
#[command(after_help = "Examples:\n  signalbox measure master.wav\n  signalbox measure *.flac --json")]
pub struct Measure {
    /// Audio files.
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    /// Prints a list in JSON instead of a table.
    #[arg(long)]
    pub json: bool,
}

/// Options of `explain`.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  signalbox explain song.json\n  signalbox explain song.json --dot | dot -Tsvg > song.svg"
)]
pub struct Explain {
    /// The patch.
    pub patch: PathBuf,
    /// Prints the graph for Graphviz instead.
    #[arg(long)]
    pub dot: bool,
    /// Frames a second; the patch's own, or 48,000, if left out.
    #[arg(long, value_name = "HZ", allow_hyphen_values = true, value_parser = values::rate)]
    pub rate: Option<u32>,
}

/// Options of `nodes`.
#[derive(Args)]
#[command(after_help = "Examples:\n  signalbox nodes\n  signalbox nodes comp")]
pub struct Nodes {
    /// A kind of node.
    pub name: Option<String>,
}

/// Options of `doc`.
#[derive(Args)]
#[command(after_help = "Examples:\n  signalbox doc\n  signalbox doc ride")]
pub struct Doc {
    /// A word of the language.
    pub word: Option<String>,
    /// Prints the page of all words, in Markdown.
    #[arg(long, conflicts_with = "word")]
    pub page: bool,
}

/// Options of `check`.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  signalbox check song.json\n  signalbox check mix.rhai\n  signalbox check song.json --store-cuts"
)]
pub struct Check {
    /// The patch, or a script (.rhai).
    pub patch: PathBuf,
    /// Writes into the patch where its loops are cut, so that they stay cut there when other cables are drawn.
    #[arg(long)]
    pub store_cuts: bool,
}

/// Options of `new`.
#[derive(Args)]
#[command(after_help = "Example:\n  signalbox new first.json && signalbox render first.json -o first.wav")]
pub struct New {
    /// The patch to write.
    pub patch: PathBuf,
}

/// Options of `bench`.
#[derive(Args)]
#[command(after_help = "\
Workloads: W1 a mix of 64 tracks; W2 1,000 and 10,000 nodes; W3 256 voices; W8 W1 on two threads; compile.
Each line gives the cost, that of the same arithmetic with no graph (limit), and their ratio, measured in turn.

Examples:
  signalbox bench
  signalbox bench W1 W3 --lanes 8
  signalbox bench --quick --json")]
pub struct Bench {
    /// Which workloads; all if left out.
    #[arg(value_parser = clap::builder::PossibleValuesParser::new(signalbox_studio::bench::run::NAMES))]
    pub workloads: Vec<String>,
    /// How many seconds of sound a round of W1 and W3 has; W2 takes a tenth.
    #[arg(long, value_name = "S", value_parser = clap::value_parser!(f64))]
    pub seconds: Option<f64>,
    /// How many nodes run side by side at most: 1, 4, 8 or 16; what the machine's registers hold if left out.
    #[arg(long, value_name = "N", value_parser = values::lanes)]
    pub lanes: Option<usize>,
    /// Only shows that all of it works.
    #[arg(long)]
    pub quick: bool,
    /// Prints a list in JSON.
    #[arg(long)]
    pub json: bool,
}
