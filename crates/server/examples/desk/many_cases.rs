//! Very many cases that nobody opens: rows as sealed ones are, of all kinds and hours, and where each stands on the desk.

use rand::SeedableRng;
use rand::rngs::StdRng;
use sealing::RecipientSecret;
use server::access::Operator;
use server::intake::CASE_DAYS;
use server::node::Node;

use crate::speech::Speech;

const HOUR: i64 = 3_600_000_000;
/// Those whom each case is sealed to beside the hotline's own key.
const READERS: u64 = 2;
/// Sealed items of each.
const ITEMS: usize = 8;
/// Cases came over so many hours.
const HOURS: i64 = 150 * 24;

/// Fills an empty bank.
pub(crate) async fn fill(node: &Node, operator: &Operator, many: usize) {
    for seed in 0..READERS {
        let secret = RecipientSecret::generate(&mut StdRng::seed_from_u64(100 + seed));
        node.intake.add_recipient(operator, &secret.public()).await.unwrap();
    }
    let speech = Speech(node.database());
    let hour = node.clock.now().as_micros() / HOUR * HOUR;
    let (id, key) = (speech.random(16), speech.random(72));
    // Of twenty one is threatened, of three one is online; two in three are of minors.
    speech
        .by_numbers(many, |with| {
            format!(
                "insert into cases (id, class, urgency, waits_for, sealed_key, created_at, active_at, ends_at, ended)
                {with}, hours as (select n, {hour} - (n * 7919 % {HOURS}) * {HOUR} as at from numbers)
                select {id}, case when n % 3 = 0 then 1 else 0 end,
                case when n % 20 = 7 then 3 when n % 3 = 1 then 2 else 1 end,
                1 + n % 2, {key}, at, at, at + {CASE_DAYS} * 24 * {HOUR}, 0 from hours"
            )
        })
        .await;
    let sealed_key = speech.random(80);
    speech
        .run(format!(
            "insert into case_recipients (case_id, public_key, sealed_key)
            select cases.id, recipients.public_key, {sealed_key} from cases cross join recipients"
        ))
        .await;
    let item = speech.random(300);
    speech
        .run(format!(
            "insert into case_items (case_id, position, sealed) {} {} select cases.id, n, {item}
            from cases cross join numbers",
            speech.with(),
            speech.numbers(1, ITEMS)
        ))
        .await;
    work(&speech).await;
}

/// Of a hundred: 70 wait for a first look, ten for a second, one for a lead, four for an answer, five for their person, ten for
/// nothing. The place is worked out as the desk does.
async fn work(speech: &Speech<'_>) {
    speech
        .run(format!(
            "insert into work
            (id, kind, class, danger, online, spread, due_at, place, stage, taken_by, lease_until, skips)
            select id, 0, class, danger, online, 0, due_at,
            (((3 - danger) * 2 + class) * 2 + (1 - online)) * 67108864 + (due_at / {HOUR}) * 4 + 3,
            case when percent < 70 then 0 when percent < 80 then 1 when percent < 81 then 2 when percent < 85 then 3
                when percent < 90 then 4 else 5 end, null, 0, 0
            from (select id, class, case when urgency = 3 then 3 else 1 end as danger,
                case when urgency = 2 then 1 else 0 end as online,
                created_at + case when urgency = 3 then 1 when class = 0 then 24 else 48 end * {HOUR} as due_at,
                row_number() over (order by id) % 100 as percent from cases) as found"
        ))
        .await;
    let (first, second, verdict) = (speech.random(16), speech.random(16), speech.random(180));
    for (look, by, stages) in [(1, first, "(1, 2)"), (2, second, "(2)")] {
        speech
            .run(format!(
                "insert into verdicts (work_id, look, by_id, sealed)
                select id, {look}, {by}, {verdict} from work where stage in {stages}"
            ))
            .await;
    }
}

/// Says of nine in ten that wait for a second look that this person had the first: none of these are theirs to look at.
pub(crate) async fn seen_first_by(speech: &Speech<'_>, who: &[u8]) {
    let who = speech.bytes(who);
    speech
        .run(format!(
            "update verdicts set by_id = {who} where look = 1 and work_id in
            (select id from (select id, row_number() over (order by id) as n from work where stage = 1) as numbered
            where n % 10 <> 0)"
        ))
        .await;
}
