//! Readers while the writer works.

use std::{
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    thread,
};

use hamming::{Code, Index, Match, Slot};

use crate::{flipped, random_codes};

/// Codes that the writer replaces in each generation.
const CODES: usize = 300;
const GENERATIONS: u32 = 1_500;

#[test]
fn readers_see_whole_generations_and_never_go_back() {
    let mut index = Index::build(generation(0));
    let reading = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..3 {
            let reader = index.reader();
            let reading = &reading;
            scope.spawn(move || {
                let mut newest = 0;
                reading.fetch_add(1, Ordering::Relaxed);
                while newest < GENERATIONS {
                    newest = whole_generation_since(newest, &reader.snapshot());
                }
            });
        }
        while reading.load(Ordering::Relaxed) < 3 {
            thread::yield_now();
        }
        for number in 1..=GENERATIONS {
            // Half of the new codes come before the removals and half after: a reader that saw into the middle of
            // it would see too many codes, too few, or two generations.
            let codes = generation(number);
            let (early, late) = codes.split_at(CODES / 2);
            index.insert_many(early.iter().copied());
            for offset in 0..CODES as u32 {
                assert!(index.remove(Slot::new((number - 1) * CODES as u32 + offset)));
            }
            index.insert_many(late.iter().copied());
            index.publish();
        }
    });
    assert_eq!(index.len(), CODES);
}

#[test]
fn readers_find_every_code_while_merges_come_and_go() {
    const COUNT: usize = 60_000;
    let codes = random_codes(12, COUNT);
    let mut index = Index::new();
    let is_filled = &AtomicBool::new(false);
    thread::scope(|scope| {
        for thread in 0..2 {
            let (reader, codes) = (index.reader(), &codes);
            scope.spawn(move || {
                let mut place = thread;
                loop {
                    let snapshot = reader.snapshot();
                    let length = snapshot.len();
                    // Slots are issued in order, and nothing is removed: the length says what is in.
                    place = (place + 7_919) % COUNT;
                    let found = snapshot.within(&flipped(codes[place], [3, 77, 200]), 31);
                    let expected = (place < length).then_some(Match { slot: Slot::new(place as u32), distance: 3 });
                    assert_eq!(found, Vec::from_iter(expected), "code {place} of {length}");
                    if length == COUNT {
                        break;
                    }
                }
            });
        }
        let tender = index.tender();
        scope.spawn(move || {
            while !is_filled.load(Ordering::Relaxed) {
                tender.tend();
            }
        });
        for some in codes.chunks(37) {
            index.insert_many(some.iter().copied());
            index.publish();
        }
        is_filled.store(true, Ordering::Relaxed);
    });
    index.settle();
    let snapshot = index.reader().snapshot();
    assert!(!format!("{snapshot:?}").contains("segments: 0"), "60,000 codes do not stay in the tail: {snapshot:?}");
}

/// Checks that a snapshot is one whole generation, not older than `newest`; returns which.
fn whole_generation_since(newest: u32, snapshot: &hamming::Snapshot) -> u32 {
    let matches = snapshot.within(&[0; 32], 256);
    assert_eq!((matches.len(), snapshot.len()), (CODES, CODES));
    let number = matches[0].slot.get() / CODES as u32;
    assert!(number >= newest, "from generation {newest} back to {number}");
    let mut expected = generation(number).into_iter();
    let mut slots: Vec<_> = matches.iter().map(|found| found.slot).collect();
    slots.sort_unstable();
    for slot in slots {
        assert_eq!(snapshot.get(slot), expected.next());
        assert_eq!(slot.get() / CODES as u32, number);
    }
    number
}

/// Codes that name their generation.
fn generation(number: u32) -> Vec<Code> {
    let code = |place: u32| {
        let mut code = [0; 32];
        code[..4].copy_from_slice(&number.to_le_bytes());
        code[28..].copy_from_slice(&place.to_le_bytes());
        code
    };
    (0..CODES as u32).map(code).collect()
}
