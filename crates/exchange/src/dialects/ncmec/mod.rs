//! NCMEC's hash sharing, v2 (XML).
//!
//! Worked from: the public pages of the v2 documentation (`hashsharing.ncmec.org/npo/v2/documentation`, read 2026-11), the
//! client in `threatexchange` 1.2.17 (PyPI) and its sample answers. Those pages show answers whole, of submission and
//! retraction that there are such calls, with many entries in one: there we read every envelope whose records are theirs.
//!
//! What this wire cannot carry, of a bank of ours:
//! - class adult: these lists are of minors, and are reported on as such;
//! - that nobody has looked, or that somebody contests: its readers take every entry for certain, so only what may be
//!   blocked is listed, and what may no more is told as deleted;
//! - SHA-256; a PDQ's quality; more than one fingerprint of a kind in an entry; views;
//! - how far to block; the time of a change below a second.
//!
//! Detail of ours without a PDQ are told as videos: known by their file alone.

mod entries;
mod feedback;
mod submission;
mod xml;

pub use entries::{Detail, Item, Page, Writer, decode, item, second, time};
pub use feedback::{
    Reason, decode_feedback, decode_reasons, encode_categorizations, encode_feedback, encode_reasons, reason_guid,
};
pub use submission::{
    Retraction, Submitted, decode_retraction, decode_submission, encode_result, encode_retraction, encode_submission,
};

use xml::{Element, Out};

use super::DialectError;

/// The namespace of every document.
pub const NAMESPACE: &str = "https://hashsharing.ncmec.org/hashsharing/v2";

/// Somebody who lists.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Member {
    /// A whole number, as its readers want it.
    pub id: u64,
    /// The name.
    pub name: String,
}

/// The kinds of fingerprint that feedback is given on, in its words.
pub const FEEDBACK_TYPES: [&str; 9] =
    ["MD5", "SHA1", "PDNA", "PDQ", "NETCLEAN", "VIDENTIFIER", "TMK_PDQF", "SSVH_PDNA", "SSVH_SAFER_HASH"];

/// `status`: who asks.
pub fn encode_status(member: &Member) -> Vec<u8> {
    let mut out = Out::document("status");
    out.leaf("ipAddress", &[], "0.0.0.0");
    out.leaf("username", &[], &member.name);
    out.member(member);
    out.end()
}

/// `members`: who lists.
pub fn encode_members(members: &[Member]) -> Vec<u8> {
    let mut out = Out::document("members");
    members.iter().for_each(|member| out.member(member));
    out.end()
}

/// Reads `status` or `members`: everybody named there.
///
/// # Errors
/// When it is not of that form.
pub fn decode_members(bytes: &[u8]) -> Result<Vec<Member>, DialectError> {
    let root = xml::read(bytes)?;
    Ok(root.children("member").filter_map(Member::read).collect())
}

impl Member {
    fn read(element: &Element) -> Option<Self> {
        Some(Self { id: element.attribute("id")?.trim().parse().ok()?, name: super::kept(element.text.trim()) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_come_out_as_they_went_in() {
        let members =
            [Member { id: 1, name: "Sir <Testington> & \"Sons\"".to_owned() }, Member { id: 42, name: "b".to_owned() }];
        assert_eq!(decode_members(&encode_members(&members)).unwrap(), members);
        assert_eq!(decode_members(&encode_status(&members[0])).unwrap(), members[..1]);
    }
}
