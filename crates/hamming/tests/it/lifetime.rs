//! What becomes of slots, memory and snapshots over time.

use hamming::{Index, Slot};

use crate::{heap, random_codes};

/// More slots than the tail keeps when merges are done.
const BLOCK: usize = 5_000;

#[test]
fn a_slot_is_never_used_again() {
    let mut index = Index::new();
    for round in 0..5_u32 {
        let slots = index.insert_many(random_codes(u64::from(round), BLOCK));
        assert_eq!(slots.first(), Some(&Slot::new(round * BLOCK as u32)));
        for slot in slots {
            assert!(index.remove(slot));
            assert!(!index.remove(slot), "removed once");
        }
        index.publish();
    }
    assert!(index.is_empty());
    assert_eq!(index.insert([0; 32]), Slot::new(5 * BLOCK as u32));
}

#[test]
fn a_change_is_seen_once_published_and_never_in_an_older_snapshot() {
    let mut index = Index::build([[1; 32]]);
    let reader = index.reader();
    let before = reader.snapshot();
    let added = index.insert([2; 32]);
    assert!(index.remove(Slot::new(0)));
    assert_eq!(reader.snapshot().get(added), None);
    assert_eq!(reader.snapshot().get(Slot::new(0)), Some([1; 32]));
    index.publish();
    assert_eq!(reader.snapshot().get(added), Some([2; 32]));
    assert_eq!(reader.snapshot().get(Slot::new(0)), None);
    assert_eq!((before.get(Slot::new(0)), before.get(added)), (Some([1; 32]), None));
    drop(index);
    assert_eq!(reader.snapshot().get(added), Some([2; 32]), "a reader outlives its index");
}

#[test]
fn what_was_removed_gives_its_memory_back_when_merges_are_done() {
    let before = heap::bytes_held();
    let mut index = Index::build(random_codes(1, 20 * BLOCK));
    let full = heap::bytes_held() - before;
    for slot in (0..).take(19 * BLOCK + 1).map(Slot::new) {
        index.remove(slot);
    }
    index.settle();
    let left = heap::bytes_held() - before;
    assert!(left < full / 15, "{left} of {full} bytes are still held for one block of twenty");
    drop(index);
    assert_eq!(heap::bytes_held(), before);
}

#[test]
fn an_index_filled_a_few_at_a_time_is_of_few_pieces_once_tended() {
    let codes = random_codes(4, 30 * BLOCK);
    let mut index = Index::new();
    for some in codes.chunks(1_000) {
        index.insert_many(some.iter().copied());
        index.publish();
    }
    index.tender().tend();
    let snapshot = index.reader().snapshot();
    // How far its own merges had come decides which of the two: of 150,000 codes, no more can each be 8 times the rest.
    assert!((1..=2).contains(&snapshot.segments()), "{}", snapshot.segments());
    for slot in (0..codes.len()).step_by(997) {
        assert_eq!(snapshot.get(Slot::new(slot as u32)), Some(codes[slot]));
    }
}

#[test]
fn what_is_not_published_is_not_merged_and_stays_unseen() {
    let mut index = Index::build(random_codes(5, BLOCK));
    index.insert_many(random_codes(6, BLOCK));
    index.tender().tend();
    assert_eq!((index.reader().snapshot().len(), index.len()), (BLOCK, 2 * BLOCK));
    index.publish();
    index.tender().tend();
    assert_eq!(index.reader().snapshot().len(), 2 * BLOCK);
}

#[test]
fn tending_that_was_called_off_ends_and_the_index_goes_on_answering() {
    let mut index = Index::new();
    let tender = index.tender();
    tender.call_off();
    index.insert_many(random_codes(7, 3 * BLOCK));
    index.publish();
    tender.tend();
    let snapshot = index.reader().snapshot();
    assert_eq!(snapshot.segments(), 0);
    assert_eq!(snapshot.within(&random_codes(7, 1)[0], 0).len(), 1);
}

#[test]
fn a_snapshot_keeps_what_it_shows_and_gives_it_back_when_dropped() {
    let mut index = Index::build(random_codes(2, 10 * BLOCK));
    let snapshot = index.reader().snapshot();
    let full = heap::bytes_held();
    for slot in (0..).take(10 * BLOCK).map(Slot::new) {
        index.remove(slot);
    }
    index.settle();
    assert!(heap::bytes_held() > full - 1_000 && snapshot.get(Slot::new(0)).is_some());
    drop(snapshot);
    assert!(heap::bytes_held() < full - 10 * BLOCK * 32, "the last snapshot held the codes");
}

#[test]
fn the_memory_reported_is_the_memory_held() {
    for count in [1, 100, BLOCK, 3 * BLOCK + 100] {
        let codes = random_codes(3, count);
        let before = heap::bytes_held();
        let index = Index::build(codes.iter().copied());
        let held = heap::bytes_held() - before;
        let reported = index.memory_bytes();
        assert!(held.abs_diff(reported) < 1_000 + held / 50, "{count} codes: {reported} reported, {held} held");
    }
}

#[test]
fn what_is_printed_of_an_index_holds_no_code() {
    let index = Index::build([[0xab; 32]]);
    let printed = format!("{index:?} {:?} {:?}", index.reader(), index.reader().snapshot());
    assert!(printed.contains("live: 1"));
    assert!(!printed.contains("171") && !printed.contains("ab, ab"), "{printed}");
}
