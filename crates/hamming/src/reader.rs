//! The handle that searchers hold.

use std::sync::Arc;

use arc_swap::ArcSwap;

use crate::Snapshot;

/// Gives the newest published [`Snapshot`] of an [`Index`](crate::Index), from any thread. Clones are cheap and see
/// the same index.
#[derive(Clone, Debug)]
pub struct Reader {
    published: Arc<ArcSwap<Snapshot>>,
}

impl Reader {
    pub(crate) fn new(published: Arc<ArcSwap<Snapshot>>) -> Self {
        Self { published }
    }

    /// The state last published. Never waits, whatever the writer is doing; tens of nanoseconds.
    ///
    /// Take one snapshot for everything that must agree (a batch, a match and the code behind it), and let it go soon:
    /// it keeps alive the memory of what was removed since.
    #[must_use]
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.published.load_full()
    }
}
