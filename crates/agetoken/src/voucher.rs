//! Vouchers: an attester tells the issuer that somebody has reached some thresholds, without saying who.

use std::fmt;
use std::str::FromStr;

use base64ct::{Base64UrlUnpadded, Encoding};
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use sha2::{Digest, Sha256};

use crate::bytes::{Malformed, Reader};
use crate::threshold::Thresholds;

/// Bytes of a voucher.
pub const VOUCHER_BYTES: usize = BODY_BYTES + SIGNATURE_BYTES;
const BODY_BYTES: usize = 1 + ID_BYTES + 8 + 1 + 4;
const ID_BYTES: usize = 32;
const SIGNATURE_BYTES: usize = 64;
const VERSION: u8 = 1;
const LABEL: &[u8] = b"rempart age voucher v1\0";
const DAY_SECONDS: u64 = 86_400;

/// Which attester: the first 8 bytes of the digest of its public key.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AttesterId([u8; 8]);

/// An attester's public key. Its text is base64url.
#[derive(Clone, PartialEq, Eq)]
pub struct AttesterKey(VerifyingKey);

/// An attester's secret key. `Debug` does not show it; it is overwritten when dropped.
pub struct VoucherSigner(SigningKey);

/// A voucher. Whoever has it may ask for tokens: `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct Voucher {
    id: [u8; ID_BYTES],
    attester: AttesterId,
    reached: Thresholds,
    valid_until_day: u32,
    signature: [u8; SIGNATURE_BYTES],
}

impl VoucherSigner {
    /// From 32 random bytes.
    pub fn new(secret: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(secret))
    }

    /// Its public half.
    pub fn public(&self) -> AttesterKey {
        AttesterKey(self.0.verifying_key())
    }

    /// A voucher that can be used up to the end of the day, UTC, of a moment in seconds since 1970. `id` is random.
    pub fn vouch(&self, id: [u8; ID_BYTES], reached: Thresholds, valid_until_seconds: u64) -> Voucher {
        let valid_until_day = u32::try_from(valid_until_seconds / DAY_SECONDS).unwrap_or(u32::MAX);
        let mut voucher =
            Voucher { id, attester: self.public().id(), reached, valid_until_day, signature: [0; SIGNATURE_BYTES] };
        voucher.signature = self.0.sign(&voucher.signed()).to_bytes();
        voucher
    }
}

impl AttesterKey {
    /// What vouchers name it by.
    pub fn id(&self) -> AttesterId {
        let digest = Sha256::digest(self.0.as_bytes());
        let mut id = [0; 8];
        id.copy_from_slice(&digest[..8]);
        AttesterId(id)
    }

    /// Its 32 bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }
}

impl Voucher {
    /// Whether this attester made it and it is still good.
    pub fn is_good(&self, attester: &AttesterKey, now_seconds: u64) -> bool {
        let signature = Signature::from_bytes(&self.signature);
        attester.id() == self.attester
            && now_seconds / DAY_SECONDS <= u64::from(self.valid_until_day)
            && attester.0.verify_strict(&self.signed(), &signature).is_ok()
    }

    /// Who says it made it.
    pub const fn attester(&self) -> AttesterId {
        self.attester
    }

    /// What whoever has it may ask tokens for.
    pub const fn reached(&self) -> Thresholds {
        self.reached
    }

    /// When it is over, in seconds since 1970: with the end of its last day.
    pub const fn ends(&self) -> u64 {
        (self.valid_until_day as u64 + 1) * DAY_SECONDS
    }

    /// All that an issuer keeps of it.
    pub fn digest(&self) -> [u8; 32] {
        // Over the id alone: a signature can be written in more than one way.
        Sha256::new().chain_update(LABEL).chain_update(self.id).chain_update(self.attester.0).finalize().into()
    }

    /// Its bytes.
    pub fn encode(&self) -> [u8; VOUCHER_BYTES] {
        let mut out = [0; VOUCHER_BYTES];
        let (body, signature) = out.split_at_mut(BODY_BYTES);
        body.copy_from_slice(&self.body());
        signature.copy_from_slice(&self.signature);
        out
    }

    /// Reads its bytes.
    pub fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(bytes);
        let voucher = Self::read(&mut reader)?;
        reader.end()?;
        Ok(voucher)
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        reader.exactly(&[VERSION])?;
        let (id, attester) = (reader.array()?, AttesterId(reader.array()?));
        let reached = Thresholds::of_byte(reader.byte()?)?;
        Ok(Self { id, attester, reached, valid_until_day: reader.u32()?, signature: reader.array()? })
    }

    /// Its text: base64url without padding.
    pub fn to_text(&self) -> String {
        Base64UrlUnpadded::encode_string(&self.encode())
    }

    fn body(&self) -> [u8; BODY_BYTES] {
        let mut out = [0; BODY_BYTES];
        out[0] = VERSION;
        out[1..33].copy_from_slice(&self.id);
        out[33..41].copy_from_slice(&self.attester.0);
        out[41] = self.reached.to_byte();
        out[42..].copy_from_slice(&self.valid_until_day.to_be_bytes());
        out
    }

    fn signed(&self) -> Vec<u8> {
        [LABEL, &self.body()].concat()
    }
}

impl FromStr for Voucher {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let mut bytes = [0; VOUCHER_BYTES];
        Self::decode(Base64UrlUnpadded::decode(text, &mut bytes).map_err(|_| Malformed)?)
    }
}

impl FromStr for AttesterKey {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let mut bytes = [0; 32];
        let read = Base64UrlUnpadded::decode(text, &mut bytes).map_err(|_| Malformed)?;
        let bytes = read.try_into().map_err(|_| Malformed)?;
        VerifyingKey::from_bytes(bytes).map(Self).map_err(|_| Malformed)
    }
}

impl fmt::Display for AttesterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&Base64UrlUnpadded::encode_string(self.0.as_bytes()))
    }
}

impl fmt::Debug for AttesterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AttesterKey({self})")
    }
}

impl fmt::Debug for AttesterId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AttesterId({:016x})", u64::from_be_bytes(self.0))
    }
}

impl fmt::Debug for VoucherSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("VoucherSigner(..)")
    }
}

impl fmt::Debug for Voucher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Voucher({:?}, ..)", self.reached)
    }
}
