//! The operator's list of pictures that are not taken: whatever the file holds, it is read or refused with a line of it,
//! and what was read is met again.

#![no_main]

use exchange::{Fingerprint, Kind};
use libfuzzer_sys::fuzz_target;

#[path = "../../crates/server/src/intake/screen.rs"]
#[expect(dead_code, reason = "a part of the server, of which the target calls one door")]
mod screen;

use screen::{Screen, ScreenError};

fuzz_target!(|text: &str| {
    let lines = text.lines().count();
    match Screen::read(text) {
        Ok(screen) => {
            assert!(screen.len() <= lines && screen.len() <= screen::COMMON_PICTURES_MAX);
            let first = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#'));
            let hash =
                first.filter(|line| !line.starts_with('{')).and_then(|line| line.split_ascii_whitespace().next());
            if let Some(found) = hash.and_then(|hash| Fingerprint::parse(Kind::Pdq, hash, None).ok()) {
                assert!(screen.has(&found) || found.check_plainness().is_err());
            }
            assert_eq!(screen.clone().and(Screen::default()).len(), screen.len());
        }
        Err(ScreenError::Line(number) | ScreenError::TooMany(number)) => assert!((1..=lines).contains(&number)),
    }
});
