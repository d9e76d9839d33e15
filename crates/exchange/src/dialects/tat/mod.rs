//! Tech Against Terrorism's content hash list, v2 (JSON).
//!
//! Worked from: the client in `threatexchange` 1.2.17 (PyPI) and the public pages docs.terrorismanalytics.org (hash list, hash
//! feedback; read 2026-11).
//!
//! What this wire cannot carry, of a bank of ours:
//! - what kind of harm it is: the list is one of terrorist content, and its one label is an ideology; ours is the class;
//! - whether anybody looked, or contests it: its client takes every row for a lead;
//! - whose it is; which hashes belong to one picture; a PDQ's quality; views; how far to block.
//!
//! A row is a value, its client keeps the last one of each: so a value that somebody still stands for is never `deleted`.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{DialectError, Flaw, Held, Listed, Medium, Skipped, Stance, class_among, json, kept, value};
use crate::{Fingerprint, KeptReason, Kind, OutcomeKind, hex};

/// File types whose MD5 its client looks at.
const FILM_TYPES: [&str; 4] = ["mp4", "mov", "m4v", "webm"];
/// Bytes of a checkpoint or a next page's query, at most.
const CURSOR_BYTES_MAX: usize = 1_024;

/// A value of the list as it stands.
#[derive(Clone, PartialEq, Debug)]
pub struct Row {
    /// Its number in the list.
    pub id: u64,
    /// The value.
    pub fingerprint: Fingerprint,
    /// Of what.
    pub medium: Medium,
    /// Its one label.
    pub ideology: String,
    /// Whether it is to be forgotten.
    pub deleted: bool,
    /// When it last changed, in seconds since 1970.
    pub second: i64,
}

/// A page.
#[derive(Clone, PartialEq, Debug)]
pub struct Page {
    /// What changed, oldest first.
    pub rows: Vec<Row>,
    /// The query of the page after this; `None`: there is none.
    pub next: Option<String>,
    /// What to send next time as `after`: the last row, itself excluded.
    pub checkpoint: String,
    /// What could not be read; empty when written.
    pub skipped: Vec<Skipped>,
}

/// What a bank says of a fingerprint, in this dialect.
pub fn row(held: &Held) -> Row {
    Row {
        // Whole numbers that every reader of JSON takes.
        id: (held.id >> 75) as u64,
        fingerprint: held.fingerprint.clone(),
        medium: held.medium,
        ideology: held.holders.first().map_or("", |holder| holder.class.name()).to_owned(),
        deleted: held.holders.is_empty(),
        second: held.second,
    }
}

impl Row {
    /// What it says.
    pub fn listed(&self) -> Listed {
        let fingerprint = &self.fingerprint;
        Listed {
            key: format!("{}:{}", fingerprint.kind().name(), hex::encode(fingerprint.bytes())),
            fingerprints: if self.deleted { Vec::new() } else { vec![fingerprint.clone()] },
            medium: self.medium,
            class: class_among(std::iter::once(self.ideology.as_str())),
            stance: Stance::Lead,
            origins: Vec::new(),
            second: self.second,
        }
    }
}

#[derive(Serialize)]
struct PageOut<'a> {
    count: usize,
    next: Option<&'a str>,
    previous: Option<&'a str>,
    checkpoint: &'a str,
    results: Vec<RowOut<'a>>,
}

/// Exactly these: its client makes an object of them by name.
#[derive(Serialize)]
struct RowOut<'a> {
    hash_digest: String,
    algorithm: &'static str,
    ideology: &'a str,
    file_type: &'static str,
    deleted: bool,
    updated_on: f64,
    created_on: String,
    id: u64,
}

/// A page as it is sent.
pub fn encode(page: &Page) -> Vec<u8> {
    let results = page.rows.iter().map(row_out).collect();
    let out = PageOut {
        count: page.rows.len(),
        next: page.next.as_deref(),
        previous: None,
        checkpoint: &page.checkpoint,
        results,
    };
    serde_json::to_vec(&out).unwrap_or_default()
}

fn row_out(row: &Row) -> RowOut<'_> {
    let algorithm = match row.fingerprint.kind() {
        Kind::Pdq => "PDQ",
        Kind::Md5 => "MD5",
        Kind::Sha256 => "SHA256",
    };
    RowOut {
        hash_digest: hex::encode(row.fingerprint.bytes()),
        algorithm,
        ideology: &row.ideology,
        file_type: if row.medium == Medium::Film { FILM_TYPES[0] } else { "jpg" },
        deleted: row.deleted,
        updated_on: row.second as f64,
        created_on: super::ncmec::time(row.second),
        id: row.id,
    }
}

#[derive(Deserialize)]
struct PageIn<'a> {
    #[serde(default)]
    next: Option<String>,
    #[serde(default)]
    checkpoint: Option<String>,
    #[serde(borrow)]
    results: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
struct RowIn {
    hash_digest: String,
    algorithm: String,
    #[serde(default)]
    ideology: Option<String>,
    #[serde(default)]
    file_type: Option<String>,
    #[serde(default)]
    deleted: bool,
    #[serde(deserialize_with = "json::whole")]
    updated_on: i64,
    #[serde(deserialize_with = "json::whole")]
    id: i64,
}

/// Reads a page.
///
/// # Errors
/// When the frame cannot be read. Single rows that cannot be are in [`Page::skipped`].
pub fn decode(bytes: &[u8]) -> Result<Page, DialectError> {
    let PageIn { next, checkpoint, results } = json::page(bytes)?;
    let short = |text: &String| !text.is_empty() && text.len() <= CURSOR_BYTES_MAX;
    let (rows, skipped) = json::records(&results, read);
    Ok(Page { rows, next: next.filter(short), checkpoint: checkpoint.filter(short).unwrap_or_default(), skipped })
}

fn read(wire: RowIn) -> Result<Row, Flaw> {
    let kind = match wire.algorithm.to_ascii_uppercase().as_str() {
        "PDQ" => Kind::Pdq,
        "MD5" => Kind::Md5,
        "SHA256" | "SHA-256" => Kind::Sha256,
        _ => return Err(Flaw::OtherKind),
    };
    let is_film = wire.file_type.is_some_and(|file| FILM_TYPES.contains(&file.to_ascii_lowercase().as_str()));
    Ok(Row {
        id: wire.id.unsigned_abs(),
        fingerprint: value(kind, &wire.hash_digest)?,
        medium: if is_film { Medium::Film } else { Medium::Picture },
        ideology: wire.ideology.map_or_else(String::new, |ideology| kept(&ideology)),
        deleted: wire.deleted,
        second: wire.updated_on,
    })
}

/// What may be said of a hash: its number, its name, what that means, and what we write down then.
pub const CATEGORIES: [(u64, &str, &str, OutcomeKind, Option<KeptReason>); 4] = [
    (1, "FALSE_POSITIVE", "Another picture, or nothing of the kind", OutcomeKind::Mistaken, None),
    (2, "INCLUSION", "It breaks no rule there", OutcomeKind::Kept, Some(KeptReason::NotAViolation)),
    (3, "MATCH", "It was met", OutcomeKind::Seen, None),
    (4, "REMOVED", "It was met and taken down", OutcomeKind::Removed, None),
];

/// The list of what may be said.
pub fn encode_categories() -> Vec<u8> {
    #[derive(Serialize)]
    struct Category {
        id: u64,
        name: &'static str,
        description: &'static str,
    }
    #[derive(Serialize)]
    struct Page {
        count: usize,
        next: Option<()>,
        previous: Option<()>,
        results: Vec<Category>,
    }
    let results: Vec<_> =
        CATEGORIES.iter().map(|&(id, name, description, ..)| Category { id, name, description }).collect();
    let page = Page { count: results.len(), next: None, previous: None, results };
    serde_json::to_vec(&page).unwrap_or_default()
}

/// What is said of a hash.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Feedback {
    /// The value.
    pub value: String,
    /// By the number or the name of [`CATEGORIES`].
    pub category: usize,
}

/// Feedback as it is sent.
pub fn encode_feedback(feedback: &Feedback) -> Vec<u8> {
    #[derive(Serialize)]
    struct Out<'a> {
        hash_digest: &'a str,
        category: u64,
    }
    let category = CATEGORIES.get(feedback.category).map_or(0, |category| category.0);
    serde_json::to_vec(&Out { hash_digest: &feedback.value, category }).unwrap_or_default()
}

/// Reads feedback.
///
/// # Errors
/// When it names no hash or no category.
pub fn decode_feedback(bytes: &[u8]) -> Result<Feedback, DialectError> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Category {
        Number(u64),
        Name(String),
    }
    #[derive(Deserialize)]
    struct In {
        #[serde(alias = "hash")]
        hash_digest: String,
        #[serde(alias = "category_id", alias = "feedback_category")]
        category: Category,
    }
    let In { hash_digest, category } = json::page(bytes)?;
    let category = CATEGORIES.iter().position(|known| match &category {
        Category::Number(number) => known.0 == *number,
        Category::Name(name) => known.1 == name || known.0.to_string() == *name,
    });
    let feedback = Feedback { value: hash_digest, category: category.ok_or(DialectError::Unreadable)? };
    if feedback.fingerprints().is_empty() { Err(DialectError::Unreadable) } else { Ok(feedback) }
}

impl Feedback {
    /// The fingerprints that its value may be.
    pub fn fingerprints(&self) -> Vec<Fingerprint> {
        Kind::ALL.into_iter().filter_map(|kind| value(kind, &self.value).ok()).collect()
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
            let page = Page {
                rows: all.iter().map(row).collect(),
                next: Some("limit=1000&offset=7".to_owned()),
                checkpoint: "1700000000,9".to_owned(),
                skipped: Vec::new(),
            };
            let back = decode(&encode(&page)).unwrap();
            prop_assert_eq!(&back, &page);
            for (held, row) in all.iter().zip(&back.rows) {
                let listed = row.listed();
                prop_assert_eq!((listed.second, listed.medium), (held.second, held.medium));
                let stands = !held.holders.is_empty();
                prop_assert_eq!(listed.fingerprints, if stands { vec![held.fingerprint.clone()] } else { vec![] });
                prop_assert_eq!(listed.class, held.holders.first().map(|holder| holder.class));
            }
        }

        #[test]
        fn nothing_that_is_sent_stops_the_reader(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = (decode(&bytes), decode_feedback(&bytes));
        }
    }

    #[test]
    fn a_page_as_the_system_sends_it_is_read() {
        let text = format!(
            r#"{{"count":3,"next":"limit=2&offset=2","previous":null,"checkpoint":"1700000000.5,3","results":[
            {{"hash_digest":"{}","algorithm":"PDQ","ideology":"islamist","file_type":"jpg","deleted":false,
              "updated_on":1700000000.5,"created_on":"2023-11-14T22:13:20Z","id":1}},
            {{"hash_digest":"x","algorithm":"PDQ","updated_on":1,"id":2}},
            {{"hash_digest":"x","algorithm":"vPDQ","updated_on":1,"id":3}}]}}"#,
            "0f".repeat(32)
        );
        let page = decode(text.as_bytes()).unwrap();
        assert_eq!((page.rows.len(), page.rows[0].second, page.rows[0].listed().class), (1, 1_700_000_000, None));
        assert_eq!(page.skipped.iter().map(|one| one.flaw).collect::<Vec<_>>(), [Flaw::Value, Flaw::OtherKind]);
    }

    #[test]
    fn feedback_comes_out_as_it_went_in_and_names_what_there_is() {
        for category in 0..CATEGORIES.len() {
            let feedback = Feedback { value: "0f".repeat(16), category };
            assert_eq!(decode_feedback(&encode_feedback(&feedback)).unwrap(), feedback);
        }
        let named = format!(r#"{{"hash":"{}","category_id":"FALSE_POSITIVE"}}"#, "0f".repeat(32));
        assert_eq!(decode_feedback(named.as_bytes()).unwrap().category, 0);
        for wrong in [named.replace("FALSE_POSITIVE", "OTHER"), named.replace("0f", "xx")] {
            assert_eq!(decode_feedback(wrong.as_bytes()), Err(DialectError::Unreadable));
        }
    }
}
