//! The clients of `clients/`, each against a real node: the Python package as its users install it, and a TypeScript client
//! generated from the committed document.

use std::ffi::OsStr;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use crate::node::Node;
use crate::{packages, process, workspace};

const PYTHON: &str = "clients/python";
const TYPESCRIPT: &str = "clients/openapi";
/// Where the Python tests find the node's binary.
const BINARY: &str = "REMPART_TEST_BINARY";

/// Installs the package into a folder of its own, checks its types, and runs its tests: `tx` as it comes from its registry
/// fetches from a node and matches.
///
/// # Errors
/// When it cannot be installed, mypy finds something, or a test fails.
pub(crate) fn python(binary: &Path, interpreter: &Path) -> Result<()> {
    let folder = workspace::root().join(PYTHON);
    let installed = tempfile::Builder::new().prefix("rempart-tx-").tempdir().context("no temporary folder")?;
    let in_folder = |arguments: &[&OsStr]| {
        let mut command = Command::new(interpreter);
        command.current_dir(&folder).arg("-m").args(arguments);
        command
    };
    let pip: Vec<&OsStr> = ["pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", "--no-index"]
        .iter()
        .chain(&["--no-deps", "--no-build-isolation", "--target"])
        .map(OsStr::new)
        .chain([installed.path().as_os_str(), OsStr::new(".")])
        .collect();
    process::run(&mut in_folder(&pip))?;
    process::run(&mut in_folder(&["mypy", "src/rempart_tx", "tests"].map(OsStr::new)))?;
    let mut tests = in_folder(&["pytest"].map(OsStr::new));
    process::run(tests.env("PYTHONPATH", installed.path()).env(BINARY, binary))
}

/// Generates the client, checks its types, and goes once around a node with it.
///
/// # Errors
/// When npm cannot install the generator, the document no longer gives a client that compiles, or the node does not do what
/// the client expects.
pub(crate) fn typescript(binary: &Path) -> Result<()> {
    if process::find("npm").is_none() || process::find("node").is_none() {
        packages::install(&["nodejs", "npm"], "Node and npm, for the generated client")?;
    }
    let folder = workspace::root().join(TYPESCRIPT);
    let npm = |arguments: &[&str]| process::run(Command::new("npm").current_dir(&folder).args(arguments));
    npm(&["ci", "--silent", "--no-audit", "--no-fund", "--ignore-scripts"])?;
    npm(&["run", "--silent", "generate"])?;
    npm(&["run", "--silent", "build"])?;
    let node = Node::start(binary)?;
    let contributes = ["--contributes", "adult:verified", "--scopes", "contribute,follow,match"];
    let hotline = node.partner(binary, "hotline", &contributes)?;
    let platform = node.partner(binary, "platform", &[])?;
    process::run(
        Command::new("node")
            .current_dir(&folder)
            .arg("built/src/round.js")
            .env("REMPART_URL", node.url())
            .env("REMPART_HOTLINE_KEY", hotline)
            .env("REMPART_PLATFORM_KEY", platform),
    )
}
