//! What can be said on the command line.

#[cfg(any(feature = "live", feature = "editor"))]
mod live;
mod look;
mod work;

#[cfg(any(feature = "live", feature = "editor"))]
pub use live::*;
pub use look::*;
pub use work::*;

use clap::{Parser, Subcommand};
use clap_complete::Shell;

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
