//! A stored index, opened: whatever the bytes are, there is an error or an index that answers, changes, merges and is
//! written again without harm.
//!
//! The first bytes say what index to write (how many codes, removals); what follows are changes to that file, each a
//! place, a length and bytes. The checksums are then put right, as nothing behind them would be met otherwise.

#![no_main]

use bytes::Bytes;
use hamming::{Check, Code, Index, OpenError, Slot};
use libfuzzer_sys::fuzz_target;

const PIECE_BYTES: usize = 1 << 20;

fuzz_target!(|input: &[u8]| {
    // As they come, too: the first bytes of a file are met without any checksum.
    drop(Index::open(Bytes::copy_from_slice(input), Check::Everything));

    let [codes, like, removals, changes @ ..] = input else { return };
    let mut file = written(&index(usize::from(*codes) * 24, *like, *removals));
    assert!(Index::open(Bytes::copy_from_slice(&file), Check::Everything).is_ok());
    change(&mut file, changes);
    put_checksums_right(&mut file);
    for check in [Check::Structure, Check::Everything] {
        match Index::open(Bytes::copy_from_slice(&file), check) {
            Ok(index) => use_it(index),
            Err(error) => assert!(error != OpenError::Version(1) && !error.to_string().is_empty()),
        }
    }
});

/// Codes of which many are alike, if `like` says so.
fn index(count: usize, like: u8, removals: u8) -> Index {
    let code = |place: usize| -> Code {
        let value = (place & usize::from(like)) as u64;
        let word = value.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_le_bytes();
        std::array::from_fn(|at| word[at % 8].wrapping_mul(at as u8 | 1))
    };
    let mut index = Index::new();
    index.insert_many((0..count).map(code));
    for slot in (0..count).step_by(usize::from(removals) + 1) {
        index.remove(Slot::new(slot as u32));
    }
    index.settle();
    index
}

fn written(index: &Index) -> Vec<u8> {
    let mut file = Vec::new();
    let whole = index.reader().snapshot().write(|piece| {
        file.extend_from_slice(piece);
        Ok::<(), ()>(())
    });
    assert_eq!(whole, Ok(()));
    file
}

/// Changes are a place (three bytes), a length and so many bytes.
fn change(file: &mut [u8], mut changes: &[u8]) {
    while let [a, b, c, length, rest @ ..] = changes {
        let (bytes, rest) = rest.split_at(usize::from(length % 9).min(rest.len()));
        let place = u32::from_le_bytes([*a, *b, *c, 0]) as usize % file.len();
        let end = file.len().min(place + bytes.len());
        file[place..end].copy_from_slice(&bytes[..end - place]);
        changes = rest;
    }
}

/// As the format has them: a CRC-32 for each MiB before the checks, one of those, four unused bytes, eight of a mark.
fn put_checksums_right(file: &mut [u8]) {
    let closing = 16;
    let length = file.len();
    let pieces = (1..).find(|pieces| (length - closing - pieces * 4).div_ceil(PIECE_BYTES) <= *pieces);
    let body = length - closing - pieces.expect("a file has some pieces") * 4;
    let checks: Vec<u8> =
        file[..body].chunks(PIECE_BYTES).flat_map(|piece| crc32fast::hash(piece).to_ne_bytes()).collect();
    let check = crc32fast::hash(&checks).to_ne_bytes();
    file[body..body + checks.len()].copy_from_slice(&checks);
    file[length - closing..][..4].copy_from_slice(&check);
}

fn use_it(mut index: Index) {
    let snapshot = index.reader().snapshot();
    for query in [[0; 32], [0x55; 32], snapshot.get(Slot::new(1)).unwrap_or([7; 32])] {
        for radius in [0, 31, 63, 256] {
            let found = snapshot.within(&query, radius);
            assert!(found.is_sorted_by_key(|found| (found.distance, found.slot)));
            assert!(found.iter().all(|found| found.distance <= radius));
        }
    }
    let fresh: Vec<Code> = (0..4_700_u32).map(|place| [(place % 251) as u8; 32]).collect();
    index.insert_many(fresh);
    for slot in 0..2_000 {
        index.remove(Slot::new(slot * 3));
    }
    index.settle();
    assert!(!index.reader().snapshot().within(&[9; 32], 31).is_empty());
    let again = Index::open(Bytes::from(written(&index)), Check::Everything).expect("what we write, we read");
    assert_eq!(again.len(), index.len());
}
