//! What is banked: notes, metadata, and until when it is not matched.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::bank::Bank;

/// Characters of a note, at most.
pub const NOTE_CHARS_MAX: usize = 255;
/// A content is switched off for so many years, at most.
pub const DISABLE_YEARS_MAX: i64 = 5;
/// Bytes of a content's metadata as JSON, at most.
pub const METADATA_BYTES_MAX: usize = 16 * 1024;

/// Too long. Shorten it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a note has at most {NOTE_CHARS_MAX} characters")]
pub struct NoteError;

/// Why metadata is not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MetadataError {
    /// Something else than an object. Send one.
    #[error("metadata is a JSON object")]
    NotAnObject,
    /// A key that HMA does not have either. What is yours goes under `json`.
    #[error("metadata has the keys content_id, content_uri and json, and no other")]
    Key,
    /// Too long. Keep it elsewhere and name it in `content_id`.
    #[error("metadata has at most {METADATA_BYTES_MAX} bytes")]
    TooLong,
}

/// Whether a note may be kept.
pub fn check_note(note: &str) -> Result<(), NoteError> {
    if note.chars().count() > NOTE_CHARS_MAX { Err(NoteError) } else { Ok(()) }
}

/// Whether metadata may be kept: the three keys, of a bounded length.
pub fn check_metadata(metadata: Value) -> Result<Map<String, Value>, MetadataError> {
    let Value::Object(metadata) = metadata else { return Err(MetadataError::NotAnObject) };
    if !metadata.keys().all(|key| ["content_id", "content_uri", "json"].contains(&key.as_str())) {
        return Err(MetadataError::Key);
    }
    let length = serde_json::to_string(&metadata).map_or(usize::MAX, |text| text.len());
    if length > METADATA_BYTES_MAX { Err(MetadataError::TooLong) } else { Ok(metadata) }
}

/// What is to be changed about a content.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct ContentEdit {
    /// Not matched until then, seconds since 1970; 0: matched.
    #[serde(default)]
    pub disable_until_ts: Option<i64>,
    /// Replaces the note.
    #[serde(default)]
    pub note: Option<String>,
}

/// What is said about a content. What is not there is left out.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct ContentView {
    /// Its number.
    pub id: u64,
    /// Not matched until then, seconds since 1970; 0: matched.
    pub disable_until_ts: i64,
    /// Where it came from, if that was said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub original_media_uri: Option<String>,
    /// The bank that it is in.
    pub bank: Bank,
    /// Its signals, if they were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signals: Option<super::Signals>,
    /// Its metadata, if they were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Map<String, Value>>,
    /// Its note.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_note_has_two_hundred_and_fifty_five_characters_at_most() {
        assert_eq!(check_note(&"é".repeat(255)), Ok(()));
        assert_eq!(check_note(&"é".repeat(256)), Err(NoteError));
    }

    #[test]
    fn metadata_has_three_keys_and_a_bounded_length() {
        assert!(check_metadata(json!({"content_id": "7", "json": {"a": [1]}})).is_ok());
        assert_eq!(check_metadata(json!([])), Err(MetadataError::NotAnObject));
        assert_eq!(check_metadata(json!({"name": "x"})), Err(MetadataError::Key));
        let around = json!({"json": ""}).to_string().len();
        let of = |length: usize| check_metadata(json!({"json": "a".repeat(length)}));
        assert!(of(METADATA_BYTES_MAX - around).is_ok());
        assert_eq!(of(METADATA_BYTES_MAX - around + 1), Err(MetadataError::TooLong));
    }
}
