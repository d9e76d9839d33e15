//! Walking the chain: whether every row is the one that was written.

use std::fmt;
use std::str::FromStr;

use super::{FIRST, HASH_BYTES, hash, queries};
use crate::storage::{Database, StorageError};

/// Rows that are read at a time.
const ROWS_AT_A_TIME: i64 = 1_000;

/// The end of the chain, to be kept elsewhere: `number:hash`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Head {
    /// The last row's number; 0 when there is none.
    pub seq: i64,
    /// Its hash.
    pub hash: [u8; HASH_BYTES],
}

/// A text is no head.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a head is the number of a row, a colon and 64 hex digits, as `rempart log audit verify` prints it")]
pub struct HeadError;

/// What was walked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Verified {
    /// Rows that are there.
    pub rows: u64,
    /// The number of the last row that was dropped because of its age; 0 when none was.
    pub dropped: i64,
    /// The end of the chain.
    pub head: Head,
}

/// Where the chain breaks. What comes before that row is as it was written; keep the database as it is, and ask who could write to it.
#[derive(Debug, thiserror::Error)]
pub enum Broken {
    /// A row is missing where it should be.
    #[error("row {0} of the log is missing")]
    Missing(i64),
    /// A row was changed, or one before it was changed and hashed anew.
    #[error("row {0} of the log is not the one that was written: it does not follow from row {before}", before = .0 - 1)]
    Chain(i64),
    /// A row's contents are not those that were hashed.
    #[error("row {0} of the log was changed")]
    Changed(i64),
    /// The last row is not where the head says. Rows were cut off at the end, or added past the head.
    #[error("the log ends with row {found}, its head says {said}")]
    End {
        /// The last row that is there.
        found: i64,
        /// What the head says.
        said: i64,
    },
    /// The row at the head that was kept elsewhere is another one now, or gone: the whole chain was written anew.
    #[error("row {0} is not the one whose hash was kept elsewhere: the log was written anew")]
    Rewritten(i64),
    /// The head that was kept elsewhere is older than all rows that are kept. Compare with a newer one.
    #[error("row {0} is older than what the log keeps; compare with a head of the last year")]
    TooOld(i64),
    /// See [`StorageError`].
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// Walks the log from the first row that is kept to its head; with `kept`, also compares the row that it names.
pub async fn verify(database: &Database, kept: Option<Head>) -> Result<Verified, Broken> {
    let mut on = database.read().await?;
    let ends = queries::ends(&mut on).await?;
    let (mut seq, mut before, mut rows) = (ends.dropped_seq, ends.dropped_hash, 0);
    if let Some(kept) = kept
        && kept.seq < ends.dropped_seq
    {
        return Err(Broken::TooOld(kept.seq));
    }
    check_kept(kept, seq, &before)?;
    loop {
        let batch = queries::after(&mut on, seq, ROWS_AT_A_TIME).await?;
        if batch.is_empty() {
            break;
        }
        for row in batch {
            if row.seq != seq + 1 {
                return Err(Broken::Missing(seq + 1));
            }
            if row.before != before {
                return Err(Broken::Chain(row.seq));
            }
            if hash(&row) != row.hash {
                return Err(Broken::Changed(row.seq));
            }
            (seq, before, rows) = (row.seq, row.hash, rows + 1);
            check_kept(kept, seq, &before)?;
        }
    }
    if (seq, before) != (ends.seq, ends.hash) {
        return Err(Broken::End { found: seq, said: ends.seq });
    }
    if let Some(kept) = kept
        && kept.seq > seq
    {
        return Err(Broken::End { found: seq, said: kept.seq });
    }
    Ok(Verified { rows, dropped: ends.dropped_seq, head: Head { seq, hash: before } })
}

fn check_kept(kept: Option<Head>, seq: i64, hash: &[u8; HASH_BYTES]) -> Result<(), Broken> {
    match kept {
        Some(kept) if kept.seq == seq && kept.hash != *hash => Err(Broken::Rewritten(seq)),
        _ => Ok(()),
    }
}

impl Head {
    /// Of a log without rows.
    pub const NOTHING: Self = Self { seq: 0, hash: FIRST };
}

impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.seq, exchange::hex::encode(&self.hash))
    }
}

impl FromStr for Head {
    type Err = HeadError;

    fn from_str(text: &str) -> Result<Self, HeadError> {
        let (seq, digits) = text.trim().split_once(':').ok_or(HeadError)?;
        let seq = seq.parse().ok().filter(|seq| *seq >= 0).ok_or(HeadError)?;
        Ok(Self { seq, hash: exchange::hex::decode(digits).ok_or(HeadError)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_reads_back_as_it_was_printed_and_nothing_else_does() {
        let head = Head { seq: 12, hash: [0xab; HASH_BYTES] };
        assert_eq!(head.to_string().parse(), Ok(head));
        for text in ["", ":", "12", "12:", "-1:", &format!("x:{}", "ab".repeat(32)), &format!("1:{}", "ab".repeat(31))]
        {
            assert_eq!(text.parse::<Head>(), Err(HeadError), "{text}");
        }
    }
}
