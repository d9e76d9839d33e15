//! `/desk/notices`: what waits for somebody, how platforms stand, what could not be delivered.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::State as Taken;
use axum::response::Response;
use exchange::NoticeId;

use super::Words;
use crate::access::staff::{Analyst, Handle};
use crate::desk::{Frame, Refused, page};
use crate::node::Node;
use crate::removal::notices::{COUNTED_MAX, Due, Of, Purpose, State};

/// Lists that a page has, by what its path says.
pub(super) const QUEUES: [(&str, Of); 10] = [
    ("approve", Of::State(State::Draft, false)),
    ("send", Of::State(State::Approved, true)),
    ("late", Of::Late),
    ("check", Of::Due(Due::Check)),
    ("escalate", Of::Due(Due::Escalate)),
    ("undeliverable", Of::State(State::Undeliverable, false)),
    ("approved", Of::State(State::Approved, false)),
    ("sent", Of::State(State::Sent, false)),
    ("acknowledged", Of::State(State::Acknowledged, false)),
    ("removed", Of::State(State::Removed, false)),
];
/// Of those, what waits for somebody.
const WAITING: usize = 7;

impl Words {
    /// What a list is called, and why something is in it.
    pub(super) fn queue(self, key: &str) -> (&'static str, &'static str) {
        let t = self.0;
        match key {
            "approve" => (t.removal_queue_approve(), t.removal_queue_approve_why()),
            "send" => (t.removal_queue_send(), t.removal_queue_send_why()),
            "late" => (t.removal_queue_late(), t.removal_queue_late_why()),
            "check" => (t.removal_queue_check(), t.removal_queue_check_why()),
            "escalate" => (t.removal_queue_escalate(), t.removal_queue_escalate_why()),
            "undeliverable" => (t.removal_queue_undeliverable(), t.removal_queue_undeliverable_why()),
            "approved" => (t.removal_queue_approved(), t.removal_queue_approved_why()),
            "sent" => (t.removal_queue_sent(), ""),
            "acknowledged" => (t.removal_queue_acknowledged(), ""),
            "removed" => (t.removal_queue_removed(), ""),
            "refused" => (t.removal_queue_refused(), ""),
            _ => (t.removal_queue_withdrawn(), ""),
        }
    }
}

struct Queue {
    key: &'static str,
    name: &'static str,
    why: &'static str,
    count: String,
    is_empty: bool,
}

struct Row {
    name: String,
    cells: Vec<u64>,
}

struct DeadLetter {
    id: Option<String>,
    tries: u64,
    code: u16,
    at: String,
}

#[derive(Template)]
#[template(path = "removal/pages/home.html")]
struct Home {
    frame: Frame,
    words: Words,
    queues: Vec<Queue>,
    states: Vec<State>,
    platforms: Vec<Row>,
    dead: Vec<DeadLetter>,
    is_crisis: bool,
}

pub(super) async fn show(who: Analyst, Taken(node): Taken<Node>) -> Result<Response, Refused> {
    let (t, zone) = (who.t(), who.signed().zone(&node).await?);
    let words = Words(t);
    let mut queues = Vec::new();
    for (key, of) in &QUEUES[..WAITING] {
        let count = node.removal.how_many(of).await?;
        let (name, why) = words.queue(key);
        let most = COUNTED_MAX.unsigned_abs();
        let shown = if count >= most { t.removal_more_than(most - 1) } else { t.language.number(count) };
        queues.push(Queue { key, name, why, count: shown, is_empty: count == 0 });
    }
    let directory = node.removal.directory().await?;
    let mut by_platform: BTreeMap<String, BTreeMap<State, u64>> = BTreeMap::new();
    for (platform, state, count) in node.removal.states().await? {
        by_platform.entry(directory.name(&platform)).or_default().insert(state, count);
    }
    let states = State::ALL.to_vec();
    let cells = |of: &BTreeMap<State, u64>| states.iter().map(|state| of.get(state).copied().unwrap_or(0)).collect();
    let platforms = by_platform.iter().map(|(name, of)| Row { name: name.clone(), cells: cells(of) }).collect();
    let dead = node.removal.dead_letters().await?.into_iter().map(|dead| DeadLetter {
        id: (dead.purpose != Purpose::Changes).then(|| NoticeId::from_bytes(dead.about).to_string()),
        tries: dead.tries.into(),
        code: dead.code,
        at: t.language.moment(dead.given_up_at, &zone),
    });
    let is_crisis = node.removal.crisis_in_force().await?.is_some();
    let frame = Frame::of(&node, &who, "/desk/notices").await?;
    page(t, &Home { words, queues, states, platforms, dead: dead.collect(), is_crisis, frame })
}
