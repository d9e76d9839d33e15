//! SQL over claim_withholds and withheld.

use std::collections::{HashMap, HashSet};

use exchange::{EntryId, PartnerId};
use sqlx::QueryBuilder;

use crate::bank::queries::{ROWS_PER_STATEMENT, entry_id, partner_id};
use crate::storage::{Session, StorageError, on};

const WANTED_BY: &str = "select partner_id from claim_withholds where claim_id = $1";
const FORGET: &str = "delete from claim_withholds where claim_id = $1";
const SHOW: &str = "delete from withheld where entry_id = $1 and partner_id = $2";
const ALL: &str = "select w.entry_id, w.partner_id from withheld w join entries e on e.id = w.entry_id
    where e.status <> 2
    union all select e.id, $1 from entries e join partners p on p.id = e.contributor_id
    where p.source = 2 and e.status <> 2";
const OF_PARTNER: &str = "select entry_id from withheld where partner_id = $1";
const WANT_OF_NEWCOMER: &str = "insert into claim_withholds (claim_id, partner_id)
    select id, $1 from claims where takes_newcomers = 0";
/// From the beginning: it has been shown nothing yet.
const HIDE_FROM_NEWCOMER: &str = "insert into withheld (entry_id, partner_id, since)
    select entry_id, $1, 0 from claims group by entry_id having max(takes_newcomers) = 0";
const OF_CHANGES: &str = "select w.entry_id, w.partner_id from changes c
    join withheld w on w.entry_id = c.entry_id where c.seq > $1 and c.seq <= $2
    union select e.id, $3 from changes c join entries e on e.id = c.entry_id
    join partners p on p.id = e.contributor_id where c.seq > $1 and c.seq <= $2 and p.source = 2";

/// Every whole text over what is withheld, for the test that prepares them on both engines.
pub const SQL: &[&str] = &[WANTED_BY, FORGET, SHOW, ALL, OF_PARTNER, WANT_OF_NEWCOMER, HIDE_FROM_NEWCOMER, OF_CHANGES];

const WANT: &str = "insert into claim_withholds (claim_id, partner_id) ";
const HIDE: &str = "insert into withheld (entry_id, partner_id, since) ";
const HELD: &str = "select entry_id, partner_id from withheld where entry_id in (";
/// Those that as many claims withhold as there are.
const WANTED: &str = "select c.entry_id, w.partner_id from claims c join claim_withholds w on w.claim_id = c.id
    where c.entry_id in (";
const BY_ALL: &str = ") group by c.entry_id, w.partner_id
    having count(*) = (select count(*) from claims every_one where every_one.entry_id = c.entry_id)";

/// Stands for every partner: from it is withheld what a source does not let us pass on.
pub(super) const EVERYONE: PartnerId = PartnerId::from_bytes([0; 16]);

/// Partners from whom entries are withheld.
pub(in crate::bank) type ByEntry = HashMap<EntryId, Vec<PartnerId>>;
type Pairs = HashSet<(EntryId, PartnerId)>;

/// The list of a claim.
pub(super) async fn wanted_by(on: &mut Session, claim: &[u8; 16]) -> Result<HashSet<PartnerId>, StorageError> {
    let rows: Vec<Vec<u8>> = on!(on, |c| sqlx::query_scalar(WANTED_BY).bind(&claim[..]).fetch_all(c).await?);
    rows.iter().map(|bytes| partner_id(bytes)).collect()
}

/// Gives claims that have no list one.
pub(in crate::bank) async fn want(
    on: &mut Session,
    claims: &[[u8; 16]],
    partners: &[PartnerId],
) -> Result<(), StorageError> {
    let rows: Vec<_> = claims.iter().flat_map(|claim| partners.iter().map(move |partner| (claim, partner))).collect();
    for some in rows.chunks(ROWS_PER_STATEMENT) {
        on!(on, |c: Engine| {
            let mut text = QueryBuilder::<Engine>::new(WANT);
            text.push_values(some, |mut row, (claim, partner)| {
                row.push_bind(claim.to_vec()).push_bind(partner.as_bytes().to_vec());
            });
            text.build().persistent(false).execute(c).await.map(drop)?;
        });
    }
    Ok(())
}

/// Drops a claim's list.
pub(in crate::bank) async fn forget(on: &mut Session, claim: &[u8; 16]) -> Result<(), StorageError> {
    on!(on, |c| sqlx::query(FORGET).bind(&claim[..]).execute(c).await.map(drop)?);
    Ok(())
}

/// What every claim on these entries wants.
pub(super) async fn wanted(on: &mut Session, entries: &[EntryId]) -> Result<Pairs, StorageError> {
    pairs(on, WANTED, entries, BY_ALL).await
}

/// What is in force for these entries.
pub(super) async fn held(on: &mut Session, entries: &[EntryId]) -> Result<Pairs, StorageError> {
    pairs(on, HELD, entries, ")").await
}

async fn pairs(
    on: &mut Session,
    begin: &'static str,
    entries: &[EntryId],
    end: &'static str,
) -> Result<Pairs, StorageError> {
    let mut found = Pairs::new();
    for some in entries.chunks(ROWS_PER_STATEMENT) {
        let rows: Vec<(Vec<u8>, Vec<u8>)> = on!(on, |c: Engine| {
            let mut text = QueryBuilder::<Engine>::new(begin);
            let mut list = text.separated(", ");
            for entry in some {
                list.push_bind(entry.as_bytes().to_vec());
            }
            text.push(end);
            text.build_query_as().persistent(false).fetch_all(c).await?
        });
        for (entry, partner) in rows {
            found.insert((entry_id(&entry)?, partner_id(&partner)?));
        }
    }
    Ok(found)
}

pub(super) async fn show(on: &mut Session, entry: EntryId, partner: PartnerId) -> Result<(), StorageError> {
    on!(on, |c| sqlx::query(SHOW)
        .bind(&entry.as_bytes()[..])
        .bind(&partner.as_bytes()[..])
        .execute(c)
        .await
        .map(drop)?);
    Ok(())
}

pub(super) async fn hide(on: &mut Session, rows: &[(EntryId, PartnerId, u64)]) -> Result<(), StorageError> {
    for some in rows.chunks(ROWS_PER_STATEMENT) {
        on!(on, |c: Engine| {
            let mut text = QueryBuilder::<Engine>::new(HIDE);
            text.push_values(some, |mut row, (entry, partner, since)| {
                row.push_bind(entry.as_bytes().to_vec())
                    .push_bind(partner.as_bytes().to_vec())
                    .push_bind(since.cast_signed());
            });
            text.build().persistent(false).execute(c).await.map(drop)?;
        });
    }
    Ok(())
}

/// Everything that is in force for entries that stand.
pub(in crate::bank) async fn all(on: &mut Session) -> Result<ByEntry, StorageError> {
    by_entry(on!(on, |c| sqlx::query_as(ALL).bind(&EVERYONE.as_bytes()[..]).fetch_all(c).await?))
}

/// What is withheld from one partner.
pub(in crate::bank) async fn of_partner(on: &mut Session, partner: PartnerId) -> Result<Vec<EntryId>, StorageError> {
    let rows: Vec<Vec<u8>> =
        on!(on, |c| sqlx::query_scalar(OF_PARTNER).bind(&partner.as_bytes()[..]).fetch_all(c).await?);
    rows.iter().map(|entry| entry_id(entry)).collect()
}

/// Puts a partner that joins on the list of every claim that takes no newcomers.
pub(super) async fn withhold_from_newcomer(on: &mut Session, partner: PartnerId) -> Result<(), StorageError> {
    for text in [WANT_OF_NEWCOMER, HIDE_FROM_NEWCOMER] {
        on!(on, |c| sqlx::query(text).bind(&partner.as_bytes()[..]).execute(c).await.map(drop)?);
    }
    Ok(())
}

/// The same for the entries of a stretch of changes.
pub(in crate::bank) async fn of_changes(on: &mut Session, after: u64, through: u64) -> Result<ByEntry, StorageError> {
    by_entry(on!(on, |c| sqlx::query_as(OF_CHANGES)
        .bind(after.cast_signed())
        .bind(through.cast_signed())
        .bind(&EVERYONE.as_bytes()[..])
        .fetch_all(c)
        .await?))
}

fn by_entry(rows: Vec<(Vec<u8>, Vec<u8>)>) -> Result<ByEntry, StorageError> {
    let mut found = ByEntry::new();
    for (entry, partner) in rows {
        found.entry(entry_id(&entry)?).or_default().push(partner_id(&partner)?);
    }
    Ok(found)
}
