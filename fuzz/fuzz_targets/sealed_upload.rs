//! Sealed parts of a file as they come from strangers: nobody makes one without the key, and whatever is done to those of a
//! file, it comes back whole or not at all.
//!
//! The first two bytes are the file's length in units of 17; then come pairs: which part is given next, and how its first byte
//! is spoilt.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use rand::SeedableRng;
use rand::rngs::StdRng;
use sealing::{FileKey, OpenError};

const ID: [u8; 16] = [7; 16];
static KEY: LazyLock<FileKey> = LazyLock::new(|| FileKey::generate(&mut StdRng::seed_from_u64(1)));

fuzz_target!(|bytes: &[u8]| {
    for is_last in [false, true] {
        assert_eq!(KEY.opener(&ID).open_next(bytes, is_last).err(), Some(OpenError));
    }
    let [low, high, rest @ ..] = bytes else { return };
    let file = vec![*low; usize::from(u16::from_le_bytes([*low, *high])) * 17];
    let (mut sealer, mut parts, mut at) = (KEY.sealer(&ID, file.len() as u64), Vec::new(), 0);
    while let Some(wanted) = sealer.wants() {
        parts.push(sealer.seal_next(&file[at..at + wanted]).expect("as many bytes as it wants"));
        at += wanted;
    }
    let given: Vec<Vec<u8>> = rest
        .as_chunks::<2>()
        .0
        .iter()
        .take(8)
        .map(|[which, change]| {
            let mut part = parts[usize::from(*which) % parts.len()].clone();
            part[0] ^= change;
            part
        })
        .collect();
    if given.is_empty() {
        return;
    }
    let (mut opener, mut opened): (_, Result<Vec<u8>, OpenError>) = (KEY.opener(&ID), Ok(Vec::new()));
    for (place, part) in given.iter().enumerate() {
        let next = opener.open_next(part, place + 1 == given.len());
        opened = opened.and_then(|mut file: Vec<u8>| {
            file.extend_from_slice(&next?);
            Ok(file)
        });
    }
    assert_eq!(opened, if given == parts { Ok(file) } else { Err(OpenError) });
});
