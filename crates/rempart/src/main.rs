//! The `rempart` binary: a node, a platform's matcher, and every command around them.
//!
//! A command is a file under `commands/`: its arguments (whose comments are the help text) and its `run`. To add one,
//! write that file, give it a line in [`commands::Command`] and in [`commands::run`], a test in `tests/it`, and run
//! `cargo xtask generate`, which writes docs/cli.md, the man page and the completions anew.
//!
//! What a command answers goes to standard output; with `--json` it is JSON, one value or one a line. Everything else
//! (progress, logs, errors) goes to standard error. Exit codes: 0 done, 1 failed, 2 asked wrongly.

mod commands;
mod config;
mod folder;
mod node_key;
mod output;
mod progress;

use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use commands::Cli;
use output::Usage;

const FAILED: u8 = 1;
const ASKED_WRONGLY: u8 = 2;

fn main() -> ExitCode {
    if std::env::args_os().len() == 1 {
        // Help that was not asked for in words is still an answer, not an error.
        return if Cli::command().print_help().is_ok() { ExitCode::SUCCESS } else { ExitCode::from(FAILED) };
    }
    match commands::run(Cli::parse().command) {
        Ok(code) => code,
        Err(error) if output::is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            output::complain(&error);
            ExitCode::from(if error.is::<Usage>() || error.is::<config::ConfigError>() {
                ASKED_WRONGLY
            } else {
                FAILED
            })
        }
    }
}
