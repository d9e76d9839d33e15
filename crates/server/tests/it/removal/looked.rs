//! T14: the process that looks at pages. Real servers, real redirects, a resolver that changes its mind; and never a byte of a picture.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, LOCATION};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use futures::stream;
use server::http::{Guard, Names};
use server::removal::look::{HOPS_MAX, PAGE_BYTES_MAX, Seen, look, serve_lines};
use sha2::{Digest, Sha256};
use tokio::net::TcpListener;

/// A page of whatever kind, and what was read of it.
#[derive(Clone)]
struct Site {
    address: SocketAddr,
    /// Bytes that were taken off each body.
    taken: Arc<AtomicUsize>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Site {
    async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let this = Self { address, taken: Arc::default(), asked: Arc::default() };
        let (taken, asked) = (this.taken.clone(), this.asked.clone());
        let answer = move |Path(page): Path<String>| async move {
            asked.lock().unwrap().push(page.clone());
            answer(&page, address, &taken)
        };
        tokio::spawn(async move { axum::serve(listener, Router::new().route("/{*page}", get(answer))).await.unwrap() });
        this
    }

    fn url(&self, page: &str) -> String {
        format!("http://{}/{page}", self.address)
    }

    fn guard(&self) -> Guard {
        Guard::with(Names::System, vec![self.address])
    }
}

fn answer(page: &str, here: SocketAddr, taken: &Arc<AtomicUsize>) -> Response {
    let text = |kind: &'static str| ([(CONTENT_TYPE, kind)], "A page.").into_response();
    let to = |to: String| (StatusCode::FOUND, [(LOCATION, to)]).into_response();
    if let Some(left) = page.strip_prefix("hop/").and_then(|left| left.parse::<usize>().ok()) {
        return if left == 0 { text("text/html; charset=utf-8") } else { to(format!("/hop/{}", left - 1)) };
    }
    match page {
        "text" => text("text/html"),
        "gone" => (StatusCode::GONE, text("text/plain")).into_response(),
        "picture" | "long" => {
            let kind = if page == "picture" { "image/jpeg" } else { "text/html" };
            let taken = taken.clone();
            let pieces = stream::iter(0..64).map_taking(taken);
            Response::builder().header(CONTENT_TYPE, kind).body(Body::from_stream(pieces)).unwrap()
        }
        "nameless" => "A page that does not say what it is.".into_response(),
        "inside" => to("http://169.254.169.254/latest/meta-data/".to_owned()),
        "neighbour" => to(format!("http://127.0.0.1:{}/text", if here.port() == 9 { 10 } else { 9 })),
        "mapped" => to("https://[::ffff:127.0.0.1]/".to_owned()),
        "file" => to("file:///etc/passwd".to_owned()),
        "loop" => to("/loop".to_owned()),
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

/// Pieces of 64 KiB, counted as they are taken.
trait Taking {
    fn map_taking(self, taken: Arc<AtomicUsize>) -> impl futures::Stream<Item = io::Result<Vec<u8>>> + Send + 'static;
}

impl<S: futures::Stream<Item = i32> + Send + 'static> Taking for S {
    fn map_taking(self, taken: Arc<AtomicUsize>) -> impl futures::Stream<Item = io::Result<Vec<u8>>> + Send + 'static {
        futures::StreamExt::map(self, move |_| {
            taken.fetch_add(65_536, Ordering::SeqCst);
            Ok(vec![b'x'; 65_536])
        })
    }
}

fn answered(status: u16, text: Option<&[u8]>, hops: usize) -> Seen {
    Seen::Answer { status, digest: text.map(|text| exchange::hex::encode(&Sha256::digest(text))), hops }
}

#[tokio::test]
async fn a_page_is_a_status_and_a_digest_of_its_text() {
    let site = Site::open().await;
    let guard = site.guard();
    assert_eq!(look(&guard, &site.url("text")).await, answered(200, Some(b"A page."), 0));
    assert_eq!(look(&guard, &site.url("gone")).await, answered(410, Some(b"A page."), 0));
    assert_eq!(look(&guard, &site.url("nothing")).await, answered(404, None, 0));
}

#[tokio::test]
async fn t14_of_a_picture_not_one_byte_is_read_and_of_a_long_page_no_more_than_its_limit() {
    let site = Site::open().await;
    let guard = site.guard();
    assert_eq!(look(&guard, &site.url("picture")).await, answered(200, None, 0));
    // What the server had pushed into the socket before the connection was dropped was never read by us.
    assert!(site.taken.load(Ordering::SeqCst) < 64 * 65_536, "the body was not drained");
    let start = vec![b'x'; PAGE_BYTES_MAX];
    assert_eq!(look(&guard, &site.url("long")).await, answered(200, Some(&start), 0));
}

#[tokio::test]
async fn five_redirects_are_followed_and_a_sixth_is_not() {
    let site = Site::open().await;
    let guard = site.guard();
    let whole = look(&guard, &site.url(&format!("hop/{HOPS_MAX}"))).await;
    assert_eq!(whole, answered(200, Some(b"A page."), HOPS_MAX));
    let past = look(&guard, &site.url(&format!("hop/{}", HOPS_MAX + 1))).await;
    assert_eq!(past, Seen::NotAsked("redirects".to_owned()));
    assert_eq!(look(&guard, &site.url("loop")).await, Seen::NotAsked("redirects".to_owned()));
}

#[tokio::test]
async fn t14_a_redirect_is_judged_as_if_it_had_been_asked_for() {
    let site = Site::open().await;
    let guard = site.guard();
    for (page, why) in [("inside", "scheme"), ("neighbour", "scheme"), ("mapped", "not_public"), ("file", "unreadable")]
    {
        assert_eq!(look(&guard, &site.url(page)).await, Seen::NotAsked(why.to_owned()), "{page}");
    }
    assert_eq!(site.asked.lock().unwrap().len(), 4, "nothing was asked twice");
}

#[tokio::test]
async fn t14_a_name_is_looked_up_once_a_hop_and_what_it_says_later_leads_nowhere() {
    let site = Site::open().await;
    let lookups = Arc::new(AtomicUsize::new(0));
    let counted = lookups.clone();
    let here: IpAddr = site.address.ip();
    // The first answer is where we may go; every later one is inside.
    let names = Names::Scripted(Arc::new(move |_| {
        let inside: IpAddr = "10.0.0.1".parse().unwrap();
        Ok(vec![if counted.fetch_add(1, Ordering::SeqCst) == 0 { here } else { inside }])
    }));
    let guard = Guard::with(names, vec![site.address]);
    let page = |page: &str| format!("http://name.example.org:{}/{page}", site.address.port());
    assert_eq!(look(&guard, &page("text")).await, answered(200, Some(b"A page."), 0));
    assert_eq!(lookups.load(Ordering::SeqCst), 1, "connecting looked nothing up");
    assert_eq!(look(&guard, &page("text")).await, Seen::NotAsked("not_public".to_owned()));
    assert_eq!(site.asked.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn the_other_process_answers_a_line_for_a_line_and_refuses_one_that_is_too_long() {
    let site = Site::open().await;
    let long = format!("https://platform.example.org/{}", "a".repeat(9_000));
    let input = format!("{}\nhttps://127.0.0.1/\n{long}\n", site.url("text"));
    let mut said = Vec::new();
    serve_lines(&site.guard(), input.as_bytes(), &mut said).await.unwrap();
    let said = String::from_utf8(said).unwrap();
    let lines: Vec<Seen> = said.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 3);
    assert_eq!(lines[0], answered(200, Some(b"A page."), 0));
    assert_eq!(lines[1], Seen::NotAsked("not_public".to_owned()));
    assert_eq!(lines[2], Seen::NotAsked("unreadable".to_owned()));
}
