//! Headers of RFC 9577 and the small texts of age proofs.

#![no_main]

use agetoken::{AttesterKey, IssuerName, Origin, Redemption, SiteNonce, Threshold, Voucher, header};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(found) = header::parse_www_authenticate(text) {
        assert!(found.len() <= header::CHALLENGES_MAX);
        for (challenge, key) in found {
            let Some(key) = key else { continue };
            let written = header::www_authenticate(&challenge, &key);
            assert_eq!(header::parse_www_authenticate(&written), Ok(vec![(challenge, Some(key))]));
        }
    }
    if let Ok(token) = header::parse_authorization(text) {
        assert_eq!(header::parse_authorization(&header::authorization(&token)), Ok(token));
    }
    let same = |written: Option<String>| assert!(written.is_none_or(|written| written == text), "one form");
    same(text.parse::<Origin>().ok().map(|read| read.to_string()));
    same(text.parse::<IssuerName>().ok().map(|read| read.to_string()));
    same(text.parse::<Threshold>().ok().map(|read| read.to_string()));
    same(text.parse::<AttesterKey>().ok().map(|read| read.to_string()));
    same(text.parse::<Voucher>().ok().map(|read| read.to_text()));
    same(text.parse::<Redemption>().ok().map(|read| read.to_text()));
    same(SiteNonce::parse(text).ok().map(|read| read.to_text()));
});
