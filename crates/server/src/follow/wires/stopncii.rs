//! StopNCII v1. A walk asks with one second until there is no page more; the second that it then names begins the next.

use exchange::RemoveReason;
use exchange::dialects::stopncii::{CaseStatus, Feedback, Vote, decode, encode_feedback};
use reqwest::RequestBuilder;
use reqwest::header::CONTENT_TYPE;

use super::{Batch, Reference, Said, decoded, left_out, record};
use crate::follow::ask::{Answer, Asker, Trouble};
use crate::follow::cursor::Cursor;
use crate::follow::model::Credentials;

/// Its known client begins here.
const BEGINNING: i64 = 10;
const PAGE: u32 = 800;

pub(in crate::follow) struct StopNcii {
    pub(super) url: String,
    pub(super) credentials: Credentials,
}

impl StopNcii {
    pub(super) async fn page(&self, ask: &Asker<'_>, mut cursor: Cursor) -> Result<Batch, Trouble> {
        let from = cursor.number().max(BEGINNING);
        let mut address = format!("{}/FetchHashes?startTimestamp={from}&pageSize={PAGE}", self.url);
        if let Some(token) = &cursor.page {
            let token: String = form_urlencoded::byte_serialize(token.as_bytes()).collect();
            address.push_str(&format!("&nextPageToken={token}"));
        }
        let known = cursor.validator.take().filter(|(asked, _)| *asked == address && !cursor.whole);
        let request = self.with_keys(ask.http.get(&address), &self.credentials.secret);
        let (body, validator) = match ask.read(request, known.as_ref().map(|(_, validator)| validator.as_str())).await?
        {
            Answer::Whole(body, validator) => (body, validator),
            Answer::Unchanged => {
                cursor.validator = known;
                return Ok(Batch { records: Vec::new(), skipped: Vec::new(), cursor, is_over: true });
            }
        };
        let page = decoded(&body, decode)?;
        if page.next_second < from && from > BEGINNING {
            return Err(Trouble::Malformed("a second before the one that was asked for"));
        }
        let each = |of: &exchange::dialects::stopncii::Record| {
            let is_of_person = of.status == CaseStatus::Withdrawn;
            let reason = if is_of_person { RemoveReason::PersonAsked } else { RemoveReason::Expired };
            Some(record(of.listed()?, Reference::Value(of.value.clone()), reason))
        };
        let records = page.records.iter().filter_map(each).collect();
        let is_first = cursor.page.is_none();
        let cursor = if page.has_more {
            Cursor { page: page.next, ..cursor }
        } else {
            let from = page.next_second.max(from).to_string();
            let validator = validator.filter(|_| is_first).map(|validator| (address, validator));
            Cursor { validator, ..cursor.over(from) }
        };
        Ok(Batch { records, skipped: left_out(&page.skipped), is_over: cursor.page.is_none(), cursor })
    }

    pub(super) async fn tell(&self, ask: &Asker<'_>, said: &Said) -> Result<bool, Trouble> {
        let (Some(agrees), Reference::Value(value)) = (said.agrees(), &said.reference) else { return Ok(false) };
        if self.credentials.feedback.is_empty() {
            return Ok(false);
        }
        let vote = if agrees { Vote::Blocked } else { Vote::NotBlocked };
        let feedback = Feedback { value: value.clone(), vote, tags: Vec::new() };
        let request = self.with_keys(ask.http.post(format!("{}/SubmitFeedback", self.url)), &self.credentials.feedback);
        let request = request.header(CONTENT_TYPE, "application/json").body(encode_feedback(&[feedback]));
        ask.body(request).await.map(|_| true)
    }

    fn with_keys(&self, request: RequestBuilder, function: &str) -> RequestBuilder {
        request.header("x-functions-key", function).header("Ocp-Apim-Subscription-Key", &self.credentials.subscription)
    }
}
