//! The handle that searchers hold.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use crate::{Snapshot, sync::Published};

/// Gives the newest published [`Snapshot`] of an [`Index`](crate::Index), from any thread. Clones are cheap and see
/// the same index.
#[derive(Clone, Debug)]
pub struct Reader {
    published: Arc<Published<Snapshot>>,
    crowded: Arc<AtomicU64>,
}

impl Reader {
    pub(crate) fn new(published: Arc<Published<Snapshot>>, crowded: Arc<AtomicU64>) -> Self {
        Self { published, crowded }
    }

    /// The state last published. Never waits, whatever the writer is doing; tens of nanoseconds.
    ///
    /// Take one snapshot for everything that must agree (a batch, a match and the code behind it), and let it go soon:
    /// it keeps alive the memory of what was removed since.
    #[must_use]
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.published.load()
    }

    /// How often, in the life of the index, a query cost more than eight times what is expected of a segment of its size: it
    /// met a crowd of look-alikes, or buckets that somebody filled. Then it compared what it met, or, where that was
    /// cheaper, scanned the segment. The answers were exact. This is the cap: no query costs more than about twice what a scan does;
    /// and one that is not counted here costs no more than twenty times the median.
    #[must_use]
    pub fn crowded_searches(&self) -> u64 {
        self.crowded.load(Ordering::Relaxed)
    }
}
