//! A matcher that ends at any moment, without a word: its file is the fold of the feed up to its cursor.

use std::collections::BTreeSet;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::json;
use server::bank::IndexForm;
use server::matcher::{Matcher, MatcherSettings, Upstream};
use tokio::runtime::Runtime;

use super::scripted::{Scripted, answer, end, header, held, id, nothing, page, snapshot, stalled, stream};
use super::support::{Home, Relay, TestMatcher, head, upstream};
use crate::support::{Engine, TestNode, hash};

/// A matcher in a runtime of its own, which can be dropped in the middle of anything.
struct Doomed {
    runtime: Option<Runtime>,
    matcher: Option<Matcher>,
}

impl Doomed {
    async fn start(settings: MatcherSettings) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let opening = runtime.spawn(async move {
            let matcher = Matcher::open(settings).await.unwrap();
            matcher.start();
            matcher
        });
        Self { matcher: Some(opening.await.unwrap()), runtime: Some(runtime) }
    }

    async fn until(&self, what: impl FnMut(&server::matcher::Standing) -> bool) {
        let mut what = what;
        let mut watch = self.matcher.as_ref().unwrap().watch_status();
        watch.wait_for(|all| what(&all[0])).await.unwrap();
    }

    async fn keep_indexes(&self) {
        let matcher = self.matcher.clone().unwrap();
        self.runtime.as_ref().unwrap().spawn(async move { matcher.keep_indexes().await }).await.unwrap();
    }

    /// Drops every task where it stands: nothing is finished, nothing is closed.
    async fn kill(mut self) {
        drop(self.matcher.take());
        let runtime = self.runtime.take().unwrap();
        let end = move || runtime.shutdown_timeout(std::time::Duration::from_secs(30));
        tokio::task::spawn_blocking(end).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_death_at_any_moment_the_file_is_the_fold_of_the_feed() {
    let node = TestNode::start(Engine::Sqlite).await;
    let partner = node.partner("platform").await;
    let relay = Relay::to(node.address).await;
    let home = Home::new();
    let follow: Vec<Upstream> = vec![upstream(&relay.base(), &partner)];
    let mut rng = StdRng::seed_from_u64(5);
    // What the node did, by number: put (true) or withdrawn.
    let mut log: Vec<(u64, String, bool)> = Vec::new();
    for round in 0..8 {
        let doomed = Doomed::start(home.settings(follow.clone())).await;
        let before = head(&node).await;
        let death = before + rng.random_range(1..30);
        let writing = async {
            for step in 0..40 {
                let entry = partner.protect("minor", "verified", &hash(1_000 + round * 100 + step)).await;
                log.push((head(&node).await, entry, true));
                if step % 4 == 3 {
                    let entry = log[rng.random_range(0..log.len())].1.clone();
                    if log.iter().all(|(_, known, put)| *put || *known != entry) {
                        assert_eq!(partner.delete(&format!("entries/{entry}")).await.status, 200);
                        log.push((head(&node).await, entry, false));
                    }
                }
            }
        };
        let dying = async {
            doomed.until(|standing| standing.cursor >= Some(death)).await;
            doomed.kill().await;
        };
        tokio::join!(writing, dying);

        relay.cut();
        let matcher = home.start(follow.clone()).await;
        let standing = matcher.until(|standing| standing.loaded).await;
        let cursor = standing.cursor.unwrap();
        assert!(cursor >= death, "what was in force is in force: {cursor} after {death}");
        let held: BTreeSet<String> = matcher.matcher.lives()[0].ids().iter().map(ToString::to_string).collect();
        let ids = |what: &dyn Fn(u64, bool) -> bool| -> BTreeSet<String> {
            log.iter().filter(|(seq, _, put)| what(*seq, *put)).map(|(_, entry, _)| entry.clone()).collect()
        };
        let put = ids(&|seq, put| put && seq <= cursor);
        let gone = ids(&|seq, put| !put && seq <= cursor);
        // The feed leaves out what a later change superseded by the time that it was read.
        let gone_ever = ids(&|_, put| !put);
        assert!(held.is_subset(&(&put - &gone)), "round {round}: nothing that was withdrawn or not yet there");
        assert!((&put - &gone_ever).is_subset(&held), "round {round}: nothing is missing");
        relay.mend();
        matcher.until_acknowledged(head(&node).await).await;
        let held: BTreeSet<_> = matcher.matcher.lives()[0].ids().into_iter().collect();
        assert_eq!(held, node.node.bank.live().ids().into_iter().collect(), "round {round}: the bank exactly");
        assert_eq!(matcher.until(|_| true).await.snapshots, 0);
        matcher.matcher.close().await;
        drop(matcher);
    }
    assert_eq!(relay.asked("GET /api/v1/snapshot"), 1, "the very first matcher took the only snapshot");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_death_the_index_is_read_as_it_was_kept_and_what_changed_since_is_put_in() {
    for form in [IndexForm::Sealed, IndexForm::Bare] {
        reads_the_index_after_a_death(form).await;
    }
}

async fn reads_the_index_after_a_death(form: IndexForm) {
    let node = TestNode::start(Engine::Sqlite).await;
    let partner = node.partner("platform").await;
    let relay = Relay::to(node.address).await;
    let home = Home::new();
    let settings = || {
        let follow = vec![upstream(&relay.base(), &partner)];
        MatcherSettings { index_form: form, ..home.settings(follow) }
    };
    let mut entries = Vec::new();
    for number in 0..6 {
        entries.push(partner.protect("minor", "verified", &hash(number)).await);
    }
    let doomed = Doomed::start(settings()).await;
    let kept = head(&node).await;
    doomed.until(|standing| standing.acknowledged >= Some(kept)).await;
    doomed.keep_indexes().await;
    let index = home.file().with_extension("index-1");
    let first = std::fs::read(&index).unwrap();
    let file = sqlx::SqlitePool::connect_with(sqlx::sqlite::SqliteConnectOptions::new().filename(home.file()));
    let file = file.await.unwrap();
    let noted =
        || async { sqlx::query_scalar::<_, i64>("select count(*) from changed").fetch_one(&file).await.unwrap() };
    assert_eq!(noted().await, 0, "what the index has need not be known");

    // One goes, one changes, one comes and goes, one comes.
    assert_eq!(partner.delete(&format!("entries/{}", entries[1])).await.status, 200);
    assert_eq!(partner.post(&format!("entries/{}/dispute", entries[2]), &json!({})).await.status, 200);
    let brief = partner.protect("minor", "verified", &hash(100)).await;
    assert_eq!(partner.delete(&format!("entries/{brief}")).await.status, 200);
    entries.push(partner.protect("minor", "verified", &hash(6)).await);
    let now = head(&node).await;
    doomed.until(|standing| standing.acknowledged >= Some(now)).await;
    doomed.kill().await;
    assert!((3..=4).contains(&noted().await), "each entry that changed, once");

    // As it was kept: the file may have been kept again by itself since.
    relay.cut();
    std::fs::write(&index, &first).unwrap();
    let opened = Matcher::open(settings()).await.unwrap();
    assert_eq!((opened.lives()[0].applied(), opened.lives()[0].size().entries), (kept, 6), "{form:?}");
    opened.close().await;
    let matcher = TestMatcher::start(settings()).await;
    let standing = matcher.until(|standing| standing.loaded).await;
    assert_eq!((standing.cursor, standing.entries, standing.snapshots), (Some(now), 6, 0));
    let held: BTreeSet<_> = matcher.matcher.lives()[0].ids().into_iter().collect();
    assert_eq!(held, node.node.bank.live().ids().into_iter().collect(), "the bank exactly, without the node");
    for (number, entry) in entries.iter().enumerate() {
        let found = matcher.client().matches(&hash(number as u64)).await;
        assert_eq!(found.contains(entry), number != 1, "entry {number}");
    }
    let disputed = matcher.client().post("match", &json!({"queries": [{"pdq": hash(2)}]})).await;
    assert_eq!(disputed.body["results"][0]["matches"][0]["status"], "disputed");
    matcher.matcher.close().await;
    drop(matcher);
    assert_eq!(noted().await, 0, "kept at the end");

    // An index from before what is noted, and one from after what the file has, are of no use.
    let newest = std::fs::read(&index).unwrap();
    std::fs::write(&index, &first).unwrap();
    let applied = || async {
        let opened = Matcher::open(settings()).await.unwrap();
        let applied = opened.lives()[0].applied();
        opened.close().await;
        applied
    };
    assert_eq!(applied().await, 0);
    std::fs::write(&index, &newest).unwrap();
    assert_eq!(applied().await, now);
    sqlx::query("update upstreams set cursor = cursor - 1, noted_from = 0").execute(&file).await.unwrap();
    assert_eq!(applied().await, 0);
    sqlx::query("update upstreams set cursor = cursor + 1").execute(&file).await.unwrap();
    assert_eq!(applied().await, now);
    // Another snapshot began.
    sqlx::query("update upstreams set mark = randomblob(16)").execute(&file).await.unwrap();
    assert_eq!(applied().await, 0);
    file.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_death_in_the_middle_of_a_snapshot_costs_only_what_was_not_written() {
    const WRITTEN: u64 = 4_000;
    let begun: String = std::iter::once(header(3))
        .chain((1..=WRITTEN + 5).map(|number| json!({"entry": held(number, &hash(number))})))
        .map(|line| format!("{line}\n"))
        .collect();
    let node = Scripted::start(move |what, _| match what {
        "PUT /cursor" => nothing(),
        "GET /snapshot" => answer("application/x-ndjson", stalled(begun.clone())),
        _ if what.starts_with("GET /snapshot?") => {
            let last: u64 = u64::from_str_radix(what.rsplit('-').next().unwrap(), 16).unwrap();
            let rest: Vec<_> =
                (last + 1..=WRITTEN + 9).map(|number| json!({"entry": held(number, &hash(number))})).collect();
            let count = rest.len() as u64;
            snapshot(std::iter::once(header(3)).chain(rest).chain([end(count)]))
        }
        _ => stream([page(vec![], 3)]),
    })
    .await;
    let home = Home::new();
    let doomed = Doomed::start(home.settings(vec![node.upstream()])).await;
    doomed.until(|standing| standing.entries > 0).await;
    doomed.kill().await;
    let matcher = home.start(vec![node.upstream()]).await;
    let standing = matcher.until_acknowledged(3).await;
    assert_eq!((standing.snapshots, standing.entries), (1, WRITTEN + 9));
    let resumed = node.asked("GET /snapshot?");
    // The header is the first line of the first page written.
    assert_eq!(resumed[0].0, format!("GET /snapshot?at=3&agreement=a1&after={}", id(WRITTEN - 1)));
    assert_eq!(node.asked("GET /snapshot").len(), 2);
    matcher.matcher.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_that_does_not_open_costs_a_fresh_snapshot_and_no_entry() {
    let node = TestNode::start(Engine::Sqlite).await;
    let partner = node.partner("platform").await;
    let (damaged, sound) =
        (partner.protect("minor", "verified", &hash(1)).await, partner.protect("minor", "verified", &hash(2)).await);
    let home = Home::new();
    let matcher = home.start(vec![upstream(&node.base(), &partner)]).await;
    matcher.until_acknowledged(2).await;
    matcher.matcher.close().await;
    drop(matcher);
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(home.file());
    let file = sqlx::SqlitePool::connect_with(options).await.unwrap();
    let swap = "update held set sealed = (select sealed from held order by entry_id desc limit 1)";
    assert_eq!(sqlx::query(swap).execute(&file).await.unwrap().rows_affected(), 2);
    file.close().await;
    // Where the index was kept, rows are not opened one by one, and nothing is missed.
    let _ = std::fs::remove_file(home.file().with_extension("index-1"));
    let matcher = home.start(vec![upstream(&node.base(), &partner)]).await;
    let standing = matcher.until_acknowledged(2).await;
    assert_eq!((standing.snapshots, standing.entries), (1, 2));
    assert_eq!(matcher.client().matches(&hash(1)).await, [damaged]);
    assert_eq!(matcher.client().matches(&hash(2)).await, [sound]);
    matcher.matcher.close().await;
}
