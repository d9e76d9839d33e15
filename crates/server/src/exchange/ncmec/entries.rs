//! `GET entries`: what was listed and taken back in a range of seconds.

use axum::extract::State;
use axum::response::Response;
use exchange::dialects::ncmec::{Item, Member, Writer, item, second, time};
use exchange::dialects::{Medium, owner_number};
use exchange::{Action, Class};
use serde::Deserialize;

use super::xml;
use crate::access::Follower;
use crate::bank::{Dialect, Told};
use crate::exchange::dialect::{NUMBERS_PER_READING, Shown, Walk, acknowledge, told};
use crate::http::{Problem, Query};
use crate::node::Node;

/// Numbers on one page, at most: some 40 MB of XML. A client that pages by quartering its range is answered at once.
pub const ENTRIES_PER_PAGE_MAX: u64 = 100_000;
/// How far from UTC a client's clock may show: from it or to it.
const ZONES_SECONDS: i64 = 15 * 3_600;
/// A range that ends this near to now is one up to now, of a client that knows which time it is.
const NOW_SECONDS: i64 = 120;
/// What such a client is sent again: its zone may have another hour since it asked last.
const OVERLAP_SECONDS: i64 = 3_600;
/// A range that begins before is one from the beginning, whatever the zone.
const BEGINNING: i64 = 2 * 86_400;

/// Which range and page. Parameters that are not known are passed over.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct EntriesParameters {
    /// From this second on.
    #[param(value_type = Option<String>, format = DateTime)]
    pub from: Option<String>,
    /// Before this second; now when left out.
    #[param(value_type = Option<String>, format = DateTime)]
    pub to: Option<String>,
    /// From `next`: the first number of the page.
    pub start: Option<u64>,
    /// From `next`: numbers of the page; it may be shorter.
    pub size: Option<u64>,
    /// From `next`: the last number of the range.
    pub max: Option<u64>,
}

/// The list, for NCMEC's clients
///
/// Of minors alone, and only what may be blocked; what went, or may be blocked no more, is `deletedImage` or `deletedVideo`.
/// A range up to now is answered from an hour earlier on, since such clients' clocks differ.
#[utoipa::path(
    get, path = "/entries", tag = "dialects", operation_id = "ncmec_entries",
    params(EntriesParameters),
    responses(
        (status = 200, description = "A page.", body = String, content_type = "application/xml; charset=utf-8"),
        (status = "4XX", description = "Not for this key, or not readable.", body = Problem, content_type = "application/problem+json"),
        (status = "5XX", description = "The node failed.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn entries(
    State(node): State<Node>,
    Shown(who, _): Shown<Follower>,
    Query(parameters): Query<EntriesParameters>,
) -> Result<Response, Problem> {
    let now = node.clock.now().as_micros() / 1_000_000;
    let from = range_end(parameters.from.as_deref(), 0, "from")?;
    let to = range_end(parameters.to.as_deref(), now, "to")?;
    let head = node.bank.head().await?;
    let page_max = node.list_page;
    let is_paging = parameters.start.is_some() || parameters.max.is_some();
    let mut walk = if let (Some(start), Some(max)) = (parameters.start, parameters.max) {
        Walk::of(&format!("{}.{max}", start.saturating_sub(1)), head)?
    } else if is_paging {
        return Err(Problem::invalid("start and max come together, from the `next` of the page before"));
    } else {
        let reached = node.bank.comes(&who, Dialect::Ncmec, from < BEGINNING).await?;
        acknowledge(&node, &who, reached, from, head).await?;
        range(&node, from, to, now, head).await?
    };
    // The first page of a range that needs more is thrown away by the most used client, which then asks for a part.
    let is_probe = !is_paging && walk.until - walk.after > page_max;
    let (first, most) = (walk.after, if is_probe { 1 } else { usize::MAX });
    let size = parameters.size.filter(|size| *size > 0).map_or(page_max, |size| size.min(page_max));
    let end = walk.until.min(walk.after.saturating_add(if is_paging { size } else { page_max }));
    let mut writer = Writer::default();
    'pages: while walk.after < end {
        let page = node.bank.told(who.viewer(), walk.after, end, NUMBERS_PER_READING).await?;
        for told in page.told {
            items(&told).iter().for_each(|item| writer.push(item));
            if writer.count() >= most {
                walk.after = told.change.seq;
                break 'pages;
            }
        }
        walk.after = page.through;
    }
    if walk.is_over() {
        // Its next range begins where this one ended, by its own clock.
        told(&node, &who, Dialect::Ncmec, walk.until, to).await?;
        return Ok(xml(writer.end(None, None)));
    }
    let next = form_urlencoded::Serializer::new(String::new())
        .append_pair("from", &time(from))
        .append_pair("to", &time(to))
        .append_pair("start", &(walk.after + 1).to_string())
        .append_pair("size", &page_max.to_string())
        .append_pair("max", &walk.until.to_string())
        .finish();
    let hint = if is_probe { node.bank.second_of(first + page_max).await? } else { None };
    Ok(xml(writer.end(Some(&format!("/v2/entries?{next}")), hint)))
}

fn range_end(text: Option<&str>, otherwise: i64, name: &str) -> Result<i64, Problem> {
    let Some(text) = text else { return Ok(otherwise) };
    second(text).ok_or_else(|| Problem::invalid(format!("{name} is a time such as 2026-11-21T10:15:30Z")))
}

/// The numbers of a range of seconds, by the client's clock.
async fn range(node: &Node, from: i64, to: i64, now: i64, head: u64) -> Result<Walk, Problem> {
    let number_before = async |second| node.bank.number_before(second).await;
    let away = (to - now).abs();
    if away <= ZONES_SECONDS || to > now {
        let overlap = if away <= NOW_SECONDS { OVERLAP_SECONDS } else { ZONES_SECONDS };
        let after = number_before(from - overlap).await?.min(head);
        if head - after <= node.list_page {
            return Ok(Walk { after, until: head });
        }
    }
    let after = number_before(from).await?.min(head);
    Ok(Walk { after, until: number_before(to).await?.clamp(after, head) })
}

/// What a change says here. Whether what went was a picture or a video is not known any more, so both are said.
fn items(told: &Told) -> Vec<Item> {
    let member = Member { id: owner_number(told.contributor), name: told.origin.clone() };
    match &told.change.action {
        Action::Put(entry) if entry.class != Class::Minor => Vec::new(),
        Action::Put(entry) => vec![item(entry, member, told.second)],
        Action::Remove { entry, .. } => {
            let gone = |medium| Item {
                member: member.clone(),
                id: entry.to_string(),
                medium,
                second: Some(told.second),
                listed: None,
            };
            vec![gone(Medium::Picture), gone(Medium::Film)]
        }
    }
}
