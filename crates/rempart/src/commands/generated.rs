//! What is made from the code for others to read: the API's document, completions, manual pages.

use std::io::{self, Write};

use anyhow::Context;
use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::Cli;
use crate::output;

/// Print the OpenAPI 3.1 document of a node's API
#[derive(Args, Debug)]
pub(crate) struct Openapi {
    /// A matcher's API instead
    #[arg(long)]
    matcher: bool,
}

/// Print the table of who may do what on the desk
#[derive(Args, Debug)]
pub(crate) struct Roles {}

/// Print completions for a shell
///
/// For bash: rempart completions bash > ~/.local/share/bash-completion/completions/rempart
#[derive(Args, Debug)]
pub(crate) struct Completions {
    /// The shell
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

/// Print the manual page, of all of rempart or of one command
#[derive(Args, Debug)]
pub(crate) struct Man {
    /// A command, such as `bank import`
    #[arg(value_name = "COMMAND")]
    command: Vec<String>,
}

impl Openapi {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let document = if self.matcher { server::matcher::document() } else { server::exchange::api::document() };
        output::line(document.to_pretty_json()?)
    }
}

impl Roles {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let Self {} = self;
        Ok(io::stdout().write_all(server::desk::roles_table().as_bytes())?)
    }
}

impl Completions {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let mut text = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "rempart", &mut text);
        Ok(io::stdout().write_all(&text)?)
    }
}

impl Man {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let mut root = Cli::command();
        root.build();
        let mut command = &root;
        for name in &self.command {
            command = command.find_subcommand(name).with_context(|| format!("there is no command {name}"))?;
        }
        let mut text = Vec::new();
        clap_mangen::Man::new(command.clone()).render(&mut text)?;
        Ok(io::stdout().write_all(&text)?)
    }
}
