//! Looking through a whole bank for what cannot be: for `rempart doctor`, and after a restore.

use exchange::EntryId;
use sealing::NodeKey;

use super::model::BankError;
use super::sealed::{self, Part};
use super::{Bank, queries};
use crate::storage::Database;

const PAGE: u32 = 2_000;
const NAMED_MAX: usize = 10;

/// What a look through a bank found, all of it as of one moment.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Checked {
    /// The last number committed, as the node remembers it.
    pub head: u64,
    /// How many changes there are.
    pub changes: u64,
    /// The first of their numbers.
    pub first: Option<u64>,
    /// The last of their numbers.
    pub last: Option<u64>,
    /// How many entries there are, withdrawn ones too.
    pub entries: u64,
    /// How many fingerprints were opened.
    pub opened: u64,
    /// How many fingerprints do not open.
    pub shut: u64,
    /// Some of the entries that those belong to, at most 10.
    pub shut_in: Vec<EntryId>,
    /// How many standing entries have no fingerprint at all.
    pub bare: u64,
}

impl Checked {
    /// Whether the changes are numbered from 1 to the head without a hole.
    pub fn is_sequence_whole(&self) -> bool {
        let expected = if self.head == 0 { (None, None) } else { (Some(1), Some(self.head)) };
        self.changes == self.head && (self.first, self.last) == expected
    }

    /// Whether nothing was found.
    pub fn is_sound(&self) -> bool {
        self.is_sequence_whole() && self.shut == 0 && self.bare == 0
    }
}

impl Bank {
    /// Looks through the whole bank, opening every fingerprint. `each` hears how many more entries were looked at.
    pub async fn check(database: &Database, key: &NodeKey, each: impl Fn(u64)) -> Result<Checked, BankError> {
        let mut on = database.read().await?;
        let (changes, first, last) = queries::span(&mut on).await?;
        let mut checked = Checked {
            head: queries::head(&mut on).await?,
            bare: queries::bare(&mut on).await?,
            changes,
            first,
            last,
            ..Checked::default()
        };
        let mut after = None;
        loop {
            let rows = queries::entries_after(&mut on, after, PAGE, None).await?;
            let Some(last) = rows.last().map(|row| row.id) else { return Ok(checked) };
            for (entry, envelopes) in queries::fingerprints_between(&mut on, after, last).await? {
                let mut shut = 0;
                for sealed in &envelopes {
                    match sealed::open(key, entry, sealed) {
                        Some(Part::Fingerprint(_)) => checked.opened += 1,
                        Some(Part::Views(_)) => {}
                        None => shut += 1,
                    }
                }
                checked.shut += shut;
                if shut > 0 && checked.shut_in.len() < NAMED_MAX {
                    checked.shut_in.push(entry);
                }
            }
            checked.entries += rows.len() as u64;
            each(rows.len() as u64);
            after = Some(last);
        }
    }
}
