//! The index under every order in which its threads can run: readers, the writer, the index's own merging, a tender.
//!
//! `loom` runs each of these again and again, switching threads at every lock and every exchange of the published pointer, until
//! no order with up to [`SWITCHES`] forced switches is left. Merges are small here: one block of codes makes a segment.

use std::sync::Arc;

use loom::thread;

use crate::{Code, Index, Slot, Snapshot, rows::BLOCK_ROWS};

/// How often a thread that could go on is made to wait, at most.
const SWITCHES: usize = 3;

/// Codes of one block, one more of which fills the tail's next.
fn code(number: usize) -> Code {
    let mut code = [0; 32];
    code.as_chunks_mut::<8>().0.iter_mut().zip([7, 11, 13, 17]).for_each(|(word, prime)| {
        *word = (number as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_mul(prime).to_le_bytes();
    });
    code
}

fn every_order(test: impl Fn() + Sync + Send + 'static) {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(SWITCHES);
    model.max_branches = 100_000;
    model.check(test);
}

/// Which of some codes a snapshot finds, by looking each of them up.
fn found(snapshot: &Snapshot, numbers: &[usize]) -> Vec<usize> {
    let is_found = |number: &usize| match snapshot.within(&code(*number), 0).as_slice() {
        [] => false,
        [one] => {
            assert_eq!((one.slot, one.distance), (Slot::new(*number as u32), 0), "a code is found once, where it is");
            true
        }
        several => panic!("{} answers for code {number}", several.len()),
    };
    numbers.iter().copied().filter(is_found).collect()
}

#[test]
fn readers_see_publications_whole_and_in_their_order_while_the_index_merges() {
    every_order(|| {
        let mut index = Index::new();
        let reader = index.reader();
        let watched = [0, 1, BLOCK_ROWS, BLOCK_ROWS + 1];
        // What may be seen, in this order.
        let states = [vec![], vec![0, 1], vec![0, BLOCK_ROWS], vec![0, BLOCK_ROWS, BLOCK_ROWS + 1]];
        let reading = thread::spawn({
            let states = states.clone();
            move || {
                let mut last = 0;
                for _ in 0..2 {
                    let seen = found(&reader.snapshot(), &watched);
                    let state = states.iter().position(|state| *state == seen);
                    let state = state.unwrap_or_else(|| panic!("{seen:?} was never published"));
                    assert!(state >= last, "from {last} back to {state}");
                    last = state;
                }
            }
        });
        index.insert_many((0..BLOCK_ROWS).map(code));
        // From here on a thread of the index's own makes a segment of them.
        index.publish();
        // Removed while that thread may be at it: it must not come back.
        index.remove(Slot::new(1));
        index.insert(code(BLOCK_ROWS));
        index.publish();
        index.insert(code(BLOCK_ROWS + 1));
        index.publish();
        reading.join().unwrap();
        index.settle();
        let snapshot = index.reader().snapshot();
        assert_eq!(found(&snapshot, &watched), states[3]);
        assert_eq!((snapshot.len(), snapshot.segments()), (BLOCK_ROWS + 1, 1), "settled");
    });
}

#[test]
fn a_tender_and_the_indexs_own_thread_merge_one_after_the_other_and_lose_nothing() {
    every_order(|| {
        let mut index = Index::new();
        index.insert_many((0..BLOCK_ROWS).map(code));
        index.publish();
        let tending = thread::spawn({
            let tender = index.tender();
            move || tender.tend()
        });
        index.insert_many((BLOCK_ROWS..2 * BLOCK_ROWS).map(code));
        index.remove(Slot::new(3));
        index.publish();
        tending.join().unwrap();
        index.settle();
        let snapshot = index.reader().snapshot();
        assert_eq!(snapshot.len(), 2 * BLOCK_ROWS - 1);
        assert_eq!(found(&snapshot, &[0, 3, BLOCK_ROWS, 2 * BLOCK_ROWS - 1]), [0, BLOCK_ROWS, 2 * BLOCK_ROWS - 1]);
    });
}

#[test]
fn an_index_that_goes_while_it_merges_ends_its_thread_and_readers_keep_the_last_state() {
    every_order(|| {
        let mut index = Index::new();
        let reader = index.reader();
        index.insert_many((0..BLOCK_ROWS).map(code));
        index.publish();
        index.remove(Slot::new(2));
        index.publish();
        let reading = thread::spawn({
            let reader = reader.clone();
            move || {
                let snapshot: Arc<Snapshot> = reader.snapshot();
                assert_eq!(found(&snapshot, &[0, 2]), [0]);
            }
        });
        drop(index);
        reading.join().unwrap();
        assert_eq!(found(&reader.snapshot(), &[0, 2]), [0]);
    });
}
