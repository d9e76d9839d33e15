//! The preview's process alone, for this crate's tests: the program itself has it as a hidden subcommand.

use std::process::ExitCode;

fn main() -> ExitCode {
    server::casework::preview::child()
}
