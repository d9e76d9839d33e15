//! StopNCII.org's hash exchange, v1 (JSON).
//!
//! Worked from: the client in `threatexchange` 1.2.17 (PyPI) and its sample answers; the system's own document is given to
//! members only. `GET FetchHashes`, `POST SubmitHashes`, `POST SubmitFeedback` under a base such as `../v1`.
//!
//! What this wire cannot carry, of a bank of ours:
//! - SHA-256, an MD5 of a picture (its MD5 is a film's), a PDQ's quality, views: one hash is one record;
//! - which hashes belong to one picture;
//! - class and tier other than as tags of our vote; how far to block: its client always takes 31;
//! - the time of a change below a second;
//! - that an entry went, to the client of `threatexchange` up to 1.2.17, which looks for it in the wrong field.
//!
//! A value outside the lists below makes that client drop the record, so there is never one.

mod page;
mod requests;

pub use page::{Page, decode, encode, record};
pub use requests::{Feedback, Submission, decode_feedback, decode_submission, encode_feedback, encode_submission};

use crate::dialects::{Listed, Medium, PER_RECORD_MAX, Stance, class_among, sorted, value};
use crate::{Fingerprint, Kind};

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        #[allow(missing_docs, reason = "each is its own word on the wire")]
        pub enum $name { $($(#[$vdoc])* $variant,)+ }

        impl $name {
            /// Its word.
            pub const fn name(self) -> &'static str { match self { $(Self::$variant => $text,)+ } }

            /// The value of a word.
            pub fn from_name(name: &str) -> Option<Self> {
                match name { $($text => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

words! {
    /// What a hash is of.
    SignalType {
        Unknown = "Unknown",
        ImagePdq = "ImagePDQ",
        VideoMd5 = "VideoMD5",
        VideoTmk = "VideoTMK",
        Text = "Text",
        Url = "URL",
    }
}

words! {
    /// How a case or a hash stands.
    CaseStatus {
        Unknown = "Unknown",
        Received = "Received",
        Active = "Active",
        Withdrawn = "Withdrawn",
        Deleted = "Deleted",
    }
}

words! {
    /// A member's vote.
    Vote {
        Unknown = "Unknown",
        /// Tags without a vote.
        None = "None",
        QualityUnknown = "QualityUnknown",
        /// It was met.
        PendingReview = "PendingReview",
        /// Looked at, and it is what it is said to be.
        Blocked = "Blocked",
        /// Looked at, and perhaps it is not.
        NotBlocked = "NotBlocked",
        Withdrawn = "Withdrawn",
        Deleted = "Deleted",
    }
}

/// The tag of our own vote on a hash that was taken back.
pub const WITHDRAWN_TAG: &str = "Withdrawn";

/// One hash as it stands: a record replaces what was known of its type and value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Record {
    /// When it last changed, in seconds since 1970.
    pub second: i64,
    /// Of what.
    pub signal: SignalType,
    /// Lower-case hex for hashes.
    pub value: String,
    /// How it stands altogether.
    pub status: CaseStatus,
    /// How each case stands, by its number, sorted.
    pub cases: Vec<(String, CaseStatus)>,
    /// What members said.
    pub votes: Vec<MemberVote>,
}

/// What a member said of a hash.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MemberVote {
    /// Who.
    pub source: String,
    /// What.
    pub vote: Vote,
    /// In which words of its own.
    pub tags: Vec<String>,
}

impl SignalType {
    /// What a fingerprint is called here; `None`: this wire has no word for it.
    pub fn of(kind: Kind, medium: Medium) -> Option<Self> {
        match (kind, medium) {
            (Kind::Pdq, _) => Some(Self::ImagePdq),
            (Kind::Md5, Medium::Film) => Some(Self::VideoMd5),
            _ => None,
        }
    }
}

impl Record {
    /// The fingerprint, of a kind that we match.
    pub fn fingerprint(&self) -> Option<(Fingerprint, Medium)> {
        let (kind, medium) = match self.signal {
            SignalType::ImagePdq => (Kind::Pdq, Medium::Picture),
            SignalType::VideoMd5 => (Kind::Md5, Medium::Film),
            _ => return None,
        };
        Some((value(kind, &self.value).ok()?, medium))
    }

    /// What it says; `None` when it is of a kind that we do not match.
    pub fn listed(&self) -> Option<Listed> {
        let (fingerprint, medium) = self.fingerprint()?;
        let is_gone = matches!(self.status, CaseStatus::Withdrawn | CaseStatus::Deleted);
        let votes = |wanted: Vote| self.votes.iter().any(|vote| vote.vote == wanted);
        let stance = match (votes(Vote::Blocked), votes(Vote::NotBlocked)) {
            (_, true) => Stance::Contested,
            (true, false) => Stance::Firm,
            (false, false) => Stance::Lead,
        };
        let tags = self.votes.iter().flat_map(|vote| &vote.tags).map(String::as_str);
        Some(Listed {
            key: format!("{}:{}", self.signal.name(), self.value),
            class: class_among(tags),
            fingerprints: if is_gone { Vec::new() } else { vec![fingerprint] },
            medium,
            stance: if is_gone { Stance::Lead } else { stance },
            origins: if is_gone { Vec::new() } else { origins(&self.votes) },
            second: self.second,
        })
    }
}

fn origins(votes: &[MemberVote]) -> Vec<String> {
    sorted(votes.iter().take(PER_RECORD_MAX).map(|vote| vote.source.clone()).filter(|name| !name.is_empty()).collect())
}
