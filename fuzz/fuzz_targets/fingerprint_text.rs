//! Text to fingerprints: what is accepted is exactly the right number of hex digits, and prints as itself in lower
//! case. The exchange crate has a parser of its own, since it may not know this one: both must agree.

#![no_main]

use std::fmt::{Debug, Display};
use std::str::FromStr;

use fingerprint::{Md5, Pdq, Sha256};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    check::<Pdq>(text, 64, exchange::hex::decode::<32>(text).is_some());
    check::<Sha256>(text, 64, exchange::hex::decode::<32>(text).is_some());
    check::<Md5>(text, 32, exchange::hex::decode::<16>(text).is_some());
});

fn check<T: FromStr<Err: Display + Debug> + Display + Debug>(text: &str, digits: usize, accepted_elsewhere: bool) {
    let right = text.len() == digits && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    assert_eq!(right, accepted_elsewhere);
    match text.parse::<T>() {
        Ok(fingerprint) => {
            assert!(right);
            assert_eq!(fingerprint.to_string(), text.to_lowercase());
        }
        Err(error) => {
            assert!(!right);
            // An error says something, and carries no part of a fingerprint into a log.
            assert!(!error.to_string().is_empty());
            let words = format!("{error} {error:?}");
            let longest = words.split(|letter: char| !letter.is_ascii_hexdigit()).map(str::len).max();
            assert!(longest < Some(8), "{words}");
        }
    }
}
