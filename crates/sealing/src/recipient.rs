//! A hotline's recipient: whoever holds the secret half reads what was sealed to the public half.
//!
//! HPKE (RFC 9180), base mode, single shot: DHKEM(X25519, HKDF-SHA-256), HKDF-SHA-256, ChaCha20-Poly1305. A sealed value is
//! `encapsulated key (32) || ciphertext || tag (16)`.
//!
//! The secret is written down as 24 words of a receipt's list: 256 bits and the first 8 of their SHA-256, so that a
//! misread word is noticed. That sheet is the only copy that outlives the machine.

use std::fmt;

use hpke::aead::ChaCha20Poly1305;
use hpke::kdf::HkdfSha256;
use hpke::kem::X25519HkdfSha256;
use hpke::{Deserializable, Kem, OpModeR, OpModeS, Serializable};
use rand::CryptoRng;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::envelope::OpenError;
use crate::words::{Lexicon, WORD_BITS};

type Suite = X25519HkdfSha256;

/// Bytes of a public key.
pub const RECIPIENT_BYTES: usize = 32;
/// Bytes that sealing to a recipient adds.
pub const RECIPIENT_OVERHEAD_BYTES: usize = 32 + 16;
/// Words of a recovery sheet.
pub const SHEET_WORDS: usize = 24;

/// The public half: seals. Its `Display` is its 64 hex digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Recipient([u8; RECIPIENT_BYTES]);

/// The secret half: opens. `Debug` does not show it.
#[derive(Clone)]
pub struct RecipientSecret(Zeroizing<[u8; RECIPIENT_BYTES]>);

/// Why words are no recovery sheet.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SheetError {
    /// More or fewer words. Count them again.
    #[error("a recovery sheet has {SHEET_WORDS} words, not {0}")]
    Count(usize),
    /// A word is in no list, or in another one than the rest. `position` counts from 1.
    #[error("word {0} of the recovery sheet is not in the list of the others; read it again")]
    Unknown(usize),
    /// All are words of one list, and together they are no key: one was misread or two changed places.
    #[error("the words of the recovery sheet do not fit together; read them again, in their order")]
    Check,
}

impl Recipient {
    /// The public key of these bytes; `None` when nothing can be sealed to it.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        let bytes: [u8; RECIPIENT_BYTES] = bytes.try_into().ok()?;
        <Suite as Kem>::PublicKey::from_bytes(&bytes).ok().map(|_| Self(bytes))
    }

    /// As stored.
    pub const fn as_bytes(&self) -> &[u8; RECIPIENT_BYTES] {
        &self.0
    }

    /// Seals a value for the place that `context` names.
    pub fn seal(&self, context: &[u8], plain: &[u8], rng: &mut impl CryptoRng) -> Vec<u8> {
        let public = <Suite as Kem>::PublicKey::from_bytes(&self.0).expect("it was read before");
        let (encapsulated, sealed) = hpke::single_shot_seal_with_rng::<ChaCha20Poly1305, HkdfSha256, Suite>(
            &OpModeS::Base,
            &public,
            INFO,
            plain,
            context,
            rng,
        )
        .expect("a public key that was read is one that can be sealed to");
        [encapsulated.to_bytes().as_slice(), &sealed].concat()
    }
}

const INFO: &[u8] = b"rempart recipient";

impl RecipientSecret {
    /// A new pair.
    pub fn generate(rng: &mut impl CryptoRng) -> Self {
        let mut secret = Zeroizing::new([0; RECIPIENT_BYTES]);
        rng.fill_bytes(secret.as_mut());
        Self(secret)
    }

    /// The secret of these bytes, as kept by whoever holds it.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(|bytes| Self(Zeroizing::new(bytes)))
    }

    /// Its bytes, to be kept by whoever holds it.
    pub fn as_bytes(&self) -> &[u8; RECIPIENT_BYTES] {
        &self.0
    }

    /// The public half.
    pub fn public(&self) -> Recipient {
        Recipient(<Suite as Kem>::sk_to_pk(&self.key()).to_bytes().into())
    }

    /// Opens what was sealed to the public half for the same place.
    pub fn open(&self, context: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, OpenError> {
        let (encapsulated, sealed) = sealed.split_first_chunk::<32>().ok_or(OpenError)?;
        let encapsulated = <Suite as Kem>::EncappedKey::from_bytes(encapsulated).map_err(|_| OpenError)?;
        hpke::single_shot_open::<ChaCha20Poly1305, HkdfSha256, Suite>(
            &OpModeR::Base,
            &self.key(),
            &encapsulated,
            INFO,
            sealed,
            context,
        )
        .map(Zeroizing::new)
        .map_err(|_| OpenError)
    }

    /// The 24 words of the recovery sheet.
    pub fn sheet(&self, lexicon: Lexicon) -> Vec<&'static str> {
        let mut words = Vec::with_capacity(SHEET_WORDS);
        let (mut held, mut bits) = (0_u32, 0);
        for byte in self.0.iter().copied().chain([self.check()]) {
            held = held << 8 | u32::from(byte);
            bits += 8;
            if bits >= WORD_BITS {
                bits -= WORD_BITS;
                words.push(lexicon.word((held >> bits) as u16 & MASK));
                held &= (1 << bits) - 1;
            }
        }
        words
    }

    /// Reads a recovery sheet: any case, anything between the words.
    pub fn from_sheet(text: &str) -> Result<Self, SheetError> {
        let lower = Zeroizing::new(text.to_lowercase());
        let words: Vec<&str> = lower.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty()).collect();
        if words.len() != SHEET_WORDS {
            return Err(SheetError::Count(words.len()));
        }
        let mut unknown = 0;
        for lexicon in Lexicon::ALL {
            let numbers: Vec<u16> = words.iter().map_while(|word| lexicon.number(word)).collect();
            unknown = unknown.max(numbers.len());
            if numbers.len() == SHEET_WORDS {
                return Self::from_numbers(&numbers);
            }
        }
        Err(SheetError::Unknown(unknown + 1))
    }

    fn from_numbers(numbers: &[u16]) -> Result<Self, SheetError> {
        let mut bytes = Zeroizing::new([0; RECIPIENT_BYTES + 1]);
        let (mut held, mut bits, mut at) = (0_u32, 0, 0);
        for number in numbers {
            held = held << WORD_BITS | u32::from(*number);
            bits += WORD_BITS;
            while bits >= 8 {
                bits -= 8;
                bytes[at] = (held >> bits & 0xFF) as u8;
                held &= (1 << bits) - 1;
                at += 1;
            }
        }
        let (secret, check) = bytes.split_at(RECIPIENT_BYTES);
        let secret = Self::from_slice(secret).expect("33 bytes were split after 32");
        if [secret.check()] == check { Ok(secret) } else { Err(SheetError::Check) }
    }

    fn check(&self) -> u8 {
        Sha256::digest(self.0.as_ref())[0]
    }

    fn key(&self) -> <Suite as Kem>::PrivateKey {
        <Suite as Kem>::PrivateKey::from_bytes(self.0.as_ref()).expect("any 32 bytes are an X25519 key")
    }
}

const MASK: u16 = (1 << WORD_BITS) - 1;

impl fmt::Display for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for RecipientSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecipientSecret(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    fn secret(seed: u64) -> RecipientSecret {
        RecipientSecret::generate(&mut StdRng::seed_from_u64(seed))
    }

    #[test]
    fn only_the_secret_half_opens_and_only_in_its_place() {
        let (mine, mut rng) = (secret(1), StdRng::seed_from_u64(2));
        let sealed = mine.public().seal(b"case 1", b"key", &mut rng);
        assert_eq!(sealed.len(), 3 + RECIPIENT_OVERHEAD_BYTES);
        assert_eq!(mine.open(b"case 1", &sealed).unwrap().as_slice(), b"key");
        assert_eq!(mine.open(b"case 2", &sealed).err(), Some(OpenError));
        assert_eq!(secret(3).open(b"case 1", &sealed).err(), Some(OpenError));
        let mut damaged = sealed;
        damaged[40] ^= 1;
        assert_eq!(mine.open(b"case 1", &damaged).err(), Some(OpenError));
    }

    #[test]
    fn a_sheet_in_either_language_gives_the_secret_back_and_a_misread_one_is_noticed() {
        for (seed, lexicon) in [(1, Lexicon::En), (2, Lexicon::Fr), (3, Lexicon::Fr)] {
            let words = secret(seed).sheet(lexicon);
            assert_eq!(words.len(), SHEET_WORDS);
            let again = RecipientSecret::from_sheet(&words.join("\n").to_uppercase()).unwrap();
            assert_eq!(again.as_bytes(), secret(seed).as_bytes());
            let mut wrong = words.clone();
            wrong[5] = "qqqq";
            assert_eq!(RecipientSecret::from_sheet(&wrong.join(" ")).err(), Some(SheetError::Unknown(6)));
            wrong.pop();
            assert_eq!(RecipientSecret::from_sheet(&wrong.join(" ")).err(), Some(SheetError::Count(23)));
        }
        let mut words = secret(1).sheet(Lexicon::En);
        words.swap(0, 1);
        assert_eq!(RecipientSecret::from_sheet(&words.join(" ")).err(), Some(SheetError::Check));
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_and_words_never_panic(bytes: Vec<u8>, text: String) {
            prop_assert!(secret(1).open(b"", &bytes).is_err());
            prop_assert!(RecipientSecret::from_sheet(&text).is_err());
            let _ = Recipient::from_slice(&bytes);
        }
    }
}
