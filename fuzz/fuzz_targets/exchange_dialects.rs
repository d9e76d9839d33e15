//! Everything that other systems and their clients send: pages of lists, and calls to list, vote and ask. What is read, and
//! written again, is read as the same from then on; what a record is said to be is within what our bank can hold.
//!
//! The first byte chooses the reader.

#![no_main]

use std::fmt::Debug;

use exchange::dialects::{DialectError, Listed, arachnid, ncmec, stopncii, tat, threatexchange};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let Some((reader, bytes)) = input.split_first() else { return };
    match reader % 9 {
        0 => {
            let settled = settles(bytes, stopncii::decode, stopncii::encode);
            settled.iter().flat_map(|page| &page.records).filter_map(stopncii::Record::listed).for_each(is_sound);
        }
        1 => {
            let settled = settles(bytes, ncmec::decode, |page| {
                let mut writer = ncmec::Writer::default();
                page.items.iter().for_each(|item| writer.push(item));
                writer.end(page.next.as_deref(), page.newest)
            });
            settled.iter().flat_map(|page| &page.items).map(ncmec::Item::listed).for_each(is_sound);
        }
        2 => {
            let settled = settles(bytes, threatexchange::decode_updates, threatexchange::encode_updates);
            let updates = settled.iter().flat_map(|page| &page.updates);
            updates.filter_map(threatexchange::Update::listed).for_each(is_sound);
        }
        3 => {
            let settled = settles(bytes, tat::decode, tat::encode);
            settled.iter().flat_map(|page| &page.rows).map(tat::Row::listed).for_each(is_sound);
        }
        4 => {
            let ask = |asked: &Vec<(String, [u8; 32])>| {
                arachnid::encode_queries(&asked.iter().map(|(_, hash)| *hash).collect::<Vec<_>>())
            };
            drop(settles(bytes, arachnid::decode_queries, ask));
            drop(settles(bytes, arachnid::decode_answers, |answers| arachnid::encode_answers(answers)));
            drop(settles(bytes, arachnid::decode_address, |address| arachnid::encode_address(address)));
        }
        5 => {
            drop(settles(bytes, stopncii::decode_submission, |all| stopncii::encode_submission(&all.0, 1)));
            drop(settles(bytes, stopncii::decode_feedback, |all| stopncii::encode_feedback(&all.0)));
        }
        6 => {
            drop(settles(bytes, ncmec::decode_submission, |all| ncmec::encode_submission(&all.0)));
            drop(settles(bytes, ncmec::decode_retraction, |all| ncmec::encode_retraction(&all.0)));
        }
        7 => {
            let _ = (ncmec::decode_feedback(bytes), ncmec::decode_reasons(bytes), ncmec::decode_members(bytes));
        }
        _ => {
            drop(settles(bytes, tat::decode_feedback, tat::encode_feedback));
            let _ = threatexchange::decode_descriptors(bytes);
        }
    }
});

/// Reads, writes and reads twice: from the second reading on nothing changes.
fn settles<T: PartialEq + Debug>(
    bytes: &[u8],
    read: impl Fn(&[u8]) -> Result<T, DialectError>,
    write: impl Fn(&T) -> Vec<u8>,
) -> Option<T> {
    let first = read(bytes).ok()?;
    // What was written may hold nothing, which a call must not.
    let second = read(&write(&first)).ok()?;
    let third = read(&write(&second)).expect("what we write and could read, we read again");
    let fourth = read(&write(&third)).expect("as before");
    assert_eq!(third, fourth);
    Some(third)
}

fn is_sound(listed: Listed) {
    assert!(listed.key.len() <= 1_024 && listed.fingerprints.len() <= exchange::FINGERPRINTS_PER_ENTRY_MAX);
    for fingerprint in &listed.fingerprints {
        assert_eq!(fingerprint.check_plainness(), Ok(()));
    }
}
