//! What the forms of the desk and the portal send: within the limits, the same when it is written anew, and the addresses of a notice
//! are public ones or none.
//!
//! The parsers are pure but live in the server; they are compiled here by themselves, so that the target does not carry a database
//! and an HTTP server with it.

#![no_main]

use libfuzzer_sys::fuzz_target;
use url::form_urlencoded;

#[path = "../../crates/server/src/http/fields.rs"]
mod fields;

#[path = "../../crates/server/src/intake/links/mod.rs"]
#[expect(dead_code, unused_imports, reason = "a part of the server, of which the target calls one door")]
mod links;

use fields::{FIELDS_MAX, Fields};
use links::LINK_CHARACTERS_MAX;

fuzz_target!(|body: &[u8]| {
    let pairs: Vec<_> = form_urlencoded::parse(body).into_owned().collect();
    let Some(fields) = Fields::parse(body) else {
        assert!(pairs.len() > FIELDS_MAX);
        return;
    };
    assert!(pairs.len() <= FIELDS_MAX);
    let written = form_urlencoded::Serializer::new(String::new()).extend_pairs(&pairs).finish();
    let again = Fields::parse(written.as_bytes()).expect("as many fields as before");
    for (name, _) in pairs.iter().take(20) {
        assert!(fields.has(name) && fields.all(name).next() == Some(fields.one(name)));
        assert!(fields.all(name).eq(again.all(name)));
    }
    // As a notice's form is read: a line, an address.
    for line in fields.one("urls").lines().map(str::trim).filter(|line| !line.is_empty()).take(50) {
        if let Ok(link) = links::clean(line) {
            assert!(link.url.is_ascii() && link.url.len() <= LINK_CHARACTERS_MAX);
            assert_eq!(links::clean(&link.url).as_ref(), Ok(&link));
        }
    }
});
