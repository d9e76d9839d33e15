//! Tech Against Terrorism's hash list v2. A walk asks after a checkpoint and follows the queries of next pages; the checkpoint
//! of its last page begins the next. A token is had for each turn.

use exchange::dialects::tat::{CATEGORIES, Feedback, decode, encode_feedback};
use exchange::{OutcomeKind, RemoveReason, hex};
use reqwest::header::CONTENT_TYPE;
use serde::Deserialize;

use super::{Batch, Reference, Said, decoded, left_out, record};
use crate::follow::ask::{Asker, Trouble};
use crate::follow::cursor::Cursor;
use crate::follow::model::Credentials;

pub(in crate::follow) struct Tat {
    pub(super) url: String,
    pub(super) credentials: Credentials,
    pub(super) token: Option<String>,
}

impl Tat {
    pub(super) async fn page(&mut self, ask: &Asker<'_>, cursor: Cursor) -> Result<Batch, Trouble> {
        let token = self.token(ask).await?;
        let mut address = format!("{}/api/hash-list/v2/all?", self.url);
        if let Some(next) = &cursor.page {
            address.push_str(next);
            address.push('&');
        }
        address.push_str("order=asc");
        if !cursor.from.is_empty() {
            let after: String = form_urlencoded::byte_serialize(cursor.from.as_bytes()).collect();
            address.push_str(&format!("&after={after}"));
        }
        let page = decoded(&ask.body(ask.http.get(address).bearer_auth(token)).await?, decode)?;
        let each = |row: &exchange::dialects::tat::Row| {
            record(row.listed(), Reference::Value(hex::encode(row.fingerprint.bytes())), RemoveReason::Expired)
        };
        let records = page.rows.iter().map(each).collect();
        let next = page.next.filter(|next| Some(next) != cursor.page.as_ref());
        if next.as_ref().is_some_and(|next| next.contains(['#', '/', ' '])) {
            return Err(Trouble::Malformed("a next page that is no query"));
        }
        let cursor = match next {
            Some(next) => Cursor { page: Some(next), ..cursor },
            None if page.checkpoint.is_empty() => {
                let from = cursor.from.clone();
                cursor.over(from)
            }
            None => cursor.over(page.checkpoint),
        };
        Ok(Batch { records, skipped: left_out(&page.skipped), is_over: cursor.page.is_none(), cursor })
    }

    pub(super) async fn tell(&mut self, ask: &Asker<'_>, said: &Said) -> Result<bool, Trouble> {
        let (Some(_), Reference::Value(value)) = (said.agrees(), &said.reference) else { return Ok(false) };
        let wanted = if said.kind == OutcomeKind::Blocked { OutcomeKind::Removed } else { said.kind };
        let Some(category) = CATEGORIES.iter().position(|category| category.3 == wanted) else { return Ok(false) };
        let token = self.token(ask).await?;
        let request = ask.http.post(format!("{}/hash-list/v2/feedback", self.url)).bearer_auth(token);
        let body = encode_feedback(&Feedback { value: value.clone(), category });
        ask.body(request.header(CONTENT_TYPE, "application/json").body(body)).await.map(|_| true)
    }

    async fn token(&mut self, ask: &Asker<'_>) -> Result<String, Trouble> {
        #[derive(Deserialize)]
        struct Given {
            token: String,
        }
        if let Some(token) = &self.token {
            return Ok(token.clone());
        }
        let form = form_urlencoded::Serializer::new(String::new())
            .append_pair("username", &self.credentials.user)
            .append_pair("password", &self.credentials.secret)
            .append_pair("resend", "False")
            .finish();
        let request = ask.http.post(format!("{}/token-auth/tcap/", self.url));
        let request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(form);
        let body = ask.body(request).await?;
        let given: Given =
            serde_json::from_slice(&body).map_err(|_| Trouble::Malformed("something else than a token"))?;
        if !given.token.bytes().all(|byte| byte.is_ascii_graphic()) || given.token.len() > 8_192 {
            return Err(Trouble::Malformed("something else than a token"));
        }
        self.token = Some(given.token.clone());
        Ok(given.token)
    }
}
