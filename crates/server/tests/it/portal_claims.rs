//! Claims and cases: what is claimed for a case that never comes is let go, and who joins later sees what it may.

use exchange::{PartnerId, Reach, Scope, Tier, Time};
use sealing::Receipt;
use serde_json::json;
use server::bank::{Audience, PENDING_HOURS};
use server::intake::{Age, Consent, Draft, Mark, Opened, Situation, Stand};
use server::storage::Database;

use crate::claims::{claim, picture};
use crate::portal::{Browser, mark};
use crate::sharing::is_shown_exactly;
use crate::support::{Engine, TestNode, TestPartner, hash, manual, on_every_engine};

fn draft(node: &TestNode, seed: u8) -> Draft {
    let mut draft = node.node.intake.begin("fr", Situation::Mine);
    (draft.age, draft.stand) = (Some(Age::From13), Some(Stand::Offline));
    draft.marks = Mark::read_all(&mark(seed)).unwrap();
    draft.consent = Some(Consent { share: Some(true), later: true, ..Consent::default() });
    node.node.intake.words_of(&mut draft).unwrap();
    draft
}

fn code(seed: u8) -> String {
    mark(seed).split("\"value\":\"").nth(1).unwrap()[..64].to_owned()
}

async fn run(node: &TestNode, sqlite: &[&'static str], postgres: &[&'static str]) {
    match node.node.database() {
        Database::Sqlite { writer, .. } => {
            for text in sqlite {
                sqlx::query(*text).execute(writer).await.unwrap();
            }
        }
        Database::Postgres { pool, .. } => {
            for text in postgres {
                sqlx::query(*text).execute(pool).await.unwrap();
            }
        }
    }
}

/// From here on no item can be written: what a node that stops between its two transactions leaves behind.
async fn break_cases(node: &TestNode) {
    let sqlite = "create trigger stopped before insert on case_items begin select raise(abort, 'stopped'); end";
    let postgres = [
        "create or replace function stopped() returns trigger language plpgsql as
            $$ begin raise exception 'stopped'; end $$",
        "create trigger stopped before insert on case_items for each row execute function stopped()",
    ];
    run(node, &[sqlite], &postgres).await;
}

async fn mend_cases(node: &TestNode) {
    run(node, &["drop trigger stopped"], &["drop trigger stopped on case_items"]).await;
}

on_every_engine!(a_case_that_was_never_written_lets_go_of_what_it_claimed_and_can_be_sent_again, |engine| {
    let mut clock = None;
    let node = TestNode::start_with(engine, |settings| clock = Some(manual(settings))).await;
    let (clock, intake) = (clock.unwrap(), &node.node.intake);
    let hours = |hours: i64| clock.set(clock.now().plus_seconds(hours * 3_600));
    let platform = node.partner("platform").await;
    let draft = draft(&node, 81);
    break_cases(&node).await;
    intake.send(&draft).await.unwrap_err();
    assert_eq!(platform.matches(&code(81)).await.len(), 1, "the first transaction was committed");
    hours(PENDING_HOURS - 1);
    intake.tidy().await.unwrap();
    assert_eq!(platform.matches(&code(81)).await.len(), 1, "whoever sends it again still finds it");
    hours(2);
    intake.tidy().await.unwrap();
    assert_eq!(platform.matches(&code(81)).await, Vec::<String>::new(), "nobody could have let it go");

    mend_cases(&node).await;
    let case = intake.send(&draft).await.unwrap();
    assert_eq!(platform.matches(&code(81)).await.len(), 1);
    hours(PENDING_HOURS + 2);
    intake.tidy().await.unwrap();
    assert_eq!(platform.matches(&code(81)).await.len(), 1, "its case is there");
    let again = intake.send(&draft).await.unwrap();
    assert_eq!(again.id, case.id, "sent again it is the same case");
    intake.delete(&case).await.unwrap();
    assert_eq!(platform.matches(&code(81)).await, Vec::<String>::new());
    intake.send(&draft).await.unwrap_err();
    assert_eq!(platform.matches(&code(81)).await, Vec::<String>::new(), "what comes late brings nothing back");
});

on_every_engine!(a_break_while_adding_or_sharing_leaves_nothing_behind_either, |engine| {
    let mut clock = None;
    let node = TestNode::start_with(engine, |settings| clock = Some(manual(settings))).await;
    let (clock, intake) = (clock.unwrap(), &node.node.intake);
    let later = || clock.set(clock.now().plus_seconds((PENDING_HOURS + 1) * 3_600));
    let platform = node.partner("platform").await;
    let mut kept = draft(&node, 82);
    kept.consent = Some(Consent { share: Some(false), ..Consent::default() });
    let (sharing, keeping) = (draft(&node, 83), kept);
    let (sharing, keeping) = (intake.send(&sharing).await.unwrap(), intake.send(&keeping).await.unwrap());
    let more = Mark::read_all(&mark(84)).unwrap();
    let yes = Consent { share: Some(true), later: true, ..Consent::default() };
    break_cases(&node).await;
    intake.add_marks(&sharing, &more).await.unwrap_err();
    intake.consent(&keeping, &yes).await.unwrap_err();
    mend_cases(&node).await;
    for seed in [82, 84] {
        assert_eq!(platform.matches(&code(seed)).await.len(), 1, "it was claimed before the break");
    }
    later();
    intake.tidy().await.unwrap();
    for seed in [82, 84] {
        assert_eq!(platform.matches(&code(seed)).await, Vec::<String>::new());
    }
    assert_eq!(platform.matches(&code(83)).await.len(), 1, "what has a case stays");
    intake.add_marks(&sharing, &more).await.unwrap();
    intake.consent(&keeping, &yes).await.unwrap();
    later();
    intake.tidy().await.unwrap();
    for seed in [82, 83, 84] {
        assert_eq!(platform.matches(&code(seed)).await.len(), 1, "{seed}");
    }
});

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_disk_tells_of_a_claim_only_the_hour_in_which_its_case_is_missing() {
    let mut clock = None;
    let node = TestNode::start_with(Engine::Sqlite, |settings| clock = Some(manual(settings))).await;
    clock.unwrap().set("2026-11-21T12:34:56.789Z".parse().unwrap());
    let Database::Sqlite { readers, .. } = node.node.database() else { unreachable!() };
    let pending = async || -> Vec<Option<i64>> {
        sqlx::query_scalar("select pending_until from claims").fetch_all(readers).await.unwrap()
    };
    let draft = draft(&node, 85);
    break_cases(&node).await;
    node.node.intake.send(&draft).await.unwrap_err();
    let until = "2026-11-22T01:00:00Z".parse::<exchange::Time>().unwrap();
    assert_eq!(pending().await, [Some(until.as_micros())]);
    mend_cases(&node).await;
    node.node.intake.send(&draft).await.unwrap();
    assert_eq!(pending().await, [None]);
}

async fn id_of(partner: &TestPartner) -> PartnerId {
    partner.get("partners/self").await.body["id"].as_str().unwrap().parse().unwrap()
}

/// A partner with everything to see and a key that may do everything but contribute.
async fn reader(node: &TestNode, name: &str, scopes: &[Scope]) -> TestPartner {
    node.partner_with(name, Reach::both(Tier::Reported), Reach::default(), scopes).await
}

on_every_engine!(who_joins_later_sees_in_no_way_what_is_not_for_newcomers, |engine| {
    let node = TestNode::start(engine).await;
    let here = reader(&node, "here", Scope::ALL).await;
    // One that has no key to follow with yet was on nobody's page.
    let silent = reader(&node, "silent", &[Scope::Contribute]).await;
    let (bank, portal, only) = (&node.node.bank, node.node.intake.portal(), [id_of(&here).await]);
    let closed = Audience::Only(&only);
    let mut ids = Vec::new();
    for (seed, audience) in [(1, closed), (2, Audience::AllBut(&[])), (3, closed)] {
        let given = bank.contribute_claimed_to(portal, &[picture(seed)], &[claim(seed)], audience, None).await.unwrap();
        ids.push(given.entries[0].to_string());
    }
    // Somebody else who shows the same picture to everyone speaks for themselves.
    bank.contribute_claimed(portal, &[picture(3)], &[claim(13)], &[], None).await.unwrap();
    let hashes: Vec<String> = [1, 2, 3].map(hash).to_vec();
    let all: Vec<(&str, &str)> = ids.iter().zip(&hashes).map(|(id, hash)| (id.as_str(), hash.as_str())).collect();

    let newcomer = reader(&node, "newcomer", Scope::ALL).await;
    let late = node.node.partners.add_key(&"silent".parse().unwrap(), Scope::ALL.iter().copied().collect(), None).await;
    let late = node.with_key(late.unwrap().reveal());
    let matcher = reader(&node, "matcher", &[Scope::Match]).await;
    assert!(matcher.matches(&hash(1)).await.is_empty());
    assert_eq!(matcher.matches(&hash(2)).await, [ids[1].clone()]);
    is_shown_exactly(&here, &all, &[&ids[0], &ids[1], &ids[2]], "here").await;
    for (partner, whose) in [(&newcomer, "newcomer"), (&late, "late")] {
        is_shown_exactly(partner, &all, &[&ids[1], &ids[2]], whose).await;
    }
    drop(silent);

    // When the other goes, it goes from the newcomer too; when it is opened to all, it comes.
    let before = bank.head().await.unwrap();
    bank.release(portal, claim(13), exchange::RemoveReason::PersonAsked).await.unwrap();
    let page = newcomer.get(&format!("changes?after={before}")).await.body;
    assert_eq!(page["changes"][0]["remove"], json!({"entry": ids[2], "reason": "not_shared"}), "{page}");
    assert!(newcomer.matches(&hash(3)).await.is_empty());
    let before = bank.head().await.unwrap();
    bank.show_to(portal, claim(1), Audience::AllBut(&[])).await.unwrap();
    let page = newcomer.get(&format!("changes?after={before}")).await.body;
    assert_eq!(page["changes"][0]["put"]["id"], ids[0].as_str(), "{page}");
    assert_eq!(newcomer.matches(&hash(1)).await, [ids[0].clone()]);
    let after = reader(&node, "after", Scope::ALL).await;
    assert_eq!(after.matches(&hash(1)).await.len(), 1, "it takes newcomers now");
    assert!(after.matches(&hash(3)).await.is_empty());
    // Withdrawn, it is told to nobody who never had it.
    let before = bank.head().await.unwrap();
    bank.release(portal, claim(3), exchange::RemoveReason::PersonAsked).await.unwrap();
    let page = after.get(&format!("changes?after={before}")).await.body;
    assert_eq!(page["changes"], json!([]));
});

on_every_engine!(a_partner_that_asked_before_and_after_a_restart_is_told_the_same, |engine| {
    let node = TestNode::start(engine).await;
    let (bank, portal) = (&node.node.bank, node.node.intake.portal());
    bank.contribute_claimed_to(portal, &[picture(1)], &[claim(1)], Audience::Only(&[]), None).await.unwrap();
    let newcomer = reader(&node, "newcomer", Scope::ALL).await;
    assert!(newcomer.matches(&hash(1)).await.is_empty());
    node.node.close().await;
    let TestNode { database, .. } = node;
    let again = TestNode::over(database, |_| ()).await;
    let newcomer = again.with_key(newcomer.key);
    assert!(newcomer.matches(&hash(1)).await.is_empty());
    assert_eq!(again.partner("another").await.matches(&hash(1)).await, Vec::<String>::new());
});

on_every_engine!(what_is_kept_of_a_release_names_no_entry_and_no_moment, |engine| {
    let mut clock = None;
    let node = TestNode::start_with(engine, |settings| clock = Some(manual(settings))).await;
    let clock = clock.unwrap();
    clock.set("2026-11-29T10:47:11Z".parse().unwrap());
    let words = Browser::of(&node).send_case(&mark(71)).await;
    let Opened::Case(case) = node.node.intake.open_with(&Receipt::parse(&words).unwrap()).await.unwrap() else {
        panic!("the words open the case");
    };
    let platform = node.partner("platform").await;
    let entry = platform.get("changes?after=0").await.body["changes"][0]["put"]["id"].as_str().unwrap().to_owned();
    node.node.intake.delete(&case).await.unwrap();
    let text = "select answer, at from idempotency";
    let kept: Vec<(String, i64)> = match node.node.database() {
        Database::Sqlite { readers, .. } => sqlx::query_as(text).fetch_all(readers).await.unwrap(),
        Database::Postgres { pool, .. } => sqlx::query_as(text).fetch_all(pool).await.unwrap(),
    };
    let [(answer, at)] = &kept[..] else { panic!("{kept:?}") };
    assert!(
        answer.bytes().all(|digit| digit.is_ascii_hexdigit()) && !answer.contains(&entry.replace('-', "")),
        "{answer}"
    );
    assert_eq!(Time::from_micros(*at), "2026-11-29T10:00:00Z".parse().unwrap());
});
