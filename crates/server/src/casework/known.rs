//! What is known of a case's pictures before anything is shown: from their fingerprints alone.

use std::collections::HashSet;

use exchange::{Class, EntryId, MatchKind, Matched, Parsed, Status, Tier};

use super::Casework;
use super::model::{CaseworkError, Work};
use super::queries::{self, Decision};
use crate::access::staff::Analyst;
use crate::bank;
use crate::intake::{CaseView, PictureState, PictureView};

/// Entries shown beside a picture, at most.
const KIN_MAX: usize = 10;

/// An entry that somebody looked at before, met by a picture.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Kin {
    /// Which.
    pub entry: EntryId,
    /// Its class.
    pub class: Class,
    /// How many looked.
    pub tier: Tier,
    /// Whether it stands.
    pub status: Status,
    /// Who contributed it.
    pub origin: String,
    /// How it was met.
    pub met: MatchKind,
    /// What our own desk said of it.
    pub decision: Option<Decision>,
}

impl Kin {
    /// Whether a verdict may rest on it.
    pub fn carries(&self) -> bool {
        self.decision.is_some() || (self.tier > Tier::Reported && self.status == Status::Active)
    }
}

/// A picture of a case, without being shown.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Picture {
    /// Its place in the case.
    pub position: i64,
    /// What it is in the bank; `None` where it is with us alone.
    pub entry: Option<EntryId>,
    /// How it stands there now; kept from whoever looks blind to another.
    pub stands: Option<(Tier, Status)>,
    /// What it meets that somebody decided on, the nearest first; `None` while the bank is loading.
    pub kin: Option<Vec<Kin>>,
    /// How many platforms met it.
    pub spread: usize,
}

impl Casework {
    /// What is known of a case's standing pictures. `blind`: whoever asks is not to learn what was said of this very case,
    /// so its own entries are as they were when it was sent.
    pub async fn pictures(
        &self,
        who: &Analyst,
        work: &Work,
        view: &CaseView,
        blind: bool,
    ) -> Result<Vec<Picture>, CaseworkError> {
        let standing: Vec<&PictureView> = standing(view).collect();
        let own: HashSet<EntryId> = standing.iter().filter_map(|picture| picture.held).map(|held| held.entry).collect();
        let mut pictures = Vec::with_capacity(standing.len());
        for picture in standing {
            let entry = picture.held.map(|held| held.entry);
            let question = match (entry, &picture.mark) {
                (Some(entry), _) => self.bank.question(who, entry).await?,
                (None, Some(mark)) => bank::question(mark.fingerprints.iter()),
                (None, None) => Parsed::default(),
            };
            let met = self.bank.met(who, question).await?;
            let mut kin = match met {
                Some(met) => Some(self.kin(who, met, &own).await?),
                None => None,
            };
            let mut stands = None;
            if let Some(held) = picture.held
                && let Some(now) = self.bank.known(who, held.entry).await?
            {
                stands = (!blind).then_some((now.tier, now.status));
                let decision = if blind { None } else { self.decision(held.entry).await? };
                if let Some(kin) = &mut kin
                    && (held.tier > Tier::Reported || decision.is_some())
                {
                    let status = if held.disputed { Status::Disputed } else { Status::Active };
                    let (entry, class, origin) = (held.entry, now.class, now.origin);
                    let itself = Kin { entry, class, tier: held.tier, status, origin, met: MatchKind::Exact, decision };
                    kin.insert(0, itself);
                }
            }
            let spread = match entry {
                Some(entry) => self.spread_of(entry).await?,
                None => 0,
            };
            pictures.push(Picture { position: picture.position, entry, stands, kin, spread });
        }
        let widest = pictures.iter().map(|picture| picture.spread).max().unwrap_or(0);
        self.note_spread(work, widest).await?;
        Ok(pictures)
    }

    /// What of these matches somebody decided on, but for the case's own.
    pub(super) async fn kin(
        &self,
        who: &Analyst,
        met: Vec<Matched>,
        own: &HashSet<EntryId>,
    ) -> Result<Vec<Kin>, CaseworkError> {
        let mut kin = Vec::new();
        for matched in met.into_iter().filter(|matched| !own.contains(&matched.entry)) {
            if kin.len() == KIN_MAX {
                break;
            }
            let decision = self.decision(matched.entry).await?;
            if matched.tier == Tier::Reported && decision.is_none() {
                continue;
            }
            let origin = self.bank.known(who, matched.entry).await?.map_or_else(String::new, |known| known.origin);
            let met = if matched.kind == exchange::Kind::Pdq {
                MatchKind::Near(matched.distance.into())
            } else {
                MatchKind::Exact
            };
            let Matched { entry, class, tier, status, .. } = matched;
            kin.push(Kin { entry, class, tier, status, origin, met, decision });
        }
        Ok(kin)
    }

    async fn decision(&self, entry: EntryId) -> Result<Option<Decision>, CaseworkError> {
        Ok(queries::decided(&mut self.database.read().await?, entry).await?)
    }

    /// How many platforms told of an entry.
    pub(super) async fn spread_of(&self, entry: EntryId) -> Result<usize, CaseworkError> {
        let outcomes = self.removal.outcomes(entry, None).await?;
        Ok(outcomes.iter().map(|outcome| outcome.partner.as_str()).collect::<HashSet<_>>().len())
    }
}

/// Pictures that were not taken back.
pub(super) fn standing(view: &CaseView) -> impl Iterator<Item = &PictureView> {
    view.pictures.iter().filter(|picture| !matches!(picture.state, PictureState::Withdrawn { .. }))
}
