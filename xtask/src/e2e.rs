//! The portal in a browser, as its visitors use it: `e2e/` walks through it with Debian's Chromium.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use crate::node::Node;
use crate::postgres::Cluster;
use crate::{packages, process, python, workspace};

/// The browser's name in PATH.
const CHROMIUM: &str = "chromium";

/// Installs what is missing, starts a node on an empty folder and a PostgreSQL in which tests make databases for nodes of their
/// own, and runs every test of `e2e/`. Screenshots of every page lie in `target/e2e` afterwards.
///
/// # Errors
/// When something is missing and may not be installed, or a test failed; the output above says which page and why.
pub(crate) fn run(binary: &Path) -> Result<()> {
    let missing: Vec<&str> = [("node", "nodejs"), ("npm", "npm"), (CHROMIUM, "chromium")]
        .into_iter()
        .filter_map(|(program, package)| process::find(program).is_none().then_some(package))
        .collect();
    if !missing.is_empty() {
        packages::install(&missing, "what walks through the portal's pages")?;
    }
    let chromium = process::find(CHROMIUM).context("there is no `chromium` in PATH although it was installed")?;
    let folder = workspace::root().join("e2e");
    process::run(npm(&folder).args(["ci", "--no-audit", "--no-fund", "--loglevel", "error"]))?;
    let screenshots = workspace::target_folder()?.join("e2e");
    // Nobody listens there: the pages that offer a neutral mail are walked through, and none is ever due.
    let mail = [("REMPART_SMTP_URL", "smtp://127.0.0.1:9"), ("REMPART_MAIL_FROM", "no-reply@space.example")];
    let node = Node::start_with(binary, &mail)?;
    let cluster = Cluster::start()?;
    process::run(
        npm(&folder)
            .args(["test", "--silent"])
            .env("REMPART_E2E_URL", node.url())
            .env("REMPART_E2E_BINARY", binary)
            .env("REMPART_E2E_PYTHON", python::environment()?)
            .env("REMPART_E2E_CHROMIUM", chromium)
            .env("REMPART_E2E_POSTGRES", cluster.url())
            .env("REMPART_E2E_SCREENSHOTS", screenshots),
    )
}

fn npm(folder: &Path) -> Command {
    let mut command = Command::new("npm");
    command.current_dir(folder).env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
    command
}
