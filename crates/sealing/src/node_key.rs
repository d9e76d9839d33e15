//! The key of a node or of a matcher.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use rand::Rng;
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::envelope::{EnvelopeKey, KEY_BYTES, OpenError, derive};

/// Bytes of a keyed digest.
pub const DIGEST_BYTES: usize = 32;

/// The secret of one node. Its text form is 64 hex digits; it is never stored beside what it seals.
pub struct NodeKey {
    secret: Zeroizing<[u8; KEY_BYTES]>,
    cipher: EnvelopeKey,
    digest: Hmac<Sha256>,
    check: KeyCheck,
}

/// Tells whether a key is the one that sealed a store, without saying anything of the key. Kept in the store.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct KeyCheck([u8; 16]);

/// The text is no key. Give the 64 hex digits that the node wrote when it made the key.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("a node key is exactly 64 hex digits")]
pub struct NodeKeyError;

impl NodeKey {
    /// A new key.
    pub fn generate(rng: &mut impl Rng) -> Self {
        let mut secret = Zeroizing::new([0; KEY_BYTES]);
        rng.fill_bytes(secret.as_mut());
        Self::new(secret)
    }

    /// The key that this text says; white space around it is ignored.
    pub fn parse(text: &str) -> Result<Self, NodeKeyError> {
        let digits = text.trim().as_bytes();
        if digits.len() != KEY_BYTES * 2 {
            return Err(NodeKeyError);
        }
        let mut secret = Zeroizing::new([0; KEY_BYTES]);
        for (byte, pair) in secret.iter_mut().zip(digits.chunks_exact(2)) {
            let digit = |at: usize| char::from(pair[at]).to_digit(16).ok_or(NodeKeyError);
            *byte = u8::try_from(digit(0)? << 4 | digit(1)?).map_err(|_| NodeKeyError)?;
        }
        Ok(Self::new(secret))
    }

    /// 64 hex digits, for the operator's key file.
    pub fn to_text(&self) -> Zeroizing<String> {
        use fmt::Write;
        let mut text = Zeroizing::new(String::with_capacity(KEY_BYTES * 2));
        for byte in self.secret.iter() {
            // Writing into a String cannot fail.
            let _ = write!(text, "{byte:02x}");
        }
        text
    }

    /// The secret itself, where a key is made of it and of something else.
    pub(crate) fn secret(&self) -> &[u8; KEY_BYTES] {
        &self.secret
    }

    /// What a store keeps to recognise this key.
    pub const fn check(&self) -> KeyCheck {
        self.check
    }

    /// Seals `plain` for the place that `context` names.
    pub fn seal(&self, context: &[u8], plain: &[u8], rng: &mut impl Rng) -> Vec<u8> {
        self.cipher.seal(context, plain, rng)
    }

    /// Opens an envelope sealed for the same context.
    pub fn open(&self, context: &[u8], envelope: &[u8]) -> Result<Vec<u8>, OpenError> {
        self.cipher.open(context, envelope)
    }

    /// Opens an envelope sealed for the same context into memory that is there already: exactly the bytes that were sealed. If
    /// it fails, what is in it is of no meaning.
    pub fn open_into(&self, context: &[u8], envelope: &[u8], plain: &mut [u8]) -> Result<(), OpenError> {
        self.cipher.open_into(context, envelope, plain)
    }

    /// A digest of `parts` that only this key can compute: equal for equal parts, telling nothing else.
    pub fn digest(&self, parts: &[&[u8]]) -> [u8; DIGEST_BYTES] {
        let mut digest = self.digest.clone();
        for part in parts {
            // Lengths go in too, so that moving a boundary changes the digest.
            digest.update(&(part.len() as u64).to_le_bytes());
            digest.update(part);
        }
        digest.finalize().into_bytes().into()
    }

    fn new(secret: Zeroizing<[u8; KEY_BYTES]>) -> Self {
        let cipher = EnvelopeKey::new(&derive(secret.as_ref(), b"rempart node key: seal"));
        let key: Zeroizing<[u8; KEY_BYTES]> = derive(secret.as_ref(), b"rempart node key: digest");
        let digest = Hmac::<Sha256>::new_from_slice(key.as_ref()).expect("HMAC takes a key of any length");
        let check = *derive(secret.as_ref(), b"rempart node key: check");
        Self { secret, cipher, digest, check: KeyCheck(check) }
    }
}

impl fmt::Debug for NodeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NodeKey(..)")
    }
}

impl KeyCheck {
    /// As stored.
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// From what was stored; `None` when there are not 16 bytes.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    use crate::SEAL_OVERHEAD_BYTES;

    fn key(seed: u64) -> NodeKey {
        NodeKey::generate(&mut StdRng::seed_from_u64(seed))
    }

    #[test]
    fn a_key_survives_its_text_and_a_bad_text_is_refused() {
        let key = key(1);
        let again = NodeKey::parse(&format!(" {}\n", key.to_text().as_str())).unwrap();
        assert_eq!(again.check(), key.check());
        for text in ["", "12", &"g".repeat(64), &"a".repeat(63), &"é".repeat(32)] {
            assert_eq!(NodeKey::parse(text).err(), Some(NodeKeyError), "{text}");
        }
    }

    #[test]
    fn opening_into_memory_gives_what_opening_gives_and_refuses_the_same() {
        let key = key(1);
        for length in [0, 1, 63, 64, 65, 5_000] {
            let plain: Vec<u8> = (0..length).map(|place| place as u8).collect();
            let envelope = key.seal(b"here", &plain, &mut StdRng::seed_from_u64(3));
            let mut into = vec![9; length];
            key.open_into(b"here", &envelope, &mut into).unwrap();
            assert_eq!(into, plain);
            assert_eq!(key.open_into(b"there", &envelope, &mut into), Err(OpenError));
            assert_eq!(key.open_into(b"here", &envelope, &mut vec![0; length + 1]), Err(OpenError));
            for cut in [0, 23, 39, envelope.len() - 1] {
                assert!(key.open_into(b"here", &envelope[..cut], &mut into).is_err());
            }
            let mut changed = envelope.clone();
            changed[envelope.len() / 2] ^= 1;
            assert_eq!(key.open_into(b"here", &changed, &mut into), Err(OpenError));
        }
    }

    #[test]
    fn another_key_is_recognised_and_opens_nothing() {
        let (mine, other) = (key(1), key(2));
        let envelope = mine.seal(b"row 1", b"secret", &mut StdRng::seed_from_u64(3));
        assert_ne!(mine.check(), other.check());
        assert_eq!(other.open(b"row 1", &envelope), Err(OpenError));
        assert_ne!(mine.digest(&[b"a"]), other.digest(&[b"a"]));
    }

    #[test]
    fn digests_keep_their_parts_apart() {
        let key = key(1);
        assert_eq!(key.digest(&[b"ab", b"c"]), key.digest(&[b"ab", b"c"]));
        assert_ne!(key.digest(&[b"ab", b"c"]), key.digest(&[b"a", b"bc"]));
    }

    proptest! {
        #[test]
        fn what_is_sealed_opens_only_in_its_place(context: Vec<u8>, plain: Vec<u8>, seed: u64, flip: u16) {
            let key = key(7);
            let mut envelope = key.seal(&context, &plain, &mut StdRng::seed_from_u64(seed));
            prop_assert_eq!(envelope.len(), plain.len() + SEAL_OVERHEAD_BYTES);
            prop_assert_eq!(key.open(&context, &envelope).unwrap(), plain);
            let mut elsewhere = context.clone();
            elsewhere.push(0);
            prop_assert_eq!(key.open(&elsewhere, &envelope), Err(OpenError));
            let at = usize::from(flip) % envelope.len();
            envelope[at] ^= 1;
            prop_assert_eq!(key.open(&context, &envelope), Err(OpenError));
        }

        #[test]
        fn arbitrary_envelopes_never_panic(bytes: Vec<u8>) {
            prop_assert_eq!(key(7).open(b"", &bytes), Err(OpenError));
        }
    }
}
