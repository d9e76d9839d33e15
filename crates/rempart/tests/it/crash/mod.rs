//! What the real binary withstands: `kill -9` in the middle of a write load and of applying, and a full disk.
//!
//! Failure conditions. A round fails when an entry that was answered 2xx is not in the feed after the restart, when a
//! withdrawal that was answered 2xx is not in force, when a number below the head is neither listed nor explained by
//! a later change of the same entry, or when anything that a reader was sent is not there afterwards.

mod age;
mod load;
mod matcher;
mod process;

use std::collections::BTreeMap;

use exchange::{Action, ChangePage, EntryId};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use load::{Load, Reader};
use process::{Process, Site};

const ROUNDS: usize = 50;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_on_sqlite_killed_fifty_times_under_load_loses_nothing_it_acknowledged() {
    killed_under_load(Site::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_on_postgresql_killed_fifty_times_under_load_loses_nothing_it_acknowledged() {
    if let Some(site) = Site::postgres() {
        killed_under_load(site).await;
    }
}

async fn killed_under_load(site: Site) {
    let mut random = StdRng::seed_from_u64(31);
    let first = site.serve();
    let key = site.partner("hotline");
    drop(first);
    let mut truth = Truth::default();
    for round in 0..ROUNDS {
        let mut node = site.serve();
        let load = Load::start(&node.url, &key, round as u64);
        let reader = Reader::start(&node.url, &key, truth.through);
        // Not a length of time but a number of answers: the load is then surely under way.
        load.until_answered(random.random_range(1..60)).await;
        node.kill();
        let (done, seen) = (load.stop().await, reader.stop().await);
        let node = site.serve();
        truth.check(round, &node, &key, done, seen).await;
    }
    assert!(truth.put.len() > ROUNDS, "the load wrote {} entries", truth.put.len());
}

/// What must hold from now on.
#[derive(Default)]
struct Truth {
    /// Entries by their number; whether a withdrawal was answered.
    put: BTreeMap<EntryId, bool>,
    through: u64,
}

impl Truth {
    async fn check(&mut self, round: usize, node: &Process, key: &str, done: load::Done, seen: Vec<ChangePage>) {
        self.put.extend(done.put.iter().map(|id| (*id, false)));
        for id in &done.withdrawn {
            self.put.insert(*id, true);
        }
        let changes = load::all_changes(&node.url, key).await;
        let head = changes.last().map_or(0, |page| page.head);
        let mut standing = BTreeMap::new();
        let (mut listed, mut removed) = (0, 0);
        for change in changes.iter().flat_map(|page| &page.changes) {
            listed += 1;
            match &change.action {
                Action::Put(entry) => assert!(standing.insert(entry.id, change.seq).is_none()),
                Action::Remove { entry, .. } => {
                    removed += 1;
                    standing.remove(entry);
                    assert!(
                        !self.put.contains_key(entry) || done_or_asked(self, &done, *entry),
                        "{entry} went unasked"
                    );
                }
            }
        }
        // Each withdrawn entry has two numbers, of which the first is superseded.
        assert_eq!(listed + removed, head, "round {round}: the sequence has a hole");
        for (id, withdrawn) in &self.put {
            assert!(!withdrawn || !standing.contains_key(id), "round {round}: {id} is back after its withdrawal");
            let asked = done.asked.contains(id) || *withdrawn;
            assert!(asked || standing.contains_key(id), "round {round}: {id} was acknowledged and is lost");
        }
        // A withdrawal that was asked for and not answered may or may not have been made; from now on it is known.
        for id in &done.asked {
            if !standing.contains_key(id) {
                self.put.insert(*id, true);
            }
        }
        let mut after = 0;
        for page in &seen {
            assert!(page.through <= head, "round {round}: a reader saw {} and the bank is at {head}", page.through);
            for change in &page.changes {
                assert!(change.seq > after, "numbers go up");
                after = change.seq;
                let id = change.action.entry();
                let now = standing.get(&id);
                let gone = changes.iter().flat_map(|page| &page.changes).any(|later| {
                    later.seq >= change.seq && matches!(&later.action, Action::Remove { entry, .. } if *entry == id)
                });
                assert!(
                    now == Some(&change.seq) || gone,
                    "round {round}: a reader was sent {} and it vanished",
                    change.seq
                );
            }
        }
        self.through = head;
    }
}

fn done_or_asked(truth: &Truth, done: &load::Done, id: EntryId) -> bool {
    done.asked.contains(&id) || truth.put.get(&id) == Some(&true)
}

/// A limit on the size of files stands for a disk that is full: the kernel refuses the write that passes it.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_whose_disk_is_full_says_so_and_keeps_what_it_acknowledged() {
    let site = Site::sqlite();
    drop(site.serve());
    let key = site.partner("hotline");
    let node = site.serve_with_files_of_at_most_kib(2_048);
    let (acknowledged, refusal) = load::until_refused(&node.url, &key).await;
    assert_eq!(refusal.0, 503, "{}", refusal.1);
    assert_eq!(refusal.1["type"], "urn:rempart:problem:storage-full");
    let known = load::all_changes(&node.url, &key).await;
    let listed: usize = known.iter().map(|page| page.changes.len()).sum();
    assert_eq!(listed, acknowledged.len(), "what is there is what was acknowledged, while full");
    drop(node);
    let node = site.serve();
    let pages = load::all_changes(&node.url, &key).await;
    let there: Vec<EntryId> = pages.iter().flat_map(|page| &page.changes).map(|change| change.action.entry()).collect();
    assert_eq!(there, acknowledged, "nothing half-written, nothing lost");
    let load = Load::start(&node.url, &key, 99);
    load.until_answered(3).await;
    load.stop().await;
}
