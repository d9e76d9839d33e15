//! A visit: what a browser's cookie opens on the server, and nothing else does.

use std::fmt;

use rand::Rng;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::envelope::{EnvelopeKey, KEY_BYTES, OpenError, derive};
use crate::padding::{pad, unpad};

/// The random value in the cookie. `Debug` does not show it.
#[derive(Clone)]
pub struct VisitToken(Zeroizing<[u8; KEY_BYTES]>);

impl VisitToken {
    /// A new one.
    pub fn generate(rng: &mut impl Rng) -> Self {
        let mut token = Zeroizing::new([0; KEY_BYTES]);
        rng.fill_bytes(token.as_mut());
        Self(token)
    }

    /// The token that a cookie says: 64 hex digits in lower case.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.as_bytes();
        if digits.len() != KEY_BYTES * 2 {
            return None;
        }
        let digit = |byte: u8| match byte {
            b'0'..=b'9' => Some(byte - b'0'),
            b'a'..=b'f' => Some(byte - b'a' + 10),
            _ => None,
        };
        let mut token = Zeroizing::new([0; KEY_BYTES]);
        for (byte, pair) in token.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = digit(pair[0])? << 4 | digit(pair[1])?;
        }
        Some(Self(token))
    }

    /// What the cookie says.
    pub fn to_text(&self) -> Zeroizing<String> {
        hex(self.0.as_ref())
    }

    /// What the server finds the visit by; it does not give the token back.
    pub fn id(&self) -> [u8; 32] {
        Sha256::digest(self.0.as_ref()).into()
    }

    /// What every form of this visit carries: a page of another site cannot know it. 32 hex digits.
    pub fn form_token(&self) -> String {
        let token: Zeroizing<[u8; 16]> = derive(self.0.as_ref(), b"rempart visit: forms");
        hex(token.as_ref()).to_string()
    }

    /// Seals what the visit holds, padded.
    pub fn seal(&self, plain: &[u8], rng: &mut impl Rng) -> Vec<u8> {
        let padded = Zeroizing::new(pad(plain).expect("what a visit holds is far below 4 GiB"));
        self.key().seal(&self.id(), &padded, rng)
    }

    /// Opens what [`VisitToken::seal`] made.
    pub fn open(&self, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, OpenError> {
        let padded = Zeroizing::new(self.key().open(&self.id(), sealed)?);
        unpad(&padded).map(|plain| Zeroizing::new(plain.to_vec())).ok_or(OpenError)
    }

    fn key(&self) -> EnvelopeKey {
        EnvelopeKey::new(&derive(self.0.as_ref(), b"rempart visit: content"))
    }
}

fn hex(bytes: &[u8]) -> Zeroizing<String> {
    use fmt::Write;
    let mut text = Zeroizing::new(String::with_capacity(bytes.len() * 2));
    for byte in bytes {
        // Writing into a String cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

impl fmt::Debug for VisitToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("VisitToken(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    #[test]
    fn a_visit_opens_with_its_own_cookie_only() {
        let mut rng = StdRng::seed_from_u64(1);
        let (mine, other) = (VisitToken::generate(&mut rng), VisitToken::generate(&mut rng));
        let sealed = mine.seal(b"answers", &mut rng);
        let again = VisitToken::parse(&mine.to_text()).unwrap();
        assert_eq!(again.open(&sealed).unwrap().as_slice(), b"answers");
        assert_eq!((again.id(), again.form_token()), (mine.id(), mine.form_token()));
        assert_eq!(other.open(&sealed).err(), Some(OpenError));
        assert_ne!(mine.form_token(), other.form_token());
        for text in ["", "zz", &"A".repeat(64), &"a".repeat(63), &"é".repeat(32)] {
            assert!(VisitToken::parse(text).is_none(), "{text}");
        }
    }
}
