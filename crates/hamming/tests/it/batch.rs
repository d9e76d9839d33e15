//! A batch answers what its queries would be answered one by one.

use hamming::{Code, Index, Kernel};

use crate::{flipped, random_codes};

#[test]
fn a_batch_answers_each_query_as_if_alone_on_every_kernel() {
    let codes = random_codes(11, 21_000);
    for kernel in Kernel::available() {
        let mut index = Index::with_kernel(kernel);
        let slots = index.insert_many(codes.iter().copied());
        // A whole block, a part of the next one, and every third code after them are gone.
        for slot in slots.iter().filter(|slot| slot.get() < 6_000 || slot.get() % 3 == 0) {
            index.remove(*slot);
        }
        index.publish();
        let snapshot = index.reader().snapshot();
        for count in [0, 1, 8, 300] {
            let queries = queries(&codes, count);
            for radius in [0, 31, 110] {
                let alone: Vec<_> = queries.iter().map(|query| snapshot.within(query, radius)).collect();
                assert_eq!(snapshot.within_batch(&queries, radius), alone);
                for threads in [1, 2, 7] {
                    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
                    let answers = pool.install(|| snapshot.within_batch_parallel(&queries, radius));
                    assert_eq!(answers, alone, "{count} queries, radius {radius}, {threads} threads");
                }
            }
        }
    }
}

#[test]
fn a_batch_over_nothing_finds_nothing_for_each_query() {
    let snapshot = Index::new().reader().snapshot();
    assert_eq!(snapshot.within_batch(&[[0; 32]; 3], 256), [[], [], []]);
    assert_eq!(snapshot.within_batch_parallel(&[[0; 32]; 3], 256), [[], [], []]);
}

/// Codes of the index, a few bits off.
fn queries(codes: &[Code], count: usize) -> Vec<Code> {
    let near = codes.iter().rev().step_by(37).cycle().take(count);
    near.enumerate().map(|(step, code)| flipped(*code, (0..step % 40).map(|bit| bit * 77 % 256))).collect()
}
