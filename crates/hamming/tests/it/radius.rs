//! Distances and radii at their limits.

use hamming::{Index, Kernel, Slot, distance};

use crate::{flipped, model::Model, random_codes};

#[test]
fn every_radius_finds_exactly_the_codes_at_that_distance_or_less() {
    // Slot d holds a code at distance d; the bits are turned over in a scattered order, so that both halves differ.
    let query = random_codes(1, 1)[0];
    let order = |count: usize| (0..count).map(|step| step * 101 % 256);
    for kernel in Kernel::available() {
        let mut index = Index::with_kernel(kernel);
        index.insert_many((0..=256).map(|count| flipped(query, order(count))));
        index.publish();
        let snapshot = index.reader().snapshot();
        for radius in 0..=256_u32 {
            let found = snapshot.within(&query, radius);
            assert_eq!(found.len() as u32, radius + 1, "{} at {radius}", kernel.name());
            for (expected, found) in (0_u32..).zip(&found) {
                assert_eq!((found.slot, found.distance), (Slot::new(expected), expected));
            }
        }
    }
}

#[test]
fn a_difference_in_one_half_only_counts_in_full() {
    let code = random_codes(2, 1)[0];
    for half in [0..128, 128..256] {
        let index = Index::build([flipped(code, half)]);
        let snapshot = index.reader().snapshot();
        assert_eq!(snapshot.within(&code, 127), []);
        assert_eq!(snapshot.within(&code, 128)[0].distance, 128);
    }
}

#[test]
fn equal_codes_are_each_found_in_order_of_slot() {
    let index = Index::build([[0x5a; 32]; 10_000]);
    let found = index.reader().snapshot().within(&[0x5a; 32], 0);
    assert!(found.iter().map(|found| found.slot.get()).eq(0..10_000));
}

#[test]
fn the_unused_rows_of_a_block_are_never_found() {
    // Unused rows are zero inside, and so is the query.
    for count in [1, 63, 64, 65, 4_095, 4_096, 4_097] {
        let index = Index::build(vec![[0xff; 32]; count]);
        assert_eq!(index.reader().snapshot().within(&[0; 32], 255), [], "{count} codes");
    }
}

#[test]
fn a_large_set_is_searched_like_a_small_one() {
    let codes = random_codes(3, 50_000);
    let model = Model { slots: codes.iter().copied().map(Some).collect() };
    let snapshot = Index::build(codes.iter().copied()).reader().snapshot();
    for (step, code) in codes.iter().step_by(997).enumerate() {
        let query = flipped(*code, (0..step).map(|bit| bit * 89 % 256));
        for radius in [0, 15, 31, 60, 90, 110] {
            assert_eq!(snapshot.within(&query, radius), model.within(&query, radius));
        }
    }
}

#[test]
fn the_distance_of_two_codes_counts_their_differing_bits() {
    assert_eq!(distance(&[0; 32], &[0xff; 32]), 256);
    assert_eq!(distance(&[0x5a; 32], &[0x5a; 32]), 0);
    assert_eq!(distance(&[0; 32], &flipped([0; 32], [0, 63, 64, 127, 128, 191, 192, 255])), 8);
}

#[test]
fn a_cluster_of_look_alikes_is_found_whole_and_counted() {
    // More than a few thousand codes around one, in a bank of strangers, and queries from its middle to its edge.
    let centre = random_codes(8, 1)[0];
    let mut codes = random_codes(9, 30_000);
    codes
        .extend((0..20_000_usize).map(|number| flipped(centre, (0..number % 20).map(|bit| (bit * 37 + number) % 256))));
    let model = Model { slots: codes.iter().copied().map(Some).collect() };
    let index = Index::build(codes);
    let reader = index.reader();
    assert_eq!(reader.snapshot().within(&random_codes(10, 1)[0], 31), []);
    assert_eq!(reader.crowded_searches(), 0);
    for bits in [0, 8, 25, 40] {
        let query = flipped(centre, (0..bits).map(|bit| bit * 5));
        let expected = model.within(&query, 31);
        assert_eq!(reader.snapshot().within(&query, 31), expected);
        assert_eq!(reader.snapshot().within_batch(&[query; 3], 31), vec![expected; 3]);
    }
    assert!(reader.crowded_searches() > 0);
}
