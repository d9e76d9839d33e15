//! The `rempart` binary, built and run as its users run it.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, bail};
use tempfile::TempDir;

use crate::{process, workspace};

/// Builds the binary alone, in the development profile.
///
/// # Errors
/// When it does not compile.
pub(crate) fn binary() -> Result<PathBuf> {
    build(&["--package", "rempart"])
}

/// The binary among everything that the tests build, so that after a test run nothing is compiled a second time: cargo
/// chooses the features of shared dependencies by what is built together.
///
/// # Errors
/// When it does not compile.
pub(crate) fn test_binary() -> Result<PathBuf> {
    build(&["--workspace", "--bins", "--tests"])
}

fn build(what: &[&str]) -> Result<PathBuf> {
    process::run(workspace::cargo().arg("build").args(what))?;
    Ok(workspace::target_folder()?.join("debug").join(format!("rempart{}", std::env::consts::EXE_SUFFIX)))
}

/// A node serving an empty bank from a temporary folder; dropping it stops the node and removes the folder.
pub(crate) struct Node {
    server: Child,
    url: String,
    folder: TempDir,
}

impl Node {
    /// Starts a node on a free port of the loopback address and waits for it to say where it listens.
    ///
    /// # Errors
    /// When it does not start; what it logged is on standard error above.
    pub(crate) fn start(binary: &Path) -> Result<Self> {
        Self::start_with(binary, &[])
    }

    /// The same with settings in its environment.
    ///
    /// # Errors
    /// As [`Node::start`].
    pub(crate) fn start_with(binary: &Path, environment: &[(&str, &str)]) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("rempart-node-").tempdir().context("no temporary folder")?;
        let mut server = Command::new(binary)
            .args(["serve", "--json", "--listen", "127.0.0.1:0", "--operator-listen", "127.0.0.1:0", "--data"])
            .arg(folder.path())
            // What went well would bury what the tests say.
            .env("REMPART_LOG", "warn")
            .envs(environment.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start {}", binary.display()))?;
        let mut said = BufReader::new(server.stdout.take().expect("standard output was piped just above"));
        let mut line = String::new();
        let read = said.read_line(&mut line);
        // From here on dropping `node` stops the server, also when the line turns out to be of no use.
        let mut node = Self { server, url: String::new(), folder };
        read.context("cannot read what the node says")?;
        node.url = address_in(&line)?;
        Ok(node)
    }

    /// Where it listens, without a slash at the end.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Adds a partner that sees everything, with these further arguments; gives its key.
    ///
    /// # Errors
    /// When the command fails, or does not print what it should.
    pub(crate) fn partner(&self, binary: &Path, name: &str, arguments: &[&str]) -> Result<String> {
        let said = process::output(
            Command::new(binary)
                .args(["partner", "add", name, "--json", "--sees", "minor:reported,adult:reported"])
                .args(arguments)
                .arg("--data")
                .arg(self.folder()),
        )?;
        let partner: serde_json::Value =
            serde_json::from_str(&said).context("`partner add --json` did not print JSON")?;
        Ok(partner["key"].as_str().context("`partner add --json` printed no `key`")?.to_owned())
    }

    /// Its data folder.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        let asked = process::succeeds(Command::new("kill").arg(self.server.id().to_string()));
        if !asked {
            let _ = self.server.kill();
        }
        let _ = self.server.wait();
    }
}

/// The address in the first line that `serve --json` prints.
fn address_in(line: &str) -> Result<String> {
    let said: serde_json::Value =
        serde_json::from_str(line).with_context(|| format!("the node's first line should be JSON and was {line:?}"))?;
    let Some(url) = said["url"].as_str() else { bail!("the node's first line names no `url`: {line}") };
    Ok(url.trim_end_matches('/').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_read_from_the_first_line() {
        assert_eq!(address_in("{\"url\":\"http://127.0.0.1:4000/\"}\n").unwrap(), "http://127.0.0.1:4000");
    }

    #[test]
    fn a_first_line_without_an_address_is_an_error() {
        assert!(address_in("").is_err());
        assert!(address_in("listening on 4000").is_err());
        assert!(address_in("{\"ready\":true}").is_err());
    }
}
