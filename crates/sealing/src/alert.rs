//! What an address to write to is sealed with: a key that is in two places.

use std::fmt;

use rand::Rng;
use zeroize::{Zeroize, Zeroizing};

use crate::envelope::{EnvelopeKey, KEY_BYTES, OpenError, derive};
use crate::node_key::NodeKey;
use crate::padding::{pad, unpad};

/// The half that lies in a sealed item of a case; the other half is the [`NodeKey`]. `Debug` does not show it.
#[derive(Clone)]
pub struct AlertSecret(Zeroizing<[u8; KEY_BYTES]>);

impl AlertSecret {
    /// A new one.
    pub fn generate(rng: &mut impl Rng) -> Self {
        let mut secret = Zeroizing::new([0; KEY_BYTES]);
        rng.fill_bytes(secret.as_mut());
        Self(secret)
    }

    /// The secret of these bytes.
    pub fn from_bytes(mut bytes: [u8; KEY_BYTES]) -> Self {
        let secret = Self(Zeroizing::new(bytes));
        bytes.zeroize();
        secret
    }

    /// Its bytes, for a sealed item.
    pub fn as_bytes(&self) -> &[u8; KEY_BYTES] {
        &self.0
    }

    /// Seals a value for the place that `context` names, padded (see the module `padding`).
    pub fn seal(&self, node: &NodeKey, context: &[u8], plain: &[u8], rng: &mut impl Rng) -> Vec<u8> {
        let padded = Zeroizing::new(pad(plain).expect("an address is far below 4 GiB"));
        self.key(node).seal(context, &padded, rng)
    }

    /// Opens what [`AlertSecret::seal`] made with the same node key for the same place.
    pub fn open(&self, node: &NodeKey, context: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, OpenError> {
        let padded = Zeroizing::new(self.key(node).open(context, sealed)?);
        unpad(&padded).map(|plain| Zeroizing::new(plain.to_vec())).ok_or(OpenError)
    }

    fn key(&self, node: &NodeKey) -> EnvelopeKey {
        let mut both = Zeroizing::new([0; 2 * KEY_BYTES]);
        both[..KEY_BYTES].copy_from_slice(node.secret());
        both[KEY_BYTES..].copy_from_slice(self.0.as_ref());
        EnvelopeKey::new(&derive(both.as_ref(), b"rempart alert: address"))
    }
}

impl fmt::Debug for AlertSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AlertSecret(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    #[test]
    fn an_address_opens_with_both_halves_in_its_place_and_never_with_one() {
        let mut rng = StdRng::seed_from_u64(1);
        let (node, stranger) = (NodeKey::generate(&mut rng), NodeKey::generate(&mut rng));
        let (mine, other) = (AlertSecret::generate(&mut rng), AlertSecret::generate(&mut rng));
        let sealed = mine.seal(&node, b"row 1", b"robin@example.org", &mut rng);
        let again = AlertSecret::from_bytes(*mine.as_bytes());
        assert_eq!(again.open(&node, b"row 1", &sealed).unwrap().as_slice(), b"robin@example.org");
        assert_eq!(mine.open(&node, b"row 2", &sealed).err(), Some(OpenError));
        assert_eq!(mine.open(&stranger, b"row 1", &sealed).err(), Some(OpenError));
        assert_eq!(other.open(&node, b"row 1", &sealed).err(), Some(OpenError));
        assert!(node.open(b"row 1", &sealed).is_err(), "the node key alone opens nothing");
        assert_eq!(mine.seal(&node, b"row 1", &[b'a'; 240], &mut rng).len(), sealed.len());
    }
}
