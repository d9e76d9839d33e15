//! `/desk/notices/in/<queue>`: one list, by key, a page at a time.

use askama::Template;
use axum::extract::{Path, Query, State as Taken};
use axum::response::Response;
use exchange::Time;
use serde::Deserialize;

use super::Words;
use super::home::QUEUES;
use crate::access::staff::{Analyst, Handle};
use crate::desk::{Frame, Refused, page};
use crate::node::Node;
use crate::removal::notices::{Place, Summary};

/// Notices on one page, at most.
const PAGE_MAX: usize = 50;

#[derive(Deserialize)]
pub(super) struct After {
    /// The place behind which the page begins: the moment and the id of the last one before.
    #[serde(default)]
    after: String,
}

pub(super) struct Line {
    pub(super) notice: Summary,
    pub(super) sent: String,
    pub(super) deadline: String,
    pub(super) late: Option<String>,
}

impl Line {
    pub(super) fn of(notice: Summary, moment: impl Fn(Time) -> String) -> Self {
        let said = |at: Option<Time>| at.map(&moment).unwrap_or_default();
        Self {
            sent: said(notice.sent_at),
            deadline: said(notice.deadline_at),
            late: notice.late_since.map(&moment),
            notice,
        }
    }
}

#[derive(Template)]
#[template(path = "removal/pages/list.html")]
struct List {
    frame: Frame,
    words: Words,
    key: &'static str,
    title: &'static str,
    why: &'static str,
    lines: Vec<Line>,
    next: Option<String>,
}

pub(super) async fn show(
    who: Analyst,
    Taken(node): Taken<Node>,
    Path(queue): Path<String>,
    Query(after): Query<After>,
) -> Result<Response, Refused> {
    let (t, zone) = (who.t(), who.signed().zone(&node).await?);
    let words = Words(t);
    let (key, of) = QUEUES.iter().find(|(key, _)| *key == queue).ok_or(Refused::gone(t))?;
    let (list, next) = node.removal.list(of, place(&after.after), PAGE_MAX).await?;
    let (title, why) = words.queue(key);
    let lines = list.into_iter().map(|notice| Line::of(notice, |at| t.language.moment(at, &zone))).collect();
    let next = next.map(|place| format!("{}.{}", place.micros, exchange::hex::encode(&place.id)));
    let frame = Frame::of(&node, &who, format!("/desk/notices/in/{key}")).await?;
    page(t, &List { frame, words, key, title, why, lines, next })
}

/// A place out of an address; the beginning instead of anything else.
fn place(text: &str) -> Place {
    let read = || {
        let (micros, id) = text.split_once('.')?;
        Some(Place { micros: micros.parse().ok()?, id: exchange::hex::decode::<16>(id)? })
    };
    read().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_or_the_beginning() {
        let id = "0102030405060708090a0b0c0d0e0f10";
        assert_eq!(place(&format!("7.{id}")).micros, 7);
        for wrong in ["", "7", "x.00", "7.zz", &format!("7.{id}00")] {
            assert_eq!(place(wrong), Place::default(), "{wrong}");
        }
    }
}
