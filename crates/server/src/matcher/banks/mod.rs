//! The platform's own banks: what HMA's API makes here. They lie in the matcher's own file, sealed, and in an index of
//! their own that is searched with those of the nodes; a content matches as soon as the call that took it is answered.
//!
//! The file first, then what is in memory: what was answered survives a crash.

mod model;
mod queries;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use exchange::dialects::hma::{Bank, BankName, Ratio, SignalType};
use exchange::{EntryId, Time};
use sealing::NodeKey;
use tokio::sync::Mutex;

pub(super) use model::{Content, content_of};
pub use queries::SQL;

use crate::bank::Live;
use crate::clock::{Clock, Entropy};
use crate::compute::BrokenOff;
use crate::storage::{Database, StorageError};

/// Own banks, at most.
const BANKS_MAX: usize = 1_000;
/// Contents of own banks, at most.
const CONTENTS_MAX: usize = 5_000_000;
/// Rows of the file that are read at a time.
const ROWS_PER_PAGE: u32 = 4_096;

/// The room. Cheap to clone.
#[derive(Clone)]
pub(super) struct Banks {
    database: Database,
    key: Arc<NodeKey>,
    clock: Clock,
    entropy: Entropy,
    live: Arc<Live>,
    shelf: Arc<RwLock<Shelf>>,
    /// Held by whoever changes something, from the file to memory.
    changing: Arc<Mutex<()>>,
}

/// What an answer needs of them: kept in memory.
#[derive(Default)]
struct Shelf {
    banks: BTreeMap<BankName, Placed>,
    names: HashMap<i64, BankName>,
    contents: HashMap<u64, Shelved>,
    off: HashSet<&'static str>,
    newest: Option<Time>,
}

#[derive(Clone, Copy)]
struct Placed {
    id: i64,
    ratio: Ratio,
}

#[derive(Clone, Copy)]
struct Shelved {
    bank: i64,
    /// Seconds since 1970.
    disable_until: i64,
}

/// Where a content is.
pub(super) struct Whereabouts {
    pub(super) bank: Bank,
    pub(super) disable_until: i64,
}

/// Why own banks stay as they are.
#[derive(Debug, thiserror::Error)]
pub(super) enum BanksError {
    /// Another has the name. Choose another.
    #[error("bank already exists")]
    Exists,
    /// No such bank here.
    #[error("bank '{0}' not found")]
    NoBank(String),
    /// No such content in that bank.
    #[error("content {0} not found in that bank")]
    NoContent(u64),
    /// Too many. Remove some.
    #[error("there are at most {BANKS_MAX} banks and {CONTENTS_MAX} contents of them; remove some")]
    Full,
    /// A piece of the matcher's own work failed: a defect of ours. The index may be behind the file until the next start.
    #[error("a piece of the matcher's own work failed; restart it, and report this")]
    BrokenOff(#[from] BrokenOff),
    /// See [`StorageError`].
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl Banks {
    /// Opens what the file holds and puts it into the index.
    pub(super) async fn open(
        database: Database,
        key: Arc<NodeKey>,
        views_max: usize,
        clock: Clock,
        entropy: Entropy,
    ) -> Result<Self, StorageError> {
        let mut shelf = Shelf::default();
        let mut on = database.read().await?;
        for (id, name, ratio) in queries::banks(&mut on).await? {
            let name: BankName = name.parse().map_err(|_| StorageError::Damaged("a bank's name"))?;
            let ratio = Ratio::new(ratio).map_err(|_| StorageError::Damaged("a bank's ratio"))?;
            shelf.names.insert(id, name.clone());
            shelf.banks.insert(name, Placed { id, ratio });
        }
        let off = queries::off(&mut on).await?;
        shelf.off = SignalType::ALL
            .into_iter()
            .map(SignalType::name)
            .filter(|name| off.iter().any(|off| off == name))
            .collect();
        let (live, mut after) = (Arc::new(Live::new(views_max)), 0);
        loop {
            let rows = queries::contents(&mut on, after, ROWS_PER_PAGE).await?;
            let Some(last) = rows.last() else { break };
            after = last.id;
            let mut entries = Vec::with_capacity(rows.len());
            for row in rows {
                let Some(content) = Content::open(&key, row.id, &row.sealed) else {
                    // One damaged row must not take the protection from all others.
                    tracing::error!(content = row.id, "a content of an own bank does not open and is not matched");
                    metrics::counter!("rempart_unreadable_entries_total").increment(1);
                    continue;
                };
                shelf.contents.insert(row.id, Shelved { bank: row.bank, disable_until: row.disable_until });
                shelf.newest = shelf.newest.max(Some(row.created_at));
                entries.push(content.entry(row.id));
            }
            live.load(&entries);
        }
        drop(on);
        live.pack();
        live.set_ready();
        Ok(Self { database, key, clock, entropy, live, shelf: Arc::new(RwLock::new(shelf)), changing: Arc::default() })
    }

    /// The index over them.
    pub(super) const fn live(&self) -> &Arc<Live> {
        &self.live
    }

    /// Whether an entry of that index is to be met now; `only`: in one of these banks.
    pub(super) fn shows(&self, entry: EntryId, now: Time, only: Option<&HashSet<BankName>>) -> bool {
        let shelf = self.shelf();
        let Some(content) = content_of(entry).and_then(|id| shelf.contents.get(&id)) else { return false };
        let Some((name, placed)) = shelf.placed(content.bank) else { return false };
        let is_on = placed.ratio.is_on() && content.disable_until <= now.as_micros() / 1_000_000;
        is_on && only.is_none_or(|only| only.contains(name))
    }

    /// Every bank, by name.
    pub(super) fn all(&self) -> Vec<Bank> {
        self.shelf().banks.iter().map(|(name, placed)| bank(name, *placed)).collect()
    }

    /// One bank.
    pub(super) fn bank(&self, name: &str) -> Option<Bank> {
        let name: BankName = name.parse().ok()?;
        self.shelf().banks.get(&name).map(|placed| bank(&name, *placed))
    }

    /// Where a content is.
    pub(super) fn whereabouts(&self, content: u64) -> Option<Whereabouts> {
        let shelf = self.shelf();
        let Shelved { bank: id, disable_until } = *shelf.contents.get(&content)?;
        shelf.placed(id).map(|(name, placed)| Whereabouts { bank: bank(name, placed), disable_until })
    }

    /// How many contents there are, and when the newest came.
    pub(super) fn size(&self) -> (u64, Option<Time>) {
        let shelf = self.shelf();
        (shelf.contents.len() as u64, shelf.newest)
    }

    /// Whether signals of this type are looked for.
    pub(super) fn is_on(&self, signal: SignalType) -> bool {
        !self.shelf().off.contains(signal.name())
    }

    /// Makes a bank.
    pub(super) async fn add(&self, name: BankName, ratio: Ratio) -> Result<Bank, BanksError> {
        let _changing = self.changing.lock().await;
        if self.shelf().banks.len() >= BANKS_MAX {
            return Err(BanksError::Full);
        }
        let mut on = self.database.write().await?;
        let id = queries::add_bank(&mut on, name.as_str(), ratio.get(), self.clock.now()).await?;
        let id = id.ok_or(BanksError::Exists)?;
        on.commit().await?;
        let placed = Placed { id, ratio };
        let mut shelf = self.shelf_to_change();
        shelf.names.insert(id, name.clone());
        shelf.banks.insert(name.clone(), placed);
        Ok(bank(&name, placed))
    }

    /// Renames a bank, or changes how much it is matched for.
    pub(super) async fn edit(
        &self,
        name: &str,
        new_name: Option<BankName>,
        new_ratio: Option<Ratio>,
    ) -> Result<Bank, BanksError> {
        let _changing = self.changing.lock().await;
        let (before, placed) = self.found(name)?;
        let after = new_name.unwrap_or_else(|| before.clone());
        if after != before && self.shelf().banks.contains_key(&after) {
            return Err(BanksError::Exists);
        }
        let placed = Placed { ratio: new_ratio.unwrap_or(placed.ratio), ..placed };
        let mut on = self.database.write().await?;
        queries::edit_bank(&mut on, placed.id, after.as_str(), placed.ratio.get()).await?;
        on.commit().await?;
        let mut shelf = self.shelf_to_change();
        shelf.banks.remove(&before);
        shelf.names.insert(placed.id, after.clone());
        shelf.banks.insert(after.clone(), placed);
        Ok(bank(&after, placed))
    }

    /// Removes a bank with all that is in it. One that is not there is removed already.
    pub(super) async fn remove(&self, name: &str) -> Result<(), BanksError> {
        let _changing = self.changing.lock().await;
        let Ok((name, placed)) = self.found(name) else { return Ok(()) };
        let mut on = self.database.write().await?;
        let gone = queries::remove_bank(&mut on, placed.id).await?;
        on.commit().await?;
        {
            let mut shelf = self.shelf_to_change();
            shelf.banks.remove(&name);
            shelf.names.remove(&placed.id);
            shelf.contents.retain(|_, content| content.bank != placed.id);
        }
        self.forget(gone).await
    }

    /// Banks a content; gives its number.
    pub(super) async fn bank_content(&self, name: &str, content: &Content) -> Result<u64, BanksError> {
        let _changing = self.changing.lock().await;
        let (_, placed) = self.found(name)?;
        if self.shelf().contents.len() >= CONTENTS_MAX {
            return Err(BanksError::Full);
        }
        let now = self.clock.now();
        let mut on = self.database.write().await?;
        let id = queries::add_content(&mut on, placed.id, now).await?;
        queries::seal_content(&mut on, id, self.sealed(content, id)?).await?;
        on.commit().await?;
        {
            let mut shelf = self.shelf_to_change();
            shelf.contents.insert(id, Shelved { bank: placed.id, disable_until: 0 });
            shelf.newest = shelf.newest.max(Some(now));
        }
        let entry = content.entry(id);
        self.live.aside(move |live| live.load(std::slice::from_ref(&entry))).await?;
        Ok(id)
    }

    /// What a bank holds under this number.
    pub(super) async fn content(&self, name: &str, id: u64) -> Result<Content, BanksError> {
        self.is_in(name, id)?;
        let sealed = queries::content(&mut self.database.read().await?, id).await?;
        let sealed = sealed.ok_or(BanksError::NoContent(id))?;
        Content::open(&self.key, id, &sealed).ok_or(StorageError::Damaged("a content of an own bank").into())
    }

    /// Replaces a content's note, or until when it is not matched.
    pub(super) async fn edit_content(
        &self,
        name: &str,
        id: u64,
        disable_until: Option<i64>,
        note: Option<String>,
    ) -> Result<(), BanksError> {
        let _changing = self.changing.lock().await;
        let mut content = self.content(name, id).await?;
        let mut on = self.database.write().await?;
        if let Some(note) = note {
            content.note = Some(note).filter(|note| !note.is_empty());
            queries::seal_content(&mut on, id, self.sealed(&content, id)?).await?;
        }
        if let Some(until) = disable_until {
            queries::disable_content(&mut on, id, until).await?;
        }
        on.commit().await?;
        if let (Some(until), Some(shelved)) = (disable_until, self.shelf_to_change().contents.get_mut(&id)) {
            shelved.disable_until = until;
        }
        Ok(())
    }

    /// Removes a content; whether there was one.
    pub(super) async fn remove_content(&self, name: &str, id: u64) -> Result<bool, BanksError> {
        let _changing = self.changing.lock().await;
        self.found(name)?;
        if self.is_in(name, id).is_err() {
            return Ok(false);
        }
        let mut on = self.database.write().await?;
        queries::remove_content(&mut on, id).await?;
        on.commit().await?;
        self.shelf_to_change().contents.remove(&id);
        self.forget(vec![id]).await?;
        Ok(true)
    }

    /// Looks for signals of this type, or no longer.
    pub(super) async fn switch(&self, signal: SignalType, is_on: bool) -> Result<(), BanksError> {
        let _changing = self.changing.lock().await;
        let mut on = self.database.write().await?;
        queries::switch(&mut on, signal.name(), is_on).await?;
        on.commit().await?;
        let mut shelf = self.shelf_to_change();
        if is_on {
            shelf.off.remove(signal.name())
        } else {
            shelf.off.insert(signal.name())
        };
        Ok(())
    }

    fn sealed(&self, content: &Content, id: u64) -> Result<Vec<u8>, StorageError> {
        let sealed = content.seal(&self.key, id, &mut self.entropy.rng());
        sealed.ok_or(StorageError::Damaged("a content that is no JSON"))
    }

    async fn forget(&self, contents: Vec<u64>) -> Result<(), BanksError> {
        let entries: Vec<EntryId> = contents.into_iter().map(model::entry_of).collect();
        Ok(self.live.aside(move |live| live.forget(&entries)).await?)
    }

    fn found(&self, name: &str) -> Result<(BankName, Placed), BanksError> {
        let missing = || BanksError::NoBank(name.chars().take(exchange::dialects::hma::NAME_BYTES_MAX).collect());
        let known: BankName = name.parse().map_err(|_| missing())?;
        self.shelf().banks.get(&known).copied().map(|placed| (known, placed)).ok_or_else(missing)
    }

    fn is_in(&self, name: &str, id: u64) -> Result<(), BanksError> {
        let (_, placed) = self.found(name)?;
        let is_there = self.shelf().contents.get(&id).is_some_and(|content| content.bank == placed.id);
        if is_there { Ok(()) } else { Err(BanksError::NoContent(id)) }
    }

    fn shelf(&self) -> RwLockReadGuard<'_, Shelf> {
        self.shelf.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn shelf_to_change(&self) -> RwLockWriteGuard<'_, Shelf> {
        self.shelf.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shelf {
    fn placed(&self, id: i64) -> Option<(&BankName, Placed)> {
        let name = self.names.get(&id)?;
        Some((name, *self.banks.get(name)?))
    }
}

fn bank(name: &BankName, placed: Placed) -> Bank {
    Bank { name: name.clone(), matching_enabled_ratio: placed.ratio }
}
