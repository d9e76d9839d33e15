//! The receipt: six words, a person's only key to a case.
//!
//! Each word is one of 2,048 (11 bits), so a receipt has 66 bits. Argon2id with the node's salt makes 32 bytes of the
//! words as they are written, in lower case with one space between (RFC 9106; see [`Cost`]); HKDF-SHA-256 makes two values of those,
//! told apart by their labels: what the server finds the case by, and what opens the case's key. Neither tells the
//! other, and nobody who holds the first can find the words but by trying them.

use std::fmt;

use argon2::{Algorithm, Argon2, Params, Version};
use rand::{Rng, RngExt};
use zeroize::{Zeroize, Zeroizing};

use crate::case::CaseKey;
use crate::envelope::{EnvelopeKey, KEY_BYTES, OpenError, derive};
use crate::words::{Lexicon, WORD_BITS};

/// Words of a receipt.
pub const RECEIPT_WORDS: usize = 6;
/// Bytes of a node's salt for receipts.
pub const SALT_BYTES: usize = 16;
/// Bytes of what a case is found by.
pub const LOOKUP_BYTES: usize = 16;

/// Characters that are read at most: pasted text may hold line breaks and numbers of a list around the words.
const TEXT_BYTES_MAX: usize = 512;

/// Six words. `Debug` does not show them.
#[derive(Clone, PartialEq, Eq)]
pub struct Receipt(Zeroizing<String>);

/// Why a text is no receipt.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReceiptError {
    /// More or fewer words. Count them again.
    #[error("a receipt has {RECEIPT_WORDS} words, not {0}")]
    Count(usize),
    /// A word is in no list: one is misspelt. `position` counts from 1; `nearest` are words of the lists that differ
    /// by one or two letters, at most three.
    #[error("word {position} is not in the list")]
    Unknown {
        /// Which word, from 1.
        position: usize,
        /// What may have been meant.
        nearest: Vec<&'static str>,
    },
    /// Words of two languages. One of them is misspelt into a word of another.
    #[error("the words are not of one language")]
    Mixed,
}

/// How dear one try is. Cases keep working when a later generation is added: each is tried in turn.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cost {
    /// Memory, in KiB.
    pub memory_kib: u32,
    /// Passes over it.
    pub passes: u32,
}

impl Cost {
    /// 64 MiB, 3 passes, one lane: RFC 9106's second recommendation with one lane instead of four, since a node serves many at a time.
    pub const V1: Self = Self { memory_kib: 64 * 1024, passes: 3 };
    /// The least that Argon2 allows: for tests of what is around it.
    pub const LEAST: Self = Self { memory_kib: 8, passes: 1 };
}

/// What the words open. `Debug` does not show it.
pub struct ReceiptKeys {
    lookup: [u8; LOOKUP_BYTES],
    opener: EnvelopeKey,
}

impl Receipt {
    /// A new receipt in one language.
    pub fn generate(lexicon: Lexicon, rng: &mut impl Rng) -> Self {
        let mut text = Zeroizing::new(String::with_capacity(64));
        for position in 0..RECEIPT_WORDS {
            if position > 0 {
                text.push(' ');
            }
            let number = rng.random::<u16>() & ((1 << WORD_BITS) - 1);
            text.push_str(lexicon.word(number));
        }
        Self(text)
    }

    /// Reads what a person typed or pasted: any case, any white space, commas, dots, dashes and list numbers between
    /// the words.
    pub fn parse(text: &str) -> Result<Self, ReceiptError> {
        let mut lower = Zeroizing::new(String::new());
        lower.extend(text.chars().take(TEXT_BYTES_MAX).flat_map(char::to_lowercase));
        let words: Vec<&str> = lower.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty()).collect();
        if words.len() != RECEIPT_WORDS {
            return Err(ReceiptError::Count(words.len()));
        }
        if let Some(position) = words.iter().position(|word| Lexicon::ALL.iter().all(|list| !list.has(word))) {
            let nearest = Lexicon::ALL.iter().flat_map(|list| list.nearest(words[position])).take(3).collect();
            return Err(ReceiptError::Unknown { position: position + 1, nearest });
        }
        if !Lexicon::ALL.iter().any(|list| words.iter().all(|word| list.has(word))) {
            return Err(ReceiptError::Mixed);
        }
        Ok(Self(Zeroizing::new(words.join(" "))))
    }

    /// The words, in order.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.0.split(' ')
    }

    /// The words with one space between.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What the words open at the node with this salt. Takes as long as `cost` says: keep it off a runtime's threads.
    pub fn keys(&self, salt: &[u8; SALT_BYTES], cost: Cost) -> ReceiptKeys {
        let params = Params::new(cost.memory_kib, cost.passes, 1, Some(KEY_BYTES))
            .expect("both costs above are within Argon2's ranges");
        let mut secret = Zeroizing::new([0; KEY_BYTES]);
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(self.0.as_bytes(), salt, secret.as_mut())
            .expect("salt and output have lengths that Argon2 takes");
        let lookup = *derive(secret.as_ref(), b"rempart receipt: lookup");
        let opener = EnvelopeKey::new(&derive(secret.as_ref(), b"rempart receipt: open"));
        ReceiptKeys { lookup, opener }
    }
}

impl ReceiptKeys {
    /// What the case is found by.
    pub const fn lookup(&self) -> &[u8; LOOKUP_BYTES] {
        &self.lookup
    }

    /// Seals a case's key for the words.
    pub fn seal(&self, key: &CaseKey, rng: &mut impl Rng) -> Vec<u8> {
        self.opener.seal(&self.lookup, key.as_bytes(), rng)
    }

    /// Opens what [`ReceiptKeys::seal`] made.
    pub fn open(&self, sealed: &[u8]) -> Result<CaseKey, OpenError> {
        let mut plain = self.opener.open(&self.lookup, sealed)?;
        let key = plain.as_slice().try_into().map(CaseKey::from_bytes).map_err(|_| OpenError);
        plain.zeroize();
        key
    }
}

impl fmt::Debug for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Receipt(..)")
    }
}

impl fmt::Debug for ReceiptKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ReceiptKeys(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    fn receipt(seed: u64) -> Receipt {
        Receipt::generate(Lexicon::Fr, &mut StdRng::seed_from_u64(seed))
    }

    #[test]
    fn the_words_open_the_case_however_they_are_typed() {
        let (salt, mut rng) = ([7; SALT_BYTES], StdRng::seed_from_u64(1));
        let (receipt, key) = (receipt(1), CaseKey::generate(&mut rng));
        let keys = receipt.keys(&salt, Cost::LEAST);
        let sealed = keys.seal(&key, &mut rng);
        let list: String = receipt.words().enumerate().map(|(i, word)| format!("{}. {}\r\n", i + 1, word)).collect();
        for typed in [receipt.as_str().to_uppercase(), receipt.words().collect::<Vec<_>>().join(", "), list] {
            let again = Receipt::parse(&typed).unwrap().keys(&salt, Cost::LEAST);
            assert_eq!(again.lookup(), keys.lookup());
            assert_eq!(again.open(&sealed).unwrap().as_bytes(), key.as_bytes());
        }
    }

    #[test]
    fn other_words_another_salt_or_another_cost_find_and_open_nothing() {
        let mut rng = StdRng::seed_from_u64(1);
        let keys = receipt(1).keys(&[7; SALT_BYTES], Cost::LEAST);
        let sealed = keys.seal(&CaseKey::generate(&mut rng), &mut rng);
        let dearer = Cost { passes: 2, ..Cost::LEAST };
        for other in [
            receipt(2).keys(&[7; SALT_BYTES], Cost::LEAST),
            receipt(1).keys(&[8; SALT_BYTES], Cost::LEAST),
            receipt(1).keys(&[7; SALT_BYTES], dearer),
        ] {
            assert_ne!(other.lookup(), keys.lookup());
            assert_eq!(other.open(&sealed).err(), Some(OpenError));
        }
    }

    #[test]
    fn a_misspelt_word_is_named_by_its_place_with_what_was_meant() {
        let receipt = receipt(1);
        let mut words: Vec<String> = receipt.words().map(str::to_owned).collect();
        let meant = words[3].clone();
        words[3].push('q');
        let Err(ReceiptError::Unknown { position, nearest }) = Receipt::parse(&words.join(" ")) else {
            panic!("a misspelt word was taken");
        };
        assert_eq!(position, 4);
        assert!(nearest.contains(&meant.as_str()), "{nearest:?}");
        assert_eq!(Receipt::parse("un deux"), Err(ReceiptError::Count(2)));
        assert_eq!(Receipt::parse(""), Err(ReceiptError::Count(0)));
    }

    #[test]
    fn a_receipt_never_shows_in_a_debug_form() {
        assert_eq!(format!("{:?}", receipt(1)), "Receipt(..)");
    }
}
