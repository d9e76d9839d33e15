//! An index as bytes, and bytes as an index.

use std::collections::HashSet;

use bytes::Bytes;
use hamming::{Buffer, Check, Index, OpenError, Slot};

use crate::{flipped, model::Model, random_codes};

/// Codes that give an index of several segments, some equal codes, removed codes and a tail.
fn index(count: usize) -> (Index, Model) {
    let mut model = Model::default();
    let mut index = Index::new();
    for (part, seed) in [(count, 1), (count / 4, 2), (count / 300, 3)] {
        let mut codes = random_codes(seed, part);
        let copies: Vec<_> = codes.iter().step_by(50).copied().collect();
        codes.extend(copies);
        index.insert_many(codes.iter().copied());
        model.slots.extend(codes.into_iter().map(Some));
        for slot in (0..model.slots.len()).step_by(11) {
            index.remove(Slot::new(slot as u32));
            model.slots[slot] = None;
        }
        index.settle();
    }
    (index, model)
}

fn written(index: &Index) -> Vec<u8> {
    let mut bytes = Vec::new();
    let whole = index.reader().snapshot().write(|piece| {
        bytes.extend_from_slice(piece);
        Ok::<(), ()>(())
    });
    assert_eq!(whole, Ok(()));
    bytes
}

fn opened(bytes: &[u8], check: Check) -> Result<Index, OpenError> {
    let mut buffer = Buffer::zeroed(bytes.len());
    buffer.copy_from_slice(bytes);
    Index::open(Bytes::from_owner(buffer), check)
}

fn check_same(index: &Index, model: &Model) {
    let snapshot = index.reader().snapshot();
    assert_eq!(snapshot.len(), model.slots.iter().flatten().count());
    for (slot, code) in (0_u32..).zip(&model.slots) {
        assert_eq!(snapshot.get(Slot::new(slot)), *code);
    }
    for (step, code) in model.slots.iter().flatten().step_by(499).enumerate() {
        let query = flipped(*code, (0..step % 40).map(|bit| bit * 67 % 256));
        assert_eq!(snapshot.within(&query, 31), model.within(&query, 31));
    }
    assert_eq!(snapshot.within(&[0; 32], 256), model.within(&[0; 32], 256));
}

#[test]
fn what_is_opened_answers_as_what_was_written_and_goes_on_from_there() {
    for count in [0, 1, 300, 30_000] {
        let (index, model) = index(count);
        let bytes = written(&index);
        for check in [Check::Everything, Check::Structure] {
            let mut again = opened(&bytes, check).unwrap();
            check_same(&again, &model);
            assert_eq!(written(&again), bytes, "what was opened is written as it was");

            let mut grown = Model { slots: model.slots.clone() };
            let fresh = random_codes(9, 6_000);
            let slots = again.insert_many(fresh.iter().copied());
            assert_eq!(slots[0], Slot::new(model.slots.len() as u32), "slots go on where they were");
            grown.slots.extend(fresh.into_iter().map(Some));
            for slot in (0..grown.slots.len()).step_by(2) {
                again.remove(Slot::new(slot as u32));
                grown.slots[slot] = None;
            }
            again.settle();
            check_same(&again, &grown);
        }
    }
}

#[test]
fn nothing_that_was_removed_is_written() {
    // A tail; a segment; a tail behind segments.
    for count in [60, 5_000, 30_000] {
        let codes = random_codes(count, count as usize);
        let mut index = Index::build(codes.iter().copied());
        let removed = |place: usize| place.is_multiple_of(7);
        for place in (0..codes.len()).filter(|place| removed(*place)) {
            index.remove(Slot::new(place as u32));
        }
        index.publish();
        for purged in [false, true] {
            if purged {
                index.tender().purge();
            }
            let bytes = written(&index);
            // The second half of a code lies together, wherever it is.
            let written: HashSet<&[u8]> = bytes.chunks(16).collect();
            for (place, code) in codes.iter().enumerate() {
                assert_eq!(written.contains(&code[16..]), !removed(place), "code {place} of {count}");
            }
            let again = opened(&bytes, Check::Everything).unwrap();
            assert_eq!(again.len(), index.len());
        }
    }
}

#[test]
fn changes_not_published_are_not_written() {
    let mut index = Index::build(random_codes(5, 100));
    let bytes = written(&index);
    index.insert([1; 32]);
    index.remove(Slot::new(3));
    assert_eq!(written(&index), bytes);
    index.publish();
    assert_eq!(opened(&written(&index), Check::Everything).unwrap().len(), 100);
}

#[test]
fn pieces_are_a_mebibyte_but_for_the_last() {
    let (index, _) = index(30_000);
    let mut lengths = Vec::new();
    let snapshot = index.reader().snapshot();
    let whole = snapshot.write(|piece| {
        lengths.push(piece.len());
        Ok::<(), ()>(())
    });
    assert_eq!(whole, Ok(()));
    let last = lengths.pop().unwrap();
    assert!(lengths.len() > 2 && lengths.iter().all(|length| *length == 1 << 20) && last <= 1 << 20);

    let mut calls = 0;
    let stopped = snapshot.write(|_| {
        calls += 1;
        if calls == 2 { Err("the disk is full") } else { Ok(()) }
    });
    assert_eq!((stopped, calls), (Err("the disk is full"), 2));
}

#[test]
fn bytes_at_any_address_are_opened() {
    let (index, model) = index(5_000);
    let bytes = written(&index);
    for offset in [1, 8, 33] {
        let moved = Bytes::from([vec![0; offset], bytes.clone()].concat()).slice(offset..);
        check_same(&Index::open(moved, Check::Everything).unwrap(), &model);
    }
}

#[test]
fn a_file_that_was_cut_anywhere_is_torn() {
    let bytes = written(&index(300).0);
    for length in 0..bytes.len() {
        let expected = if length < 8 { OpenError::NotAnIndex } else { OpenError::Torn };
        for check in [Check::Everything, Check::Structure] {
            assert_eq!(opened(&bytes[..length], check).unwrap_err(), expected, "{length} of {} bytes", bytes.len());
        }
    }
    assert_eq!(opened(&[&bytes[..], &[0]].concat(), Check::Structure).unwrap_err(), OpenError::Torn);
}

#[test]
fn any_byte_that_changed_is_found_when_everything_is_checked() {
    let bytes = written(&index(300).0);
    for place in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[place] ^= 0x10;
        // Four bytes before the mark of the end are not used.
        let unused = bytes.len() - 12..bytes.len() - 8;
        assert_eq!(opened(&changed, Check::Everything).is_err(), !unused.contains(&place), "byte {place}");
    }
}

#[test]
fn what_cannot_be_opened_says_why() {
    let bytes = written(&index(300).0);
    let with = |place: usize, value: &[u8]| {
        let mut changed = bytes.clone();
        changed[place..place + value.len()].copy_from_slice(value);
        opened(&changed, Check::Structure).unwrap_err()
    };
    assert_eq!(with(0, b"H"), OpenError::NotAnIndex);
    assert_eq!(with(7, &[2]), OpenError::Version(2));
    assert_eq!(with(8, &0x0807_0605_0403_0201_u64.to_ne_bytes()), OpenError::ByteOrder);
    assert_eq!(with(24, &77_u64.to_ne_bytes()), OpenError::Damaged(0));
    assert_eq!(OpenError::Torn.to_string(), "the index is not whole: build it anew");
}
