//! Work for the processor, kept off the threads that serve requests.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

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

/// As many turns at a time as there are cores.
pub(crate) fn turns() -> Arc<Semaphore> {
    Arc::new(Semaphore::new(std::thread::available_parallelism().map_or(1, usize::from)))
}

/// Waits for a turn at work for all of the processor; see [`in_turn`].
pub(crate) async fn turn(turns: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit, BrokenOff> {
    Arc::clone(turns).acquire_owned().await.map_err(|_| BrokenOff)
}

/// As [`off_runtime`]. The turn is given back when the work is over, even when nobody waits for it any more.
pub(crate) async fn in_turn<T: Send + 'static>(
    turn: OwnedSemaphorePermit,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, BrokenOff> {
    let work = move || {
        let _turn = turn;
        work()
    };
    off_runtime(work).await
}

/// As [`off_runtime`] when there is much to do, and on the spot when handing it over would cost more than doing it.
pub(crate) async fn off_runtime_if<T: Send + 'static>(
    is_much: bool,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, BrokenOff> {
    if is_much { off_runtime(work).await } else { Ok(work()) }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[tokio::test]
    async fn work_that_nobody_waits_for_keeps_its_turn_until_it_is_over() {
        let turns = Arc::new(Semaphore::new(1));
        let (begin, begun) = tokio::sync::oneshot::channel();
        let (end, ended) = mpsc::channel();
        let turn = turn(&turns).await.unwrap();
        let asking = tokio::spawn(in_turn(turn, move || {
            begin.send(()).unwrap();
            ended.recv().unwrap();
        }));
        begun.await.unwrap();
        asking.abort();
        assert!(asking.await.unwrap_err().is_cancelled());
        assert_eq!(turns.available_permits(), 0, "the work goes on");
        end.send(()).unwrap();
        drop(super::turn(&turns).await.unwrap());
    }
}
