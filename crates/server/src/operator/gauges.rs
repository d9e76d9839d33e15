//! How the node stands, in the text form of Prometheus. Written from one overview, so that a partner that is gone
//! leaves no last value behind.

use std::fmt::{Display, Write};

use super::matcher::Followed;
use super::overview::Overview;
use crate::bank::LiveSize;
use crate::follow::SourceView;
use crate::matcher::Source;

/// The gauges, worked out at this moment. Writing to a `String` cannot fail.
pub(super) fn text(overview: &Overview) -> String {
    let mut text = Gauges::default();
    let index = &overview.index;
    text.one("rempart_head_seq", "Number of the last change committed.", overview.head);
    text.one("rempart_ready", "1 once the whole bank is in the index.", u8::from(index.is_ready));
    text.one("rempart_index_entries", "Entries that can be matched.", index.size.entries);
    text.one("rempart_index_hashes", "PDQ hashes in the index.", index.size.hashes);
    text.one("rempart_index_views", "Views of pictures in the index.", index.size.views);
    let scans = index.size.crowded_searches;
    text.one("rempart_index_crowded_searches", CROWDED, scans);
    text.one("rempart_index_digests", "Exact digests in the index.", index.size.digests);
    text.one("rempart_index_bytes", "Memory of the index proper.", index.size.index_bytes);
    text.one("rempart_index_seq", "Number of the last change in the index.", index.applied);
    text.one("rempart_index_lag_changes", "Changes committed and not in the index.", index.lag.changes);
    text.one("rempart_index_lag_seconds", "Age of the oldest change that is not in the index.", index.lag.seconds);
    if let Some(newest) = index.newest_at {
        let seconds = overview.at.micros_since(newest) as f64 / 1e6;
        text.one("rempart_index_age_seconds", "Since the newest change in the index was written.", seconds);
    }
    text.one("rempart_index_failures_in_a_row", "Attempts to follow the changes that failed.", index.failures_in_a_row);
    text.head("rempart_partners", "Partners, by whether they were revoked.");
    text.line("rempart_partners", &[("state", "current")], overview.partners_current);
    text.line("rempart_partners", &[("state", "revoked")], overview.partners_revoked);
    let behind = |pick: fn(super::overview::Lag) -> u64| {
        let lagging = overview.followers.iter().filter_map(move |follower| {
            let (key, lag) = follower.key.as_ref().zip(follower.standing.lag())?;
            Some((follower.partner.as_str(), key.id.to_string(), pick(lag)))
        });
        lagging.collect::<Vec<_>>()
    };
    text.head("rempart_feed_lag_changes", "Changes that a partner's key has not acknowledged.");
    for (partner, key, lag) in behind(|lag| lag.changes) {
        text.line("rempart_feed_lag_changes", &[("partner", partner), ("key", &key)], lag);
    }
    text.head("rempart_feed_lag_seconds", "Age of the oldest change that a partner's key has not acknowledged.");
    for (partner, key, lag) in behind(|lag| lag.seconds) {
        text.line("rempart_feed_lag_seconds", &[("partner", partner), ("key", &key)], lag);
    }
    text.head("rempart_entries", "Entries in the bank.");
    for count in &overview.entries {
        let labels = [("class", count.class.name()), ("tier", count.tier.name()), ("status", count.status.name())];
        text.line("rempart_entries", &labels, count.entries);
    }
    text.head("rempart_outcomes_recorded", "Outcomes in the database, each once.");
    for (kind, count) in &overview.outcomes {
        text.line("rempart_outcomes_recorded", &[("kind", kind.name())], count);
    }
    text.head("rempart_alert_mails", "Neutral mails that wait, wait too long, or were given up in thirty days.");
    for (state, mails) in
        [("waiting", overview.mails.waiting), ("late", overview.mails.late), ("given_up", overview.mails.given_up)]
    {
        text.line("rempart_alert_mails", &[("state", state)], mails);
    }
    text.head("rempart_notices", "Notices and reminders that wait, wait too long, or could not be handed over.");
    let notices = &overview.notices;
    for (state, count) in [("waiting", notices.waiting), ("late", notices.late), ("undeliverable", notices.given_up)] {
        text.line("rempart_notices", &[("state", state)], count);
    }
    of_sources(&mut text, &overview.sources);
    text.head("rempart_build_info", "Always 1.");
    let version = env!("CARGO_PKG_VERSION");
    text.line("rempart_build_info", &[("version", version), ("engine", overview.engine)], 1);
    text.0
}

fn of_sources(text: &mut Gauges, sources: &[SourceView]) {
    let mut each = |name: &str, help: &str, pick: fn(&SourceView) -> u64| {
        text.head(name, help);
        for source in sources {
            text.line(name, &[("source", source.name.as_str()), ("system", source.kind.name())], pick(source));
        }
    };
    each("rempart_source_records", "Records held of a system that is followed.", |source| source.records);
    each("rempart_source_failures_in_a_row", "Turns in a row in which it was not heard.", |source| {
        source.failures.into()
    });
    each("rempart_source_skipped", "Records of it that were left out.", |source| source.skipped);
    each("rempart_source_feedback_waiting", "Outcomes that wait to go back.", |source| source.feedback_waiting);
    each("rempart_source_feedback_refused", "Outcomes that it refused.", |source| source.feedback_refused);
    each("rempart_source_complete_seconds", "When all that it had was last here, since 1970.", |source| {
        source.complete_at.map_or(0, |at| at.as_micros().unsigned_abs() / 1_000_000)
    });
}

const CROWDED: &str =
    "Searches, since the start, that met a crowd of look-alikes and cost more than eight times what is expected.";

/// The gauges of a matcher that its own measuring does not give.
pub(super) fn of_matcher(nodes: &[Followed], sources: &[Source]) -> String {
    let mut text = Gauges::default();
    let mut each = |name: &str, help: &str, pick: fn(&LiveSize) -> usize| {
        text.head(name, help);
        for node in nodes {
            text.line(name, &[("upstream", &node.status.standing.url)], pick(&node.size));
        }
    };
    each("rempart_index_entries", "Entries that can be matched.", |size| size.entries);
    each("rempart_index_hashes", "PDQ hashes in the index.", |size| size.hashes);
    each("rempart_index_views", "Views of pictures in the index.", |size| size.views);
    each("rempart_index_crowded_searches", CROWDED, |size| size.crowded_searches as usize);
    each("rempart_index_digests", "Exact digests in the index.", |size| size.digests);
    each("rempart_index_bytes", "Memory of the index proper.", |size| size.index_bytes);
    let views: Vec<SourceView> = sources.iter().map(|source| source.view.clone()).collect();
    of_sources(&mut text, &views);
    text.head("rempart_build_info", "Always 1.");
    text.line("rempart_build_info", &[("version", env!("CARGO_PKG_VERSION"))], 1);
    text.0
}

#[derive(Default)]
struct Gauges(String);

impl Gauges {
    fn one(&mut self, name: &str, help: &str, value: impl Display) {
        self.head(name, help);
        self.line(name, &[], value);
    }

    fn head(&mut self, name: &str, help: &str) {
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} gauge");
    }

    fn line(&mut self, name: &str, labels: &[(&str, &str)], value: impl Display) {
        let labels: Vec<String> = labels.iter().map(|(name, value)| format!("{name}=\"{}\"", escaped(value))).collect();
        let labels = if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
        let _ = writeln!(self.0, "{name}{labels} {value}");
    }
}

fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_cannot_break_out_of_their_quotes() {
        let mut gauges = Gauges::default();
        gauges.line("x", &[("partner", "a\"b\\c\nd")], 1);
        assert_eq!(gauges.0, "x{partner=\"a\\\"b\\\\c\\nd\"} 1\n");
    }
}
