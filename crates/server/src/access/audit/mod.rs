//! The log of who did what to which case: numbered, chained by hashes, without contents. See docs/design/0016-staff.md.
//!
//! A room calls [`record`] inside the transaction of the act, after its own writes. The head's row is locked until that
//! transaction ends, so rows are in the order of commits and without a hole.

mod queries;
mod verify;

use exchange::Time;
use sha2::{Digest, Sha256};

use super::staff::StaffId;
use crate::storage::{Session, StorageError};

pub use queries::{Row, SQL};
pub use verify::{Broken, Head, HeadError, Verified, verify};

/// Bytes of a hash of the chain.
pub const HASH_BYTES: usize = 32;
/// What the first row has before it.
pub const FIRST: [u8; HASH_BYTES] = [0; HASH_BYTES];
/// Days that a row is kept.
pub const KEPT_DAYS: i64 = 365;
/// Letters of an act's code, at most.
pub const ACT_BYTES_MAX: usize = 40;

/// Who did something.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Who {
    /// Somebody who works here or at a platform.
    Staff(StaffId),
    /// Whoever has database and node key in hand, at the command line.
    Operator,
    /// The node itself, because time had passed.
    Node,
    /// Somebody who is not signed in.
    Stranger,
}

impl Who {
    const fn code(self) -> [u8; 16] {
        // No UUIDv7 is one of these: its version is in the seventh byte.
        let mut code = [0; 16];
        match self {
            Self::Staff(id) => return *id.as_bytes(),
            Self::Operator => code[15] = 1,
            Self::Node => code[15] = 2,
            Self::Stranger => code[15] = 3,
        }
        code
    }

    fn from_code(code: [u8; 16]) -> Self {
        [Self::Operator, Self::Node, Self::Stranger]
            .into_iter()
            .find(|who| who.code() == code)
            .unwrap_or(Self::Staff(StaffId::from_bytes(code)))
    }
}

impl From<StaffId> for Who {
    fn from(id: StaffId) -> Self {
        Self::Staff(id)
    }
}

/// What was done, as a code that says no more than its kind: `case.taken`. A room has its acts as constants.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Act(&'static str);

impl Act {
    /// The act of this code: 1 to [`ACT_BYTES_MAX`] small letters, dots and underlines. Anything else does not compile where
    /// it is a constant.
    pub const fn new(code: &'static str) -> Self {
        let bytes = code.as_bytes();
        assert!(!bytes.is_empty() && bytes.len() <= ACT_BYTES_MAX, "an act's code is too long or empty");
        let mut at = 0;
        while at < bytes.len() {
            assert!(matches!(bytes[at], b'a'..=b'z' | b'.' | b'_'), "an act's code is of a to z, dots and underlines");
            at += 1;
        }
        Self(code)
    }

    /// The code.
    pub const fn code(self) -> &'static str {
        self.0
    }
}

/// Writes one row, in the transaction of the act. `about` is whatever it was done to: the id of a case, a person, a notice.
pub async fn record(
    on: &mut Session,
    at: Time,
    who: impl Into<Who>,
    act: Act,
    about: Option<[u8; 16]>,
) -> Result<(), StorageError> {
    let (last, before) = queries::lock(on).await?;
    let mut row =
        Row { seq: last + 1, at, who: who.into(), act: act.code().to_owned(), about, before, hash: [0; HASH_BYTES] };
    row.hash = hash(&row);
    queries::insert(on, &row).await
}

/// Rows, the newest first: at most this many, older than `below` where one is given, about one thing where one is given.
pub async fn rows(
    on: &mut Session,
    below: Option<i64>,
    about: Option<[u8; 16]>,
    most: u32,
) -> Result<Vec<Row>, StorageError> {
    queries::newest(on, below.unwrap_or(i64::MAX), about, most.into()).await
}

/// Drops rows that are older than [`KEPT_DAYS`], at most this many; the chain goes on from the last of them. Gives how many.
pub(crate) async fn drop_old(on: &mut Session, now: Time, most: u32) -> Result<u64, StorageError> {
    queries::drop_before(on, now.plus_seconds(-KEPT_DAYS * 86_400), most.into()).await
}

/// The hash of a row: over a label, the hash before it and every field, each of fixed length or preceded by its length.
fn hash(row: &Row) -> [u8; HASH_BYTES] {
    let mut digest = Sha256::new();
    digest.update(b"rempart audit 1");
    digest.update(row.before);
    digest.update(row.seq.to_be_bytes());
    digest.update(row.at.as_micros().to_be_bytes());
    digest.update(row.who.code());
    digest.update((row.act.len() as u64).to_be_bytes());
    digest.update(&row.act);
    match &row.about {
        Some(about) => digest.update([&[1], &about[..]].concat()),
        None => digest.update([0]),
    }
    digest.finalize().into()
}
