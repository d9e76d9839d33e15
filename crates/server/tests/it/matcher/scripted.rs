//! A node that answers what a test says: malformed, cut, endless, or through something that spoils it.

use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::header::CONTENT_TYPE;
use axum::http::{Response, StatusCode};
use futures::{Stream, StreamExt};
use serde_json::{Value, json};
use server::http::{Listening, serve};
use server::matcher::Upstream;
use tokio_util::sync::CancellationToken;

pub(crate) type Answer = Response<Body>;

/// A node of the test's own making.
pub(crate) struct Scripted {
    pub(crate) url: String,
    asked: Arc<Mutex<Vec<(String, String)>>>,
    _stop: tokio_util::sync::DropGuard,
}

impl Scripted {
    /// Answers with what `script` gives for a method with path and query (`GET /snapshot?at=1`) and the body.
    pub(crate) async fn start(script: impl Fn(&str, &str) -> Answer + Send + Sync + 'static) -> Self {
        let asked: Arc<Mutex<Vec<(String, String)>>> = Arc::default();
        let (script, log) = (Arc::new(script), asked.clone());
        let router = axum::Router::new().fallback(move |request: Request| {
            let (script, log) = (script.clone(), log.clone());
            async move {
                let (parts, body) = request.into_parts();
                let path = parts.uri.path_and_query().unwrap().as_str().replacen("/api/v1", "", 1);
                let what = format!("{} {path}", parts.method);
                let body = axum::body::to_bytes(body, 1 << 20).await.unwrap();
                let body = String::from_utf8(body.to_vec()).unwrap();
                log.lock().unwrap().push((what.clone(), body.clone()));
                Ok::<_, Infallible>(script(&what, &body))
            }
        });
        let listening = Listening::on("127.0.0.1:0".parse().unwrap()).await.unwrap();
        let (url, stop) = (format!("http://{}", listening.address), CancellationToken::new());
        tokio::spawn(serve(listening, router, stop.clone()));
        Self { url, asked, _stop: stop.drop_guard() }
    }

    pub(crate) fn upstream(&self) -> Upstream {
        let key = format!("rp_{}_{}", "0".repeat(16), "0".repeat(64));
        Upstream::new(&self.url, key.parse().unwrap()).unwrap()
    }

    /// Everything asked for that begins so, in order: what and body.
    pub(crate) fn asked(&self, what: &str) -> Vec<(String, String)> {
        self.asked.lock().unwrap().iter().filter(|(asked, _)| asked.starts_with(what)).cloned().collect()
    }
}

/// An answer of this type.
pub(crate) fn answer(kind: &str, body: impl Into<Body>) -> Answer {
    Response::builder().header(CONTENT_TYPE, kind).body(body.into()).unwrap()
}

pub(crate) fn nothing() -> Answer {
    Response::builder().status(StatusCode::NO_CONTENT).body(Body::empty()).unwrap()
}

pub(crate) fn problem(status: u16, name: &str) -> Answer {
    let text = json!({"type": format!("urn:rempart:problem:{name}"), "detail": "as scripted"}).to_string();
    Response::builder().status(status).header(CONTENT_TYPE, "application/problem+json").body(text.into()).unwrap()
}

/// A snapshot of these lines.
pub(crate) fn snapshot(lines: impl IntoIterator<Item = Value>) -> Answer {
    let text: String = lines.into_iter().map(|line| format!("{line}\n")).collect();
    answer("application/x-ndjson", text)
}

/// An event stream that stays open after these pages.
pub(crate) fn stream(pages: impl IntoIterator<Item = Value>) -> Answer {
    let text: String = pages.into_iter().map(|page| format!("event: page\ndata: {page}\n\n")).collect();
    answer("text/event-stream", stalled(text))
}

/// A body that never ends after this.
pub(crate) fn stalled(text: String) -> Body {
    let begin = futures::stream::once(async { Ok::<_, Infallible>(Bytes::from(text)) });
    Body::from_stream(begin.chain(futures::stream::pending()))
}

/// A body that breaks after this.
pub(crate) fn broken(text: String) -> Body {
    let begin = futures::stream::once(async { Ok(Bytes::from(text)) });
    let end = futures::stream::once(async {
        // What was sent has to leave before the connection breaks.
        tokio::task::yield_now().await;
        Err(std::io::Error::other("cut"))
    });
    Body::from_stream(begin.chain(end))
}

/// A body that goes on for ever without a line end.
pub(crate) fn endless() -> Body {
    let piece = Bytes::from(vec![b'x'; 64 * 1024]);
    let pieces: std::pin::Pin<Box<dyn Stream<Item = Result<Bytes, Infallible>> + Send>> =
        Box::pin(futures::stream::repeat(piece).map(Ok));
    Body::from_stream(pieces)
}

pub(crate) fn header(seq: u64) -> Value {
    json!({"header": {"seq": seq, "agreement": "a1"}})
}

pub(crate) fn end(entries: u64) -> Value {
    json!({"end": {"entries": entries}})
}

pub(crate) fn page(changes: Vec<Value>, through: u64) -> Value {
    json!({"changes": changes, "through": through, "head": through, "agreement": "a1"})
}

pub(crate) fn put(seq: u64, entry: Value) -> Value {
    json!({"seq": seq, "at": "2026-11-21T00:00:00Z", "put": entry})
}

pub(crate) fn id(number: u64) -> String {
    format!("01980000-0000-7000-8000-{number:012x}")
}

/// An entry of this number with this hash.
pub(crate) fn held(number: u64, hash: &str) -> Value {
    json!({
        "id": id(number), "class": "minor", "tier": "confirmed", "status": "active", "block_radius": 31,
        "fingerprints": [{"kind": "pdq", "value": hash, "quality": 100}], "origin": "hotline",
        "created_at": "2026-11-21T00:00:00Z",
    })
}
