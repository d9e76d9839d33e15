//! `threat_updates`: what changed in a privacy group, oldest first.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{FILM_TAG, fingerprint, type_of};
use crate::dialects::{
    DialectError, Flaw, Held, Holder, Listed, PER_RECORD_MAX, Skipped, Stance, class_among, json, kept, sorted,
};
use crate::hex;

/// Bytes of the address of a next page, at most.
const NEXT_BYTES_MAX: usize = 16_384;

/// An indicator as it stands, or that it is to be deleted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Update {
    /// A decimal number.
    pub id: String,
    /// The value, lower-case hex for hashes.
    pub indicator: String,
    /// Such as `HASH_PDQ`.
    pub kind: String,
    /// Seconds since 1970, never falling from one update to the next.
    pub second: i64,
    /// Who says what of it; nobody: it is to be deleted.
    pub opinions: Vec<Opinion>,
}

/// What an application says of an indicator.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Opinion {
    /// Of the descriptor, a decimal number.
    pub id: String,
    /// Of the application.
    pub owner: u64,
    /// What it says.
    pub stance: Stance,
    /// In which words, sorted.
    pub tags: Vec<String>,
}

/// A page.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Page {
    /// What changed.
    pub updates: Vec<Update>,
    /// The whole address of the page after this.
    pub next: Option<String>,
    /// What could not be read; empty when written.
    pub skipped: Vec<Skipped>,
}

/// What a bank says of a fingerprint, in this dialect.
pub fn update(held: &Held) -> Update {
    let opinion = |holder: &Holder| {
        let tags = vec![holder.class.name().to_owned(), holder.tier.name().to_owned()];
        Opinion {
            id: u128::from_be_bytes(*holder.entry.as_bytes()).to_string(),
            owner: holder.owner,
            stance: holder.stance(),
            tags: sorted(tags),
        }
    };
    Update {
        id: held.id.to_string(),
        indicator: hex::encode(held.fingerprint.bytes()),
        kind: type_of(held.fingerprint.kind(), held.medium).to_owned(),
        second: held.second,
        opinions: held.holders.iter().map(opinion).collect(),
    }
}

impl Update {
    /// A deletion of what never was: a page must not be empty.
    pub fn nothing_new(second: i64) -> Self {
        Self {
            id: "1".to_owned(),
            indicator: "rempart:nothing-new".to_owned(),
            kind: "DEBUG_STRING".to_owned(),
            second,
            opinions: Vec::new(),
        }
    }

    /// What it says; `None`: it is of a kind that is not matched here.
    pub fn listed(&self) -> Option<Listed> {
        let is_film = self.opinions.iter().flat_map(|opinion| &opinion.tags).any(|tag| tag == FILM_TAG);
        let (fingerprint, medium) = fingerprint(&self.kind, &self.indicator, is_film).ok()?;
        let is_gone = self.opinions.is_empty();
        let tags = self.opinions.iter().flat_map(|opinion| &opinion.tags).map(String::as_str);
        let stances = || self.opinions.iter().map(|opinion| opinion.stance);
        let stance = match stances().min() {
            Some(Stance::Contested) => Stance::Contested,
            _ => stances().max().unwrap_or(Stance::Lead),
        };
        Some(Listed {
            key: format!("{}:{}", self.kind, self.indicator),
            fingerprints: if is_gone { Vec::new() } else { vec![fingerprint] },
            medium,
            class: class_among(tags),
            stance,
            origins: sorted(self.opinions.iter().map(|opinion| opinion.owner.to_string()).collect()),
            second: self.second,
        })
    }
}

pub(super) const fn status_of(stance: Stance) -> &'static str {
    match stance {
        Stance::Firm => "MALICIOUS",
        Stance::Lead => "UNKNOWN",
        Stance::Contested => "NON_MALICIOUS",
    }
}

pub(super) fn stance_of(status: &str) -> Stance {
    match status {
        "MALICIOUS" => Stance::Firm,
        "NON_MALICIOUS" => Stance::Contested,
        _ => Stance::Lead,
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct List<T> {
    pub(super) data: Vec<T>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Tag {
    pub(super) id: String,
    pub(super) text: String,
}

/// A tag's lasting number: of its letters.
pub(super) fn tag(text: &str) -> Tag {
    // FNV-1a: any number does that is the same tomorrow.
    let number =
        text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |sum, byte| (sum ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3));
    Tag { id: (number >> 1).to_string(), text: text.to_owned() }
}

#[derive(Serialize)]
pub(super) struct Id {
    pub(super) id: String,
}

#[derive(Serialize)]
struct PageOut<'a> {
    data: Vec<UpdateOut<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    paging: Option<Paging<'a>>,
}

#[derive(Serialize)]
pub(super) struct Paging<'a> {
    pub(super) next: &'a str,
}

#[derive(Serialize)]
struct UpdateOut<'a> {
    id: &'a str,
    indicator: &'a str,
    #[serde(rename = "type")]
    kind: &'a str,
    last_updated: i64,
    should_delete: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    descriptors: Option<List<OpinionOut<'a>>>,
}

#[derive(Serialize)]
struct OpinionOut<'a> {
    id: &'a str,
    owner: Id,
    status: &'static str,
    tags: List<Tag>,
}

/// A page as it is sent.
pub fn encode_updates(page: &Page) -> Vec<u8> {
    let data = page.updates.iter().map(update_out).collect();
    let paging = page.next.as_deref().map(|next| Paging { next });
    serde_json::to_vec(&PageOut { data, paging }).unwrap_or_default()
}

fn update_out(update: &Update) -> UpdateOut<'_> {
    let should_delete = update.opinions.is_empty();
    UpdateOut {
        id: &update.id,
        indicator: &update.indicator,
        kind: &update.kind,
        last_updated: update.second,
        should_delete,
        descriptors: (!should_delete).then(|| List { data: update.opinions.iter().map(opinion_out).collect() }),
    }
}

fn opinion_out(opinion: &Opinion) -> OpinionOut<'_> {
    OpinionOut {
        id: &opinion.id,
        owner: Id { id: opinion.owner.to_string() },
        status: status_of(opinion.stance),
        tags: List { data: opinion.tags.iter().map(|text| tag(text)).collect() },
    }
}

#[derive(Deserialize)]
struct PageIn<'a> {
    #[serde(borrow)]
    data: Vec<&'a RawValue>,
    #[serde(default, deserialize_with = "json::lenient")]
    paging: PagingIn,
}

#[derive(Deserialize, Default)]
pub(super) struct PagingIn {
    pub(super) next: Option<String>,
}

#[derive(Deserialize)]
struct UpdateIn {
    #[serde(deserialize_with = "json::whole_text")]
    id: String,
    indicator: String,
    #[serde(rename = "type")]
    kind: String,
    #[serde(deserialize_with = "json::whole")]
    last_updated: i64,
    #[serde(default)]
    should_delete: bool,
    #[serde(default, deserialize_with = "json::lenient")]
    descriptors: Option<List<OpinionIn>>,
}

#[derive(Deserialize)]
struct OpinionIn {
    #[serde(deserialize_with = "json::whole_text")]
    id: String,
    #[serde(default, deserialize_with = "json::lenient")]
    owner: Option<OwnerIn>,
    #[serde(default)]
    status: String,
    #[serde(default, deserialize_with = "json::lenient")]
    tags: Option<List<TagIn>>,
}

#[derive(Deserialize)]
pub(super) struct OwnerIn {
    #[serde(deserialize_with = "json::whole")]
    pub(super) id: i64,
}

#[derive(Deserialize)]
pub(super) struct TagIn {
    pub(super) text: String,
}

/// Reads a page.
///
/// # Errors
/// When the frame cannot be read. Single updates that cannot be are in [`Page::skipped`].
pub fn decode_updates(bytes: &[u8]) -> Result<Page, DialectError> {
    let PageIn { data, paging } = json::page(bytes)?;
    let (updates, skipped) = json::records(&data, read);
    Ok(Page { updates, next: paging.next.filter(|next| next.len() <= NEXT_BYTES_MAX), skipped })
}

fn read(wire: UpdateIn) -> Result<Update, Flaw> {
    // Without an owner one cannot tell whose word it is: its readers drop it, and so do we.
    let opinion = |one: OpinionIn| {
        let tags = one.tags.map_or_else(Vec::new, |tags| tags.data.into_iter().map(|tag| kept(&tag.text)).collect());
        Some(Opinion {
            id: one.id,
            owner: one.owner?.id.unsigned_abs(),
            stance: stance_of(&one.status),
            tags: sorted(tags),
        })
    };
    let opinions = match wire.descriptors {
        Some(list) if !wire.should_delete => list.data.into_iter().take(PER_RECORD_MAX).filter_map(opinion).collect(),
        _ => Vec::new(),
    };
    let update =
        Update { id: wire.id, indicator: wire.indicator, kind: kept(&wire.kind), second: wire.last_updated, opinions };
    match fingerprint(&update.kind, &update.indicator, false) {
        Err(Flaw::Value) => Err(Flaw::Value),
        _ if update.indicator.len() > crate::dialects::TEXT_BYTES_MAX => Err(Flaw::OtherKind),
        _ => Ok(update),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::dialects::made_up;

    proptest! {
        #[test]
        fn what_a_bank_says_comes_out_as_it_went_in(all in proptest::collection::vec(made_up::held(), 0..8)) {
            let updates: Vec<Update> = all.iter().map(update).collect();
            let page = Page { updates, next: Some("https://x/v26.0/1/threat_updates/?a=b&c=d".to_owned()), skipped: vec![] };
            let back = decode_updates(&encode_updates(&page)).unwrap();
            prop_assert_eq!(&back, &page);
            for (held, update) in all.iter().zip(&back.updates) {
                let listed = update.listed().unwrap();
                prop_assert_eq!((listed.second, listed.medium), (held.second, held.medium));
                if held.holders.is_empty() {
                    prop_assert_eq!(listed.fingerprints.len(), 0);
                    continue;
                }
                prop_assert_eq!(&listed.fingerprints, &vec![held.fingerprint.clone()]);
                prop_assert_eq!(listed.stance, made_up::stance(held));
                let owners = held.holders.iter().map(|holder| holder.owner.to_string()).collect();
                prop_assert_eq!(listed.origins, sorted(owners));
                prop_assert!(held.holders.iter().any(|holder| Some(holder.class) == listed.class));
            }
        }

        #[test]
        fn nothing_that_is_sent_stops_the_reader(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = decode_updates(&bytes);
        }
    }

    #[test]
    fn a_page_as_the_system_sends_it_is_read() {
        let pdq = "0f".repeat(32);
        let text = format!(
            r#"{{"data":[
            {{"id":"9000001","indicator":"{pdq}","type":"HASH_PDQ","last_updated":1700000000,"should_delete":false,
              "descriptors":{{"data":[{{"id":"8000001","owner":{{"id":"42"}},"status":"MALICIOUS",
              "tags":{{"data":[{{"id":"1","text":"ncii"}}]}},"reactions":[{{"key":"HELPFUL","value":"43,44"}}]}},
              {{"id":"8000002","status":"MALICIOUS"}}]}}}},
            {{"id":9000002,"indicator":"{pdq}","type":"HASH_PDQ","last_updated":"1700000001","should_delete":true}},
            {{"id":"9000003","indicator":"{pdq}","type":"HASH_PDQ","last_updated":1700000002,"should_delete":false}},
            {{"id":"9000004","indicator":"abc","type":"HASH_PDQ","last_updated":1700000002,"should_delete":true}},
            {{"id":"9000005","indicator":"x","type":"DEBUG_STRING","last_updated":1700000002,"should_delete":true}},
            {{"indicator":"x"}}
            ],"paging":{{"cursors":{{}}}}}}"#
        );
        let page = decode_updates(text.as_bytes()).unwrap();
        assert_eq!(page.updates.len(), 4);
        assert_eq!(page.updates[0].opinions.len(), 1, "one without an owner is nobody's");
        assert!(page.updates[1].opinions.is_empty() && page.updates[2].opinions.is_empty());
        assert_eq!(page.updates[3].listed(), None);
        let flaws: Vec<_> = page.skipped.iter().map(|one| (one.position, one.flaw)).collect();
        assert_eq!(flaws, [(3, Flaw::Value), (5, Flaw::Unreadable)]);
        assert_eq!(page.next, None);
    }
}
