//! The file's key as a browser sealed it to each recipient: what comes from outside, read strictly.

use exchange::hex;
use sealing::{Recipient, RecipientSecret, SEALED_FILE_KEY_BYTES};
use serde::{Deserialize, Serialize};

/// Recipients of one file, at most.
const RECIPIENTS_MAX: usize = 64;

/// A file's key for one recipient.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SealedKey {
    /// Whose it is: hex digits.
    recipient: String,
    /// What was sealed: hex digits.
    key: String,
}

/// What a browser says when all parts of a file have come.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Whole {
    /// The upload's id: hex digits.
    pub id: String,
    /// How many parts there were.
    pub parts: i64,
    /// Its key for each recipient.
    pub keys: Vec<SealedKey>,
}

/// Why keys are refused. Nothing was kept of them.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum KeysError {
    /// Not what our own page sends. Load the page anew.
    #[error("the keys cannot be read")]
    Unreadable,
    /// None, one twice, or more than there can be. Load the page anew.
    #[error("a file has one key for each of 1 to {RECIPIENTS_MAX} recipients")]
    Count,
    /// For somebody who reads no cases here, or no more. Load the page anew.
    #[error("a key is for nobody who reads here")]
    Stranger,
}

impl Whole {
    /// Reads it, for recipients that are known here and for nobody else.
    pub fn read(json: &[u8], known: &[Recipient]) -> Result<Self, KeysError> {
        let whole: Self = serde_json::from_slice(json).map_err(|_| KeysError::Unreadable)?;
        SealedKey::check_all(&whole.keys, known)?;
        Ok(whole)
    }
}

impl SealedKey {
    /// Checks what a page sent: one key each, for recipients that are known here and for nobody else.
    fn check_all(keys: &[Self], known: &[Recipient]) -> Result<(), KeysError> {
        if keys.is_empty() || keys.len() > RECIPIENTS_MAX {
            return Err(KeysError::Count);
        }
        for (place, one) in keys.iter().enumerate() {
            let _: [u8; SEALED_FILE_KEY_BYTES] = hex::decode(&one.key).ok_or(KeysError::Unreadable)?;
            if !known.iter().any(|known| known.to_string() == one.recipient) {
                return Err(KeysError::Stranger);
            }
            if keys[..place].iter().any(|other| other.recipient == one.recipient) {
                return Err(KeysError::Count);
            }
        }
        Ok(())
    }

    /// What was sealed to whoever holds this secret; `None` when nothing was.
    pub fn sealed_for(keys: &[Self], secret: &RecipientSecret) -> Option<[u8; SEALED_FILE_KEY_BYTES]> {
        let digits = secret.public().to_string();
        let key = keys.iter().find(|one| one.recipient == digits)?;
        hex::decode(&key.key)
    }

    /// Whether something was sealed to this recipient.
    pub(crate) fn is_for(keys: &[Self], recipient: &Recipient) -> bool {
        let digits = recipient.to_string();
        keys.iter().any(|one| one.recipient == digits)
    }

    /// These keys and more of them. Those of whoever reads here no more fall away.
    pub(crate) fn with(keys: &[Self], readers: &[Recipient], more: Vec<(Recipient, Vec<u8>)>) -> Vec<Self> {
        let more = more.into_iter().map(|(to, key)| Self { recipient: to.to_string(), key: hex::encode(&key) });
        let stays = |one: &&Self| readers.iter().any(|reader| reader.to_string() == one.recipient);
        keys.iter().filter(stays).cloned().chain(more).take(RECIPIENTS_MAX).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    fn secret(seed: u64) -> RecipientSecret {
        RecipientSecret::generate(&mut StdRng::seed_from_u64(seed))
    }

    fn key(seed: u64) -> SealedKey {
        SealedKey { recipient: secret(seed).public().to_string(), key: "ab".repeat(SEALED_FILE_KEY_BYTES) }
    }

    #[test]
    fn a_key_each_for_those_who_read_here_is_taken_and_found_again() {
        let known = [secret(1).public(), secret(2).public()];
        assert_eq!(SealedKey::check_all(&[key(1)], &known), Ok(()));
        assert_eq!(SealedKey::check_all(&[key(1), key(2)], &known), Ok(()));
        assert_eq!(SealedKey::sealed_for(&[key(1), key(2)], &secret(2)), Some([0xab; SEALED_FILE_KEY_BYTES]));
        assert_eq!(SealedKey::sealed_for(&[key(1)], &secret(2)), None);
    }

    #[test]
    fn a_key_more_stands_beside_those_that_are_there_and_whoever_left_has_none() {
        let readers = [secret(1).public(), secret(3).public()];
        let more = vec![(secret(3).public(), vec![0xcd; SEALED_FILE_KEY_BYTES])];
        let keys = SealedKey::with(&[key(1), key(2)], &readers, more);
        assert_eq!(SealedKey::check_all(&keys, &readers), Ok(()));
        assert_eq!(SealedKey::sealed_for(&keys, &secret(3)), Some([0xcd; SEALED_FILE_KEY_BYTES]));
        assert!(SealedKey::is_for(&keys, &readers[0]) && !SealedKey::is_for(&keys, &secret(2).public()));
    }

    #[test]
    fn strangers_doubles_none_and_what_is_no_key_are_refused() {
        let known = [secret(1).public(), secret(2).public()];
        let check = |keys: &[SealedKey]| SealedKey::check_all(keys, &known);
        assert_eq!(check(&[]), Err(KeysError::Count));
        assert_eq!(check(&[key(1), key(1)]), Err(KeysError::Count));
        assert_eq!(check(&[key(1), key(3)]), Err(KeysError::Stranger));
        assert_eq!(check(&vec![key(1); RECIPIENTS_MAX + 1]), Err(KeysError::Count));
        assert_eq!(check(&[SealedKey { key: "ab".to_owned(), ..key(1) }]), Err(KeysError::Unreadable));
        assert_eq!(
            check(&[SealedKey { recipient: key(1).recipient.to_uppercase(), ..key(1) }]),
            Err(KeysError::Stranger)
        );
        assert!(serde_json::from_str::<SealedKey>(r#"{"recipient":"","key":"","name":"beach.jpg"}"#).is_err());
    }
}
