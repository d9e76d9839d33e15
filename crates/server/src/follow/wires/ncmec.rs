//! NCMEC hash sharing v2. A walk asks for a range of seconds that ends a little before now, and follows its pages; the next
//! begins where it ended.
//!
//! A range that stays unreadable is asked for in ever smaller parts, down to a second, which is then left out and said.

use exchange::RemoveReason;
use exchange::dialects::ncmec::{Item, Page, decode, decode_reasons, encode_feedback, time};
use reqwest::header::CONTENT_TYPE;

use super::{Batch, Reference, Said, left_out, record};
use crate::follow::ask::{Asker, Trouble};
use crate::follow::cursor::Cursor;
use crate::follow::model::Credentials;

/// What is listed at this very moment may still be written.
const SETTLED_SECONDS: i64 = 5;
/// Turns in a row that fail before smaller ranges are asked for, each so many times smaller than the one before.
const FAILURES_BEFORE_LESS: u32 = 3;
const LESS: i64 = 16;

pub(in crate::follow) struct Ncmec {
    pub(super) url: String,
    pub(super) credentials: Credentials,
}

impl Ncmec {
    pub(super) async fn page(&self, ask: &Asker<'_>, cursor: Cursor, failures: u32) -> Result<Batch, Trouble> {
        let from = cursor.number();
        let now = ask.now.as_micros() / 1_000_000 - SETTLED_SECONDS;
        let may_take_less = failures >= FAILURES_BEFORE_LESS;
        let kept = cursor.until.as_deref().and_then(|until| until.parse().ok());
        let mut until: i64 = kept.unwrap_or(now);
        let mut page = cursor.page.clone();
        if until <= from {
            let cursor = cursor.over(from.to_string());
            return Ok(Batch { records: Vec::new(), skipped: Vec::new(), cursor, is_over: true });
        }
        loop {
            let path = page.clone().unwrap_or_else(|| format!("/v2/entries?from={}&to={}", time(from), time(until)));
            let trouble = match self.read(ask, &path).await {
                Ok(read) => return self.batch(read, cursor, page, until, now),
                Err(trouble) => trouble,
            };
            if !may_take_less || !trouble.is_of_page() {
                return Err(trouble);
            }
            if until - from <= 1 {
                let skipped = vec![format!("the second {} of the list: {trouble}", time(from))];
                let cursor = Cursor { whole: cursor.whole && until < now, ..cursor.over(until.to_string()) };
                return Ok(Batch { records: Vec::new(), skipped, cursor, is_over: until >= now });
            }
            // The pages of the larger range are no use for the smaller.
            (until, page) = (from + ((until - from) / LESS).max(1), None);
            tokio::time::sleep(ask.pace.page_pause).await;
        }
    }

    async fn read(&self, ask: &Asker<'_>, path: &str) -> Result<Page, Trouble> {
        let request = ask.http.get(format!("{}{path}", self.url));
        let body = ask.body(request.basic_auth(&self.credentials.user, Some(&self.credentials.secret))).await?;
        Ok(decode(&body)?)
    }

    fn batch(&self, read: Page, cursor: Cursor, page: Option<String>, until: i64, now: i64) -> Result<Batch, Trouble> {
        let next = match read.next.filter(|next| Some(next) != page.as_ref()) {
            Some(next) if next.starts_with("/v2/entries?") => Some(next),
            Some(_) => return Err(Trouble::Malformed("the address of a next page that is none of its own")),
            None => None,
        };
        let each = |item: &Item| record(item.listed(), reference(item), RemoveReason::Expired);
        let members = &self.credentials.members;
        let is_wanted = |item: &&Item| members.is_empty() || members.contains(&item.member.id);
        let records = read.items.iter().filter(is_wanted).map(each).collect();
        let skipped = left_out(&read.skipped);
        let cursor = match next {
            Some(next) => Cursor { page: Some(next), until: Some(until.to_string()), ..cursor },
            // After a smaller range comes the rest of the larger.
            None => Cursor { whole: cursor.whole && until < now, ..cursor.over(until.to_string()) },
        };
        let is_over = cursor.page.is_none() && until >= now;
        Ok(Batch { records, skipped, cursor, is_over })
    }

    pub(super) async fn tell(&self, ask: &Asker<'_>, said: &Said) -> Result<bool, Trouble> {
        let (Some(agrees), Reference::Item { member, id, kind }) = (said.agrees(), &said.reference) else {
            return Ok(false);
        };
        let with_user = |request: reqwest::RequestBuilder| {
            request.basic_auth(&self.credentials.user, Some(&self.credentials.secret))
        };
        let mut reasons = Vec::new();
        if !agrees {
            let address = format!("{}/v2/feedback/{kind}/reasons", self.url);
            let offered = decode_reasons(&ask.body(with_user(ask.http.get(address))).await?)?;
            // Its own words for it; where none fits there is nothing that may be said in our name.
            let Some(reason) = fitting(said, &offered) else { return Ok(false) };
            reasons.push(reason);
        }
        let id: String = form_urlencoded::byte_serialize(id.as_bytes()).collect();
        let request = with_user(ask.http.put(format!("{}/v2/entries/{member}/{id}/{kind}/feedback", self.url)));
        let request = request.header(CONTENT_TYPE, "application/xml; charset=utf-8").body(encode_feedback(&reasons));
        ask.body(request).await.map(|_| true)
    }
}

/// The reason to be named: ours where the other side is a node of ours, else the only one that there is.
fn fitting(said: &Said, offered: &[(String, String)]) -> Option<String> {
    use exchange::dialects::ncmec::{Reason, reason_guid};
    let ours = match said.reason {
        Some(reason) => reason_guid(Reason::Kept(reason)),
        None => reason_guid(Reason::Mistaken),
    };
    let found = offered.iter().find(|(guid, _)| guid.eq_ignore_ascii_case(&ours));
    let only = if let [only] = offered { Some(only) } else { None };
    found.or(only).map(|(guid, _)| guid.clone())
}

fn reference(item: &Item) -> Reference {
    let kinds = item.listed.iter().flat_map(|detail| &detail.fingerprints).map(|(kind, _)| kind.as_str());
    let kind = if kinds.clone().any(|kind| kind == "pdq") { "PDQ" } else { "MD5" };
    Reference::Item { member: item.member.id, id: item.id.clone(), kind: kind.to_owned() }
}
