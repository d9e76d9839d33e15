//! Other people's clients and providers, which tests of age checks talk to: packages of npm in `xtask/age`, never part of the product.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use crate::{packages, process, workspace};

/// Where tests find them. A test that needs one says so when it is not set.
pub(crate) const VARIABLE: &str = "REMPART_TEST_AGE_PEERS";

/// Installs them, or takes them as they are when they were installed from the same list. Returns their folder.
///
/// # Errors
/// When there is no npm and it may not be installed, or npm cannot install a package.
pub(crate) fn folder() -> Result<PathBuf> {
    let folder = workspace::root().join("xtask/age");
    let list = folder.join("package-lock.json");
    let wanted = fs::read_to_string(&list).with_context(|| format!("cannot read {}", list.display()))?;
    // Written last: what was interrupted has no stamp and is installed again.
    let stamp = folder.join("node_modules/made-from.json");
    if fs::read_to_string(&stamp).is_ok_and(|made_from| made_from == wanted) {
        return Ok(folder);
    }
    if process::find("npm").is_none() {
        packages::install(&["npm"], "npm, with which the peers of age checks are installed")?;
    }
    println!("Installing the npm packages of xtask/age");
    let mut npm = Command::new("npm");
    npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel", "error"]).current_dir(&folder);
    process::run(&mut npm)?;
    fs::write(&stamp, wanted).with_context(|| format!("cannot write {}", stamp.display()))?;
    Ok(folder)
}
