//! Malformed everything against every route of a running node. Schemathesis makes requests from the OpenAPI document,
//! well-formed and broken; what never ends by itself (the stream) gets its broken requests from here. No answer may be
//! a failure of the server (5xx), and each must be as the document says.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};

use crate::node::Node;
use crate::{process, python, workspace};

/// Requests made up for each operation and phase: some minutes for all routes on two cores.
const EXAMPLES: u32 = 60;
/// Always the same requests, so that a failure comes back when it is looked for.
const SEED: u32 = 20_261_121;
/// For one answer; a request that takes longer counts as a failure.
const ANSWER_SECONDS_MAX: u64 = 30;
/// Its answer does not end, which schemathesis would wait for.
const STREAM: &str = "/api/v1/changes/stream";

/// Starts a node, gives itself a key with every scope, and sends it everything.
///
/// # Errors
/// When an answer was 5xx or not as the document says; the output above holds a `curl` command for each.
pub(crate) fn run(binary: &Path, interpreter: &Path) -> Result<()> {
    let node = Node::start(binary)?;
    let scopes = ["--scopes", "contribute,follow,match,outcome", "--contributes", "minor:confirmed,adult:confirmed"];
    let key = node.partner(binary, "schemathesis", &scopes)?;
    probe_stream(node.url(), &key)?;
    let root = workspace::root();
    let reports = tempfile::tempdir().context("no temporary folder")?;
    process::run(
        python::tool(interpreter, "schemathesis")?
            .current_dir(reports.path())
            .arg("--config-file")
            .arg(root.join("xtask/schemathesis.toml"))
            .arg("run")
            .arg(root.join("docs/api/openapi.json"))
            .args(["--url", node.url(), "--header", &format!("Authorization: Bearer {key}")])
            .args(["--exclude-path", STREAM, "--mode", "all", "--continue-on-failure"])
            .args(["--max-examples", &EXAMPLES.to_string(), "--seed", &SEED.to_string()])
            .args(["--request-timeout", &ANSWER_SECONDS_MAX.to_string()]),
    )
}

/// Opens the stream in every wrong way we can think of, and once rightly; looks at the status line and hangs up.
fn probe_stream(url: &str, key: &str) -> Result<()> {
    let address = url.strip_prefix("http://").context("a node on the loopback address speaks plain HTTP")?;
    let good = format!("Authorization: Bearer {key}");
    let opened = status(address, "", &good)?;
    ensure!(opened == 200, "the stream answered {opened} to a good request");
    let mut probes = 0;
    for query in WRONG_QUERIES {
        expect_refusal(address, query, &good)?;
        probes += 1;
    }
    for header in WRONG_HEADERS {
        expect_refusal(address, "", &format!("{good}\r\n{header}"))?;
        probes += 1;
    }
    for authorization in WRONG_KEYS {
        expect_refusal(address, "", authorization)?;
        probes += 1;
    }
    println!("{STREAM}: {probes} wrong requests refused");
    Ok(())
}

const WRONG_QUERIES: &[&str] = &[
    "?after=",
    "?after=-1",
    "?after=1.5",
    "?after=1e3",
    "?after=0x10",
    "?after=%00",
    "?after=%FF",
    "?after=null",
    "?after=18446744073709551616",
    "?after=99999999999999999999999999999999",
    "?after=9223372036854775807",
    "?after=0&after=0",
    "?after[]=0",
    "?before=0",
    "?agreement=",
    "?agreement=%F0%9F%94%91",
    "?agreement=00000000000000000000000000000000",
];

const WRONG_HEADERS: &[&str] = &[
    "Last-Event-ID: ",
    "Last-Event-ID: -1",
    "Last-Event-ID: one",
    "Last-Event-ID: 18446744073709551616",
    "Last-Event-ID: 9223372036854775807",
    "Last-Event-ID: \u{e9}\u{301}",
];

const WRONG_KEYS: &[&str] = &[
    "Accept: */*",
    "Authorization: ",
    "Authorization: Bearer",
    "Authorization: Bearer ",
    "Authorization: Bearer rp_",
    "Authorization: Bearer rp__",
    "Authorization: Bearer rp_0000000000000000_0000000000000000000000000000000000000000000000000000000000000000",
    "Authorization: Bearer \u{1f511}",
    "Authorization: Basic cnA6cnA=",
];

fn expect_refusal(address: &str, query: &str, headers: &str) -> Result<()> {
    let status = status(address, query, headers)?;
    if !(400..500).contains(&status) {
        bail!("{STREAM}{query} answered {status} where it should refuse (4xx)");
    }
    Ok(())
}

/// The status of one request for the stream, read from the first line of the answer.
fn status(address: &str, query: &str, headers: &str) -> Result<u16> {
    let mut connection = TcpStream::connect(address).with_context(|| format!("cannot reach the node at {address}"))?;
    connection.set_read_timeout(Some(Duration::from_secs(ANSWER_SECONDS_MAX)))?;
    write!(connection, "GET {STREAM}{query} HTTP/1.1\r\nHost: {address}\r\n{headers}\r\nConnection: close\r\n\r\n")?;
    let mut line = String::new();
    BufReader::new(connection).read_line(&mut line).with_context(|| format!("no answer to {STREAM}{query}"))?;
    status_in(&line).with_context(|| format!("{STREAM}{query} was answered {line:?}"))
}

fn status_in(line: &str) -> Option<u16> {
    let (version, rest) = line.split_once(' ')?;
    (version == "HTTP/1.1").then(|| rest.get(..3)?.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_status_is_the_second_word_of_the_first_line() {
        assert_eq!(status_in("HTTP/1.1 404 Not Found\r\n"), Some(404));
        assert_eq!(status_in("HTTP/1.1 200\r\n"), Some(200));
        for nonsense in ["", "HTTP/1.1", "HTTP/1.1 ab", "SSH-2.0-OpenSSH_9.2\r\n"] {
            assert_eq!(status_in(nonsense), None, "{nonsense:?}");
        }
    }
}
