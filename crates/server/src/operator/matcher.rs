//! The status page of a matcher.

use std::time::Duration;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use exchange::Time;

use super::status::{Said, Tag, moment};
use super::trouble::of_source;
use crate::bank::LiveSize;
use crate::http::Problem;
use crate::http::locale::Texts;
use crate::http::page::{Frame, page};
use crate::matcher::{Matcher, Source, UpstreamStatus};

/// A node that the matcher follows, and what is held of it.
pub(super) struct Followed {
    pub(super) status: UpstreamStatus,
    pub(super) size: LiveSize,
}

/// Every node, in the order of the settings.
pub(super) fn followed(matcher: &Matcher) -> Vec<Followed> {
    let sizes = matcher.lives().into_iter().map(|live| live.size());
    matcher.status().upstreams.into_iter().zip(sizes).map(|(status, size)| Followed { status, size }).collect()
}

/// The page, as of now. It does not reload itself.
pub(super) async fn status(State(matcher): State<Matcher>, texts: Texts) -> Result<Response, Problem> {
    let nodes = followed(&matcher);
    let stale_seconds_max = matcher.status().stale_seconds_max;
    let stale_max = texts.language.duration(stale_seconds_max);
    let sources = matcher.sources();
    let mut troubles: Vec<Said> = nodes.iter().flat_map(|node| said(&node.status, &stale_max, texts)).collect();
    let of_sources = sources.iter().flat_map(|source| of_source(&source.view));
    troubles.extend(of_sources.map(|trouble| Said::of(&trouble, texts)));
    troubles.sort_by_key(|said| !said.is_danger);
    let frame = Frame { texts, path: "/status" };
    page(
        texts.language,
        &MatcherPage { frame, t: texts, at: matcher.now(), stale_max, stale_seconds_max, troubles, nodes, sources },
    )
}

#[derive(Template)]
#[template(path = "operator/matcher.html")]
struct MatcherPage {
    frame: Frame,
    t: Texts,
    at: Time,
    stale_max: String,
    stale_seconds_max: u64,
    troubles: Vec<Said>,
    nodes: Vec<Followed>,
    sources: Vec<Source>,
}

/// What is wrong with one node: at most one thing about hearing it, then what else waits.
fn said(status: &UpstreamStatus, stale_max: &str, t: Texts) -> Vec<Said> {
    let UpstreamStatus { standing: node, stale_seconds, too_stale } = status;
    let since = t.language.duration(stale_seconds.unwrap_or(0));
    let url = &node.url;
    let mut said = Vec::new();
    let mut say = |is_danger, what, todo: &'static str| said.push(Said { is_danger, what, todo: todo.into() });
    if !node.loaded {
        say(true, t.matcher_not_loaded(url), t.matcher_not_loaded_todo());
    } else if *too_stale {
        say(true, t.matcher_too_stale(url, since, stale_max), t.matcher_too_stale_todo());
    } else if node.revoked {
        say(true, t.matcher_revoked(url, since), t.matcher_revoked_todo());
    } else if !node.connected {
        say(true, t.matcher_cut_off(url, since), t.matcher_cut_off_todo());
    }
    if node.outcomes_refused > 0 {
        say(false, t.matcher_refused(node.outcomes_refused, url), t.matcher_refused_todo());
    }
    if node.skipped > 0 {
        say(false, t.matcher_skipped(node.skipped, url), t.matcher_skipped_todo());
    }
    if node.polling && node.connected {
        say(false, t.matcher_polling(url), t.matcher_polling_todo());
    }
    said
}

impl MatcherPage {
    fn source_tag(&self, source: &Source) -> Tag {
        let (look, sign, word) = if !source.is_whole() {
            ("danger", "!", self.t.matcher_tag_loading())
        } else if source.is_too_stale(self.at, Duration::from_secs(self.stale_seconds_max)) {
            ("danger", "!", self.t.matcher_tag_unused())
        } else if source.stale_seconds(self.at).is_some() {
            ("danger", "!", self.t.matcher_tag_cut_off())
        } else {
            ("good", "✓", self.t.matcher_tag_heard())
        };
        Tag { look, sign, word }
    }

    const fn tag(&self, status: &UpstreamStatus) -> Tag {
        let UpstreamStatus { standing: node, too_stale, .. } = status;
        let (look, sign, word) = if !node.loaded {
            ("danger", "!", self.t.matcher_tag_loading())
        } else if *too_stale {
            ("danger", "!", self.t.matcher_tag_unused())
        } else if node.revoked {
            ("danger", "!", self.t.standing_revoked())
        } else if !node.connected {
            ("danger", "!", self.t.matcher_tag_cut_off())
        } else {
            ("good", "✓", self.t.matcher_tag_heard())
        };
        Tag { look, sign, word }
    }

    fn ago(&self, at: &Time) -> String {
        self.t.ago(self.t.language.duration(self.at.micros_since(*at) / 1_000_000))
    }
}
