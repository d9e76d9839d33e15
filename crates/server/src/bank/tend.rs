//! Keeping the live index in the shape in which it answers fastest. What came a few entries at a time lies in many segments,
//! and a search looks into each; merging them costs half a microsecond an entry, so it is done when the time is there.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

use super::live::Live;
use crate::compute::off_runtime;

/// How often is looked whether there is something to merge.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// After merging, it is left alone this many times as long as that took: under changes that never end, one core spends a
/// twentieth of its time on it.
const RESTS: u32 = 20;

/// Tends the index until cancelled, then at once no more.
pub(crate) async fn tend(live: Arc<Live>, stop: CancellationToken) {
    let tending = async {
        let mut rest = LOOK_EVERY;
        loop {
            tokio::time::sleep(rest).await;
            rest = LOOK_EVERY;
            // While it is being filled, it is not searched.
            if live.is_ready() {
                let (tended, begun) = (Arc::clone(&live), Instant::now());
                if off_runtime(move || tended.tend()).await.is_ok() {
                    rest = rest.max(begun.elapsed() * RESTS);
                }
            }
        }
    };
    stop.run_until_cancelled(tending).await;
    live.call_off_tending();
}

#[cfg(test)]
mod tests {
    use exchange::{Class, Entry, EntryId, Fingerprint, Status, Tier, Time};

    use super::*;

    /// On a machine that does much else meanwhile.
    const MERGED_MAX: Duration = Duration::from_secs(60);

    fn entries(from: u64, count: u64) -> Vec<Entry> {
        let entry = |number: u64| {
            let mut hash = [0; 32];
            hash.as_chunks_mut().0.iter_mut().zip([7, 11, 13, 17]).for_each(|(word, prime): (&mut [u8; 8], u64)| {
                *word = (number + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_mul(prime).to_le_bytes();
            });
            Entry {
                id: EntryId::from_bytes((u128::from(number) + 1).to_be_bytes()),
                class: Class::Minor,
                tier: Tier::Confirmed,
                status: Status::Active,
                fingerprints: vec![Fingerprint::Pdq { hash, quality: None }],
                views: Vec::new(),
                block_radius: Some(31),
                origin: String::new(),
                created_at: Time::from_micros(0),
            }
        };
        (from..from + count).map(entry).collect()
    }

    #[tokio::test(start_paused = true)]
    async fn an_index_filled_a_little_at_a_time_is_of_few_segments_before_long() {
        let (live, stop) = (Arc::new(Live::default()), CancellationToken::new());
        let tending = tokio::spawn(tend(Arc::clone(&live), stop.clone()));
        for from in (0..60_000).step_by(1_000) {
            live.load(&entries(from, 1_000));
        }
        live.set_ready();
        // The clock moves as soon as everything waits for it; merging takes real time, on a thread of its own.
        let begun = Instant::now();
        while live.size().segments != 1 {
            assert!(begun.elapsed() < MERGED_MAX, "{} segments", live.size().segments);
            tokio::time::sleep(LOOK_EVERY).await;
            std::thread::sleep(Duration::from_millis(1));
        }
        assert_eq!(live.size().entries, 60_000);
        stop.cancel();
        tending.await.unwrap();
    }
}
