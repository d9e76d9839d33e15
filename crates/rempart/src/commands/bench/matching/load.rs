//! Asking, on several connections at once.

use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use exchange::{MatchRequest, PdqQuery, Query, hex, packed};
use futures::future::{BoxFuture, try_join_all};
use hamming::Code;
use serde::Serialize;
use server::exchange::api::PACKED;

use crate::commands::bench::times::{Spread, Times, rounded};

/// Different bodies of requests; they are asked in turn.
const BODIES_MAX: usize = 1_000;
/// Connections that ask at set times: so many that each one's answer is there long before its next question is due, which
/// a timer of whole milliseconds would else make late.
const PACED_CONNECTIONS: u32 = 32;

/// How questions are put, and how many in a call.
#[derive(Clone, Copy)]
pub(super) enum Form {
    Json(usize),
    Packed(usize),
}

/// Whom to ask, what, and on how many connections.
pub(super) struct Load {
    url: String,
    token: Option<String>,
    questions: Vec<Code>,
    connections: u32,
}

/// Single queries.
#[derive(Serialize)]
pub(super) struct Single {
    /// As fast as answers come.
    pub(super) full_per_second: f64,
    /// The rate at which the times are: half of it.
    pub(super) at_per_second: f64,
    /// On the wall, from when a query was due until its answer was read; microseconds.
    pub(super) us: Spread,
}

impl Load {
    pub(super) fn on(url: &str, token: Option<String>, questions: &[Code], connections: u32) -> Self {
        let url = format!("{}/api/v1/match", url.trim_end_matches('/'));
        Self { url, token, questions: questions.to_vec(), connections }
    }

    /// Of a hundred questions, those with a match.
    pub(super) async fn known_percent(&self) -> anyhow::Result<f64> {
        let asked = &self.questions[..exchange::QUERIES_MAX.min(self.questions.len())];
        let answer = connection(self, Form::Packed(asked.len()))?(0).await?;
        let known = packed::decode_response(&answer, asked.len())?.results;
        let known = known.iter().filter(|result| !result.matches.is_empty()).count();
        Ok(rounded(100.0 * known as f64 / asked.len() as f64))
    }

    /// Queries a second, asked for this long, each connection the next when it has the last answer.
    pub(super) async fn per_second(&self, form: Form, time: Duration) -> anyhow::Result<f64> {
        let connections = self.connections(self.connections, form).await?;
        let begun = Instant::now();
        let asking = (0..).zip(connections).map(|(first, ask)| {
            tokio::spawn(async move {
                let mut calls = 0;
                while begun.elapsed() < time {
                    ask(first + calls).await?;
                    calls += 1;
                }
                anyhow::Ok(calls)
            })
        });
        let calls: usize = joined(asking.collect()).await?.into_iter().sum();
        Ok(((calls * form.queries()) as f64 / begun.elapsed().as_secs_f64()).round())
    }

    /// So many connections, each of which has asked once: what it costs to open them is in no figure.
    async fn connections(&self, count: u32, form: Form) -> anyhow::Result<Vec<Connection>> {
        let all = (0..count).map(|_| connection(self, form)).collect::<anyhow::Result<Vec<_>>>()?;
        try_join_all(all.iter().map(|ask| ask(0))).await?;
        Ok(all)
    }

    /// One query a call: at full rate, then at half of it.
    pub(super) async fn single(&self, time: Duration) -> anyhow::Result<Single> {
        let full_per_second = self.per_second(Form::Json(1), time).await?;
        let at_per_second = (full_per_second / 2.0).max(1.0);
        let between = Duration::from_secs_f64(f64::from(PACED_CONNECTIONS) / at_per_second);
        let connections = self.connections(PACED_CONNECTIONS, Form::Json(1)).await?;
        let begun = Instant::now();
        let asking = (0..).zip(connections).map(|(number, ask): (u32, _)| {
            let first = begun + between * number / PACED_CONNECTIONS;
            tokio::spawn(async move {
                let mut times = Vec::new();
                for call in 0_u32.. {
                    let due = first + between * call;
                    if due > begun + time {
                        break;
                    }
                    // A query that had to wait for the answer before it was due all the same; one whose timer was late was not.
                    let from = if Instant::now() < due {
                        tokio::time::sleep_until(due.into()).await;
                        Instant::now()
                    } else {
                        due
                    };
                    ask((number + call * PACED_CONNECTIONS) as usize).await?;
                    times.push(from.elapsed());
                }
                anyhow::Ok(times)
            })
        });
        let mut times = Times::default();
        times.extend(joined(asking.collect()).await?.into_iter().flatten());
        Ok(Single { full_per_second, at_per_second, us: times.spread() })
    }
}

impl Form {
    fn queries(self) -> usize {
        match self {
            Self::Json(queries) | Self::Packed(queries) => queries,
        }
    }

    fn content_type(self) -> &'static str {
        match self {
            Self::Json(_) => "application/json",
            Self::Packed(_) => PACKED,
        }
    }

    fn body(self, questions: &[Code]) -> anyhow::Result<Vec<u8>> {
        let query = |code: &Code| Query { pdq: Some(PdqQuery::One(hex::encode(code))), ..Query::default() };
        Ok(match self {
            Self::Packed(_) => questions.as_flattened().to_vec(),
            Self::Json(_) => {
                serde_json::to_vec(&MatchRequest { queries: questions.iter().map(query).collect(), radius: None })?
            }
        })
    }
}

type Asking = BoxFuture<'static, anyhow::Result<Vec<u8>>>;

/// Given a number, asks the question of that number and returns the answer.
type Connection = Box<dyn Fn(usize) -> Asking + Send + Sync>;

/// A connection of its own.
fn connection(load: &Load, form: Form) -> anyhow::Result<Connection> {
    let client = server::http::client()?;
    let bodies = load.questions.chunks_exact(form.queries()).take(BODIES_MAX);
    let bodies = bodies.map(|questions| form.body(questions)).collect::<anyhow::Result<Vec<_>>>()?;
    let (url, token) = (load.url.clone(), load.token.clone());
    Ok(Box::new(move |number: usize| -> Asking {
        let body = bodies[number % bodies.len()].clone();
        let request = client.post(&url).header("content-type", form.content_type()).body(body);
        let request = match &token {
            Some(token) => request.bearer_auth(token),
            None => request,
        };
        Box::pin(async move {
            let answer = request.send().await?;
            let status = answer.status();
            let body = answer.bytes().await?;
            if !status.is_success() {
                bail!("asked to match, it answered {status}: {}", String::from_utf8_lossy(&body));
            }
            Ok(body.to_vec())
        })
    }))
}

async fn joined<T>(tasks: Vec<tokio::task::JoinHandle<anyhow::Result<T>>>) -> anyhow::Result<Vec<T>> {
    try_join_all(tasks).await.context("a connection broke down")?.into_iter().collect()
}

impl std::fmt::Display for Single {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Spread { p50, p99, .. } = self.us;
        let ms = |us: f64| us / 1e3;
        write!(f, "p50 {:.2} ms, p99 {:.2} ms at {:.0} a second", ms(p50), ms(p99), self.at_per_second)?;
        write!(f, ", half of what {:.0} a second at most allow", self.full_per_second)
    }
}
