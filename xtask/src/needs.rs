//! What the tests look for in their environment: a PostgreSQL to make databases in, a Python with the reference
//! implementations, a Node and a
//! Chromium to run what browsers run, an nginx and a Caddy, and other people's clients of age proofs. A test that needs one and does not
//! find it says how to get it: `cargo xtask with COMMAND`.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use crate::postgres::{self, Cluster};
use crate::{packages, peers, process, python};

/// Where tests find Node.
const NODE: &str = "REMPART_TEST_NODE";

/// Where tests find Chromium.
const CHROMIUM: &str = "REMPART_TEST_CHROMIUM";

/// All of it, for as long as it lives.
pub(crate) struct Needs {
    cluster: Cluster,
    interpreter: PathBuf,
    peers: PathBuf,
}

impl Needs {
    /// Installs what is missing, saying what, and starts the database.
    ///
    /// # Errors
    /// When something is missing and may not be installed: the error is the command for a person to type.
    pub(crate) fn meet() -> Result<Self> {
        let interpreter = python::environment()?;
        if process::find("node").is_none() || process::find("chromium").is_none() {
            packages::install(&["nodejs", "chromium"], "Node or Chromium, in which the tests run what browsers run")?;
        }
        for proxy in ["nginx", "caddy"] {
            if process::find(proxy).is_none() {
                packages::install(&[proxy], "a proxy behind which the tests put a site with an age check")?;
            }
        }
        let peers = peers::folder()?;
        Ok(Self { cluster: Cluster::start()?, interpreter, peers })
    }

    /// Lets a program find them.
    pub(crate) fn give_to<'c>(&self, command: &'c mut Command) -> &'c mut Command {
        command
            .env(python::VARIABLE, &self.interpreter)
            .env(postgres::VARIABLE, self.cluster.url())
            .env(NODE, "node")
            .env(CHROMIUM, "chromium")
            .env(peers::VARIABLE, &self.peers)
    }
}

/// Runs one command with everything the tests need around it.
///
/// # Errors
/// When the needs cannot be met, or the command fails.
pub(crate) fn run(command: &[String]) -> Result<()> {
    let (program, arguments) =
        command.split_first().context("name a command to run, such as `cargo test -p server`")?;
    let needs = Needs::meet()?;
    process::run(needs.give_to(Command::new(program).args(arguments)))
}
