//! Exact radius search over 256-bit codes: "which of these codes differ from this one in at most `radius` bits?"
//!
//! Every answer is complete and exact, for every radius from 0 to 256. Nothing here reads a file, a clock or a
//! network, and nothing knows what a code stands for: the caller keeps, per [`Slot`], whatever the code belongs to.
//!
//! # Shape
//!
//! - [`Index`] is the single writer: it inserts, removes and, with [`Index::publish`], shows what it did.
//! - [`Reader`] is a cheap handle, one per thread or shared; it never waits for the writer.
//! - [`Tender`] merges more than the writer needs, when the caller finds the time for it.
//! - [`Snapshot`] is what a reader holds: one published state, unchangeable, that answers queries.
//!
//! ```
//! use hamming::{Index, Match};
//!
//! let mut index = Index::build([[0x00; 32], [0xff; 32]]);
//! let reader = index.reader();
//! let near_zero = index.insert({
//!     let mut code = [0x00; 32];
//!     code[7] = 0b101;
//!     code
//! });
//! assert_eq!(reader.snapshot().len(), 2, "an insertion is not visible before it is published");
//! index.publish();
//!
//! let matches = reader.snapshot().within(&[0x00; 32], 31);
//! assert_eq!(matches.iter().map(|found| found.distance).collect::<Vec<_>>(), [0, 2]);
//! assert_eq!(matches[1].slot, near_zero);
//! ```
//!
//! # How it works
//!
//! New codes gather in a tail that is scanned linearly. From there they go into **segments**: immutable, each with
//! sixteen tables keyed by 16-bit chunks of the code. Of two codes within radius 31, some pair of chunks differs in at
//! most 3 bits, and one of that pair in at most 1; so looking up 17 keys in each table and comparing the other chunk of the
//! pair, which lies in the table, leaves a few dozen candidates to compare in full. The same principle serves every
//! radius up to about 70; beyond, scanning is faster, and is what is done. `docs/design/0003-the-index.md` has the
//! argument and the figures.
//!
//! Everything published is immutable and shared between snapshots; the writer copies what it touches after a
//! publication. A reader therefore sees exactly one published state, and that is a matter of types rather than of memory
//! orderings: a [`Snapshot`] has no interior mutability but one counter, the writer changes what is shared only through
//! [`Arc::make_mut`](std::sync::Arc::make_mut), which copies what anyone else can see, and the one atomic operation is
//! `arc-swap`'s exchange of one pointer for the next.
//!
//! # What it costs
//!
//! | operation | cost |
//! | --- | --- |
//! | [`Snapshot::within`], radius 31 | about 0.4 % of the codes at 2 bytes each, a few dozen in full, and a scan of the tail |
//! | [`Index::insert`] | a copy of 32 bytes; the first one after a publication copies up to 20 KiB |
//! | [`Index::remove`] | one bit; the first one in a page after a publication copies that page's 4 KiB |
//! | [`Index::publish`] | one pointer per 32,768 slots and per 512 codes of the tail |
//! | merging, on its own thread | some microseconds a code over its life |
//! | memory | 117 bytes per code in segments, 33 in the tail, and while a large merge runs, its result beside its sources |

mod arch;
mod batch;
mod file;
#[cfg(test)]
mod histories;
mod index;
#[cfg(all(test, interleavings))]
mod interleavings;
mod memory;
mod merge;
mod pages;
mod plan;
mod reader;
mod rows;
mod segment;
mod snapshot;
mod sync;

pub use arch::Kernel;
pub use file::{Check, OpenError};
pub use index::{Index, Tender};
pub use memory::Buffer;
pub use reader::Reader;
pub use snapshot::Snapshot;

/// A 256-bit code, such as a PDQ fingerprint. The order of bits and bytes does not matter to a Hamming distance, as
/// long as it is the same for every code.
pub type Code = [u8; 32];

/// The place of a code in one [`Index`]: 0 for the first code inserted, 1 for the next, and so on.
///
/// A slot is never used for a second code in the life of its index, so a match can be resolved after the code was
/// removed without any danger of meeting another one. It means nothing to another index, nor after a restart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slot(u32);

impl Slot {
    /// The slot with this number, whether or not an index has issued it: one that it has not is simply empty.
    #[must_use]
    pub const fn new(number: u32) -> Self {
        Self(number)
    }

    /// Its number, counted from 0 in order of insertion.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }
}

/// A code within the radius of a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Match {
    /// Where the code is.
    pub slot: Slot,
    /// In how many bits it differs from the query, 0..=256.
    pub distance: u32,
}

/// In how many bits two codes differ, 0..=256.
#[must_use]
pub fn distance(left: &Code, right: &Code) -> u32 {
    let ([left_head, left_tail], [right_head, right_tail]) = (halves(left), halves(right));
    half_distance(left_head, right_head) + half_distance(left_tail, right_tail)
}

/// 128 bits of a code as two words.
type Half = [u64; 2];

/// The first and the last 128 bits of a code.
fn halves(code: &Code) -> [Half; 2] {
    let word = |index: usize| {
        let bytes = code[index * 8..][..8].try_into().expect("eight bytes are eight bytes");
        u64::from_le_bytes(bytes)
    };
    [[word(0), word(1)], [word(2), word(3)]]
}

/// The code of these halves.
fn joined([[a, b], [c, d]]: [Half; 2]) -> Code {
    let mut code = [0; 32];
    for (bytes, word) in code.chunks_exact_mut(8).zip([a, b, c, d]) {
        bytes.copy_from_slice(&word.to_le_bytes());
    }
    code
}

/// In how many bits two halves differ, 0..=128. Inlined where the processor's own counting may be used.
#[inline(always)]
fn half_distance(left: Half, right: Half) -> u32 {
    (left[0] ^ right[0]).count_ones() + (left[1] ^ right[1]).count_ones()
}
