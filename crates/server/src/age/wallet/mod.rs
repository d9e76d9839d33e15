//! The wallet page: served from memory, the same to everybody, by a server that has no database and no key and is asked nothing
//! while somebody proves their age. What the page does is in `web/scripts/wallet*.js`; why, in docs/design/0023.

mod files;
mod page;

use std::sync::Arc;

use agetoken::{IssuerName, Origin};
use axum::Router;
use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use ledger::Verifier;
use tokio_util::sync::CancellationToken;

use super::pages::{STYLE_ROUTE, stylesheet};
use crate::http::{Problem, layers};
use files::{File, Policy, Shell};

/// Seconds that a batch waits before it is fetched, on average, unless it is set otherwise.
pub const PACE_SECONDS: u32 = 20;
/// The same, at most.
pub const PACE_SECONDS_MAX: u32 = 3_600;
/// Attesters that the page leads to, at most.
pub const ATTESTERS_MAX: usize = 20;

/// What a wallet page is set up with.
#[derive(Clone, Debug)]
pub struct WalletSettings {
    /// The issuer whose proofs it holds.
    pub issuer: IssuerName,
    /// Where that is: https, or http on the loopback address.
    pub issuer_url: String,
    /// By which key its log is known.
    pub log_key: Verifier,
    /// Where an age can be shown.
    pub attesters: Vec<String>,
    /// Where somebody can turn: an address of the web or of mail.
    pub contact: String,
    /// How long a batch waits before it is fetched, on average.
    pub pace_seconds: u32,
}

/// Why the page is not served.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WalletError {
    /// The issuer's address is none that a page may ask.
    #[error("{0:?}: write the issuer's address as browsers do, https://host, without a path")]
    Issuer(String),
    /// An attester's address is none that people can be led to.
    #[error("{0:?}: write an attester's address as browsers do, https://host, without a path")]
    Attester(String),
    /// Nobody could show an age, or nobody could choose among so many.
    #[error("name 1 to {ATTESTERS_MAX} attesters")]
    Attesters,
    /// A batch would wait for longer than anybody.
    #[error("the pace is 0 to {PACE_SECONDS_MAX} seconds")]
    Pace,
    /// A page could not be drawn.
    #[error("the page could not be drawn: {0}")]
    Page(#[from] askama::Error),
}

/// A wallet page. Cheap to clone; it is the state of every handler.
#[derive(Clone)]
pub struct Wallet {
    shell: Arc<Shell>,
    stop: CancellationToken,
}

impl Wallet {
    /// Checks the settings and draws the page.
    ///
    /// # Errors
    /// See [`WalletError`].
    pub fn new(settings: &WalletSettings) -> Result<Self, WalletError> {
        let is_origin = |url: &String| url.parse::<Origin>().is_ok();
        if !is_origin(&settings.issuer_url) {
            return Err(WalletError::Issuer(settings.issuer_url.clone()));
        }
        if let Some(wrong) = settings.attesters.iter().find(|url| !is_origin(url)) {
            return Err(WalletError::Attester(wrong.clone()));
        }
        if !(1..=ATTESTERS_MAX).contains(&settings.attesters.len()) {
            return Err(WalletError::Attesters);
        }
        if settings.pace_seconds > PACE_SECONDS_MAX {
            return Err(WalletError::Pace);
        }
        Ok(Self { shell: Arc::new(Shell::new(settings)?), stop: CancellationToken::new() })
    }

    /// Its HTTP face.
    pub fn router(&self) -> Router {
        let router = Router::new()
            .route("/", get(page::show))
            .route("/healthz", get(crate::http::alive))
            .route("/{file}", get(file))
            .route(STYLE_ROUTE, get(stylesheet));
        layers(router.with_state(self.clone()))
    }

    /// Cancelled when it is to end.
    pub fn stopping(&self) -> &CancellationToken {
        &self.stop
    }
}

async fn file(State(wallet): State<Wallet>, Path(name): Path<String>) -> Result<Response, Problem> {
    let file: &File = wallet.shell.file(&name).ok_or_else(|| Problem::not_found("the wallet has no such file"))?;
    let policy = match file.policy {
        Policy::Nothing => "default-src 'none'; frame-ancestors 'none'",
        Policy::Worker => &wallet.shell.worker_policy,
        Policy::Own => "default-src 'none'; script-src 'self'; connect-src 'self'; frame-ancestors 'none'",
    };
    let headers = [
        (CONTENT_TYPE, file.kind),
        (CACHE_CONTROL, file.kept),
        // A worker is held by the policy of its own script.
        (CONTENT_SECURITY_POLICY, policy),
    ];
    Ok((headers, file.bytes.clone()).into_response())
}
