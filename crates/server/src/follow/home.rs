//! Where what sources list is kept: a node's bank, or a matcher's own file. The follower's tables are the same in both, and
//! so are its transactions ([`super::steps`]); what differs is what becomes of a record, and that is here.

use exchange::{Contribution, EntryId, PartnerId, RemoveReason, Time};

use super::model::FollowError;
use super::queries::RecordDigest;
use crate::bank::{self, Bank, Brought};
use crate::partners::{self, PartnerName};
use crate::storage::{Session, StorageError};

/// A home of sources' entries. What is given a session runs inside the follower's transactions, and may run again.
pub trait Home: Clone + Send + Sync + 'static {
    /// Records sealed and ready to be written.
    type Ready: Send + Sync;

    /// Seals contributions, each of which has passed its check, before a transaction begins. `records` names each.
    fn prepare(
        &self,
        records: &[RecordDigest],
        contributions: Vec<Contribution>,
    ) -> impl Future<Output = Result<Self::Ready, FollowError>> + Send;

    /// Keeps whoever else writes here waiting until the transaction ends.
    fn lock(&self, on: &mut Session) -> impl Future<Output = Result<(), StorageError>> + Send;

    /// Whether a source is not to be asked for now, however long ago it was.
    fn rests(&self, on: &mut Session, source: PartnerId) -> impl Future<Output = Result<bool, StorageError>> + Send;

    /// Makes sure that a contributor of this name is there; gives its id, or `None` when the name is taken.
    fn take_up(
        &self,
        on: &mut Session,
        id: PartnerId,
        name: &PartnerName,
        pass_on: bool,
        now: Time,
    ) -> impl Future<Output = Result<Option<PartnerId>, StorageError>> + Send;

    /// Writes records; gives the entries that they are, in order.
    fn put(
        &self,
        on: &mut Session,
        ready: &Self::Ready,
        source: PartnerId,
        now: Time,
    ) -> impl Future<Output = Result<Vec<EntryId>, FollowError>> + Send;

    /// Takes away entries that no record stands for any more; gives the number to wait for, if they are numbered.
    fn let_go(
        &self,
        on: &mut Session,
        source: PartnerId,
        gone: &[(EntryId, RemoveReason)],
        now: Time,
    ) -> impl Future<Output = Result<u64, FollowError>> + Send;

    /// The contributor's last entry is gone.
    fn give_up(
        &self,
        on: &mut Session,
        id: PartnerId,
        now: Time,
    ) -> impl Future<Output = Result<(), StorageError>> + Send;

    /// It is committed: goes on once it is searched. Without a number nobody waits.
    fn in_force(
        &self,
        source: PartnerId,
        ready: Option<Self::Ready>,
        gone: Vec<EntryId>,
        seq: u64,
    ) -> impl Future<Output = Result<(), FollowError>> + Send;
}

/// On a node a source is a contributor to the bank, and the bank's changes say what became of its records.
impl Home for Bank {
    type Ready = Brought;

    async fn prepare(&self, _: &[RecordDigest], contributions: Vec<Contribution>) -> Result<Brought, FollowError> {
        Ok(self.prepare_brought(contributions).await?)
    }

    async fn lock(&self, on: &mut Session) -> Result<(), StorageError> {
        bank::lock(on).await.map(drop)
    }

    async fn rests(&self, _: &mut Session, _: PartnerId) -> Result<bool, StorageError> {
        Ok(false)
    }

    async fn take_up(
        &self,
        on: &mut Session,
        id: PartnerId,
        name: &PartnerName,
        pass_on: bool,
        now: Time,
    ) -> Result<Option<PartnerId>, StorageError> {
        partners::ensure_source(on, id, name, pass_on, now).await
    }

    async fn put(
        &self,
        on: &mut Session,
        ready: &Brought,
        source: PartnerId,
        now: Time,
    ) -> Result<Vec<EntryId>, FollowError> {
        Ok(bank::bring(on, ready, source, now).await?)
    }

    async fn let_go(
        &self,
        on: &mut Session,
        _: PartnerId,
        gone: &[(EntryId, RemoveReason)],
        now: Time,
    ) -> Result<u64, FollowError> {
        Ok(bank::let_go(on, gone, now).await?)
    }

    async fn give_up(&self, on: &mut Session, id: PartnerId, now: Time) -> Result<(), StorageError> {
        partners::end_source(on, id, now).await
    }

    async fn in_force(&self, _: PartnerId, _: Option<Brought>, _: Vec<EntryId>, seq: u64) -> Result<(), FollowError> {
        self.stir();
        self.live().wait_for(seq).await;
        Ok(())
    }
}
