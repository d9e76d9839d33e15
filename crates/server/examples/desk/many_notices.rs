//! Very many notices that nobody opens: rows as they would be had they come over three years, their log and their counts.
//! Nothing is even: some platforms get most, most answers come soon and some after weeks.

use exchange::{Agreement, PartnerId, Reach, Scope, Tier};
use server::access::Operator;
use server::intake::links::platforms;
use server::node::Node;
use server::partners::NewPartner;
use server::removal::By;
use server::removal::directory::{Ourselves, PlatformSettings};
use server::removal::notices::Channel;
use server::removal::regimes::regime;

use crate::speech::Speech;

const HOUR: i64 = 3_600_000_000;
const DAY: i64 = 24 * HOUR;
/// Platforms that notices went to, the first of them most.
const PLATFORMS: usize = 40;
/// Platforms that are partners: theirs go out by API.
pub(crate) const PARTNERS: [&str; 3] = ["tiktok", "instagram", "snapchat"];
const REGIMES: [&str; 3] = ["dsa_16", "dsa_22", "plain"];
/// A prime: numbers are scattered by a factor, modulo this.
const PRIME: i64 = 1_000_003;
/// As long as a real one with a link is, sealed.
const SEALED_BYTES: usize = 1_700;
/// How long after its end what a notice said is kept.
const KEPT_DAYS: i64 = 180;

/// Partners, what the operator says of their platforms, and who we are.
pub(crate) async fn set_up(node: &Node, operator: &Operator) -> Vec<PartnerId> {
    let mut partners = vec![];
    for name in PARTNERS {
        let new = NewPartner {
            name: name.parse().unwrap(),
            agreement: Agreement { sees: Reach::both(Tier::Reported), contributes: Reach::both(Tier::Reported) },
            scopes: Scope::ALL.iter().copied().collect(),
            expires_at: None,
        };
        let (partner, _) = node.partners.add(new).await.unwrap();
        let said = PlatformSettings { channel: Some(Channel::Api), ..PlatformSettings::default() };
        node.removal.set_platform(By::from(operator), name, &said, Some(partner)).await.unwrap();
        partners.push(partner);
    }
    let us = Ourselves {
        sender_name: "Example Hotline".to_owned(),
        sender_email: "notices@hotline.example".to_owned(),
        flagger_status: "Arcom, 2025".to_owned(),
        ..Ourselves::default()
    };
    node.removal.set_ourselves(By::from(operator), &us).await.unwrap();
    partners
}

/// Fills an empty bank.
pub(crate) async fn fill(node: &Node, operator: &Operator, many: usize) {
    let partners = set_up(node, operator).await;
    let speech = Speech(node.database());
    let now = node.clock.now().as_micros();
    let rows = rows(&speech, &partners, now);
    speech.by_numbers(many, |with| format!("{INSERT} {with}, {rows}")).await;
    log(&speech).await;
    counts(&speech).await;
}

const INSERT: &str =
    "insert into notices (id, platform, regime, class, state, channel, urls, sealed, digest, partner_id,
    drafted_at, approved_at, sent_at, deadline_at, acknowledged_at, closed_at, reason, reminders, checks, reposts,
    escalations, due, due_at)";

/// Of a thousand: four drafts, six approved (or handed over, where that goes by itself), 60 that wait for an answer, of
/// which a third is late, 60 refused, ten hidden, 15 back, three undeliverable, twelve withdrawn, 830 removed.
fn rows(speech: &Speech<'_>, partners: &[PartnerId], now: i64) -> String {
    let keys = PARTNERS
        .into_iter()
        .chain(platforms().all().iter().map(|platform| platform.key.as_str()).filter(|key| !PARTNERS.contains(key)));
    let to: Vec<String> = keys
        .take(PLATFORMS)
        .enumerate()
        .map(|(at, key)| match partners.get(at) {
            Some(partner) => format!("({at}, '{key}', 0, {})", speech.bytes(partner.as_bytes())),
            None => format!("({at}, '{key}', 2, null)"),
        })
        .collect();
    let to = to.join(", ");
    let laws: Vec<String> = REGIMES
        .iter()
        .enumerate()
        .map(|(at, key)| format!("({at}, '{key}', {})", regime(key).unwrap().hours))
        .collect();
    let laws = laws.join(", ");
    let (id, sealed, digest) = (speech.random(16), speech.random(SEALED_BYTES), speech.random(32));
    format!(
        "platforms(number, platform, channel, partner_id) as (values {to}),
        laws(number, regime, hours) as (values {laws}),
        scattered as (select n, n * 48271 % {PRIME} as a, n * 69621 % {PRIME} as b, n * 16807 % {PRIME} as c,
            n * 39373 % {PRIME} as d, n * 62089911 % {PRIME} as e from numbers),
        stated as (select scattered.*, platform, channel, partner_id, regime, hours,
            case when d % 1000 < 4 then 0 when d % 1000 < 10 and channel = 2 then 1 when d % 1000 < 40 then 2
                when d % 1000 < 70 then 3 when d % 1000 < 130 then 6 when d % 1000 < 140 then 5
                when d % 1000 < 155 then 7 when d % 1000 < 158 then 8 when d % 1000 < 170 then 9 else 4 end as state,
            1 + cast(cast(400 as real) * c / {PRIME} * c / {PRIME} * c / {PRIME} * c / {PRIME} as bigint) as took
            from scattered
            join platforms on platforms.number = a * a / {PRIME} * {PLATFORMS} / {PRIME}
            join laws on laws.number = e % 3),
        sent as (select stated.*, case when state in (0, 1, 8) then null
            when state in (2, 3) and d % 3 = 0 then {now} - hours * {HOUR} - b % 720 * {HOUR} - b
            when state in (2, 3) then {now} - b % (hours / 2) * {HOUR} - b
            else {now} - 2 * {HOUR} - b * {} end as sent_at from stated),
        closed as (select sent.*, case when state >= 4 and state <> 8
            then case when sent_at + took * {HOUR} < {now} then sent_at + took * {HOUR} else {now} - b end
            end as closed_at from sent),
        aged as (select closed.*, ({now} - closed_at) / {DAY} as age from closed)
        select {id}, platform, regime, case when e % 4 = 0 then 1 else 0 end, state, channel, 1 + e % 3,
            case when closed_at is null or age < {KEPT_DAYS} then {sealed} end,
            case when state > 0 then {digest} end, partner_id,
            coalesce(sent_at, {now} - b % 72 * {HOUR}) / {HOUR} * {HOUR},
            case when state > 0 then coalesce(sent_at, {now} - b % 72 * {HOUR}) / {HOUR} * {HOUR} end,
            sent_at, sent_at + hours * {HOUR},
            case when state not in (0, 1, 2, 8) then sent_at + took * {HOUR} / 4 end,
            closed_at, case when state = 6 then e % 7 end,
            case when state in (2, 3) and d % 3 = 0 or closed_at >= sent_at + hours * {HOUR} then 2
                when closed_at >= sent_at + hours * {HOUR} / 2 then 1 else 0 end,
            case when state <> 4 or age < 1 then 0 when age < 7 then 1 when age < 30 then 2 when age < 90 then 3
                else 4 end,
            case when state = 7 then 1 else 0 end, 0,
            case when state in (2, 3) then case when d % 3 = 0 then 3 else 1 end when state = 4 and age < 90 then 4
                when state in (6, 7) and age < 14 then 3 else 0 end,
            case when state in (2, 3) then sent_at + case when d % 3 = 0 then hours else hours / 2 end * {HOUR}
                when state = 4 and age < 90 then case when e % 50 = 0 then {now} - b % 240 * {HOUR}
                    else closed_at + case when age < 1 then 1 when age < 7 then 7 when age < 30 then 30 else 90 end * {DAY}
                    end
                when state in (6, 7) and age < 14 then closed_at end
        from aged",
        1_080 * DAY / PRIME
    )
}

/// A line for each thing that happened. The chain is not one: nothing here walks it.
async fn log(speech: &Speech<'_>) {
    let link = speech.random(32);
    let answer = "case state when 5 then 1 when 6 then 100 + reason else 0 end";
    let lines = [
        ("approved_at", "1", "0", "approved_at is not null"),
        ("sent_at", "2", "0", "sent_at is not null"),
        ("acknowledged_at", "3", "0", "acknowledged_at is not null"),
        ("sent_at", "4", "0", "reminders > 0"),
        ("deadline_at", "5", "0", "reminders > 1"),
        ("closed_at", "7", answer, "state in (4, 5, 6, 7)"),
        ("closed_at", "11", "0", "state = 9"),
        ("closed_at", "8", "0", "checks > 0"),
        ("closed_at", "8", "0", "checks > 1"),
        ("closed_at", "8", "0", "checks > 2"),
        ("closed_at", "8", "0", "checks > 3"),
    ];
    for (at, kind, detail, which) in lines {
        let last = speech.number("select coalesce(max(seq), 0) from notice_log").await;
        speech
            .run(format!(
                "insert into notice_log (seq, notice_id, at, kind, detail, digest, link)
                select {last} + row_number() over (), id, {at}, {kind}, {detail},
                case when {kind} = 1 then digest end, {link} from notices where {which}"
            ))
            .await;
    }
    let head = "select 1, seq, link from notice_log order by seq desc limit 1";
    speech.run(format!("insert into notice_head (one, seq, link) {head}")).await;
}

/// The counts, as if each line had written its own.
async fn counts(speech: &Speech<'_>) {
    let hours = |at: &str| {
        let hours = format!("(({at} - sent_at) / {HOUR})");
        format!("case when {hours} <= 96 then {hours} else {hours} / 24 * 24 end")
    };
    let lines = [
        ("sent_at", 1, "0".to_owned(), "sent_at is not null"),
        ("acknowledged_at", 2, hours("acknowledged_at"), "acknowledged_at is not null"),
        ("closed_at", 3, hours("closed_at"), "state in (4, 7)"),
        ("closed_at", 4, hours("closed_at"), "state = 5"),
        ("closed_at", 5, "reason".to_owned(), "state = 6"),
        ("closed_at", 6, "0".to_owned(), "state in (4, 5, 6, 7) and closed_at < deadline_at"),
        ("deadline_at", 7, "0".to_owned(), "reminders = 2"),
        ("closed_at", 8, "0".to_owned(), "state = 7"),
        ("closed_at", 11, "0".to_owned(), "state = 9"),
    ];
    const COLUMNS: &str = "insert into notice_counts (platform, regime, class, month, measure, value, amount)";
    for (at, measure, value, which) in lines {
        let month = speech.month(at);
        speech
            .run(format!(
                "{COLUMNS} select platform, regime, class, {month}, {measure}, {value}, count(*)
                from notices where {which} group by 1, 2, 3, 4, 6"
            ))
            .await;
    }
    speech
        .run(format!(
            "{COLUMNS} select platform, regime, class, 0, 100 + state, 0, count(*) from notices group by 1, 2, 3, 5"
        ))
        .await;
}
