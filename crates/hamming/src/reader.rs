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
    overfull: Arc<AtomicU64>,
}

impl Reader {
    pub(crate) fn new(published: Arc<ArcSwap<Snapshot>>, overfull: Arc<AtomicU64>) -> Self {
        Self { published, overfull }
    }

    /// The state last published. Never waits, whatever the writer is doing; tens of nanoseconds.
    ///
    /// Take one snapshot for everything that must agree (a batch, a match and the code behind it), and let it go soon:
    /// it keeps alive the memory of what was removed since.
    #[must_use]
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.published.load_full()
    }

    /// How often, in the life of the index, a segment was scanned from end to end because the buckets of a query
    /// held too many postings or candidates: what caps the cost of a query in a bank full of look-alikes. The answers
    /// were exact.
    #[must_use]
    pub fn overfull_searches(&self) -> u64 {
        self.overfull.load(Ordering::Relaxed)
    }
}
