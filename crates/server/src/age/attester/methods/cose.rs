//! What is needed of CBOR (RFC 8949) and COSE (RFC 9052) to check an mdoc: one signer, ES256, a certificate beside it.

use ciborium::Value;

use super::certificate::Algorithm;
use super::signature::is_signed;

/// How deep what strangers send may be nested.
const DEPTH_MAX: usize = 16;
/// ES256.
const ALGORITHM: i128 = -7;
const HEADER_ALGORITHM: i128 = 1;
/// The signer's certificate, and those up to a root.
const HEADER_CHAIN: i128 = 33;
const BYTES_TAG: u64 = 24;

/// Reads one value that fills all the bytes.
pub(super) fn read(bytes: &[u8]) -> Option<Value> {
    let mut rest = bytes;
    let value = ciborium::de::from_reader_with_recursion_limit(&mut rest, DEPTH_MAX).ok()?;
    if rest.is_empty() { Some(value) } else { None }
}

/// Writes a value in its shortest form.
pub(super) fn write(value: &Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    // Writing into a Vec cannot fail.
    let _ = ciborium::into_writer(value, &mut bytes);
    bytes
}

/// A value under a text in a map.
pub(super) fn field<'v>(map: &'v Value, name: &str) -> Option<&'v Value> {
    map.as_map()?.iter().find(|(key, _)| key.as_text() == Some(name)).map(|(_, value)| value)
}

/// A value under a number in a map.
pub(super) fn numbered(map: &Value, number: i128) -> Option<&Value> {
    let is_it = |key: &Value| key.as_integer().map(i128::from) == Some(number);
    map.as_map()?.iter().find(|(key, _)| is_it(key)).map(|(_, value)| value)
}

/// The bytes inside `#6.24(bstr)`: a value that is carried as it was signed.
pub(super) fn carried(value: &Value) -> Option<&[u8]> {
    match value {
        Value::Tag(BYTES_TAG, inner) => inner.as_bytes().map(Vec::as_slice),
        _ => None,
    }
}

/// `#6.24(bstr)` of these bytes.
pub(super) fn carry(bytes: Vec<u8>) -> Value {
    Value::Tag(BYTES_TAG, Box::new(Value::Bytes(bytes)))
}

/// One signature: COSE_Sign1.
pub(super) struct Signed<'v> {
    protected: &'v [u8],
    unprotected: &'v Value,
    /// What was signed; absent when it is known from elsewhere.
    pub(super) payload: Option<&'v [u8]>,
    signature: &'v [u8],
}

impl<'v> Signed<'v> {
    pub(super) fn of(value: &'v Value) -> Option<Self> {
        let value = match value {
            Value::Tag(18, inner) => inner.as_ref(),
            value => value,
        };
        let [protected, unprotected, payload, signature] = value.as_array()?.as_slice() else { return None };
        let payload = match payload {
            Value::Null => None,
            payload => Some(payload.as_bytes()?.as_slice()),
        };
        Some(Self { protected: protected.as_bytes()?, unprotected, payload, signature: signature.as_bytes()? })
    }

    /// The certificates beside it, the signer's first; DER.
    pub(super) fn chain(&self) -> Vec<&'v [u8]> {
        match numbered(self.unprotected, HEADER_CHAIN) {
            Some(Value::Bytes(one)) => vec![one],
            Some(Value::Array(several)) => several.iter().filter_map(|one| one.as_bytes().map(Vec::as_slice)).collect(),
            _ => Vec::new(),
        }
    }

    /// Whether this key (an uncompressed point of P-256) signed the payload, or the one given in its place.
    pub(super) fn is_by(&self, point: &[u8], detached: Option<&[u8]>) -> bool {
        let algorithm = read(self.protected).and_then(|header| {
            numbered(&header, HEADER_ALGORITHM).and_then(|value| value.as_integer().map(i128::from))
        });
        let Some(payload) = detached.or(self.payload) else { return false };
        if algorithm != Some(ALGORITHM) {
            return false;
        }
        let structure = Value::Array(vec![
            Value::Text("Signature1".to_owned()),
            Value::Bytes(self.protected.to_vec()),
            Value::Bytes(Vec::new()),
            Value::Bytes(payload.to_vec()),
        ]);
        is_signed(Algorithm::P256Sha256Fixed, point, &write(&structure), self.signature)
    }
}

/// An uncompressed point of a COSE_Key on P-256 (RFC 9053, section 7.1).
pub(super) fn point(key: &Value) -> Option<Vec<u8>> {
    let number = |label| numbered(key, label).and_then(|value| value.as_integer().map(i128::from));
    let coordinate = |label| numbered(key, label).and_then(Value::as_bytes).filter(|bytes| bytes.len() == 32);
    if number(1) != Some(2) || number(-1) != Some(1) {
        return None;
    }
    Some([&[4][..], coordinate(-2)?, coordinate(-3)?].concat())
}
