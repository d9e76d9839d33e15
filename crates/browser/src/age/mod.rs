//! What the wallet page runs of `agetoken` and `ledger`: which keys are believed, batches on their way, and answers to a site.
//! Where the one-time keys are and what the issuer answers is the scripts' business: bytes come in, bytes go out.

mod batch;
mod keys;
mod question;
mod square;
#[cfg(test)]
mod tests;

pub use batch::Batch;
pub use keys::Keys;
pub use question::{Question, VoucherSays};
pub use square::square;

/// Why nothing came of it, as scripts are told: a word each, which the page has a text for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AgeError {
    /// Something is not in its form. Reload the page; if that does not help, the other side has changed.
    #[error("malformed")]
    Malformed,
    /// The log is not signed by its key, a key is not in it, or it breaks its rules. Ask for nothing.
    #[error("unlogged")]
    Unlogged,
    /// The log does not begin with what was seen of it before. Ask for nothing, and tell somebody.
    #[error("rewritten")]
    Rewritten,
    /// The log is shorter than it was: an old copy. Ask again later.
    #[error("older")]
    Older,
    /// There is no key for this age and week.
    #[error("no key")]
    NoKey,
    /// The issuer's answer is not what its key would have signed.
    #[error("unsigned")]
    Unsigned,
}

impl From<AgeError> for String {
    fn from(error: AgeError) -> Self {
        error.to_string()
    }
}
