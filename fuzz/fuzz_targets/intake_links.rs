//! What people paste as links: whatever it is, what is kept is a public web address in its one form, within the limits.
//!
//! The parser is pure but lives in the server's room for the portal; it is compiled here by itself, so that the target
//! does not carry a database and an HTTP server with it.

#![no_main]

use std::collections::HashSet;

use libfuzzer_sys::fuzz_target;
use url::Url;

#[path = "../../crates/server/src/intake/links/mod.rs"]
#[expect(dead_code, unused_imports, reason = "a part of the server, of which the target calls one door")]
mod links;

use links::{LINK_CHARACTERS_MAX, LINKS_MAX, REFUSED_CHARACTERS_MAX, REFUSED_MAX};

fuzz_target!(|text: &str| {
    let read = links::read(text);
    assert!(read.links.len() <= LINKS_MAX && read.refused.len() <= REFUSED_MAX);
    let mut seen = HashSet::new();
    for link in &read.links {
        let url = Url::parse(&link.url).expect("what is kept is an address");
        assert!(seen.insert(&link.url) && link.url.is_ascii() && link.url.len() <= LINK_CHARACTERS_MAX);
        assert_eq!(url.as_str(), link.url);
        assert!(matches!(url.scheme(), "http" | "https") && url.username().is_empty() && url.password().is_none());
        assert_eq!(links::clean(&link.url).as_ref(), Ok(link));
    }
    for refused in &read.refused {
        assert!(refused.text_start.chars().count() <= REFUSED_CHARACTERS_MAX);
    }
    // What is known is not taken again.
    let again = links::read_beside(read.links.iter().map(|link| link.url.as_str()), text);
    assert_eq!(again.links.len(), read.left_out.min(LINKS_MAX - read.links.len()));
});
