//! Options of the commands that play.

use crate::values;
use clap::Args;
use std::path::PathBuf;

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
    /// The song stands until it is started.
    #[arg(long)]
    pub stopped: bool,
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
