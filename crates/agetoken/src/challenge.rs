//! Challenges (RFC 9577, section 2.1): for which issuer, context and origin a token is.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest, Sha256};

use crate::bytes::{Malformed, Reader, put_prefixed};
use crate::epoch::Epoch;
use crate::token::TOKEN_TYPE;

/// Bytes of an issuer's name, at most: those of a host name and a port.
pub const ISSUER_NAME_BYTES_MAX: usize = 260;
/// Bytes of the origins in a challenge, at most.
pub const ORIGIN_INFO_BYTES_MAX: usize = 4_096;
/// Bytes of a redemption context that is not empty.
pub const CONTEXT_BYTES: usize = 32;

/// The name of an issuer: a host in lower case, with a port where it has one of its own.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IssuerName(String);

/// What a token answers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Challenge {
    issuer: IssuerName,
    context: Option<[u8; CONTEXT_BYTES]>,
    origin_info: String,
}

impl Challenge {
    /// That of all tokens which are fetched ahead, for one issuer and week.
    pub fn ahead(issuer: &IssuerName, epoch: Epoch) -> Self {
        Self { issuer: issuer.clone(), context: Some(epoch.context()), origin_info: String::new() }
    }

    /// One for a token that is fetched when it is needed, for one origin (a host name).
    pub fn on_demand(issuer: &IssuerName, context: [u8; CONTEXT_BYTES], origin: &str) -> Result<Self, Malformed> {
        if !is_origin_info(origin) || origin.is_empty() {
            return Err(Malformed);
        }
        Ok(Self { issuer: issuer.clone(), context: Some(context), origin_info: origin.to_owned() })
    }

    /// Whom it names.
    pub const fn issuer(&self) -> &IssuerName {
        &self.issuer
    }

    /// Where the token may be spent: hosts with commas between, or nothing: anywhere.
    pub fn origin_info(&self) -> &str {
        &self.origin_info
    }

    /// The redemption context; `None` when it is empty.
    pub const fn context(&self) -> Option<&[u8; CONTEXT_BYTES]> {
        self.context.as_ref()
    }

    /// Its bytes.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = TOKEN_TYPE.to_be_bytes().to_vec();
        put_prefixed(&mut out, self.issuer.0.as_bytes());
        let context: &[u8] = self.context.as_ref().map_or(&[], |context| context);
        out.push(context.len() as u8);
        out.extend(context);
        put_prefixed(&mut out, self.origin_info.as_bytes());
        out
    }

    /// Reads one of type 0x0002.
    pub fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(bytes);
        reader.exactly(&TOKEN_TYPE.to_be_bytes())?;
        let issuer = text(reader.prefixed()?)?.parse()?;
        let context = match reader.byte()? {
            0 => None,
            32 => Some(reader.array()?),
            _ => return Err(Malformed),
        };
        let origin_info = text(reader.prefixed()?)?.to_owned();
        reader.end()?;
        if is_origin_info(&origin_info) { Ok(Self { issuer, context, origin_info }) } else { Err(Malformed) }
    }

    /// What a token says of it.
    pub fn digest(&self) -> [u8; 32] {
        Sha256::digest(self.encode()).into()
    }
}

fn text(bytes: &[u8]) -> Result<&str, Malformed> {
    str::from_utf8(bytes).map_err(|_| Malformed)
}

fn is_origin_info(text: &str) -> bool {
    text.len() <= ORIGIN_INFO_BYTES_MAX && text.bytes().all(|byte| byte.is_ascii_graphic())
}

impl IssuerName {
    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for IssuerName {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-:[]".contains(&byte);
        let is_name = (1..=ISSUER_NAME_BYTES_MAX).contains(&text.len()) && text.bytes().all(is_plain);
        if is_name { Ok(Self(text.to_owned())) } else { Err(Malformed) }
    }
}

impl fmt::Display for IssuerName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for IssuerName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}
