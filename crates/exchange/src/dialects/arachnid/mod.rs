//! Arachnid Shield's matching, v1 (JSON).
//!
//! Worked from: the client `arachnid-shield-sdk` 0.2.2 (PyPI). Hashes are asked about, never listed.
//!
//! What this wire cannot carry, of an answer of ours:
//! - that a person is to look first: its readers take every match for certain, so only what may be blocked is one;
//! - which entries were met, how near, and whose they are;
//! - class adult: what is no child's is called `harmful-abusive-material`, the one word left;
//! - the SHA-1 of what was met, which we do not hold; it is empty.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use serde::{Deserialize, Serialize};

use super::{DialectError, json};
use crate::{Class, QUERIES_MAX, hex};

/// What was met.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Met {
    /// Of which class.
    pub class: Class,
    /// The SHA-256 of what was met, lower-case hex, where the asker may know it.
    pub sha256: Option<String>,
}

/// The word for a class.
pub const fn classification(class: Class) -> &'static str {
    match class {
        Class::Minor => "csam",
        Class::Adult => "harmful-abusive-material",
    }
}

const NO_MATCH: &str = "no-known-match";

/// Questions as they are sent.
pub fn encode_queries(hashes: &[[u8; 32]]) -> Vec<u8> {
    #[derive(Serialize)]
    struct Out {
        hashes: Vec<String>,
    }
    serde_json::to_vec(&Out { hashes: hashes.iter().map(base64).collect() }).unwrap_or_default()
}

/// Reads questions: each with the text under which it is to be answered.
///
/// # Errors
/// When they cannot be read, one is no PDQ hash, or there are none or more than [`QUERIES_MAX`].
pub fn decode_queries(bytes: &[u8]) -> Result<Vec<(String, [u8; 32])>, DialectError> {
    #[derive(Deserialize)]
    struct In {
        hashes: Vec<String>,
    }
    let In { hashes } = json::page(bytes)?;
    if hashes.len() > QUERIES_MAX {
        return Err(DialectError::TooLarge);
    }
    let hash = |text: String| from_base64(text.trim()).map(|hash| (text, hash)).ok_or(DialectError::Unreadable);
    let queries: Vec<_> = hashes.into_iter().map(hash).collect::<Result<_, _>>()?;
    if queries.is_empty() { Err(DialectError::Unreadable) } else { Ok(queries) }
}

/// Bytes of an address, at most.
pub const ADDRESS_BYTES_MAX: usize = 2_048;

/// The address of a picture to be looked at, as it is sent.
pub fn encode_address(address: &str) -> Vec<u8> {
    serde_json::to_vec(&Address { url: address.to_owned() }).unwrap_or_default()
}

/// Reads the address of a picture to be looked at. Whether it may be fetched is for others to say.
///
/// # Errors
/// When there is none, or it has more than [`ADDRESS_BYTES_MAX`].
pub fn decode_address(bytes: &[u8]) -> Result<String, DialectError> {
    let Address { url } = json::page(bytes)?;
    match url.len() {
        0 => Err(DialectError::Unreadable),
        1..=ADDRESS_BYTES_MAX => Ok(url),
        _ => Err(DialectError::TooLarge),
    }
}

#[derive(Serialize, Deserialize)]
struct Address {
    url: String,
}

#[derive(Serialize, Deserialize)]
struct Answers<T> {
    scanned_hashes: std::collections::BTreeMap<String, T>,
}

#[derive(Serialize)]
struct AnswerOut<'a> {
    classification: &'static str,
    match_type: Option<&'static str>,
    near_match_details: Option<Details<'a>>,
}

#[derive(Serialize)]
struct Details<'a> {
    timestamp: f64,
    sha1_base32: &'static str,
    sha256_hex: &'a str,
    classification: &'static str,
}

/// Answers as they are sent, under the texts of the questions.
pub fn encode_answers(answers: &[(String, Option<Met>)]) -> Vec<u8> {
    let scanned_hashes = answers.iter().map(|(text, met)| (text.clone(), answer(met.as_ref()))).collect();
    serde_json::to_vec(&Answers { scanned_hashes }).unwrap_or_default()
}

fn answer(met: Option<&Met>) -> AnswerOut<'_> {
    let classification = met.map_or(NO_MATCH, |met| classification(met.class));
    // Its client reads these where there is a match, and an absent one would stop it.
    let details = |met| Details { timestamp: 0.0, sha1_base32: "", sha256_hex: sha256(met), classification };
    AnswerOut { classification, match_type: met.map(|_| "near"), near_match_details: met.map(details) }
}

fn sha256(met: &Met) -> &str {
    met.sha256.as_deref().unwrap_or_default()
}

/// A picture that was scanned.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Scanned {
    /// Its bytes.
    pub bytes: u64,
    /// Its SHA-256.
    pub sha256: [u8; 32],
    /// What it met, and whether it is the very file.
    pub met: Option<(Class, bool)>,
}

/// The answer about a picture.
pub fn encode_scanned(scanned: &Scanned) -> Vec<u8> {
    #[derive(Serialize)]
    struct Out<'a> {
        size_bytes: u64,
        sha1_base32: &'static str,
        sha256_hex: String,
        classification: &'static str,
        match_type: Option<&'static str>,
        near_match_details: Vec<Details<'a>>,
    }
    let word = scanned.met.map_or(NO_MATCH, |(class, _)| classification(class));
    let is_near = scanned.met.is_some_and(|(_, is_exact)| !is_exact);
    let near = Details { timestamp: 0.0, sha1_base32: "", sha256_hex: "", classification: word };
    let out = Out {
        size_bytes: scanned.bytes,
        sha1_base32: "",
        sha256_hex: hex::encode(&scanned.sha256),
        classification: word,
        match_type: scanned.met.map(|(_, is_exact)| if is_exact { "exact" } else { "near" }),
        near_match_details: if is_near { vec![near] } else { Vec::new() },
    };
    serde_json::to_vec(&out).unwrap_or_default()
}

/// Reads answers, under the texts of the questions, sorted.
///
/// # Errors
/// When they cannot be read, or one has a word that is not known: it may be a match.
pub fn decode_answers(bytes: &[u8]) -> Result<Vec<(String, Option<Met>)>, DialectError> {
    #[derive(Deserialize)]
    struct AnswerIn {
        classification: Option<String>,
        #[serde(default)]
        near_match_details: Option<DetailsIn>,
    }
    #[derive(Deserialize)]
    struct DetailsIn {
        #[serde(default)]
        sha256_hex: String,
    }
    let Answers::<AnswerIn> { scanned_hashes } = json::page(bytes)?;
    let read = |(text, answer): (String, AnswerIn)| {
        let class = match answer.classification.as_deref() {
            None | Some(NO_MATCH) => return Ok((text, None)),
            Some("csam") => Class::Minor,
            Some("harmful-abusive-material") => Class::Adult,
            Some(_) => return Err(DialectError::Unreadable),
        };
        let sha256 = answer.near_match_details.map(|details| details.sha256_hex.to_ascii_lowercase());
        Ok((text, Some(Met { class, sha256: sha256.filter(|hex| !hex.is_empty()) })))
    };
    scanned_hashes.into_iter().map(read).collect()
}

/// A refusal, as its client reads it.
pub fn encode_refusal(detail: &str) -> Vec<u8> {
    #[derive(Serialize)]
    struct Out<'a> {
        detail: &'a str,
    }
    serde_json::to_vec(&Out { detail }).unwrap_or_default()
}

/// Standard base64 of 32 bytes.
fn base64(hash: &[u8; 32]) -> String {
    STANDARD.encode(hash)
}

/// The same back; without its `=`, and with the letters that are safe in addresses, as well.
fn from_base64(text: &str) -> Option<[u8; 32]> {
    let plain = text.trim_end_matches('=').replace('-', "+").replace('_', "/");
    STANDARD_NO_PAD.decode(plain).ok()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn questions_and_answers_come_out_as_they_went_in(
            hashes in proptest::collection::btree_set(any::<[u8; 32]>(), 1..6), adult: bool,
        ) {
            let hashes: Vec<_> = hashes.into_iter().collect();
            let queries = decode_queries(&encode_queries(&hashes)).unwrap();
            prop_assert_eq!(queries.iter().map(|(_, hash)| *hash).collect::<Vec<_>>(), hashes);
            let class = if adult { Class::Adult } else { Class::Minor };
            let met = |place: usize| [
                None, Some(Met { class, sha256: None }), Some(Met { class, sha256: Some("0f".repeat(32)) }),
            ][place % 3].clone();
            let mut answers: Vec<_> =
                queries.into_iter().enumerate().map(|(place, (text, _))| (text, met(place))).collect();
            answers.sort_by(|one, other| one.0.cmp(&other.0));
            prop_assert_eq!(decode_answers(&encode_answers(&answers)).unwrap(), answers);
        }

        #[test]
        fn nothing_that_is_sent_stops_the_reader(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = (decode_queries(&bytes), decode_answers(&bytes), decode_address(&bytes));
        }
    }

    #[test]
    fn a_hash_is_32_bytes_exactly() {
        let ask = |text: &str| decode_queries(format!(r#"{{"hashes":["{text}"]}}"#).as_bytes());
        let zeroes = format!("{}=", "A".repeat(43));
        assert_eq!(ask(&zeroes).unwrap()[0].1, [0; 32]);
        assert_eq!(ask(&"A".repeat(43)).unwrap()[0].1, [0; 32]);
        for wrong in ["", "A", &"A".repeat(42), &"A".repeat(45), &format!("{}B=", "A".repeat(42)), &"é".repeat(43)] {
            assert_eq!(ask(wrong), Err(DialectError::Unreadable), "{wrong}");
        }
    }

    #[test]
    fn a_call_has_a_thousand_hashes_and_not_one_more() {
        let call = |count| decode_queries(&encode_queries(&vec![[7; 32]; count])).map(|queries| queries.len());
        assert_eq!(call(QUERIES_MAX), Ok(QUERIES_MAX));
        assert_eq!(call(QUERIES_MAX + 1), Err(DialectError::TooLarge));
        assert_eq!(call(0), Err(DialectError::Unreadable));
    }

    #[test]
    fn an_address_is_taken_at_its_longest_and_refused_past_it() {
        let long = "a".repeat(ADDRESS_BYTES_MAX);
        assert_eq!(decode_address(&encode_address(&long)), Ok(long.clone()));
        assert_eq!(decode_address(&encode_address(&format!("{long}a"))), Err(DialectError::TooLarge));
        assert_eq!(decode_address(&encode_address("")), Err(DialectError::Unreadable));
        assert_eq!(decode_address(b"https://platform.example/a.png"), Err(DialectError::Unreadable));
    }

    #[test]
    fn a_scanned_picture_is_answered_in_the_words_of_its_client() {
        let scanned = |met| String::from_utf8(encode_scanned(&Scanned { bytes: 3, sha256: [0x0f; 32], met })).unwrap();
        let none = scanned(None);
        assert!(
            none.contains(r#""classification":"no-known-match","match_type":null,"near_match_details":[]"#),
            "{none}"
        );
        let exact = scanned(Some((Class::Minor, true)));
        assert!(exact.contains(r#""classification":"csam","match_type":"exact","near_match_details":[]"#), "{exact}");
        let near = scanned(Some((Class::Adult, false)));
        assert!(near.contains(r#""match_type":"near","near_match_details":[{"timestamp":0.0,"#), "{near}");
        assert!(near.contains(&"0f".repeat(32)) && near.contains(r#""size_bytes":3"#), "{near}");
    }

    #[test]
    fn a_word_that_is_not_known_is_not_taken_for_nothing() {
        let text = r#"{"scanned_hashes":{"a":{"classification":"new","match_type":"near"}}}"#;
        assert_eq!(decode_answers(text.as_bytes()), Err(DialectError::Unreadable));
    }
}
