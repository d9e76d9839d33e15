//! A write load and a reader over HTTP, which remember what they were told.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use exchange::{ChangePage, EntryId};
use futures::StreamExt;
use rand::rngs::StdRng;
use rand::{Rng, RngExt, SeedableRng};
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::task::JoinHandle;

const WRITERS: u64 = 4;

/// Several writers, each one call at a time: contributions of 1 to 20 entries, now and then a withdrawal.
pub(super) struct Load {
    writers: Vec<JoinHandle<Done>>,
    answered: watch::Receiver<usize>,
    stop: Arc<AtomicBool>,
}

/// What a load was told.
#[derive(Default)]
pub(super) struct Done {
    /// Answered 201.
    pub(super) put: Vec<EntryId>,
    /// Answered 200.
    pub(super) withdrawn: Vec<EntryId>,
    /// Withdrawals that were sent, answered or not.
    pub(super) asked: BTreeSet<EntryId>,
}

impl Load {
    pub(super) fn start(url: &str, key: &str, seed: u64) -> Self {
        let (tell, answered) = watch::channel(0);
        let stop = Arc::new(AtomicBool::new(false));
        let count = Arc::new(AtomicUsize::new(0));
        let writer = |number| {
            let random = StdRng::seed_from_u64(seed * WRITERS + number + 1_000);
            let (url, key) = (url.to_owned(), key.to_owned());
            let (stop, count, tell) = (Arc::clone(&stop), Arc::clone(&count), tell.clone());
            tokio::spawn(async move {
                let mut done = Done::default();
                let answer = || tell.send_replace(count.fetch_add(1, Ordering::SeqCst) + 1);
                write(&url, &key, random, &stop, answer, &mut done).await;
                done
            })
        };
        Self { writers: (0..WRITERS).map(writer).collect(), answered, stop }
    }

    /// Goes on once this many calls were answered.
    pub(super) async fn until_answered(&self, calls: usize) {
        self.answered.clone().wait_for(|answered| *answered >= calls).await.expect("the writers write on");
    }

    /// Ends after the calls under way.
    pub(super) async fn stop(self) -> Done {
        self.stop.store(true, Ordering::SeqCst);
        let mut all = Done::default();
        for writer in self.writers {
            let done = writer.await.unwrap();
            all.put.extend(done.put);
            all.withdrawn.extend(done.withdrawn);
            all.asked.extend(done.asked);
        }
        all
    }
}

/// Until told to stop or the node is gone.
async fn write(
    url: &str,
    key: &str,
    mut random: StdRng,
    stop: &AtomicBool,
    answered: impl Fn() -> usize,
    done: &mut Done,
) {
    let http = server::http::client().unwrap();
    while !stop.load(Ordering::SeqCst) {
        if !done.put.is_empty() && random.random_ratio(1, 5) {
            let id = done.put[random.random_range(0..done.put.len())];
            done.asked.insert(id);
            let sent = http.delete(format!("{url}/api/v1/entries/{id}")).bearer_auth(key).send().await;
            let Ok(response) = sent else { return };
            assert_eq!(response.status(), 200);
            // The status line is the acknowledgement; the body may be cut.
            done.withdrawn.push(id);
        } else {
            let entries: Vec<Value> = (0..random.random_range(1..=20)).map(|_| entry(&mut random)).collect();
            let request =
                http.post(format!("{url}/api/v1/entries")).bearer_auth(key).json(&json!({"entries": entries}));
            let Ok(response) = request.send().await else { return };
            assert_eq!(response.status(), 201);
            let Ok(answer) = response.json::<Value>().await else { return };
            done.put.extend(ids(&answer));
        }
        answered();
    }
}

/// Contributes until that is refused; what was taken, and the refusal.
pub(super) async fn until_refused(url: &str, key: &str) -> (Vec<EntryId>, (u16, Value)) {
    let http = server::http::client().unwrap();
    let mut random = StdRng::seed_from_u64(5);
    let mut taken = Vec::new();
    for _ in 0..1_000 {
        let entries: Vec<Value> = (0..100).map(|_| entry(&mut random)).collect();
        let request = http.post(format!("{url}/api/v1/entries")).bearer_auth(key).json(&json!({"entries": entries}));
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        let answer: Value = response.json().await.unwrap();
        if status != 201 {
            return (taken, (status, answer));
        }
        taken.extend(ids(&answer));
    }
    panic!("the disk never filled");
}

fn entry(random: &mut StdRng) -> Value {
    let mut hash = [0; 32];
    random.fill_bytes(&mut hash);
    json!({"class": "minor", "fingerprints": [{"kind": "pdq", "value": exchange::hex::encode(&hash)}]})
}

fn ids(answer: &Value) -> Vec<EntryId> {
    let entries = answer["entries"].as_array().unwrap();
    entries.iter().map(|entry| entry["id"].as_str().unwrap().parse().unwrap()).collect()
}

/// The whole feed, and that its pages join.
pub(super) async fn all_changes(url: &str, key: &str) -> Vec<ChangePage> {
    let http = server::http::client().unwrap();
    let (mut after, mut pages) = (0, Vec::new());
    loop {
        let request = http.get(format!("{url}/api/v1/changes?after={after}&limit=5000")).bearer_auth(key);
        let page: ChangePage = request.send().await.unwrap().json().await.unwrap();
        after = page.through;
        let over = page.through == page.head;
        pages.push(page);
        if over {
            return pages;
        }
    }
}

/// Follows the stream and keeps every page.
pub(super) struct Reader {
    reading: JoinHandle<Vec<ChangePage>>,
}

impl Reader {
    pub(super) fn start(url: &str, key: &str, after: u64) -> Self {
        let url = format!("{url}/api/v1/changes/stream?after={after}");
        let key = key.to_owned();
        Self { reading: tokio::spawn(async move { read(&url, &key).await }) }
    }

    /// What it was sent until the node was gone.
    pub(super) async fn stop(self) -> Vec<ChangePage> {
        self.reading.await.unwrap()
    }
}

async fn read(url: &str, key: &str) -> Vec<ChangePage> {
    let http = server::http::client().unwrap();
    let mut pages = Vec::new();
    let Ok(response) = http.get(url).bearer_auth(key).send().await else { return pages };
    let mut body = response.bytes_stream();
    let mut buffer = String::new();
    while let Some(Ok(bytes)) = body.next().await {
        buffer.push_str(std::str::from_utf8(&bytes).unwrap());
        while let Some(end) = buffer.find("\n\n") {
            let event: String = buffer.drain(..end + 2).collect();
            if let Some(data) = event.lines().find_map(|line| line.strip_prefix("data: ")) {
                pages.push(serde_json::from_str(data).unwrap());
            }
        }
    }
    pages
}
