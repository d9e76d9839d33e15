//! The desk's pages of the queue: everything works without scripts but holding a place of a file to see it sharp.
//!
//! | paths | for |
//! | --- | --- |
//! | `/desk/queue/*`, `/desk/mine`, `/desk/work/*`, `/desk/me`, `/desk/break` | analysts and leads |
//! | `/desk/overview`, `/desk/answers` | leads |
//!
//! What a page says once after a form stands as a word in its address (`said`): it names nothing of a case.

mod answers;
mod case;
mod events;
mod file;
mod me;
mod mine;
mod overview;
mod queue;
mod said;
mod shown;
mod work;

use futures::FutureExt;

use super::model::Stage;
use crate::access::staff::StaffId;
use crate::desk::{Admitted, Count, Desk, Entry};
use crate::node::Node;

pub(crate) fn desk(desk: Desk) -> Desk {
    desk.show("/desk/queue/{stage}", queue::show)
        .change("/desk/queue/{stage}", queue::next)
        .show("/desk/queue/{stage}/events", events::stream)
        .show("/desk/mine", mine::show)
        .show("/desk/work/{id}", work::show)
        .change("/desk/work/{id}/take", work::take)
        .change("/desk/work/{id}/skip", work::skip)
        .change("/desk/work/{id}/back", work::let_go)
        .change("/desk/work/{id}/hand", work::hand)
        .change("/desk/work/{id}/renew", work::renew)
        .change("/desk/work/{id}/write", case::write)
        .change("/desk/work/{id}/verdict", case::decide)
        .change("/desk/work/{id}/settle", work::settle)
        .change("/desk/work/{id}/contest", case::contest)
        .change("/desk/work/{id}/end", case::end)
        .show("/desk/work/{id}/file/{position}", file::show)
        .show("/desk/work/{id}/file/{position}/blur", file::blurred)
        .change("/desk/work/{id}/file/{position}/look", file::look)
        .show("/desk/break", me::rest)
        .show("/desk/me", me::show)
        .change("/desk/me", me::choose)
        .show("/desk/overview", overview::show)
        .show("/desk/answers", answers::show)
        .change("/desk/answers", answers::change)
        .entry(entry(|t| t.work_nav_first(), "/desk/queue/first", Admitted::Analyst, Some(first)))
        .entry(entry(|t| t.work_nav_second(), "/desk/queue/second", Admitted::Analyst, Some(second)))
        .entry(entry(|t| t.work_nav_lead(), "/desk/queue/lead", Admitted::Lead, Some(between)))
        .entry(entry(|t| t.work_nav_answers(), "/desk/queue/answers", Admitted::Analyst, Some(written)))
        .entry(entry(|t| t.work_nav_disputes(), "/desk/queue/disputes", Admitted::Analyst, Some(disputes)))
        .entry(entry(|t| t.work_nav_mine(), "/desk/mine", Admitted::Analyst, Some(mine_count)))
        .entry(entry(|t| t.work_nav_me(), "/desk/me", Admitted::Analyst, None))
        .entry(entry(|t| t.work_nav_overview(), "/desk/overview", Admitted::Lead, None))
        .entry(entry(|t| t.work_nav_texts(), "/desk/answers", Admitted::Lead, None))
}

const fn entry(
    label: fn(crate::http::locale::Texts) -> &'static str,
    path: &'static str,
    admits: Admitted,
    count: Option<Count>,
) -> Entry {
    Entry { label, path, admits, count }
}

macro_rules! counts {
    ($($name:ident = $stage:ident),+) => { $(
        fn $name(node: Node, _: StaffId) -> futures::future::BoxFuture<'static, Option<u64>> {
            async move { node.casework.count(Stage::$stage).await.ok() }.boxed()
        }
    )+ };
}

counts!(first = First, second = Second, between = Lead, written = Answer, disputes = Contested);

fn mine_count(node: Node, who: StaffId) -> futures::future::BoxFuture<'static, Option<u64>> {
    async move { node.casework.count_mine(who).await.ok() }.boxed()
}
