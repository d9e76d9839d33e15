//! SQL over partners, partner_keys and cursors.

use exchange::{Agreement, KeyId, PartnerId, Reach, Scopes, Tier, Time};

use super::key::KeyText;
use super::model::{KeyView, Member, PartnerName, PartnerView};
use crate::storage::{Session, StorageError, on};

const INSERT: &str = "insert into partners
    (id, name, sees_minor, sees_adult, contributes_minor, contributes_adult, created_at)
    values ($1, $2, $3, $4, $5, $6, $7) on conflict (name) do nothing";
const INSERT_KEY: &str = "insert into partner_keys (id, partner_id, secret_digest, scopes, created_at, expires_at)
    values ($1, $2, $3, $4, $5, $6)";
const IDS: &str = "select id from partners";
const ID: &str = "select id from partners where name = $1";
const SOURCE: &str = "select source, revoked_at from partners where id = $1";
const SET_SOURCE: &str = "update partners set source = $2, revoked_at = $3 where id = $1";
const IS_REVOKED: &str = "select revoked_at from partners where id = $1";
const SET_AGREEMENT: &str = "update partners
    set sees_minor = $2, sees_adult = $3, contributes_minor = $4, contributes_adult = $5 where name = $1";
const REVOKE_PARTNER: &str = "update partners set revoked_at = $2 where id = $1 and revoked_at is null";
const REVOKE_KEYS: &str = "update partner_keys set revoked_at = $2 where partner_id = $1 and revoked_at is null";
const REVOKE_KEY: &str = "update partner_keys set revoked_at = $2 where id = $1 and revoked_at is null";
const KEY: &str = "select k.id, k.secret_digest, k.scopes, k.expires_at,
    coalesce(k.revoked_at, p.revoked_at), p.id, p.name,
    p.sees_minor, p.sees_adult, p.contributes_minor, p.contributes_adult
    from partner_keys k join partners p on p.id = k.partner_id where k.id = $1";
const LIST: &str = "select id, name, sees_minor, sees_adult, contributes_minor, contributes_adult,
    created_at, revoked_at from partners order by name";
const LIST_KEYS: &str = "select k.partner_id, k.id, k.scopes, k.created_at, k.expires_at, k.revoked_at,
    c.seq, c.acknowledged_at
    from partner_keys k left join cursors c on c.key_id = k.id order by k.created_at, k.id";
const KEY_VIEW: &str = "select k.partner_id, k.id, k.scopes, k.created_at, k.expires_at, k.revoked_at,
    c.seq, c.acknowledged_at
    from partner_keys k left join cursors c on c.key_id = k.id where k.id = $1";
const CURSOR: &str = "select seq from cursors where key_id = $1";
const SET_CURSOR: &str = "insert into cursors (key_id, seq, acknowledged_at) values ($1, $2, $3)
    on conflict (key_id) do update set seq = excluded.seq, acknowledged_at = excluded.acknowledged_at";

/// Every text of this room, for the test that prepares them on both engines.
pub const SQL: &[&str] = &[
    INSERT,
    INSERT_KEY,
    IDS,
    ID,
    SOURCE,
    SET_SOURCE,
    IS_REVOKED,
    SET_AGREEMENT,
    REVOKE_PARTNER,
    REVOKE_KEYS,
    REVOKE_KEY,
    KEY,
    LIST,
    LIST_KEYS,
    KEY_VIEW,
    CURSOR,
    SET_CURSOR,
];

/// A key as stored.
pub(super) struct StoredKey {
    pub(super) secret_digest: [u8; 32],
    pub(super) expires_at: Option<Time>,
    pub(super) revoked: bool,
    pub(super) member: Member,
}

/// What kind of source it is, 0: none, and whether it has ended.
pub(super) async fn source(on: &mut Session, id: PartnerId) -> Result<(i64, bool), StorageError> {
    let row: Option<(i64, Option<i64>)> =
        on!(on, |c| sqlx::query_as(SOURCE).bind(&id.as_bytes()[..]).fetch_optional(c).await?);
    Ok(row.map_or((0, false), |(source, revoked_at)| (source, revoked_at.is_some())))
}

/// Says what kind of source it is, and since when no more.
pub(super) async fn set_source(
    on: &mut Session,
    id: PartnerId,
    source: i64,
    ended_at: Option<Time>,
) -> Result<(), StorageError> {
    on!(on, |c| sqlx::query(SET_SOURCE)
        .bind(&id.as_bytes()[..])
        .bind(source)
        .bind(ended_at.map(Time::as_micros))
        .execute(c)
        .await
        .map(drop)?);
    Ok(())
}

/// False when the name is taken.
pub(super) async fn insert(
    on: &mut Session,
    id: PartnerId,
    name: &PartnerName,
    agreement: Agreement,
    now: Time,
) -> Result<bool, StorageError> {
    let [sees_minor, sees_adult, gives_minor, gives_adult] = columns(agreement);
    Ok(on!(on, |c| sqlx::query(INSERT)
        .bind(&id.as_bytes()[..])
        .bind(name.as_str())
        .bind(sees_minor)
        .bind(sees_adult)
        .bind(gives_minor)
        .bind(gives_adult)
        .bind(now.as_micros())
        .execute(c)
        .await?
        .rows_affected())
        == 1)
}

pub(super) async fn insert_key(
    on: &mut Session,
    partner: PartnerId,
    key: &KeyText,
    scopes: Scopes,
    expires_at: Option<Time>,
    now: Time,
) -> Result<(), StorageError> {
    on!(on, |c| sqlx::query(INSERT_KEY)
        .bind(&key.id().as_bytes()[..])
        .bind(&partner.as_bytes()[..])
        .bind(&key.secret_digest()[..])
        .bind(i64::from(scopes.bits()))
        .bind(now.as_micros())
        .bind(expires_at.map(Time::as_micros))
        .execute(c)
        .await
        .map(drop)?);
    Ok(())
}

pub(super) async fn ids(on: &mut Session) -> Result<Vec<PartnerId>, StorageError> {
    let rows: Vec<Vec<u8>> = on!(on, |c| sqlx::query_scalar(IDS).fetch_all(c).await?);
    rows.iter().map(|id| partner_id(id)).collect()
}

pub(super) async fn id(on: &mut Session, name: &str) -> Result<Option<PartnerId>, StorageError> {
    let row: Option<Vec<u8>> = on!(on, |c| sqlx::query_scalar(ID).bind(name).fetch_optional(c).await?);
    row.map(|bytes| partner_id(&bytes)).transpose()
}

pub(super) async fn is_revoked(on: &mut Session, id: PartnerId) -> Result<bool, StorageError> {
    let at: Option<Option<i64>> =
        on!(on, |c| sqlx::query_scalar(IS_REVOKED).bind(&id.as_bytes()[..]).fetch_optional(c).await?);
    Ok(at.flatten().is_some())
}

pub(super) async fn set_agreement(
    on: &mut Session,
    name: &PartnerName,
    agreement: Agreement,
) -> Result<bool, StorageError> {
    let [sees_minor, sees_adult, gives_minor, gives_adult] = columns(agreement);
    Ok(on!(on, |c| sqlx::query(SET_AGREEMENT)
        .bind(name.as_str())
        .bind(sees_minor)
        .bind(sees_adult)
        .bind(gives_minor)
        .bind(gives_adult)
        .execute(c)
        .await?
        .rows_affected())
        == 1)
}

pub(super) async fn revoke_partner(on: &mut Session, id: PartnerId, now: Time) -> Result<bool, StorageError> {
    let mut changed = 0;
    for text in [REVOKE_PARTNER, REVOKE_KEYS] {
        changed += on!(on, |c| sqlx::query(text)
            .bind(&id.as_bytes()[..])
            .bind(now.as_micros())
            .execute(c)
            .await?
            .rows_affected());
    }
    Ok(changed > 0)
}

pub(super) async fn revoke_key(on: &mut Session, key: KeyId, now: Time) -> Result<bool, StorageError> {
    Ok(on!(on, |c| sqlx::query(REVOKE_KEY)
        .bind(&key.as_bytes()[..])
        .bind(now.as_micros())
        .execute(c)
        .await?
        .rows_affected())
        == 1)
}

type Tiers = (Option<i64>, Option<i64>, Option<i64>, Option<i64>);

pub(super) async fn key(on: &mut Session, id: KeyId) -> Result<Option<StoredKey>, StorageError> {
    type Row = (
        Vec<u8>,
        Vec<u8>,
        i64,
        Option<i64>,
        Option<i64>,
        Vec<u8>,
        String,
        Option<i64>,
        Option<i64>,
        Option<i64>,
        Option<i64>,
    );
    let row: Option<Row> = on!(on, |c| sqlx::query_as(KEY).bind(&id.as_bytes()[..]).fetch_optional(c).await?);
    let Some((key, digest, scopes, expires_at, revoked_at, partner, name, a, b, c, d)) = row else {
        return Ok(None);
    };
    Ok(Some(StoredKey {
        secret_digest: digest.try_into().map_err(|_| StorageError::Damaged("a key digest"))?,
        expires_at: expires_at.map(Time::from_micros),
        revoked: revoked_at.is_some(),
        member: Member {
            partner: partner_id(&partner)?,
            name,
            key: key_id(&key)?,
            scopes: scopes_of(scopes)?,
            agreement: agreement((a, b, c, d))?,
        },
    }))
}

type KeyRow = (Vec<u8>, Vec<u8>, i64, i64, Option<i64>, Option<i64>, Option<i64>, Option<i64>);

pub(super) async fn key_view(on: &mut Session, id: KeyId) -> Result<Option<KeyView>, StorageError> {
    let row: Option<KeyRow> = on!(on, |c| sqlx::query_as(KEY_VIEW).bind(&id.as_bytes()[..]).fetch_optional(c).await?);
    row.map(|row| view(row).map(|(_, view)| view)).transpose()
}

fn view(row: KeyRow) -> Result<(PartnerId, KeyView), StorageError> {
    let (partner, id, scopes, created_at, expires_at, revoked_at, seq, acknowledged_at) = row;
    let view = KeyView {
        id: key_id(&id)?,
        scopes: scopes_of(scopes)?,
        created_at: Time::from_micros(created_at),
        expires_at: expires_at.map(Time::from_micros),
        revoked_at: revoked_at.map(Time::from_micros),
        cursor: seq.zip(acknowledged_at).map(|(seq, at)| (seq.unsigned_abs(), Time::from_micros(at))),
    };
    Ok((partner_id(&partner)?, view))
}

pub(super) async fn list(on: &mut Session) -> Result<Vec<PartnerView>, StorageError> {
    type Row = (Vec<u8>, String, Option<i64>, Option<i64>, Option<i64>, Option<i64>, i64, Option<i64>);
    let rows: Vec<Row> = on!(on, |c| sqlx::query_as(LIST).fetch_all(c).await?);
    let keys: Vec<KeyRow> = on!(on, |c| sqlx::query_as(LIST_KEYS).fetch_all(c).await?);
    let mut partners = Vec::with_capacity(rows.len());
    for (id, name, a, b, c, d, created_at, revoked_at) in rows {
        partners.push(PartnerView {
            id: partner_id(&id)?,
            name,
            agreement: agreement((a, b, c, d))?,
            created_at: Time::from_micros(created_at),
            revoked_at: revoked_at.map(Time::from_micros),
            keys: Vec::new(),
        });
    }
    for row in keys {
        let (owner, key) = view(row)?;
        if let Some(partner) = partners.iter_mut().find(|partner| partner.id == owner) {
            partner.keys.push(key);
        }
    }
    Ok(partners)
}

pub(super) async fn cursor(on: &mut Session, key: KeyId) -> Result<Option<u64>, StorageError> {
    let seq: Option<i64> = on!(on, |c| sqlx::query_scalar(CURSOR).bind(&key.as_bytes()[..]).fetch_optional(c).await?);
    Ok(seq.map(i64::unsigned_abs))
}

pub(super) async fn set_cursor(on: &mut Session, key: KeyId, seq: u64, now: Time) -> Result<(), StorageError> {
    on!(on, |c| sqlx::query(SET_CURSOR)
        .bind(&key.as_bytes()[..])
        .bind(seq.cast_signed())
        .bind(now.as_micros())
        .execute(c)
        .await
        .map(drop)?);
    Ok(())
}

fn columns(agreement: Agreement) -> [Option<i64>; 4] {
    let Agreement { sees, contributes } = agreement;
    [sees.minor, sees.adult, contributes.minor, contributes.adult].map(|tier| tier.map(|tier| tier.code().into()))
}

fn agreement((sees_minor, sees_adult, gives_minor, gives_adult): Tiers) -> Result<Agreement, StorageError> {
    let tier = |code: Option<i64>| {
        code.map(|code| u8::try_from(code).ok().and_then(Tier::from_code).ok_or(StorageError::Damaged("a tier")))
            .transpose()
    };
    Ok(Agreement {
        sees: Reach { minor: tier(sees_minor)?, adult: tier(sees_adult)? },
        contributes: Reach { minor: tier(gives_minor)?, adult: tier(gives_adult)? },
    })
}

fn partner_id(bytes: &[u8]) -> Result<PartnerId, StorageError> {
    PartnerId::from_slice(bytes).ok_or(StorageError::Damaged("a partner id"))
}

fn key_id(bytes: &[u8]) -> Result<KeyId, StorageError> {
    KeyId::from_slice(bytes).ok_or(StorageError::Damaged("a key id"))
}

fn scopes_of(bits: i64) -> Result<Scopes, StorageError> {
    u8::try_from(bits).ok().and_then(Scopes::from_bits).ok_or(StorageError::Damaged("scopes"))
}
