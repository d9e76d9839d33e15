//! How HMA's words are given to what came from nodes: banks for what entries are worth, numbers for entries.

use exchange::dialects::hma::{Bank, BankName, Ratio};
use exchange::{Advice, Class, EntryId};

use super::refused::Refused;
use crate::matcher::Matcher;
use crate::matcher::banks::content_of;
use crate::matcher::replica::Replica;

/// Numbers of nodes' entries begin here; those of own contents are below. Both are whole in a double, as JavaScript reads them.
const NODES: u64 = 1 << 52;

/// The number of an entry. Of a node's entry it is 52 of the random bits of its id.
pub(super) fn number_of(entry: EntryId) -> u64 {
    content_of(entry).unwrap_or_else(|| {
        let (_, random) = entry.as_bytes().split_at(8);
        NODES | (u64::from_be_bytes(random.try_into().unwrap_or_default()) & (NODES - 1))
    })
}

/// The bank that an entry of a node is shown in.
pub(super) fn bank_of(node: &Replica, class: Class, advice: Advice) -> BankName {
    BankName::of_node(node.upstream.host(), class, advice)
}

/// The banks of every node.
pub(super) fn of_nodes(matcher: &Matcher) -> Vec<Bank> {
    let of_node = |node: &Replica| {
        let each = |class: Class| [Advice::Block, Advice::Review].map(|advice| bank_of(node, class, advice));
        Class::ALL.iter().flat_map(|class| each(*class)).collect::<Vec<_>>()
    };
    let names = matcher.inner.replicas.iter().flat_map(|node| of_node(node));
    names.map(|name| Bank { name, matching_enabled_ratio: Ratio::ALL }).collect()
}

/// The node whose bank this is, and the class that is in it.
pub(super) fn node_of<'a>(matcher: &'a Matcher, name: &str) -> Option<(&'a Replica, Class)> {
    let is_its = |node: &Replica, class: Class| {
        [Advice::Block, Advice::Review].iter().any(|advice| bank_of(node, class, *advice).as_str() == name)
    };
    let mut nodes = matcher.inner.replicas.iter();
    nodes.find_map(|node| Class::ALL.iter().find(|class| is_its(node, **class)).map(|class| (&**node, *class)))
}

/// Refuses to change what a node shows.
pub(super) fn check_own(matcher: &Matcher, name: &str) -> Result<(), Refused> {
    match node_of(matcher, name) {
        None => Ok(()),
        Some((node, _)) => {
            let host = node.upstream.host();
            Err(Refused::forbidden(format!("this bank is what {host} shows this matcher; it is changed there")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nodes_entry_has_a_number_that_a_double_holds_and_no_own_content_has() {
        for entry in [[0; 16], [0xff; 16], [7; 16]].map(EntryId::from_bytes) {
            let number = number_of(entry);
            assert!((NODES..NODES * 2).contains(&number), "{number}");
        }
    }
}
