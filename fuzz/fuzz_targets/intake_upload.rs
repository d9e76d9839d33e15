//! What a page says of a file that was sent sealed: whatever it is, what is taken has one key each for those who read here.
//!
//! The parser is pure but lives in the server's room for the portal; it is compiled here by itself, so that the target
//! does not carry a database and an HTTP server with it.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use rand::SeedableRng;
use rand::rngs::StdRng;
use sealing::{Recipient, RecipientSecret};

// What only the room calls is not called here.
#[allow(dead_code)]
#[path = "../../crates/server/src/intake/uploads/keys.rs"]
mod keys;

use keys::{SealedKey, Whole};

static SECRETS: LazyLock<[RecipientSecret; 2]> =
    LazyLock::new(|| [1, 2].map(|seed| RecipientSecret::generate(&mut StdRng::seed_from_u64(seed))));
static KNOWN: LazyLock<Vec<Recipient>> = LazyLock::new(|| SECRETS.iter().map(RecipientSecret::public).collect());

fuzz_target!(|json: &[u8]| {
    let Ok(whole) = Whole::read(json, &KNOWN) else { return };
    assert_eq!(Whole::read(json, &KNOWN).as_ref(), Ok(&whole));
    let found = SECRETS.iter().filter(|secret| SealedKey::sealed_for(&whole.keys, secret).is_some()).count();
    assert_eq!(found, whole.keys.len(), "every key is for somebody, and nobody has two");
    assert!(found > 0);
    let again = serde_json::to_vec(&whole.keys).expect("keys are text");
    assert_eq!(serde_json::from_slice::<Vec<SealedKey>>(&again).expect("as written"), whole.keys);
});
