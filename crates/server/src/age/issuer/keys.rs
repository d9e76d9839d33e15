//! Which keys there are, which are due, and how a new one gets into the log before anybody hears of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use agetoken::{
    BlindSigner, Epoch, IssuerName, IssuerSecret, KeyEntry, KeyId, KeyRing, PUBLISH_AHEAD_SECONDS, Threshold,
};
use ledger::{Checkpoint, Note, Signer};
use rand::rngs::StdRng;
use sealing::NodeKey;
use zeroize::Zeroizing;

use super::queries::{self, PutIdentity};
use super::{IssuerError, IssuerSettings};
use crate::age::identity::{new_secret, open_secret};
use crate::age::keylog::{KeyLog, log_name};
use crate::age::seconds;
use crate::clock::Clock;
use crate::storage::{Database, Session, StorageError, Transact};

/// A key is made a day before it must have been published, so that a night's outage does no harm.
const EARLIER_SECONDS: u64 = 86_400;
/// Tries at a key whose id does not end like another's of its time.
const TRIES_MAX: usize = 64;
const LOG_CONTEXT: &[u8] = b"age issuer: log";
const KEY_CONTEXT: &[u8] = b"age issuer: key";

/// The keys at one moment: log, secrets, and the signed checkpoint.
pub(super) struct Keys {
    log: KeyLog,
    signers: BTreeMap<KeyId, Arc<dyn BlindSigner>>,
    note: Note,
}

/// A new entry of the log, and the secret that goes with it.
pub(super) struct Made {
    entry: KeyEntry,
    secret: Option<IssuerSecret>,
}

/// The secret of the log's checkpoints, made at the first start.
pub(super) async fn identity(
    database: &Database,
    key: &NodeKey,
    settings: &IssuerSettings,
) -> Result<Zeroizing<[u8; 32]>, IssuerError> {
    if queries::identity(&mut database.read().await?).await?.is_none() {
        let mut rng = settings.entropy.rng();
        let log_secret = key.seal(LOG_CONTEXT, new_secret(&mut rng).as_ref(), &mut rng);
        let (name, check) = (settings.name.as_str(), key.check());
        database.run(&PutIdentity { name, key_check: check.as_bytes(), log_secret }).await?;
    }
    let there = queries::identity(&mut database.read().await?).await?;
    let (name, check, sealed) = there.ok_or(StorageError::Damaged("an issuer without its row"))?;
    if name != settings.name.as_str() {
        return Err(IssuerError::OtherName(name));
    }
    Ok(open_secret(key, &check, LOG_CONTEXT, &sealed)?)
}

/// The keys that should be there and are not, made. Takes some tenths of a second for each.
pub(super) fn due(
    before: &Keys,
    settings: &IssuerSettings,
    now: u64,
    rng: &mut StdRng,
) -> Result<Vec<Made>, IssuerError> {
    let (mut log, mut made) = (before.log.clone(), Vec::new());
    let mut epoch = Epoch::of(now);
    while epoch.begins() <= now + PUBLISH_AHEAD_SECONDS + EARLIER_SECONDS {
        for threshold in settings.thresholds.iter() {
            if log.ring().key(threshold, epoch).is_none() {
                made.push(make(&mut log, &settings.name, threshold, epoch, rng)?);
            }
        }
        epoch = epoch.next();
    }
    Ok(made)
}

fn make(
    log: &mut KeyLog,
    issuer: &IssuerName,
    threshold: Threshold,
    epoch: Epoch,
    rng: &mut StdRng,
) -> Result<Made, IssuerError> {
    for _ in 0..TRIES_MAX {
        let secret = IssuerSecret::generate(rng).map_err(|error| IssuerError::Keys(error.to_string()))?;
        let key = Box::new(secret.public().clone());
        let entry = KeyEntry::Published { issuer: issuer.clone(), threshold, epoch, key };
        // Refused when its id ends like that of another key of its time: then another is made.
        if log.append(&entry.encode()).is_ok() {
            return Ok(Made { entry, secret: Some(secret) });
        }
    }
    Err(IssuerError::Keys("no key that is told apart from the others could be made".to_owned()))
}

impl Keys {
    pub(super) async fn load(
        database: &Database,
        key: &NodeKey,
        settings: &IssuerSettings,
        signer: &Signer,
    ) -> Result<Self, IssuerError> {
        let mut session = database.read().await?;
        let (entries, secrets) = (queries::entries(&mut session).await?, queries::secrets(&mut session).await?);
        let mut log = KeyLog::new(settings.name.clone());
        for entry in &entries {
            log.append(entry).map_err(|error| IssuerError::Keys(error.to_string()))?;
        }
        let mut signers: BTreeMap<KeyId, Arc<dyn BlindSigner>> = BTreeMap::new();
        for (_, sealed) in secrets {
            let der =
                Zeroizing::new(key.open(KEY_CONTEXT, &sealed).map_err(|error| IssuerError::Keys(error.to_string()))?);
            let secret = IssuerSecret::from_pkcs8(&der).map_err(|error| IssuerError::Keys(error.to_string()))?;
            signers.insert(secret.public().id(), Arc::new(secret));
        }
        Ok(Self { note: signed(signer, &settings.name, &log), log, signers })
    }

    /// The same with new entries, and without the secrets that are over or taken back.
    pub(super) fn with(&self, made: &[Made], signer: &Signer, now: u64) -> Result<Self, IssuerError> {
        let (mut log, mut signers) = (self.log.clone(), self.signers.clone());
        for Made { entry, secret } in made {
            log.append(&entry.encode()).map_err(|error| IssuerError::Keys(error.to_string()))?;
            if let Some(secret) = secret {
                let copy = IssuerSecret::from_pkcs8(&secret.to_pkcs8());
                let copy = copy.map_err(|error| IssuerError::Keys(error.to_string()))?;
                signers.insert(copy.public().id(), Arc::new(copy));
            }
        }
        signers.retain(|id, _| log.ring().find(id).is_some_and(|(_, epoch, _)| now < epoch.ends()));
        let issuer = log.ring().issuer().clone();
        Ok(Self { note: signed(signer, &issuer, &log), log, signers })
    }

    pub(super) fn revocation(
        &self,
        issuer: &IssuerName,
        threshold: Threshold,
        epoch: Epoch,
    ) -> Result<Made, IssuerError> {
        let key = self.log.ring().key(threshold, epoch);
        let key = key.ok_or_else(|| IssuerError::Keys(format!("there is no key for {threshold} in week {epoch}")))?;
        let entry = KeyEntry::Revoked { issuer: issuer.clone(), threshold, epoch, key_id: key.id() };
        Ok(Made { entry, secret: None })
    }

    pub(super) fn size(&self) -> u64 {
        self.log.size()
    }

    pub(super) const fn log(&self) -> &KeyLog {
        &self.log
    }

    pub(super) const fn ring(&self) -> &KeyRing {
        self.log.ring()
    }

    pub(super) const fn note(&self) -> &Note {
        &self.note
    }

    pub(super) fn signer(&self, key: &KeyId) -> Option<Arc<dyn BlindSigner>> {
        self.signers.get(key).cloned()
    }

    /// For what a key signs now: from when it is published to the end of its week.
    pub(super) fn find_signing(&self, key: &KeyId, now: u64) -> Option<(Threshold, Epoch)> {
        let (threshold, epoch, _) = self.ring().find(key)?;
        (now < epoch.ends() && self.signers.contains_key(key)).then_some((threshold, epoch))
    }

    /// The one signing key whose id ends so. Weeks apart two may: the nearer week's is meant.
    pub(super) fn signing(&self, truncated: u8, now: u64) -> Option<KeyId> {
        let ends_so = self.signers.keys().filter(|id| id.truncated() == truncated);
        let signing = ends_so.filter_map(|id| self.find_signing(id, now).map(|(_, epoch)| (epoch, *id)));
        signing.min_by_key(|(epoch, _)| *epoch).map(|(_, id)| id)
    }

    /// The keys that clients may ask now: each with its week.
    pub(super) fn offered(&self, now: u64) -> Vec<(Threshold, Epoch, &agetoken::IssuerKey)> {
        let live =
            self.ring().live().filter(|(_, epoch, key)| now < epoch.ends() && self.signers.contains_key(&key.id()));
        let mut offered: Vec<_> = live.collect();
        offered.sort_by_key(|(threshold, epoch, _)| (*epoch, *threshold));
        offered
    }
}

fn signed(signer: &Signer, issuer: &IssuerName, log: &KeyLog) -> Note {
    signer.sign(&Checkpoint::of(&log_name(issuer), log.tree()).to_string())
}

/// A leaf of the log, the key it is about, that key's week, and the sealed key where it is ours.
type NewEntry = (Vec<u8>, KeyId, Epoch, Option<Vec<u8>>);

/// New entries and what is over, in one transaction.
pub(super) struct Write {
    first: u64,
    entries: Vec<NewEntry>,
    at: i64,
    signing: Epoch,
    counted: Epoch,
}

impl Write {
    pub(super) fn of(made: &[Made], first: u64, key: &NodeKey, clock: &Clock, rng: &mut StdRng) -> Self {
        let mut row = |Made { entry, secret }: &Made| {
            let (id, epoch) = match entry {
                KeyEntry::Published { key, epoch, .. } => (key.id(), *epoch),
                KeyEntry::Revoked { key_id, epoch, .. } => (*key_id, *epoch),
            };
            let sealed = secret.as_ref().map(|secret| key.seal(KEY_CONTEXT, &secret.to_pkcs8(), rng));
            (entry.encode(), id, epoch, sealed)
        };
        let entries = made.iter().map(&mut row).collect();
        // Counts go when nothing of their week is accepted any more.
        let (signing, at) = (Epoch::of(seconds(clock)), clock.now().as_micros());
        Self { first, entries, at, signing, counted: Epoch(signing.0.saturating_sub(1)) }
    }
}

impl Transact for Write {
    const NAME: &'static str = "write_age_keys";
    type Output = ();
    type Error = StorageError;

    async fn run(&self, on: &mut Session) -> Result<(), StorageError> {
        for (place, (entry, id, epoch, sealed)) in self.entries.iter().enumerate() {
            queries::put_entry(on, self.first + place as u64, entry, self.at).await?;
            match sealed {
                Some(sealed) => queries::put_secret(on, id.as_bytes(), *epoch, sealed).await?,
                None => queries::drop_secret(on, id.as_bytes()).await?,
            }
        }
        queries::drop_before(on, self.signing, self.counted).await
    }
}
