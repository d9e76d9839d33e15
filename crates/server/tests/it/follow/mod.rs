//! Following other systems: against servers that speak their wires, well and badly, and against another node.

pub(crate) mod faces;
pub(crate) mod feeding;
mod hostile;
mod nodes;
mod terms;
mod volume;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use exchange::Tier;
use server::clock::Clock;
use server::follow::{Credentials, FollowPace, NewSource, SourceKind, SourceView, Terms, Turn};
use tokio::net::TcpListener;

use crate::support::{Engine, TestNode};

/// A request that came.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) line: String,
    pub(crate) headers: String,
    pub(crate) body: String,
}

type Script = Arc<dyn Fn(&Asked, usize) -> Response + Send + Sync>;

/// A server that answers what a test says, and writes down what it was asked.
#[derive(Clone)]
pub(crate) struct Fake {
    pub(crate) base: String,
    asked: Arc<Mutex<Vec<Asked>>>,
    script: Arc<Mutex<Script>>,
}

impl Fake {
    /// Answers with this, given the request and how many came before it.
    pub(crate) async fn start(script: impl Fn(&Asked, usize) -> Response + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let fake = Self { base, asked: Arc::default(), script: Arc::new(Mutex::new(Arc::new(script))) };
        let routes = Router::new().fallback(answer).with_state(fake.clone());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        fake
    }

    /// Answers each request with the next of these, and then with 500.
    pub(crate) async fn of(answers: Vec<Response>) -> Self {
        let answers = Mutex::new(VecDeque::from(answers));
        let next = move |_: &Asked, _| {
            let next = answers.lock().unwrap().pop_front();
            next.unwrap_or_else(|| StatusCode::INTERNAL_SERVER_ERROR.into_response())
        };
        Self::start(next).await
    }

    /// Answers with this from now on.
    pub(crate) fn now(&self, script: impl Fn(&Asked, usize) -> Response + Send + Sync + 'static) {
        *self.script.lock().unwrap() = Arc::new(script);
    }

    /// What came.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

async fn answer(State(fake): State<Fake>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 1 << 20).await.unwrap_or_default();
    let asked = Asked {
        line: format!("{} {}", parts.method, parts.uri),
        headers: format!("{:?}", parts.headers),
        body: String::from_utf8_lossy(&body).into_owned(),
    };
    let before = {
        let mut all = fake.asked.lock().unwrap();
        all.push(asked.clone());
        all.len() - 1
    };
    let script = fake.script.lock().unwrap().clone();
    script(&asked, before)
}

/// A good answer.
pub(crate) fn body(bytes: impl Into<Bytes>) -> Response {
    Body::from(bytes.into()).into_response()
}

/// A node that asks page after page, and after trouble only when the test says so.
pub(crate) async fn node(engine: Engine) -> TestNode {
    node_at(engine, Clock::System).await
}

/// How tests follow: page after page, and after trouble only when the test says so.
pub(crate) const PACE: FollowPace = FollowPace {
    page_pause: Duration::ZERO,
    backoff_first: Duration::from_secs(1_000),
    page_timeout: Duration::from_secs(3),
    page_bytes_max: 1 << 20,
};

/// The same by another clock.
pub(crate) async fn node_at(engine: Engine, clock: Clock) -> TestNode {
    TestNode::start_with(engine, |settings| {
        settings.clock = clock;
        settings.follow_pace = PACE;
    })
    .await
}

/// A source of this kind at this address, asked by nobody but the test.
pub(crate) fn source(kind: SourceKind, url: &str, tier: Tier, pass_on: bool) -> NewSource {
    let credentials =
        "user = user\nsecret = s3cr3t-of-the-source\nsubscription = subscr1ption\nfeedback = f33dback\ngroup = 777";
    NewSource {
        name: kind.name().parse().unwrap(),
        kind,
        url: url.to_owned(),
        credentials: Credentials::read(credentials).unwrap(),
        terms: Terms { class: kind.class().or(Some(exchange::Class::Adult)), tier, pass_on },
        every_seconds: NewSource::EVERY_SECONDS_MAX,
    }
}

impl TestNode {
    /// Follows from now on. The node's own task takes the first turn; the test waits for it to be over.
    pub(crate) async fn follow(&self, new: NewSource) -> SourceView {
        let name = new.name.clone();
        self.node.follow.add(&self.operator, new).await.unwrap();
        self.until_source(name.as_str(), |source| source.complete_at.is_some() || source.failures > 0).await
    }

    /// A turn now.
    pub(crate) async fn turn(&self, name: &str) -> Turn {
        let turn = self.node.follow.once(&self.operator, &name.parse().unwrap()).await.unwrap();
        // What it brought is searched once the index has it.
        self.node.bank.live().wait_for(self.node.bank.head().await.unwrap()).await;
        turn
    }

    pub(crate) async fn source(&self, name: &str) -> SourceView {
        let all = self.node.follow.list().await.unwrap();
        all.into_iter().find(|source| source.name.as_str() == name).unwrap()
    }

    /// Goes on once the source is like this, at the end of a turn.
    pub(crate) async fn until_source(&self, name: &str, mut what: impl FnMut(&SourceView) -> bool) -> SourceView {
        let mut turns = self.node.follow.turns();
        let look = async {
            loop {
                turns.mark_unchanged();
                let source = self.source(name).await;
                if what(&source) {
                    return source;
                }
                turns.changed().await.unwrap();
            }
        };
        match tokio::time::timeout(Duration::from_secs(60), look).await {
            Ok(source) => source,
            Err(_) => panic!("it never came to that: {:#?}", self.source(name).await),
        }
    }

    /// Whether this PDQ is known to the node itself.
    pub(crate) fn holds(&self, hash: [u8; 32]) -> usize {
        let query = exchange::Parsed { pdq: vec![hash], ..exchange::Parsed::default() };
        let live = self.node.bank.live();
        live.answer(&[query], exchange::Radius::DEFAULT, |_, _| true)[0].matches.len()
    }
}

/// A hash that a picture could have.
pub(crate) fn hash(number: u8) -> [u8; 32] {
    let mut hash = [0; 32];
    for (place, byte) in hash.iter_mut().enumerate() {
        let mixed = number.wrapping_mul(37).wrapping_add((place as u8 / 2).wrapping_mul(91));
        *byte = if place % 2 == 0 { mixed } else { !mixed };
    }
    hash
}
