//! One's own day: what one saw, what one wants none of, a break.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use serde::Deserialize;

use super::queue::category;
use super::said::{said, to};
use crate::access::staff::{Analyst, Handle};
use crate::casework::{Category, May};
use crate::desk::{Form, Frame, Refused, page};
use crate::http::locale::Texts;
use crate::node::Node;

#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    said: Option<String>,
}

/// Shows what one saw and what one wants none of.
pub(super) async fn show(
    who: Analyst,
    State(node): State<Node>,
    Query(asked): Query<Asked>,
) -> Result<Response, Refused> {
    let t = who.t();
    let exposure = node.casework.exposure(&who).await?;
    let out = node.casework.opt_outs(&who).await?;
    let days = node.casework.own_days(&who).await?;
    let epoch = exchange::Time::from_micros(0);
    let day = |day: i64| t.language.day(epoch.plus_seconds(day * 86_400), &jiff::tz::TimeZone::UTC);
    let rate = node.casework.rate().await?;
    let shown = Me {
        frame: Frame::of(&node, &who, "/desk/me").await?,
        t,
        said: said(t, asked.said.as_deref()),
        seen: t.me_seen(t.language.duration(exposure.seconds), t.language.duration(exposure.seconds_max)),
        seconds: exposure.seconds,
        seconds_max: exposure.seconds_max,
        days: days.into_iter().map(|(number, seconds)| (day(number), t.language.duration(seconds))).collect(),
        boxes: Category::ALL.iter().map(|one| (one.code(), category(t, *one), out.contains(one))).collect(),
        rate: rate.percent().map(|percent| t.work_rate(percent, rate.decided)),
    };
    page(t, &shown)
}

/// Keeps what one wants none of.
pub(super) async fn choose(State(node): State<Node>, form: Form<Analyst>) -> Result<Response, Refused> {
    let is_ticked = |one: &Category| form.fields.has(&format!("out-{}", one.code()));
    let all: Vec<Category> = Category::ALL.iter().copied().filter(is_ticked).collect();
    node.casework.opt_out(&form.who, &all).await?;
    Ok(to("/desk/me", "kept"))
}

/// A break, or the end of looking for today.
pub(super) async fn rest(who: Analyst, State(node): State<Node>) -> Result<Response, Refused> {
    let t = who.t();
    let exposure = node.casework.exposure(&who).await?;
    let zone = who.signed().zone(&node).await?;
    let until = match exposure.may {
        May::Break(until) => Some(t.language.moment(until, &zone)),
        May::Look | May::NotToday => None,
    };
    let shown = Rest {
        frame: Frame::of(&node, &who, "/desk/break").await?,
        t,
        until,
        may_look: exposure.may == May::Look,
        seen: t.me_seen(t.language.duration(exposure.seconds), t.language.duration(exposure.seconds_max)),
    };
    page(t, &shown)
}

#[derive(Template)]
#[template(path = "casework/pages/me.html")]
struct Me {
    frame: Frame,
    t: Texts,
    said: Option<(bool, &'static str)>,
    seen: String,
    seconds: u64,
    seconds_max: u64,
    days: Vec<(String, String)>,
    boxes: Vec<(i64, &'static str, bool)>,
    rate: Option<String>,
}

#[derive(Template)]
#[template(path = "casework/pages/rest.html")]
struct Rest {
    frame: Frame,
    t: Texts,
    until: Option<String>,
    may_look: bool,
    seen: String,
}
