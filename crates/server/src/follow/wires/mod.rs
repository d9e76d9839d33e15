//! Each system's own way of being asked: a page after a cursor, and what goes back. Decoding is that of
//! [`exchange::dialects`]; here are addresses, credentials and the order of pages.

mod ncmec;
mod rempart;
mod stopncii;
mod tat;
mod threatexchange;

use exchange::dialects::{Flaw, Listed, Skipped, Stance};
use exchange::{Class, EntryId, Fingerprint, KeptReason, OutcomeId, OutcomeKind, RemoveReason, Tier, Time, View};
use serde::{Deserialize, Serialize};

use super::ask::{Asker, Trouble};
use super::cursor::Cursor;
use super::model::{FollowError, SourceKind};
use super::steps::Claimed;

/// What a page brought.
pub(super) struct Batch {
    pub(super) records: Vec<Record>,
    /// What was left out: where and why, never what.
    pub(super) skipped: Vec<String>,
    /// Where to go on.
    pub(super) cursor: Cursor,
    /// The source has no more for now.
    pub(super) is_over: bool,
}

/// A record as the source has it now.
pub(super) struct Record {
    /// Its name there.
    pub(super) key: String,
    /// `None`: it went.
    pub(super) put: Option<Put>,
    /// Why it went, as far as the source says.
    pub(super) reason: RemoveReason,
}

/// A record that stands.
pub(super) struct Put {
    pub(super) fingerprints: Vec<Fingerprint>,
    pub(super) views: Vec<View>,
    /// If the source says it.
    pub(super) class: Option<Class>,
    /// As far as the source stands for it.
    pub(super) tier: Tier,
    /// What it is called there when something goes back.
    pub(super) reference: Reference,
}

/// What a source calls a record when something goes back to it. Sealed at rest: it may be the hash.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Reference {
    /// By its value.
    Value(String),
    /// By member and name.
    Item {
        /// Whose.
        member: u64,
        /// Its name.
        id: String,
        /// The kind of fingerprint that is judged.
        kind: String,
    },
    /// By the numbers of what was said of it.
    Descriptors(Vec<String>),
    /// By its id on the other node.
    Entry(EntryId),
}

/// An outcome on its way back.
#[derive(Clone, Debug)]
pub(super) struct Said {
    pub(super) id: OutcomeId,
    pub(super) kind: OutcomeKind,
    pub(super) reason: Option<KeptReason>,
    pub(super) copies: u32,
    pub(super) at: Time,
    pub(super) reference: Reference,
}

impl Said {
    /// Whether it speaks for the entry; `None`: it is no judgement, and goes back to nobody who wants one.
    const fn agrees(&self) -> Option<bool> {
        match self.kind {
            OutcomeKind::Seen => None,
            OutcomeKind::Blocked | OutcomeKind::Removed => Some(true),
            OutcomeKind::Kept | OutcomeKind::Mistaken => Some(false),
        }
    }
}

/// A source's wire, for one turn.
pub(super) enum Wire {
    StopNcii(stopncii::StopNcii),
    Ncmec(ncmec::Ncmec),
    ThreatExchange(threatexchange::ThreatExchange),
    Tat(tat::Tat),
    Rempart(rempart::Rempart),
}

impl Wire {
    /// The wire of a source.
    pub(super) fn of(source: &Claimed) -> Result<Self, FollowError> {
        let (url, credentials) = (source.url.trim_end_matches('/').to_owned(), source.credentials.clone());
        Ok(match source.kind {
            SourceKind::StopNcii => Self::StopNcii(stopncii::StopNcii { url, credentials }),
            SourceKind::Ncmec => Self::Ncmec(ncmec::Ncmec { url, credentials }),
            SourceKind::ThreatExchange => Self::ThreatExchange(threatexchange::ThreatExchange::new(url, credentials)?),
            SourceKind::Tat => Self::Tat(tat::Tat { url, credentials, token: None }),
            SourceKind::Rempart => Self::Rempart(rempart::Rempart { url, credentials }),
        })
    }

    /// The page after the source's cursor.
    pub(super) async fn page(&mut self, ask: &Asker<'_>, source: &Claimed) -> Result<Batch, Trouble> {
        let cursor = source.cursor.clone();
        match self {
            Self::StopNcii(wire) => wire.page(ask, cursor).await,
            Self::Ncmec(wire) => wire.page(ask, cursor, source.failures).await,
            Self::ThreatExchange(wire) => wire.page(ask, cursor).await,
            Self::Tat(wire) => wire.page(ask, cursor).await,
            Self::Rempart(wire) => wire.page(ask, cursor).await,
        }
    }

    /// Says that everything up to the cursor is in force, where the source wants to know. That it does not hear stops nothing.
    pub(super) async fn acknowledge(&self, ask: &Asker<'_>, source: &Claimed) {
        if let Self::Rempart(wire) = self
            && let Err(trouble) = wire.acknowledge(ask, &source.cursor).await
        {
            tracing::warn!(source = %source.name, %trouble, "could not acknowledge");
        }
    }

    /// Says what was done. Gives whether there was anything to say.
    pub(super) async fn tell(&mut self, ask: &Asker<'_>, said: &Said) -> Result<bool, Trouble> {
        match self {
            Self::StopNcii(wire) => wire.tell(ask, said).await,
            Self::Ncmec(wire) => wire.tell(ask, said).await,
            Self::ThreatExchange(wire) => wire.tell(ask, said).await,
            Self::Tat(wire) => wire.tell(ask, said).await,
            Self::Rempart(wire) => wire.tell(ask, said).await,
        }
    }
}

/// A listed record in the terms of a home. What is contested there is for people to look at first; so is a lead.
fn record(listed: Listed, reference: Reference, reason: RemoveReason) -> Record {
    let Listed { key, fingerprints, class, stance, .. } = listed;
    let tier = match stance {
        Stance::Contested | Stance::Lead => Tier::Reported,
        Stance::Firm => Tier::Confirmed,
    };
    let put = (!fingerprints.is_empty()).then(|| Put { fingerprints, views: Vec::new(), class, tier, reference });
    Record { key, put, reason }
}

/// What was left out of a page. A kind that is not matched here is nothing to report.
fn left_out(skipped: &[Skipped]) -> Vec<String> {
    let ours = skipped.iter().filter(|skipped| skipped.flaw != Flaw::OtherKind);
    ours.map(|Skipped { position, flaw }| format!("record {position} of a page: {flaw}")).collect()
}

/// Reads a page, if need be with the records replaced that are no JSON.
fn decoded<Page>(
    body: &[u8],
    decode: impl Fn(&[u8]) -> Result<Page, exchange::dialects::DialectError>,
) -> Result<Page, Trouble> {
    decode(body).or_else(|error| match super::salvage::salvage(body) {
        Some(mended) => Ok(decode(&mended)?),
        None => Err(error.into()),
    })
}
