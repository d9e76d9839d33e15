//! The follower's transactions: a page's records become entries of a source's contributor, or go, and its cursor moves with
//! them. They are the same wherever the entries are kept ([`Home`]).

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use exchange::{Contribution, EntryId, PartnerId, RemoveReason, Time};
use sealing::NodeKey;

use super::Follow;
use super::cursor::Cursor;
use super::home::Home;
use super::model::{Credentials, FollowError, NewSource, SourceKind, Terms};
use super::queries::{self, FollowedRow, Moved, RecordDigest};
use super::wires::{Record, Reference};
use crate::partners::PartnerName;
use crate::storage::{Session, StorageError, Transact};

/// While somebody asks a source, nobody else does: so long, and anew with each page.
pub(super) const CLAIM_SECONDS: i64 = 600;
/// Records that go in one transaction.
const GONE_PER_TRANSACTION: u32 = 250;
const DAY_SECONDS: i64 = 86_400;
const OF_CREDENTIALS: &[u8] = b"source credentials";
const OF_REFERENCE: &[u8] = b"source reference";

/// A source that it is our turn to ask.
pub(super) struct Claimed {
    pub(super) id: PartnerId,
    pub(super) name: PartnerName,
    pub(super) kind: SourceKind,
    pub(super) url: String,
    pub(super) sealed: Vec<u8>,
    pub(super) credentials: Credentials,
    pub(super) terms: Terms,
    pub(super) every_seconds: u32,
    pub(super) cursor: Cursor,
    pub(super) generation: i64,
    pub(super) step: i64,
    pub(super) failures: u32,
    pub(super) removing: bool,
    /// The next page begins a reading from the beginning.
    pub(super) begins: bool,
}

/// What is written in the transaction that adds a source.
pub(crate) trait Beside: Sync {
    /// Writes it. It may run again.
    fn write(&self, on: &mut Session, source: PartnerId) -> impl Future<Output = Result<(), FollowError>> + Send;
}

impl Beside for () {
    async fn write(&self, _: &mut Session, _: PartnerId) -> Result<(), FollowError> {
        Ok(())
    }
}

/// Adds a source with its contributor.
pub(super) struct Add<'a, H, B> {
    pub(super) follow: &'a Follow<H>,
    pub(super) new: &'a NewSource,
    pub(super) id: PartnerId,
    pub(super) now: Time,
    pub(super) beside: &'a B,
}

impl<H: Home, B: Beside> Transact for Add<'_, H, B> {
    const NAME: &'static str = "follow_add";
    type Output = ();
    type Error = FollowError;

    async fn run(&self, on: &mut Session) -> Result<(), FollowError> {
        let Self { follow, new, now, .. } = self;
        let id = self.follow.home.take_up(on, self.id, &new.name, new.terms.pass_on, *now).await?;
        let id = id.ok_or_else(|| FollowError::NameTaken(new.name.clone()))?;
        let sealed = seal_credentials(&follow.key, id, &new.credentials, &mut follow.entropy.rng());
        queries::add(on, id, new, sealed, *now).await?;
        self.beside.write(on, id).await
    }
}

/// Takes a source's turn. `waits`: only if it is due.
pub(super) struct Claim<'a, H> {
    pub(super) home: &'a H,
    pub(super) id: PartnerId,
    pub(super) now: Time,
    pub(super) waits: bool,
}

impl<H: Home> Transact for Claim<'_, H> {
    const NAME: &'static str = "follow_claim";
    type Output = Option<Claimed>;
    type Error = FollowError;

    async fn run(&self, on: &mut Session) -> Result<Option<Claimed>, FollowError> {
        // Two processes that look at once wait for each other here.
        self.home.lock(on).await?;
        if self.waits && !queries::is_due(on, self.id, self.now).await? {
            return Ok(None);
        }
        let Some(row) = queries::source(on, self.id).await? else { return Ok(None) };
        if self.waits && !row.removing && self.home.rests(on, self.id).await? {
            return Ok(None);
        }
        queries::claim(on, self.id, self.now.plus_seconds(CLAIM_SECONDS)).await?;
        let mut cursor = Cursor::read(row.cursor.as_deref());
        let mut begins = row.cursor.is_none();
        // Deletions of so long ago are told no more: what went meanwhile shows only in all that there is.
        let stale = row
            .kind
            .stale_days()
            .is_some_and(|days| row.complete_at.is_some_and(|at| at.plus_seconds(days * DAY_SECONDS) < self.now));
        if stale && !cursor.whole {
            (cursor, begins) = (Cursor::new(), true);
        }
        Ok(Some(Claimed {
            id: self.id,
            name: row.name.parse().map_err(|_| StorageError::Damaged("a source's name"))?,
            kind: row.kind,
            url: row.url,
            credentials: Credentials::default(),
            sealed: row.sealed,
            terms: row.terms,
            every_seconds: row.every_seconds,
            cursor,
            generation: row.generation,
            step: row.step,
            failures: row.failures,
            removing: row.removing,
            begins,
        }))
    }
}

impl Claimed {
    /// Opens the credentials.
    pub(super) fn opened(mut self, key: &NodeKey) -> Result<Self, FollowError> {
        let plain = key.open(&context(OF_CREDENTIALS, self.id, &[]), &self.sealed);
        let plain = plain.map_err(|_| StorageError::Damaged("a source's credentials"))?;
        self.credentials =
            serde_json::from_slice(&plain).map_err(|_| StorageError::Damaged("a source's credentials"))?;
        Ok(self)
    }
}

/// A piece of a page.
pub(super) struct Take<'a, H: Home> {
    home: &'a H,
    source: &'a Claimed,
    ready: H::Ready,
    /// For each that stands: the record's digest and what it is called there, sealed.
    put: Vec<(RecordDigest, Vec<u8>)>,
    remove: Vec<(RecordDigest, RemoveReason)>,
    skipped: u64,
    last_skipped: Option<&'a str>,
    /// Of the last piece: the new cursor, and whether the walk is over.
    end: Option<(&'a Cursor, bool)>,
    now: Time,
}

/// What a piece came to.
pub(super) struct Taken {
    pub(super) put: u64,
    pub(super) removed: u64,
    pub(super) generation: i64,
    /// Entries that no record stands for any more.
    pub(super) gone: Vec<EntryId>,
    pub(super) seq: u64,
}

impl<'a, H: Home> Take<'a, H> {
    /// Seals what is to be written, before the transaction begins.
    pub(super) async fn new(
        follow: &'a Follow<H>,
        source: &'a Claimed,
        records: &[(&Record, Option<Contribution>)],
        unfit: u64,
        end: Option<(&'a Cursor, bool, &'a [String])>,
    ) -> Result<Self, FollowError> {
        let mut rng = follow.entropy.rng();
        let (mut put, mut contributions, mut remove) = (Vec::new(), Vec::new(), Vec::new());
        let mut places = HashMap::new();
        for (record, contribution) in records {
            let digest = follow.key.digest(&[b"source record", &source.id.as_bytes()[..], record.key.as_bytes()]);
            // Of a record that comes twice on a page the last counts.
            match (contribution, &record.put) {
                (Some(contribution), Some(of)) => {
                    let sealed = seal_reference(&follow.key, source.id, &digest, &of.reference, &mut rng);
                    remove.retain(|(other, _)| *other != digest);
                    match places.entry(digest) {
                        Entry::Occupied(place) => {
                            let place = *place.get();
                            (put[place], contributions[place]) = ((digest, sealed), contribution.clone());
                        }
                        Entry::Vacant(place) => {
                            place.insert(put.len());
                            put.push((digest, sealed));
                            contributions.push(contribution.clone());
                        }
                    }
                }
                _ => {
                    if let Some(place) = places.remove(&digest) {
                        put.swap_remove(place);
                        contributions.swap_remove(place);
                        if let Some((moved, _)) = put.get(place) {
                            places.insert(*moved, place);
                        }
                    }
                    remove.push((digest, record.reason));
                }
            }
        }
        let digests: Vec<RecordDigest> = put.iter().map(|(digest, _)| *digest).collect();
        let ready = follow.home.prepare(&digests, contributions).await?;
        let skipped = end.map_or(0, |(_, _, skipped)| skipped.len() as u64) + unfit;
        let last_skipped = end.and_then(|(_, _, skipped)| skipped.last()).map(String::as_str);
        Ok(Self {
            home: &follow.home,
            source,
            ready,
            put,
            remove,
            skipped,
            last_skipped: last_skipped.or((unfit > 0).then_some("a record without a class, or of a flat picture")),
            end: end.map(|(cursor, is_over, _)| (cursor, is_over)),
            now: follow.now(),
        })
    }

    /// What was to be written, once it is.
    pub(super) fn into_ready(self) -> H::Ready {
        self.ready
    }
}

impl<H: Home> Transact for Take<'_, H> {
    const NAME: &'static str = "follow_take";
    type Output = Taken;
    type Error = FollowError;

    async fn run(&self, on: &mut Session) -> Result<Taken, FollowError> {
        let (source, now) = (self.source.id, self.now);
        self.home.lock(on).await?;
        let generation = self.source.generation + i64::from(self.source.begins);
        let moved = Moved {
            step: self.source.step,
            generation,
            skipped: self.skipped,
            last_skipped: self.last_skipped,
            now,
            claimed_until: now.plus_seconds(CLAIM_SECONDS),
        };
        if !queries::moved(on, source, &moved).await? {
            return Err(FollowError::Moved);
        }
        let digests: Vec<RecordDigest> = self.put.iter().map(|(digest, _)| *digest).collect();
        let before: HashMap<RecordDigest, EntryId> = queries::before(on, source, &digests).await?.into_iter().collect();
        let entries = self.home.put(on, &self.ready, source, now).await?;
        let rows: Vec<FollowedRow> = (self.put.iter().zip(&entries))
            .map(|((record, sealed), entry)| FollowedRow { record: *record, entry: *entry, sealed: sealed.clone() })
            .collect();
        queries::put(on, source, generation, &rows).await?;
        // What records were before they changed, and what went.
        let mut left: Vec<(EntryId, RemoveReason)> = Vec::new();
        for row in &rows {
            if let Some(entry) = before.get(&row.record).filter(|entry| **entry != row.entry) {
                left.push((*entry, RemoveReason::Duplicate));
            }
        }
        let mut removed = 0;
        for (record, reason) in &self.remove {
            if let Some(entry) = queries::forget_record(on, source, record).await? {
                removed += 1;
                left.push((entry, *reason));
            }
        }
        if let Some((cursor, is_over)) = self.end {
            queries::set_cursor(on, source, &cursor.text()).await?;
            if is_over {
                queries::complete(on, source, now).await?;
            }
        }
        let (gone, seq) = let_go(self.home, on, source, left, now).await?;
        let put = rows.len() as u64;
        Ok(Taken { put, removed, generation, gone, seq })
    }
}

/// Some of what was not brought again since the generation began, of a source that was received whole; `None`: there is no more.
pub(super) struct Sweep<'a, H> {
    pub(super) home: &'a H,
    pub(super) id: PartnerId,
    pub(super) generation: i64,
    pub(super) now: Time,
}

impl<H: Home> Transact for Sweep<'_, H> {
    const NAME: &'static str = "follow_sweep";
    type Output = Option<Gone>;
    type Error = FollowError;

    async fn run(&self, on: &mut Session) -> Result<Option<Gone>, FollowError> {
        self.home.lock(on).await?;
        let old = queries::old(on, self.id, self.generation, GONE_PER_TRANSACTION).await?;
        if old.is_empty() {
            return Ok(None);
        }
        forget(self.home, on, self.id, &old, self.now).await.map(Some)
    }
}

/// What went in one transaction.
#[derive(Default)]
pub(super) struct Gone {
    pub(super) records: u64,
    /// Entries that no record stands for any more.
    pub(super) entries: Vec<EntryId>,
}

/// Forgets records, and the entries that stood for them alone.
async fn forget<H: Home>(
    home: &H,
    on: &mut Session,
    source: PartnerId,
    records: &[(RecordDigest, EntryId)],
    now: Time,
) -> Result<Gone, FollowError> {
    let mut left = Vec::with_capacity(records.len());
    for (record, entry) in records {
        queries::forget_record(on, source, record).await?;
        left.push((*entry, RemoveReason::Expired));
    }
    let (entries, _) = let_go(home, on, source, left, now).await?;
    Ok(Gone { records: records.len() as u64, entries })
}

/// Takes away entries that no record stands for any more: gives them, and the number to wait for.
async fn let_go<H: Home>(
    home: &H,
    on: &mut Session,
    source: PartnerId,
    left: Vec<(EntryId, RemoveReason)>,
    now: Time,
) -> Result<(Vec<EntryId>, u64), FollowError> {
    let (mut gone, mut seen) = (Vec::new(), HashSet::new());
    for (entry, reason) in left {
        if seen.insert(entry) && queries::is_unheld(on, entry).await? {
            gone.push((entry, reason));
        }
    }
    let seq = home.let_go(on, source, &gone, now).await?;
    Ok((gone.into_iter().map(|(entry, _)| entry).collect(), seq))
}

/// A source is asked as soon as whoever follows it looks.
pub(super) struct Hasten {
    pub(super) id: PartnerId,
    pub(super) now: Time,
}

impl Transact for Hasten {
    const NAME: &'static str = "follow_hasten";
    type Output = ();
    type Error = FollowError;

    async fn run(&self, on: &mut Session) -> Result<(), FollowError> {
        Ok(queries::claim(on, self.id, self.now).await?)
    }
}

/// A turn is over.
pub(super) struct End<'a> {
    pub(super) source: &'a Claimed,
    pub(super) trouble: Option<&'a str>,
    pub(super) pause: std::time::Duration,
    pub(super) now: Time,
}

impl Transact for End<'_> {
    const NAME: &'static str = "follow_end";
    type Output = ();
    type Error = FollowError;

    async fn run(&self, on: &mut Session) -> Result<(), FollowError> {
        let pause = i64::try_from(self.pause.as_micros()).unwrap_or(i64::MAX);
        let due_at = Time::from_micros(self.now.as_micros().saturating_add(pause));
        let failures = if self.trouble.is_some() { self.source.failures.saturating_add(1) } else { 0 };
        // One that was given other credentials meanwhile is due again, whatever the old ones met.
        Ok(queries::end(on, self.source, due_at, self.trouble, failures).await?)
    }
}

/// A source is to go. `due_at`: when somebody else may take over who empties it.
pub(super) struct Begin {
    pub(super) id: PartnerId,
    pub(super) due_at: Time,
}

impl Transact for Begin {
    const NAME: &'static str = "follow_remove";
    type Output = ();
    type Error = FollowError;

    async fn run(&self, on: &mut Session) -> Result<(), FollowError> {
        Ok(queries::begin_removing(on, self.id, self.due_at).await?)
    }
}

/// Some of what a source that is to go still has; `None`: that was all, and it is gone.
pub(super) struct Empty<'a, H> {
    pub(super) home: &'a H,
    pub(super) id: PartnerId,
    pub(super) now: Time,
}

impl<H: Home> Transact for Empty<'_, H> {
    const NAME: &'static str = "follow_empty";
    type Output = Option<Gone>;
    type Error = FollowError;

    async fn run(&self, on: &mut Session) -> Result<Option<Gone>, FollowError> {
        self.home.lock(on).await?;
        let some = queries::some(on, self.id, GONE_PER_TRANSACTION).await?;
        if some.is_empty() {
            queries::forget(on, self.id).await?;
            self.home.give_up(on, self.id, self.now).await?;
            return Ok(None);
        }
        queries::claim(on, self.id, self.now.plus_seconds(CLAIM_SECONDS)).await?;
        forget(self.home, on, self.id, &some, self.now).await.map(Some)
    }
}

pub(super) fn seal_credentials(
    key: &NodeKey,
    id: PartnerId,
    credentials: &Credentials,
    rng: &mut impl rand::Rng,
) -> Vec<u8> {
    // Texts cannot fail.
    let plain = zeroize::Zeroizing::new(serde_json::to_vec(credentials).unwrap_or_default());
    key.seal(&context(OF_CREDENTIALS, id, &[]), &plain, rng)
}

fn seal_reference(
    key: &NodeKey,
    id: PartnerId,
    record: &RecordDigest,
    reference: &Reference,
    rng: &mut impl rand::Rng,
) -> Vec<u8> {
    key.seal(&context(OF_REFERENCE, id, record), &serde_json::to_vec(reference).unwrap_or_default(), rng)
}

/// What a record is called by its source.
pub(super) fn open_reference(key: &NodeKey, id: PartnerId, record: &RecordDigest, sealed: &[u8]) -> Option<Reference> {
    serde_json::from_slice(&key.open(&context(OF_REFERENCE, id, record), sealed).ok()?).ok()
}

fn context(what: &[u8], id: PartnerId, record: &[u8]) -> Vec<u8> {
    [what, &id.as_bytes()[..], record].concat()
}
