//! The second that each change is told under: written with the changes, under the sequence's lock.

use exchange::Time;

use super::queries;
use crate::storage::{Session, StorageError};

/// Changes that share a second, at most, and those of one call more: what a client that asks again from a second is sent
/// twice.
pub const CHANGES_PER_SECOND_MAX: u64 = 1_000;

/// Gives the changes up to this one, written at this time, their second.
pub(in crate::bank) async fn tell(on: &mut Session, through: u64, at: Time) -> Result<(), StorageError> {
    let newest = queries::newest_seconds(on).await?;
    let second = next(&newest, at.as_micros() / 1_000_000);
    queries::set_second(on, second, through).await
}

/// The second for what comes next, from the two newest ones, the newest first.
fn next(newest: &[(i64, u64)], now: i64) -> i64 {
    let Some(&(second, through)) = newest.first() else { return now };
    let before = newest.get(1).map_or(0, |(_, through)| *through);
    let is_full = through - before >= CHANGES_PER_SECOND_MAX;
    now.max(if is_full { second + 1 } else { second })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_never_falls_and_is_left_when_it_is_full() {
        assert_eq!(next(&[], 100), 100);
        assert_eq!(next(&[(100, 7)], 101), 101);
        assert_eq!(next(&[(100, 7)], 100), 100);
        assert_eq!(next(&[(100, 7)], 40), 100, "the clock was set back");
        assert_eq!(next(&[(100, 1_999), (99, 1_000)], 100), 100);
        assert_eq!(next(&[(100, 2_000), (99, 1_000)], 100), 101, "full");
        assert_eq!(next(&[(100, 2_000), (99, 1_000)], 500), 500);
        assert_eq!(next(&[(100, 1_000)], 100), 101, "the first is full");
    }
}
