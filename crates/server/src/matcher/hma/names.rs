//! How HMA's words are given to what is followed: banks for what entries are worth, numbers for entries.

use std::sync::Arc;

use exchange::dialects::hma::{Bank, BankName, Ratio};
use exchange::{Advice, Class, Entry, EntryId};

use super::refused::Refused;
use crate::bank::Live;
use crate::matcher::Matcher;
use crate::matcher::banks::content_of;
use crate::matcher::replica::Replica;
use crate::matcher::sources::{Exchange, Source};
use crate::storage::StorageError;

/// Numbers of followed entries begin here; those of own contents are below. Both are whole in a double, as JavaScript reads them.
const FOLLOWED: u64 = 1 << 52;

/// Who shows entries: a node, or another system.
pub(super) enum Upstream {
    Node(Arc<Replica>),
    Source(Box<Source>),
}

impl Upstream {
    /// Everyone who is followed: nodes in the order of the settings, then other systems by name.
    pub(super) fn all(matcher: &Matcher) -> impl Iterator<Item = Self> {
        let nodes = matcher.inner.replicas.iter().cloned().map(Self::Node);
        let sources = matcher.sources().into_iter().filter(|source| !source.view.removing);
        nodes.chain(sources.map(|source| Self::Source(Box::new(source))))
    }

    /// Its host, or its name here.
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Node(node) => node.upstream.host(),
            Self::Source(source) => source.view.name.as_str(),
        }
    }

    pub(super) fn live(&self) -> &Arc<Live> {
        match self {
            Self::Node(node) => &node.live,
            Self::Source(source) => &source.live,
        }
    }

    /// The bank that such entries of it are in.
    pub(super) fn bank(&self, class: Class, advice: Advice) -> Bank {
        match self {
            Self::Node(_) => {
                Bank { name: BankName::of_node(self.name(), class, advice), matching_enabled_ratio: Ratio::ALL }
            }
            Self::Source(source) => source.bank(class, advice),
        }
    }

    /// All of its banks: one that was made over HMA's API has one.
    fn banks(&self) -> Vec<Bank> {
        let advices = [Advice::Block, Advice::Review];
        let mut banks: Vec<Bank> =
            Class::ALL.iter().flat_map(|class| advices.map(|advice| self.bank(*class, advice))).collect();
        banks.dedup_by(|one, other| one.name == other.name);
        banks
    }

    /// If it was made over HMA's API.
    pub(super) fn exchange(&self) -> Option<&Exchange> {
        if let Self::Source(source) = self { source.exchange.as_deref() } else { None }
    }

    /// One entry as it is held.
    pub(super) async fn entry(&self, matcher: &Matcher, id: EntryId) -> Result<Option<Entry>, StorageError> {
        match self {
            Self::Node(node) => node.store.entry(node.id, id).await,
            Self::Source(source) => matcher.inner.sources.entry(source.view.id, id).await,
        }
    }
}

/// The number of an entry. Of a followed entry it is 52 of the random bits of its id.
pub(super) fn number_of(entry: EntryId) -> u64 {
    content_of(entry).unwrap_or_else(|| {
        let (_, random) = entry.as_bytes().split_at(8);
        FOLLOWED | (u64::from_be_bytes(random.try_into().unwrap_or_default()) & (FOLLOWED - 1))
    })
}

/// The banks of everyone who is followed.
pub(super) fn of_upstreams(matcher: &Matcher) -> Vec<Bank> {
    Upstream::all(matcher).flat_map(|upstream| upstream.banks()).collect()
}

/// Whose bank this is.
pub(super) fn upstream_of(matcher: &Matcher, name: &str) -> Option<Upstream> {
    Upstream::all(matcher).find(|upstream| upstream.banks().iter().any(|bank| bank.name.as_str() == name))
}

/// The exchange whose bank this is.
pub(super) fn exchange_of(matcher: &Matcher, name: &str) -> Option<Exchange> {
    upstream_of(matcher, name).and_then(|upstream| upstream.exchange().cloned())
}

/// Refuses to change what is followed.
pub(super) fn check_own(matcher: &Matcher, name: &str) -> Result<(), Refused> {
    match upstream_of(matcher, name) {
        None => Ok(()),
        Some(upstream) => {
            let of = upstream.name();
            Err(Refused::forbidden(format!("this bank is what {of} shows this matcher; it is changed there")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_followed_entry_has_a_number_that_a_double_holds_and_no_own_content_has() {
        for entry in [[0; 16], [0xff; 16], [7; 16]].map(EntryId::from_bytes) {
            let number = number_of(entry);
            assert!((FOLLOWED..FOLLOWED * 2).contains(&number), "{number}");
        }
    }
}
