//! The index built with the model checker's locks and threads, and its tests under every order of events.

use anyhow::Result;

use crate::{process, workspace};

/// Runs them, in a target folder of their own: the flag changes what everything is compiled to.
///
/// # Errors
/// When an order was found in which a test fails, or they do not compile.
pub(crate) fn run() -> Result<()> {
    let target = workspace::target_folder()?.join("interleavings");
    let mut command = workspace::cargo();
    command.env("RUSTFLAGS", "--cfg interleavings");
    command.args(["test", "--locked", "--package", "hamming", "--lib", "--target-dir"]).arg(target);
    process::run(command.arg("interleavings::"))
}
