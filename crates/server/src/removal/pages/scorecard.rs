//! `/desk/scorecard`: how platforms did in twelve months, exact, for those who work here.

use askama::Template;
use axum::extract::State as Taken;
use axum::response::Response;

use super::Words;
use crate::access::staff::{Analyst, Handle};
use crate::desk::{Frame, Refused, page};
use crate::http::locale::Texts;
use crate::node::Node;
use crate::removal::chart::{Bar, bars};
use crate::removal::notices::{Refusal, month, month_start};
use crate::removal::scorecard::{SCORECARD_MONTHS, Score};

struct Row {
    name: String,
    score: Score,
    acknowledge: String,
    remove: String,
    on_time: String,
    reposted: String,
}

#[derive(Template)]
#[template(path = "removal/pages/scorecard.html")]
struct Scorecard {
    frame: Frame,
    words: Words,
    rows: Vec<Row>,
    chart: String,
    source: String,
    year: i16,
}

pub(super) async fn show(who: Analyst, Taken(node): Taken<Node>) -> Result<Response, Refused> {
    let (t, zone) = (who.t(), who.signed().zone(&node).await?);
    let directory = node.removal.directory().await?;
    let mut rows: Vec<Row> = node
        .removal
        .scorecard()
        .await?
        .into_iter()
        .filter(|(_, score)| score.sent > 0)
        .map(|(key, score)| Row {
            name: directory.name(&key),
            acknowledge: hours(t, score.hours_to_acknowledge),
            remove: hours(t, score.hours_to_remove),
            on_time: share(t, score.on_time_per_mille()),
            reposted: share(t, score.reposted_per_mille()),
            score,
        })
        .collect();
    // Who was sent the most comes first; among equals by name.
    rows.sort_by(|a, b| b.score.sent.cmp(&a.score.sent).then_with(|| a.name.cmp(&b.name)));
    let bar = |row: &Row| Bar { label: row.name.clone(), value: row.score.hours_to_remove, said: row.remove.clone() };
    let drawn: Vec<Bar> = rows.iter().filter(|row| row.score.hours_to_remove.is_some()).map(bar).collect();
    let now = node.clock.now();
    let from = month_start(month(now) - SCORECARD_MONTHS + 1);
    let source = t.removal_score_source(t.language.day(from, &zone), t.language.day(now, &zone));
    let chart = bars(t.removal_score_chart(), t.removal_score_unit(), &drawn);
    let year = i16::try_from(1970 + month(now) / 12).unwrap_or(i16::MAX);
    let frame = Frame::of(&node, &who, "/desk/scorecard").await?;
    page(t, &Scorecard { frame, words: Words(t), rows, chart, source, year })
}

fn hours(t: Texts, hours: Option<u64>) -> String {
    hours.map_or_else(|| t.removal_score_none().to_owned(), |hours| t.removal_score_hours(hours))
}

fn share(t: Texts, per_mille: Option<u64>) -> String {
    let Some(per_mille) = per_mille else { return t.removal_score_none().to_owned() };
    t.removal_score_per_cent((per_mille + 5) / 10)
}
