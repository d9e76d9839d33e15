//! An issuer's key log: what it serves, and what everybody else follows and checks. Whoever follows keeps every entry, so that a
//! log which takes one back, changes one or shows two faces is found out at the next look.

use std::time::Duration;

use agetoken::{ENTRY_BYTES_MAX, IssuerName, KeyEntry, KeyRing, RingError};
use ledger::{Checkpoint, NOTE_BYTES_MAX, Note, NoteError, TILE_WIDTH, TilePath, Tree, Verifier, decode_entries};

use crate::http::{ClientError, client};

/// Bytes of a full bundle of entries, at most.
const BUNDLE_BYTES_MAX: usize = TILE_WIDTH as usize * (2 + ENTRY_BYTES_MAX);
/// Entries that a follower takes in, at most: a thousand years of four keys a week.
pub const LOG_ENTRIES_MAX: u64 = 250_000;
const CALL_TIMEOUT: Duration = Duration::from_secs(30);

/// A log as far as it is known here: every entry so far, checked.
#[derive(Clone, Debug)]
pub struct KeyLog {
    entries: Vec<Vec<u8>>,
    tree: Tree,
    ring: KeyRing,
}

/// Where a log is, and by whose signature it is known.
#[derive(Clone)]
pub struct LogSource {
    http: reqwest::Client,
    /// The issuer's or a mirror's address, without a slash at the end.
    base: String,
    issuer: IssuerName,
    key: Verifier,
}

/// Why a log is not believed. Those that are an [`alarm`](LogError::is_alarm) are for a person: the issuer, or somebody in
/// between, does not treat everybody alike.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LogError {
    /// Nobody answered, or not with a log. Check the address, and that it runs.
    #[error("no log at {0}: {1}")]
    Unreachable(String, String),
    /// The address is none.
    #[error("{0:?} is no address: write https://host or http://host:port")]
    Address(String),
    /// See [`ClientError`].
    #[error(transparent)]
    Client(#[from] ClientError),
    /// Not signed by the log's key, or not as it stands.
    #[error("the checkpoint is not believed: {0}")]
    Note(#[from] NoteError),
    /// Signed, and of another log or in another form.
    #[error("the checkpoint is of another log than {0}")]
    OtherLog(String),
    /// It ends before what was already seen, though what there is agrees: an old copy.
    #[error("the log shows {shown} entries and had {seen}: an old copy")]
    Older {
        /// How long it was.
        seen: u64,
        /// How long it says it is.
        shown: u64,
    },
    /// What is signed now does not contain what was seen before: two faces.
    #[error(
        "the log was rewritten: what it signs at {shown} entries does not begin with the {seen} that it showed before"
    )]
    Forked {
        /// How much was seen.
        seen: u64,
        /// How long it says it is.
        shown: u64,
    },
    /// An entry that is none.
    #[error("entry {0} of the log is of no form that is known")]
    Entry(u64),
    /// The entries break the rules of a key log.
    #[error("entry {place} of the log breaks its rules: {error}")]
    Ring {
        /// Which entry.
        place: u64,
        /// Which rule.
        error: RingError,
    },
    /// Keys that are offered are not in the log.
    #[error("the issuer offers a key that is not in its log: {0}")]
    Unlogged(String),
    /// Longer than a log may be.
    #[error("the log has more than {LOG_ENTRIES_MAX} entries")]
    TooLong,
}

impl LogError {
    /// Whether it can only come of dishonesty or of a grave fault.
    pub const fn is_alarm(&self) -> bool {
        matches!(
            self,
            Self::Note(_)
                | Self::OtherLog(_)
                | Self::Forked { .. }
                | Self::Entry(_)
                | Self::Ring { .. }
                | Self::Unlogged(_)
        )
    }
}

/// How the log of an issuer calls itself.
pub fn log_name(issuer: &IssuerName) -> String {
    format!("{issuer}/age-keys")
}

impl KeyLog {
    /// Nothing known yet.
    pub fn new(issuer: IssuerName) -> Self {
        Self { entries: Vec::new(), tree: Tree::default(), ring: KeyRing::new(issuer) }
    }

    /// Takes one more entry in, if it keeps the rules.
    pub fn append(&mut self, bytes: &[u8]) -> Result<(), LogError> {
        let place = self.size();
        if place == LOG_ENTRIES_MAX {
            return Err(LogError::TooLong);
        }
        let entry = KeyEntry::decode(bytes).map_err(|_| LogError::Entry(place))?;
        self.ring.apply(&entry).map_err(|error| LogError::Ring { place, error })?;
        self.tree.push(bytes);
        self.entries.push(bytes.to_vec());
        Ok(())
    }

    /// The log as a note says it is, from what is known and what was added since.
    ///
    /// # Errors
    /// Whatever keeps it from being believed; nothing is taken in then.
    pub fn followed<E: AsRef<[u8]>>(&self, note: &Note, key: &Verifier, added: &[E]) -> Result<Self, LogError> {
        let checkpoint = checkpoint(note, key, self.ring.issuer())?;
        let (seen, shown) = (self.size(), checkpoint.size);
        if shown < seen {
            let agrees = self.tree.root(shown) == Some(checkpoint.root);
            return Err(if agrees { LogError::Older { seen, shown } } else { LogError::Forked { seen, shown } });
        }
        let mut next = self.clone();
        for entry in added.iter().take(usize::try_from(shown - seen).unwrap_or(usize::MAX)) {
            next.append(entry.as_ref())?;
        }
        if next.tree.root(shown) == Some(checkpoint.root) { Ok(next) } else { Err(LogError::Forked { seen, shown }) }
    }

    /// Entries so far.
    pub fn size(&self) -> u64 {
        self.tree.size()
    }

    /// Each entry's bytes.
    pub fn entries(&self) -> &[Vec<u8>] {
        &self.entries
    }

    /// The tree over them.
    pub const fn tree(&self) -> &Tree {
        &self.tree
    }

    /// The keys that come of them.
    pub const fn ring(&self) -> &KeyRing {
        &self.ring
    }

    /// A tile or bundle, as it is served; `None` when there is no such one.
    pub fn tile(&self, path: &TilePath) -> Option<Vec<u8>> {
        if path.level.is_some() {
            return path.of_tree(&self.tree);
        }
        let from = usize::try_from(path.index.checked_mul(TILE_WIDTH)?).ok()?;
        let entries = self.entries.get(from..from.checked_add(usize::try_from(path.width).ok()?)?)?;
        ledger::encode_entries(entries.iter().map(Vec::as_slice))
    }
}

/// What a note says of an issuer's log, if the log's key signed it.
fn checkpoint(note: &Note, key: &Verifier, issuer: &IssuerName) -> Result<Checkpoint, LogError> {
    let name = log_name(issuer);
    let text = note.signed_by(key)?;
    let checkpoint: Checkpoint = text.parse().map_err(|_| LogError::OtherLog(name.clone()))?;
    if checkpoint.origin == name { Ok(checkpoint) } else { Err(LogError::OtherLog(name)) }
}

impl LogSource {
    /// The log of an issuer at an address.
    pub fn new(base: &str, issuer: IssuerName, key: Verifier) -> Result<Self, LogError> {
        let base = base.trim().trim_end_matches('/').to_owned();
        let is_http = reqwest::Url::parse(&base).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
        if is_http { Ok(Self { http: client()?, base, issuer, key }) } else { Err(LogError::Address(base)) }
    }

    /// Whose log.
    pub const fn issuer(&self) -> &IssuerName {
        &self.issuer
    }

    /// The log as it was kept: every entry, and the note that was believed then.
    ///
    /// # Errors
    /// When it is not believed, as after another log key was set.
    pub fn kept(&self, empty: &KeyLog, note: &str, entries: &[Vec<u8>]) -> Result<KeyLog, LogError> {
        empty.followed(&note.parse()?, &self.key, entries)
    }

    /// Looks again: the log as it is now, and the note that says so.
    ///
    /// # Errors
    /// Whatever keeps it from being believed.
    pub async fn look(&self, known: &KeyLog) -> Result<(KeyLog, Note), LogError> {
        let text = self.fetch("log/checkpoint", NOTE_BYTES_MAX).await?;
        let text = String::from_utf8(text).map_err(|_| NoteError::Malformed)?;
        let note: Note = text.parse()?;
        let size = checkpoint(&note, &self.key, &self.issuer)?.size;
        if size > LOG_ENTRIES_MAX {
            return Err(LogError::TooLong);
        }
        let mut added = Vec::new();
        for path in TilePath::all(None, size).filter(|path| path.index * TILE_WIDTH + path.width > known.size()) {
            let bundle = self.fetch(&format!("log/{path}"), BUNDLE_BYTES_MAX).await?;
            let entries = decode_entries(&bundle, path.width)
                .map_err(|error| LogError::Unreachable(self.base.clone(), error.to_string()))?;
            let already = known.size().saturating_sub(path.index * TILE_WIDTH);
            added.extend(entries.into_iter().skip(usize::try_from(already).unwrap_or(usize::MAX)).map(<[u8]>::to_vec));
        }
        Ok((known.followed(&note, &self.key, &added)?, note))
    }

    /// Checks that every key which the issuer offers to clients is in the log, and is one that was not revoked.
    ///
    /// # Errors
    /// [`LogError::Unlogged`] for the first that is not.
    pub async fn check_offered(&self, log: &KeyLog) -> Result<usize, LogError> {
        #[derive(serde::Deserialize)]
        #[serde(rename_all = "kebab-case")]
        struct Directory {
            token_keys: Vec<Offered>,
        }
        #[derive(serde::Deserialize)]
        #[serde(rename_all = "kebab-case")]
        struct Offered {
            token_key: String,
        }
        let bytes = self.fetch(".well-known/private-token-issuer-directory", DIRECTORY_BYTES_MAX).await?;
        let directory: Directory = serde_json::from_slice(&bytes)
            .map_err(|_| LogError::Unreachable(self.base.clone(), "its directory cannot be read".to_owned()))?;
        for offered in &directory.token_keys {
            let known: Vec<String> = log.ring().live().map(|(_, _, key)| super::issuer::key_text(key)).collect();
            if !known.iter().any(|known| known.trim_end_matches('=') == offered.token_key.trim_end_matches('=')) {
                return Err(LogError::Unlogged(offered.token_key.chars().skip(120).take(24).collect()));
            }
        }
        Ok(directory.token_keys.len())
    }

    async fn fetch(&self, path: &str, bytes_max: usize) -> Result<Vec<u8>, LogError> {
        let unreachable = |why: &dyn std::fmt::Display| LogError::Unreachable(self.base.clone(), why.to_string());
        let request = self.http.get(format!("{}/{path}", self.base)).timeout(CALL_TIMEOUT);
        let mut response = request.send().await.map_err(|error| unreachable(&error))?;
        if !response.status().is_success() {
            return Err(unreachable(&response.status()));
        }
        let mut body = Vec::new();
        while let Some(piece) = response.chunk().await.map_err(|error| unreachable(&error))? {
            if body.len() + piece.len() > bytes_max {
                return Err(unreachable(&"its answer is longer than any may be"));
            }
            body.extend_from_slice(&piece);
        }
        Ok(body)
    }
}

/// Bytes of an issuer's directory, at most.
const DIRECTORY_BYTES_MAX: usize = 64 * 1024;
