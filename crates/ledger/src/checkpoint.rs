//! Checkpoints (C2SP tlog-checkpoint): which log, how long it is, and its root.

use std::fmt;
use std::str::FromStr;

use base64ct::{Base64, Encoding};

use crate::hash::{HASH_BYTES, Hash};
use crate::tree::Tree;

/// What a log commits to at one moment. Its text is what is signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log: one line, never empty; conventionally the address without `https://`.
    pub origin: String,
    /// How many entries.
    pub size: u64,
    /// The root over them.
    pub root: Hash,
}

/// The text is no checkpoint. The signature may still be good: ask another version of this program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is no checkpoint: an origin, a size and a root, a line each")]
pub struct CheckpointError;

impl Checkpoint {
    /// Of a tree as it stands.
    pub fn of(origin: &str, tree: &Tree) -> Self {
        let size = tree.size();
        // A tree has a root at its own size.
        Self { origin: origin.to_owned(), size, root: tree.root(size).unwrap_or_else(crate::empty_root) }
    }
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n{}\n{}", self.origin, self.size, Base64::encode_string(&self.root))
    }
}

impl FromStr for Checkpoint {
    type Err = CheckpointError;

    /// Lines after the third are extensions: they are signed, and not read here.
    fn from_str(text: &str) -> Result<Self, CheckpointError> {
        let mut lines = text.strip_suffix('\n').ok_or(CheckpointError)?.split('\n');
        let mut line = || lines.next().filter(|line| !line.is_empty()).ok_or(CheckpointError);
        let (origin, digits, base64) = (line()?, line()?, line()?);
        let size: u64 = digits.parse().map_err(|_| CheckpointError)?;
        let mut root = [0; HASH_BYTES];
        let decoded = Base64::decode(base64, &mut root).map_err(|_| CheckpointError)?;
        let is_plain = size.to_string() == digits && decoded.len() == HASH_BYTES;
        if is_plain && lines.all(|line| !line.is_empty()) {
            Ok(Self { origin: origin.to_owned(), size, root })
        } else {
            Err(CheckpointError)
        }
    }
}
