//! What somebody may be shown of a file: decoded by a child that can do nothing else, kept in this process's memory for a
//! short while, given out in pieces.
//!
//! The child answers with grey samples and not with a file: nothing here parses what a hostile picture made of its decoder.

mod child;
mod tile;

use std::collections::HashMap;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use exchange::{Parsed, Time};
use sha2::{Digest, Sha256};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::Command;
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

use super::model::WorkId;
use crate::access::staff::StaffId;
use crate::intake::uploads::UploadId;

pub use child::child;
pub(super) use tile::{blurred, sharp};

/// The hidden subcommand.
pub const SUBCOMMAND: &str = "preview";
/// Samples of the longer side, at most.
pub const SIDE_MAX: u32 = 1_024;
/// A child that has not answered by then is ended.
const CHILD_SECONDS_MAX: u64 = 20;
/// Children at a time: each may take a gigabyte.
const CHILDREN_MAX: usize = 2;
/// A preview that nobody asked for so long is forgotten.
const KEPT_SECONDS: u64 = 120;
/// Previews that are kept, at most: a megabyte each.
const KEPT_MAX: usize = 32;
/// Samples, hashes and what stands before them, at most.
const ANSWER_BYTES_MAX: u64 = (SIDE_MAX * SIDE_MAX) as u64 + 1_024;

/// Which program decodes, and how it is called.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Program {
    /// Its path.
    pub path: PathBuf,
    /// What it is told.
    pub arguments: Vec<OsString>,
}

impl Program {
    /// This very program, which also after an update is the one that runs.
    pub fn this() -> Self {
        let path = if cfg!(target_os = "linux") {
            PathBuf::from("/proc/self/exe")
        } else {
            std::env::current_exe().unwrap_or_default()
        };
        Self { path, arguments: vec![SUBCOMMAND.into()] }
    }
}

/// Why there is nothing to be shown. The file is as it was.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum PreviewError {
    /// The file is no picture of a kind that is read here: a video, perhaps. Decide by what else there is.
    #[error("this is no picture that can be shown here")]
    NoPicture,
    /// It is larger than a preview may cost. Decide by what else there is.
    #[error("this picture is too large to be shown here")]
    TooLarge,
    /// The child was ended: it took too long or too much, or broke. Decide by what else there is.
    #[error("this picture could not be opened safely")]
    Broken,
    /// The file does not open with this key, or parts of it are gone. Ask somebody who was here when it came.
    #[error("this file does not open")]
    Shut,
    /// The preview was forgotten meanwhile. Open the file again.
    #[error("this preview is over")]
    Over,
}

/// What a child made of a file. Overwritten when it is dropped.
pub(super) struct Seen {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) samples: Zeroizing<Vec<u8>>,
    /// What the file is recognised by.
    pub(super) question: Parsed,
}

/// Previews that somebody is looking at, and children under way.
pub(super) struct Previews {
    program: Program,
    turns: Semaphore,
    kept: Mutex<HashMap<(StaffId, UploadId), Kept>>,
}

struct Kept {
    work: WorkId,
    seen: Arc<Seen>,
    used_at: Time,
}

impl Previews {
    pub(super) fn new(program: Program) -> Self {
        Self { program, turns: Semaphore::new(CHILDREN_MAX), kept: Mutex::default() }
    }

    /// The preview that this person looks at, if it is still kept.
    pub(super) fn get(&self, who: StaffId, upload: UploadId, now: Time) -> Option<Arc<Seen>> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|_, one| now.micros_since(one.used_at) < KEPT_SECONDS * 1_000_000);
        let one = kept.get_mut(&(who, upload))?;
        one.used_at = now;
        Some(one.seen.clone())
    }

    pub(super) fn keep(&self, who: StaffId, work: WorkId, upload: UploadId, seen: Arc<Seen>, now: Time) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= KEPT_MAX {
            let oldest = kept.iter().min_by_key(|(_, one)| one.used_at).map(|(key, _)| *key);
            oldest.map(|key| kept.remove(&key));
        }
        kept.insert((who, upload), Kept { work, seen, used_at: now });
    }

    /// Forgets what anybody looks at of a piece of work: it is decided.
    pub(super) fn forget(&self, work: WorkId) {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).retain(|_, one| one.work != work);
    }

    /// Forgets what nobody asks for any more.
    pub(super) fn tidy(&self, now: Time) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|_, one| now.micros_since(one.used_at) < KEPT_SECONDS * 1_000_000);
    }

    /// Has a child decode a file.
    pub(super) async fn make(&self, file: &Zeroizing<Vec<u8>>) -> Result<Seen, PreviewError> {
        // The semaphore is never closed.
        let _turn = self.turns.acquire().await.ok();
        let started = Command::new(&self.program.path)
            .args(&self.program.arguments)
            .env_clear()
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn();
        let mut child = started.map_err(|error| {
            tracing::error!(%error, "the preview's process does not start");
            PreviewError::Broken
        })?;
        let (Some(mut into), Some(from)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(PreviewError::Broken);
        };
        let mut answer = Zeroizing::new(Vec::new());
        let talk = async {
            let send = async {
                // It may end before it has read all.
                let _ = into.write_all(file).await;
                drop(into);
            };
            let mut from = from.take(ANSWER_BYTES_MAX + 1);
            let (_, read) = tokio::join!(send, from.read_to_end(&mut answer));
            read.ok();
            child.wait().await
        };
        let ended = tokio::time::timeout(Duration::from_secs(CHILD_SECONDS_MAX), talk).await;
        match ended.map(|status| status.ok().and_then(|status| status.code())) {
            Ok(Some(child::DONE)) => read(&answer, file).ok_or(PreviewError::Broken),
            Ok(Some(child::NO_PICTURE)) => Err(PreviewError::NoPicture),
            Ok(Some(child::TOO_LARGE)) => Err(PreviewError::TooLarge),
            _ => {
                tracing::warn!("the preview's process was ended");
                Err(PreviewError::Broken)
            }
        }
    }
}

/// Reads what a child answered: width and height (two bytes each), eight hashes, as many samples. Anything else is refused.
fn read(answer: &[u8], file: &[u8]) -> Option<Seen> {
    let (sides, rest) = answer.split_first_chunk::<4>()?;
    let (hashes, samples) = rest.split_at_checked(8 * 32)?;
    let width = u32::from(u16::from_be_bytes([sides[0], sides[1]]));
    let height = u32::from(u16::from_be_bytes([sides[2], sides[3]]));
    let fits = (1..=SIDE_MAX).contains(&width) && (1..=SIDE_MAX).contains(&height);
    if !fits || samples.len() != (width * height) as usize {
        return None;
    }
    let question = Parsed {
        pdq: hashes.chunks_exact(32).filter_map(|hash| hash.try_into().ok()).collect(),
        sha256: Some(Sha256::digest(file).into()),
        ..Parsed::default()
    };
    Some(Seen { width, height, samples: Zeroizing::new(samples.to_vec()), question })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(width: u16, height: u16, samples: usize) -> Vec<u8> {
        [&width.to_be_bytes()[..], &height.to_be_bytes(), &[5; 256], &vec![9; samples]].concat()
    }

    #[test]
    fn an_answer_is_read_whole_or_not_at_all() {
        let seen = read(&answer(3, 2, 6), b"file").unwrap();
        assert_eq!((seen.width, seen.height, seen.samples.len(), seen.question.pdq.len()), (3, 2, 6, 8));
        for (width, height, samples) in [(3, 2, 5), (3, 2, 7), (0, 2, 0), (1_025, 1, 1_025), (u16::MAX, u16::MAX, 10)] {
            assert!(read(&answer(width, height, samples), b"file").is_none(), "{width} x {height}");
        }
        assert!(read(&[], b"").is_none() && read(&answer(1, 1, 1)[..259], b"").is_none());
        assert!(read(&answer(SIDE_MAX as u16, 1, SIDE_MAX as usize), b"").is_some());
    }

    #[test]
    fn a_preview_is_one_persons_and_is_forgotten() {
        let previews = Previews::new(Program::this());
        let (ann, ben) = (StaffId::from_bytes([1; 16]), StaffId::from_bytes([2; 16]));
        let (work, upload) = (WorkId::from_slice(&[3; 16]).unwrap(), UploadId::from_bytes([4; 16]));
        let at = |seconds: i64| Time::from_micros(seconds * 1_000_000);
        let seen = || Arc::new(read(&answer(1, 1, 1), b"").unwrap());
        previews.keep(ann, work, upload, seen(), at(0));
        assert!(previews.get(ann, upload, at(119)).is_some() && previews.get(ben, upload, at(119)).is_none());
        assert!(previews.get(ann, upload, at(119 + 120)).is_none());
        previews.keep(ann, work, upload, seen(), at(0));
        previews.forget(work);
        assert!(previews.get(ann, upload, at(1)).is_none());
        for number in 0..2 * KEPT_MAX {
            let upload = UploadId::from_bytes([number as u8; 16]);
            previews.keep(ann, work, upload, seen(), at(number as i64));
        }
        assert_eq!(previews.kept.lock().unwrap().len(), KEPT_MAX);
        previews.tidy(at(1_000));
        assert_eq!(previews.kept.lock().unwrap().len(), 0);
    }
}
