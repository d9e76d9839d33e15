//! Work for the processor, kept off the threads that serve requests.

/// The work panicked or the process is ending. Nothing was changed; the log says why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the work was broken off")]
pub struct BrokenOff;

/// Runs `work` where it keeps no request waiting. Worth it from about a tenth of a millisecond.
pub(crate) async fn off_runtime<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, BrokenOff> {
    tokio::task::spawn_blocking(work).await.map_err(|error| {
        tracing::error!(%error, "work was broken off");
        BrokenOff
    })
}

/// As [`off_runtime`] when there is much to do, and on the spot when handing it over would cost more than doing it.
pub(crate) async fn off_runtime_if<T: Send + 'static>(
    is_much: bool,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, BrokenOff> {
    if is_much { off_runtime(work).await } else { Ok(work()) }
}
