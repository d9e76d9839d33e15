//! What a member lists and takes back, many at once. Every envelope is read whose records are those of the answers:
//! `image` and `video` with `id` and `fingerprints`; to take back, `id` is enough.

use super::xml::{self, Element, Out};
use crate::dialects::{DialectError, Flaw, Medium, Skipped, kept, value};
use crate::{ENTRIES_PER_CALL_MAX, Fingerprint, Kind, hex};

/// An entry that a member lists.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Submitted {
    /// Its name among theirs.
    pub id: String,
    /// Picture or video.
    pub medium: Medium,
    /// Of kinds that we match, one or more.
    pub fingerprints: Vec<Fingerprint>,
}

/// An entry that a member takes back.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Retraction {
    /// Its name among theirs.
    pub id: String,
}

const RECORDS: [&str; 4] = ["image", "video", "deletedImage", "deletedVideo"];

/// Entries as they are sent.
pub fn encode_submission(entries: &[Submitted]) -> Vec<u8> {
    let mut out = Out::document("submission");
    for (list, name, medium) in [("images", "image", Medium::Picture), ("videos", "video", Medium::Film)] {
        out.begin(list, &[]);
        for entry in entries.iter().filter(|entry| entry.medium == medium) {
            out.begin(name, &[]);
            out.leaf("id", &[], &entry.id);
            out.begin("fingerprints", &[]);
            for fingerprint in &entry.fingerprints {
                out.leaf(fingerprint.kind().name(), &[], &hex::encode(fingerprint.bytes()));
            }
            out.close();
            out.close();
        }
        out.close();
    }
    out.end()
}

/// Reads entries that a member lists.
///
/// # Errors
/// When it is no XML, or has more than [`ENTRIES_PER_CALL_MAX`] entries. Single ones that are of no use are listed.
pub fn decode_submission(bytes: &[u8]) -> Result<(Vec<Submitted>, Vec<Skipped>), DialectError> {
    each(bytes, &RECORDS[..2], |element| {
        let inside = element.child("fingerprints").ok_or(Flaw::Unreadable)?;
        let mut fingerprints = Vec::new();
        for one in &inside.children {
            let kind = match one.name.to_ascii_lowercase().as_str() {
                "pdq" => Kind::Pdq,
                "md5" => Kind::Md5,
                "sha256" => Kind::Sha256,
                _ => continue,
            };
            fingerprints.push(value(kind, &one.text)?);
        }
        let medium = if element.name == "video" { Medium::Film } else { Medium::Picture };
        if fingerprints.is_empty() {
            return Err(Flaw::OtherKind);
        }
        Ok(Submitted { id: name(element)?, medium, fingerprints })
    })
}

/// Entries to take back, as they are sent.
pub fn encode_retraction(entries: &[Retraction]) -> Vec<u8> {
    let mut out = Out::document("retraction");
    out.begin("images", &[]);
    for entry in entries {
        out.begin("image", &[]);
        out.leaf("id", &[], &entry.id);
        out.close();
    }
    out.end()
}

/// Reads entries that a member takes back.
///
/// # Errors
/// As [`decode_submission`].
pub fn decode_retraction(bytes: &[u8]) -> Result<(Vec<Retraction>, Vec<Skipped>), DialectError> {
    each(bytes, &RECORDS, |element| Ok(Retraction { id: name(element)? }))
}

/// What became of a call: which entries were taken, by the member's name and ours.
pub fn encode_result(done: &[(String, String)]) -> Vec<u8> {
    let mut out = Out::document("submissionResult");
    for (theirs, ours) in done {
        out.empty("entry", &[("submittedId", theirs), ("id", ours)]);
    }
    out.end()
}

fn name(element: &Element) -> Result<String, Flaw> {
    element.text_of("id").map(kept).ok_or(Flaw::Unreadable)
}

fn each<Record>(
    bytes: &[u8],
    names: &[&str],
    read: impl Fn(&Element) -> Result<Record, Flaw>,
) -> Result<(Vec<Record>, Vec<Skipped>), DialectError> {
    let root = xml::read(bytes)?;
    let found = root.within(names);
    if found.len() > ENTRIES_PER_CALL_MAX {
        return Err(DialectError::TooLarge);
    }
    let (mut records, mut skipped) = (Vec::new(), Vec::new());
    for (position, element) in found.into_iter().enumerate() {
        match read(element) {
            Ok(record) => records.push(record),
            Err(flaw) => skipped.push(Skipped { position, flaw }),
        }
    }
    Ok((records, skipped))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::dialects::made_up;

    proptest! {
        #[test]
        fn what_a_member_sends_comes_out_as_it_went_in(
            all in proptest::collection::vec(proptest::collection::vec(made_up::fingerprint(), 1..3), 0..5),
        ) {
            let entry = |(number, fingerprints): (usize, Vec<Fingerprint>)| Submitted {
                id: format!("entry {number}"),
                medium: Medium::Picture,
                fingerprints,
            };
            let entries: Vec<Submitted> = all.into_iter().enumerate().map(entry).collect();
            prop_assert_eq!(&decode_submission(&encode_submission(&entries)).unwrap().0, &entries);
            let back: Vec<Retraction> = entries.into_iter().map(|entry| Retraction { id: entry.id }).collect();
            prop_assert_eq!(decode_retraction(&encode_retraction(&back)).unwrap().0, back);
        }
    }

    #[test]
    fn a_call_has_a_thousand_entries_and_not_one_more() {
        let many = |count| vec![Retraction { id: "a".to_owned() }; count];
        assert_eq!(decode_retraction(&encode_retraction(&many(1_000))).unwrap().0.len(), 1_000);
        assert_eq!(decode_retraction(&encode_retraction(&many(1_001))), Err(DialectError::TooLarge));
    }

    #[test]
    fn what_is_of_no_use_is_named_by_its_place() {
        let text = "<submission><images><image><id>a</id></image><image><id>b</id><fingerprints><sha1>00</sha1>\
                    </fingerprints></image><image><id>c</id><fingerprints><pdq>00</pdq></fingerprints></image></images>\
                    <video><id>d</id><fingerprints><md5>0123456789abcdef0123456789abcdef</md5></fingerprints></video>\
                    </submission>";
        let (taken, skipped) = decode_submission(text.as_bytes()).unwrap();
        assert_eq!((taken.len(), taken[0].medium), (1, Medium::Film));
        let flaws: Vec<_> = skipped.iter().map(|one| one.flaw).collect();
        assert_eq!(flaws, [Flaw::Unreadable, Flaw::OtherKind, Flaw::Value]);
    }
}
