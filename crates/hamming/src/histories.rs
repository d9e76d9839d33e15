//! Random histories in which merges begin and end at any point, of any parts, against a list of codes.

use std::{ops::Range, sync::atomic::AtomicBool};

use proptest::{collection::vec, prelude::*, sample};

use crate::{
    Code, Index, Kernel, Match, Slot, Snapshot, distance,
    index::Upkeep,
    merge::{Merge, Merged},
    rows::BLOCK_ROWS,
    segment::Costs,
};

#[derive(Clone, Debug)]
enum Step {
    /// Inserts codes of a family, as many as are given.
    Insert(Family, u64, usize),
    Remove(sample::Index, usize),
    Publish,
    /// Takes a merge of the published state: which segments, how many blocks. One at a time.
    Begin([sample::Index; 2], sample::Index),
    /// Installs it.
    End,
    /// Asks for a code a few bits from one that is or was there.
    Query(sample::Index, Vec<u8>, u32),
}

/// Codes that tables find hard or easy.
#[derive(Clone, Copy, Debug)]
enum Family {
    /// Anywhere.
    Random,
    /// Within some bits of one of three centres.
    Clustered,
    /// All the same.
    Equal,
    /// All chunks alike, from a few values: the buckets of flat pictures.
    Flat,
    /// Differing in whole chunks: far apart, and crowding the same buckets.
    Crowding,
}

impl Family {
    const ALL: [Self; 5] = [Self::Random, Self::Clustered, Self::Equal, Self::Flat, Self::Crowding];

    fn codes(self, seed: u64, count: usize) -> Vec<Code> {
        // A small generator of our own (SplitMix64): what a history was must not depend on a library's version.
        let mut state = seed;
        let mut next = move || {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mixed = (state ^ state >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
            mixed ^ mixed >> 31
        };
        (0..count).map(|_| self.code(&mut next)).collect()
    }

    fn code(self, next: &mut impl FnMut() -> u64) -> Code {
        let mut code = [0; 32];
        match self {
            Self::Random => code.chunks_exact_mut(8).for_each(|word| word.copy_from_slice(&next().to_le_bytes())),
            Self::Clustered => {
                code = [[0x00, 0x5a, 0xf1][(next() % 3) as usize]; 32];
                for _ in 0..next() % 24 {
                    let bit = (next() % 256) as usize;
                    code[bit / 8] ^= 1 << (bit % 8);
                }
            }
            Self::Equal => code = [0x5a; 32],
            Self::Flat => {
                let chunk = [0x0000_u16, 0xffff, 0x00ff, 0x0001][(next() % 4) as usize].to_le_bytes();
                code.chunks_exact_mut(2).for_each(|place| place.copy_from_slice(&chunk));
            }
            Self::Crowding => {
                let mut bits = next();
                for place in code.chunks_exact_mut(2) {
                    place.fill(if bits & 1 == 1 { 0xff } else { 0 });
                    bits >>= 1;
                }
            }
        }
        code
    }
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (sample::select(&Family::ALL[..]), any::<u64>(), 1_usize..1_500)
            .prop_map(|(family, seed, count)| Step::Insert(family, seed, count)),
        2 => (any::<sample::Index>(), 1_usize..900).prop_map(|(from, count)| Step::Remove(from, count)),
        2 => Just(Step::Publish),
        3 => (any::<[sample::Index; 2]>(), any::<sample::Index>()).prop_map(|(parts, blocks)| Step::Begin(parts, blocks)),
        3 => Just(Step::End),
        4 => (
            any::<sample::Index>(),
            vec(any::<u8>(), 0..36),
            prop_oneof![3 => Just(31_u32), 1 => 0_u32..48, 1 => 0_u32..=256],
        ).prop_map(|(of, bits, radius)| Step::Query(of, bits, radius)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]
    #[test]
    fn answers_never_depend_on_what_was_merged_when(steps in vec(step(), 1..60)) {
        for kernel in Kernel::available() {
            for costs in [Costs::MEASURED, Costs::SCAN_LAST] {
                let mut history = History::new(kernel, costs);
                for step in &steps {
                    history.take(step)?;
                }
                history.take(&Step::End)?;
                history.take(&Step::Publish)?;
                history.check_every_slot()?;
            }
        }
    }
}

struct History {
    index: Index,
    next: Vec<Option<Code>>,
    published: Vec<Option<Code>>,
    /// Run when it was begun: what it does is settled by what it took.
    merged: Option<Merged>,
}

impl History {
    fn new(kernel: Kernel, costs: Costs) -> Self {
        let empty = Snapshot { costs, ..Snapshot::empty(kernel) };
        let index = Index::of(empty, Upkeep::ByHand);
        Self { index, next: Vec::new(), published: Vec::new(), merged: None }
    }

    fn take(&mut self, step: &Step) -> Result<(), TestCaseError> {
        match step {
            Step::Insert(family, seed, count) => {
                let codes = family.codes(*seed, *count);
                let slots = self.index.insert_many(codes.iter().copied());
                prop_assert_eq!(slots[0], Slot::new(self.next.len() as u32));
                self.next.extend(codes.into_iter().map(Some));
            }
            Step::Remove(from, count) if !self.next.is_empty() => {
                let from = from.index(self.next.len());
                for slot in from..self.next.len().min(from + count) {
                    let was_there = self.next[slot].take().is_some();
                    prop_assert_eq!(self.index.remove(Slot::new(slot as u32)), was_there);
                }
            }
            Step::Remove(..) => {}
            Step::Publish => {
                self.index.publish();
                self.published.clone_from(&self.next);
            }
            Step::Begin(parts, blocks) => self.begin(parts, blocks),
            Step::End => {
                if let Some(merged) = self.merged.take() {
                    self.index.install(&merged);
                }
            }
            Step::Query(of, bits, radius) => self.ask(of, bits, *radius)?,
        }
        prop_assert_eq!(self.index.len(), self.next.iter().flatten().count());
        Ok(())
    }

    fn begin(&mut self, parts: &[sample::Index; 2], blocks: &sample::Index) {
        let snapshot = self.index.reader().snapshot();
        let cuts = parts.map(|part| part.index(snapshot.segments.len() + 1));
        let segments: Range<usize> = cuts[0].min(cuts[1])..cuts[0].max(cuts[1]);
        let full = snapshot.tail.iter().take_while(|block| block.rows().len() == BLOCK_ROWS).count();
        let blocks = if segments.end == snapshot.segments.len() { blocks.index(full + 1) } else { 0 };
        if self.merged.is_none() && (blocks > 0 || !segments.is_empty()) {
            let merge = Merge::of_any(&snapshot, segments, blocks);
            self.merged = Some(merge.run(&AtomicBool::new(false)).expect("nobody calls it off"));
        }
    }

    fn ask(&self, of: &sample::Index, bits: &[u8], radius: u32) -> Result<(), TestCaseError> {
        let snapshot = self.index.reader().snapshot();
        let mut query =
            if self.next.is_empty() { None } else { self.next[of.index(self.next.len())] }.unwrap_or([9; 32]);
        for bit in bits {
            query[usize::from(bit / 8)] ^= 1 << (bit % 8);
        }
        let mut expected = Vec::new();
        for (slot, code) in (0_u32..).zip(&self.published) {
            let Some(distance) = code.as_ref().map(|code| distance(code, &query)) else { continue };
            if distance <= radius {
                expected.push(Match { slot: Slot::new(slot), distance });
            }
        }
        expected.sort_by_key(|found| (found.distance, found.slot));
        prop_assert_eq!(&snapshot.within(&query, radius), &expected);
        let batch = snapshot.within_batch(&[[0xa5; 32], query], radius);
        prop_assert_eq!(&batch[1], &expected);
        Ok(())
    }

    fn check_every_slot(&self) -> Result<(), TestCaseError> {
        let snapshot = self.index.reader().snapshot();
        for (slot, code) in (0_u32..).zip(&self.next) {
            prop_assert_eq!(&snapshot.get(Slot::new(slot)), code);
            prop_assert_eq!(&self.index.get(Slot::new(slot)), code);
        }
        prop_assert_eq!(snapshot.get(Slot::new(self.next.len() as u32)), None);
        Ok(())
    }
}
