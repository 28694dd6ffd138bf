//! The words of the command, a file each.

mod bench;
mod check;
mod demo;
#[cfg(feature = "live")]
mod devices;
mod doc;
#[cfg(feature = "editor")]
mod edit;
mod explain;
mod lsp;
mod measure;
mod mix;
mod new;
mod nodes;
mod patch;
#[cfg(feature = "live")]
mod play;
mod render;
#[cfg(feature = "live")]
mod repl;
mod run;
mod script;
#[cfg(feature = "live")]
mod set;
#[cfg(feature = "live")]
mod source;
mod written;

use crate::cli::{Cli, Command};
use crate::failure::Failure;
use crate::say::say;
use clap::CommandFactory;

/// Does what the command says.
pub fn run(command: Option<Command>) -> Result<(), Failure> {
    // The command line asks for a word where there is no editor.
    #[cfg(feature = "editor")]
    let command = command.or_else(|| Some(Command::Edit(crate::cli::Edit::default())));
    let Some(command) = command else { return Ok(()) };
    match command {
        Command::Demo(options) => demo::run(&options),
        Command::Mix(options) => mix::run(&options),
        Command::Render(options) => render::run(&options),
        Command::Doc(options) => doc::run(&options),
        Command::Run(options) => run::run(&options),
        Command::Script(options) => written::run(&options),
        Command::Measure(options) => measure::run(&options),
        Command::Explain(options) => explain::run(&options),
        Command::Nodes(options) => nodes::run(&options),
        Command::Check(options) => check::run(&options),
        Command::Bench(options) => bench::run(&options),
        #[cfg(feature = "live")]
        Command::Play(options) => play::run(&options),
        #[cfg(feature = "live")]
        Command::Watch(options) => play::watch(&options),
        #[cfg(feature = "live")]
        Command::Repl(options) => repl::run(&options),
        Command::Lsp => lsp::run(),
        #[cfg(feature = "live")]
        Command::Devices(options) => devices::run(&options),
        #[cfg(feature = "editor")]
        Command::Edit(options) => edit::run(&options),
        Command::New(options) => new::run(&options),
        Command::Completions { shell } => {
            let mut text = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "signalbox", &mut text);
            say(String::from_utf8_lossy(&text))
        }
    }
}

/// As many threads as were asked for, or as the machine has.
fn threads(asked: Option<usize>) -> usize {
    asked.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from)).max(1)
}
