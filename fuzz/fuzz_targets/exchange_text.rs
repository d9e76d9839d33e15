//! The small text forms of the wire: instants, identifiers, what a partner may reach. What is accepted prints in one
//! form, and that form is accepted as the same value.

#![no_main]

use std::fmt::{Debug, Display};
use std::str::FromStr;

use exchange::{EntryId, Fingerprint, Kind, PartnerId, Reach, Time};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    survives(text.parse::<Time>().ok());
    survives(text.parse::<EntryId>().ok());
    survives(text.parse::<PartnerId>().ok());
    if let Ok(reach) = Reach::parse(text) {
        assert_eq!(Reach::parse(&reach.to_string()), Ok(reach));
    }
    for kind in Kind::ALL {
        for quality in [None, Some(100), Some(101)] {
            if let Ok(fingerprint) = Fingerprint::parse(kind, text, quality) {
                assert_eq!(exchange::hex::encode(fingerprint.bytes()), text.to_lowercase());
                assert!(quality.is_none_or(|quality| quality <= 100 && kind == Kind::Pdq));
            }
        }
    }
});

fn survives<T: FromStr<Err: Debug> + Display + Debug + PartialEq>(value: Option<T>) {
    if let Some(value) = value {
        let again: T = value.to_string().parse().expect("what we print, we read");
        assert_eq!(again, value);
    }
}
