//! SQL over outcomes.

use std::collections::HashMap;

use exchange::{EntryId, KeptReason, Outcome, OutcomeKind, PartnerId, Time};
use sqlx::QueryBuilder;

use super::OutcomeView;
use crate::storage::{Session, StorageError, on};

const OUTCOMES: &str = "select p.name, o.kind, o.reason, o.copies, o.done_at, o.received_at
    from outcomes o join partners p on p.id = o.partner_id
    where o.entry_id = $1 order by o.received_at desc, o.id limit 1000";
const OUTCOMES_OF: &str = "select p.name, o.kind, o.reason, o.copies, o.done_at, o.received_at
    from outcomes o join partners p on p.id = o.partner_id
    where o.entry_id = $1 and o.partner_id = $2 order by o.received_at desc, o.id limit 1000";
const OUTCOMES_OF_ENTRIES: &str = "select o.entry_id, p.name, o.kind, o.reason, o.copies, o.done_at, o.received_at
    from outcomes o join partners p on p.id = o.partner_id where o.entry_id in (";
const COUNTS: &str = "select kind, count(*) from outcomes group by kind order by kind";

/// Every whole text of this room, for the test that prepares them on both engines.
pub(super) const SQL: &[&str] = &[OUTCOMES, OUTCOMES_OF, COUNTS];

const INSERT: &str = "insert into outcomes (partner_id, id, entry_id, kind, reason, copies, done_at, received_at) ";
const ONCE: &str = " on conflict (partner_id, id) do nothing";
const ROWS_PER_STATEMENT: usize = 250;

/// How many were new.
pub(super) async fn insert(
    on: &mut Session,
    partner: PartnerId,
    outcomes: &[Outcome],
    now: Time,
) -> Result<u64, StorageError> {
    let mut new = 0;
    for some in outcomes.chunks(ROWS_PER_STATEMENT) {
        new += on!(on, |c: Engine| {
            let mut text = QueryBuilder::<Engine>::new(INSERT);
            text.push_values(some, |mut row, outcome| {
                row.push_bind(partner.as_bytes().to_vec())
                    .push_bind(outcome.id.as_bytes().to_vec())
                    .push_bind(outcome.entry.as_bytes().to_vec())
                    .push_bind(i64::from(outcome.kind.code()))
                    .push_bind(outcome.reason.map(|reason| i64::from(reason.code())))
                    .push_bind(i64::from(outcome.count))
                    .push_bind(outcome.at.as_micros())
                    .push_bind(now.as_micros());
            });
            text.push(ONCE);
            text.build().persistent(false).execute(c).await?.rows_affected()
        });
    }
    Ok(new)
}

pub(super) async fn outcomes(
    on: &mut Session,
    entry: EntryId,
    of: Option<PartnerId>,
) -> Result<Vec<OutcomeView>, StorageError> {
    type Row = (String, i64, Option<i64>, i64, i64, i64);
    let entry = entry.as_bytes().to_vec();
    let rows: Vec<Row> = match of {
        None => on!(on, |c| sqlx::query_as(OUTCOMES).bind(entry).fetch_all(c).await?),
        Some(partner) => {
            on!(on, |c| sqlx::query_as(OUTCOMES_OF).bind(entry).bind(partner.as_bytes().to_vec()).fetch_all(c).await?)
        }
    };
    rows.into_iter().map(view).collect()
}

/// Outcomes about these entries, by entry.
pub(super) async fn outcomes_of(
    on: &mut Session,
    entries: &[EntryId],
) -> Result<HashMap<EntryId, Vec<OutcomeView>>, StorageError> {
    type Row = (Vec<u8>, String, i64, Option<i64>, i64, i64, i64);
    let mut found: HashMap<EntryId, Vec<OutcomeView>> = HashMap::new();
    for some in entries.chunks(ROWS_PER_STATEMENT) {
        let rows: Vec<Row> = on!(on, |c: Engine| {
            let mut text = QueryBuilder::<Engine>::new(OUTCOMES_OF_ENTRIES);
            let mut list = text.separated(", ");
            for entry in some {
                list.push_bind(entry.as_bytes().to_vec());
            }
            text.push(") order by o.received_at desc, o.id limit 5000");
            text.build_query_as().persistent(false).fetch_all(c).await?
        });
        for (entry, partner, kind, reason, copies, done_at, received_at) in rows {
            let entry = EntryId::from_slice(&entry).ok_or(StorageError::Damaged("an entry's id"))?;
            let outcome = view((partner, kind, reason, copies, done_at, received_at))?;
            found.entry(entry).or_default().push(outcome);
        }
    }
    Ok(found)
}

fn view(
    (partner, kind, reason, copies, done_at, received_at): (String, i64, Option<i64>, i64, i64, i64),
) -> Result<OutcomeView, StorageError> {
    Ok(OutcomeView {
        partner,
        kind: kind_of(kind)?,
        reason: reason.map(reason_of).transpose()?,
        count: u32::try_from(copies).map_err(|_| StorageError::Damaged("a count"))?,
        at: Time::from_micros(done_at),
        received_at: Time::from_micros(received_at),
    })
}

pub(super) async fn counts(on: &mut Session) -> Result<Vec<(OutcomeKind, u64)>, StorageError> {
    let rows: Vec<(i64, i64)> = on!(on, |c| sqlx::query_as(COUNTS).fetch_all(c).await?);
    rows.into_iter().map(|(kind, count)| Ok((kind_of(kind)?, count.unsigned_abs()))).collect()
}

fn kind_of(code: i64) -> Result<OutcomeKind, StorageError> {
    u8::try_from(code).ok().and_then(OutcomeKind::from_code).ok_or(StorageError::Damaged("an outcome"))
}

fn reason_of(code: i64) -> Result<KeptReason, StorageError> {
    u8::try_from(code).ok().and_then(KeptReason::from_code).ok_or(StorageError::Damaged("a reason"))
}
