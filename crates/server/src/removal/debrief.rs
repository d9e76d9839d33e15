//! What became of a crisis's notices. Those who work here read it exact at any time; everybody reads it once the crisis is over,
//! without small numbers and without a name of anything.

use exchange::Time;

use super::Removal;
use super::notices::{Of, Place, Standing, State, queries as notices};
use super::scorecard::{SMALL, Shown, suppressed};
use crate::storage::StorageError;

/// Notices that one debrief reads, at most.
const NOTICES_MAX: u64 = 100_000;
const PAGE: i64 = 1_000;
const HOUR_MICROS: i64 = 3_600_000_000;

/// What became of a crisis's notices, exact: for those who work here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Debrief {
    /// How many were handed over.
    pub sent: u64,
    /// Of these, gone.
    pub removed: u64,
    /// Hidden in some countries.
    pub geo_blocked: u64,
    /// Kept.
    pub refused: u64,
    /// Gone and back.
    pub reposted: u64,
    /// Without an answer.
    pub waiting: u64,
    /// Taken back by us: we were mistaken, or somebody took the link back. The log does not tell these apart.
    pub withdrawn: u64,
    /// Median of whole hours to removal; `None` where nothing was removed.
    pub hours_to_removal: Option<u64>,
}

/// One crisis that is over, as everybody may read of it: not what the staff calls it, and no platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicDebrief {
    /// Since when it was in force.
    pub from: Time,
    /// Until when.
    pub until: Time,
    /// `None` where so few notices were sent that nothing more is said.
    pub counts: Option<PublicCounts>,
}

/// The counts of [`Debrief`] that everybody may read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicCounts {
    /// Handed over.
    pub sent: u64,
    /// See [`Debrief::removed`].
    pub removed: Shown,
    /// See [`Debrief::geo_blocked`].
    pub geo_blocked: Shown,
    /// See [`Debrief::refused`].
    pub refused: Shown,
    /// See [`Debrief::reposted`].
    pub reposted: Shown,
    /// See [`Debrief::waiting`].
    pub waiting: Shown,
    /// See [`Debrief::withdrawn`].
    pub withdrawn: Shown,
    /// See [`Debrief::hours_to_removal`]; left out with what was removed.
    pub hours_to_removal: Option<u64>,
}

/// What was counted in one hour.
pub(super) struct Published {
    hour: i64,
    debriefs: Vec<PublicDebrief>,
}

impl PublicDebrief {
    /// For how many hours it was in force, begun ones included.
    pub fn hours(&self) -> u64 {
        self.until.micros_since(self.from).div_ceil(HOUR_MICROS.unsigned_abs())
    }
}

impl PublicCounts {
    /// `None` where fewer than [`SMALL`] were sent, but for none at all: a whole that is small is told of by each of its parts.
    fn of(exact: &Debrief) -> Option<Self> {
        if (1..SMALL).contains(&exact.sent) {
            return None;
        }
        // Together they are what was sent.
        let cells = [exact.removed, exact.geo_blocked, exact.refused, exact.reposted, exact.waiting, exact.withdrawn];
        let shown: [Shown; 6] = suppressed(&cells).try_into().expect("one for each");
        let [removed, geo_blocked, refused, reposted, waiting, withdrawn] = shown;
        let hours_to_removal = removed.and(exact.hours_to_removal);
        let sent = exact.sent;
        Some(Self { sent, removed, geo_blocked, refused, reposted, waiting, withdrawn, hours_to_removal })
    }
}

impl Removal {
    /// What became of a crisis's notices.
    pub async fn debrief(&self, id: [u8; 16]) -> Result<Debrief, StorageError> {
        let mut on = self.database.read().await?;
        let (mut debrief, mut hours, mut after) = (Debrief::default(), Vec::new(), Place::default());
        let mut read = 0;
        while read < NOTICES_MAX {
            let page = notices::list(&mut on, &Of::Crisis(id), self.clock.now(), after, PAGE).await?;
            let Some(last) = page.last() else { break };
            after.id = *last.standing.id.as_bytes();
            for notice in &page {
                debrief.add(&notice.standing, &mut hours);
            }
            read += page.len() as u64;
        }
        hours.sort_unstable();
        debrief.hours_to_removal = hours.get(hours.len().saturating_sub(1) / 2).copied();
        Ok(debrief)
    }

    /// The crises that are over, the newest first, as everybody may read of them. Counted once an hour: whoever looks often
    /// sees no single answer come, and costs nothing.
    pub async fn published_debriefs(&self) -> Result<Vec<PublicDebrief>, StorageError> {
        let now = self.clock.now();
        let hour = now.as_micros().div_euclid(HOUR_MICROS);
        let mut published = self.published.lock().await;
        if let Some(counted) = published.as_ref().filter(|counted| counted.hour == hour) {
            return Ok(counted.debriefs.clone());
        }
        let mut debriefs = Vec::new();
        for crisis in self.crises().await? {
            let Some((from, until)) = crisis.was_in_force(now) else { continue };
            let counts = PublicCounts::of(&self.debrief(crisis.id).await?);
            debriefs.push(PublicDebrief { from, until, counts });
        }
        *published = Some(Published { hour, debriefs: debriefs.clone() });
        Ok(debriefs)
    }
}

impl Debrief {
    fn add(&mut self, notice: &Standing, hours: &mut Vec<u64>) {
        if notice.sent_at.is_none() {
            return;
        }
        self.sent += 1;
        match notice.state {
            State::Removed => self.removed += 1,
            State::GeoBlocked => self.geo_blocked += 1,
            State::Refused => self.refused += 1,
            State::Reposted => self.reposted += 1,
            State::Withdrawn => self.withdrawn += 1,
            // What was handed over is neither of the last three any more; were it one, it would wait.
            State::Sent | State::Acknowledged | State::Draft | State::Approved | State::Undeliverable => {
                self.waiting += 1;
            }
        }
        if let (State::Removed, Some(closed)) = (notice.state, notice.closed_at) {
            hours.push(notice.hours_since_sent(closed));
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn exact(cells: [u64; 6]) -> Debrief {
        let [removed, geo_blocked, refused, reposted, waiting, withdrawn] = cells;
        let (sent, hours_to_removal) = (cells.iter().sum(), (removed > 0).then_some(7));
        Debrief { sent, removed, geo_blocked, refused, reposted, waiting, withdrawn, hours_to_removal }
    }

    fn shown(counts: &PublicCounts) -> [Shown; 6] {
        let PublicCounts { removed, geo_blocked, refused, reposted, waiting, withdrawn, .. } = *counts;
        [removed, geo_blocked, refused, reposted, waiting, withdrawn]
    }

    #[test]
    fn of_few_nothing_is_said_and_of_none_that_it_was_none() {
        assert_eq!(PublicCounts::of(&exact([9, 0, 0, 0, 0, 0])), None);
        let none = PublicCounts::of(&exact([0; 6])).unwrap();
        assert_eq!((none.sent, shown(&none)), (0, [Some(0); 6]));
        let ten = PublicCounts::of(&exact([10, 0, 0, 0, 0, 0])).unwrap();
        assert_eq!((ten.sent, ten.removed, ten.hours_to_removal), (10, Some(10), Some(7)));
    }

    #[test]
    fn a_median_is_left_out_with_what_it_is_of() {
        let counts = PublicCounts::of(&exact([9, 0, 40, 0, 0, 20])).unwrap();
        assert_eq!(shown(&counts), [None, Some(0), Some(40), Some(0), Some(0), None]);
        assert_eq!(counts.hours_to_removal, None);
    }

    proptest! {
        #[test]
        fn nobody_works_out_a_small_count_of_a_crisis(cells in proptest::array::uniform6(0_u64..30)) {
            let exact = exact(cells);
            let Some(counts) = PublicCounts::of(&exact) else {
                prop_assert!((1..SMALL).contains(&exact.sent));
                return Ok(());
            };
            let shown = shown(&counts);
            prop_assert!(shown.iter().zip(cells).all(|(shown, cell)| shown.is_none_or(|shown| shown == cell)));
            prop_assert!(shown.iter().flatten().all(|shown| !(1..SMALL).contains(shown)));
            // One that alone is left out would follow from what was sent.
            prop_assert_ne!(shown.iter().filter(|shown| shown.is_none()).count(), 1);
        }
    }
}
