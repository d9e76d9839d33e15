//! Meta's ThreatExchange. A walk begins at the newest second seen, which comes once more, and follows the addresses of next
//! pages as long as they stay where they were.

use exchange::RemoveReason;
use exchange::dialects::threatexchange::{Reaction, decode_updates};
use url::Url;

use super::{Batch, Reference, Said, decoded, left_out, record};
use crate::follow::ask::{Asker, Trouble};
use crate::follow::cursor::Cursor;
use crate::follow::model::{Credentials, FollowError};

const VERSION: &str = "v26.0";
const PAGE: u32 = 500;
const FIELDS: &str = "id,indicator,type,last_updated,should_delete,descriptors{owner{id},tags,status}";
/// What is said of one record, at most.
const DESCRIPTORS_MAX: usize = 10;
const TOKEN: &str = "access_token";

pub(in crate::follow) struct ThreatExchange {
    url: Url,
    credentials: Credentials,
}

impl ThreatExchange {
    pub(super) fn new(url: String, credentials: Credentials) -> Result<Self, FollowError> {
        Ok(Self { url: Url::parse(&url).map_err(|_| FollowError::Url)?, credentials })
    }

    pub(super) async fn page(&self, ask: &Asker<'_>, cursor: Cursor) -> Result<Batch, Trouble> {
        let address = match &cursor.page {
            Some(page) => self.checked(page)?,
            None => self.first(&cursor),
        };
        let page = decoded(&ask.body(ask.http.get(self.with_token(address))).await?, decode_updates)?;
        let newest = page.updates.iter().map(|update| update.second).max();
        let known = cursor.until.as_deref().and_then(|until| until.parse().ok()).unwrap_or(cursor.number());
        let newest = newest.unwrap_or(known).max(known);
        let each = |update: &exchange::dialects::threatexchange::Update| {
            let ids = update.opinions.iter().take(DESCRIPTORS_MAX).map(|opinion| opinion.id.clone()).collect();
            Some(record(update.listed()?, Reference::Descriptors(ids), RemoveReason::Expired))
        };
        let records = page.updates.iter().filter_map(each).collect();
        let cursor = match page.next {
            Some(next) => {
                let next = without_token(self.checked(&next)?);
                Cursor { page: Some(next), until: Some(newest.to_string()), ..cursor }
            }
            None => cursor.over(newest.to_string()),
        };
        Ok(Batch { records, skipped: left_out(&page.skipped), is_over: cursor.page.is_none(), cursor })
    }

    pub(super) async fn tell(&self, ask: &Asker<'_>, said: &Said) -> Result<bool, Trouble> {
        let (Some(agrees), Reference::Descriptors(ids)) = (said.agrees(), &said.reference) else { return Ok(false) };
        let reaction = if agrees { Reaction::Helpful } else { Reaction::DisagreeWithTags };
        for id in ids {
            let mut address = self.under(&format!("{VERSION}/{id}/"));
            address.query_pairs_mut().append_pair("reactions", reaction.name());
            ask.body(ask.http.post(self.with_token(address))).await?;
        }
        Ok(!ids.is_empty())
    }

    fn first(&self, cursor: &Cursor) -> Url {
        let mut address = self.under(&format!("{VERSION}/{}/threat_updates/", self.credentials.group));
        address.query_pairs_mut().append_pair("limit", &PAGE.to_string()).append_pair("fields", FIELDS);
        if !cursor.from.is_empty() {
            address.query_pairs_mut().append_pair("start_time", &cursor.from);
        }
        address
    }

    fn under(&self, path: &str) -> Url {
        let mut address = self.url.clone();
        address.set_path(&format!("{}/{path}", self.url.path().trim_end_matches('/')));
        address
    }

    /// The token must not travel to whoever an answer names.
    fn checked(&self, address: &str) -> Result<Url, Trouble> {
        let address = Url::parse(address).map_err(|_| Trouble::Malformed("the address of a next page that is none"))?;
        let is_same = address.origin() == self.url.origin() && address.username().is_empty();
        if is_same { Ok(address) } else { Err(Trouble::Malformed("the address of a next page somewhere else")) }
    }

    fn with_token(&self, address: Url) -> Url {
        let mut address = Url::parse(&without_token(address)).unwrap_or_else(|_| self.url.clone());
        address.query_pairs_mut().append_pair(TOKEN, &self.credentials.secret);
        address
    }
}

/// As it may be kept.
fn without_token(mut address: Url) -> String {
    let pairs: Vec<(String, String)> = address
        .query_pairs()
        .filter(|(name, _)| name != TOKEN)
        .map(|(name, value)| (name.into(), value.into()))
        .collect();
    address.query_pairs_mut().clear().extend_pairs(pairs);
    address.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_next_page_is_followed_on_its_own_host_only_and_kept_without_the_token() {
        let credentials = Credentials::read("secret = 1|s\ngroup = 7").unwrap();
        let wire = ThreatExchange::new("https://graph.example".into(), credentials).unwrap();
        for bad in ["http://graph.example/x", "https://graph.example.evil/x", "https://a@graph.example/", "/x"] {
            assert!(wire.checked(bad).is_err(), "{bad}");
        }
        let next = wire.checked("https://graph.example/v26.0/7/threat_updates/?access_token=1%7Cs&after=a").unwrap();
        assert_eq!(without_token(next.clone()), "https://graph.example/v26.0/7/threat_updates/?after=a");
        assert!(wire.with_token(next).as_str().ends_with("?after=a&access_token=1%7Cs"));
    }
}
