//! `/p/7`: what came of urgent times (docs/design/0018): counts alone, and none that is small.

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::chosen;
use super::frame::{Frame, Loads, page};
use super::shelf::frame;
use super::visit::Reading;
use crate::http::Problem;
use crate::http::locale::Texts;
use crate::node::Node;
use crate::removal::debrief::{PublicCounts, PublicDebrief};
use crate::removal::scorecard::{SMALL, Shown};

/// The page.
pub(super) async fn show(State(node): State<Node>, Reading(t): Reading) -> Result<Response, Problem> {
    let crises = node.removal.published_debriefs().await?.into_iter().map(|debrief| said(t, debrief)).collect();
    page(t, Loads::Plain, &Figures { frame: frame(t, "/p/7"), t, crises, small: SMALL })
}

fn said(t: Texts, debrief: PublicDebrief) -> Crisis {
    let day = |at| t.language.day(at, &chosen::zone());
    let (from, until) = (day(debrief.from), day(debrief.until));
    let when = if from == until { from } else { t.figures_from_to(from, until) };
    let hours = debrief.hours();
    Crisis { when, hours, rows: debrief.counts.map(|counts| rows(t, &counts)) }
}

/// What there is to say, and its number.
fn rows(t: Texts, counts: &PublicCounts) -> Vec<(String, String)> {
    let cell = |shown: Shown| shown.map_or_else(|| t.figures_left_out().to_owned(), |number| t.language.number(number));
    let mut rows = vec![
        (t.figures_sent(), Some(counts.sent)),
        (t.figures_removed(), counts.removed),
        (t.figures_geo_blocked(), counts.geo_blocked),
        (t.figures_refused(), counts.refused),
        (t.figures_reposted(), counts.reposted),
        (t.figures_waiting(), counts.waiting),
        (t.figures_withdrawn(), counts.withdrawn),
    ]
    .into_iter()
    .map(|(what, shown)| (what.to_owned(), cell(shown)))
    .collect::<Vec<_>>();
    if let Some(hours) = counts.hours_to_removal {
        // Counted in whole hours: one of 3 was so within 4.
        rows.push((t.figures_median().to_owned(), t.figures_hours(hours + 1)));
    }
    rows
}

struct Crisis {
    when: String,
    hours: u64,
    /// `None` where too few notices were sent to say more.
    rows: Option<Vec<(String, String)>>,
}

#[derive(Template)]
#[template(path = "intake/pages/figures.html")]
struct Figures {
    frame: Frame,
    t: Texts,
    crises: Vec<Crisis>,
    small: u64,
}
