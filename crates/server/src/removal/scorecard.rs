//! How platforms did, folded from the counts; and the yearly report of a trusted flagger (DSA, article 22(3)). Pure but for
//! the two functions that read.
//!
//! What is shown to everybody has no small numbers: a cell below [`SMALL`] is left out, and where a single one would follow
//! from the sum, the next smallest is left out with it.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Removal;
use super::folded::{Folded, Tally};
use super::notices::{Count, Refusal, month, queries};
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
    fn of(year: i16, months: &[Arc<Folded>], log: (i64, [u8; 32])) -> Self {
        let sent: Vec<u64> = months.iter().map(|month| month.whole().score().sent).collect();
        let year_of = Folded::sum(months.iter().map(AsRef::as_ref));
        let class = |(code, of): (i64, Tally)| (if code == 0 { "minor" } else { "adult" }.to_owned(), of);
        Self {
            year,
            all: lines(vec![(String::new(), year_of.whole().score())]).remove(0),
            platforms: by(year_of.platforms),
            classes: by(year_of.classes.into_iter().map(class).collect()),
            regimes: by(year_of.regimes),
            months: suppressed(&sent),
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

fn by(of: BTreeMap<String, Tally>) -> Vec<ReportLine> {
    lines(of.into_iter().map(|(key, tally)| (key, tally.score())).collect())
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

    /// How platforms did in the last twelve months, this one included, by key. Exact: for those who work here.
    pub async fn scorecard(&self) -> Result<BTreeMap<String, Score>, StorageError> {
        let now = month(self.clock.now());
        let months = self.folded(now - SCORECARD_MONTHS + 1, now).await?;
        let platforms = Folded::sum(months.iter().map(AsRef::as_ref)).platforms;
        Ok(platforms.into_iter().map(|(key, tally)| (key, tally.score())).collect())
    }

    /// The report of a year, as everybody may read it.
    pub async fn yearly_report(&self, year: i16) -> Result<YearlyReport, StorageError> {
        let first = i64::from(year - 1970) * 12;
        let months = self.folded(first, first + 11).await?;
        let log = queries::head(&mut self.database.read().await?).await?;
        Ok(YearlyReport::of(year, &months, log.unwrap_or((0, super::notices::log::FIRST))))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::removal::notices::{ACKNOWLEDGED, LATE, ON_TIME, REFUSED, REMOVED, REPOSTED, SENT};

    type Counted = (&'static str, i64, i64, i64);

    fn folded(counts: &[Counted]) -> Folded {
        let mut folded = Folded::default();
        for (platform, measure, value, amount) in counts {
            folded.of_platform((*platform).to_owned(), (*measure, *value, *amount));
            folded.of_law("dsa_16".to_owned(), 0, (*measure, *value, *amount));
        }
        folded
    }

    #[test]
    fn a_score_adds_up_what_was_counted() {
        let counts = [
            ("a", SENT, 0, 30),
            ("a", ACKNOWLEDGED, 1, 20),
            ("a", ACKNOWLEDGED, 5, 5),
            ("a", REMOVED, 10, 12),
            ("a", REFUSED, Refusal::Consent.code(), 3),
            ("a", ON_TIME, 0, 9),
            ("a", LATE, 0, 3),
            ("a", REPOSTED, 0, 3),
            ("b", SENT, 0, 1),
        ];
        let platforms = folded(&counts).platforms;
        let (a, b) = (platforms["a"].score(), platforms["b"].score());
        assert_eq!((a.sent, a.acknowledged, a.removed, a.refused_all()), (30, 25, 12, 3));
        assert_eq!((a.hours_to_acknowledge, a.hours_to_remove), (Some(1), Some(10)));
        assert_eq!((a.on_time_per_mille(), a.reposted_per_mille()), (Some(750), Some(250)));
        assert_eq!((b.sent, b.on_time_per_mille()), (1, None));
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
        let mut counts = vec![("tiktok", SENT, 0, 120), ("tiktok", REMOVED, 20, 100)];
        counts.extend([("x", SENT, 0, 40), ("x", REMOVED, 30, 12), ("small", SENT, 0, 4)]);
        let mut months = vec![Arc::default(); 12];
        months[10] = Arc::new(folded(&counts));
        let report = YearlyReport::of(2026, &months, (7, [1; 32]));
        assert_eq!(report.all.sent, Some(164));
        let sent: Vec<(&str, Shown)> = report.platforms.iter().map(|line| (line.key.as_str(), line.sent)).collect();
        assert_eq!(sent, [("small", None), ("tiktok", Some(120)), ("x", None)]);
        assert_eq!(report.months[10], Some(164));
        assert!(report.csv().contains("platform,small,,0,0,0,\r\n"), "{}", report.csv());
        assert_eq!(report.json()["platforms"][0]["sent"], serde_json::Value::Null);
        assert_eq!(report.json()["log"]["lines"], 7);
    }
}
