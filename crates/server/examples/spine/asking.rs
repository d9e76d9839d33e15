//! Asking over HTTP, in calls of many and of one.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::made_up::questions;

const SECONDS: u64 = 10;
/// Connections that ask at once.
const CONNECTIONS: usize = 2;
/// Connections that ask at set times: so many that each one's answer is there long before its next question is due, which
/// a timer of whole milliseconds would else make late.
const PACED_CONNECTIONS: usize = 32;

/// Whom to ask, and with what key.
#[derive(Clone)]
pub(crate) struct Asked {
    pub(crate) base: String,
    pub(crate) key: String,
}

/// Bodies of requests, made before anything is timed.
#[derive(Clone)]
struct Bodies {
    kind: &'static str,
    queries: usize,
    all: Arc<Vec<Vec<u8>>>,
}

/// Prints queries a second in each form, and what single ones take.
pub(crate) async fn measure(asked: &Asked, entries: usize) {
    let questions = questions(entries);
    let (json_form, packed) = ("application/json", "application/octet-stream");
    let mut full = 0.0;
    for (name, kind, queries) in [
        ("packed, 1000 a call", packed, 1_000),
        ("JSON, 1000 a call", json_form, 1_000),
        ("JSON, 100 a call", json_form, 100),
        ("JSON, 1 a call", json_form, 1),
    ] {
        let bodies = Bodies::of(kind, &questions, queries);
        full = per_second(asked, &bodies).await;
        println!("match, {name}: {full:.0} queries a second");
    }
    let mut millis = paced(asked, &Bodies::of(json_form, &questions, 1), full / 2.0).await;
    crate::print_percentiles(&format!("match, one query a call, {:.0} a second", full / 2.0), &mut millis);
}

impl Bodies {
    fn of(kind: &'static str, questions: &[[u8; 32]], queries: usize) -> Self {
        let body = |some: &[[u8; 32]]| match kind {
            "application/json" => {
                let one = |hash: &[u8; 32]| json!({"pdq": exchange::hex::encode(hash)});
                json!({"queries": some.iter().map(one).collect::<Vec<_>>()}).to_string().into_bytes()
            }
            _ => some.concat(),
        };
        Self { kind, queries, all: Arc::new(questions.chunks_exact(queries).take(10_000).map(body).collect()) }
    }
}

impl Asked {
    async fn ask(&self, http: &reqwest::Client, bodies: &Bodies, number: usize) {
        let body = bodies.all[number % bodies.all.len()].clone();
        let request = http.post(format!("{}/api/v1/match", self.base)).bearer_auth(&self.key);
        let response = request.header("content-type", bodies.kind).body(body).send().await.unwrap();
        assert_eq!(response.status(), 200);
        response.bytes().await.unwrap();
    }
}

/// So many connections, each of which has asked once: what it costs to open them is in no figure.
async fn connections(asked: &Asked, bodies: &Bodies, count: usize) -> Vec<reqwest::Client> {
    let all: Vec<_> = (0..count).map(|_| server::http::client().unwrap()).collect();
    futures::future::join_all(all.iter().map(|http| asked.ask(http, bodies, 0))).await;
    all
}

/// Each connection asks the next when it has the last answer.
async fn per_second(asked: &Asked, bodies: &Bodies) -> f64 {
    let connections = connections(asked, bodies, CONNECTIONS).await;
    let begun = Instant::now();
    let connection = |(first, http): (usize, reqwest::Client)| {
        let (asked, bodies) = (asked.clone(), bodies.clone());
        tokio::spawn(async move {
            let mut calls = 0;
            while begun.elapsed().as_secs() < SECONDS {
                asked.ask(&http, &bodies, first + calls * CONNECTIONS).await;
                calls += 1;
            }
            calls
        })
    };
    let calls = futures::future::join_all(connections.into_iter().enumerate().map(connection)).await;
    let calls: usize = calls.into_iter().map(Result::unwrap).sum();
    (calls * bodies.queries) as f64 / begun.elapsed().as_secs_f64()
}

/// So many a second; times from when each was due, or from when its timer woke if that was late.
async fn paced(asked: &Asked, bodies: &Bodies, rate: f64) -> Vec<f64> {
    let connections = connections(asked, bodies, PACED_CONNECTIONS).await;
    let (begun, between) = (Instant::now(), Duration::from_secs_f64(PACED_CONNECTIONS as f64 / rate));
    let connection = |(number, http): (usize, reqwest::Client)| {
        let (asked, bodies) = (asked.clone(), bodies.clone());
        tokio::spawn(async move {
            let mut millis = Vec::new();
            for call in 0_u32.. {
                let due = begun + between * call + between * number as u32 / PACED_CONNECTIONS as u32;
                if due > begun + Duration::from_secs(SECONDS) {
                    break;
                }
                let is_early = Instant::now() < due;
                tokio::time::sleep_until(due.into()).await;
                let from = if is_early { Instant::now() } else { due };
                asked.ask(&http, &bodies, number + call as usize * PACED_CONNECTIONS).await;
                millis.push(from.elapsed().as_secs_f64() * 1_000.0);
            }
            millis
        })
    };
    let all = futures::future::join_all(connections.into_iter().enumerate().map(connection)).await;
    all.into_iter().flat_map(Result::unwrap).collect()
}
