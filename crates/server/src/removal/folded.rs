//! What was counted of notices, month by month, folded as scorecard and yearly report need it. The counts of a busy year are
//! hundreds of thousands of rows: a month that is over is folded once, one that goes on when something has happened since.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::Removal;
use super::notices::{
    ACKNOWLEDGED, ESCALATED, GEO_BLOCKED, HOURS_EXACT_MAX, HOURS_MAX, LATE, ON_TIME, REFUSED, REMOVED, REPOSTED,
    Refusal, SENT, WITHDRAWN, month, month_start, queries,
};
use super::scorecard::Score;
use crate::storage::StorageError;

/// So long after its end nothing is counted in a month any more, whatever the clocks of other processes say.
const SETTLED_SECONDS: i64 = 86_400;
/// Months that are kept, at most: the last ones.
const MONTHS_MAX: usize = 120;

/// How often each number of hours came, in the steps in which they are counted: one by one at first, then by the day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Hours(Vec<u64>);

impl Hours {
    pub(super) fn add(&mut self, hours: u64, amount: u64) {
        let step = Self::step(hours);
        if self.0.len() <= step {
            self.0.resize(step + 1, 0);
        }
        self.0[step] += amount;
    }

    fn add_all(&mut self, other: &Self) {
        self.0.resize(self.0.len().max(other.0.len()), 0);
        self.0.iter_mut().zip(&other.0).for_each(|(sum, amount)| *sum += amount);
    }

    fn sum(&self) -> u64 {
        self.0.iter().sum()
    }

    /// The lower median.
    pub(super) fn median(&self) -> Option<u64> {
        let all = self.sum();
        let mut before = 0;
        let step = self.0.iter().position(|amount| {
            before += amount;
            before * 2 >= all && all > 0
        })?;
        Some(Self::hours(step))
    }

    fn step(hours: u64) -> usize {
        let hours = hours.min(HOURS_MAX);
        let days = hours.saturating_sub(HOURS_EXACT_MAX) / 24;
        usize::try_from(hours.min(HOURS_EXACT_MAX) + days).expect("at most a few hundred")
    }

    fn hours(step: usize) -> u64 {
        let step = step as u64;
        step.min(HOURS_EXACT_MAX) + step.saturating_sub(HOURS_EXACT_MAX) * 24
    }
}

/// What was counted of some notices.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    /// All but the medians, which follow.
    score: Score,
    acknowledged: Hours,
    removed: Hours,
}

impl Tally {
    fn count(&mut self, measure: i64, value: i64, amount: i64) {
        let amount = u64::try_from(amount).unwrap_or(0);
        let hours = u64::try_from(value).unwrap_or(0);
        let score = &mut self.score;
        match measure {
            SENT => score.sent += amount,
            ACKNOWLEDGED => self.acknowledged.add(hours, amount),
            REMOVED => self.removed.add(hours, amount),
            GEO_BLOCKED => score.geo_blocked += amount,
            REFUSED => {
                let reason = Refusal::from_code(value).unwrap_or(Refusal::Other);
                *score.refused.entry(reason).or_default() += amount;
            }
            ON_TIME => score.on_time += amount,
            LATE => score.late += amount,
            REPOSTED => score.reposted += amount,
            ESCALATED => score.escalated += amount,
            WITHDRAWN => score.withdrawn += amount,
            _ => {}
        }
    }

    fn add_all(&mut self, other: &Self) {
        let (sum, more) = (&mut self.score, &other.score);
        sum.sent += more.sent;
        sum.geo_blocked += more.geo_blocked;
        sum.on_time += more.on_time;
        sum.late += more.late;
        sum.reposted += more.reposted;
        sum.escalated += more.escalated;
        sum.withdrawn += more.withdrawn;
        for (reason, amount) in &more.refused {
            *sum.refused.entry(*reason).or_default() += amount;
        }
        self.acknowledged.add_all(&other.acknowledged);
        self.removed.add_all(&other.removed);
    }

    /// How that was.
    pub(super) fn score(&self) -> Score {
        Score {
            acknowledged: self.acknowledged.sum(),
            removed: self.removed.sum(),
            hours_to_acknowledge: self.acknowledged.median(),
            hours_to_remove: self.removed.median(),
            ..self.score.clone()
        }
    }
}

/// What was counted in a month, or in several.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Folded {
    /// By key of the platform.
    pub(super) platforms: BTreeMap<String, Tally>,
    /// By key of the regime.
    pub(super) regimes: BTreeMap<String, Tally>,
    /// By code of the class.
    pub(super) classes: BTreeMap<i64, Tally>,
}

impl Folded {
    pub(super) fn of_platform(&mut self, platform: String, (measure, value, amount): (i64, i64, i64)) {
        self.platforms.entry(platform).or_default().count(measure, value, amount);
    }

    pub(super) fn of_law(&mut self, regime: String, class: i64, (measure, value, amount): (i64, i64, i64)) {
        self.regimes.entry(regime).or_default().count(measure, value, amount);
        self.classes.entry(class).or_default().count(measure, value, amount);
    }

    /// All of it.
    pub(super) fn whole(&self) -> Tally {
        let mut whole = Tally::default();
        self.classes.values().for_each(|of| whole.add_all(of));
        whole
    }

    /// Several months as one.
    pub(super) fn sum<'a>(months: impl Iterator<Item = &'a Self>) -> Self {
        let mut sum = Self::default();
        for month in months {
            month.platforms.iter().for_each(|(key, of)| sum.platforms.entry(key.clone()).or_default().add_all(of));
            month.regimes.iter().for_each(|(key, of)| sum.regimes.entry(key.clone()).or_default().add_all(of));
            month.classes.iter().for_each(|(key, of)| sum.classes.entry(*key).or_default().add_all(of));
        }
        sum
    }
}

/// Months as they were folded.
#[derive(Debug, Default)]
pub(super) struct Months(Mutex<BTreeMap<i64, Kept>>);

#[derive(Debug)]
struct Kept {
    /// Up to which line of the log; `None`: for good.
    until: Option<i64>,
    folded: Arc<Folded>,
}

impl Months {
    fn kept(&self, month: i64, seq: i64) -> Option<Arc<Folded>> {
        let months = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = months.get(&month).filter(|kept| kept.until.is_none_or(|until| until == seq));
        kept.map(|kept| kept.folded.clone())
    }

    fn keep(&self, month: i64, until: Option<i64>, folded: Arc<Folded>) {
        let mut months = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        months.insert(month, Kept { until, folded });
        while months.len() > MONTHS_MAX {
            months.pop_first();
        }
    }
}

impl Removal {
    /// What was counted in each of these months, both included.
    pub(super) async fn folded(&self, first: i64, last: i64) -> Result<Vec<Arc<Folded>>, StorageError> {
        let mut on = self.database.read().await?;
        // Every count is written with a line of the log. Read before the counts: what comes meanwhile has a later number.
        let seq = queries::head(&mut on).await?.map_or(0, |(seq, _)| seq);
        let now = self.clock.now();
        let to_come = month(now.plus_seconds(SETTLED_SECONDS)) + 1;
        let mut months = Vec::new();
        for month in first..=last {
            if month >= to_come {
                months.push(Arc::default());
                continue;
            }
            if let Some(folded) = self.months.kept(month, seq) {
                months.push(folded);
                continue;
            }
            let folded = Arc::new(queries::folded(&mut on, month).await?);
            let is_settled = month_start(month + 1).plus_seconds(SETTLED_SECONDS) <= now;
            self.months.keep(month, (!is_settled).then_some(seq), folded.clone());
            months.push(folded);
        }
        Ok(months)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_median_is_of_what_came_and_not_of_the_values() {
        let of = |pairs: &[(u64, u64)]| {
            let mut hours = Hours::default();
            pairs.iter().for_each(|(value, amount)| hours.add(*value, *amount));
            hours.median()
        };
        assert_eq!(of(&[]), None);
        assert_eq!(of(&[(5, 1)]), Some(5));
        assert_eq!(of(&[(1, 1), (9, 1)]), Some(1));
        assert_eq!(of(&[(1, 1), (9, 2)]), Some(9));
        assert_eq!(of(&[(1, 100), (9, 2), (30, 99)]), Some(9), "201 values: the 101st");
    }

    #[test]
    fn hours_are_kept_as_they_are_counted() {
        let days = (HOURS_EXACT_MAX + 24..=HOURS_MAX).step_by(24);
        for hours in (0..=HOURS_EXACT_MAX).chain(days) {
            assert_eq!(Hours::hours(Hours::step(hours)), hours);
        }
    }

    #[test]
    fn months_together_are_what_they_are_apart() {
        let counted = [(SENT, 0, 3), (ACKNOWLEDGED, 7, 2), (REMOVED, 120, 5), (REFUSED, 1, 4), (LATE, 0, 1)];
        let (mut one, mut other, mut both) = (Folded::default(), Folded::default(), Folded::default());
        for (at, count) in counted.into_iter().enumerate() {
            let month = if at % 2 == 0 { &mut one } else { &mut other };
            for folded in [month, &mut both] {
                folded.of_platform("x".to_owned(), count);
                folded.of_law("dsa_16".to_owned(), 0, count);
            }
        }
        // Steps that nothing came in are no part of what is equal.
        let (sum, both) = (Folded::sum([&one, &other].into_iter()), both);
        assert_eq!(sum.platforms["x"].score(), both.platforms["x"].score());
        assert_eq!(sum.whole().score(), both.whole().score());
        assert_eq!(sum.regimes["dsa_16"].score().removed, 5);
    }

    #[test]
    fn a_month_that_goes_on_is_kept_up_to_a_line_of_the_log_and_one_that_is_over_for_good() {
        let months = Months::default();
        months.keep(5, None, Arc::default());
        months.keep(6, Some(40), Arc::default());
        assert!(months.kept(5, 41).is_some() && months.kept(6, 40).is_some());
        assert!(months.kept(6, 41).is_none() && months.kept(7, 41).is_none());
        (0..1_000).for_each(|month| months.keep(month, None, Arc::default()));
        assert!(months.kept(0, 0).is_none() && months.kept(999, 0).is_some());
    }
}
