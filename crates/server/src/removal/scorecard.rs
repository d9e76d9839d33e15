//! How platforms did, folded from the counts; and the yearly report of a trusted flagger (DSA, article 22(3)). Pure but for
//! the two functions that read.
//!
//! What is shown to everybody has no small numbers: a cell below [`SMALL`] is left out, and where a single one would follow
//! from the sum, the next smallest is left out with it.

use std::collections::BTreeMap;

use super::Removal;
use super::notices::{
    ACKNOWLEDGED, Count, ESCALATED, GEO_BLOCKED, LATE, ON_TIME, REFUSED, REMOVED, REPOSTED, Refusal, SENT, WITHDRAWN,
    month, queries,
};
use crate::storage::StorageError;

/// What is smaller is not shown to everybody.
pub const SMALL: u64 = 10;
/// Months of a scorecard.
pub const SCORECARD_MONTHS: i64 = 12;

/// How one platform did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Score {
    /// Notices that were handed over to it.
    pub sent: u64,
    /// Of these, acknowledged.
    pub acknowledged: u64,
    /// Removed.
    pub removed: u64,
    /// Hidden in some countries.
    pub geo_blocked: u64,
    /// Kept, by reason.
    pub refused: BTreeMap<Refusal, u64>,
    /// Answered while there was time.
    pub on_time: u64,
    /// Not answered while there was time.
    pub late: u64,
    /// Gone and back.
    pub reposted: u64,
    /// Taken further.
    pub escalated: u64,
    /// Taken back by us.
    pub withdrawn: u64,
    /// Half of what was acknowledged was so within so many hours.
    pub hours_to_acknowledge: Option<u64>,
    /// Half of what was removed was so within so many hours.
    pub hours_to_remove: Option<u64>,
}

impl Score {
    /// Kept, for whatever reason.
    pub fn refused_all(&self) -> u64 {
        self.refused.values().sum()
    }

    /// Of 1,000 whose time is over or that were answered, how many were answered in time.
    pub fn on_time_per_mille(&self) -> Option<u64> {
        (self.on_time * 1_000).checked_div(self.on_time + self.late)
    }

    /// Of 1,000 that were removed, how many came back.
    pub fn reposted_per_mille(&self) -> Option<u64> {
        (self.reposted * 1_000).checked_div(self.removed)
    }

    fn of<'a>(counts: impl Iterator<Item = &'a Count>) -> Self {
        let mut score = Self::default();
        let (mut acknowledged, mut removed) = (BTreeMap::new(), BTreeMap::new());
        for count in counts {
            let amount = u64::try_from(count.amount).unwrap_or(0);
            let hours = u64::try_from(count.value).unwrap_or(0);
            match count.measure {
                SENT => score.sent += amount,
                ACKNOWLEDGED => *acknowledged.entry(hours).or_insert(0) += amount,
                REMOVED => *removed.entry(hours).or_insert(0) += amount,
                GEO_BLOCKED => score.geo_blocked += amount,
                REFUSED => {
                    let reason = Refusal::from_code(count.value).unwrap_or(Refusal::Other);
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
        score.acknowledged = acknowledged.values().sum();
        score.removed = removed.values().sum();
        score.hours_to_acknowledge = median(&acknowledged);
        score.hours_to_remove = median(&removed);
        score
    }
}

/// The lower median of values with how often each came.
fn median(values: &BTreeMap<u64, u64>) -> Option<u64> {
    let all: u64 = values.values().sum();
    let mut before = 0;
    values.iter().find_map(|(value, amount)| {
        before += amount;
        (before * 2 >= all && all > 0).then_some(*value)
    })
}

/// How each platform did, by key.
pub fn by_platform(counts: &[Count]) -> BTreeMap<String, Score> {
    let mut platforms: BTreeMap<&str, Vec<&Count>> = BTreeMap::new();
    for count in counts {
        platforms.entry(&count.platform).or_default().push(count);
    }
    platforms.into_iter().map(|(key, counts)| (key.to_owned(), Score::of(counts.into_iter()))).collect()
}

/// A number that everybody may read: `None` where it is small, or would tell one that is.
pub type Shown = Option<u64>;

/// Leaves out what is small, and where that is a single cell, the smallest of the others too. Zeros are shown: they tell of
/// nobody.
pub fn suppressed(cells: &[u64]) -> Vec<Shown> {
    let is_small = |cell: u64| (1..SMALL).contains(&cell);
    let mut shown: Vec<Shown> = cells.iter().map(|cell| (!is_small(*cell)).then_some(*cell)).collect();
    if shown.iter().filter(|cell| cell.is_none()).count() == 1 {
        let others = cells.iter().enumerate().filter(|(at, cell)| shown[*at].is_some() && **cell > 0);
        if let Some(at) = others.min_by_key(|(_, cell)| **cell).map(|(at, _)| at) {
            shown[at] = None;
        }
    }
    shown
}

/// One line of the yearly report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportLine {
    /// Key of the platform, of the regime, or of the class.
    pub key: String,
    /// Handed over.
    pub sent: Shown,
    /// Removed.
    pub removed: Shown,
    /// Hidden in some countries.
    pub geo_blocked: Shown,
    /// Kept.
    pub refused: Shown,
    /// Half of what was removed was so within so many hours; left out with what was removed.
    pub hours_to_remove: Option<u64>,
}

/// The yearly report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct YearlyReport {
    /// Which year.
    pub year: i16,
    /// All of it.
    pub all: ReportLine,
    /// By who hosts it.
    pub platforms: Vec<ReportLine>,
    /// By what it is about: `minor`, `adult`.
    pub classes: Vec<ReportLine>,
    /// By law.
    pub regimes: Vec<ReportLine>,
    /// By month, 1 to 12: handed over.
    pub months: Vec<Shown>,
    /// Lines of the log, and the last link: whoever keeps them sees whether anything is changed later.
    pub log: (i64, [u8; 32]),
}

impl YearlyReport {
    fn of(year: i16, counts: &[Count], log: (i64, [u8; 32])) -> Self {
        let first = i64::from(year - 1970) * 12;
        let class = |count: &Count| if count.class == 0 { "minor" } else { "adult" }.to_owned();
        let months: Vec<u64> = (first..first + 12)
            .map(|month| Score::of(counts.iter().filter(|count| count.month == month)).sent)
            .collect();
        let whole = Score::of(counts.iter());
        Self {
            year,
            all: lines(vec![(String::new(), whole)]).remove(0),
            platforms: by(counts, |count| count.platform.clone()),
            classes: by(counts, class),
            regimes: by(counts, |count| count.regime.clone()),
            months: suppressed(&months),
            log,
        }
    }

    /// As CSV (RFC 4180): a line each with what it is of; what is left out is empty.
    pub fn csv(&self) -> String {
        let mut text = String::from("of,key,sent,removed,geo_blocked,refused,median_hours_to_removal\r\n");
        let mut line = |of: &str, line: &ReportLine| {
            let cell = |value: Option<u64>| value.map(|value| value.to_string()).unwrap_or_default();
            let cells = [line.sent, line.removed, line.geo_blocked, line.refused, line.hours_to_remove].map(cell);
            // Keys are of a-z, 0-9 and _: none needs a quote.
            text.push_str(&format!("{of},{},{}\r\n", line.key, cells.join(",")));
        };
        line("all", &self.all);
        self.platforms.iter().for_each(|of| line("platform", of));
        self.classes.iter().for_each(|of| line("class", of));
        self.regimes.iter().for_each(|of| line("regime", of));
        text
    }

    /// As JSON: what is left out is null.
    pub fn json(&self) -> serde_json::Value {
        let line = |line: &ReportLine| {
            serde_json::json!({
                "key": line.key, "sent": line.sent, "removed": line.removed, "geo_blocked": line.geo_blocked,
                "refused": line.refused, "median_hours_to_removal": line.hours_to_remove,
            })
        };
        let lines = |lines: &[ReportLine]| lines.iter().map(line).collect::<Vec<_>>();
        serde_json::json!({
            "year": self.year,
            "smallest_number_shown": SMALL,
            "all": line(&self.all),
            "platforms": lines(&self.platforms),
            "classes": lines(&self.classes),
            "regimes": lines(&self.regimes),
            "sent_by_month": self.months,
            "log": { "lines": self.log.0, "link": exchange::hex::encode(&self.log.1) },
        })
    }
}

fn by(counts: &[Count], key: impl Fn(&Count) -> String) -> Vec<ReportLine> {
    let mut keys: BTreeMap<String, Vec<&Count>> = BTreeMap::new();
    for count in counts {
        keys.entry(key(count)).or_default().push(count);
    }
    lines(keys.into_iter().map(|(key, counts)| (key, Score::of(counts.into_iter()))).collect())
}

/// Each column is left out by itself: its cells add up to what another line says.
fn lines(scores: Vec<(String, Score)>) -> Vec<ReportLine> {
    let column = |pick: fn(&Score) -> u64| suppressed(&scores.iter().map(|(_, score)| pick(score)).collect::<Vec<_>>());
    let (sent, removed) = (column(|score| score.sent), column(|score| score.removed));
    let (geo_blocked, refused) = (column(|score| score.geo_blocked), column(Score::refused_all));
    scores
        .iter()
        .enumerate()
        .map(|(at, (key, score))| ReportLine {
            key: key.clone(),
            sent: sent[at],
            removed: removed[at],
            geo_blocked: geo_blocked[at],
            refused: refused[at],
            hours_to_remove: removed[at].and(score.hours_to_remove),
        })
        .collect()
}

impl Removal {
    /// What was counted in these months, both included; month 0 is what stands now.
    pub async fn counted(&self, first: i64, last: i64) -> Result<Vec<Count>, StorageError> {
        queries::counts(&mut self.database.read().await?, first, last).await
    }

    /// How platforms did in the last twelve months, this one included. Exact: for those who work here.
    pub async fn scorecard(&self) -> Result<BTreeMap<String, Score>, StorageError> {
        let now = month(self.clock.now());
        let counts = queries::counts(&mut self.database.read().await?, now - SCORECARD_MONTHS + 1, now).await?;
        Ok(by_platform(&counts))
    }

    /// The report of a year, as everybody may read it.
    pub async fn yearly_report(&self, year: i16) -> Result<YearlyReport, StorageError> {
        let first = i64::from(year - 1970) * 12;
        let mut on = self.database.read().await?;
        let counts = queries::counts(&mut on, first.max(1), first + 11).await?;
        let log = queries::head(&mut on).await?.unwrap_or((0, super::notices::log::FIRST));
        Ok(YearlyReport::of(year, &counts, log))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn count(platform: &str, measure: i64, value: i64, amount: i64) -> Count {
        let (platform, regime) = (platform.to_owned(), "dsa_16".to_owned());
        Count { platform, regime, class: 0, month: 682, measure, value, amount }
    }

    #[test]
    fn a_median_is_of_what_came_and_not_of_the_values() {
        let of = |pairs: &[(u64, u64)]| median(&pairs.iter().copied().collect());
        assert_eq!(of(&[]), None);
        assert_eq!(of(&[(5, 1)]), Some(5));
        assert_eq!(of(&[(1, 1), (9, 1)]), Some(1));
        assert_eq!(of(&[(1, 1), (9, 2)]), Some(9));
        assert_eq!(of(&[(1, 100), (9, 2), (30, 99)]), Some(9), "201 values: the 101st");
    }

    #[test]
    fn a_score_adds_up_what_was_counted() {
        let counts = [
            count("a", SENT, 0, 30),
            count("a", ACKNOWLEDGED, 1, 20),
            count("a", ACKNOWLEDGED, 5, 5),
            count("a", REMOVED, 10, 12),
            count("a", REFUSED, Refusal::Consent.code(), 3),
            count("a", ON_TIME, 0, 9),
            count("a", LATE, 0, 3),
            count("a", REPOSTED, 0, 3),
            count("b", SENT, 0, 1),
        ];
        let scores = by_platform(&counts);
        let a = &scores["a"];
        assert_eq!((a.sent, a.acknowledged, a.removed, a.refused_all()), (30, 25, 12, 3));
        assert_eq!((a.hours_to_acknowledge, a.hours_to_remove), (Some(1), Some(10)));
        assert_eq!((a.on_time_per_mille(), a.reposted_per_mille()), (Some(750), Some(250)));
        assert_eq!((scores["b"].sent, scores["b"].on_time_per_mille()), (1, None));
    }

    #[test]
    fn small_numbers_are_left_out_and_none_follows_from_the_sum() {
        assert_eq!(suppressed(&[100, 9, 50, 0]), [Some(100), None, None, Some(0)]);
        assert_eq!(suppressed(&[100, 10, 50]), [Some(100), Some(10), Some(50)]);
        assert_eq!(suppressed(&[9, 3, 50]), [None, None, Some(50)]);
        assert_eq!(suppressed(&[9, 0]), [None, Some(0)]);
        assert_eq!(suppressed(&[]), [] as [Shown; 0]);
    }

    proptest! {
        #[test]
        fn whoever_reads_cells_and_sum_works_out_no_small_one(cells in proptest::collection::vec(0_u64..40, 0..12)) {
            let shown = suppressed(&cells);
            for (cell, shown) in cells.iter().zip(&shown) {
                prop_assert!(shown.is_none_or(|value| value == *cell && !(1..SMALL).contains(&value)));
            }
            let hidden = shown.iter().filter(|cell| cell.is_none()).count();
            let others = cells.iter().filter(|cell| **cell > 0).count();
            prop_assert!(hidden != 1 || others == 1, "{:?} {:?}", cells, shown);
        }
    }

    #[test]
    fn the_yearly_report_in_its_three_forms() {
        let mut counts = vec![count("tiktok", SENT, 0, 120), count("tiktok", REMOVED, 20, 100)];
        counts.extend([count("x", SENT, 0, 40), count("x", REMOVED, 30, 12), count("small", SENT, 0, 4)]);
        let report = YearlyReport::of(2026, &counts, (7, [1; 32]));
        assert_eq!(report.all.sent, Some(164));
        let sent: Vec<(&str, Shown)> = report.platforms.iter().map(|line| (line.key.as_str(), line.sent)).collect();
        assert_eq!(sent, [("small", None), ("tiktok", Some(120)), ("x", None)]);
        assert_eq!(report.months[10], Some(164));
        assert!(report.csv().contains("platform,small,,0,0,0,\r\n"), "{}", report.csv());
        assert_eq!(report.json()["platforms"][0]["sent"], serde_json::Value::Null);
        assert_eq!(report.json()["log"]["lines"], 7);
    }
}
