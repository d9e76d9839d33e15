//! One answer from what is held of several nodes.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use exchange::dialects::hma::{Bank, BankName};
use exchange::{EntryId, MATCHES_PER_QUERY_MAX, MatchResponse, MatchResult, Matched, Parsed, Radius};

use super::Matcher;
use super::access::Access;
use super::sources::{Exchange, Source};
use crate::bank::Live;
use crate::compute::{in_turn, turn};
use crate::http::Problem;
use crate::partners::PartnerName;

impl Matcher {
    /// Answers from every node whose bank is held whole and not too stale, and from other systems that are followed. `seq` is
    /// that of the node least ahead, 0 while one was never received; `stale_seconds` is that of the one longest unheard.
    pub(super) async fn answer(&self, queries: Vec<Parsed>, radius: Radius) -> Result<MatchResponse, Problem> {
        let Apart { seq, stale_seconds, answers } = self.answer_apart(queries, radius, None).await?;
        let together = answers.into_iter().map(|(_, results)| results);
        let results =
            together.reduce(|all, more| all.into_iter().zip(more).map(|(all, more)| merge(all, more)).collect());
        Ok(MatchResponse { seq, stale_seconds, results: results.unwrap_or_default() })
    }

    /// The same, by whose entries were met; of the platform's own banks: of all of them, or of these.
    pub(super) async fn answer_apart(
        &self,
        queries: Vec<Parsed>,
        radius: Radius,
        only: Option<Arc<HashSet<BankName>>>,
    ) -> Result<Apart, Problem> {
        // As many searches at a time as there are cores; the others wait here, holding their queries only.
        let turn = turn(&self.inner.searches).await?;
        let (now, stale_max) = (self.inner.clock.now(), self.inner.stale_max);
        let (mut lives, mut seq, mut stale, mut too_stale): (Vec<(Whose, Arc<Live>)>, _, _, _) =
            (Vec::new(), u64::MAX, None, false);
        let followed = self.inner.replicas.iter().zip(self.inner.standings.all());
        for (place, (replica, standing)) in followed.enumerate() {
            stale = stale.max(standing.stale_seconds(now));
            if !replica.live.is_ready() {
                seq = 0;
            } else if standing.is_too_stale(now, stale_max) {
                too_stale = true;
            } else {
                seq = seq.min(replica.live.applied());
                lives.push((Whose::Node(place), replica.live.clone()));
            }
        }
        let mut is_any_whole = !lives.is_empty();
        let sources: Vec<Source> = self.inner.sources.all().into_iter().filter(Source::is_used).collect();
        if sources.is_empty() && self.follows_nothing() {
            return Err(nothing_followed());
        }
        let is_any_awaited = !self.inner.replicas.is_empty() || sources.iter().any(Source::is_awaited);
        for source in sources {
            if source.is_awaited() || source.is_whole() {
                stale = stale.max(source.stale_seconds(now));
            }
            if source.is_too_stale(now, stale_max) {
                too_stale = true;
            } else {
                is_any_whole |= source.is_whole();
                let bank = source.exchange.as_deref().map(Exchange::as_bank);
                lives.push((Whose::Source(source.view.name, bank), source.live));
            }
        }
        if is_any_awaited && !is_any_whole {
            return Err(if too_stale { too_stale_problem(stale_max) } else { loading() });
        }
        if seq == u64::MAX {
            // No node's changes are in this answer.
            seq = 0;
        }
        let banks = self.inner.banks.clone();
        let answers = in_turn(turn, move || {
            let of_node = |(whose, live): (Whose, Arc<Live>)| (whose, live.answer(&queries, radius, |_, _| true));
            let mut answers: Vec<_> = lives.into_iter().map(of_node).collect();
            let shows = |entry, _, _| banks.shows(entry, now, only.as_deref());
            answers.push((Whose::Own, banks.live().answer_shown(&queries, radius, shows)));
            answers
        })
        .await?;
        Ok(Apart { seq, stale_seconds: stale, answers })
    }
}

/// Whose entries were met.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Whose {
    /// Those of the node at this place among the settings.
    Node(usize),
    /// Those of another system that is followed, by its name; in this bank, if they have one of their own.
    Source(PartnerName, Option<Bank>),
    /// The platform's own.
    Own,
}

/// What was met, not yet put together.
pub(super) struct Apart {
    pub(super) seq: u64,
    pub(super) stale_seconds: Option<u64>,
    pub(super) answers: Vec<(Whose, Vec<MatchResult>)>,
}

/// What two nodes know about one query: each entry once, at its smallest distance; if they differ in their advice,
/// for review.
fn merge(one: MatchResult, other: MatchResult) -> MatchResult {
    let mut best: HashMap<EntryId, Matched> = HashMap::new();
    for found in one.matches.into_iter().chain(other.matches) {
        best.entry(found.entry)
            .and_modify(|known| {
                let advice = known.advice.min(found.advice);
                if found.distance < known.distance || found.advice < known.advice {
                    let distance = known.distance.min(found.distance);
                    *known = Matched { distance, ..found.clone() };
                }
                known.advice = advice;
            })
            .or_insert(found);
    }
    let mut matches: Vec<Matched> = best.into_values().collect();
    matches.sort_unstable_by_key(|matched| (Reverse(matched.advice), matched.distance, matched.entry));
    let truncated = one.truncated || other.truncated || matches.len() > MATCHES_PER_QUERY_MAX;
    matches.truncate(MATCHES_PER_QUERY_MAX);
    MatchResult { matches, truncated }
}

impl Matcher {
    /// Whether it has neither anybody to follow nor banks of its own that could be reached: the state in which it does not start.
    /// What it follows by itself is not looked at.
    pub(super) fn follows_nothing(&self) -> bool {
        let has_own_banks = self.inner.hma.is_open || self.inner.access != Access::Loopback;
        self.inner.replicas.is_empty() && !has_own_banks
    }
}

fn nothing_followed() -> Problem {
    let detail = "The matcher follows nothing any more, so an answer would be about nothing. Add a system with `rempart follow add \
                  --matcher`, or start it with a node (--from), or with an access token for banks of your own.";
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "nothing-followed", "Nothing is followed", detail)
        .retry_after(Duration::from_secs(60))
}

fn loading() -> Problem {
    let detail = "The matcher has not yet received the whole of anything that it follows; an answer now would miss entries. Try \
                  again shortly; GET /api/v1/status tells how far it is.";
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "loading", "Not ready yet", detail)
        .retry_after(Duration::from_secs(1))
}

fn too_stale_problem(stale_max: Duration) -> Problem {
    let hours = stale_max.as_secs() / 3_600;
    let detail = format!(
        "Nothing that is followed was heard for more than {hours} hours, so what is held is no longer used. GET /api/v1/status tells why; \
         restore the connection or the key."
    );
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "too-stale", "What is held is too old", detail)
        .retry_after(Duration::from_secs(60))
}

#[cfg(test)]
mod tests {
    use super::*;
    use exchange::{Advice, Class, Kind, Orientation, Status, Tier};

    fn matched(entry: u8, distance: u8, advice: Advice) -> Matched {
        Matched {
            entry: EntryId::from_bytes([entry; 16]),
            class: Class::Minor,
            tier: Tier::Verified,
            status: Status::Active,
            advice,
            distance,
            orientation: Orientation::Original,
            kind: Kind::Pdq,
            fingerprint: 0,
            view: None,
            trimmed: false,
        }
    }

    fn result(matches: Vec<Matched>) -> MatchResult {
        MatchResult { matches, truncated: false }
    }

    #[test]
    fn an_entry_of_two_nodes_is_listed_once_with_the_cautious_advice() {
        use Advice::{Block, Review};
        let one = result(vec![matched(1, 3, Block), matched(2, 1, Block), matched(3, 9, Review)]);
        let other = result(vec![matched(2, 1, Review), matched(4, 2, Block), matched(3, 8, Review)]);
        let merged = merge(one, other);
        let expected = [matched(4, 2, Block), matched(1, 3, Block), matched(2, 1, Review), matched(3, 8, Review)];
        assert_eq!(merged.matches, expected);
        assert!(!merged.truncated);
    }

    #[test]
    fn the_nearest_hundred_are_listed_and_it_is_said_that_there_are_more() {
        let some = |from: u8, count: u8| result((from..from + count).map(|n| matched(n, n, Advice::Review)).collect());
        let full = merge(some(0, 50), some(50, 50));
        assert_eq!((full.matches.len(), full.truncated), (100, false));
        let more = merge(some(0, 50), some(50, 51));
        assert_eq!((more.matches.len(), more.truncated), (100, true));
        assert_eq!(more.matches[99].distance, 99);
    }
}
