//! What leads see: how far looks agree, how much is decided without viewing, what all together saw.

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::shown::code_name;
use crate::access::staff::{Handle, Lead};
use crate::casework::{Agreement, GROUP_MIN};
use crate::desk::{Frame, Refused, page};
use crate::http::locale::Texts;
use crate::node::Node;

pub(super) async fn show(who: Lead, State(node): State<Node>) -> Result<Response, Refused> {
    let t = who.t();
    let (agreement, pairs) = node.casework.agreement(&who).await?;
    let rate = node.casework.rate().await?;
    let epoch = exchange::Time::from_micros(0);
    let week = |day: i64| t.language.day(epoch.plus_seconds(day * 86_400), &jiff::tz::TimeZone::UTC);
    let groups = node.casework.groups(&who).await?;
    let _ = who.signed();
    let shown = Overview {
        frame: Frame::of(&node, &who, "/desk/overview").await?,
        t,
        kappa: agreement.and_then(|agreement| agreement.kappa).map(|kappa| decimal(t, kappa)),
        agreement,
        pairs: pairs
            .into_iter()
            .map(|(first, second, number)| (code_name(t, &first), code_name(t, &second), number))
            .collect(),
        rate: rate.percent().map(|percent| t.work_rate(percent, rate.decided)),
        groups: groups
            .into_iter()
            .map(|(day, minutes)| {
                (week(day), minutes.map_or_else(|| t.over_few(GROUP_MIN), |minutes| t.over_minutes(minutes)))
            })
            .collect(),
    };
    page(t, &shown)
}

/// Two decimals, as the language writes them.
fn decimal(t: Texts, number: f64) -> String {
    let text = format!("{number:.2}");
    if t.language.code() == "fr" { text.replace('.', ",") } else { text }
}

#[derive(Template)]
#[template(path = "casework/pages/overview.html")]
struct Overview {
    frame: Frame,
    t: Texts,
    agreement: Option<Agreement>,
    kappa: Option<String>,
    pairs: Vec<(String, String, u64)>,
    rate: Option<String>,
    groups: Vec<(String, String)>,
}
