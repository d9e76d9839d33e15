//! Identifiers: UUIDv7, each kind its own type so that one cannot stand for another.

use std::fmt;
use std::str::FromStr;

use rand::Rng;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Time;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
        #[serde(transparent)]
        #[schema(value_type = Uuid)]
        pub struct $name(Uuid);

        impl $name {
            /// A fresh UUIDv7: 48 bits of `now` in milliseconds, 74 bits from `rng`.
            pub fn new(now: Time, rng: &mut impl Rng) -> Self {
                let mut random = [0_u8; 10];
                rng.fill_bytes(&mut random);
                let millis = u64::try_from(now.as_micros() / 1_000).unwrap_or(0);
                Self(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
            }

            /// A random UUID (version 4), where the moment in a version 7 would tell too much.
            pub fn random(rng: &mut impl Rng) -> Self {
                let mut random = [0_u8; 16];
                rng.fill_bytes(&mut random);
                Self(uuid::Builder::from_random_bytes(random).into_uuid())
            }

            /// The identifier whose 16 bytes these are, or `None` when there are not 16.
            pub fn from_slice(bytes: &[u8]) -> Option<Self> {
                Uuid::from_slice(bytes).ok().map(Self)
            }

            /// The identifier of these 16 bytes.
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(Uuid::from_bytes(bytes))
            }

            /// The 16 bytes, big-endian, as they are stored.
            pub const fn as_bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::try_parse(text).map(Self)
            }
        }
    };
}

id!(
    /// One protected piece of content in the bank.
    EntryId
);
id!(
    /// A member of the exchange: a platform, a hotline, an authority, a laboratory.
    PartnerId
);
id!(
    /// What a partner did about an entry, once. Chosen by the partner, so that sending it twice counts once.
    OutcomeId
);
id!(
    /// What a person opened. Found again only with its receipt words.
    CaseId
);
id!(
    /// A request to a platform to take something down. Random, so that it tells no moment.
    NoticeId
);

/// The public half of a partner key: 8 bytes, 16 lower-case hex digits inside `rp_<id>_<secret>`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId([u8; 8]);

impl KeyId {
    /// The id of these bytes.
    pub const fn from_bytes(bytes: [u8; 8]) -> Self {
        Self(bytes)
    }

    /// The id whose 8 bytes these are, or `None` when there are not 8.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// The 8 bytes, as they are stored.
    pub const fn as_bytes(&self) -> &[u8; 8] {
        &self.0
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&crate::hex::encode(&self.0))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyId({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    #[test]
    fn ids_made_later_sort_later() {
        let mut rng = rand::rngs::StdRng::seed_from_u64(1);
        let first = EntryId::new(Time::from_micros(1_000_000), &mut rng);
        let second = EntryId::new(Time::from_micros(1_001_000), &mut rng);
        assert!(first < second);
        assert_eq!(first.to_string().parse::<EntryId>().unwrap(), first);
    }
}
