//! Passkeys as a second factor: a key that the browser's authenticator made for this site's name and shows that it has.
//!
//! Which name that is, the browser says: it asked for this page under it. A page under another name gets a signature over
//! that name, which is refused, and authenticators do not offer the credential there in the first place.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p256::ecdsa::signature::Verifier;
use p256::ecdsa::{Signature, VerifyingKey};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::authenticator::{AuthenticatorData, ClientData, Unread, point};

/// Bytes of a challenge.
pub(super) const CHALLENGE_BYTES: usize = 32;
/// Letters of one field, at most.
const FIELD_BYTES_MAX: usize = 4_096;

/// A credential that somebody added.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(super) struct Passkey {
    /// Its id, in base64url as browsers have it.
    pub(super) id: String,
    /// The point of its key.
    key: Vec<u8>,
    /// SHA-256 of the name that it is for.
    of: [u8; 32],
}

/// Why a passkey does not do. Load the page anew and try again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refusal {
    /// See [`Unread`].
    #[error(transparent)]
    Unread(#[from] Unread),
    /// Made for another call, another page, or another name.
    #[error("made for another call, page or name")]
    Elsewhere,
    /// The signature is not this credential's.
    #[error("the signature is not this credential's")]
    Signature,
}

/// What was asked: the challenge, and by a page of which host (and port).
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked<'a> {
    pub(super) challenge: &'a [u8; CHALLENGE_BYTES],
    pub(super) hosts: &'a [&'a str],
}

/// What a page sends, each in base64url.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sent<'a> {
    /// Of the credential that signed.
    pub(super) id: &'a str,
    pub(super) client_data: &'a str,
    pub(super) authenticator_data: &'a str,
    /// Of a new credential.
    pub(super) key: &'a str,
    /// Of one that is known.
    pub(super) signature: &'a str,
}

/// Reads a new credential.
pub(super) fn created(asked: Asked<'_>, sent: Sent<'_>) -> Result<(Passkey, u32), Refusal> {
    check_call(asked, "webauthn.create", &bytes(sent.client_data)?)?;
    let data = AuthenticatorData::read(&bytes(sent.authenticator_data)?)?;
    if !asked.hosts.iter().any(|host| digest_of_name(host) == data.of) {
        return Err(Refusal::Elsewhere);
    }
    let id = URL_SAFE_NO_PAD.encode(data.credential.ok_or(Unread::Length)?);
    let key = point(&bytes(sent.key)?)?.to_vec();
    // On the curve, or nothing that it signs is ever right.
    VerifyingKey::from_sec1_bytes(&key).map_err(|_| Unread::Key)?;
    Ok((Passkey { id, key, of: data.of }, data.count))
}

impl Passkey {
    /// Whether this credential signed what was asked; gives its counter.
    pub(super) fn proves(&self, asked: Asked<'_>, sent: Sent<'_>) -> Result<u32, Refusal> {
        let (client_data, data) = (bytes(sent.client_data)?, bytes(sent.authenticator_data)?);
        check_call(asked, "webauthn.get", &client_data)?;
        let read = AuthenticatorData::read(&data)?;
        if read.of != self.of {
            return Err(Refusal::Elsewhere);
        }
        let signed = [&data[..], &Sha256::digest(&client_data)].concat();
        let signature = Signature::from_der(&bytes(sent.signature)?).map_err(|_| Refusal::Signature)?;
        let key = VerifyingKey::from_sec1_bytes(&self.key).map_err(|_| Refusal::Signature)?;
        key.verify(&signed, &signature).map(|()| read.count).map_err(|_| Refusal::Signature)
    }
}

fn check_call(asked: Asked<'_>, kind: &str, client_data: &[u8]) -> Result<(), Refusal> {
    let call = ClientData::read(client_data)?;
    let is_asked = call.challenge == URL_SAFE_NO_PAD.encode(asked.challenge);
    let is_here = call.host().is_some_and(|host| asked.hosts.contains(&host));
    if call.kind == kind && is_asked && is_here && !call.is_cross_origin { Ok(()) } else { Err(Refusal::Elsewhere) }
}

/// SHA-256 of a host's name, without its port.
fn digest_of_name(host: &str) -> [u8; 32] {
    let name = host.rsplit_once(':').filter(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()));
    Sha256::digest(name.map_or(host, |(name, _)| name)).into()
}

fn bytes(text: &str) -> Result<Vec<u8>, Unread> {
    if text.len() > FIELD_BYTES_MAX {
        return Err(Unread::Length);
    }
    URL_SAFE_NO_PAD.decode(text).map_err(|_| Unread::Length)
}

#[cfg(test)]
mod tests {
    use p256::ecdsa::SigningKey;
    use p256::ecdsa::signature::Signer;

    use super::*;

    const CHALLENGE: [u8; CHALLENGE_BYTES] = [9; CHALLENGE_BYTES];
    const HOST: &str = "desk.example:8443";

    struct Authenticator {
        key: SigningKey,
        passkey: Passkey,
    }

    impl Authenticator {
        fn new(seed: u8) -> Self {
            let signing = SigningKey::from_slice(&[seed; 32]).unwrap();
            let head = [
                0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86,
                0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
            ];
            let point = signing.verifying_key().to_sec1_point(false);
            let key = encode(&[&head[..], point.as_bytes()].concat());
            let data = encode(&data("desk.example", 0x41, 0, &[&[0; 16][..], &[0, 4], b"mine"].concat()));
            let client_data = client_data("webauthn.create", &CHALLENGE, HOST);
            let sent = Sent { client_data: &client_data, authenticator_data: &data, key: &key, ..Sent::default() };
            let (passkey, count) = created(asked(&CHALLENGE), sent).unwrap();
            assert_eq!((passkey.id.as_str(), count), (encode(b"mine").as_str(), 0));
            Self { key: signing, passkey }
        }

        fn proves(&self, client_data: &str, data: &[u8]) -> Result<u32, Refusal> {
            let plain = URL_SAFE_NO_PAD.decode(client_data).unwrap();
            let signed = [data, &Sha256::digest(&plain)].concat();
            let signature: Signature = self.key.sign(&signed);
            let signature = encode(signature.to_der().as_bytes());
            let data = encode(data);
            let sent = Sent { client_data, authenticator_data: &data, signature: &signature, ..Sent::default() };
            self.passkey.proves(asked(&CHALLENGE), sent)
        }
    }

    fn asked(challenge: &[u8; CHALLENGE_BYTES]) -> Asked<'_> {
        Asked { challenge, hosts: &[HOST] }
    }

    fn encode(bytes: &[u8]) -> String {
        URL_SAFE_NO_PAD.encode(bytes)
    }

    fn client_data(kind: &str, challenge: &[u8], host: &str) -> String {
        let challenge = encode(challenge);
        encode(format!(r#"{{"type":"{kind}","challenge":"{challenge}","origin":"https://{host}"}}"#).as_bytes())
    }

    fn data(name: &str, flags: u8, count: u32, rest: &[u8]) -> Vec<u8> {
        [&Sha256::digest(name)[..], &[flags], &count.to_be_bytes(), rest].concat()
    }

    #[test]
    fn a_credential_proves_what_was_asked_of_it_here_and_nothing_else() {
        let mine = Authenticator::new(1);
        let good = client_data("webauthn.get", &CHALLENGE, HOST);
        let here = data("desk.example", 1, 7, &[]);
        assert_eq!(mine.proves(&good, &here), Ok(7));
        for elsewhere in [
            client_data("webauthn.create", &CHALLENGE, HOST),
            client_data("webauthn.get", &[8; 32], HOST),
            client_data("webauthn.get", &CHALLENGE, "desk.example.evil.example:8443"),
            client_data("webauthn.get", &CHALLENGE, "desk.example"),
        ] {
            assert_eq!(mine.proves(&elsewhere, &here), Err(Refusal::Elsewhere));
        }
        assert_eq!(mine.proves(&good, &data("evil.example", 1, 7, &[])), Err(Refusal::Elsewhere));
        assert_eq!(mine.proves(&good, &data("desk.example", 0, 7, &[])), Err(Refusal::Unread(Unread::Absent)));
        let other = Authenticator::new(2);
        let forged = Authenticator { key: other.key, passkey: mine.passkey.clone() };
        assert_eq!(forged.proves(&good, &here), Err(Refusal::Signature));
    }

    #[test]
    fn a_name_is_without_its_port() {
        assert_eq!(digest_of_name("a.example:80"), digest_of_name("a.example"));
        assert_ne!(digest_of_name("a.example:x"), digest_of_name("a.example"));
    }
}
