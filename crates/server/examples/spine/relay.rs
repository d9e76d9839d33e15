//! Between a node and a matcher: everything is passed on, but the node's snapshot gets a million entries more, or however
//! many, which would take the node an hour to be given.

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::response::Response;
use futures::{StreamExt, stream};
use server::http::Listening;
use tokio_util::sync::CancellationToken;

use crate::made_up::line;

const LINES_PER_CHUNK: usize = 1_000;

#[derive(Clone)]
struct Relay {
    node: String,
    http: reqwest::Client,
    entries: usize,
    views: usize,
}

/// Serves until the process ends; the address.
pub(crate) async fn start(node: String, entries: usize, views: usize) -> String {
    let relay = Relay { node, http: server::http::client().unwrap(), entries, views };
    let listening = Listening::on("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let base = format!("http://{}", listening.address);
    let router = Router::new().fallback(pass_on).with_state(relay);
    tokio::spawn(server::http::serve(listening, router, CancellationToken::new()));
    base
}

async fn pass_on(State(relay): State<Relay>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let path = head.uri.path_and_query().unwrap().as_str();
    let mut asking = relay.http.request(head.method, format!("{}{path}", relay.node));
    for name in ["authorization", "accept", "content-type", "last-event-id"] {
        if let Some(value) = head.headers.get(name) {
            asking = asking.header(name, value);
        }
    }
    let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    let answer = asking.body(body).send().await.unwrap();
    let mut response = Response::builder().status(answer.status());
    if let Some(kind) = answer.headers().get("content-type") {
        response = response.header("content-type", kind);
    }
    let body = if path.starts_with("/api/v1/snapshot") {
        with_more(answer.text().await.unwrap(), relay.entries, relay.views)
    } else {
        Body::from_stream(answer.bytes_stream())
    };
    response.body(body).unwrap()
}

/// A snapshot with so many entries before its own.
fn with_more(snapshot: String, entries: usize, views: usize) -> Body {
    let lines: Vec<&str> = snapshot.lines().collect();
    let [header, own @ .., _] = lines.as_slice() else { panic!("no snapshot: {snapshot}") };
    let header = format!("{header}\n");
    let end = format!("{}\n{{\"end\":{{\"entries\":{}}}}}\n", own.join("\n"), entries + own.len());
    let chunks = (0..entries.div_ceil(LINES_PER_CHUNK)).map(move |chunk| {
        let numbers = chunk * LINES_PER_CHUNK..((chunk + 1) * LINES_PER_CHUNK).min(entries);
        numbers.map(|number| line(number, views)).collect::<String>()
    });
    let all = std::iter::once(header).chain(chunks).chain(std::iter::once(end));
    Body::from_stream(stream::iter(all).map(|text| Ok::<_, std::io::Error>(Bytes::from(text))))
}
