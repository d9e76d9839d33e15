//! Many queries at once.

use rayon::prelude::*;

use crate::{
    Code, Match, Snapshot, halves,
    segment::Search,
    snapshot::{Span, sort},
};

/// Queries in a piece of parallel work where codes are scanned: enough that reading the codes is a small part of it.
const TILE_QUERIES: usize = 256;
/// Queries in a piece of parallel work at the least.
const PIECE_QUERIES_MIN: usize = 8;
/// Pieces of work per thread: enough to even out threads that are slower than others.
const PIECES_PER_THREAD: usize = 4;
/// Spans times queries under which handing work to other threads costs more than it saves (about 0.1 ms).
const PARALLEL_SCANS_MIN: usize = 256;

impl Snapshot {
    /// The answers of [`within`](Self::within) to each query, in the order of the queries: where codes are scanned,
    /// several times faster than asking one at a time. On the calling thread.
    #[must_use]
    pub fn within_batch(&self, queries: &[Code], radius: u32) -> Vec<Vec<Match>> {
        let mut search = Search::new(radius, self.costs);
        let spans = self.spans(&search);
        self.answer(queries, &mut search, &spans)
    }

    /// [`within_batch`](Self::within_batch) on all threads of the current rayon pool (`ThreadPool::install` chooses
    /// another). Queries are divided among them; few queries that scan many codes are divided by codes. Small work stays
    /// on the calling thread, which in any case waits for the answer.
    #[must_use]
    pub fn within_batch_parallel(&self, queries: &[Code], radius: u32) -> Vec<Vec<Match>> {
        let threads = rayon::current_num_threads();
        let mut search = Search::new(radius, self.costs);
        let spans = self.spans(&search);
        let scans = queries.len().saturating_mul(spans.len());
        let few = queries.len() <= PIECE_QUERIES_MIN && scans < PARALLEL_SCANS_MIN;
        if few || threads == 1 {
            return self.answer(queries, &mut search, &spans);
        }
        if queries.len() < threads * PIECE_QUERIES_MIN && scans >= PARALLEL_SCANS_MIN {
            let mut answers = self.answer(queries, &mut search, &[]);
            let pieces = spans.par_chunks(spans.len().div_ceil(threads * PIECES_PER_THREAD));
            for piece in pieces.map(|spans| self.scan_all(queries, radius, spans)).collect::<Vec<_>>() {
                answers.iter_mut().zip(piece).for_each(|(matches, found)| matches.extend(found));
            }
            answers.iter_mut().for_each(sort);
            return answers;
        }
        let piece = queries.len().div_ceil(threads * PIECES_PER_THREAD).clamp(PIECE_QUERIES_MIN, TILE_QUERIES);
        let pieces = queries.par_chunks(piece);
        pieces.flat_map_iter(|queries| self.answer(queries, &mut Search::new(radius, self.costs), &spans)).collect()
    }

    fn answer(&self, queries: &[Code], search: &mut Search, spans: &[Span<'_>]) -> Vec<Vec<Match>> {
        let mut answers = self.scan_all(queries, search.radius, spans);
        for (query, matches) in queries.iter().zip(&mut answers) {
            self.look_up(search, halves(query), matches);
            sort(matches);
        }
        answers
    }

    /// The matches of each query in some spans, in no order.
    fn scan_all(&self, queries: &[Code], radius: u32, spans: &[Span<'_>]) -> Vec<Vec<Match>> {
        let queries: Vec<_> = queries.iter().map(halves).collect();
        let mut answers = vec![Vec::new(); queries.len()];
        for span in spans {
            for (query, matches) in queries.iter().zip(&mut answers) {
                self.scan(span, query, radius, matches);
            }
        }
        answers
    }
}
