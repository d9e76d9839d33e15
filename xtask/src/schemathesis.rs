//! Malformed everything against every route of a running node: schemathesis makes requests from the OpenAPI document,
//! well-formed and broken, and no answer may be a failure of the server (5xx).

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use crate::node::Node;
use crate::{process, python, workspace};

/// Requests made up for each operation and phase; a few minutes for all routes on two cores.
const EXAMPLES: u32 = 60;
/// A fixed seed: the same requests every time, so that a failure comes back when it is looked for.
const SEED: u32 = 20_261_121;
/// A stream never ends by itself; a request that takes longer is cut off and counted as an error.
const REQUEST_SECONDS_MAX: u32 = 20;

/// Starts a node, gives itself a key with every scope, and lets schemathesis at it.
///
/// # Errors
/// When an answer was 5xx; the output above holds a `curl` command for each.
pub(crate) fn run(binary: &Path, interpreter: &Path) -> Result<()> {
    let node = Node::start(binary)?;
    let key = add_partner(binary, node.folder())?;
    let reports = tempfile::tempdir().context("no temporary folder")?;
    process::run(
        python::tool(interpreter, "schemathesis")?
            .current_dir(reports.path())
            .arg("run")
            .arg(workspace::root().join("docs/api/openapi.json"))
            .args(["--url", node.url(), "--header", &format!("Authorization: Bearer {key}")])
            .args(["--checks", "not_a_server_error", "--mode", "all", "--continue-on-failure"])
            .args(["--max-examples", &EXAMPLES.to_string(), "--seed", &SEED.to_string()])
            .args(["--request-timeout", &REQUEST_SECONDS_MAX.to_string()])
            .args(["--workers", "1", "--no-color"]),
    )
}

/// The key of a new partner who may do everything a partner can.
fn add_partner(binary: &Path, data: &Path) -> Result<String> {
    let scopes = "contribute,follow,match,outcome";
    let said = process::output(
        Command::new(binary).args(["partner", "add", "schemathesis", "--json", "--scopes", scopes, "--data"]).arg(data),
    )?;
    let partner: serde_json::Value = serde_json::from_str(&said).context("`partner add --json` did not print JSON")?;
    let key = partner["key"].as_str().context("`partner add --json` printed no `key`")?;
    Ok(key.to_owned())
}
