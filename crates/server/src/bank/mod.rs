//! The bank: entries, the sequence of their changes, and the live index over them. The only owner of fingerprints.
//!
//! Every write takes the sequence's lock first, writes state and change in the same transaction and commits; so the
//! numbers are in commit order without a hole (docs/design/0002-the-spine.md). Everything that is read in bulk (feed,
//! snapshot, live index, counts) is a fold over the changes.
//!
//! Fingerprints are sealed in the database with the node's key. Without that key, or with another, [`Bank::open`]
//! refuses.

mod book;
mod brought;
mod check;
mod claims;
mod contribute;
mod dialects;
mod evidence;
mod feed;
mod fold;
mod live;
mod model;
mod queries;
mod rule;
mod sealed;
mod settle;
mod stored;
mod tend;
mod withheld;

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;

use exchange::{Agreement, BlockRadius, Entry, EntryId, Fingerprint, PartnerId, RemoveReason, Scope, Time};
use sealing::NodeKey;
use tokio::sync::watch;

use crate::access::{Contributor, Operator, Portal, Reader};
use crate::clock::{Clock, Entropy};
use crate::storage::{Database, NODE, Session, StorageError};

pub(crate) use brought::{Brought, bring, let_go, lock};
pub use check::Checked;
pub(crate) use claims::confirm;
pub use claims::{Audience, Claimed, PENDING_HOURS, Released, SQL as CLAIMS_SQL, Stands};
pub use contribute::{Contributed, Given, Idempotency, Placed};
pub use dialects::{
    CHANGES_PER_SECOND_MAX, Dialect, FAREWELL_DAYS, Reached, SQL as DIALECTS_SQL, Told, ToldPage, ValuePage,
};
pub use live::{Live, LiveSize};
pub use model::{BankError, Counts};
pub use queries::SQL;
pub use rule::Known;
pub(crate) use rule::{Ruling, class_of_standing, question, rule, tier_of_standing};
pub use stored::IndexForm;
pub(crate) use stored::{Keeping, Stand, open as open_index, store as store_index};
pub(crate) use tend::tend;
pub use withheld::SQL as WITHHELD_SQL;

/// How a bank is matched against.
#[derive(Clone, Debug)]
pub struct Rules {
    /// How far a verified entry may be blocked without a person.
    pub block_radius: BlockRadius,
    /// Views of an entry that are searched, at most.
    pub views_max: usize,
    /// Where the index is kept between two runs; `None`: it is made from the changes.
    pub index_file: Option<PathBuf>,
    /// How that file protects what is in it.
    pub index_form: IndexForm,
}

/// The room. Cheap to clone.
#[derive(Clone)]
pub struct Bank {
    database: Database,
    key: Arc<NodeKey>,
    clock: Clock,
    entropy: Entropy,
    block_radius: BlockRadius,
    /// Names this history of the sequence.
    epoch: [u8; 16],
    live: Arc<Live>,
    /// Held while changes are put into the index, and by whoever brings in what no change says.
    following: Arc<tokio::sync::Mutex<()>>,
    /// What of the live index is not for everyone.
    withheld: Arc<withheld::Withheld>,
    /// Where the index is kept, and what it is of.
    index: Option<Keeping>,
    /// Rises when somebody may have written: the fold looks then rather than at its next turn.
    stirred: Arc<watch::Sender<u64>>,
}

impl Bank {
    /// Opens the bank with its key. On a database that has no bank yet, sets one up under this key; on one that has,
    /// refuses any other key. Also gives the operator's right and the portal's.
    pub async fn open(
        database: Database,
        key: Arc<NodeKey>,
        rules: Rules,
        clock: Clock,
        entropy: Entropy,
    ) -> Result<(Self, Operator, Portal), BankError> {
        let setup = settle::SetUp { key: &key, now: clock.now(), entropy: &entropy };
        let (operator, portal, epoch) = database.run(&setup).await?;
        let stirred = Arc::new(watch::channel(0).0);
        let Rules { block_radius, views_max, index_file, index_form: form } = rules;
        let stand = feed::stand(block_radius, &epoch, views_max);
        let index = index_file.map(|file| Keeping { file, form, key: key.clone(), stand });
        let mut live = stored::open(index.clone(), views_max).await;
        if live.applied() > queries::head(&mut database.read().await?).await? {
            live = Live::new(views_max);
        }
        let withheld = Arc::new(withheld::Withheld::new(withheld::all(&mut database.read().await?).await?));
        let live = Arc::new(live);
        let following = Arc::default();
        let bank =
            Self { database, key, clock, entropy, block_radius, epoch, live, following, withheld, index, stirred };
        Ok((bank, operator, portal))
    }

    /// Whether a bank was set up in this database, and then whether this key opens it.
    pub async fn check_key(database: &Database, key: &NodeKey) -> Result<bool, BankError> {
        if !database.has_schema(&NODE).await? {
            return Ok(false);
        }
        match queries::key_check(&mut database.read().await?).await? {
            None => Ok(false),
            Some(check) if check == key.check() => Ok(true),
            Some(_) => Err(BankError::WrongKey),
        }
    }

    /// Whether a bank was set up in this database: a missing key file is then a loss, not a beginning.
    pub async fn is_set_up(database: &Database) -> Result<bool, StorageError> {
        Ok(database.has_schema(&NODE).await? && queries::key_check(&mut database.read().await?).await?.is_some())
    }

    /// The index that follows the changes.
    pub fn live(&self) -> &Arc<Live> {
        &self.live
    }

    /// Keeps the index for the next start, where one was set up for that.
    pub async fn store_index(&self) {
        if let Some(keeping) = self.index.clone()
            && self.live.is_ready()
        {
            stored::store(self.live.clone(), keeping, self.entropy.clone()).await;
        }
    }

    /// How advice is worked out.
    pub const fn block_radius(&self) -> BlockRadius {
        self.block_radius
    }

    /// The last number committed.
    pub async fn head(&self) -> Result<u64, StorageError> {
        queries::head(&mut self.database.read().await?).await
    }

    /// The last number committed in a database; 0 before a bank was set up there.
    pub async fn head_of(database: &Database) -> Result<u64, StorageError> {
        queries::head(&mut database.read().await?).await
    }

    /// When the change of this number was written.
    pub async fn written_at(&self, seq: u64) -> Result<Option<Time>, StorageError> {
        queries::written_at(&mut self.database.read().await?, seq).await
    }

    /// One entry as it stands; `None` when there is none or the reader may not know of it. Withdrawn entries are
    /// given without fingerprints.
    pub async fn entry(&self, reader: &Reader, id: EntryId) -> Result<Option<Entry>, BankError> {
        let mut on = self.database.read().await?;
        let row = queries::entry(&mut on, id, Some(reader.partner())).await?;
        let Some(row) = row.filter(|row| row.is_known_to(&reader.viewer())) else { return Ok(None) };
        // A key that may only ask must not read the fingerprints of what it met.
        let may_read = row.contributor == reader.member().partner || reader.member().scopes.has(Scope::Follow);
        let sealed = if may_read { queries::fingerprints_of(&mut on, id).await? } else { Vec::new() };
        Ok(Some(row.into_entry(sealed::open_all(&self.key, id, &sealed)?, self.block_radius)))
    }

    /// Ids of standing entries that hold exactly this fingerprint, found through its keyed digest.
    pub async fn holders(&self, fingerprint: &Fingerprint) -> Result<Vec<EntryId>, StorageError> {
        let digest = sealed::fingerprint_digest(&self.key, fingerprint);
        queries::holders(&mut self.database.read().await?, &digest).await
    }

    /// Who contributed an entry that the reader may know of: itself or another.
    pub async fn is_contributor(&self, reader: &Reader, id: EntryId) -> Result<Option<bool>, StorageError> {
        let row = queries::entry(&mut self.database.read().await?, id, Some(reader.partner())).await?;
        let known = row.filter(|row| row.is_known_to(&reader.viewer()));
        Ok(known.map(|row| row.contributor == reader.partner()))
    }

    /// Takes an entry back: its fingerprints are deleted, everyone who could see it is told to forget it. Only its
    /// contributor may. Again is the same as once. Returns the number of the change.
    pub async fn withdraw(&self, who: &Contributor, id: EntryId, reason: RemoveReason) -> Result<u64, BankError> {
        tracing::info!(partner = %who.partner(), key = %who.key(), entry = %id, %reason, "withdraws");
        self.settle(settle::Withdraw { who: Some(who), id, reason, now: self.clock.now() }).await
    }

    /// Takes back anybody's entry: for a court's order, or for a partner that is gone or not to be trusted.
    pub async fn withdraw_any(&self, _: &Operator, id: EntryId, reason: RemoveReason) -> Result<u64, BankError> {
        tracing::info!(entry = %id, %reason, "the operator withdraws");
        self.settle(settle::Withdraw { who: None, id, reason, now: self.clock.now() }).await
    }

    /// Ends a dispute: the entry stands again. The other answer to a dispute is to withdraw the entry.
    pub async fn uphold(&self, _: &Operator, id: EntryId) -> Result<u64, BankError> {
        tracing::info!(entry = %id, "the operator upholds");
        self.settle(settle::Uphold { id, now: self.clock.now() }).await
    }

    /// Says that the numbers in this database are another history from now on, as after a backup was restored:
    /// followers take a new snapshot, whatever their cursor.
    pub async fn renew_epoch(database: &Database, entropy: &Entropy) -> Result<(), BankError> {
        database.run(&settle::RenewEpoch { epoch: rand::RngExt::random(&mut entropy.rng()) }).await
    }

    /// Contests an entry that the contributor may see: it stays matched, and is never advised to be blocked, until
    /// its hotline has decided. Again is the same as once. Returns the number of the change.
    pub async fn dispute(&self, who: &Contributor, id: EntryId) -> Result<u64, BankError> {
        tracing::info!(partner = %who.partner(), key = %who.key(), entry = %id, "disputes");
        self.settle(settle::Dispute { who, id, now: self.clock.now() }).await
    }

    async fn settle<T>(&self, work: T) -> Result<u64, BankError>
    where
        T: crate::storage::Transact<Output = u64, Error = BankError>,
    {
        let seq = self.database.run(&work).await?;
        self.stir();
        self.live.wait_for(seq).await;
        Ok(seq)
    }

    /// Numbers of entries by class, tier and status.
    pub async fn counts(&self) -> Result<Vec<Counts>, StorageError> {
        queries::counts(&mut self.database.read().await?).await
    }

    /// Says that something may have been written.
    pub(crate) fn stir(&self) {
        self.stirred.send_modify(|turn| *turn = turn.wrapping_add(1));
    }

    /// Goes on when somebody says that something may have been written.
    pub fn stirrings(&self) -> watch::Receiver<u64> {
        self.stirred.subscribe()
    }
}

/// Keeps from a partner that joins what people do not show to newcomers. In the transaction that adds it, before it has a
/// key and after its row is there; takes the sequence's lock, so nobody contributes meanwhile.
pub(crate) async fn welcome(on: &mut Session, partner: PartnerId) -> Result<(), StorageError> {
    withheld::welcome(on, partner).await
}

/// The last number committed and the numbers of entries by class, tier and status, as one reading shows them.
pub(crate) async fn standing(on: &mut Session) -> Result<(u64, Vec<Counts>), StorageError> {
    Ok((queries::head(on).await?, queries::counts(on).await?))
}

/// When the changes of these numbers were written; numbers without a change are left out.
pub(crate) async fn times(on: &mut Session, seqs: &[u64]) -> Result<HashMap<u64, Time>, StorageError> {
    queries::times(on, seqs).await
}

/// Which of these entries a partner may know of: it contributed them, or its agreement shows them and nobody withholds
/// them from it. Inside another room's transaction.
pub(crate) async fn known_to(
    on: &mut Session,
    partner: PartnerId,
    agreement: &Agreement,
    ids: &[EntryId],
) -> Result<HashSet<EntryId>, StorageError> {
    let rows = queries::brief(on, ids, partner).await?;
    let is_shown = |row: &queries::Brief| agreement.sees(row.class, row.tier) && !row.is_withheld;
    let known = |row: &queries::Brief| row.contributor == partner || is_shown(row);
    Ok(rows.into_iter().filter(known).map(|row| row.id).collect())
}
