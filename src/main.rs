//! The command `signalbox`: record, mix and master with patches.

mod cli;
mod command;
mod failure;
mod progress;
mod say;
mod values;

use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    progress::watch_for_interrupt();
    match command::run(cli.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.tell(),
    }
}
