//! What an authenticator says through a browser (Web Authentication, level 2), read strictly. Pure, with limits on all of it.
//!
//! The key comes as the browser gives it, a SubjectPublicKeyInfo, so that no CBOR is read: the attestation, which would need
//! it, is not asked for. Whoever adds a key is signed in and adds it for themselves.

use serde::Deserialize;

/// Bytes of what the browser says of the call, at most.
pub const CLIENT_DATA_BYTES_MAX: usize = 2_048;
/// Bytes of what the authenticator says, at most.
pub const AUTHENTICATOR_DATA_BYTES_MAX: usize = 2_048;
/// Bytes of a credential's id, at most (section 4).
pub const CREDENTIAL_BYTES_MAX: usize = 1_023;
/// `rpIdHash || flags || signCount`.
const HEAD_BYTES: usize = 32 + 1 + 4;
/// Before a credential's id: which model it is, and the id's length.
const CREDENTIAL_HEAD_BYTES: usize = 16 + 2;
const USER_PRESENT: u8 = 1;
const HAS_CREDENTIAL: u8 = 1 << 6;

/// DER of a SubjectPublicKeyInfo up to the key itself: id-ecPublicKey on prime256v1 (RFC 5480), an uncompressed point.
const P256_HEAD: [u8; 26] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce,
    0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];
/// Bytes of an uncompressed point.
pub const POINT_BYTES: usize = 65;
/// Why it is not read. The page is loaded anew and the authenticator asked again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unread {
    /// Longer than anything that authenticators send, or shorter.
    #[error("what the authenticator sent is too long or too short")]
    Length,
    /// No JSON of the kind.
    #[error("what the browser said of the call is no JSON of the kind")]
    ClientData,
    /// Nobody touched the authenticator.
    #[error("nobody was there")]
    Absent,
    /// A key of another kind than was asked for.
    #[error("the key is not one of P-256")]
    Key,
}

/// What the browser says of the call.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ClientData {
    /// `webauthn.create` or `webauthn.get`.
    #[serde(rename = "type")]
    pub kind: String,
    /// What was asked for, in base64url.
    pub challenge: String,
    /// Which page called.
    pub origin: String,
    /// Whether it was in a frame of another site.
    #[serde(default, rename = "crossOrigin")]
    pub is_cross_origin: bool,
}

impl ClientData {
    /// Reads it.
    pub fn read(bytes: &[u8]) -> Result<Self, Unread> {
        if bytes.len() > CLIENT_DATA_BYTES_MAX {
            return Err(Unread::Length);
        }
        serde_json::from_slice(bytes).map_err(|_| Unread::ClientData)
    }

    /// Host and port of the page that called.
    pub fn host(&self) -> Option<&str> {
        self.origin.split_once("://").map(|(_, host)| host)
    }
}

/// What the authenticator says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthenticatorData {
    /// SHA-256 of the name that the credential is for.
    pub of: [u8; 32],
    /// How often it signed; 0 where it does not count.
    pub count: u32,
    /// The new credential's id.
    pub credential: Option<Vec<u8>>,
}

impl AuthenticatorData {
    /// Reads it (section 6.1). What comes after a credential's id, its key and extensions in CBOR, is not looked at.
    pub fn read(bytes: &[u8]) -> Result<Self, Unread> {
        if bytes.len() > AUTHENTICATOR_DATA_BYTES_MAX {
            return Err(Unread::Length);
        }
        let (head, rest) = bytes.split_first_chunk::<HEAD_BYTES>().ok_or(Unread::Length)?;
        let (of, head) = head.split_first_chunk::<32>().ok_or(Unread::Length)?;
        let [flags, count @ ..] = head else { return Err(Unread::Length) };
        if flags & USER_PRESENT == 0 {
            return Err(Unread::Absent);
        }
        let count = u32::from_be_bytes(count.try_into().map_err(|_| Unread::Length)?);
        let credential = if flags & HAS_CREDENTIAL == 0 { None } else { Some(credential(rest)?.to_vec()) };
        Ok(Self { of: *of, count, credential })
    }
}

fn credential(bytes: &[u8]) -> Result<&[u8], Unread> {
    let (head, rest) = bytes.split_first_chunk::<CREDENTIAL_HEAD_BYTES>().ok_or(Unread::Length)?;
    let length = usize::from(u16::from_be_bytes([head[16], head[17]]));
    if length == 0 || length > CREDENTIAL_BYTES_MAX {
        return Err(Unread::Length);
    }
    rest.get(..length).ok_or(Unread::Length)
}

/// The point of a credential's public key, uncompressed, out of its SubjectPublicKeyInfo. P-256 alone is asked for (ECDSA with
/// SHA-256, COSE -7): every authenticator has it.
pub fn point(der: &[u8]) -> Result<[u8; POINT_BYTES], Unread> {
    let point = der.strip_prefix(&P256_HEAD).and_then(|point| <[u8; POINT_BYTES]>::try_from(point).ok());
    point.filter(|point| point[0] == 4).ok_or(Unread::Key)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn data(flags: u8, rest: &[u8]) -> Vec<u8> {
        [&[7; 32][..], &[flags], &[0, 0, 1, 2], rest].concat()
    }

    #[test]
    fn authenticator_data_is_read_to_its_credential_and_no_further() {
        let plain = AuthenticatorData::read(&data(1, &[])).unwrap();
        assert_eq!(plain, AuthenticatorData { of: [7; 32], count: 258, credential: None });
        let with = [&[0; 16][..], &[0, 3], b"abcCBOR"].concat();
        assert_eq!(AuthenticatorData::read(&data(0x41, &with)).unwrap().credential, Some(b"abc".to_vec()));
        assert_eq!(AuthenticatorData::read(&data(0x40, &with)), Err(Unread::Absent));
        for short in [&[][..], &[0; 17], &[&[0; 16][..], &[0, 0]].concat(), &[&[0; 16][..], &[0, 9], b"abc"].concat()] {
            assert_eq!(AuthenticatorData::read(&data(0x41, short)), Err(Unread::Length));
        }
        assert_eq!(AuthenticatorData::read(&[0; HEAD_BYTES - 1]), Err(Unread::Length));
        let id = |length: usize| [&[0; 16][..], &(length as u16).to_be_bytes(), &vec![1; length]].concat();
        assert!(AuthenticatorData::read(&data(0x41, &id(CREDENTIAL_BYTES_MAX))).is_ok());
        assert!(AuthenticatorData::read(&data(0x41, &id(CREDENTIAL_BYTES_MAX + 1))).is_err());
        let full = data(1, &vec![0; AUTHENTICATOR_DATA_BYTES_MAX - HEAD_BYTES]);
        assert!(AuthenticatorData::read(&full).is_ok());
        assert!(AuthenticatorData::read(&[full, vec![0]].concat()).is_err());
    }

    #[test]
    fn client_data_is_read_in_either_order_and_with_what_browsers_add() {
        let text = br#"{"type":"webauthn.get","challenge":"AA","origin":"https://a.example:8443","crossOrigin":false,"other":1}"#;
        let read = ClientData::read(text).unwrap();
        assert_eq!(
            (read.kind.as_str(), read.host(), read.is_cross_origin),
            ("webauthn.get", Some("a.example:8443"), false)
        );
        for wrong in
            [&b""[..], b"{}", b"[1]", b"{\"type\":1}", &vec![b'['; 2_000], &vec![b' '; CLIENT_DATA_BYTES_MAX + 1]]
        {
            assert!(ClientData::read(wrong).is_err());
        }
    }

    #[test]
    fn keys_of_the_kind_that_was_asked_for_are_read_and_no_others() {
        let p256 = [&P256_HEAD[..], &[4], &[1; 64]].concat();
        assert_eq!(point(&p256).unwrap()[0], 4);
        let compressed = [&P256_HEAD[..], &[2], &[1; 64]].concat();
        for wrong in [&[][..], &p256[..90], &[&p256[..], &[0]].concat(), &p256[1..], &compressed] {
            assert_eq!(point(wrong), Err(Unread::Key));
        }
    }
}
