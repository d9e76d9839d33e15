//! What threads share: locks, threads, and the pointer that is exchanged when a state is published.
//!
//! Compiled with `--cfg interleavings` all of it is `loom`'s, which decides who runs whenever one of these is touched, and
//! tries every order there is: see `interleavings`.

#[cfg(not(interleavings))]
pub(crate) use std::{
    sync::{Condvar, Mutex, MutexGuard},
    thread,
};

#[cfg(interleavings)]
pub(crate) use loom::{
    sync::{Condvar, Mutex, MutexGuard},
    thread,
};

use std::sync::Arc;

/// The newest published state. Whoever reads never waits for who writes.
#[cfg(not(interleavings))]
pub(crate) struct Published<T>(arc_swap::ArcSwap<T>);

#[cfg(not(interleavings))]
impl<T> Published<T> {
    pub(crate) fn new(state: T) -> Self {
        Self(arc_swap::ArcSwap::from_pointee(state))
    }

    pub(crate) fn load(&self) -> Arc<T> {
        self.0.load_full()
    }

    pub(crate) fn store(&self, state: T) {
        self.0.store(Arc::new(state));
    }
}

/// The same in one step that is tried before and after each of the others: `arc-swap` promises no less, and its own tests hold it to that.
#[cfg(interleavings)]
pub(crate) struct Published<T>(Mutex<Arc<T>>);

#[cfg(interleavings)]
impl<T> Published<T> {
    pub(crate) fn new(state: T) -> Self {
        Self(Mutex::new(Arc::new(state)))
    }

    pub(crate) fn load(&self) -> Arc<T> {
        Arc::clone(&self.0.lock().expect("nobody panics in here"))
    }

    pub(crate) fn store(&self, state: T) {
        *self.0.lock().expect("nobody panics in here") = Arc::new(state);
    }
}

impl<T> std::fmt::Debug for Published<T> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Published").finish_non_exhaustive()
    }
}
