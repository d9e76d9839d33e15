//! `entries`: a page of what was listed and taken back in a range of seconds.

use jiff::Timestamp;

use super::xml::{Element, Out, Reading, Step};
use super::{Member, xml};
use crate::dialects::{DialectError, Flaw, Listed, Medium, Skipped, Stance, kept, value};
use crate::{Class, FINGERPRINTS_PER_ENTRY_MAX, Fingerprint, Kind, hex};

/// Bytes of an address that is followed, at most.
const NEXT_BYTES_MAX: usize = 4_096;

/// An entry of a list, or that it went.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Item {
    /// Whose.
    pub member: Member,
    /// Its name among theirs.
    pub id: String,
    /// Picture or video.
    pub medium: Medium,
    /// When it was last changed, in seconds since 1970; an entry that went need not say.
    pub second: Option<i64>,
    /// `None`: it went.
    pub listed: Option<Detail>,
}

/// What an entry that stands is known by.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Detail {
    /// In the list's words: A1 to B2, or others.
    pub classification: Option<String>,
    /// Name of the kind, in lower case, and value, as they stand there.
    pub fingerprints: Vec<(String, String)>,
}

/// A page.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Page {
    /// Pictures, then videos.
    pub items: Vec<Item>,
    /// The path and query of the page after this, below the root; `None`: there is none.
    pub next: Option<String>,
    /// The latest second that the page names.
    pub newest: Option<i64>,
    /// What could not be read.
    pub skipped: Vec<Skipped>,
}

/// A second as these documents write it.
pub fn time(second: i64) -> String {
    // Whole seconds come out as `2017-10-24T15:00:00Z`.
    Timestamp::from_second(second.clamp(0, 253_402_207_199)).unwrap_or_default().to_string()
}

/// The second that a text says; fractions are cut off.
pub fn second(text: &str) -> Option<i64> {
    let instant: Timestamp = text.trim().parse().ok()?;
    Some(instant.as_microsecond().div_euclid(1_000_000))
}

/// An entry of a bank, in this dialect. Anything that must not be taken for certain, or is not of a minor, is gone here.
pub fn item(entry: &crate::Entry, member: Member, second: i64) -> Item {
    let is_carried = entry.class == Class::Minor && entry.block_radius.is_some();
    let named = |kind| entry.fingerprints.iter().find(|one| one.kind() == kind);
    let fingerprints: Vec<(String, String)> = [Kind::Md5, Kind::Pdq]
        .into_iter()
        .filter_map(|kind| Some((kind.name().to_owned(), hex::encode(named(kind)?.bytes()))))
        .collect();
    let listed = Detail { classification: Some(entry.tier.name().to_owned()), fingerprints };
    Item {
        member,
        id: entry.id.to_string(),
        medium: Medium::of(&entry.fingerprints),
        second: Some(second),
        listed: (is_carried && !listed.fingerprints.is_empty()).then_some(listed),
    }
}

impl Item {
    /// What it says; an entry with no fingerprint that we match says that it went.
    pub fn listed(&self) -> Listed {
        let fingerprints = self.listed.as_ref().map_or_else(Vec::new, Detail::known);
        Listed {
            key: format!("{}-{}", self.member.id, self.id),
            origins: if fingerprints.is_empty() { Vec::new() } else { vec![self.member.name.clone()] },
            fingerprints,
            medium: self.medium,
            class: Some(Class::Minor),
            stance: Stance::Firm,
            second: self.second.unwrap_or(0),
        }
    }
}

impl Detail {
    /// Its fingerprints of kinds that we match, as many as an entry of ours may have.
    pub fn known(&self) -> Vec<Fingerprint> {
        let read = |(kind, text): &(String, String)| match kind.as_str() {
            "pdq" => value(Kind::Pdq, text).ok(),
            "md5" => value(Kind::Md5, text).ok(),
            "sha256" => value(Kind::Sha256, text).ok(),
            _ => None,
        };
        self.fingerprints.iter().filter_map(read).take(FINGERPRINTS_PER_ENTRY_MAX).collect()
    }
}

/// Writes a page, item by item in any order: pictures and videos stand apart there.
#[derive(Debug, Default)]
pub struct Writer {
    images: List,
    videos: List,
}

#[derive(Debug, Default)]
struct List {
    text: String,
    count: usize,
    newest: i64,
}

impl Writer {
    /// Adds one.
    pub fn push(&mut self, item: &Item) {
        let (list, name, gone) = match item.medium {
            Medium::Picture => (&mut self.images, "image", "deletedImage"),
            Medium::Film => (&mut self.videos, "video", "deletedVideo"),
        };
        list.count += 1;
        list.newest = list.newest.max(item.second.unwrap_or(0));
        let mut out = Out::piece();
        match &item.listed {
            None => {
                out.begin(gone, &[]);
                out.member(&item.member);
                out.leaf("id", &[], &item.id);
                if let Some(second) = item.second {
                    out.leaf("timestamp", &[], &time(second));
                }
            }
            Some(listed) => {
                out.begin(name, &[]);
                out.member(&item.member);
                if let Some(second) = item.second {
                    out.leaf("timestamp", &[], &time(second));
                }
                out.leaf("id", &[], &item.id);
                if let Some(classification) = &listed.classification {
                    out.leaf("classification", &[], classification);
                }
                out.begin("fingerprints", &[]);
                for (kind, value) in &listed.fingerprints {
                    out.leaf(kind, &[], value);
                }
                out.close();
            }
        }
        out.close();
        list.text.push_str(&out.into_piece());
    }

    /// How many there are.
    pub const fn count(&self) -> usize {
        self.images.count + self.videos.count
    }

    /// The document. `next` is the path and query of the page after it; `newest`, if given, is what it says its newest
    /// second is.
    pub fn end(self, next: Option<&str>, newest: Option<i64>) -> Vec<u8> {
        let mut out = Out::document("queryResult");
        for (name, list) in [("images", self.images), ("videos", self.videos)] {
            let (count, newest) = (list.count.to_string(), time(newest.unwrap_or(list.newest)));
            let attributes = [("count", count.as_str()), ("maxTimestamp", newest.as_str())];
            out.begin(name, if list.count == 0 { &attributes[..1] } else { &attributes });
            out.raw(&list.text);
            out.close();
        }
        if let Some(next) = next {
            out.begin("paging", &[]);
            out.leaf("next", &[], next);
        }
        out.end()
    }
}

/// Reads a page, record by record.
///
/// # Errors
/// When it is no such document or ends early. Single records that cannot be read are in [`Page::skipped`].
pub fn decode(bytes: &[u8]) -> Result<Page, DialectError> {
    let mut reading = Reading::of(bytes)?;
    let Step::Begin(root, is_empty) = reading.step()? else { return Err(DialectError::Unreadable) };
    if root.name != "queryResult" {
        return Err(DialectError::Unreadable);
    }
    let mut page = Page::default();
    // Within the root, within a list.
    let mut depth = usize::from(!is_empty);
    let mut position = 0;
    while depth > 0 {
        match reading.step()? {
            Step::Over => return Err(DialectError::Unreadable),
            Step::End => depth -= 1,
            Step::Begin(begun, is_empty) => {
                let is_list = depth == 1 && matches!(begun.name.as_str(), "images" | "videos");
                if is_list {
                    page.newest = page.newest.max(begun.attribute("maxTimestamp").and_then(second));
                    depth += usize::from(!is_empty);
                    continue;
                }
                let element = if is_empty { begun } else { reading.whole(begun)? };
                if depth == 2 {
                    match read(&element) {
                        Ok(item) => page.items.push(item),
                        Err(flaw) => page.skipped.push(Skipped { position, flaw }),
                    }
                    position += 1;
                } else if element.name == "paging" {
                    let next = element.text_of("next").filter(|next| next.len() <= NEXT_BYTES_MAX);
                    page.next = next.map(str::to_owned);
                }
            }
        }
    }
    Ok(page)
}

fn read(element: &Element) -> Result<Item, Flaw> {
    let (medium, is_gone) = match element.name.as_str() {
        "image" => (Medium::Picture, false),
        "video" => (Medium::Film, false),
        "deletedImage" => (Medium::Picture, true),
        "deletedVideo" => (Medium::Film, true),
        _ => return Err(Flaw::OtherKind),
    };
    let member = element.child("member").and_then(Member::read).ok_or(Flaw::Unreadable)?;
    let id = kept(element.text_of("id").ok_or(Flaw::Unreadable)?);
    let fingerprints = |element: &xml::Element| {
        let is_plain =
            |name: &str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        let inline = element.children.iter().filter(|one| is_plain(&one.name) && !one.text.trim().is_empty());
        inline.map(|one| (one.name.to_ascii_lowercase(), one.text.trim().to_owned())).collect()
    };
    let listed = (!is_gone).then(|| Detail {
        classification: element.text_of("classification").map(kept),
        fingerprints: element.child("fingerprints").map_or_else(Vec::new, fingerprints),
    });
    Ok(Item { member, id, medium, second: element.text_of("timestamp").and_then(second), listed })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::dialects::made_up;
    use crate::{BlockRadius, Entry, EntryId, Status, Tier, Time};

    fn entry() -> impl Strategy<Value = Entry> {
        let fingerprints = proptest::collection::vec(made_up::fingerprint(), 1..4);
        (any::<[u8; 16]>(), any::<bool>(), 0..3_u8, any::<bool>(), fingerprints).prop_map(
            |(id, minor, tier, disputed, fingerprints)| {
                let class = if minor { Class::Minor } else { Class::Adult };
                let tier = Tier::from_code(tier).unwrap();
                let status = if disputed { Status::Disputed } else { Status::Active };
                Entry {
                    id: EntryId::from_bytes(id),
                    class,
                    tier,
                    status,
                    fingerprints,
                    views: Vec::new(),
                    block_radius: BlockRadius::default().of(class, tier, status),
                    origin: "a.b".to_owned(),
                    created_at: Time::from_micros(0),
                }
            },
        )
    }

    proptest! {
        #[test]
        fn what_a_bank_says_comes_out_as_it_went_in(
            entries in proptest::collection::vec((entry(), 0..4_000_000_000_i64), 0..8), more: bool,
        ) {
            let member = || Member { id: 7, name: "a.b".to_owned() };
            let items: Vec<Item> = entries.iter().map(|(entry, second)| item(entry, member(), *second)).collect();
            let mut writer = Writer::default();
            items.iter().for_each(|item| writer.push(item));
            prop_assert_eq!(writer.count(), items.len());
            let next = more.then_some("/v2/entries?from=a&start=1");
            let page = decode(&writer.end(next, None)).unwrap();
            let apart = |medium| items.iter().filter(move |item| item.medium == medium).cloned();
            let expected: Vec<Item> = apart(Medium::Picture).chain(apart(Medium::Film)).collect();
            prop_assert_eq!(&page.items, &expected);
            prop_assert_eq!(page.next.as_deref(), next);
            prop_assert_eq!(page.newest, items.iter().filter_map(|item| item.second).max());
            for (entry, second) in &entries {
                let listed = page.items.iter().find(|item| item.id == entry.id.to_string()).unwrap().listed();
                let first = |kind| entry.fingerprints.iter().find(|one| one.kind() == kind).cloned();
                let carried: Vec<_> = [Kind::Md5, Kind::Pdq].into_iter().filter_map(first).collect();
                let is_carried = entry.class == Class::Minor && entry.block_radius.is_some();
                prop_assert_eq!(listed.fingerprints, if is_carried { carried } else { Vec::new() });
                prop_assert_eq!(listed.second, *second);
            }
        }

        #[test]
        fn nothing_that_is_sent_stops_the_reader(text in "(<|>|/|image|images|queryResult|\"|=| |&|;|a){0,60}") {
            let _ = decode(text.as_bytes());
        }
    }

    #[test]
    fn a_page_as_the_system_shows_it_is_read() {
        let text = include_str!("../../../../../vectors/dialects/ncmec-entries.xml");
        let page = decode(text.as_bytes()).unwrap();
        let names: Vec<_> = page.items.iter().map(|item| (item.id.as_str(), item.listed.is_some())).collect();
        assert_eq!(names, [("image1", true), ("image4", false), ("video1", true), ("video4", false)]);
        assert_eq!(page.skipped, [Skipped { position: 2, flaw: Flaw::Unreadable }]);
        assert_eq!(page.newest, second("2017-10-24T15:10:00Z"));
        let first = page.items[0].listed();
        assert_eq!((first.key.as_str(), first.fingerprints.len()), ("42-image1", 2));
        assert_eq!(page.next.as_deref().map(|next| next.contains("&size=1000&")), Some(true));
    }

    #[test]
    fn of_one_entry_no_more_is_taken_than_an_entry_may_hold() {
        let taken = |count: usize| {
            let fingerprints = (0..count).map(|number| ("md5".to_owned(), format!("{number:032x}"))).collect();
            Detail { classification: None, fingerprints }.known().len()
        };
        assert_eq!(taken(FINGERPRINTS_PER_ENTRY_MAX), FINGERPRINTS_PER_ENTRY_MAX);
        assert_eq!(taken(FINGERPRINTS_PER_ENTRY_MAX + 1), FINGERPRINTS_PER_ENTRY_MAX);
    }

    #[test]
    fn a_time_is_whole_seconds_and_read_with_or_without_a_fraction() {
        assert_eq!(time(1_508_857_200), "2017-10-24T15:00:00Z");
        assert_eq!(second("2017-10-24T15:00:00Z"), Some(1_508_857_200));
        assert_eq!(second("2017-10-24T15:00:00.999Z"), Some(1_508_857_200));
        assert_eq!(second("yesterday"), None);
        assert_eq!(time(i64::MIN), "1970-01-01T00:00:00Z");
    }
}
