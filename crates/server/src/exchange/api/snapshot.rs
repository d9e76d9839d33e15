//! `GET snapshot`: the whole active bank at a number, streamed.

use axum::body::Body;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use exchange::{EntryId, SnapshotHeader, SnapshotLine};
use serde::Deserialize;

use super::changes::{ahead, same_agreement};
use crate::access::{Follower, OpenStream};
use crate::http::{Problem, Query};
use crate::node::Node;

const PAGE: u32 = 2_000;

/// Where to begin.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct SnapshotParameters {
    /// To resume: the `seq` of the header that was received. Left out: now.
    #[param(maximum = 9223372036854775807_i64)]
    pub at: Option<u64>,
    /// To resume: the last entry id that was received.
    pub after: Option<EntryId>,
    /// To resume: the `agreement` of the header that was received.
    pub agreement: Option<String>,
}

/// The whole active bank at a number
///
/// Newline-delimited JSON: a header, entries by ascending id, an end line. Without the end line it was cut short: ask
/// again with `at` and `after`. Entries that changed after `seq` are left out; the feed after `seq` brings them.
/// Compressed when the client accepts zstd or gzip.
#[utoipa::path(
    get, path = "/snapshot", tag = "follow", operation_id = "snapshot",
    params(SnapshotParameters),
    responses(
        (status = 200, description = "Lines of `SnapshotLine`.", content_type = "application/x-ndjson", body = SnapshotLine),
        (status = 409, description = "The agreement changed: begin a new snapshot.", body = Problem, content_type = "application/problem+json"),
        (status = "4XX", description = "Not for this key, or not readable.", body = Problem, content_type = "application/problem+json"),
        (status = "5XX", description = "The node failed.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn snapshot(
    State(node): State<Node>,
    who: Follower,
    Query(parameters): Query<SnapshotParameters>,
) -> Result<Response, Problem> {
    same_agreement(&node, who.agreement(), parameters.agreement.as_deref())?;
    let head = node.bank.head().await?;
    let at = parameters.at.unwrap_or(head);
    if at > head {
        return Err(ahead(at, head));
    }
    let agreement = node.bank.agreement_token(who.agreement());
    let header = SnapshotLine::Header(SnapshotHeader { seq: at, agreement });
    let open = node.limits.open(who.key()).ok_or_else(Problem::too_many_streams)?;
    let reading = Reading { _open: open, node, who, at, after: parameters.after, sent: 0, step: Step::Header(header) };
    let lines = futures::stream::unfold(reading, |mut reading| async move {
        // An error breaks the connection: the reader sees that the end line is missing.
        let lines = reading.next().await.transpose()?;
        Some((lines, reading))
    });
    // The compressor asks once more after the end.
    let lines = futures::StreamExt::fuse(lines);
    Ok(([(CONTENT_TYPE, "application/x-ndjson")], Body::from_stream(lines)).into_response())
}

struct Reading {
    _open: OpenStream,
    node: Node,
    who: Follower,
    at: u64,
    after: Option<EntryId>,
    sent: u64,
    step: Step,
}

enum Step {
    Header(SnapshotLine),
    Entries,
    Over,
}

impl Reading {
    async fn next(&mut self) -> Result<Option<Bytes>, std::io::Error> {
        match std::mem::replace(&mut self.step, Step::Entries) {
            Step::Header(line) => {
                let mut lines = Vec::new();
                write(&mut lines, &line)?;
                Ok(Some(lines.into()))
            }
            Step::Entries => self.entries().await.map(Some),
            Step::Over => Ok(None),
        }
    }

    async fn entries(&mut self) -> Result<Bytes, std::io::Error> {
        let member = self.node.partners.is_current(self.who.key()).await.map_err(std::io::Error::other)?;
        let member = member.ok_or_else(|| std::io::Error::other("the key was revoked"))?;
        if member.agreement != *self.who.agreement() {
            return Err(std::io::Error::other("the agreement changed"));
        }
        let page = self.node.bank.snapshot_page(member.viewer(), self.at, self.after, PAGE).await;
        let (entries, more) = page.map_err(std::io::Error::other)?;
        let mut lines = Vec::with_capacity(entries.len() * 300 + 32);
        self.sent += entries.len() as u64;
        for entry in entries {
            write(&mut lines, &SnapshotLine::Entry(Box::new(entry)))?;
        }
        self.after = more;
        if more.is_none() {
            write(&mut lines, &SnapshotLine::End { entries: self.sent })?;
            self.step = Step::Over;
        }
        Ok(lines.into())
    }
}

fn write(lines: &mut Vec<u8>, line: &SnapshotLine) -> Result<(), std::io::Error> {
    serde_json::to_writer(&mut *lines, line)?;
    lines.push(b'\n');
    Ok(())
}
