//! Every chore of the workspace, as `cargo xtask COMMAND`: one place to look, nothing to install first.
//!
//! xtask drives the other crates from outside (through cargo and through the `rempart` binary) and links none of
//! them, so it builds while they are broken. A new chore is one module with a `run` and one arm of [`Chore`].

mod bench;
mod clients;
mod common_pictures;
mod deny;
mod e2e;
mod fuzz;
mod generate;
mod instructions;
mod interleavings;
mod layers;
mod licences;
mod manifests;
mod needs;
mod node;
mod packages;
mod peers;
mod postgres;
mod process;
mod python;
mod schemathesis;
mod tally;
mod test;
mod wasm;
mod workspace;

use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;

/// The chores of the Rempart workspace.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
enum Chore {
    /// Install what the tests need (saying what), then run every test and check there is
    Test(test::Options),
    /// Run a command with what the tests need around it, such as `cargo xtask with cargo test -p server`
    With {
        /// The command and its arguments
        #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true)]
        command: Vec<String>,
    },
    /// Check who depends on whom, why, and under which licence
    CheckLayers,
    /// Write the committed files that are made from the code: OpenAPI, command reference, completions, man page
    Generate {
        /// Change nothing; fail when a committed file differs from what would be written
        #[arg(long)]
        check: bool,
    },
    /// Measure, in release builds; without a name, list what can be measured
    Bench {
        /// Which measurement to make
        #[arg(conflicts_with = "peers")]
        name: Option<String>,
        /// Measure hashing and searching beside other implementations, and recall; writes docs/measurements.md and its plots
        #[arg(long)]
        peers: bool,
        /// Passed on to the measuring program
        #[arg(last = true)]
        arguments: Vec<String>,
    },
    /// Draw and hash the pictures that very many people have, which the portal does not take: web/data/common.jsonl
    CommonPictures,
    /// Build what browsers run
    Wasm,
    /// Run every fuzz target for a while, on other inputs each time
    Fuzz {
        /// How long each target runs
        #[arg(long, default_value_t = 30)]
        seconds: u64,
    },
}

fn main() -> ExitCode {
    match process::stop_children_when_interrupted().and_then(|()| Chore::parse().run()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

impl Chore {
    fn run(self) -> Result<()> {
        match self {
            Self::Test(options) => test::run(&options),
            Self::With { command } => needs::run(&command),
            Self::CheckLayers => {
                println!("{}", layers::check(&workspace::metadata()?)?);
                Ok(())
            }
            Self::Generate { check } => generate::run(check),
            Self::Bench { peers: true, arguments, .. } => bench::beside_peers(&arguments),
            Self::Bench { name, arguments, .. } => bench::run(name.as_deref(), &arguments),
            Self::CommonPictures => common_pictures::run(),
            Self::Wasm => wasm::run(),
            Self::Fuzz { seconds } => fuzz::run(seconds, None),
        }
    }
}
