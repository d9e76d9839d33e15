//! Watching an issuer's key log, which anybody may do, and keeping a copy of it that others can read.
//!
//! The copy is a folder of the very files that the issuer serves, with one signature more below the checkpoint: that this mirror saw
//! it, when, and that it only grew (C2SP tlog-cosignature). Any web server can serve it; [`Monitor::router`] does.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use agetoken::IssuerName;
use axum::extract::{Path as Asked, State};
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::get;
use axum::{Router, middleware};
use ledger::{Cosigner, TilePath, Verifier};
use sealing::NodeKey;
use tokio::sync::Mutex;

use super::cors::readable_by_anybody;
use super::keylog::{KeyLog, LogError, LogSource};
use super::seconds;
use crate::clock::Clock;
use crate::http::{Problem, layers};

const MIRROR_LABEL: &[u8] = b"rempart log mirror";
const CHECKPOINT: &str = "checkpoint";

/// Somebody who watches a log. Cheap to clone.
#[derive(Clone)]
pub struct Monitor {
    inner: Arc<Inner>,
}

struct Inner {
    source: LogSource,
    folder: PathBuf,
    cosigner: Cosigner,
    clock: Clock,
    known: Mutex<KeyLog>,
}

/// What a look found, when nothing was wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Looked {
    /// Entries of the log.
    pub entries: u64,
    /// Of those, new since the last look.
    pub new: u64,
    /// Keys that the issuer offers now, all of them in the log.
    pub offered: usize,
}

/// Why a monitor does not start, or a look found something.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MonitorError {
    /// See [`LogError`]; some are alarms.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The folder cannot be read or written.
    #[error("the folder {0} cannot be used: {1}")]
    Folder(PathBuf, io::Error),
}

impl MonitorError {
    /// Whether somebody should be woken.
    pub const fn is_alarm(&self) -> bool {
        matches!(self, Self::Log(error) if error.is_alarm())
    }
}

impl Monitor {
    /// Over a folder that holds what was seen before, or nothing.
    ///
    /// # Errors
    /// See [`MonitorError`].
    pub fn open(
        source: LogSource,
        folder: &Path,
        name: &str,
        key: &NodeKey,
        clock: Clock,
    ) -> Result<Self, MonitorError> {
        let wrong = |error| MonitorError::Folder(folder.to_owned(), error);
        fs::create_dir_all(folder).map_err(wrong)?;
        let secret = key.digest(&[MIRROR_LABEL]);
        let cosigner =
            Cosigner::new(name, &secret).ok_or_else(|| LogError::OtherLog(format!("{name}, which is no name")))?;
        let mut known = KeyLog::new(source.issuer().clone());
        match fs::read_to_string(folder.join(CHECKPOINT)) {
            Ok(note) => known = source.kept(&known, &note, &read_entries(folder, &note).map_err(wrong)?)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(wrong(error)),
        }
        let inner = Inner { source, folder: folder.to_owned(), cosigner, clock, known: Mutex::new(known) };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// By which key its cosignatures are known.
    pub fn verifier(&self) -> Verifier {
        self.inner.cosigner.verifier()
    }

    /// Looks once. What is wrong changes nothing in the folder.
    ///
    /// # Errors
    /// See [`MonitorError`]; a fork, keys that are not logged, and two keys for one threshold and week are alarms.
    pub async fn look(&self) -> Result<Looked, MonitorError> {
        let inner = &self.inner;
        let mut known = inner.known.lock().await;
        let (log, mut note) = inner.source.look(&known).await?;
        let offered = inner.source.check_offered(&log).await?;
        inner.cosigner.cosign(&mut note, seconds(&inner.clock));
        write(&inner.folder, &log, &note.to_string())
            .map_err(|error| MonitorError::Folder(inner.folder.clone(), error))?;
        let looked = Looked { entries: log.size(), new: log.size() - known.size(), offered };
        *known = log;
        Ok(looked)
    }

    /// Serves the copy.
    pub fn router(&self) -> Router {
        let router = Router::new()
            .route("/healthz", get(crate::http::alive))
            .route("/log/{*path}", get(file))
            .layer(middleware::from_fn(readable_by_anybody));
        layers(router.with_state(self.clone()))
    }

    /// Whose log.
    pub fn issuer(&self) -> &IssuerName {
        self.inner.source.issuer()
    }
}

async fn file(State(monitor): State<Monitor>, Asked(path): Asked<String>) -> Result<impl IntoResponse, Problem> {
    let nothing = || Problem::not_found("this mirror has no such file; its checkpoint says how long the log is");
    let kind = if path == CHECKPOINT { "text/plain; charset=utf-8" } else { "application/octet-stream" };
    // A path that a log has, or none: nothing else of the disk can be asked for.
    if path != CHECKPOINT && path.parse::<TilePath>().is_err() {
        return Err(nothing());
    }
    let bytes = tokio::fs::read(monitor.inner.folder.join(&path)).await.map_err(|_| nothing())?;
    Ok(([(CONTENT_TYPE, kind)], bytes))
}

/// Tiles first, the checkpoint last and in one step: whoever reads meanwhile sees the log before or after.
fn write(folder: &Path, log: &KeyLog, note: &str) -> io::Result<()> {
    let entries = TilePath::all(None, log.size());
    let tiles = (0..8).flat_map(|level| TilePath::all(Some(level), log.size()));
    for path in entries.chain(tiles) {
        let file = folder.join(path.to_string());
        if file.exists() {
            continue;
        }
        if let (Some(parent), Some(bytes)) = (file.parent(), log.tile(&path)) {
            fs::create_dir_all(parent)?;
            fs::write(&file, bytes)?;
        }
    }
    let beside = folder.join("checkpoint.new");
    fs::write(&beside, note)?;
    fs::rename(beside, folder.join(CHECKPOINT))
}

/// Every entry that a kept checkpoint is for.
fn read_entries(folder: &Path, note: &str) -> io::Result<Vec<Vec<u8>>> {
    let damaged = || io::Error::from(io::ErrorKind::InvalidData);
    let size = note.lines().nth(1).and_then(|line| line.parse().ok()).ok_or_else(damaged)?;
    let mut entries = Vec::new();
    for path in TilePath::all(None, size) {
        let bundle = fs::read(folder.join(path.to_string()))?;
        let more = ledger::decode_entries(&bundle, path.width).map_err(|_| damaged())?;
        entries.extend(more.into_iter().map(<[u8]>::to_vec));
    }
    Ok(entries)
}
