//! The one log of everything that happens to notices: numbered, chained by hashes, without contents. It is the stamp of
//! each approved text (its digest stands in the line) and what timelines, scorecards and reports are folded from.

use std::collections::{BTreeMap, HashMap};

use exchange::{NoticeId, Time};
use sha2::{Digest, Sha256};

use super::counting::{counted, drafted};
use super::model::{Event, NotNow, Standing, apply};
use super::queries::{self, Count, Line, Stored};
use crate::storage::{Database, Session, StorageError, Transient};

/// What the first line has before it.
pub const FIRST: [u8; 32] = [0; 32];
const LINES_PER_READ: i64 = 5_000;

/// The last line's number and link, locked until the transaction ends.
pub(crate) struct Head {
    seq: i64,
    link: [u8; 32],
}

impl Head {
    /// Locks the log. A notice that an event is to happen to is read after this, so that no two events meet.
    pub(crate) async fn lock(on: &mut Session) -> Result<Self, StorageError> {
        let (seq, link) = queries::lock_head(on, &FIRST).await?;
        Ok(Self { seq, link })
    }

    /// Lets an event happen: the line, the notice, the counts. False when it changed nothing.
    pub(crate) async fn step<E: From<NotNow> + From<StorageError>>(
        &mut self,
        on: &mut Session,
        notice: &mut Stored,
        event: Event,
        at: Time,
    ) -> Result<bool, E> {
        let after = apply(&notice.standing, event, at)?;
        if after == notice.standing {
            return Ok(false);
        }
        // Who approved at which minute is nobody's business on the disk.
        let told_at = if event == Event::Approved { super::model::to_the_hour(at) } else { at };
        let digest = if event == Event::Approved { notice.digest } else { None };
        let mut line = Line { seq: self.seq + 1, notice: notice.standing.id, at: told_at, event, digest, link: FIRST };
        line.link = link(&self.link, &line);
        queries::log(on, &line).await?;
        queries::update(on, &after).await?;
        for count in counted(&notice.standing, &after, event, at) {
            queries::count(on, &count).await?;
        }
        (self.seq, self.link) = (line.seq, line.link);
        notice.standing = after;
        Ok(true)
    }
}

/// A draft begins to count.
pub(crate) async fn begin(on: &mut Session, draft: &Standing) -> Result<(), StorageError> {
    queries::count(on, &drafted(draft)).await
}

/// Over a label, the link before and every field, each of fixed length or preceded by its length.
fn link(before: &[u8; 32], line: &Line) -> [u8; 32] {
    let (kind, detail) = line.event.codes();
    let mut digest = Sha256::new();
    digest.update(b"rempart notices 1");
    digest.update(before);
    digest.update(line.seq.to_be_bytes());
    digest.update(line.notice.as_bytes());
    digest.update(line.at.as_micros().to_be_bytes());
    digest.update(kind.to_be_bytes());
    digest.update(detail.to_be_bytes());
    match &line.digest {
        Some(of_text) => digest.update([&[1], &of_text[..]].concat()),
        None => digest.update([0]),
    }
    digest.finalize().into()
}

/// The log as it was walked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Walked {
    /// How many lines there are.
    pub lines: i64,
    /// The last link: to be kept elsewhere, it proves all before it.
    pub link: [u8; 32],
}

/// Where the log does not hold.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// A line is missing, changed or in another place: somebody wrote into the database. Restore a backup; compare heads that
    /// were kept.
    #[error("line {0} of the log of notices is not what was written")]
    Broken(i64),
    /// The head is not the last line's: lines were cut off at the end.
    #[error("the log of notices ends at line {0}, and its head says otherwise")]
    Cut(i64),
    /// See [`StorageError`].
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl Transient for LogError {
    fn is_transient(&self) -> bool {
        matches!(self, Self::Storage(error) if error.is_transient())
    }
}

/// Walks the whole log.
pub async fn walk(database: &Database) -> Result<Walked, LogError> {
    fold(database, |_| ()).await
}

/// Walks the whole log, handing each line over.
pub(crate) async fn fold(database: &Database, mut each: impl FnMut(&Line)) -> Result<Walked, LogError> {
    let mut on = database.read().await?;
    let (mut seq, mut before) = (0, FIRST);
    loop {
        let lines = queries::log_after(&mut on, seq, LINES_PER_READ).await?;
        if lines.is_empty() {
            break;
        }
        for line in lines {
            if line.seq != seq + 1 || line.link != link(&before, &line) {
                return Err(LogError::Broken(seq + 1));
            }
            each(&line);
            (seq, before) = (line.seq, line.link);
        }
    }
    match queries::head(&mut on).await? {
        None if seq == 0 => {}
        Some(head) if head == (seq, before) => {}
        _ => return Err(LogError::Cut(seq)),
    }
    Ok(Walked { lines: seq, link: before })
}

/// The counts that the log alone gives, for the notices that these drafts began as. What is stored must be the same.
pub async fn counts_anew(database: &Database, drafts: Vec<Standing>) -> Result<Vec<Count>, LogError> {
    let mut notices: HashMap<NoticeId, Standing> = drafts.into_iter().map(|draft| (draft.id, draft)).collect();
    let mut sums: BTreeMap<Count, i64> = BTreeMap::new();
    let mut add = |count: Count| {
        let amount = count.amount;
        *sums.entry(Count { amount: 0, ..count }).or_default() += amount;
    };
    notices.values().map(drafted).for_each(&mut add);
    fold(database, |line| {
        if let Some(before) = notices.get(&line.notice).cloned()
            && let Ok(after) = apply(&before, line.event, line.at)
        {
            counted(&before, &after, line.event, line.at).into_iter().for_each(&mut add);
            notices.insert(line.notice, after);
        }
    })
    .await?;
    Ok(sums.into_iter().map(|(count, amount)| Count { amount, ..count }).collect())
}
