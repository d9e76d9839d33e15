//! Descriptors one by one, what is said of them, and the rest of the graph that clients ask for.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::updates::{Id, List, OwnerIn, Paging, PagingIn, Tag, TagIn, stance_of, status_of, tag};
use crate::dialects::{DialectError, Flaw, Skipped, Stance, json, kept, sorted};
use crate::{KeptReason, OutcomeKind};

/// A descriptor: what an application says of an indicator.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Descriptor {
    /// A decimal number.
    pub id: String,
    /// The value.
    pub indicator: String,
    /// Such as `HASH_PDQ`.
    pub kind: String,
    /// What it says.
    pub stance: Stance,
    /// Of the application, 0 to 2^63 - 1; one above is not read.
    pub owner: u64,
    /// Its name; not read.
    pub owner_name: String,
    /// In which words, sorted.
    pub tags: Vec<String>,
    /// When it was made, in seconds since 1970; not read.
    pub added: i64,
}

/// What an application may say of another's descriptor.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reaction {
    /// It met content of the kind that is looked for.
    Helpful,
    /// It met other content.
    NotHelpful,
    /// It was met.
    SawThisToo,
    /// It is not what it is said to be.
    DisagreeWithTags,
}

impl Reaction {
    /// In the words of the wire.
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "HELPFUL" => Self::Helpful,
            "NOT_HELPFUL" => Self::NotHelpful,
            "SAW_THIS_TOO" => Self::SawThisToo,
            "DISAGREE_WITH_TAGS" => Self::DisagreeWithTags,
            _ => return None,
        })
    }

    /// Its word.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Helpful => "HELPFUL",
            Self::NotHelpful => "NOT_HELPFUL",
            Self::SawThisToo => "SAW_THIS_TOO",
            Self::DisagreeWithTags => "DISAGREE_WITH_TAGS",
        }
    }

    /// As an outcome.
    pub const fn outcome(self) -> (OutcomeKind, Option<KeptReason>) {
        match self {
            Self::Helpful => (OutcomeKind::Blocked, None),
            Self::NotHelpful => (OutcomeKind::Kept, Some(KeptReason::NotAViolation)),
            Self::SawThisToo => (OutcomeKind::Seen, None),
            Self::DisagreeWithTags => (OutcomeKind::Mistaken, None),
        }
    }
}

/// A privacy group: what is shared with whom.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Group {
    /// A decimal number.
    pub id: String,
    /// A name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Whether members are told of each other.
    pub members_can_see: bool,
    /// Whether members may contribute.
    pub members_can_use: bool,
    /// Whether it can be followed.
    pub threat_updates_enabled: bool,
    /// When it was made.
    pub added_on: String,
    /// When it last changed.
    pub last_updated: String,
}

#[derive(Serialize)]
struct Owner<'a> {
    id: String,
    name: &'a str,
}

#[derive(Serialize)]
struct DescriptorOut<'a> {
    id: &'a str,
    raw_indicator: &'a str,
    #[serde(rename = "type")]
    kind: &'a str,
    status: &'static str,
    owner: Owner<'a>,
    tags: List<Tag>,
    added_on: String,
    last_updated: String,
    privacy_type: &'static str,
    share_level: &'static str,
    review_status: &'static str,
    confidence: u8,
    severity: &'static str,
    reactions: [(); 0],
}

fn out(descriptor: &Descriptor) -> DescriptorOut<'_> {
    let added = crate::dialects::ncmec::time(descriptor.added).replace('Z', "+0000");
    let is_firm = descriptor.stance == Stance::Firm;
    DescriptorOut {
        id: &descriptor.id,
        raw_indicator: &descriptor.indicator,
        kind: &descriptor.kind,
        status: status_of(descriptor.stance),
        owner: Owner { id: descriptor.owner.to_string(), name: &descriptor.owner_name },
        tags: List { data: descriptor.tags.iter().map(|text| tag(text)).collect() },
        last_updated: added.clone(),
        added_on: added,
        privacy_type: "HAS_PRIVACY_GROUP",
        share_level: "RED",
        review_status: if is_firm { "REVIEWED_MANUALLY" } else { "UNREVIEWED" },
        confidence: if is_firm { 100 } else { 50 },
        severity: "SEVERE",
        reactions: [],
    }
}

/// What every answer that has no text of its own is written with.
fn text(value: &impl Serialize) -> Vec<u8> {
    // Texts and numbers cannot fail.
    serde_json::to_vec(value).unwrap_or_default()
}

/// One descriptor.
pub fn encode_descriptor(descriptor: &Descriptor) -> Vec<u8> {
    text(&out(descriptor))
}

/// Several by their numbers.
pub fn encode_by_id(descriptors: &[Descriptor]) -> Vec<u8> {
    text(&descriptors.iter().map(|one| (one.id.as_str(), out(one))).collect::<BTreeMap<_, _>>())
}

/// A page of a search.
pub fn encode_descriptors(descriptors: &[Descriptor], next: Option<&str>) -> Vec<u8> {
    #[derive(Serialize)]
    struct Page<'a> {
        data: Vec<DescriptorOut<'a>>,
        #[serde(skip_serializing_if = "Option::is_none")]
        paging: Option<Paging<'a>>,
    }
    text(&Page { data: descriptors.iter().map(out).collect(), paging: next.map(|next| Paging { next }) })
}

/// An indicator with everything said of it.
pub fn encode_indicator(id: &str, descriptors: &[Descriptor]) -> Vec<u8> {
    #[derive(Serialize)]
    struct Indicator<'a> {
        id: &'a str,
        descriptors: List<DescriptorOut<'a>>,
    }
    text(&Indicator { id, descriptors: List { data: descriptors.iter().map(out).collect() } })
}

/// One privacy group.
pub fn encode_group(group: &Group) -> Vec<u8> {
    text(group)
}

/// Those that an application is in, or owns.
pub fn encode_groups(groups: &[Group]) -> Vec<u8> {
    #[derive(Serialize)]
    struct Groups<'a> {
        data: &'a [Group],
    }
    text(&Groups { data: groups })
}

/// Tags with their numbers.
pub fn encode_tags<'a>(tags: impl Iterator<Item = &'a str>) -> Vec<u8> {
    text(&List { data: tags.map(tag).collect() })
}

/// That something was done, and to what.
pub fn encode_success(id: &str) -> Vec<u8> {
    #[derive(Serialize)]
    struct Done {
        success: bool,
        #[serde(flatten)]
        id: Id,
    }
    text(&Done { success: true, id: Id { id: id.to_owned() } })
}

/// That it was not, and why.
pub fn encode_error(code: u16, message: &str) -> Vec<u8> {
    #[derive(Serialize)]
    struct Inner<'a> {
        message: &'a str,
        #[serde(rename = "type")]
        kind: &'static str,
        code: u16,
    }
    #[derive(Serialize)]
    struct Outer<'a> {
        error: Inner<'a>,
    }
    text(&Outer { error: Inner { message, kind: "OAuthException", code } })
}

#[derive(Deserialize)]
struct PageIn<'a> {
    #[serde(borrow)]
    data: Vec<&'a RawValue>,
    #[serde(default, deserialize_with = "json::lenient")]
    paging: PagingIn,
}

#[derive(Deserialize)]
struct DescriptorIn {
    #[serde(deserialize_with = "json::whole_text")]
    id: String,
    raw_indicator: String,
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    status: String,
    owner: OwnerIn,
    #[serde(default, deserialize_with = "json::lenient")]
    tags: Option<List<TagIn>>,
}

/// Descriptors of a page, what could not be read of it, and the address of the page after it.
pub type DescriptorPage = (Vec<Descriptor>, Vec<Skipped>, Option<String>);

/// Reads a page of a search.
///
/// # Errors
/// When the frame cannot be read.
pub fn decode_descriptors(bytes: &[u8]) -> Result<DescriptorPage, DialectError> {
    let PageIn { data, paging } = json::page(bytes)?;
    let (descriptors, skipped) = json::records(&data, |wire: DescriptorIn| {
        let tags = wire.tags.map_or_else(Vec::new, |tags| tags.data.iter().map(|tag| kept(&tag.text)).collect());
        if wire.raw_indicator.len() > crate::dialects::TEXT_BYTES_MAX {
            return Err(Flaw::OtherKind);
        }
        Ok(Descriptor {
            id: wire.id,
            indicator: wire.raw_indicator,
            kind: kept(&wire.kind),
            stance: stance_of(&wire.status),
            owner: wire.owner.id.unsigned_abs(),
            owner_name: String::new(),
            tags: sorted(tags),
            added: 0,
        })
    });
    Ok((descriptors, skipped, paging.next))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Numbers of applications are read up to here.
    const OWNER_MAX: u64 = i64::MAX as u64;

    /// As one is made here: what is not read is left as reading leaves it.
    fn descriptor() -> impl Strategy<Value = Descriptor> {
        let stance = prop::sample::select(vec![Stance::Firm, Stance::Lead, Stance::Contested]);
        let tags = prop::collection::btree_set("[a-z_]{1,12}", 0..4);
        (any::<u128>(), any::<[u8; 32]>(), stance, 0..=OWNER_MAX, tags).prop_map(|(id, value, stance, owner, tags)| {
            Descriptor {
                id: id.to_string(),
                indicator: crate::hex::encode(&value),
                kind: "HASH_PDQ".to_owned(),
                stance,
                owner,
                owner_name: String::new(),
                tags: tags.into_iter().collect(),
                added: 0,
            }
        })
    }

    proptest! {
        #[test]
        fn descriptors_come_out_as_they_went_in(all in prop::collection::vec(descriptor(), 0..6), has_next: bool) {
            let next = has_next.then_some("https://next");
            let (back, skipped, told) = decode_descriptors(&encode_descriptors(&all, next)).unwrap();
            prop_assert_eq!((back, skipped.len(), told.as_deref()), (all, 0, next));
        }
    }

    #[test]
    fn every_reaction_has_its_word() {
        for reaction in [Reaction::Helpful, Reaction::NotHelpful, Reaction::SawThisToo, Reaction::DisagreeWithTags] {
            assert_eq!(Reaction::from_name(reaction.name()), Some(reaction));
            let (kind, reason) = reaction.outcome();
            assert_eq!(kind == OutcomeKind::Kept, reason.is_some());
        }
        assert_eq!(Reaction::from_name("LOVE"), None);
    }

    #[test]
    fn an_error_says_its_code_and_words() {
        let text = String::from_utf8(encode_error(190, "no \"key\"")).unwrap();
        assert_eq!(text, r#"{"error":{"message":"no \"key\"","type":"OAuthException","code":190}}"#);
    }
}
