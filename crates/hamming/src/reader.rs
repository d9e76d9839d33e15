//! The handle that searchers hold.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use arc_swap::ArcSwap;

use crate::Snapshot;

/// Gives the newest published [`Snapshot`] of an [`Index`](crate::Index), from any thread. Clones are cheap and see
/// the same index.
#[derive(Clone, Debug)]
pub struct Reader {
    published: Arc<ArcSwap<Snapshot>>,
    crowded: Arc<AtomicU64>,
}

impl Reader {
    pub(crate) fn new(published: Arc<ArcSwap<Snapshot>>, crowded: Arc<AtomicU64>) -> Self {
        Self { published, crowded }
    }

    /// The state last published. Never waits, whatever the writer is doing; tens of nanoseconds.
    ///
    /// Take one snapshot for everything that must agree (a batch, a match and the code behind it), and let it go soon:
    /// it keeps alive the memory of what was removed since.
    #[must_use]
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.published.load_full()
    }

    /// How often, in the life of the index, a query met a crowd of look-alikes in a segment: more than 4,096 candidates
    /// to compare in full, or so many postings that scanning the segment was cheaper and was done. The answers were
    /// exact; such a query costs at most about twice what a scan does.
    #[must_use]
    pub fn crowded_searches(&self) -> u64 {
        self.crowded.load(Ordering::Relaxed)
    }
}
