//! Signed notes (C2SP signed-note): a text, and below it who says so.

use std::fmt;
use std::str::FromStr;

use base64ct::{Base64, Encoding};
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use sha2::{Digest, Sha256};

/// Bytes of a note, at most.
pub const NOTE_BYTES_MAX: usize = 65_536;
/// Signatures below a note, at most.
pub const SIGNATURES_MAX: usize = 32;
/// Bytes of a key's name, at most.
pub const NAME_BYTES_MAX: usize = 255;
/// A signature line begins with an em dash and a space.
const MARK: &str = "\u{2014} ";
const ID_BYTES: usize = 4;
const SIGNATURE_BYTES: usize = 64;
const TIME_BYTES: usize = 8;

/// What a key signs, by the byte in its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Algorithm {
    /// The note's text.
    Ed25519 = 1,
    /// The text and a moment: a cosignature.
    Cosignature = 4,
}

/// The key's text is none. It looks like `name+1f2e3d4c+AbCd..`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no verifier key: it looks like name+1f2e3d4c+AbCd")]
pub struct KeyError;

/// Why a note is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoteError {
    /// It is no note, or longer than one may be. Ask for it again, and check the address.
    #[error("this is no signed note")]
    Malformed,
    /// Nobody known signed it. Check whose key was given.
    #[error("nobody whose key is known has signed this")]
    Unsigned,
    /// A known key's signature does not fit: the text was changed, or the key is another's.
    #[error("a signature does not fit the text")]
    Forged,
}

/// A key that signs notes. `Debug` does not show it.
pub struct Signer {
    name: String,
    key: SigningKey,
}

/// A key that says it saw a note, and when. `Debug` does not show it.
pub struct Cosigner(Signer);

/// Whom one believes: a name and a public key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verifier {
    name: String,
    algorithm: Algorithm,
    key: VerifyingKey,
}

/// A text and the lines of signatures below it, not yet believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<Line>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Line {
    name: String,
    id: [u8; ID_BYTES],
    signature: Vec<u8>,
}

impl Signer {
    /// From a name and the 32 bytes of a secret key; `None` when the name is empty, too long or holds blanks or `+`.
    pub fn new(name: &str, secret: &[u8; 32]) -> Option<Self> {
        is_name(name).then(|| Self { name: name.to_owned(), key: SigningKey::from_bytes(secret) })
    }

    /// What others check its signatures with.
    pub fn verifier(&self) -> Verifier {
        Verifier { name: self.name.clone(), algorithm: Algorithm::Ed25519, key: self.key.verifying_key() }
    }

    /// The note of a text, which ends with a line break.
    pub fn sign(&self, text: &str) -> Note {
        let mut note = Note { text: text.to_owned(), signatures: Vec::new() };
        let signature = self.key.sign(text.as_bytes()).to_bytes().to_vec();
        note.signatures.push(Line { name: self.name.clone(), id: self.verifier().id(), signature });
        note
    }
}

impl Cosigner {
    /// As [`Signer::new`].
    pub fn new(name: &str, secret: &[u8; 32]) -> Option<Self> {
        Signer::new(name, secret).map(Self)
    }

    /// What others check its cosignatures with.
    pub fn verifier(&self) -> Verifier {
        Verifier { algorithm: Algorithm::Cosignature, ..self.0.verifier() }
    }

    /// Adds a cosignature: seen at this moment, seconds since 1970. Whoever calls has checked that the log only grew.
    pub fn cosign(&self, note: &mut Note, seconds: u64) {
        let signature = self.0.key.sign(&cosigned(&note.text, seconds));
        let signature = [&seconds.to_be_bytes()[..], &signature.to_bytes()].concat();
        note.signatures.push(Line { name: self.0.name.clone(), id: self.verifier().id(), signature });
    }
}

impl Verifier {
    /// The name that goes with the key.
    pub fn name(&self) -> &str {
        &self.name
    }

    fn id(&self) -> [u8; ID_BYTES] {
        let digest = Sha256::new()
            .chain_update(&self.name)
            .chain_update(b"\n")
            .chain_update([self.algorithm as u8])
            .chain_update(self.key.as_bytes())
            .finalize();
        [digest[0], digest[1], digest[2], digest[3]]
    }

    /// `None`: not signed by this key. Otherwise whether the signature fits; for a cosignature, with its moment.
    fn check(&self, text: &str, line: &Line) -> Option<Result<Option<u64>, NoteError>> {
        if line.name != self.name || line.id != self.id() {
            return None;
        }
        let (seconds, signature) = match self.algorithm {
            Algorithm::Ed25519 => (None, line.signature.as_slice()),
            Algorithm::Cosignature => {
                let Some((seconds, signature)) = line.signature.split_first_chunk::<TIME_BYTES>() else {
                    return Some(Err(NoteError::Forged));
                };
                (Some(u64::from_be_bytes(*seconds)), signature)
            }
        };
        let signed = seconds.map_or_else(|| text.as_bytes().to_vec(), |seconds| cosigned(text, seconds));
        let signature = <&[u8; SIGNATURE_BYTES]>::try_from(signature).map(Signature::from_bytes);
        let fits = signature.is_ok_and(|signature| self.key.verify_strict(&signed, &signature).is_ok());
        Some(if fits { Ok(seconds) } else { Err(NoteError::Forged) })
    }
}

fn cosigned(text: &str, seconds: u64) -> Vec<u8> {
    format!("cosignature/v1\ntime {seconds}\n{text}").into_bytes()
}

fn is_name(name: &str) -> bool {
    (1..=NAME_BYTES_MAX).contains(&name.len()) && !name.chars().any(|c| c.is_whitespace() || c.is_control() || c == '+')
}

impl Note {
    /// Its text, if this key signed it.
    pub fn signed_by(&self, verifier: &Verifier) -> Result<&str, NoteError> {
        self.check(verifier).map(|_| self.text.as_str())
    }

    /// When a cosigner says that it saw it, seconds since 1970.
    pub fn cosigned_by(&self, verifier: &Verifier) -> Result<u64, NoteError> {
        self.check(verifier)?.ok_or(NoteError::Unsigned)
    }

    /// The text, before anybody's signature was checked.
    pub fn unchecked_text(&self) -> &str {
        &self.text
    }

    fn check(&self, verifier: &Verifier) -> Result<Option<u64>, NoteError> {
        // Every signature of that key must fit, so that none hides behind another.
        let mut found = Err(NoteError::Unsigned);
        for checked in self.signatures.iter().filter_map(|line| verifier.check(&self.text, line)) {
            found = Ok(checked?);
        }
        found
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        for line in &self.signatures {
            let bytes = [&line.id[..], &line.signature].concat();
            writeln!(f, "{MARK}{} {}", line.name, Base64::encode_string(&bytes))?;
        }
        Ok(())
    }
}

impl FromStr for Note {
    type Err = NoteError;

    fn from_str(whole: &str) -> Result<Self, NoteError> {
        let is_plain = |c: char| c == '\n' || !c.is_control();
        if whole.len() > NOTE_BYTES_MAX || !whole.chars().all(is_plain) {
            return Err(NoteError::Malformed);
        }
        let end = whole.rfind("\n\n").ok_or(NoteError::Malformed)?;
        let (text, below) = (&whole[..=end], &whole[end + 2..]);
        let mut signatures = Vec::new();
        for line in below.strip_suffix('\n').ok_or(NoteError::Malformed)?.split('\n') {
            let (name, base64) =
                line.strip_prefix(MARK).and_then(|line| line.split_once(' ')).ok_or(NoteError::Malformed)?;
            let bytes = Base64::decode_vec(base64).map_err(|_| NoteError::Malformed)?;
            let (id, signature) = bytes.split_first_chunk::<ID_BYTES>().ok_or(NoteError::Malformed)?;
            if !is_name(name) || signature.is_empty() || signatures.len() == SIGNATURES_MAX {
                return Err(NoteError::Malformed);
            }
            signatures.push(Line { name: name.to_owned(), id: *id, signature: signature.to_vec() });
        }
        Ok(Self { text: text.to_owned(), signatures })
    }
}

impl fmt::Display for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = [&[self.algorithm as u8][..], self.key.as_bytes()].concat();
        write!(f, "{}+{:08x}+{}", self.name, u32::from_be_bytes(self.id()), Base64::encode_string(&key))
    }
}

impl FromStr for Verifier {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(KeyError);
        };
        let bytes = Base64::decode_vec(key).map_err(|_| KeyError)?;
        let (algorithm, key) = match bytes.split_first() {
            Some((1, key)) => (Algorithm::Ed25519, key),
            Some((4, key)) => (Algorithm::Cosignature, key),
            _ => return Err(KeyError),
        };
        let key = <&[u8; 32]>::try_from(key).map_err(|_| KeyError)?;
        let key = VerifyingKey::from_bytes(key).map_err(|_| KeyError)?;
        let verifier = Self { name: name.to_owned(), algorithm, key };
        let is_ours = is_name(name) && id == format!("{:08x}", u32::from_be_bytes(verifier.id()));
        if is_ours { Ok(verifier) } else { Err(KeyError) }
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signer({}, ..)", self.name)
    }
}

impl fmt::Debug for Cosigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cosigner({}, ..)", self.0.name)
    }
}
