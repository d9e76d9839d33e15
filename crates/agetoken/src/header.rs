//! The HTTP authentication scheme of RFC 9577, section 2: `WWW-Authenticate: PrivateToken challenge=.., token-key=..` and
//! `Authorization: PrivateToken token=..`.

use base64ct::{Base64Url, Base64UrlUnpadded, Encoding};

use crate::bytes::Malformed;
use crate::challenge::Challenge;
use crate::key::IssuerKey;
use crate::token::Token;

/// Bytes of a header, at most.
pub const HEADER_BYTES_MAX: usize = 16_384;
/// Challenges in one header that are looked at, at most.
pub const CHALLENGES_MAX: usize = 8;
const SCHEME: &str = "PrivateToken";

/// The value of `WWW-Authenticate` that asks for a token of this key.
pub fn www_authenticate(challenge: &Challenge, key: &IssuerKey) -> String {
    let challenge = Base64Url::encode_string(&challenge.encode());
    let key = Base64Url::encode_string(key.spki());
    format!("{SCHEME} challenge=\"{challenge}\", token-key=\"{key}\"")
}

/// The challenges of a `WWW-Authenticate` header that this crate understands: type 0x0002, with their keys where they say any.
/// Others, and other schemes, are passed over.
pub fn parse_www_authenticate(value: &str) -> Result<Vec<(Challenge, Option<IssuerKey>)>, Malformed> {
    let mut found = Vec::new();
    for parameters in schemes(value)? {
        let Some(challenge) = parameters.get("challenge").and_then(decode) else { continue };
        let Ok(challenge) = Challenge::decode(&challenge) else { continue };
        let key = match parameters.get("token-key") {
            None => None,
            Some(text) => match decode(text).map(|spki| IssuerKey::decode(&spki)) {
                Some(Ok(key)) => Some(key),
                _ => continue,
            },
        };
        if found.len() == CHALLENGES_MAX {
            break;
        }
        found.push((challenge, key));
    }
    Ok(found)
}

/// The value of `Authorization` that carries a token.
pub fn authorization(token: &Token) -> String {
    format!("{SCHEME} token=\"{}\"", Base64Url::encode_string(&token.encode()))
}

/// The token in an `Authorization` header.
pub fn parse_authorization(value: &str) -> Result<Token, Malformed> {
    let schemes = schemes(value)?;
    let [parameters] = schemes.as_slice() else { return Err(Malformed) };
    let bytes = parameters.get("token").and_then(decode).ok_or(Malformed)?;
    Token::decode(&bytes)
}

/// base64url, padded as RFC 9577 wants it, or not as some write it.
fn decode(text: &str) -> Option<Vec<u8>> {
    Base64UrlUnpadded::decode_vec(text.trim_end_matches('=')).ok()
}

/// The parameters of one scheme.
#[derive(Default)]
struct Parameters(Vec<(String, String)>);

impl Parameters {
    fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// Splits a header into the parameters of each `PrivateToken` (RFC 9110, section 11.2), passing over other schemes.
fn schemes(value: &str) -> Result<Vec<Parameters>, Malformed> {
    if value.len() > HEADER_BYTES_MAX {
        return Err(Malformed);
    }
    let mut found: Vec<Parameters> = Vec::new();
    let mut is_ours = None;
    let mut rest = value.trim_start_matches([' ', '\t', ',']);
    while !rest.is_empty() {
        let (word, after) = token(rest)?;
        let spaced = after.trim_start_matches([' ', '\t']);
        if let Some(after) = spaced.strip_prefix('=') {
            let is_ours = is_ours.ok_or(Malformed)?;
            let (value, after) = parameter_value(after.trim_start_matches([' ', '\t']))?;
            if let (true, Some(parameters)) = (is_ours, found.last_mut()) {
                let name = word.to_ascii_lowercase();
                if parameters.get(&name).is_some() {
                    return Err(Malformed);
                }
                parameters.0.push((name, value));
            }
            rest = after.trim_start_matches([' ', '\t']);
            if !rest.is_empty() && !rest.starts_with(',') {
                return Err(Malformed);
            }
        } else {
            let named = word.eq_ignore_ascii_case(SCHEME);
            is_ours = Some(named);
            if named {
                found.push(Parameters::default());
            }
            rest = spaced;
        }
        rest = rest.trim_start_matches([' ', '\t', ',']);
    }
    Ok(found)
}

fn token(text: &str) -> Result<(&str, &str), Malformed> {
    let is_token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~/".contains(c);
    let end = text.find(|c| !is_token(c)).unwrap_or(text.len());
    if end == 0 { Err(Malformed) } else { Ok(text.split_at(end)) }
}

/// A token (with the `=` of base64, as some write it unquoted) or a quoted string.
fn parameter_value(text: &str) -> Result<(String, &str), Malformed> {
    let Some(quoted) = text.strip_prefix('"') else {
        let (value, after) = token(text)?;
        let padding = after.len() - after.trim_start_matches('=').len();
        return Ok((format!("{value}{}", &after[..padding]), &after[padding..]));
    };
    let mut value = String::new();
    let mut characters = quoted.char_indices();
    while let Some((place, c)) = characters.next() {
        match c {
            '"' => return Ok((value, &quoted[place + 1..])),
            '\\' => value.push(characters.next().ok_or(Malformed)?.1),
            _ => value.push(c),
        }
    }
    Err(Malformed)
}
