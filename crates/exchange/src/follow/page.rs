//! What a node sends, read with suspicion: a page of the feed, a line of a snapshot. Pure.
//!
//! One entry that cannot be read never stops what comes after it: it is skipped, and reported by number and id, never
//! by content. The rules, in the order of caution:
//!
//! - A removal needs the entry's id alone: a reason that is not known here does not keep content listed.
//! - Of an entry, fingerprints of unknown kinds or too plain ones are left out; the others count.
//! - An entry that cannot be read at all but says its id is *doubted*: what was held of it stays, for review only,
//!   since it has changed in a way that is not known here.
//! - Nothing unverified or disputed is ever blocked, nor of minors what one analyst alone looked at, whatever the node says.
//!
//! Error texts of the JSON reader quote what they could not read, so they are not passed on.

use crate::{
    Action, Change, Class, Entry, EntryId, FINGERPRINTS_PER_ENTRY_MAX, Fingerprint, RADIUS_FIRM_MAX, RemoveReason,
    SnapshotHeader, Status, Tier, Time, VIEWS_PER_ENTRY_MAX, View, may_block,
};
use serde::Deserialize;
use serde_json::value::RawValue;

/// Longest agreement token that is taken.
const TOKEN_BYTES_MAX: usize = 64;

/// A page of the feed as far as it can be read.
#[derive(Debug, Default)]
pub struct Page {
    /// What can be applied, by ascending number.
    pub changes: Vec<Change>,
    /// Up to where it reaches.
    pub through: u64,
    /// The node's last number.
    pub head: u64,
    /// What the reader is shown.
    pub agreement: String,
    /// What could not be read.
    pub skipped: Vec<Skipped>,
}

/// Something that was left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// Its number in the feed, if it could be read.
    pub seq: Option<u64>,
    /// Its entry, if it could be read.
    pub entry: Option<EntryId>,
    /// Why.
    pub flaw: Flaw,
}

/// What is wrong with an entry or a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    /// Not of a form that is known here. A newer node may have sent it: bring the matcher to the same version.
    #[error("it cannot be read")]
    Unreadable,
    /// Its number lies outside the page or not above the one before. The node is at fault.
    #[error("its number is out of order")]
    OutOfOrder,
    /// None that can be used, or more than an entry has.
    #[error("it has no fingerprint that can be used, or too many")]
    Fingerprints,
    /// Some were left out, the others are in force.
    #[error("{0} of its fingerprints cannot be used; the others are in force")]
    SomeFingerprints(usize),
}

/// Why a whole page is of no use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PageError {
    /// Not the JSON of a page.
    #[error("a page that cannot be read")]
    Unreadable,
    /// `after <= through <= head` does not hold.
    #[error("a page whose numbers contradict each other")]
    Numbers,
}

/// A line of a snapshot.
#[derive(Debug)]
pub enum Line {
    /// The first.
    Header(SnapshotHeader),
    /// One entry, and what was left out of it.
    Entry(Box<Entry>, Option<Skipped>),
    /// One that is left out.
    Skipped(Skipped),
    /// The last: how many lines stood between.
    End(u64),
}

/// Reads a page that was asked for after `after`.
///
/// # Errors
/// See [`PageError`]. Single changes that cannot be read are no error: see [`Page::skipped`].
pub fn read_page(bytes: &[u8], after: u64) -> Result<Page, PageError> {
    let raw: RawPage<'_> = serde_json::from_slice(bytes).map_err(|_| PageError::Unreadable)?;
    let RawPage { changes, through, head, agreement } = raw;
    if !is_token(&agreement) {
        return Err(PageError::Unreadable);
    }
    if through < after || head < through {
        return Err(PageError::Numbers);
    }
    let mut page = Page { changes: Vec::with_capacity(changes.len()), through, head, agreement, skipped: Vec::new() };
    let mut last = after;
    for raw in changes {
        match read_change(raw) {
            Ok((change, _)) if change.seq <= last || change.seq > through => {
                let (seq, entry) = (Some(change.seq), Some(change.action.entry()));
                page.skipped.push(Skipped { seq, entry, flaw: Flaw::OutOfOrder });
            }
            Ok((change, left_out)) => {
                last = change.seq;
                page.changes.push(change);
                page.skipped.extend(left_out);
            }
            Err(skipped) => page.skipped.push(skipped),
        }
    }
    Ok(page)
}

/// Reads a line of a snapshot.
pub fn read_line(bytes: &[u8]) -> Line {
    let unreadable = |entry| Skipped { seq: None, entry, flaw: Flaw::Unreadable };
    match serde_json::from_slice::<RawLine<'_>>(bytes) {
        Ok(RawLine { header: Some(header), .. }) if is_token(&header.agreement) => Line::Header(header),
        Ok(RawLine { entry: Some(raw), .. }) => match read_entry(raw) {
            Ok((entry, flaw)) => {
                let skipped = flaw.map(|flaw| Skipped { seq: None, entry: Some(entry.id), flaw });
                Line::Entry(Box::new(entry), skipped)
            }
            Err((entry, flaw)) => Line::Skipped(Skipped { seq: None, entry, flaw }),
        },
        Ok(RawLine { end: Some(end), .. }) => Line::End(end.entries),
        _ => Line::Skipped(unreadable(None)),
    }
}

/// A token goes into addresses, so it is plain letters and digits or nothing of ours.
fn is_token(text: &str) -> bool {
    (1..=TOKEN_BYTES_MAX).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

#[derive(Deserialize)]
struct RawPage<'a> {
    #[serde(borrow)]
    changes: Vec<&'a RawValue>,
    through: u64,
    head: u64,
    agreement: String,
}

#[derive(Deserialize)]
struct RawLine<'a> {
    header: Option<SnapshotHeader>,
    #[serde(borrow)]
    entry: Option<&'a RawValue>,
    end: Option<RawEnd>,
}

#[derive(Deserialize)]
struct RawEnd {
    entries: u64,
}

#[derive(Deserialize)]
struct RawChange<'a> {
    seq: u64,
    #[serde(borrow)]
    at: Option<&'a RawValue>,
    #[serde(borrow)]
    put: Option<&'a RawValue>,
    remove: Option<RawRemove>,
}

#[derive(Deserialize)]
struct RawRemove {
    entry: EntryId,
}

#[derive(Deserialize)]
struct RawEntry<'a> {
    id: EntryId,
    class: Class,
    tier: Tier,
    status: Status,
    #[serde(borrow)]
    fingerprints: Vec<&'a RawValue>,
    #[serde(borrow, default)]
    views: Vec<&'a RawValue>,
    block_radius: Option<u8>,
}

#[derive(Deserialize)]
struct JustId {
    id: EntryId,
}

#[derive(Deserialize)]
struct JustSeq {
    seq: u64,
}

fn read_change(raw: &RawValue) -> Result<(Change, Option<Skipped>), Skipped> {
    let Ok(change) = serde_json::from_str::<RawChange<'_>>(raw.get()) else {
        let seq = serde_json::from_str::<JustSeq>(raw.get()).ok().map(|just| just.seq);
        return Err(Skipped { seq, entry: None, flaw: Flaw::Unreadable });
    };
    let seq = change.seq;
    // When it was written is for measuring only.
    let at = change.at.and_then(|at| serde_json::from_str(at.get()).ok()).unwrap_or(Time::from_micros(0));
    match (change.put, change.remove) {
        (None, Some(RawRemove { entry })) => {
            let action = Action::Remove { entry, reason: RemoveReason::NotShared };
            Ok((Change { seq, at, action }, None))
        }
        (Some(put), None) => match read_entry(put) {
            Ok((entry, flaw)) => {
                let skipped = flaw.map(|flaw| Skipped { seq: Some(seq), entry: Some(entry.id), flaw });
                Ok((Change { seq, at, action: Action::Put(Box::new(entry)) }, skipped))
            }
            Err((entry, flaw)) => Err(Skipped { seq: Some(seq), entry, flaw }),
        },
        _ => Err(Skipped { seq: Some(seq), entry: None, flaw: Flaw::Unreadable }),
    }
}

fn read_entry(raw: &RawValue) -> Result<(Entry, Option<Flaw>), (Option<EntryId>, Flaw)> {
    let Ok(entry) = serde_json::from_str::<RawEntry<'_>>(raw.get()) else {
        let id = serde_json::from_str::<JustId>(raw.get()).ok().map(|just| just.id);
        return Err((id, Flaw::Unreadable));
    };
    let RawEntry { id, class, tier, status, fingerprints: given, views, block_radius } = entry;
    if given.len() > FINGERPRINTS_PER_ENTRY_MAX {
        return Err((Some(id), Flaw::Fingerprints));
    }
    let usable = |raw: &&RawValue| {
        serde_json::from_str::<Fingerprint>(raw.get()).ok().filter(|one| one.check_plainness().is_ok())
    };
    let fingerprints: Vec<Fingerprint> = given.iter().filter_map(usable).collect();
    if fingerprints.is_empty() && status != Status::Withdrawn {
        return Err((Some(id), Flaw::Fingerprints));
    }
    // Views beyond the limit are the least telling ones; one that cannot be used costs some recall, not the entry.
    let views: Vec<View> = views
        .iter()
        .filter_map(|raw| serde_json::from_str::<View>(raw.get()).ok().filter(|view| view.check_plainness().is_ok()))
        .take(VIEWS_PER_ENTRY_MAX)
        .collect();
    let left_out = given.len() - fingerprints.len();
    let may_block = may_block(class, tier, status);
    let block_radius = block_radius.filter(|_| may_block).map(|radius| radius.min(RADIUS_FIRM_MAX));
    let (origin, created_at) = (String::new(), Time::from_micros(0));
    let entry = Entry { id, class, tier, status, fingerprints, views, block_radius, origin, created_at };
    Ok((entry, (left_out > 0).then_some(Flaw::SomeFingerprints(left_out))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    const ID: &str = "07070707-0707-0707-0707-070707070707";

    fn entry() -> Value {
        json!({
            "id": ID, "class": "adult", "tier": "verified", "status": "active", "block_radius": 31, "origin": "a",
            "created_at": "2026-11-21T00:00:00Z", "fingerprints": [{"kind": "md5", "value": "0".repeat(32)}],
        })
    }

    fn page(changes: Value) -> Page {
        let text = json!({"changes": changes, "through": 9, "head": 10, "agreement": "a1"}).to_string();
        read_page(text.as_bytes(), 3).unwrap()
    }

    fn put(seq: u64, change: impl FnOnce(&mut Value)) -> Value {
        let mut entry = entry();
        change(&mut entry);
        json!({"seq": seq, "at": "2026-11-21T00:00:00Z", "put": entry})
    }

    #[test]
    fn one_bad_change_is_skipped_and_the_others_are_read() {
        let id = ID.parse().unwrap();
        for (bad, skipped) in [
            (json!(7), (None, None, Flaw::Unreadable)),
            (json!({"seq": 5, "put": 1}), (Some(5), None, Flaw::Unreadable)),
            (json!({"seq": 5, "move": {}}), (Some(5), None, Flaw::Unreadable)),
            (put(5, |entry| entry["class"] = "thing".into()), (Some(5), Some(id), Flaw::Unreadable)),
            (put(5, |entry| entry["fingerprints"] = json!([])), (Some(5), Some(id), Flaw::Fingerprints)),
            (put(5, |entry| entry["fingerprints"] = json!(vec![0; 65])), (Some(5), Some(id), Flaw::Fingerprints)),
            (put(3, |_| ()), (Some(3), Some(id), Flaw::OutOfOrder)),
            (put(10, |_| ()), (Some(10), Some(id), Flaw::OutOfOrder)),
        ] {
            let page = page(json!([put(4, |_| ()), bad, put(9, |_| ())]));
            assert_eq!(page.changes.iter().map(|change| change.seq).collect::<Vec<_>>(), [4, 9], "{bad}");
            let (seq, entry, flaw) = skipped;
            assert_eq!(page.skipped, [Skipped { seq, entry, flaw }], "{bad}");
        }
    }

    #[test]
    fn a_removal_for_a_reason_unknown_here_is_a_removal() {
        let page = page(json!([{"seq": 4, "remove": {"entry": ID, "reason": "something_new"}}]));
        assert!(matches!(page.changes[0].action, Action::Remove { entry, .. } if entry == ID.parse().unwrap()));
    }

    #[test]
    fn fingerprints_of_unknown_kinds_and_plain_ones_are_left_out_of_an_entry() {
        let page = page(json!([put(4, |entry| {
            let fingerprints = entry["fingerprints"].as_array_mut().unwrap();
            fingerprints.push(json!({"kind": "vpdq", "value": "00"}));
            fingerprints.push(json!({"kind": "pdq", "value": "0".repeat(64), "quality": 49}));
        })]));
        let Action::Put(entry) = &page.changes[0].action else { panic!("a put") };
        assert_eq!(entry.fingerprints, [Fingerprint::Md5([0; 16])]);
        assert_eq!(page.skipped[0].flaw, Flaw::SomeFingerprints(2));
    }

    #[test]
    fn views_that_cannot_be_used_are_left_out_and_the_others_stay_in_their_order() {
        let view = |code: u32, digits: &str| json!({"view": code, "value": digits.repeat(32)});
        let page = page(json!([put(4, |entry| {
            entry["views"] = json!([view(9, "0f"), view(3, "00"), view(300, "0f"), 7, view(4, "f0")]);
        })]));
        let Action::Put(entry) = &page.changes[0].action else { panic!("a put") };
        assert_eq!(entry.views.iter().map(|view| view.code).collect::<Vec<_>>(), [9, 4]);
        assert_eq!(page.skipped, []);
    }

    #[test]
    fn nothing_unverified_or_disputed_is_blocked_whatever_the_node_says() {
        for (member, value, radius) in
            [("tier", "verified", Some(31)), ("tier", "reported", None), ("status", "disputed", None)]
        {
            let page = page(json!([put(4, |entry| {
                entry[member] = value.into();
                entry["block_radius"] = 255.into();
            })]));
            let Action::Put(entry) = &page.changes[0].action else { panic!("a put") };
            assert_eq!(entry.block_radius, radius, "{value}");
        }
    }

    #[test]
    fn a_page_that_contradicts_itself_is_refused() {
        for (through, head, agreement, error) in [
            (2, 9, "a1", PageError::Numbers),
            (9, 8, "a1", PageError::Numbers),
            (9, 9, "", PageError::Unreadable),
            (9, 9, "a&after=0", PageError::Unreadable),
        ] {
            let text = json!({"changes": [], "through": through, "head": head, "agreement": agreement}).to_string();
            assert_eq!(read_page(text.as_bytes(), 3).unwrap_err(), error);
        }
        assert_eq!(read_page(b"<html>", 3).unwrap_err(), PageError::Unreadable);
    }

    #[test]
    fn a_snapshot_line_is_a_header_an_entry_an_end_or_skipped() {
        let header = json!({"header": {"seq": 4, "agreement": "a1"}}).to_string();
        assert!(matches!(read_line(header.as_bytes()), Line::Header(SnapshotHeader { seq: 4, .. })));
        assert!(matches!(read_line(json!({"entry": entry()}).to_string().as_bytes()), Line::Entry(_, None)));
        assert!(matches!(read_line(br#"{"end":{"entries":3}}"#), Line::End(3)));
        let bad = json!({"entry": {"id": ID}}).to_string();
        assert!(matches!(read_line(bad.as_bytes()), Line::Skipped(Skipped { entry: Some(_), .. })));
        assert!(matches!(read_line(b"{}"), Line::Skipped(Skipped { entry: None, .. })));
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = read_page(&bytes, 0);
            let _ = read_line(&bytes);
        }
    }
}
