//! The issuer's HTTP face. Everything that is read here is the same bytes for everybody.
//!
//! | path | |
//! | --- | --- |
//! | `/.well-known/private-token-issuer-directory` | keys, as RFC 9578, section 4 |
//! | `/age/keys` | the same keys with their places in the log and proofs, and the checkpoint that they are for |
//! | `/log/checkpoint`, `/log/tile/..` | the log (C2SP tlog-tiles) |
//! | `/token-request` | RFC 9578, section 6: one token for `Authorization: Voucher ..` |
//! | `/age/batch` | a batch, voucher and all |

use agetoken::{BatchRequest, Epoch, IssuerKey, TokenRequest, Voucher};
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::IntoResponse;
use axum::routing::{get, post};
use axum::{Json, Router, middleware};
use base64ct::{Base64Url, Base64UrlUnpadded, Encoding};
use ledger::TilePath;
use serde::Serialize;

use super::{Issuer, NotIssued};
use crate::age::cors::readable_by_anybody;
use crate::http::{Problem, layers};

/// Bytes of a request, at most.
const REQUEST_BYTES_MAX: usize = agetoken::BATCH_REQUEST_BYTES;
const RESPONSE_TYPE: &str = "application/private-token-response";
const DIRECTORY_TYPE: &str = "application/private-token-issuer-directory";
/// Keys change once a week; a checkpoint should be seen soon.
const FOR_MINUTES: (HeaderName, &str) = (CACHE_CONTROL, "public, max-age=300");
/// What is full never changes.
const FOR_EVER: (HeaderName, &str) = (CACHE_CONTROL, "public, max-age=31536000, immutable");

pub(super) fn router(issuer: Issuer) -> Router {
    layers(
        Router::new()
            .route("/healthz", get(crate::http::alive))
            .route("/.well-known/private-token-issuer-directory", get(directory))
            .route("/age/keys", get(keys))
            .route("/log/checkpoint", get(checkpoint))
            .route("/log/{*path}", get(tile))
            .route("/token-request", post(token_request))
            .route("/age/batch", post(batch))
            .layer(DefaultBodyLimit::max(REQUEST_BYTES_MAX))
            .layer(middleware::from_fn(readable_by_anybody))
            .with_state(issuer),
    )
}

/// A key as directories write it.
pub(in crate::age) fn key_text(key: &IssuerKey) -> String {
    Base64Url::encode_string(key.spki())
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Directory {
    issuer_request_uri: &'static str,
    token_keys: Vec<DirectoryKey>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct DirectoryKey {
    token_type: u16,
    token_key: String,
    not_before: u64,
    /// Ours: for which age; other clients pass it over.
    age: u8,
}

async fn directory(State(issuer): State<Issuer>) -> impl IntoResponse {
    let keys = issuer.inner.keys.load();
    let token_keys = keys.offered(issuer.now()).into_iter().map(|(threshold, epoch, key)| DirectoryKey {
        token_type: agetoken::TOKEN_TYPE,
        token_key: key_text(key),
        not_before: epoch.begins(),
        age: threshold.years(),
    });
    let directory = Directory { issuer_request_uri: "/token-request", token_keys: token_keys.collect() };
    ([(CONTENT_TYPE, DIRECTORY_TYPE), FOR_MINUTES], directory.to_json())
}

impl Directory {
    fn to_json(&self) -> String {
        serde_json::to_string(self).expect("texts and numbers can be written")
    }
}

#[derive(Serialize)]
struct WithProofs {
    issuer: String,
    /// Tokens of a batch, always.
    batch: usize,
    /// Tokens for one voucher, threshold and week.
    quota: u32,
    checkpoint: String,
    keys: Vec<WithProof>,
}

#[derive(Serialize)]
struct WithProof {
    age: u8,
    epoch: u32,
    not_before: u64,
    not_after: u64,
    /// Its place in the log, the entry there, and the hashes that lead from it to the checkpoint's root; base64url.
    index: u64,
    entry: String,
    proof: Vec<String>,
}

async fn keys(State(issuer): State<Issuer>) -> impl IntoResponse {
    let keys = issuer.inner.keys.load();
    let (log, mut with) = (keys.log(), Vec::new());
    for (threshold, epoch, key) in keys.offered(issuer.now()) {
        let entry = agetoken::KeyEntry::Published {
            issuer: issuer.name().clone(),
            threshold,
            epoch,
            key: Box::new(key.clone()),
        };
        let entry = entry.encode();
        // A key that is offered was appended.
        let Some(index) = log.entries().iter().position(|known| *known == entry) else { continue };
        let proof = log.tree().inclusion(index as u64, log.size()).unwrap_or_default();
        with.push(WithProof {
            age: threshold.years(),
            epoch: epoch.0,
            not_before: epoch.begins(),
            not_after: Epoch::accepted_until(epoch),
            index: index as u64,
            entry: Base64UrlUnpadded::encode_string(&entry),
            proof: proof.iter().map(|hash| Base64UrlUnpadded::encode_string(hash)).collect(),
        });
    }
    let answer = WithProofs {
        issuer: issuer.name().to_string(),
        batch: agetoken::BATCH_TOKENS,
        quota: issuer.inner.settings.quota_per_week,
        checkpoint: keys.note().to_string(),
        keys: with,
    };
    ([FOR_MINUTES], Json(answer))
}

async fn checkpoint(State(issuer): State<Issuer>) -> impl IntoResponse {
    let note = issuer.inner.keys.load().note().to_string();
    ([(CONTENT_TYPE, "text/plain; charset=utf-8"), (CACHE_CONTROL, "no-cache")], note)
}

async fn tile(State(issuer): State<Issuer>, Path(path): Path<String>) -> Result<impl IntoResponse, Problem> {
    let tile: Option<TilePath> = path.parse().ok();
    let bytes = tile.and_then(|tile| issuer.inner.keys.load().log().tile(&tile));
    let bytes =
        bytes.ok_or_else(|| Problem::not_found("the log has no such tile; its checkpoint says how long it is"))?;
    Ok(([(CONTENT_TYPE, "application/octet-stream"), FOR_EVER], bytes))
}

async fn token_request(
    State(issuer): State<Issuer>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<impl IntoResponse, Problem> {
    let voucher: Voucher = headers
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok()?.strip_prefix("Voucher ")?.trim().parse().ok())
        .ok_or_else(no_voucher)?;
    let request = TokenRequest::decode(&body)
        .map_err(|_| Problem::invalid("send a token request of type 0x0002 (RFC 9578, section 6.1): 259 bytes"))?;
    let signed = issuer.sign_one(&voucher, &request).await?;
    Ok(([(CONTENT_TYPE, RESPONSE_TYPE)], signed.to_vec()))
}

async fn batch(State(issuer): State<Issuer>, body: Bytes) -> Result<impl IntoResponse, Problem> {
    let request = BatchRequest::decode(&body).map_err(|_| {
        Problem::invalid(format!("send a batch: {REQUEST_BYTES_MAX} bytes, as docs/design/0021 has them"))
    })?;
    let signed = issuer.sign_batch(request).await?;
    Ok(([(CONTENT_TYPE, "application/octet-stream")], signed.encode()))
}

fn no_voucher() -> Problem {
    let detail = "Send a voucher of an attester in the header `Authorization: Voucher ...`.";
    Problem::new(StatusCode::FORBIDDEN, "voucher-missing", "A voucher is needed", detail)
}

impl From<NotIssued> for Problem {
    fn from(refused: NotIssued) -> Self {
        let title = "Nothing was signed";
        let (status, name) = match refused {
            NotIssued::Storage(error) => return error.into(),
            NotIssued::BrokenOff(error) => return error.into(),
            NotIssued::Sign(agetoken::SignError::Failed) => return Self::internal(),
            NotIssued::Key | NotIssued::Sign(_) => (StatusCode::UNPROCESSABLE_ENTITY, "key"),
            NotIssued::Voucher => (StatusCode::FORBIDDEN, "voucher"),
            NotIssued::Threshold(_) => (StatusCode::FORBIDDEN, "threshold"),
            NotIssued::Quota => (StatusCode::TOO_MANY_REQUESTS, "quota"),
        };
        Self::new(status, name, title, refused.to_string())
    }
}
