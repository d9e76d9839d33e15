//! Made-up entries and questions: the same for the same number.

use rand::rngs::StdRng;
use rand::{Rng, RngExt, SeedableRng};
use serde_json::{Value, json};

/// Different questions asked.
const QUESTIONS: usize = 100_000;

/// The entry of this number, as it is contributed.
pub(crate) fn entry(number: usize) -> Value {
    json!({"class": "minor", "tier": "verified", "fingerprints": fingerprints(number)})
}

/// The same as a line of a snapshot, with so many views, and an id older than all that a node makes now.
pub(crate) fn line(number: usize, views: usize) -> String {
    // Hashes that no entry has as its own.
    let hash = |view: usize| exchange::hex::encode(&pdq(1 << 40 | view << 32 | number));
    let views: Vec<Value> = (1..=views).map(|view| json!({"view": view, "value": hash(view)})).collect();
    let entry = json!({
        "id": format!("01980000-0000-7000-8000-{number:012x}"), "class": "minor", "tier": "verified", "status": "active",
        "fingerprints": fingerprints(number), "views": views, "block_radius": 31, "origin": "hotline",
        "created_at": "2026-11-21T00:00:00.000000Z",
    });
    format!("{}\n", json!({ "entry": entry }))
}

/// Questions, half of them near an entry of a bank of so many.
pub(crate) fn questions(entries: usize) -> Vec<[u8; 32]> {
    let mut random = StdRng::seed_from_u64(77);
    let mut question = || {
        let mut hash = pdq(random.random_range(0..entries * 2));
        for _ in 0..10 {
            hash[random.random_range(0..32)] ^= 1 << random.random_range(0..8);
        }
        hash
    };
    (0..QUESTIONS).map(|_| question()).collect()
}

fn fingerprints(number: usize) -> Value {
    let mut sha256 = [0; 32];
    StdRng::seed_from_u64(number as u64 ^ 1 << 63).fill_bytes(&mut sha256);
    let hex = exchange::hex::encode;
    json!([{"kind": "pdq", "value": hex(&pdq(number)), "quality": 100}, {"kind": "sha256", "value": hex(&sha256)}])
}

fn pdq(number: usize) -> [u8; 32] {
    let mut hash = [0; 32];
    StdRng::seed_from_u64(number as u64).fill_bytes(&mut hash);
    hash
}
