//! Meta's ThreatExchange, as part of its Graph API (JSON), any version `vN.0`.
//!
//! Worked from: the client in `threatexchange` 1.2.17 (PyPI), which asks for v26.0, and the public reference of
//! `threat_updates`, `threat_descriptors` and reactions.
//!
//! What this wire cannot carry, of a bank of ours:
//! - which hashes belong to one picture; a PDQ's quality; views;
//! - tier other than as a tag; how far to block: its clients take 31;
//! - the time of a change below a second; why something went.
//!
//! A fingerprint is an *indicator*, an entry that holds it is a *descriptor* of it. An empty page of updates stops the most used
//! client, so [`encode_updates`] writes none: see [`Update::nothing_new`].

mod descriptors;
mod updates;

pub use descriptors::{
    Descriptor, DescriptorPage, Group, Reaction, decode_descriptors, encode_by_id, encode_descriptor,
    encode_descriptors, encode_error, encode_group, encode_groups, encode_indicator, encode_success, encode_tags,
};
pub use updates::{Opinion, Page, Update, decode_updates, encode_updates, update};

use super::{Flaw, Medium, value};
use crate::{Fingerprint, Kind};

/// The tag by which the most used client tells a film's MD5 from others.
pub const FILM_TAG: &str = "media_type_video";

/// What a fingerprint is called here.
pub const fn type_of(kind: Kind, medium: Medium) -> &'static str {
    match (kind, medium) {
        (Kind::Pdq, _) => "HASH_PDQ",
        (Kind::Md5, Medium::Picture) => "HASH_MD5",
        (Kind::Md5, Medium::Film) => "HASH_VIDEO_MD5",
        (Kind::Sha256, Medium::Picture) => "HASH_SHA256",
        (Kind::Sha256, Medium::Film) => "HASH_VIDEO_SHA256",
    }
}

/// What is called so here; `is_film` where a tag says it.
pub fn fingerprint(kind: &str, text: &str, is_film: bool) -> Result<(Fingerprint, Medium), Flaw> {
    let plain = if is_film { Medium::Film } else { Medium::Picture };
    let (kind, medium) = match kind {
        "HASH_PDQ" => (Kind::Pdq, Medium::Picture),
        "HASH_MD5" => (Kind::Md5, plain),
        "HASH_VIDEO_MD5" => (Kind::Md5, Medium::Film),
        "HASH_SHA256" => (Kind::Sha256, plain),
        "HASH_VIDEO_SHA256" => (Kind::Sha256, Medium::Film),
        _ => return Err(Flaw::OtherKind),
    };
    Ok((value(kind, text)?, medium))
}
