//! Where the workspace lies and what cargo says about it.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use cargo_metadata::{Metadata, MetadataCommand};

/// The platform the dependency checks look at: the one servers run on. Named here and in deny.toml, so that a check on
/// any machine judges the same graph.
pub(crate) const PLATFORM: &str = "x86_64-unknown-linux-gnu";

/// The root folder of the workspace.
pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().expect("xtask lies in the root of the workspace").to_path_buf()
}

/// The cargo that runs us, so that a `+toolchain` holds for everything we start; it works in the root folder.
pub(crate) fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    command
}

/// The dependency graph of the whole workspace on [`PLATFORM`].
///
/// # Errors
/// When cargo cannot read a manifest; its own message says which.
pub(crate) fn metadata() -> Result<Metadata> {
    MetadataCommand::new()
        .current_dir(root())
        .other_options(vec!["--filter-platform".into(), PLATFORM.into()])
        .exec()
        .context("cargo metadata did not answer")
}

/// The folder cargo builds into.
pub(crate) fn target_folder() -> Result<PathBuf> {
    let metadata =
        MetadataCommand::new().current_dir(root()).no_deps().exec().context("cargo metadata did not answer")?;
    Ok(metadata.target_directory.into_std_path_buf())
}
