//! How a segment answers a query.

use crate::{
    Half, Kernel,
    arch::{Bucket, prefetch},
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

/// A query, and the memory to answer it with, used again from segment to segment.
pub(crate) struct Search {
    pub(crate) query: [Half; 2],
    pub(crate) radius: u32,
    costs: Costs,
    plan: Option<Plan>,
    chunks: [u16; TABLES],
    buckets: Vec<Bucket>,
    survivors: Vec<u32>,
    rows: Vec<u32>,
    hits: Vec<(u32, u32)>,
}

/// How much a search met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Crowd {
    Usual,
    /// More than 4,096 candidates, or more in the buckets than a scan costs.
    Large,
}

impl Search {
    pub(crate) fn new(radius: u32, costs: Costs) -> Self {
        let plan = Plan::new(radius);
        let (buckets, survivors, rows, hits) = Default::default();
        Self { query: [[0; 2]; 2], radius, costs, plan, chunks: [0; TABLES], buckets, survivors, rows, hits }
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
        let Some(plan) = search.plan else { return false };
        let (rows, key_bits) = (self.layout.rows as u64, self.layout.key_bits);
        let (mut buckets, mut postings, mut candidates) = (0, 0, 0);
        for lookup in plan.lookups() {
            let keys = lookup.keys(key_bits);
            buckets += keys;
            postings += (keys * rows) >> key_bits;
            candidates += (keys * rows * lookup.likely_partners()) >> (key_bits + 16);
        }
        let Costs { bucket_ps, posting_ps, candidate_ps, .. } = search.costs;
        buckets * bucket_ps + postings * posting_ps + candidates * candidate_ps < self.scan_ps(search)
    }

    /// Calls `found` with the row and distance of every code within the radius, by row.
    pub(crate) fn search(&self, kernel: Kernel, search: &mut Search, mut found: impl FnMut(usize, u32)) -> Crowd {
        let postings = self.find_buckets(search);
        if postings * search.costs.posting_ps > self.scan_ps(search) {
            self.scan(kernel, search, found);
            return Crowd::Large;
        }
        search.survivors.clear();
        kernel.sift(&search.buckets, self.partners(), &mut search.survivors);
        let crowd = if search.survivors.len() > CANDIDATES_MANY { Crowd::Large } else { Crowd::Usual };
        if crowd == Crowd::Large {
            self.rows_of_many(search);
            if search.rows.len() as u64 * search.costs.candidate_ps > self.scan_ps(search) {
                self.scan(kernel, search, found);
                return Crowd::Large;
            }
        } else {
            self.rows_of_few(search);
        }
        let rows = self.rows();
        search.hits.clear();
        for &row in &search.rows {
            if let Some(distance) = rows.distance_within(row as usize, &search.query, search.radius) {
                search.hits.push((row, distance));
            }
        }
        // Near codes are met in several tables.
        if search.hits.len() > 1 && crowd == Crowd::Usual {
            search.hits.sort_unstable();
            search.hits.dedup();
        }
        search.hits.iter().for_each(|(row, distance)| found(*row as usize, *distance));
        crowd
    }

    fn scan(&self, kernel: Kernel, search: &Search, found: impl FnMut(usize, u32)) {
        let rows = self.rows();
        rows.scan(kernel, 0..rows.heads.len(), &search.query, search.radius, found);
    }

    /// What a scan of the whole segment costs, picoseconds.
    fn scan_ps(&self, search: &Search) -> u64 {
        self.layout.rows as u64 * search.costs.row_ps
    }

    /// Fills `search.buckets`; says how many postings they hold.
    fn find_buckets(&self, search: &mut Search) -> u64 {
        let plan = search.plan.expect("only what can be looked up is");
        let directory = self.directory();
        let (stride, shift) = (self.layout.buckets() + 1, self.layout.key_shift());
        let key = |lookup: &Lookup, difference: u16| {
            usize::from(search.chunks[lookup.table] >> shift ^ difference) + lookup.table * stride
        };
        for lookup in plan.lookups() {
            for difference in lookup.differences(self.layout.key_bits) {
                prefetch(directory, key(&lookup, difference));
            }
        }
        search.buckets.clear();
        let mut postings = 0;
        for lookup in plan.lookups() {
            let partner = search.chunks[lookup.table ^ 1];
            // Tables lie one after the other; there are at most 2^28 postings.
            let first = (lookup.table * self.layout.rows) as u32;
            for difference in lookup.differences(self.layout.key_bits) {
                let at = key(&lookup, difference);
                let (start, end) = (first + directory[at], first + directory[at + 1]);
                if start < end {
                    let limit = lookup.limit - difference.count_ones() as u8;
                    postings += u64::from(end - start);
                    search.buckets.push(Bucket { start, end, partner, limit: limit.min(16) });
                }
            }
        }
        postings
    }

    /// Fills `search.rows` from `search.survivors`, asking for the memory of each thing before it is needed.
    fn rows_of_few(&self, search: &mut Search) {
        let (ids, rows) = (self.ids(), self.rows());
        for &posting in &search.survivors {
            prefetch(ids, posting as usize);
        }
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
