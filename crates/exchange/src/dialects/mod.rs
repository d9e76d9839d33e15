//! Other systems' wires: StopNCII, NCMEC hash sharing, Meta's ThreatExchange, Tech Against Terrorism, Arachnid Shield, HMA.
//!
//! A folder for each, with pure `encode` and `decode` for both sides: a node answers with the one and reads requests with
//! the other, whoever follows such a system does the reverse. All meet in two values: [`Held`] is what a bank says of one
//! fingerprint, [`Listed`] is what a list says of one record. A record that cannot be read is skipped and counted by its
//! place, never the page. docs/design/0019 says why, docs/dialects.md what is lost on the way.

pub mod arachnid;
pub mod hma;
mod json;
pub mod ncmec;
pub mod stopncii;
pub mod tat;
pub mod threatexchange;

use crate::{Class, EntryId, Fingerprint, Kind, PartnerId, Status, Tier};

/// Bytes of a page that is read, at most.
pub const PAGE_BYTES_MAX: usize = 256 * 1024 * 1024;
/// Bytes of a text that is kept of a record (a tag, a name), at most; longer ones are cut.
pub const TEXT_BYTES_MAX: usize = 256;
/// Tags, votes and cases that are kept of one record, at most.
pub const PER_RECORD_MAX: usize = 256;

/// What a fingerprint is of, as far as these lists tell it: they list a film's file hash apart from a picture's.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Medium {
    /// Something with a PDQ.
    Picture,
    /// Something known by its exact file alone.
    Film,
}

impl Medium {
    /// Of content with these fingerprints.
    pub fn of(fingerprints: &[Fingerprint]) -> Self {
        if fingerprints.iter().any(|one| one.kind() == Kind::Pdq) { Self::Picture } else { Self::Film }
    }
}

/// What a list says is to be done about a record.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Stance {
    /// Somebody contests it.
    Contested,
    /// A lead: a person looks first.
    Lead,
    /// Somebody with the right to say so stands for it.
    Firm,
}

/// An entry of a bank that holds a fingerprint, as its reader may know it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Holder {
    /// Which.
    pub entry: EntryId,
    /// Its legal class.
    pub class: Class,
    /// How many have looked.
    pub tier: Tier,
    /// Active or disputed.
    pub status: Status,
    /// Whether the advice may be to block.
    pub firm: bool,
    /// Whose it is.
    pub origin: String,
    /// The same, as a number.
    pub owner: u64,
    /// When it came, in seconds since 1970.
    pub created: i64,
}

impl Holder {
    /// What is to be done about it.
    pub const fn stance(&self) -> Stance {
        match (self.status, self.firm) {
            (Status::Active, true) => Stance::Firm,
            (Status::Active, false) => Stance::Lead,
            _ => Stance::Contested,
        }
    }
}

/// What a bank says of one fingerprint to one reader, as it stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Held {
    /// The value.
    pub fingerprint: Fingerprint,
    /// Of what.
    pub medium: Medium,
    /// Its lasting name in this bank.
    pub id: u128,
    /// The second of the last change about it.
    pub second: i64,
    /// Who stands for it, by id; nobody: it is to be forgotten.
    pub holders: Vec<Holder>,
    /// Who did and does no more, by id, as far as known.
    pub gone: Vec<EntryId>,
}

/// What a list says of one record.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Listed {
    /// The list's own name for it: the same name again replaces it.
    pub key: String,
    /// Its fingerprints of kinds that we know; none: it is to be forgotten.
    pub fingerprints: Vec<Fingerprint>,
    /// Of what.
    pub medium: Medium,
    /// Its legal class, where the list says it.
    pub class: Option<Class>,
    /// What is to be done.
    pub stance: Stance,
    /// Who stands for it, sorted.
    pub origins: Vec<String>,
    /// When the list last changed it, in seconds since 1970.
    pub second: i64,
}

/// What could not be read on a page.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Skipped {
    /// Which record of the page, from 0.
    pub position: usize,
    /// Why.
    pub flaw: Flaw,
}

/// Why a record is of no use. Never quotes it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Flaw {
    /// Not of the form that we know. The other system may have changed it: see whether there is a newer version.
    #[error("it cannot be read")]
    Unreadable,
    /// A kind of fingerprint that we have no use for, such as a text or a PhotoDNA hash. Nothing to do.
    #[error("it is of a kind that is not matched here")]
    OtherKind,
    /// Of a kind we know, and not one. The other system is at fault.
    #[error("its value is no fingerprint of its kind")]
    Value,
}

/// Why a whole page or request is of no use. Never quotes it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum DialectError {
    /// More than [`PAGE_BYTES_MAX`], or more records than a call has. Ask for less, or split the call.
    #[error("it is too large; send it in parts")]
    TooLarge,
    /// Not the form. Compare it with the system's own documentation.
    #[error("it is not of the form that this system documents")]
    Unreadable,
}

/// The number by which numeric dialects know a partner: its own, if `reader` is that partner and has a number of its own.
pub fn owner_number(partner: PartnerId) -> u64 {
    let bytes = partner.as_bytes();
    // The end of a UUIDv7 is random; 31 bits of it, and never 0, are a number to everybody.
    u64::from((u32::from_be_bytes([bytes[12], bytes[13], bytes[14], bytes[15]]) >> 1).max(1))
}

/// A value in the case and length that these lists use.
pub(crate) fn value(kind: Kind, text: &str) -> Result<Fingerprint, Flaw> {
    let fingerprint = Fingerprint::parse(kind, text.trim(), None).map_err(|_| Flaw::Value)?;
    fingerprint.check_plainness().map_err(|_| Flaw::Value)?;
    Ok(fingerprint)
}

/// The class that one of these words names.
pub(crate) fn class_among<'a>(mut tags: impl Iterator<Item = &'a str>) -> Option<Class> {
    tags.find_map(Class::from_name)
}

/// A text cut to what is kept of it.
pub(crate) fn kept(text: &str) -> String {
    let mut end = text.len().min(TEXT_BYTES_MAX);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text[..end].to_owned()
}

/// Sorted, each once.
pub(crate) fn sorted(mut texts: Vec<String>) -> Vec<String> {
    texts.sort_unstable();
    texts.dedup();
    texts
}

#[cfg(test)]
pub(crate) mod made_up {
    //! What a bank may say, made up for the round trips.

    use proptest::prelude::*;

    use super::*;

    pub(crate) fn fingerprint() -> impl Strategy<Value = Fingerprint> {
        // Half of the bits set, as in a PDQ of a picture.
        let pdq = any::<[u8; 16]>().prop_map(|half| {
            let mut hash = [0; 32];
            for (place, byte) in half.iter().enumerate() {
                (hash[place], hash[16 + place]) = (*byte, !*byte);
            }
            Fingerprint::Pdq { hash, quality: None }
        });
        prop_oneof![pdq, any::<[u8; 16]>().prop_map(Fingerprint::Md5), any::<[u8; 32]>().prop_map(Fingerprint::Sha256)]
    }

    pub(crate) fn holder() -> impl Strategy<Value = Holder> {
        let status = prop_oneof![Just(Status::Active), Just(Status::Disputed)];
        let made = (any::<[u8; 16]>(), any::<bool>(), 0..3_u8, status, "[a-z][a-z0-9.-]{0,20}", 1..u64::from(u32::MAX));
        made.prop_map(|(id, minor, tier, status, origin, owner)| Holder {
            entry: EntryId::from_bytes(id),
            class: if minor { Class::Minor } else { Class::Adult },
            tier: Tier::from_code(tier).unwrap(),
            status,
            firm: tier > 0 && status == Status::Active,
            origin,
            owner,
            created: 1_700_000_000,
        })
    }

    pub(crate) fn held() -> impl Strategy<Value = Held> {
        let made = (
            fingerprint(),
            any::<bool>(),
            any::<u128>(),
            0..4_000_000_000_i64,
            proptest::collection::vec(holder(), 0..4),
            proptest::collection::vec(any::<[u8; 16]>(), 0..3),
        );
        made.prop_map(|(fingerprint, film, id, second, mut holders, gone)| {
            holders.sort_by_key(|holder| holder.entry);
            holders.dedup_by_key(|holder| holder.entry);
            let medium = if film && fingerprint.kind() != Kind::Pdq { Medium::Film } else { Medium::Picture };
            let mut gone: Vec<EntryId> = gone.into_iter().map(EntryId::from_bytes).collect();
            gone.retain(|one| holders.iter().all(|holder| holder.entry != *one));
            gone.sort_unstable();
            gone.dedup();
            Held { fingerprint, medium, id, second, holders, gone }
        })
    }

    /// What a list can say of it at best.
    pub(crate) fn stance(held: &Held) -> Stance {
        let all = |wanted| held.holders.iter().any(|holder| holder.stance() == wanted);
        if all(Stance::Contested) {
            Stance::Contested
        } else if all(Stance::Firm) {
            Stance::Firm
        } else {
            Stance::Lead
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_of_a_text_ends_between_two_letters() {
        assert_eq!(kept("short"), "short");
        let long = "é".repeat(200);
        assert_eq!(kept(&long).len(), TEXT_BYTES_MAX);
        assert_eq!(kept(&format!("a{long}")).len(), TEXT_BYTES_MAX - 1);
    }

    #[test]
    fn a_partner_is_never_number_nought() {
        assert_eq!(owner_number(PartnerId::from_bytes([0; 16])), 1);
        assert_eq!(owner_number(PartnerId::from_bytes([255; 16])), u64::from(u32::MAX >> 1));
    }
}
