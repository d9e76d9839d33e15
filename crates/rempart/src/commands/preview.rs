//! `rempart preview`: what the node starts to decode one picture, and nobody else.

use std::process::ExitCode;

use clap::Args;

/// Decodes one picture from standard input, for the node that started it
#[derive(Args, Debug)]
pub(crate) struct Preview {}

impl Preview {
    pub(crate) fn run(self) -> ExitCode {
        server::casework::preview::child()
    }
}
