//! Taking a snapshot: line by line, written in pages, so that one that was cut goes on where it was.

use exchange::follow::{Line, Lines, Skipped, read_line};
use exchange::{Entry, EntryId, SnapshotHeader, Status};
use rayon::prelude::*;
use reqwest::{Method, StatusCode};

use super::fetch::{Trouble, fetch, request};
use super::queries::Sealed;
use super::replica::{Progress, Replica};
use super::store::Reached;
use crate::compute::off_runtime;

/// Bytes of a line, at most: an entry of 64 fingerprints has about 8 KiB.
const LINE_BYTES_MAX: usize = 64 * 1024;
/// Lines that are written in one transaction.
const LINES_PER_PAGE: usize = 4_000;

/// What was received in this answer.
#[derive(Default)]
struct Received {
    header: bool,
    lines: u64,
    last: Option<EntryId>,
    end: Option<u64>,
}

/// Lines that were read, their entries sealed.
struct ReadLines {
    lines: Vec<Line>,
    sealed: Vec<Sealed>,
}

impl Replica {
    /// Takes a snapshot, or the rest of one that was cut.
    pub(super) async fn take_snapshot(&self, progress: &mut Progress) -> Result<(), Trouble> {
        self.standings.change(self.place, |standing| standing.snapshots += 1);
        let is_rest = progress.snapshot.is_some();
        let request = request(&self.http, &self.upstream, Method::GET, &path(progress));
        let answer = fetch(request, "application/x-ndjson", self.clock.now()).await;
        let mut response = answer.map_err(|trouble| match trouble {
            // The node no longer knows the number: it was restored from an older backup.
            Trouble::Refused { status: StatusCode::UNPROCESSABLE_ENTITY | StatusCode::BAD_REQUEST, .. } if is_rest => {
                Trouble::Stale
            }
            other => other,
        })?;
        let mut received = Received { last: progress.snapshot.and_then(|(_, after)| after), ..Received::default() };
        let (mut lines, mut page) = (Lines::new(LINE_BYTES_MAX), Vec::new());
        let result = loop {
            let chunk = match response.chunk().await {
                Ok(Some(chunk)) => chunk,
                Ok(None) => break Ok(()),
                Err(error) => break Err(Trouble::from(error)),
            };
            self.heard();
            match lines.push(&chunk) {
                Ok(whole) => page.extend(whole),
                Err(error) => break Err(error.into()),
            }
            while page.len() >= LINES_PER_PAGE {
                let rest = page.split_off(LINES_PER_PAGE);
                self.take_lines(progress, &mut received, std::mem::replace(&mut page, rest)).await?;
            }
        };
        // Whatever came before a cut is kept.
        self.take_lines(progress, &mut received, page).await?;
        result?;
        match (received.end, progress.snapshot) {
            (Some(said), Some((seq, _))) if said == received.lines && !lines.is_in_line() => {
                self.finish(progress, seq).await
            }
            (Some(_), _) => Err(Trouble::Malformed("a snapshot with fewer or more entries than it says")),
            (None, _) => Err(Trouble::Malformed("a snapshot that was cut short")),
        }
    }

    async fn take_lines(
        &self,
        progress: &mut Progress,
        received: &mut Received,
        page: Vec<Vec<u8>>,
    ) -> Result<(), Trouble> {
        if page.is_empty() {
            return Ok(());
        }
        let (store, id) = (self.store.clone(), self.id);
        let ReadLines { lines, sealed } = off_runtime(move || {
            let lines: Vec<Line> = page.par_iter().with_min_len(256).map(|line| read_line(line)).collect();
            let sealed = store.seal(id, &lines.iter().filter_map(standing_entry).collect::<Vec<_>>());
            ReadLines { lines, sealed }
        })
        .await?;
        let (entries, skipped) = self.follow_lines(progress, received, lines).await?;
        let reached = Reached::Snapshot(received.last);
        self.store.put(self.id, progress.generation, &sealed, &[], skipped.len() as u64, reached).await?;
        progress.snapshot = progress.snapshot.map(|(seq, _)| (seq, received.last));
        self.live.aside(move |live| live.load(&entries)).await?;
        self.standings.skip(self.place, &skipped);
        let entries = self.entries();
        self.standings.change(self.place, |standing| standing.entries = entries);
        Ok(())
    }

    /// Checks that lines come in the order of a snapshot; gives their entries and what is left out.
    async fn follow_lines(
        &self,
        progress: &mut Progress,
        received: &mut Received,
        lines: Vec<Line>,
    ) -> Result<(Vec<Entry>, Vec<Skipped>), Trouble> {
        let (mut entries, mut skipped) = (Vec::with_capacity(lines.len()), Vec::new());
        for line in lines {
            if received.end.is_some() {
                return Err(Trouble::Malformed("a snapshot that goes on after its end"));
            }
            match line {
                Line::Header(_) if received.header => return Err(Trouble::Malformed("a snapshot with two headers")),
                Line::Header(header) => {
                    received.header = true;
                    self.head(progress, header).await?;
                }
                _ if !received.header => return Err(Trouble::Malformed("a snapshot without a header")),
                Line::Entry(entry, flaw) => {
                    if received.last.is_some_and(|last| entry.id <= last) {
                        return Err(Trouble::Malformed("a snapshot that is not in the order of ids"));
                    }
                    received.last = Some(entry.id);
                    received.lines += 1;
                    skipped.extend(flaw);
                    entries.push(*entry);
                }
                Line::Skipped(flaw) => {
                    received.lines += 1;
                    skipped.push(flaw);
                }
                Line::End(entries) => received.end = Some(entries),
            }
        }
        Ok((entries, skipped))
    }

    async fn head(&self, progress: &mut Progress, header: SnapshotHeader) -> Result<(), Trouble> {
        match progress.snapshot {
            None => self.begin(progress, header).await,
            Some((seq, _)) if seq == header.seq && progress.agreement.as_ref() == Some(&header.agreement) => Ok(()),
            Some(_) => Err(Trouble::Stale),
        }
    }
}

fn standing_entry(line: &Line) -> Option<&Entry> {
    match line {
        Line::Entry(entry, _) if entry.status != Status::Withdrawn => Some(entry),
        _ => None,
    }
}

fn path(progress: &Progress) -> String {
    match (progress.snapshot, &progress.agreement) {
        (Some((at, after)), Some(agreement)) => {
            let after = after.map(|id| format!("&after={id}")).unwrap_or_default();
            format!("snapshot?at={at}&agreement={agreement}{after}")
        }
        _ => "snapshot".to_owned(),
    }
}
