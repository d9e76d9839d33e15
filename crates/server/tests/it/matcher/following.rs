//! Snapshot, feed, restart: what is in force at the matcher is what the node shows.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use exchange::{Agreement, Reach, Scope, Tier};
use serde_json::json;
use server::bank::IndexForm;
use server::matcher::{Matcher, MatcherError, MatcherSettings, Upstream};
use server::storage::{Database, DatabaseUrl};
use sqlx::{Executor, SqlStr};

use super::scripted::{Scripted, answer, end, header, held, nothing, problem, snapshot, stream};
use super::support::{Home, Relay, TestMatcher, head, upstream};
use crate::support::{Engine, TestNode, hash, near};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_there_and_what_comes_is_matched_and_acknowledged() {
    let node = TestNode::start(Engine::Sqlite).await;
    let partner = node.partner("platform").await;
    let early = partner.protect("minor", "confirmed", &hash(1)).await;
    let home = Home::new();
    let matcher = home.start(vec![upstream(&node.base(), &partner)]).await;
    matcher.until_acknowledged(1).await;
    assert_eq!(matcher.client().matches(&hash(1)).await, [early]);
    let late = partner.protect("adult", "reported", &hash(2)).await;
    matcher.until_acknowledged(2).await;
    assert_eq!(matcher.client().matches(&near(&hash(2), 31)).await, [late]);
    assert_eq!(partner.get("partners/self").await.body["cursor"], 2);
    let answer = matcher.client().post("match", &json!({"queries": [{"pdq": hash(1)}, {"pdq": hash(3)}]})).await;
    assert_eq!(answer.body["seq"], 2);
    assert_eq!(answer.body["stale_seconds"], json!(null));
    assert_eq!(answer.body["results"][0]["matches"][0]["advice"], "block");
    assert_eq!(answer.body["results"][1]["matches"], json!([]));
    matcher.matcher.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restart_asks_for_what_came_since_and_for_no_snapshot() {
    let node = TestNode::start(Engine::Sqlite).await;
    let partner = node.partner("platform").await;
    let relay = Relay::to(node.address).await;
    let (home, follow) = (Home::new(), vec![upstream(&relay.base(), &partner)]);
    let kept = partner.protect("minor", "verified", &hash(1)).await;
    let gone = partner.protect("minor", "verified", &hash(2)).await;
    let matcher = home.start(follow.clone()).await;
    matcher.until_acknowledged(2).await;
    matcher.matcher.close().await;
    assert_eq!((relay.asked("GET /api/v1/snapshot"), relay.asked("GET /api/v1/changes/stream")), (1, 1));

    partner.delete(&format!("entries/{gone}")).await;
    let new = partner.protect("minor", "verified", &hash(3)).await;
    let matcher = home.start(follow).await;
    let standing = matcher.until_acknowledged(4).await;
    assert_eq!((standing.snapshots, standing.entries), (0, 2));
    assert_eq!(relay.asked("GET /api/v1/snapshot"), 1, "the first one was the only one");
    assert_eq!(relay.asked("GET /api/v1/changes/stream?after=2&"), 2, "it went on where it was");
    assert_eq!(matcher.client().matches(&hash(1)).await, [kept]);
    assert_eq!(matcher.client().matches(&hash(2)).await, [""; 0]);
    assert_eq!(matcher.client().matches(&hash(3)).await, [new]);
    matcher.matcher.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_withdrawal_and_a_dispute_take_effect() {
    let node = TestNode::start(Engine::Sqlite).await;
    let partner = node.partner("platform").await;
    let (gone, contested) =
        (partner.protect("minor", "confirmed", &hash(1)).await, partner.protect("minor", "confirmed", &hash(2)).await);
    let home = Home::new();
    let matcher = home.start(vec![upstream(&node.base(), &partner)]).await;
    matcher.until_acknowledged(2).await;
    assert_eq!(partner.delete(&format!("entries/{gone}")).await.status, 200);
    assert_eq!(partner.post(&format!("entries/{contested}/dispute"), &json!({})).await.status, 200);
    matcher.until_acknowledged(head(&node).await).await;
    let asked = json!({"queries": [{"pdq": hash(1)}, {"pdq": hash(2)}]});
    let answer = matcher.client().post("match", &asked).await;
    assert_eq!(answer.body["results"][0]["matches"], json!([]));
    assert_eq!(answer.body["results"][1]["matches"][0]["advice"], "review");
    assert_eq!(answer.body["results"][1]["matches"][0]["status"], "disputed");
    matcher.matcher.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_key_and_a_second_matcher_are_refused() {
    let node = TestNode::start(Engine::Sqlite).await;
    let partner = node.partner("platform").await;
    partner.protect("minor", "verified", &hash(1)).await;
    let (mut home, follow) = (Home::new(), vec![upstream(&node.base(), &partner)]);
    let matcher = home.start(follow.clone()).await;
    matcher.until_acknowledged(1).await;
    let second = Matcher::open(home.settings(follow.clone())).await;
    assert!(matches!(second.err(), Some(MatcherError::InUse(_))));
    matcher.matcher.close().await;
    drop(matcher);
    // Told of nobody to follow, it does not start, and forgets nothing.
    assert!(matches!(Matcher::open(home.settings(vec![])).await.err(), Some(MatcherError::NoUpstream)));
    assert!(matches!(Matcher::open(Home::new().settings(vec![])).await.err(), Some(MatcherError::NoUpstream)));
    let again = home.start(follow.clone()).await;
    assert_eq!(again.until_acknowledged(1).await.snapshots, 0);
    again.matcher.close().await;
    drop(again);
    home.key = std::sync::Arc::new(sealing::NodeKey::parse(&"ab".repeat(32)).unwrap());
    let error = Matcher::open(home.settings(follow.clone())).await.err().unwrap();
    assert!(matches!(error, MatcherError::WrongKey), "{error}");
    let twice = Matcher::open(home.settings([follow.clone(), follow].concat())).await;
    assert!(matches!(twice.err(), Some(MatcherError::Twice(_))));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_narrowed_agreement_takes_away_what_it_no_longer_shows_and_a_wider_one_gives_more() {
    let node = TestNode::start(Engine::Sqlite).await;
    let contributor = node.partner("hotline").await;
    let (everything, nothing) = (Reach::both(Tier::Reported), Reach::default());
    let platform = node.partner_with("platform", everything, nothing, Scope::ALL).await;
    let reported = contributor.protect("minor", "reported", &hash(1)).await;
    let confirmed = contributor.protect("minor", "confirmed", &hash(2)).await;
    let home = Home::new();
    let matcher = home.start(vec![upstream(&node.base(), &platform)]).await;
    matcher.until_acknowledged(2).await;
    let client = matcher.client();
    assert_eq!(client.matches(&hash(1)).await, std::slice::from_ref(&reported));

    let agree = async |sees: Reach| {
        let agreement = Agreement { sees, contributes: nothing };
        node.node.partners.set_agreement(&"platform".parse().unwrap(), agreement).await.unwrap();
        // The stream notices with the next change, or after 5 seconds.
        contributor.protect("minor", "confirmed", &hash(10 + head(&node).await)).await;
    };
    agree(Reach::both(Tier::Confirmed)).await;
    matcher.until(|standing| standing.snapshots == 2 && standing.entries == 2 && standing.cursor == Some(3)).await;
    assert_eq!(client.matches(&hash(1)).await, [""; 0]);
    assert_eq!(client.matches(&hash(2)).await, std::slice::from_ref(&confirmed));
    agree(everything).await;
    matcher.until(|standing| standing.snapshots == 3 && standing.entries == 4 && standing.cursor == Some(4)).await;
    assert_eq!(client.matches(&hash(1)).await, [reported]);
    assert_eq!(client.matches(&hash(2)).await, [confirmed]);
    matcher.matcher.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_a_fresh_snapshot_replaces_what_is_held_nothing_is_missing() {
    let (changed, caught_up) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
    let (is_changed, is_caught_up) = (changed.clone(), caught_up.clone());
    let node = Scripted::start(move |what, _| {
        let entry = |number| json!({"entry": held(number, &hash(number))});
        let page =
            |through: u64, agreement| json!({"changes": [], "through": through, "head": 6, "agreement": agreement});
        match what {
            "PUT /cursor" => nothing(),
            "GET /snapshot" if is_changed.load(Ordering::SeqCst) => {
                let header = json!({"header": {"seq": 5, "agreement": "a2"}});
                snapshot([header, entry(1), entry(3), end(2)])
            }
            "GET /snapshot" => snapshot([header(3), entry(1), entry(2), end(2)]),
            _ if what.contains("agreement=a1") && is_changed.load(Ordering::SeqCst) => {
                problem(409, "agreement-changed")
            }
            _ if what.contains("agreement=a1") => answer("text/event-stream", ""),
            _ if is_caught_up.load(Ordering::SeqCst) => stream([page(6, "a2")]),
            _ => answer("text/event-stream", format!("event: page\ndata: {}\n\n", page(5, "a2"))),
        }
    })
    .await;
    let home = Home::new();
    let matcher = home.start(vec![node.upstream()]).await;
    matcher.until(|standing| standing.entries == 2).await;
    changed.store(true, Ordering::SeqCst);
    // The snapshot is in, the feed after it is not: what it did not bring may have changed meanwhile.
    matcher.until(|standing| standing.head == Some(6)).await;
    for seed in 1..=3 {
        assert_eq!(matcher.client().matches(&hash(seed)).await.len(), 1, "{seed}");
    }
    caught_up.store(true, Ordering::SeqCst);
    matcher.until(|standing| standing.entries == 2 && standing.cursor == Some(6)).await;
    assert_eq!(matcher.client().matches(&hash(2)).await, [""; 0]);
    assert_eq!(matcher.client().matches(&hash(3)).await.len(), 1);
    matcher.matcher.close().await;
    drop(matcher);
    let matcher = home.start(vec![node.upstream()]).await;
    assert_eq!(matcher.until(|standing| standing.loaded).await.entries, 2, "the file says so too");
    matcher.matcher.close().await;
}

#[tokio::test]
async fn every_text_of_sql_can_be_prepared() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::open(&DatabaseUrl::Sqlite(folder.path().join("matcher.db"))).await.unwrap();
    database.migrate(&server::storage::MATCHER).await.unwrap();
    let Database::Sqlite { writer, .. } = &database else { panic!("a matcher's file is SQLite") };
    let texts = server::matcher::SQL.iter().chain(server::matcher::BANKS_SQL).chain(server::matcher::SOURCES_SQL);
    // The follower's own texts are the same on a node and here.
    for text in texts.chain(server::follow::SQL) {
        let prepared = writer.acquire().await.unwrap().prepare(SqlStr::from_static(text)).await;
        prepared.unwrap_or_else(|error| panic!("{text}: {error}"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_index_is_kept_for_the_next_start_unless_the_file_moved_on() {
    for form in [IndexForm::Sealed, IndexForm::Bare] {
        keeps_the_index_unless_the_file_moved_on(form).await;
    }
}

async fn keeps_the_index_unless_the_file_moved_on(form: IndexForm) {
    let node = TestNode::start(Engine::Sqlite).await;
    let partner = node.partner("platform").await;
    let (home, follow) = (Home::new(), vec![upstream(&node.base(), &partner)]);
    let settings = |follow: &[Upstream]| MatcherSettings { index_form: form, ..home.settings(follow.to_vec()) };
    let matcher = TestMatcher::start(settings(&follow)).await;
    matcher.until(|standing| standing.loaded).await;
    // A page of the feed ends what the snapshot began.
    let id = partner.protect("minor", "verified", &hash(1)).await;
    matcher.until_acknowledged(1).await;
    matcher.matcher.close().await;
    let index = home.file().with_extension("index-1");
    let first = std::fs::read(&index).unwrap();

    let opened = Matcher::open(settings(&follow)).await.unwrap();
    assert_eq!((opened.lives()[0].applied(), opened.lives()[0].size().entries), (1, 1));
    opened.close().await;

    let late = partner.protect("minor", "verified", &hash(2)).await;
    let matcher = TestMatcher::start(settings(&follow)).await;
    let standing = matcher.until_acknowledged(2).await;
    assert_eq!((standing.snapshots, standing.entries), (0, 2));
    assert_eq!(matcher.client().matches(&hash(1)).await, std::slice::from_ref(&id));
    assert_eq!(matcher.client().matches(&hash(2)).await, std::slice::from_ref(&late));
    matcher.matcher.close().await;

    // As after a crash: the file of the index is behind the matcher's own.
    std::fs::write(&index, first).unwrap();
    let opened = Matcher::open(settings(&follow)).await.unwrap();
    assert_eq!(opened.lives()[0].applied(), 0);
    opened.close().await;
    let matcher = TestMatcher::start(settings(&follow)).await;
    matcher.until_acknowledged(2).await;
    assert_eq!(matcher.client().matches(&hash(1)).await, [id]);
    assert_eq!(matcher.client().matches(&hash(2)).await, [late]);
    matcher.matcher.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_of_the_version_before_notes_changes_from_where_it_stands() {
    let node = TestNode::start(Engine::Sqlite).await;
    let partner = node.partner("platform").await;
    let (home, follow) = (Home::new(), vec![upstream(&node.base(), &partner)]);
    let first = partner.protect("minor", "verified", &hash(1)).await;
    let matcher = home.start(follow.clone()).await;
    matcher.until_acknowledged(1).await;
    matcher.matcher.close().await;
    drop(matcher);
    let file = sqlx::SqlitePool::connect_with(sqlx::sqlite::SqliteConnectOptions::new().filename(home.file()));
    let file = file.await.unwrap();
    for undone in [
        "drop table changed",
        "alter table upstreams drop column mark",
        "alter table upstreams drop column noted_from",
        "delete from _sqlx_migrations where version = 2",
    ] {
        sqlx::query(undone).execute(&file).await.unwrap();
    }
    let matcher = home.start(follow.clone()).await;
    let second = partner.protect("minor", "verified", &hash(2)).await;
    let standing = matcher.until_acknowledged(2).await;
    assert_eq!((standing.entries, standing.snapshots), (2, 0), "made anew from its rows");
    assert_eq!(matcher.client().matches(&hash(1)).await, [first]);
    assert_eq!(matcher.client().matches(&hash(2)).await, [second]);
    matcher.matcher.close().await;
    drop(matcher);
    let opened = Matcher::open(home.settings(follow)).await.unwrap();
    assert_eq!(opened.lives()[0].applied(), 2, "and kept from then on");
    opened.close().await;
    file.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_index_that_is_not_sealed_outlasts_the_setting_or_the_following() {
    let nodes = [TestNode::start(Engine::Sqlite).await, TestNode::start(Engine::Sqlite).await];
    let mut follow = Vec::new();
    for node in &nodes {
        let partner = node.partner("platform").await;
        partner.protect("minor", "verified", &hash(1)).await;
        follow.push(upstream(&node.base(), &partner));
    }
    let home = Home::new();
    let settings = |form, follow: &[Upstream]| MatcherSettings { index_form: form, ..home.settings(follow.to_vec()) };
    let matcher = TestMatcher::start(settings(IndexForm::Bare, &follow)).await;
    for place in 0..2 {
        matcher.until_at(place, |standing| standing.acknowledged == Some(1)).await;
    }
    matcher.matcher.close().await;
    let index = |number| home.file().with_extension(format!("index-{number}"));
    let needle = exchange::hex::decode::<32>(&hash(1)).unwrap();
    let is_bare = |number| std::fs::read(index(number)).unwrap().windows(16).any(|window| *window == needle[..16]);
    assert!(is_bare(1) && is_bare(2));

    // The second node is followed no longer.
    Matcher::open(settings(IndexForm::Bare, &follow[..1])).await.unwrap().close().await;
    assert!(is_bare(1) && !index(2).exists());
    let opened = Matcher::open(settings(IndexForm::Sealed, &follow[..1])).await.unwrap();
    assert!(!index(1).exists());
    assert_eq!(opened.lives()[0].applied(), 0, "made anew from what the matcher's file holds");
    opened.close().await;
    let matcher = TestMatcher::start(settings(IndexForm::Sealed, &follow[..1])).await;
    matcher.until(|standing| standing.loaded && standing.entries == 1).await;
    matcher.until(|standing| standing.acknowledged == Some(1)).await;
    matcher.matcher.close().await;
    assert!(!is_bare(1));
}
