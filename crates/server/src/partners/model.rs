//! Names, members and what an operator sees of them.

use std::fmt;
use std::str::FromStr;

use exchange::{Agreement, KeyId, PartnerId, Scopes, Time};

/// A partner's short name: 1 to 40 of `a-z 0-9 . -`, starting with a letter. Other partners see it as an entry's
/// origin.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct PartnerName(String);

/// The text is no partner name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a partner's name is 1 to 40 of a-z, 0-9, dot and dash, starting with a letter; not {0:?}")]
pub struct NameError(String);

impl PartnerName {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for PartnerName {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'.' || byte == b'-';
        let good = text.len() <= 40
            && text.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase())
            && text.bytes().all(fits);
        if good { Ok(Self(text.to_owned())) } else { Err(NameError(text.to_owned())) }
    }
}

impl fmt::Display for PartnerName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Who is behind a key, as far as access needs to know.
#[derive(Clone, Debug)]
pub struct Member {
    /// The partner.
    pub partner: PartnerId,
    /// Its name.
    pub name: String,
    /// The key it showed.
    pub key: KeyId,
    /// What the key may be used for.
    pub scopes: Scopes,
    /// What the partner may see and contribute.
    pub agreement: Agreement,
}

/// A partner as its operator sees it.
#[derive(Clone, Debug)]
pub struct PartnerView {
    /// Its id.
    pub id: PartnerId,
    /// Its name.
    pub name: String,
    /// What was agreed.
    pub agreement: Agreement,
    /// Since when.
    pub created_at: Time,
    /// Since when no more.
    pub revoked_at: Option<Time>,
    /// Its keys, oldest first.
    pub keys: Vec<KeyView>,
}

/// A key as its operator sees it.
#[derive(Clone, Debug)]
pub struct KeyView {
    /// Its public half.
    pub id: KeyId,
    /// What it may be used for.
    pub scopes: Scopes,
    /// Since when.
    pub created_at: Time,
    /// Until when; `None`: until revoked.
    pub expires_at: Option<Time>,
    /// Since when no more.
    pub revoked_at: Option<Time>,
    /// What it last acknowledged, and when.
    pub cursor: Option<(u64, Time)>,
}

impl KeyView {
    /// Whether it opens anything at `now`.
    pub fn is_current(&self, now: Time) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|end| now < end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_short_plain_and_start_with_a_letter() {
        for good in ["a", "point-de-contact", "x.org", &"a".repeat(40)] {
            assert!(good.parse::<PartnerName>().is_ok(), "{good}");
        }
        for bad in ["", "A", "1a", "a b", "é", "a/b", &"a".repeat(41)] {
            assert!(bad.parse::<PartnerName>().is_err(), "{bad}");
        }
    }
}
