//! RFC 9578, appendix B.2.

use std::convert::Infallible;

use agetoken::{BlindSigner, Challenge, IssuerKey, IssuerSecret, Token, TokenRequest, Wanted};
use base64ct::{Base64, Encoding};
use rand::rand_core::{TryCryptoRng, TryRng};

/// Randomness that was written down.
struct Written(std::vec::IntoIter<u8>);

impl TryRng for Written {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Infallible> {
        for byte in out {
            *byte = self.0.next().expect("a vector says all the randomness that is used");
        }
        Ok(())
    }
}

impl TryCryptoRng for Written {}

fn vectors() -> Vec<(String, Vec<u8>)> {
    let lines = include_str!("rfc9578.txt").lines().filter(|line| !line.starts_with('#'));
    let parsed = lines.map(|line| {
        let (name, digits) = line.split_once(' ').unwrap();
        let bytes =
            digits.as_bytes().chunks(2).map(|pair| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap());
        (name.to_owned(), bytes.collect())
    });
    parsed.collect()
}

fn named<'v>(vectors: &'v [(String, Vec<u8>)], name: &str) -> Vec<&'v [u8]> {
    vectors.iter().filter(|(known, _)| known == name).map(|(_, bytes)| bytes.as_slice()).collect()
}

#[test]
fn the_vectors_of_rfc_9578_come_out_byte_for_byte() {
    let vectors = vectors();
    let all = |name| named(&vectors, name);
    let pem = str::from_utf8(all("private")[0]).unwrap();
    let base64: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    let secret = IssuerSecret::from_pkcs8(&Base64::decode_vec(&base64).unwrap()).unwrap();
    let key = IssuerKey::decode(all("public")[0]).unwrap();
    assert_eq!((secret.public(), key.spki().as_slice()), (&key, all("public")[0]));
    for vector in 0..2 {
        let challenge = Challenge::decode(all("challenge")[vector]).unwrap();
        assert_eq!(challenge.encode(), all("challenge")[vector]);
        // The salt is drawn first; then the blind, its lowest byte first.
        let blind = all("blind")[vector].iter().rev();
        let drawn: Vec<u8> = all("salt")[vector].iter().chain(blind).copied().collect();
        let mut rng = Written(drawn.into_iter());
        let nonce = all("nonce")[vector].try_into().unwrap();
        let wanted = Wanted::with_nonce(&key, &challenge, nonce, &mut rng).unwrap();
        assert_eq!(wanted.request().encode().as_slice(), all("request")[vector]);
        let request = TokenRequest::decode(all("request")[vector]).unwrap();
        assert_eq!(request, wanted.request());
        let signed = secret.sign(&request.blinded, &mut rand::make_rng::<rand::rngs::StdRng>()).unwrap();
        assert_eq!(signed.as_slice(), all("response")[vector]);
        let token = wanted.finish(&signed).unwrap();
        assert_eq!(token.encode().as_slice(), all("token")[vector]);
        assert_eq!(Token::decode(all("token")[vector]).as_ref(), Ok(&token));
        assert!(key.has_signed(&token) && token.input.challenge_digest == challenge.digest());
    }
}
