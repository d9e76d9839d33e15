//! Interleaved insertions, removals, publications and queries, on every kernel, against a vector of codes.

use hamming::{Code, Index, Kernel, Match, Reader, Slot};
use proptest::{collection::vec, prelude::*, sample};

use crate::{flipped, random_codes};

#[derive(Clone, Debug)]
enum Step {
    Insert(Vec<Code>),
    /// Inserts many codes of one seed, to fill blocks.
    Fill {
        seed: u64,
        count: usize,
    },
    Remove(sample::Index),
    /// Removes a run of slots, to empty blocks: where it begins, and how many.
    RemoveRun(sample::Index, usize),
    RemoveUnknown(u32),
    Publish,
    /// Publishes and merges.
    Settle,
    Query(Code, u32),
    /// Queries for a code that is or was there, a few bits off.
    QueryNear(sample::Index, Vec<usize>, u32),
}

/// What the index should be: the code of every slot, `None` where removed.
#[derive(Clone, Default)]
pub(crate) struct Model {
    pub(crate) slots: Vec<Option<Code>>,
}

impl Model {
    pub(crate) fn within(&self, query: &Code, radius: u32) -> Vec<Match> {
        let mut matches = Vec::new();
        for (slot, code) in (0_u32..).zip(&self.slots) {
            let Some(code) = code else { continue };
            let distance: u32 = code.iter().zip(query).map(|(left, right)| (left ^ right).count_ones()).sum();
            if distance <= radius {
                matches.push(Match { slot: Slot::new(slot), distance });
            }
        }
        matches.sort_by_key(|found| (found.distance, found.slot));
        matches
    }

    fn live(&self) -> usize {
        self.slots.iter().flatten().count()
    }
}

/// Codes anywhere, close to one of three centres, or all the same.
fn code() -> impl Strategy<Value = Code> {
    let near_centre =
        (0_usize..3, vec(0_usize..256, 0..40)).prop_map(|(centre, bits)| flipped(random_codes(7, 3)[centre], bits));
    prop_oneof![any::<Code>(), near_centre, Just([0x5a; 32])]
}

fn radius() -> impl Strategy<Value = u32> {
    prop_oneof![Just(0), Just(31), Just(256), Just(u32::MAX), 0_u32..=60, 0_u32..=256]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => vec(code(), 1..20).prop_map(Step::Insert),
        1 => (any::<u64>(), 1_usize..5_000).prop_map(|(seed, count)| Step::Fill { seed, count }),
        3 => any::<sample::Index>().prop_map(Step::Remove),
        1 => (any::<sample::Index>(), 1_usize..6_000).prop_map(|(from, count)| Step::RemoveRun(from, count)),
        1 => any::<u32>().prop_map(Step::RemoveUnknown),
        3 => Just(Step::Publish),
        1 => Just(Step::Settle),
        3 => (code(), radius()).prop_map(|(query, radius)| Step::Query(query, radius)),
        3 => (any::<sample::Index>(), vec(0_usize..256, 0..40), radius())
            .prop_map(|(of, bits, radius)| Step::QueryNear(of, bits, radius)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn the_index_answers_like_a_vector_of_codes(steps in vec(step(), 1..40)) {
        for kernel in Kernel::available() {
            let mut index = Index::with_kernel(kernel);
            let reader = index.reader();
            let (mut next, mut published) = (Model::default(), Model::default());
            for step in &steps {
                apply(step, &mut index, &reader, &mut next, &mut published)?;
            }
            index.publish();
            check_whole(&reader, &next)?;
        }
    }
}

fn apply(
    step: &Step,
    index: &mut Index,
    reader: &Reader,
    next: &mut Model,
    published: &mut Model,
) -> Result<(), TestCaseError> {
    match step {
        Step::Insert(codes) => insert(index, next, codes)?,
        Step::Fill { seed, count } => insert(index, next, &random_codes(*seed, *count))?,
        Step::Remove(which) if !next.slots.is_empty() => remove(index, next, which.index(next.slots.len()), 1)?,
        Step::RemoveRun(from, count) if !next.slots.is_empty() => {
            remove(index, next, from.index(next.slots.len()), *count)?;
        }
        Step::Remove(_) | Step::RemoveRun(..) => prop_assert!(!index.remove(Slot::new(0))),
        Step::RemoveUnknown(number) => {
            let number = number.saturating_add(next.slots.len() as u32);
            prop_assert!(!index.remove(Slot::new(number)));
        }
        Step::Publish => {
            index.publish();
            published.clone_from(next);
        }
        Step::Settle => {
            index.settle();
            published.clone_from(next);
        }
        Step::Query(query, radius) => {
            prop_assert_eq!(reader.snapshot().within(query, *radius), published.within(query, *radius));
        }
        Step::QueryNear(of, bits, radius) => {
            let known: Vec<_> = published.slots.iter().flatten().collect();
            let near = if known.is_empty() { [0; 32] } else { *known[of.index(known.len())] };
            let query = flipped(near, bits.iter().copied());
            prop_assert_eq!(reader.snapshot().within(&query, *radius), published.within(&query, *radius));
        }
    }
    prop_assert_eq!(index.len(), next.live());
    prop_assert_eq!(index.is_empty(), next.live() == 0);
    prop_assert_eq!(reader.snapshot().len(), published.live());
    Ok(())
}

fn insert(index: &mut Index, next: &mut Model, codes: &[Code]) -> Result<(), TestCaseError> {
    let slots = index.insert_many(codes.iter().copied());
    let expected: Vec<_> = (next.slots.len()..).take(codes.len()).map(|slot| Slot::new(slot as u32)).collect();
    prop_assert_eq!(slots, expected, "slots are issued in order and once");
    next.slots.extend(codes.iter().copied().map(Some));
    prop_assert_eq!(index.get(Slot::new(next.slots.len() as u32 - 1)), codes.last().copied());
    Ok(())
}

fn remove(index: &mut Index, next: &mut Model, from: usize, count: usize) -> Result<(), TestCaseError> {
    for slot in from..next.slots.len().min(from + count) {
        let was_there = next.slots[slot].take().is_some();
        prop_assert_eq!(index.remove(Slot::new(slot as u32)), was_there);
        prop_assert_eq!(index.get(Slot::new(slot as u32)), None, "the writer sees its removal at once");
    }
    Ok(())
}

/// Every slot, and a query that finds everything.
fn check_whole(reader: &Reader, model: &Model) -> Result<(), TestCaseError> {
    let snapshot = reader.snapshot();
    for (slot, code) in (0_u32..).zip(&model.slots) {
        prop_assert_eq!(&snapshot.get(Slot::new(slot)), code);
    }
    prop_assert_eq!(snapshot.get(Slot::new(model.slots.len() as u32)), None);
    prop_assert_eq!(snapshot.within(&[0; 32], 256), model.within(&[0; 32], 256));
    Ok(())
}
