//! What a follower reads of a node: events and lines cut anywhere, pages of the feed, lines of a snapshot. The first
//! byte says how large the pieces are in which the rest arrives.

#![no_main]

use exchange::Status;
use exchange::follow::{Events, Line, Lines, read_line, read_page};
use libfuzzer_sys::fuzz_target;

const BYTES_MAX: usize = 4_096;

fuzz_target!(|bytes: &[u8]| {
    let Some((&size, bytes)) = bytes.split_first() else { return };
    let size = usize::from(size).max(1);

    let whole = Events::new(BYTES_MAX).push(bytes);
    let mut events = Events::new(BYTES_MAX);
    let pieces: Result<Vec<_>, _> = bytes.chunks(size).map(|piece| events.push(piece)).collect();
    assert_eq!(pieces.is_ok(), whole.is_ok());
    if let (Ok(pieces), Ok(whole)) = (pieces, whole) {
        assert_eq!(pieces.concat(), whole);
        for event in &whole {
            assert!(event.data.len() <= BYTES_MAX);
            page(&event.data);
        }
    }

    let mut lines = Lines::new(BYTES_MAX);
    let pieces: Result<Vec<_>, _> = bytes.chunks(size).map(|piece| lines.push(piece)).collect();
    for text in pieces.into_iter().flatten().flatten() {
        assert!(text.len() <= BYTES_MAX && !text.contains(&b'\n'));
        line(&text);
    }

    page(bytes);
    line(bytes);
});

fn page(bytes: &[u8]) {
    let Ok(page) = read_page(bytes, 0) else { return };
    assert!(page.through <= page.head);
    assert!(page.changes.windows(2).all(|pair| pair[0].seq < pair[1].seq));
    assert!(page.changes.iter().all(|change| (1..=page.through).contains(&change.seq)));
}

fn line(bytes: &[u8]) {
    if let Line::Entry(entry, _) = read_line(bytes) {
        assert!(entry.status == Status::Withdrawn || !entry.fingerprints.is_empty());
        assert!(entry.block_radius.is_none_or(|radius| radius <= 31));
    }
}
