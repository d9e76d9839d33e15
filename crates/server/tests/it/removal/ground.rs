//! The ground of these tests: a node of which nothing runs by itself, two people, a platform that is a partner, and a real
//! place where webhooks arrive.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use exchange::{Agreement, Class, NoticeId, PartnerId, Reach, Scope, Tier, Time};
use rand::SeedableRng;
use rand::rngs::StdRng;
use sealing::{Cost, NodeKey};
use serde_json::Value;
use server::alerts::MailSettings;
use server::clock::Clock;
use server::http::{Guard, Names};
use server::node::{Node, NodeSettings};
use server::partners::NewPartner;
use server::removal::By;
use server::removal::directory::{Ourselves, PlatformSettings};
use server::removal::notices::{Channel, Event, NewNotice, State};
use server::removal::regimes::Field;
use server::removal::webhook::{self, Headers, VerifyError};
use server::storage::Database;
use tokio::net::TcpListener;

use crate::support::{Engine, TestDatabase};

pub(super) const HOUR: i64 = 3_600;
pub(super) const DAY: i64 = 24 * HOUR;
pub(super) const ANN: By = By::Staff([1; 16]);
pub(super) const BEN: By = By::Staff([2; 16]);
/// The platform that is a partner, one that takes mails, and one with a form.
pub(super) const PARTNER: &str = "tiktok";
pub(super) const MAILED: &str = "snapchat";
pub(super) const FORM: &str = "x";

/// A node of which nothing runs by itself: the tests send and let time pass.
pub(super) struct Ground {
    pub node: Node,
    pub clock: Clock,
    pub database: TestDatabase,
    pub partner: PartnerId,
}

impl Ground {
    pub(super) async fn new(engine: Engine) -> Self {
        Self::with(engine, |_| ()).await
    }

    pub(super) async fn with(engine: Engine, change: impl FnOnce(&mut NodeSettings)) -> Self {
        let database = TestDatabase::new(engine).await;
        let clock = Clock::manual("2026-03-10T12:00:00Z".parse().unwrap());
        let node = beside(&database, &clock, change).await;
        let new = NewPartner {
            name: "tiktok".parse().unwrap(),
            agreement: Agreement { sees: Reach::both(Tier::Reported), contributes: Reach::both(Tier::Reported) },
            scopes: Scope::ALL.iter().copied().collect(),
            expires_at: None,
        };
        let (partner, _) = node.partners.add(new).await.unwrap();
        let ground = Self { node, clock, database, partner };
        let api = PlatformSettings { channel: Some(Channel::Api), ..PlatformSettings::default() };
        ground.node.removal.set_platform(ANN, PARTNER, &api, Some(partner)).await.unwrap();
        let mail = PlatformSettings {
            channel: Some(Channel::Mail),
            mail: "notices@snap.example".to_owned(),
            ..PlatformSettings::default()
        };
        ground.node.removal.set_platform(ANN, MAILED, &mail, None).await.unwrap();
        let us = Ourselves {
            sender_name: "Example Hotline".to_owned(),
            sender_email: "notices@hotline.example".to_owned(),
            flagger_status: "Arcom, 2025".to_owned(),
            ..Ourselves::default()
        };
        ground.node.removal.set_ourselves(ANN, &us).await.unwrap();
        ground
    }

    pub(super) fn pass(&self, seconds: i64) {
        self.clock.set(self.clock.now().plus_seconds(seconds));
    }

    pub(super) fn now(&self) -> Time {
        self.clock.now()
    }

    /// A notice that Ann drafted and Ben approved.
    pub(super) async fn approved(&self, platform: &str) -> NoticeId {
        let id = self.node.removal.draft(ANN, &new(platform)).await.unwrap();
        self.node.removal.approve(BEN, id).await.unwrap();
        id
    }

    /// One that was handed over too.
    pub(super) async fn sent(&self, platform: &str) -> NoticeId {
        let id = self.approved(platform).await;
        if platform == FORM {
            assert!(self.node.removal.happened(BEN, id, Event::HandedOver).await.unwrap());
        } else {
            self.node.removal.send_due().await.unwrap();
        }
        assert_eq!(self.state(id).await, State::Sent);
        id
    }

    pub(super) async fn state(&self, id: NoticeId) -> State {
        self.node.removal.summaries_of(&[id]).await.unwrap()[0].state
    }

    pub(super) async fn turn(&self) -> server::removal::notices::Turned {
        self.node.removal.turn(0).await.unwrap()
    }
}

/// Another process over the same database.
pub(super) async fn beside(database: &TestDatabase, clock: &Clock, change: impl FnOnce(&mut NodeSettings)) -> Node {
    let mut settings = NodeSettings { receipt_cost: Cost::LEAST, clock: clock.clone(), ..NodeSettings::default() };
    change(&mut settings);
    let open = Database::open(&database.url).await.unwrap();
    Node::open(open, Arc::new(NodeKey::generate(&mut StdRng::seed_from_u64(1))), settings).await.unwrap().0
}

pub(super) const CANARY_URL: &str = "https://www.tiktok.com/@canary7261/video/1";
pub(super) const CANARY_REASON: &str = "Canary of the reason 7261";

pub(super) fn new(platform: &str) -> NewNotice {
    NewNotice {
        platform: platform.to_owned(),
        regime: "dsa_16".to_owned(),
        class: Class::Minor,
        language: None,
        urls: vec![CANARY_URL.to_owned()],
        values: BTreeMap::from([(Field::Reason, CANARY_REASON.to_owned()), (Field::GoodFaith, "yes".to_owned())]),
        in_crisis: false,
    }
}

pub(super) fn mail_to(port: u64) -> MailSettings {
    MailSettings {
        server: server::alerts::SmtpServer::parse(&format!("smtp://127.0.0.1:{port}"), None).unwrap(),
        from: "no-reply@space.example".parse().unwrap(),
        site: None,
    }
}

/// A webhook that arrived.
#[derive(Clone, Debug)]
pub(super) struct Arrived {
    pub body: Vec<u8>,
    pub headers: Headers,
}

impl Arrived {
    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// A platform's own server, where webhooks arrive.
#[derive(Clone)]
pub(super) struct Platform {
    pub address: SocketAddr,
    arrived: Arc<Mutex<Vec<Arrived>>>,
    answer: Arc<AtomicU16>,
    held: Arc<tokio::sync::RwLock<()>>,
}

impl Platform {
    pub(super) async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let this =
            Self { address, arrived: Arc::default(), answer: Arc::new(AtomicU16::new(204)), held: Arc::default() };
        let (arrived, answer, held) = (this.arrived.clone(), this.answer.clone(), this.held.clone());
        let take = move |headers: HeaderMap, body: Bytes| async move {
            let header = |name: &str| headers[name].to_str().unwrap().to_owned();
            arrived.lock().unwrap().push(Arrived {
                body: body.to_vec(),
                headers: Headers {
                    content_digest: header("content-digest"),
                    idempotency_key: header("idempotency-key"),
                    signature_input: header("signature-input"),
                    signature: header("signature"),
                },
            });
            drop(held.read().await);
            StatusCode::from_u16(answer.load(Ordering::SeqCst)).unwrap()
        };
        tokio::spawn(async move { axum::serve(listener, Router::new().route("/hook", post(take))).await.unwrap() });
        this
    }

    /// The guard that lets a node reach it: an operator names such sockets.
    pub(super) fn guard(&self) -> Guard {
        Guard::with(Names::System, vec![self.address])
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}/hook", self.address)
    }

    pub(super) fn answers(&self, status: u16) {
        self.answer.store(status, Ordering::SeqCst);
    }

    /// Answers nothing until this is dropped; what comes arrives.
    pub(super) async fn hold(&self) -> tokio::sync::OwnedRwLockWriteGuard<()> {
        self.held.clone().write_owned().await
    }

    pub(super) fn arrived(&self) -> Vec<Arrived> {
        self.arrived.lock().unwrap().clone()
    }

    /// Whether it is signed by the node, whole and fresh.
    pub(super) fn verify(&self, node: &Node, arrived: &Arrived, now: Time) -> Result<(), VerifyError> {
        webhook::verify(&node.removal.webhook_key(), &self.url(), &arrived.body, &arrived.headers, now)
    }
}
