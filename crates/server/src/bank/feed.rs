//! Reading the bank in order: pages of changes, pages of a snapshot. The sharing rule is applied here for both.
//!
//! A change that a later one of the same entry superseded is not listed: the later one carries the whole entry. What
//! a reader's agreement hides is not listed either, except that an entry it was shown and no longer is becomes a
//! `remove`; what is withheld from the reader is treated alike. So a page says in `through` how far it reaches, whatever it lists.

use exchange::{
    Action, Agreement, BlockRadius, CHANGES_PER_PAGE_MAX, Change, ChangePage, Entry, EntryId, RemoveReason, Status,
};
use rayon::prelude::*;
use sha2::{Digest, Sha256};

use super::Bank;
use super::model::{BankError, EntryRow};
use super::queries::{self, ChangeRow};
use super::sealed::{self, Marks};
use super::stored::Stand;
use crate::access::{EVERYTHING, Viewer};
use crate::compute::{BrokenOff, off_runtime_if};

/// Fingerprints and views on one page of the feed, at most, and those of one entry more: about 5 MB of JSON.
const HASHES_PER_PAGE_MAX: usize = 50_000;
/// Rows that are opened faster than they are handed to another thread.
const ROWS_ON_THE_SPOT_MAX: usize = 64;

/// Names the rule by which entries may be blocked ([`exchange::may_block`]); another rule, another name.
pub(super) const RULE: &str = "minors confirmed";

/// Names what a reader is shown, how advice is worked out and which history the numbers belong to: changes when one
/// of them does.
fn agreement_token(agreement: &Agreement, block_radius: BlockRadius, epoch: &[u8; 16]) -> String {
    let mut digest = Sha256::new();
    digest.update(format!("{}|{}|{}|{RULE}", agreement.sees, block_radius.minor, block_radius.adult));
    digest.update(epoch);
    exchange::hex::encode(&digest.finalize()[..8])
}

/// What an index of this bank is of: it holds the radii that were worked out.
pub(super) fn stand(block_radius: BlockRadius, epoch: &[u8; 16], views_max: usize) -> Stand {
    let token = agreement_token(&EVERYTHING, block_radius, epoch);
    Stand(format!("node {token} {views_max}").into_bytes())
}

impl Bank {
    /// The token of this agreement on this node.
    pub fn agreement_token(&self, agreement: &Agreement) -> String {
        agreement_token(agreement, self.block_radius, &self.epoch)
    }

    /// What this viewer is shown of the changes after `after`; `limit` numbers are looked at, at
    /// most [`CHANGES_PER_PAGE_MAX`].
    pub async fn changes(&self, viewer: Viewer, after: u64, limit: u32) -> Result<ChangePage, BankError> {
        let limit = limit.clamp(1, CHANGES_PER_PAGE_MAX);
        let mut on = self.database.read().await?;
        let head = queries::head(&mut on).await?;
        let rows = queries::changes(&mut on, after, limit, viewer.partner).await?;
        let through = rows.last().map_or(after.min(head), |row| row.seq);
        let sealed = queries::fingerprints_of_changes(&mut on, after, through).await?;
        drop(on);
        let (bank, agreement) = (self.clone(), viewer.agreement);
        let shown = move |row: ChangeRow| {
            let action = bank.shown(&agreement, &row, &sealed)?;
            Some(Change { seq: row.seq, at: row.at, action })
        };
        let mut changes = each(rows, shown).await?;
        let through = cut(&mut changes).unwrap_or(through);
        Ok(ChangePage { changes, through, head, agreement: self.agreement_token(&agreement) })
    }

    fn shown(&self, agreement: &Agreement, row: &ChangeRow, sealed: &queries::SealedByEntry) -> Option<Action> {
        let (class, entry) = (row.entry.class, row.entry.id);
        // Earlier times in which it was withheld are over: what they hid, a later change brought, and speaks now.
        let (withheld_before, withheld) =
            row.entry.withheld_since.map_or((false, false), |since| (since < row.seq, since <= row.seq));
        let before = !withheld_before && row.tier_before.is_some_and(|tier| agreement.sees(class, tier));
        let after = !withheld && agreement.sees(class, row.tier_after);
        match row.remove {
            Some(reason) => before.then_some(Action::Remove { entry, reason }),
            None if after && row.entry.last_seq != row.seq => None,
            None if after => {
                let put = |marks| row.entry.clone().into_entry(marks, self.block_radius);
                self.readable(entry, sealed).map(|marks| Action::Put(Box::new(put(marks))))
            }
            None => before.then_some(Action::Remove { entry, reason: RemoveReason::NotShared }),
        }
    }

    /// By what a standing entry is recognised; `None`, said loudly, when the database is damaged there. One damaged
    /// entry must not keep all others from being protected.
    fn readable(&self, entry: EntryId, sealed: &queries::SealedByEntry) -> Option<Marks> {
        let opened = sealed::open_all(&self.key, entry, sealed.get(&entry).map_or(&[], Vec::as_slice));
        match opened {
            Ok(marks) if !marks.fingerprints.is_empty() => Some(marks),
            _ => {
                tracing::error!(%entry, "an entry cannot be read and is not protected; run `rempart doctor`");
                metrics::counter!("rempart_unreadable_entries_total").increment(1);
                None
            }
        }
    }

    /// Standing entries with an id after `after`, by id, as of the number `at`, less those that changed after it;
    /// `limit` rows are looked at. Also the id to go on after; `None`: that was all.
    pub async fn snapshot_page(
        &self,
        viewer: Viewer,
        at: u64,
        after: Option<EntryId>,
        limit: u32,
    ) -> Result<(Vec<Entry>, Option<EntryId>), BankError> {
        let mut on = self.database.read().await?;
        let rows = queries::entries_after(&mut on, after, limit, viewer.partner).await?;
        let Some(last) = rows.last().map(|row| row.id) else { return Ok((Vec::new(), None)) };
        let sealed = queries::fingerprints_between(&mut on, after, last).await?;
        drop(on);
        let more = (rows.len() == limit as usize).then_some(last);
        let bank = self.clone();
        let standing = move |row: EntryRow| {
            let stands = row.last_seq <= at && row.status != Status::Withdrawn;
            if !stands || row.withheld_since.is_some() || !viewer.agreement.sees(row.class, row.tier) {
                return None;
            }
            let marks = bank.readable(row.id, &sealed)?;
            Some(row.into_entry(marks, bank.block_radius))
        };
        Ok((each(rows, standing).await?, more))
    }
}

/// Cuts a page behind the change that fills it; gives its number then.
fn cut(changes: &mut Vec<Change>) -> Option<u64> {
    let mut hashes = 0;
    let full = changes.iter().position(|change| {
        if let Action::Put(entry) = &change.action {
            hashes += entry.fingerprints.len() + entry.views.len();
        }
        hashes >= HASHES_PER_PAGE_MAX
    })?;
    changes.truncate(full + 1);
    changes.last().map(|change| change.seq)
}

/// Opens rows in order, on all cores when there are many.
async fn each<Row, Value>(
    rows: Vec<Row>,
    open: impl Fn(Row) -> Option<Value> + Send + Sync + 'static,
) -> Result<Vec<Value>, BrokenOff>
where
    Row: Send + 'static,
    Value: Send + 'static,
{
    let is_much = rows.len() > ROWS_ON_THE_SPOT_MAX;
    off_runtime_if(is_much, move || {
        if is_much {
            rows.into_par_iter().with_min_len(ROWS_ON_THE_SPOT_MAX).filter_map(open).collect()
        } else {
            rows.into_iter().filter_map(open).collect()
        }
    })
    .await
}
