//! What a browser hands to the site: token, one-time key, the site's nonce, the holder's signature.

use std::fmt;
use std::str::FromStr;

use base64ct::{Base64UrlUnpadded, Encoding};

use crate::bytes::{Malformed, Reader};
use crate::possession::{PUBLIC_KEY_BYTES, SIGNATURE_BYTES};
use crate::site_nonce::{SITE_NONCE_BYTES, SiteNonce};
use crate::token::{TOKEN_BYTES, Token};

/// Bytes of a redemption.
pub const REDEMPTION_BYTES: usize = 1 + TOKEN_BYTES + PUBLIC_KEY_BYTES + SITE_NONCE_BYTES + SIGNATURE_BYTES;
/// Bytes of an origin, at most.
pub const ORIGIN_BYTES_MAX: usize = 280;
const VERSION: u8 = 1;

/// Where a token is spent, as browsers write it: `https://host` or `https://host:port`, in lower case. Plain http is for the loopback
/// address alone.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Origin(String);

/// A token with the proof that whoever sends it holds it. Not yet believed.
#[derive(Clone, PartialEq, Eq)]
pub struct Redemption {
    /// The token.
    pub token: Token,
    /// The holder's one-time key.
    pub public_key: [u8; PUBLIC_KEY_BYTES],
    /// What the site gave for this visit.
    pub site_nonce: SiteNonce,
    /// The holder's signature over [`crate::possession::statement`].
    pub signature: [u8; SIGNATURE_BYTES],
}

impl Redemption {
    /// Its bytes.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(REDEMPTION_BYTES);
        out.push(VERSION);
        out.extend(self.token.encode());
        out.extend(self.public_key);
        out.extend(self.site_nonce.as_bytes());
        out.extend(self.signature);
        out
    }

    /// Its text for a form's field: base64url without padding.
    pub fn to_text(&self) -> String {
        Base64UrlUnpadded::encode_string(&self.encode())
    }

    /// Reads its bytes.
    pub fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(bytes);
        reader.exactly(&[VERSION])?;
        let token = Token::read(&mut reader)?;
        let public_key = reader.array()?;
        let site_nonce = SiteNonce::from_bytes(reader.array()?);
        let signature = reader.array()?;
        reader.end()?;
        Ok(Self { token, public_key, site_nonce, signature })
    }
}

impl FromStr for Redemption {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let mut bytes = [0; REDEMPTION_BYTES];
        Self::decode(Base64UrlUnpadded::decode(text, &mut bytes).map_err(|_| Malformed)?)
    }
}

impl Origin {
    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The host, and the port where it is not the usual one.
    pub fn host(&self) -> &str {
        self.0.split_once("://").map_or("", |(_, host)| host)
    }
}

impl FromStr for Origin {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let (scheme, authority) = text.split_once("://").ok_or(Malformed)?;
        let (host, port) = match authority.rsplit_once(':').filter(|_| !authority.ends_with(']')) {
            Some((host, port)) => (host, Some(port)),
            None => (authority, None),
        };
        let is_host = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-".contains(&byte);
        let is_name = !host.is_empty() && host.bytes().all(is_host);
        let is_address = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).is_some_and(|inside| {
            !inside.is_empty() && inside.bytes().all(|byte| byte == b':' || byte.is_ascii_hexdigit())
        });
        let usual = if scheme == "https" { 443 } else { 80 };
        let is_port = port.is_none_or(|port| {
            port.parse::<u16>().is_ok_and(|number| number != usual && number != 0 && number.to_string() == port)
        });
        let is_here = ["localhost", "127.0.0.1", "[::1]"].contains(&host) || host.ends_with(".localhost");
        let is_scheme = scheme == "https" || (scheme == "http" && is_here);
        let is_origin = is_scheme && (is_name || is_address) && is_port && text.len() <= ORIGIN_BYTES_MAX;
        if is_origin { Ok(Self(text.to_owned())) } else { Err(Malformed) }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl fmt::Debug for Redemption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Redemption(..)")
    }
}
