//! The key of one case, and what is sealed with it.

use std::fmt;

use rand::Rng;
use zeroize::{Zeroize, Zeroizing};

use crate::envelope::{EnvelopeKey, KEY_BYTES, OpenError, derive};
use crate::padding::{pad, unpad};

/// The random key that everything of one case is sealed with. Whoever drops every sealed copy of it has deleted the
/// case. `Debug` does not show it.
#[derive(Clone)]
pub struct CaseKey(Zeroizing<[u8; KEY_BYTES]>);

impl CaseKey {
    /// A new key.
    pub fn generate(rng: &mut impl Rng) -> Self {
        let mut key = Zeroizing::new([0; KEY_BYTES]);
        rng.fill_bytes(key.as_mut());
        Self(key)
    }

    /// The key of these bytes.
    pub fn from_bytes(mut bytes: [u8; KEY_BYTES]) -> Self {
        let key = Self(Zeroizing::new(bytes));
        bytes.zeroize();
        key
    }

    /// Its bytes, to be sealed for somebody.
    pub fn as_bytes(&self) -> &[u8; KEY_BYTES] {
        &self.0
    }

    /// Seals a value for its place in the case, padded so that its length says little (see the module `padding`).
    pub fn seal(&self, context: &[u8], plain: &[u8], rng: &mut impl Rng) -> Vec<u8> {
        let mut padded = pad(plain).expect("what a case holds is far below 4 GiB");
        let sealed = self.items().seal(context, &padded, rng);
        padded.zeroize();
        sealed
    }

    /// Opens what [`CaseKey::seal`] made for the same place.
    pub fn open(&self, context: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, OpenError> {
        let padded = Zeroizing::new(self.items().open(context, sealed)?);
        unpad(&padded).map(|plain| Zeroizing::new(plain.to_vec())).ok_or(OpenError)
    }

    fn items(&self) -> EnvelopeKey {
        EnvelopeKey::new(&derive(self.0.as_ref(), b"rempart case: items"))
    }
}

impl fmt::Debug for CaseKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CaseKey(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    #[test]
    fn an_item_opens_in_its_place_only_and_does_not_tell_its_length() {
        let mut rng = StdRng::seed_from_u64(1);
        let key = CaseKey::generate(&mut rng);
        let (short, long) = (key.seal(b"case 1, item 1", b"non", &mut rng), key.seal(b"x", &[b'a'; 200], &mut rng));
        assert_eq!(short.len(), long.len());
        assert_eq!(key.open(b"case 1, item 1", &short).unwrap().as_slice(), b"non");
        assert_eq!(key.open(b"case 1, item 2", &short).err(), Some(OpenError));
        assert_eq!(CaseKey::generate(&mut rng).open(b"case 1, item 1", &short).err(), Some(OpenError));
    }
}
