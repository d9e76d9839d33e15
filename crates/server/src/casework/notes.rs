//! What other rooms tell the desk, each in the transaction of what it tells: so there is no case without work, and no work
//! without a case.

use exchange::{CaseId, Class, EntryId, Time};

use super::model::{Kind, Stage, WorkId};
use super::place::{Order, Targets};
use super::queries;
use crate::intake::WaitsFor;
use crate::storage::{Session, StorageError};

const HOUR_MICROS: i64 = 3_600_000_000;

/// A case was sent. `since` is what it says in clear: the hour.
pub(crate) async fn note_case(
    on: &mut Session,
    case: CaseId,
    class: Class,
    urgency: u8,
    since: Time,
) -> Result<(), StorageError> {
    let order = Order::new(Kind::Case, class, urgency, since, Targets::default());
    queries::insert(on, WorkId::of_case(case), Kind::Case, &order, Stage::First).await.map(drop)
}

/// Somebody says that their content was listed wrongly.
pub(crate) async fn note_appeal(on: &mut Session, case: CaseId, class: Class, since: Time) -> Result<(), StorageError> {
    let order = Order::new(Kind::Appeal, class, 0, since, Targets::default());
    queries::insert(on, WorkId::of_case(case), Kind::Appeal, &order, Stage::Contested).await.map(drop)
}

/// Something was added to a case. `brings`: a picture, a link or a file.
pub(crate) async fn note_word(
    on: &mut Session,
    case: CaseId,
    waits_for: Option<WaitsFor>,
    brings: bool,
    now: Time,
) -> Result<(), StorageError> {
    let id = WorkId::of_case(case);
    let Some(work) = queries::work(on, id).await? else { return Ok(()) };
    let to = match (waits_for, work.stage) {
        (Some(WaitsFor::Hotline), Stage::Person | Stage::Nothing) if work.kind == Kind::Appeal => Stage::Contested,
        (Some(WaitsFor::Hotline), Stage::Person) => Stage::First,
        (Some(WaitsFor::Hotline), Stage::Nothing | Stage::Answer) if brings => Stage::First,
        (Some(WaitsFor::Hotline), Stage::Nothing) => Stage::Answer,
        (Some(WaitsFor::Person), Stage::Answer) => Stage::Nothing,
        _ => return Ok(()),
    };
    if to == Stage::First {
        // It is another case than the one that was decided.
        queries::unsay(on, id).await?;
    }
    if matches!(to, Stage::First | Stage::Answer | Stage::Contested) {
        let since = Time::from_micros(now.as_micros() / HOUR_MICROS * HOUR_MICROS);
        let urgency = if work.order.danger == super::place::THREAT { 3 } else { u8::from(work.order.online) * 2 };
        let fresh = Order::new(work.kind, work.order.class, urgency, since, Targets::default());
        queries::reorder(on, id, &Order { spread: work.order.spread, ..fresh }).await?;
    }
    queries::move_on(on, id, to).await?;
    on.notify().await
}

/// A case ended: nothing is left to do, and nothing of what was said of it.
pub(crate) async fn note_end(on: &mut Session, case: CaseId) -> Result<(), StorageError> {
    queries::drop_all(on, WorkId::of_case(case)).await
}

/// A platform contests an entry, or says that it was met by mistake. Again is the same as once while it waits.
pub(crate) async fn note_contested(
    on: &mut Session,
    entry: EntryId,
    class: Class,
    now: Time,
) -> Result<(), StorageError> {
    let since = Time::from_micros(now.as_micros() / HOUR_MICROS * HOUR_MICROS);
    let order = Order::new(Kind::Dispute, class, 0, since, Targets::default());
    queries::insert(on, WorkId::of_entry(entry), Kind::Dispute, &order, Stage::Contested).await.map(drop)
}
