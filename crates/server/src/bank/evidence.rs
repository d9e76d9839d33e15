//! How a query met an entry, and whether that is enough to block without a person looking.
//!
//! The whole picture's hash within the entry's radius is, and so is an exact digest. A view is less: a crop of a picture
//! may resemble a stranger's. So what was met through a view alone is for review, unless two independent views agree: of
//! different families (a left crop and a small turn, say, but not two left crops), and with hashes so far apart that they
//! would not match one another. Otherwise it is one meeting seen twice.

use exchange::{Advice, Kind, MatchKind, Orientation, RADIUS_FIRM_MAX};
use hamming::{Code, Match, Slot, Snapshot};

/// What of an entry is held in a place of the index.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    /// The fingerprint at this place, from 0.
    Fingerprint(u8),
    /// The view of this code.
    View(u8),
}

/// One meeting of a query and an entry.
#[derive(Clone, Copy)]
pub(super) struct Met {
    pub(super) kind: Kind,
    pub(super) distance: u8,
    pub(super) mark: Mark,
    /// Of PDQ, where the hash is that was met.
    slot: Option<Slot>,
    /// The query met without what surrounds it.
    pub(super) trimmed: bool,
    pub(super) orientation: Orientation,
}

/// All meetings of a query with one entry.
#[derive(Default)]
pub(super) struct Evidence {
    /// The exact one, or else the nearest.
    pub(super) nearest: Option<Met>,
    exact: bool,
    /// The nearest of the whole picture with the whole picture.
    whole: Option<u8>,
    /// Of each family of views the nearest; few.
    families: Vec<(Family, Met)>,
}

/// What makes views nearly the same hash.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Family {
    /// The whole picture, met by a query without what surrounds it.
    Trimmed,
    /// Views of one kind.
    View(fingerprint::Family),
    /// A view that is not known here: all of them together count as one.
    Unknown,
}

impl Met {
    pub(super) const fn exactly(kind: Kind, position: u8) -> Self {
        let (mark, orientation) = (Mark::Fingerprint(position), Orientation::Original);
        Self { kind, distance: 0, mark, slot: None, trimmed: false, orientation }
    }

    pub(super) const fn nearly(found: Match, mark: Mark, trimmed: bool, orientation: Orientation) -> Self {
        // The radius is at most 60, so the distance fits.
        Self { kind: Kind::Pdq, distance: found.distance as u8, mark, slot: Some(found.slot), trimmed, orientation }
    }

    /// Exact before near, near before far, the whole picture before a view, as it is before turned.
    fn rank(&self) -> (bool, u8, bool, bool, Orientation) {
        let is_view = matches!(self.mark, Mark::View(_));
        (self.kind == Kind::Pdq, self.distance, is_view, self.trimmed, self.orientation)
    }
}

impl Evidence {
    pub(super) fn add(&mut self, met: Met) {
        if self.nearest.is_none_or(|known| met.rank() < known.rank()) {
            self.nearest = Some(met);
        }
        let family = match (met.kind, met.mark, met.trimmed) {
            (Kind::Sha256 | Kind::Md5, ..) => {
                self.exact = true;
                return;
            }
            (Kind::Pdq, Mark::Fingerprint(_), false) => {
                self.whole = Some(self.whole.map_or(met.distance, |known| known.min(met.distance)));
                return;
            }
            (Kind::Pdq, Mark::Fingerprint(_), true) => Family::Trimmed,
            (Kind::Pdq, Mark::View(code), _) => {
                fingerprint::View::from_code(code).map_or(Family::Unknown, |view| Family::View(view.family()))
            }
        };
        match self.families.iter_mut().find(|(known, _)| *known == family) {
            Some((_, known)) if known.distance <= met.distance => {}
            Some((_, known)) => *known = met,
            None => self.families.push((family, met)),
        }
    }

    /// What it is worth against an entry that may be blocked within `block_radius`; `index` is that in which it was met.
    pub(super) fn advice(&self, block_radius: Option<u8>, index: &Snapshot) -> Advice {
        if self.exact {
            return Advice::of(block_radius, MatchKind::Exact);
        }
        let of = |distance: u8| Advice::of(block_radius, MatchKind::Near(distance.into()));
        let hash =
            |met: &Met| (of(met.distance) == Advice::Block).then_some(met.slot?).and_then(|slot| index.get(slot));
        let agreeing: Vec<Code> = self.families.iter().filter_map(|(_, met)| hash(met)).collect();
        let is_apart = |one: &Code, other: &Code| hamming::distance(one, other) > RADIUS_FIRM_MAX.into();
        let two_agree = agreeing.iter().any(|one| agreeing.iter().any(|other| is_apart(one, other)));
        if two_agree { Advice::Block } else { self.whole.map_or(Advice::Review, of) }
    }
}
