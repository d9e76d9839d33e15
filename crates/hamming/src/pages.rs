//! Which slots hold a code: one bit a slot, in pages that snapshots share.

use std::{ops::Range, sync::Arc};

/// Words in a page.
const WORDS: usize = 512;
/// Slots in a page.
const PAGE_SLOTS: u64 = WORDS as u64 * 64;

/// Cheap to clone: a page is copied when it is first touched while another clone has it too.
#[derive(Clone, Default)]
pub(crate) struct Pages {
    /// Page p holds slots from 32,768 p on; `None` where no slot is live, so that those cost nothing.
    pages: Vec<Option<Arc<Page>>>,
    live: usize,
}

#[derive(Clone)]
struct Page {
    words: [u64; WORDS],
    live: u32,
}

impl Pages {
    /// The slots whose bits are set in these words.
    pub(crate) fn of_words(words: &[u64]) -> Self {
        let page = |words: &[u64]| {
            let mut page = Page { words: [0; WORDS], live: words.iter().map(|word| word.count_ones()).sum() };
            page.words[..words.len()].copy_from_slice(words);
            (page.live > 0).then(|| Arc::new(page))
        };
        let pages: Vec<_> = words.chunks(WORDS).map(page).collect();
        let live = pages.iter().flatten().map(|page| page.live as usize).sum();
        Self { pages, live }
    }

    /// A bit for each of so many slots, in runs of words.
    pub(crate) fn words(&self, slots: u64) -> impl Iterator<Item = &[u64]> {
        const DEAD: [u64; WORDS] = [0; WORDS];
        let firsts = (0..slots).step_by(PAGE_SLOTS as usize);
        firsts.enumerate().map(move |(index, first)| {
            let words = self.pages.get(index).and_then(Option::as_ref).map_or(&DEAD, |page| &page.words);
            &words[..(slots - first).min(PAGE_SLOTS).div_ceil(64) as usize]
        })
    }

    /// Live slots.
    pub(crate) fn live(&self) -> usize {
        self.live
    }

    /// Makes a slot live that was not.
    pub(crate) fn set(&mut self, slot: u32) {
        debug_assert!(!self.is_live(slot), "a slot is issued once");
        let (index, word, bit) = place(slot);
        if self.pages.len() <= index {
            self.pages.resize(index + 1, None);
        }
        let page = self.pages[index].get_or_insert_with(|| Arc::new(Page { words: [0; WORDS], live: 0 }));
        let page = Arc::make_mut(page);
        page.words[word] |= bit;
        page.live += 1;
        self.live += 1;
    }

    /// Makes a slot dead; false if it was.
    pub(crate) fn clear(&mut self, slot: u32) -> bool {
        if !self.is_live(slot) {
            return false;
        }
        let (index, word, bit) = place(slot);
        if let Some(page) = &mut self.pages[index] {
            if page.live == 1 {
                self.pages[index] = None;
            } else {
                let page = Arc::make_mut(page);
                page.words[word] &= !bit;
                page.live -= 1;
            }
            self.live -= 1;
        }
        true
    }

    pub(crate) fn is_live(&self, slot: u32) -> bool {
        let (index, word, bit) = place(slot);
        matches!(self.pages.get(index), Some(Some(page)) if page.words[word] & bit != 0)
    }

    /// Live slots of a range.
    pub(crate) fn live_within(&self, slots: &Range<u64>) -> usize {
        let first = (slots.start / PAGE_SLOTS) as usize;
        let end = (slots.end.div_ceil(PAGE_SLOTS) as usize).min(self.pages.len());
        let pages = self.pages.get(first..end).unwrap_or_default();
        let starts = (first as u64 * PAGE_SLOTS..).step_by(PAGE_SLOTS as usize);
        let live = |(page, start): (&Option<Arc<Page>>, u64)| {
            let from = slots.start.saturating_sub(start);
            let to = (slots.end - start).min(PAGE_SLOTS);
            page.as_ref().map_or(0, |page| page.live_within(from..to))
        };
        pages.iter().zip(starts).map(live).sum()
    }

    /// Bytes on the heap.
    pub(crate) fn memory_bytes(&self) -> usize {
        let pages = self.pages.iter().flatten().count();
        self.pages.capacity() * size_of::<Option<Arc<Page>>>() + pages * (size_of::<Page>() + 2 * size_of::<usize>())
    }
}

impl Page {
    /// Live slots among these of its own, counted from its first.
    fn live_within(&self, slots: Range<u64>) -> usize {
        if slots == (0..PAGE_SLOTS) {
            return self.live as usize;
        }
        let firsts = (0..).step_by(64);
        let live = |(word, first): (&u64, u64)| {
            let below = |end: u64| match end.saturating_sub(first) {
                bits @ 0..64 => (1 << bits) - 1,
                _ => u64::MAX,
            };
            (word & below(slots.end) & !below(slots.start)).count_ones() as usize
        };
        self.words.iter().zip(firsts).map(live).sum()
    }
}

/// The page of a slot, the word in it, and the bit in that.
fn place(slot: u32) -> (usize, usize, u64) {
    let index = (u64::from(slot) / PAGE_SLOTS) as usize;
    (index, slot as usize / 64 % WORDS, 1 << (slot % 64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn live_slots_are_counted_in_any_range() {
        let mut pages = Pages::default();
        let is_live = |slot: u64| slot.is_multiple_of(3) && !(40_000..70_000).contains(&slot);
        let end = 3 * PAGE_SLOTS + 100;
        (0..end).filter(|slot| is_live(*slot)).for_each(|slot| pages.set(slot as u32));
        let edges = [0, 1, 63, 64, 65, 32_767, 32_768, 32_769, 39_999, 65_536, 98_304, 98_400, end, end + 70_000];
        for (start, end) in edges.iter().flat_map(|start| edges.iter().map(move |end| (*start, *end))) {
            if start <= end {
                let expected = (start..end.min(3 * PAGE_SLOTS + 100)).filter(|slot| is_live(*slot)).count();
                assert_eq!(pages.live_within(&(start..end)), expected, "{start}..{end}");
            }
        }
    }
}
