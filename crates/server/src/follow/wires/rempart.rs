//! Another Rempart node: its feed, read from the first number, which folds to the same as its snapshot.

use exchange::follow::read_page;
use exchange::{Action, Change, Outcome, OutcomeReport, RemoveReason, Status, Tier};

use super::{Batch, Put, Record, Reference, Said};
use crate::follow::ask::{Asker, Trouble};
use crate::follow::cursor::Cursor;
use crate::follow::model::Credentials;

const PAGE: u32 = 1_000;

pub(in crate::follow) struct Rempart {
    pub(super) url: String,
    pub(super) credentials: Credentials,
}

impl Rempart {
    pub(super) async fn page(&self, ask: &Asker<'_>, cursor: Cursor) -> Result<Batch, Trouble> {
        let after = cursor.from.parse::<u64>().unwrap_or(0);
        let mut address = format!("{}/api/v1/changes?after={after}&limit={PAGE}", self.url);
        if let Some(agreement) = &cursor.agreement {
            let agreement: String = form_urlencoded::byte_serialize(agreement.as_bytes()).collect();
            address.push_str(&format!("&agreement={agreement}"));
        }
        let body = ask.body(ask.http.get(address).bearer_auth(&self.credentials.secret)).await?;
        let page = read_page(&body, after).map_err(|_| Trouble::Malformed("a page that contradicts itself"))?;
        if page.through <= after && page.through < page.head {
            return Err(Trouble::Malformed("a page that does not lead on"));
        }
        let place = |seq: Option<u64>| seq.map_or_else(|| "unknown".to_owned(), |seq| seq.to_string());
        let skipped = page.skipped.iter().map(|one| format!("change {}: {}", place(one.seq), one.flaw)).collect();
        let is_over = page.through >= page.head;
        let records = page.changes.into_iter().map(record).collect();
        let cursor = Cursor {
            from: page.through.to_string(),
            agreement: Some(page.agreement),
            whole: cursor.whole && !is_over,
            ..cursor
        };
        Ok(Batch { records, skipped, cursor, is_over })
    }

    pub(super) async fn acknowledge(&self, ask: &Asker<'_>, cursor: &Cursor) -> Result<(), Trouble> {
        let seq = cursor.from.parse().unwrap_or(0);
        let request = ask.http.put(format!("{}/api/v1/cursor", self.url)).bearer_auth(&self.credentials.secret);
        ask.body(request.json(&exchange::CursorReport { seq })).await.map(drop)
    }

    pub(super) async fn tell(&self, ask: &Asker<'_>, said: &Said) -> Result<bool, Trouble> {
        let Reference::Entry(entry) = said.reference else { return Ok(false) };
        let Said { id, kind, reason, copies: count, at, .. } = *said;
        let outcomes = vec![Outcome { id, entry, kind, reason, count, at }];
        let request = ask.http.post(format!("{}/api/v1/outcomes", self.url)).bearer_auth(&self.credentials.secret);
        ask.body(request.json(&OutcomeReport { outcomes })).await.map(|_| true)
    }
}

/// Of an entry its standing there is taken; one that is contested there is for people to look at first.
fn record(change: Change) -> Record {
    match change.action {
        Action::Remove { entry, reason } => Record { key: entry.to_string(), put: None, reason },
        Action::Put(entry) => {
            let key = entry.id.to_string();
            let tier = if entry.status == Status::Active { entry.tier } else { Tier::Reported };
            let put = (entry.status != Status::Withdrawn).then_some(Put {
                reference: Reference::Entry(entry.id),
                class: Some(entry.class),
                tier,
                fingerprints: entry.fingerprints,
                views: entry.views,
            });
            Record { key, put, reason: RemoveReason::Expired }
        }
    }
}
