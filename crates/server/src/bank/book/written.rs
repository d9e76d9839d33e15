//! A book as bytes, read where they lie: in memory, or in a mapped file. Opening it makes nothing; it is read once, to count.
//!
//! ```text
//! header     64 bytes
//! ids        16 bytes an entry, ascending: the number of an entry is its place here
//! terms      4 bytes an entry: class, tier, status, block radius or 255
//! firsts     8 bytes an entry, and at last where the last one ends: its first place
//! places     8 bytes a place: what it is, and a slot or the number of a digest
//! owners     4 bytes a slot: the number of the entry, or none
//! marks      2 bytes a slot: what of the entry it is
//! digests    SHA-256, then MD5: the values, ascending, one for each holder; then the holders, 8 bytes each
//! ```
//!
//! Each part begins at a multiple of 64 bytes; numbers are as the processor has them. Whoever opens one vouches for its
//! bytes. What contradicts itself all the same is taken as not there, never as a reason to stop.

use std::ops::Range;

use bytemuck::{Pod, Zeroable, bytes_of, cast_slice};
use bytes::Bytes;
use exchange::EntryId;
use hamming::{Buffer, Slot};
use rayon::prelude::*;

use super::{Exact, Place, Terms};
use crate::bank::evidence::Mark;

/// What a book begins with: a number, so that it reads otherwise where bytes are in the other order. The last byte is the
/// version.
const MAGIC: u64 = 0x7265_6d70_626f_6f01;
const ALIGN_BYTES: usize = 64;
/// The kind of a place that is a view.
const VIEW: u8 = 3;
/// Nobody's slot.
const NOBODY: u32 = u32::MAX;

/// A written book, or an empty one.
#[derive(Default)]
pub(super) struct Written {
    bytes: Bytes,
    header: Header,
    parts: Parts,
}

#[derive(Clone, Copy, Default, Pod, Zeroable)]
#[repr(C)]
struct Header {
    magic: u64,
    entries: u64,
    places: u64,
    slots: u64,
    sha256: u64,
    md5: u64,
    /// Digests, each counted once however many hold it.
    digests: u64,
    views: u64,
}

#[derive(Clone, Copy, Pod, Zeroable)]
#[repr(C)]
struct PlaceLine {
    /// 0: a PDQ hash, 1: a SHA-256, 2: an MD5, 3: a view.
    kind: u8,
    view: u8,
    zero: [u8; 2],
    /// A slot, or the place of a digest among its kind.
    at: u32,
}

#[derive(Clone, Copy, Pod, Zeroable)]
#[repr(C)]
struct HolderLine {
    number: u32,
    position: u8,
    zero: [u8; 3],
}

/// Where the parts lie.
#[derive(Default)]
struct Parts {
    ids: Range<usize>,
    terms: Range<usize>,
    firsts: Range<usize>,
    places: Range<usize>,
    owners: Range<usize>,
    marks: Range<usize>,
    sha256: [Range<usize>; 2],
    md5: [Range<usize>; 2],
    end: usize,
}

impl Parts {
    /// `None` when the numbers are beyond all memory.
    fn of(header: &Header) -> Option<Self> {
        let mut end = size_of::<Header>();
        let mut part = |count: u64, bytes: usize| {
            let start = end;
            let stop = start.checked_add(usize::try_from(count).ok()?.checked_mul(bytes)?)?;
            end = stop.checked_next_multiple_of(ALIGN_BYTES)?;
            Some(start..stop)
        };
        let Header { entries, places, slots, sha256, md5, .. } = *header;
        let this = Self {
            ids: part(entries, 16)?,
            terms: part(entries, 4)?,
            firsts: part(entries.checked_add(1)?, 8)?,
            places: part(places, size_of::<PlaceLine>())?,
            owners: part(slots, 4)?,
            marks: part(slots, 2)?,
            sha256: [part(sha256, 32)?, part(sha256, size_of::<HolderLine>())?],
            md5: [part(md5, 16)?, part(md5, size_of::<HolderLine>())?],
            end: 0,
        };
        Some(Self { end, ..this })
    }
}

impl Written {
    /// The book that these bytes are; `None` if they are none, or more or fewer than it says.
    pub(super) fn open(bytes: Bytes) -> Option<Self> {
        let header: Header = bytemuck::pod_read_unaligned(bytes.get(..size_of::<Header>())?);
        let parts = Parts::of(&header).filter(|parts| header.magic == MAGIC && parts.end == bytes.len())?;
        let counted = u32::try_from(header.entries).is_ok_and(|entries| entries != NOBODY) && header.slots <= 1 << 32;
        let this = counted.then(|| Self { bytes: Buffer::aligned(bytes), header, parts })?;
        this.is_as_counted().then_some(this)
    }

    /// Whether there are as many views and digests as the header says: those are counted down when entries go.
    fn is_as_counted(&self) -> bool {
        let (firsts, places): (&[u64], &[PlaceLine]) = (self.part(&self.parts.firsts), self.part(&self.parts.places));
        let views = places.par_iter().filter(|line| line.kind == VIEW).count() as u64;
        let digests = distinct(self.sha256()).zip(distinct(self.md5())).map(|(sha256, md5)| (sha256 + md5) as u64);
        // Then each place is of one entry.
        let are_divided =
            firsts.first() == Some(&0) && firsts.last() == Some(&self.header.places) && firsts.is_sorted();
        are_divided && views == self.header.views && digests == Some(self.header.digests)
    }

    /// Entries, numbered from 0.
    pub(super) fn len(&self) -> u32 {
        self.header.entries as u32
    }

    /// Slots that it may know of, from 0.
    pub(super) fn slots(&self) -> u64 {
        self.header.slots
    }

    /// Digests that are held.
    pub(super) fn digests(&self) -> usize {
        self.header.digests as usize
    }

    /// Views that are held.
    pub(super) fn views(&self) -> usize {
        self.header.views as usize
    }

    pub(super) fn id(&self, number: u32) -> Option<EntryId> {
        self.ids().get(number as usize).map(|id| EntryId::from_bytes(*id))
    }

    /// The number of an entry.
    pub(super) fn number(&self, id: EntryId) -> Option<u32> {
        self.ids().binary_search(id.as_bytes()).ok().map(|number| number as u32)
    }

    pub(super) fn terms(&self, number: u32) -> Option<Terms> {
        let terms: &[[u8; 4]] = self.part(&self.parts.terms);
        terms.get(number as usize).and_then(|bytes| Terms::from_bytes(*bytes))
    }

    /// Where an entry is, in the order of its fingerprints and then of its views.
    pub(super) fn places(&self, number: u32) -> impl Iterator<Item = Place> {
        let firsts: &[u64] = self.part(&self.parts.firsts);
        let lines: &[PlaceLine] = self.part(&self.parts.places);
        let number = number as usize;
        let range = firsts.get(number).zip(firsts.get(number + 1));
        let lines = range.and_then(|(first, end)| lines.get(*first as usize..*end as usize)).unwrap_or_default();
        lines.iter().filter_map(|line| {
            Some(match line.kind {
                0 => Place::Slot(Slot::new(line.at)),
                1 => Place::Exact(Exact::Sha256(*self.sha256().get(line.at as usize)?)),
                2 => Place::Exact(Exact::Md5(*self.md5().get(line.at as usize)?)),
                VIEW => Place::View(line.view, Slot::new(line.at)),
                _ => return None,
            })
        })
    }

    /// Whose a slot is, and what of it.
    pub(super) fn owner(&self, slot: Slot) -> Option<(u32, Mark)> {
        let (owners, marks): (&[u32], &[[u8; 2]]) = (self.part(&self.parts.owners), self.part(&self.parts.marks));
        let place = slot.get() as usize;
        let owner = owners.get(place).copied().filter(|owner| *owner < self.len())?;
        let [kind, value] = *marks.get(place)?;
        Some((owner, if kind == 0 { Mark::Fingerprint(value) } else { Mark::View(value) }))
    }

    /// Who holds a digest, with its position among the holder's fingerprints.
    pub(super) fn holders(&self, exact: Exact) -> impl Iterator<Item = (u32, u8)> {
        let (range, parts) = match exact {
            Exact::Sha256(digest) => (equal(self.sha256(), &digest), &self.parts.sha256),
            Exact::Md5(digest) => (equal(self.md5(), &digest), &self.parts.md5),
        };
        let holders: &[HolderLine] = self.part(&parts[1]);
        holders[range].iter().filter(|holder| holder.number < self.len()).map(|holder| (holder.number, holder.position))
    }

    /// How often a digest is held.
    pub(super) fn holdings(&self, exact: Exact) -> usize {
        match exact {
            Exact::Sha256(digest) => equal(self.sha256(), &digest).len(),
            Exact::Md5(digest) => equal(self.md5(), &digest).len(),
        }
    }

    fn ids(&self) -> &[[u8; 16]] {
        self.part(&self.parts.ids)
    }

    fn sha256(&self) -> &[[u8; 32]] {
        self.part(&self.parts.sha256[0])
    }

    fn md5(&self) -> &[[u8; 16]] {
        self.part(&self.parts.md5[0])
    }

    fn part<T: Pod>(&self, range: &Range<usize>) -> &[T] {
        // Nothing may lie anywhere.
        if range.is_empty() {
            return &[];
        }
        cast_slice(&self.bytes[range.clone()])
    }
}

/// Where a digest is among digests that ascend.
fn equal<const N: usize>(digests: &[[u8; N]], digest: &[u8; N]) -> Range<usize> {
    let first = digests.partition_point(|other| other < digest);
    first..first + digests[first..].partition_point(|other| other == digest)
}

/// How many different digests there are, if they ascend.
fn distinct<const N: usize>(digests: &[[u8; N]]) -> Option<usize> {
    let pairs = digests.par_windows(2);
    let steps = pairs.map(|pair| (pair[0] <= pair[1]).then(|| usize::from(pair[0] < pair[1])));
    steps.try_reduce(|| 0, |left, right| Some(left + right)).map(|steps| steps + usize::from(!digests.is_empty()))
}

/// Writes entries, by id, each with its places: fingerprints, then views.
pub(super) fn write(entries: impl Iterator<Item = (EntryId, Terms, Vec<Place>)>) -> Buffer {
    let (mut ids, mut terms, mut firsts, mut places) = (Vec::new(), Vec::new(), vec![0_u64], Vec::new());
    let (mut owners, mut marks, mut views) = (Vec::new(), Vec::new(), 0);
    let (mut sha256, mut md5) = (Digests::<32>::default(), Digests::<16>::default());
    for (number, (id, of_entry, at)) in (0_u32..).zip(entries) {
        ids.push(*id.as_bytes());
        terms.push(of_entry.to_bytes());
        for (position, place) in (0_u8..).zip(at) {
            let line = |kind, view, at| PlaceLine { kind, view, zero: [0; 2], at };
            let mut own = |slot: Slot, mark: [u8; 2]| {
                let slot = slot.get() as usize;
                if owners.len() <= slot {
                    owners.resize(slot + 1, NOBODY);
                    marks.resize(slot + 1, [0; 2]);
                }
                (owners[slot], marks[slot]) = (number, mark);
            };
            places.push(match place {
                Place::Slot(slot) => {
                    own(slot, [0, position]);
                    line(0, 0, slot.get())
                }
                Place::View(code, slot) => {
                    own(slot, [1, code]);
                    views += 1;
                    line(VIEW, code, slot.get())
                }
                Place::Exact(Exact::Sha256(digest)) => {
                    sha256.add(digest, number, position, places.len());
                    line(1, 0, 0)
                }
                Place::Exact(Exact::Md5(digest)) => {
                    md5.add(digest, number, position, places.len());
                    line(2, 0, 0)
                }
            });
        }
        firsts.push(places.len() as u64);
    }
    let (sha256, md5) = (sha256.sorted(&mut places), md5.sorted(&mut places));
    let header = Header {
        magic: MAGIC,
        entries: ids.len() as u64,
        places: places.len() as u64,
        slots: owners.len() as u64,
        sha256: sha256.values.len() as u64,
        md5: md5.values.len() as u64,
        digests: [distinct(&sha256.values), distinct(&md5.values)].into_iter().flatten().sum::<usize>() as u64,
        views,
    };
    let parts = Parts::of(&header).expect("what is in memory can be counted");
    let mut bytes = Buffer::zeroed(parts.end);
    bytes[..size_of::<Header>()].copy_from_slice(bytes_of(&header));
    for (part, of_part) in [
        (&parts.ids, cast_slice(&ids)),
        (&parts.terms, cast_slice(&terms)),
        (&parts.firsts, cast_slice(&firsts)),
        (&parts.places, cast_slice(&places)),
        (&parts.owners, cast_slice(&owners)),
        (&parts.marks, cast_slice(&marks)),
        (&parts.sha256[0], cast_slice(&sha256.values)),
        (&parts.sha256[1], cast_slice(&sha256.holders)),
        (&parts.md5[0], cast_slice(&md5.values)),
        (&parts.md5[1], cast_slice(&md5.holders)),
    ] {
        bytes[part.clone()].copy_from_slice(of_part);
    }
    bytes
}

/// Digests of one kind while they are gathered.
#[derive(Default)]
struct Digests<const N: usize>(Vec<([u8; N], HolderLine, usize)>);

/// Digests, ascending, and who holds them.
struct Sorted<const N: usize> {
    values: Vec<[u8; N]>,
    holders: Vec<HolderLine>,
}

impl<const N: usize> Digests<N> {
    fn add(&mut self, digest: [u8; N], number: u32, position: u8, place: usize) {
        self.0.push((digest, HolderLine { number, position, zero: [0; 3] }, place));
    }

    /// Sorts them, and tells the places where they are.
    fn sorted(mut self, places: &mut [PlaceLine]) -> Sorted<N> {
        self.0.par_sort_unstable_by_key(|(digest, _, place)| (*digest, *place));
        for (at, (_, _, place)) in self.0.iter().enumerate() {
            places[*place].at = u32::try_from(at).expect("fewer digests at a time than 2^32");
        }
        let (values, holders) = self.0.into_iter().map(|(digest, holder, _)| (digest, holder)).unzip();
        Sorted { values, holders }
    }
}
