//! One address that a mail can go to.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Bytes of an address, at most: what is sealed of it then always has one length.
pub const ADDRESS_BYTES_MAX: usize = 200;

/// An e-mail address in ASCII, one, and nothing else. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Address(lettre::Address);

/// Why no mail can go there. Nothing was kept of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum AddressError {
    /// Not an address, or several. Write one, such as name@example.org.
    #[error("an address is a name, @, and a domain, such as name@example.org")]
    Unreadable,
    /// Longer than an address may be here. Take another one.
    #[error("an address has at most {ADDRESS_BYTES_MAX} letters here")]
    TooLong,
    /// A letter before the @ that many mail servers still refuse. Take an address in plain letters.
    #[error("letters with accents or of other scripts before the @ cannot be written to from here")]
    International,
}

impl Address {
    /// The domain.
    pub(crate) fn domain(&self) -> &str {
        self.0.domain()
    }

    /// For an envelope or a header.
    pub(crate) fn inner(&self) -> lettre::Address {
        self.0.clone()
    }
}

impl FromStr for Address {
    type Err = AddressError;

    /// Reads one address; a domain in other letters is written in ASCII.
    fn from_str(text: &str) -> Result<Self, AddressError> {
        let text = text.trim();
        let (user, domain) = text.rsplit_once('@').ok_or(AddressError::Unreadable)?;
        if text.chars().any(|c| c.is_control() || c.is_whitespace()) {
            return Err(AddressError::Unreadable);
        }
        if text.len() > ADDRESS_BYTES_MAX {
            return Err(AddressError::TooLong);
        }
        if !user.is_ascii() {
            return Err(AddressError::International);
        }
        // What servers accept without quotes; a list of addresses has none of these.
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~.".contains(&byte);
        let Ok(url::Host::Domain(domain)) = url::Host::parse(domain) else { return Err(AddressError::Unreadable) };
        if !user.bytes().all(is_plain) || !domain.contains('.') || domain.ends_with('.') {
            return Err(AddressError::Unreadable);
        }
        if user.len() + 1 + domain.len() > ADDRESS_BYTES_MAX {
            return Err(AddressError::TooLong);
        }
        lettre::Address::new(user, domain).map(Self).map_err(|_| AddressError::Unreadable)
    }
}

impl TryFrom<String> for Address {
    type Error = AddressError;

    fn try_from(text: String) -> Result<Self, AddressError> {
        text.parse()
    }
}

impl From<Address> for String {
    fn from(address: Address) -> Self {
        address.0.to_string()
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Address(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<String, AddressError> {
        text.parse::<Address>().map(String::from)
    }

    #[test]
    fn one_plain_address_is_read_and_a_foreign_domain_is_written_in_ascii() {
        assert_eq!(read(" robin+x@Example.org ").unwrap(), "robin+x@example.org");
        assert_eq!(read("o'neil@exämple.org").unwrap(), "o'neil@xn--exmple-cua.org");
    }

    #[test]
    fn what_is_not_one_address_is_refused_and_says_why() {
        for wrong in [
            "",
            "robin",
            "@example.org",
            "robin@",
            "robin@localhost",
            "robin@[192.0.2.1]",
            "robin@192.0.2.1",
            "robin@example.org.",
            "a@example.org,b@example.org",
            "a@example.org b@example.org",
            "a@b@example.org",
            "\"a b\"@example.org",
            "Robin <robin@example.org>",
            "robin@example.org\r\nBcc: all@example.org",
            "robin\r\nRCPT TO:<b@example.org>@example.org",
            "a\0b@example.org",
            ".robin@example.org",
        ] {
            assert_eq!(read(wrong), Err(AddressError::Unreadable), "{wrong:?}");
        }
        assert_eq!(read("zoé@example.org"), Err(AddressError::International));
        assert_eq!(read("ロビン@example.org"), Err(AddressError::International));
    }

    #[test]
    fn an_address_has_a_longest_length() {
        let domain = format!("{}.{}.{}.org", "a".repeat(60), "b".repeat(60), "c".repeat(60));
        let with = |user: usize| format!("{}@{domain}", "u".repeat(user));
        let most = ADDRESS_BYTES_MAX - domain.len() - 1;
        assert_eq!(read(&with(most)).unwrap().len(), ADDRESS_BYTES_MAX);
        assert_eq!(read(&with(most + 1)), Err(AddressError::TooLong));
    }

    #[test]
    fn it_is_not_shown_by_debug() {
        let address: Address = "robin@example.org".parse().unwrap();
        assert_eq!(format!("{address:?}"), "Address(..)");
    }
}
