//! What analysts and leads see of notices, and how platforms are set.

mod act;
mod board;
mod crises;
mod draft;
mod escalate;
mod home;
mod list;
mod notice;
mod platforms;
mod report;
mod scorecard;
mod words;

use futures::FutureExt;

use super::notices::{Of, State};
use crate::access::staff::StaffId;
use crate::desk::{Admitted, Desk, Entry};
use crate::node::Node;

pub(crate) use words::Words;

/// The room's part of the desk.
pub(crate) fn desk(desk: Desk) -> Desk {
    desk.show("/desk/notices", home::show)
        .show("/desk/notices/in/{queue}", list::show)
        .show("/desk/notices/new", draft::show)
        .change("/desk/notices/new", draft::keep)
        .show("/desk/notices/of/{id}", notice::show)
        .change("/desk/notices/of/{id}", act::act)
        .show("/desk/notices/of/{id}/draft", draft::show_again)
        .change("/desk/notices/of/{id}/draft", draft::keep_again)
        .show("/desk/notices/of/{id}/to/{authority}", escalate::show)
        .show("/desk/notices/of/{id}/to/{authority}/json", escalate::json)
        .show("/desk/notices/case/{case}", board::show)
        .change("/desk/notices/case/{case}", board::draft)
        .show("/desk/crises", crises::show)
        .change("/desk/crises", crises::act)
        .show("/desk/scorecard", scorecard::show)
        .show("/desk/report/{year}", report::show)
        .show("/desk/report/{year}/csv", report::csv)
        .show("/desk/report/{year}/json", report::json)
        .show("/desk/platforms", platforms::show)
        .change("/desk/platforms", platforms::keep_ourselves)
        .show("/desk/platforms/{key}", platforms::show_one)
        .change("/desk/platforms/{key}", platforms::keep)
        .entry(Entry {
            label: |t| t.removal_nav(),
            path: "/desk/notices",
            admits: Admitted::Analyst,
            count: Some(to_approve),
        })
        .entry(Entry {
            label: |t| t.removal_crises_nav(),
            path: "/desk/crises",
            admits: Admitted::Analyst,
            count: None,
        })
        .entry(Entry {
            label: |t| t.removal_score_nav(),
            path: "/desk/scorecard",
            admits: Admitted::Analyst,
            count: None,
        })
        .entry(Entry {
            label: |t| t.removal_platforms_nav(),
            path: "/desk/platforms",
            admits: Admitted::Administrator,
            count: None,
        })
}

/// How many drafts wait for a second person.
fn to_approve(node: Node, _: StaffId) -> futures::future::BoxFuture<'static, Option<u64>> {
    async move { node.removal.how_many(&Of::State(State::Draft, false)).await.ok().filter(|count| *count > 0) }.boxed()
}
