//! Links that a person pastes, many at once and with words between them: found, brought into one form, told apart.
//!
//! Pure: nothing is looked up and nothing is fetched. A name that stands for a private address somewhere in the DNS passes
//! here, so whatever fetches a link later checks the address that it connects to.
//!
//! `find` takes links out of running text, `clean` brings one into its form, `address` says which hosts are public,
//! `platforms` is what is known of the services (`web/data/platforms.toml`).

mod address;
mod clean;
mod find;
mod platforms;

use std::collections::HashSet;

pub use address::is_public_address;
pub use clean::{LINK_CHARACTERS_MAX, clean};
pub use platforms::{Channel, ChannelKind, Kind, Platform, Platforms, platforms};

/// How many links a case holds.
pub const LINKS_MAX: usize = 200;
/// How much of a text is read, in bytes.
pub const TEXT_BYTES_MAX: usize = 65_536;
/// How many refusals are named one by one; the rest is counted.
pub const REFUSED_MAX: usize = 50;
/// How much of a refused link is shown again, in characters: enough to find it in what was pasted.
pub const REFUSED_CHARACTERS_MAX: usize = 40;

/// What a text held.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Read {
    /// The links, in the order of the text, each once, at most [`LINKS_MAX`] with those known before.
    pub links: Vec<Link>,
    /// What looks like a link and is not taken, at most [`REFUSED_MAX`].
    pub refused: Vec<Refused>,
    /// How many more were refused than are named.
    pub refused_more: usize,
    /// How many links stood there again, or were in the case before.
    pub again: usize,
    /// How many good links found no room under [`LINKS_MAX`].
    pub left_out: usize,
    /// Whether the text was longer than [`TEXT_BYTES_MAX`], and its end is unread.
    pub is_cut: bool,
}

/// One link, in the form that two people who mean the same page write alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The address: http or https, lower-case host (punycode), without credentials, tracking or needless fragment.
    pub url: String,
    /// Key of the service in `web/data/platforms.toml`, if it is one that we know.
    pub platform: Option<&'static str>,
}

/// One thing that is not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// How it begins, at most [`REFUSED_CHARACTERS_MAX`] characters and never the whole of a long one.
    pub text_start: String,
    /// Why.
    pub why: Why,
}

/// Why a link is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Why {
    /// It is not of the web: `mailto:`, `javascript:`, `file:`, `ftp:` and the like. Nobody can be asked to remove it.
    Scheme,
    /// It leads into a device or a private network, not to a place that others see.
    Private,
    /// Its host is no name of the public internet: no dot in it, or an ending like `.local`.
    NotPublicName,
    /// A hidden service (`.onion`, `.i2p`), which has no operator to write to. A message to the hotline is the way.
    Hidden,
    /// Longer than [`LINK_CHARACTERS_MAX`], even without tracking.
    TooLong,
    /// It ends in "…": an app showed it shortened. Copied from the page's own address or the share button it is whole.
    CutOff,
    /// It begins like a link and goes on like none.
    Unreadable,
}

/// Every link in a text.
pub fn read(text: &str) -> Read {
    read_beside([], text)
}

/// Every link in a text that is not among those of the case already; `known` are in the form of [`Link::url`] and count
/// against [`LINKS_MAX`].
pub fn read_beside<'a>(known: impl IntoIterator<Item = &'a str>, text: &str) -> Read {
    let mut seen: HashSet<String> = known.into_iter().map(str::to_owned).collect();
    let before = seen.len();
    let text_read = start(text, TEXT_BYTES_MAX);
    let mut read = Read { is_cut: text_read.len() < text.len(), ..Read::default() };
    for candidate in find::candidates(text_read) {
        match candidate.and_then(|candidate| clean(candidate).map_err(|why| (candidate, why))) {
            Ok(link) if seen.contains(&link.url) => read.again += 1,
            Ok(link) => {
                seen.insert(link.url.clone());
                if before + read.links.len() < LINKS_MAX {
                    read.links.push(link);
                } else {
                    read.left_out += 1;
                }
            }
            Err((candidate, why)) => {
                let refused = Refused { text_start: shown(candidate), why };
                if read.refused.contains(&refused) {
                    read.again += 1;
                } else if read.refused.len() < REFUSED_MAX {
                    read.refused.push(refused);
                } else {
                    read.refused_more += 1;
                }
            }
        }
    }
    read
}

/// The first `bytes_max` bytes, back to the last white space if there is more: half a link is another link.
fn start(text: &str, bytes_max: usize) -> &str {
    if text.len() <= bytes_max {
        return text;
    }
    let start = &text[..text.floor_char_boundary(bytes_max)];
    start.rfind(char::is_whitespace).map_or("", |end| &start[..end])
}

/// The beginning of a refused link, without what would not show.
fn shown(candidate: &str) -> String {
    let visible = || candidate.chars().filter(|c| !c.is_control());
    let mut shown: String = visible().take(REFUSED_CHARACTERS_MAX - 1).collect();
    if visible().nth(REFUSED_CHARACTERS_MAX - 1).is_some() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests;
