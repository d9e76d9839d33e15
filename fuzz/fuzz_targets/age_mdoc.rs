//! Age proofs of European wallets: CBOR, COSE, certificates, the mdoc itself. Whatever it is, it is read in bounds, and what is believed
//! was in it. The first byte says what follows.
//!
//! The parsers are pure but live in the server's room for age checks; they are compiled here by themselves, with another door where
//! signatures are checked, so that what lies behind one is reached too.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;

#[path = "../../crates/server/src/age/attester/methods/certificate.rs"]
mod certificate;
#[path = "../../crates/server/src/age/attester/methods/cose.rs"]
mod cose;
#[path = "../../crates/server/src/age/attester/methods/mdoc.rs"]
#[expect(dead_code, reason = "a part of the server, of which the target calls some doors")]
mod mdoc;
#[path = "support/signature.rs"]
mod signature;

use certificate::Roots;

/// When the seeds were good.
const NOW: u64 = 1_796_100_000;
const RESPONSE_URI: &str = "https://attester.test/age/way/wallet/back";

static ROOTS: LazyLock<Roots> =
    LazyLock::new(|| Roots::from_pem(include_bytes!("../corpus/age_mdoc/roots")[1..].as_ref()).expect("a root in PEM"));

fuzz_target!(|bytes: &[u8]| {
    let Some((kind, bytes)) = bytes.split_first() else { return };
    match kind % 4 {
        0 => {
            let transcript = mdoc::transcript(RESPONSE_URI, "nonce");
            if let Some(object) = mdoc::check(bytes, &ROOTS, &transcript, NOW) {
                assert!(bytes.windows(object.len()).any(|part| part == object), "what counts was sent");
            }
        }
        1 => {
            if let Some(value) = cose::read(bytes) {
                // NaN is not equal to itself; written again it is the same bytes. From the second time on, as a big number that
                // came in pieces is tagged bytes, and the number itself once it is written in one.
                let read = |bytes: &[u8]| cose::read(bytes).expect("what is written can be read");
                let written = cose::write(&read(&cose::write(&value)));
                assert_eq!(cose::write(&read(&written)), written);
            }
        }
        2 => {
            let _ = Roots::from_pem(bytes);
        }
        _ => {
            if let Some(presented) = std::str::from_utf8(bytes).ok().and_then(mdoc::presented) {
                assert!(presented.len() <= bytes.len());
            }
        }
    }
});
