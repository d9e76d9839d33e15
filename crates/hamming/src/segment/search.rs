//! How a segment answers a query.

use crate::{
    Half, Kernel,
    arch::{Bucket, prefetch, prefetch_bucket},
    plan::{Lookup, Plan, TABLES},
    segment::{Segment, layout::RowNumber},
};

/// Candidates above which each row is looked at once only, by way of a bitmap of all rows.
const CANDIDATES_MANY: usize = 4_096;

/// What the parts of a search cost, in picoseconds: by this it is decided whether to look up or to scan. Only the
/// ratios matter, and only to speed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Costs {
    /// Finding a bucket.
    bucket_ps: u64,
    /// Sifting a posting.
    posting_ps: u64,
    /// Comparing a candidate in full.
    candidate_ps: u64,
    /// Scanning a row.
    row_ps: u64,
}

impl Costs {
    /// As measured with AVX2 on segments larger than the caches.
    pub(crate) const MEASURED: Self = Self { bucket_ps: 9_000, posting_ps: 70, candidate_ps: 12_000, row_ps: 900 };
    /// Costs by which whatever can be looked up is.
    #[cfg(test)]
    pub(crate) const SCAN_LAST: Self = Self { bucket_ps: 0, posting_ps: 0, candidate_ps: 0, row_ps: 1 };
}

/// How many times what is expected a search may cost before it is counted as crowded.
const CROWDED_RATIO: u64 = 8;

/// A query, and the memory to answer it with, used again from segment to segment.
pub(crate) struct Search {
    pub(crate) query: [Half; 2],
    pub(crate) radius: u32,
    costs: Costs,
    /// What to look up; nothing at a radius where only scanning will do.
    lookups: Vec<Lookup>,
    chunks: [u16; TABLES],
    buckets: Vec<Bucket>,
    survivors: Vec<u32>,
    rows: Vec<u32>,
    hits: Vec<(u32, u32)>,
    /// What the searches so far cost, scans of segments that were crowded included, in the picoseconds of [`Costs`].
    pub(crate) spent_ps: u64,
}

/// How much a search met, which decides how its candidates are gathered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Gathering {
    OneByOne,
    /// More than [`CANDIDATES_MANY`] candidates.
    Together,
    /// The buckets hold more than a scan costs.
    GivenUp,
}

/// What a search cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Crowd {
    Usual,
    /// More than [`CROWDED_RATIO`] times what is expected of a segment of its size.
    Large,
}

impl Search {
    pub(crate) fn new(radius: u32, costs: Costs) -> Self {
        let lookups = Plan::new(radius).map_or_else(Vec::new, |plan| plan.lookups().collect());
        let (buckets, survivors, rows, hits) = Default::default();
        Self {
            query: [[0; 2]; 2],
            radius,
            costs,
            lookups,
            chunks: [0; TABLES],
            buckets,
            survivors,
            rows,
            hits,
            spent_ps: 0,
        }
    }

    /// What a scan of so many rows costs, picoseconds.
    #[cfg(test)]
    pub(crate) fn scan_ps_of(&self, rows: usize) -> u64 {
        rows as u64 * self.costs.row_ps
    }

    pub(crate) fn set_query(&mut self, query: [Half; 2]) {
        self.query = query;
        for (chunk, table) in self.chunks.iter_mut().zip(0..) {
            let word = query[table / 8][table / 4 % 2];
            *chunk = (word >> (table % 4 * 16)) as u16;
        }
    }
}

impl Segment {
    /// Whether looking up in the tables is expected to cost less than scanning, for codes that are not crowded.
    pub(crate) fn is_looked_up(&self, search: &Search) -> bool {
        !search.lookups.is_empty() && self.expected_ps(search) < self.scan_ps(search)
    }

    /// What a search is expected to cost, for codes that are not crowded.
    fn expected_ps(&self, search: &Search) -> u64 {
        let (rows, key_bits) = (self.layout.rows as u64, self.layout.key_bits);
        let (mut buckets, mut postings, mut candidates) = (0, 0, 0);
        for lookup in &search.lookups {
            let keys = lookup.keys(key_bits);
            buckets += keys;
            postings += (keys * rows) >> key_bits;
            candidates += (keys * rows * lookup.likely_partners()) >> (key_bits + 16);
        }
        let Costs { bucket_ps, posting_ps, candidate_ps, .. } = search.costs;
        buckets * bucket_ps + postings * posting_ps + candidates * candidate_ps
    }

    /// Calls `found` with the row and distance of every code within the radius, by row.
    pub(crate) fn search(&self, kernel: Kernel, search: &mut Search, found: impl FnMut(usize, u32)) -> Crowd {
        let before_ps = search.spent_ps;
        self.search_counting(kernel, search, found);
        let is_usual = search.spent_ps - before_ps <= CROWDED_RATIO * self.expected_ps(search);
        if is_usual { Crowd::Usual } else { Crowd::Large }
    }

    /// What `search` does, adding up what it costs.
    fn search_counting(&self, kernel: Kernel, search: &mut Search, mut found: impl FnMut(usize, u32)) {
        let gathering = self.sift(kernel, search);
        match gathering {
            Gathering::OneByOne => self.rows_of_few(search),
            Gathering::Together => self.rows_of_many(search),
            Gathering::GivenUp => {}
        }
        let candidates_ps = search.rows.len() as u64 * search.costs.candidate_ps;
        let scan_ps = self.scan_ps(search);
        if gathering == Gathering::GivenUp || candidates_ps > scan_ps {
            search.spent_ps += scan_ps;
            self.scan(kernel, search, found);
            return;
        }
        search.spent_ps += candidates_ps;
        kernel.verify(self.rows(), &search.rows, &search.query, search.radius, &mut search.hits);
        // Near codes are met in several tables.
        if search.hits.len() > 1 {
            search.hits.sort_unstable();
            search.hits.dedup();
        }
        search.hits.iter().for_each(|(row, distance)| found(*row as usize, *distance));
    }

    /// Fills `search.survivors`, and gives up as soon as the buckets hold more than a scan costs.
    ///
    /// The directory of the table after next and the buckets of the next are asked for before those of this one are
    /// read: nothing but the first of them is waited for.
    fn sift(&self, kernel: Kernel, search: &mut Search) -> Gathering {
        let (ids, partners) = (self.ids(), self.partners());
        let postings_max = self.scan_ps(search) / search.costs.posting_ps.max(1);
        search.survivors.clear();
        search.buckets.clear();
        let mut postings = 0;
        for ahead in search.lookups.iter().take(2) {
            self.prefetch_directory(search, ahead);
        }
        for turn in 0..=search.lookups.len() {
            if let Some(ahead) = search.lookups.get(turn + 2) {
                self.prefetch_directory(search, ahead);
            }
            let sifted = search.buckets.len();
            if let Some(lookup) = search.lookups.get(turn) {
                let mut buckets = std::mem::take(&mut search.buckets);
                let mut of_lookup = 0;
                for bucket in self.buckets(search, lookup) {
                    prefetch_bucket(partners, &bucket);
                    of_lookup += u64::from(bucket.end - bucket.start);
                    buckets.push(bucket);
                }
                let Costs { bucket_ps, posting_ps, .. } = search.costs;
                search.spent_ps += lookup.keys(self.layout.key_bits) * bucket_ps;
                search.buckets = buckets;
                postings += of_lookup;
                // Of a lookup that is too much, nothing is read.
                if postings > postings_max {
                    search.rows.clear();
                    return Gathering::GivenUp;
                }
                search.spent_ps += of_lookup * posting_ps;
            }
            let first = search.survivors.len();
            kernel.sift(&search.buckets[..sifted], partners, &mut search.survivors);
            search.survivors[first..].iter().for_each(|posting| prefetch(ids, *posting as usize));
            search.buckets.drain(..sifted);
        }
        if search.survivors.len() > CANDIDATES_MANY { Gathering::Together } else { Gathering::OneByOne }
    }

    fn scan(&self, kernel: Kernel, search: &Search, found: impl FnMut(usize, u32)) {
        let rows = self.rows();
        rows.scan(kernel, 0..rows.heads.len(), &search.query, search.radius, found);
    }

    /// What a scan of the whole segment costs, picoseconds.
    fn scan_ps(&self, search: &Search) -> u64 {
        self.layout.rows as u64 * search.costs.row_ps
    }

    fn prefetch_directory(&self, search: &Search, lookup: &Lookup) {
        let directory = self.directory();
        for difference in lookup.differences(self.layout.key_bits) {
            prefetch(directory, self.place(search, lookup, difference));
        }
    }

    /// The buckets of a lookup that hold anything.
    fn buckets(&self, search: &Search, lookup: &Lookup) -> impl Iterator<Item = Bucket> {
        let directory = self.directory();
        let (partner, limit) = (search.chunks[lookup.table ^ 1], lookup.limit);
        // Tables lie one after the other; there are at most 2^28 postings.
        let first = (lookup.table * self.layout.rows) as u32;
        lookup.differences(self.layout.key_bits).filter_map(move |difference| {
            let at = self.place(search, lookup, difference);
            let (start, end) = (first + directory[at], first + directory[at + 1]);
            let limit = limit - difference.count_ones() as u8;
            (start < end).then_some(Bucket { start, end, partner, limit })
        })
    }

    /// The place in the directory of the bucket that differs so from the query's.
    fn place(&self, search: &Search, lookup: &Lookup, difference: u16) -> usize {
        let key = (search.chunks[lookup.table] >> self.layout.key_shift()) ^ difference;
        lookup.table * (self.layout.buckets() + 1) + usize::from(key)
    }

    /// Fills `search.rows` from `search.survivors`, and asks for the memory of their codes.
    fn rows_of_few(&self, search: &mut Search) {
        let (ids, rows) = (self.ids(), self.rows());
        search.rows.clear();
        for &posting in &search.survivors {
            let row = row_number(ids[posting as usize]);
            if row < rows.len() {
                let line = row / crate::rows::LINE_ROWS;
                prefetch(bytemuck::cast_slice::<_, [[u64; 4]; 2]>(rows.heads), line);
                search.rows.push(row as u32);
            }
        }
    }

    /// The same for so many that most are the same rows: each is named once, by row.
    fn rows_of_many(&self, search: &mut Search) {
        let ids = self.ids();
        let mut bitmap = vec![0_u64; self.layout.rows.div_ceil(64)];
        for &posting in &search.survivors {
            let row = row_number(ids[posting as usize]);
            if let Some(word) = bitmap.get_mut(row / 64) {
                *word |= 1 << (row % 64);
            }
        }
        search.rows.clear();
        for (first, &word) in (0_u32..).step_by(64).zip(&bitmap) {
            let mut word = word;
            while word != 0 {
                let row = first + word.trailing_zeros();
                word &= word - 1;
                if (row as usize) < self.layout.rows {
                    search.rows.push(row);
                }
            }
        }
    }
}

fn row_number([a, b, c]: RowNumber) -> usize {
    u32::from_le_bytes([a, b, c, 0]) as usize
}
