//! Debian packages that tests need: installed where we may, asked for where we may not.

use std::process::Command;

use anyhow::{Result, bail};

use crate::process;

/// Installs packages with apt, saying which and what for.
///
/// # Errors
/// When there is no apt, or we are not the superuser: the error is the command for a person to type. Nobody's password
/// is asked for.
pub(crate) fn install(packages: &[&str], purpose: &str) -> Result<()> {
    let names = packages.join(" ");
    if process::find("apt-get").is_none() {
        bail!(
            "{purpose} is missing: install what your system calls {names} (these are Debian's names), then run this again"
        );
    }
    if !process::is_superuser() {
        bail!(
            "{purpose} is missing: run\n\n    sudo apt-get update && sudo apt-get install {names}\n\nthen run this again"
        );
    }
    println!("Installing the Debian packages {names}: {purpose}");
    process::run(apt().arg("update").arg("--quiet"))?;
    process::run(apt().args(["install", "--yes", "--quiet", "--no-install-recommends"]).args(packages))
}

fn apt() -> Command {
    let mut command = Command::new("apt-get");
    command.env("DEBIAN_FRONTEND", "noninteractive");
    command
}
