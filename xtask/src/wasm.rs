//! What browsers run: for now, that `fingerprint` builds for them.

use std::process::Command;

use anyhow::{Result, bail};

use crate::{process, workspace};

/// What browsers run.
pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

/// Builds what browsers run.
///
/// # Errors
/// When the target's standard library is not installed, or the build fails.
pub(crate) fn run() -> Result<()> {
    if !is_installed() {
        bail!("the target {TARGET} is not installed: run `{}`", how_to_install());
    }
    process::run(workspace::cargo().args(["build", "--package", "fingerprint", "--target", TARGET]))
}

/// Whether this toolchain has the target's standard library.
pub(crate) fn is_installed() -> bool {
    let folder = process::output(Command::new("rustc").args(["--print", "target-libdir", "--target", TARGET]));
    let Ok(folder) = folder else { return false };
    let Ok(mut files) = std::fs::read_dir(folder.trim()) else { return false };
    files.any(|file| file.is_ok_and(|file| file.file_name().to_string_lossy().starts_with("libcore-")))
}

/// The command a person types.
pub(crate) fn how_to_install() -> String {
    format!("rustup target add {TARGET}")
}
