//! Listening, and what every request passes through.

use std::any::Any;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request};
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tower::{ServiceBuilder, ServiceExt};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer};
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::timeout::RequestBodyTimeoutLayer;
use tracing::Instrument;

use super::{BODY_BYTES_MAX, BODY_SILENCE_SECONDS_MAX, Problem};
use crate::access::Peer;

const REQUEST_ID_BYTES_MAX: usize = 64;
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// After the signal to end, how long requests that are under way may still take.
const DRAIN_SECONDS: u64 = 20;
/// How long the head of a request may take to come, counted from when the connection is free for it.
const HEAD_SECONDS_MAX: u64 = 60;
/// After the system refused a connection, as when there are too many open files.
const ACCEPT_RETRY_MS: u64 = 500;

/// A socket that is open but not yet served.
pub struct Listening {
    listener: TcpListener,
    /// Where it can be reached; the port is a real one even if 0 was asked for.
    pub address: SocketAddr,
}

impl Listening {
    /// Opens a socket.
    pub async fn on(address: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        Ok(Self { address: listener.local_addr()?, listener })
    }
}

/// What every request passes through, outermost first: request id, log line, metrics, panics, compression, limits.
pub fn layers(router: Router) -> Router {
    let header = |name, value| SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value));
    router
        .fallback(|| async { Problem::not_found("there is nothing at this address; /api lists what there is") })
        .method_not_allowed_fallback(method_not_allowed)
        .layer(
            ServiceBuilder::new()
                .layer(middleware::map_request(plain_request_id))
                .layer(SetRequestIdLayer::new(REQUEST_ID, MakeRequestUuid))
                .layer(PropagateRequestIdLayer::new(REQUEST_ID))
                .layer(middleware::from_fn(observe))
                .layer(CatchPanicLayer::custom(panicked))
                .layer(header(CACHE_CONTROL, "no-store"))
                .layer(header(X_CONTENT_TYPE_OPTIONS, "nosniff"))
                .layer(header(REFERRER_POLICY, "no-referrer"))
                .layer(header(
                    CONTENT_SECURITY_POLICY,
                    "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
                ))
                .layer(CompressionLayer::new())
                .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
                .layer(RequestBodyTimeoutLayer::new(Duration::from_secs(BODY_SILENCE_SECONDS_MAX))),
        )
}

/// Serves until cancelled; requests under way are then given 20 seconds to end.
///
/// axum's own loop sets no timer, so that whoever opens connections and says nothing would keep them for ever.
pub async fn serve(listening: Listening, router: Router, stop: CancellationToken) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(Duration::from_secs(HEAD_SECONDS_MAX));
    let connections = GracefulShutdown::new();
    loop {
        let socket = tokio::select! {
            accepted = listening.listener.accept() => accepted,
            () = stop.cancelled() => break,
        };
        match socket {
            Ok((socket, peer)) => {
                // Answers are whole when they are written: waiting for more of them only costs time.
                let _ = socket.set_nodelay(true);
                let peer = Peer(peer.ip());
                let service = router.clone().map_request(move |mut request: hyper::Request<Incoming>| {
                    request.extensions_mut().insert(peer);
                    request
                });
                let connection = http.serve_connection(TokioIo::new(socket), TowerToHyperService::new(service));
                let connection = connections.watch(connection);
                tokio::spawn(async move {
                    if let Err(error) = connection.await {
                        tracing::debug!(%error, "a connection ended");
                    }
                });
            }
            Err(error) if is_of_one_connection(&error) => {}
            Err(error) => {
                tracing::error!(%error, "no connection can be accepted; trying again");
                tokio::time::sleep(Duration::from_millis(ACCEPT_RETRY_MS)).await;
            }
        }
    }
    drop(listening);
    tokio::select! {
        () = connections.shutdown() => {}
        () = tokio::time::sleep(Duration::from_secs(DRAIN_SECONDS)) => {
            tracing::warn!(seconds = DRAIN_SECONDS, "requests were still under way when time was up");
        }
    }
}

/// Whether it says something about whoever wanted to connect, and nothing about us.
fn is_of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

/// One log line and two metrics a request: method, route, status, time. Never a body, a query string or a header but
/// the request id.
async fn observe(request: Request, next: Next) -> Response {
    let started = std::time::Instant::now();
    let route = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str).to_owned();
    let method = known_method(request.method());
    let id = request.headers().get(REQUEST_ID).and_then(|id| id.to_str().ok()).unwrap_or_default().to_owned();
    let span = tracing::info_span!("request", id, method, route);
    let response = next.run(request).instrument(span.clone()).await;
    let (status, seconds) = (response.status().as_u16(), started.elapsed().as_secs_f64());
    span.in_scope(|| tracing::info!(status, seconds, "answered"));
    let labels = [("method", method.to_owned()), ("route", route), ("status", status.to_string())];
    metrics::counter!("rempart_requests_total", &labels).increment(1);
    metrics::histogram!("rempart_request_seconds", &labels).record(seconds);
    response
}

/// HTTP lets a client make up methods; metrics and logs do not keep them.
fn known_method(method: &Method) -> &'static str {
    let known = ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"];
    known.into_iter().find(|known| *known == method.as_str()).unwrap_or("other")
}

/// A client's request id is kept when it is short and plain; otherwise it gets one of ours.
async fn plain_request_id(mut request: Request) -> Request {
    let plain = |id: &HeaderValue| {
        (1..=REQUEST_ID_BYTES_MAX).contains(&id.len())
            && id.as_bytes().iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-')
    };
    if request.headers().get(REQUEST_ID).is_some_and(|id| !plain(id)) {
        request.headers_mut().remove(REQUEST_ID);
    }
    request
}

async fn method_not_allowed() -> Problem {
    let detail = "This address does not take that method; /api lists what there is.";
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", "Not with this method", detail)
}

fn panicked(_: Box<dyn Any + Send + 'static>) -> Response {
    tracing::error!("a handler panicked");
    Problem::internal().into_response()
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpStream;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn whoever_begins_a_request_and_falls_silent_is_let_go() {
        let listening = Listening::on(([127, 0, 0, 1], 0).into()).await.unwrap();
        let (address, stop) = (listening.address, CancellationToken::new());
        let serving = tokio::spawn(serve(listening, layers(Router::new()), stop.clone()));
        let mut silent = TcpStream::connect(address).await.unwrap();
        silent.write_all(b"GET / HTTP/1.1\r\nhost: a\r\n").await.unwrap();
        let started = tokio::time::Instant::now();
        // The clock is advanced when nothing else is left to do: this ends at once, or not at all.
        let mut answer = Vec::new();
        let _ = silent.read_to_end(&mut answer).await;
        assert!(started.elapsed() >= Duration::from_secs(HEAD_SECONDS_MAX));
        stop.cancel();
        serving.await.unwrap();
    }

    #[tokio::test]
    async fn a_request_that_is_under_way_is_answered_after_the_signal_to_end() {
        let (began, go_on) = (std::sync::Arc::new(tokio::sync::Notify::new()), CancellationToken::new());
        let (beginning, going_on) = (began.clone(), go_on.clone());
        let slow = axum::routing::get(move || async move {
            beginning.notify_one();
            going_on.cancelled().await;
            "done"
        });
        let listening = Listening::on(([127, 0, 0, 1], 0).into()).await.unwrap();
        let (address, stop) = (listening.address, CancellationToken::new());
        let serving = tokio::spawn(serve(listening, Router::new().route("/slow", slow), stop.clone()));
        let answer = tokio::spawn(reqwest::get(format!("http://{address}/slow")));
        began.notified().await;
        stop.cancel();
        go_on.cancel();
        assert_eq!(answer.await.unwrap().unwrap().text().await.unwrap(), "done");
        serving.await.unwrap();
        assert!(TcpStream::connect(address).await.is_err());
    }
}
