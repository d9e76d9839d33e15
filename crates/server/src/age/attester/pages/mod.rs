//! The attester's HTTP face.
//!
//! | path | |
//! | --- | --- |
//! | `GET /` | the ways there are, and what each means for whoever takes it |
//! | `GET`, `POST /age/way/{way}` | what a way asks for; takes it |
//! | `GET`, `POST /age/way/{way}/back` | people, and applications, that a provider sends back |
//! | `GET /age/done` | the voucher of whoever's application has shown it |
//! | `GET /age/attester` | the public key and the ways, for programs |

mod back;
mod choose;
mod key;
mod onward;
mod refused;
mod way;

use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRequest, Multipart, Request};
use axum::http::header::{ACCEPT, CONTENT_TYPE, LOCATION};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, middleware};
use serde::Serialize;

use super::Attester;
use super::evidence::{FIELD_BYTES_MAX, FIELDS_MAX, NotProven, Sent};
use crate::age::cors::readable_by_anybody;
use crate::age::pages::{STYLE_ROUTE, stylesheet};
use crate::http::layers;
use agetoken::{Thresholds, Voucher};

/// Bytes of a form, at most.
const FORM_BYTES_MAX: usize = FIELDS_MAX * FIELD_BYTES_MAX;

pub(super) fn router(attester: Attester) -> Router {
    layers(
        Router::new()
            .route("/", get(choose::show))
            .route("/healthz", get(crate::http::alive))
            .route("/age/attester", get(key::show))
            .route("/age/way/{way}", get(way::show).post(way::take))
            .route("/age/way/{way}/back", get(back::person).post(back::application))
            .route("/age/done", get(back::done))
            .route(STYLE_ROUTE, get(stylesheet))
            .layer(DefaultBodyLimit::max(FORM_BYTES_MAX))
            .layer(middleware::from_fn(readable_by_anybody))
            .with_state(attester),
    )
}

#[derive(Serialize)]
struct Given {
    voucher: String,
    reached: Vec<u8>,
}

/// Hands out a voucher to the wallet page, in its fragment, which no server sees: where that is.
fn given(attester: &Attester, reached: Thresholds) -> String {
    format!("{}#voucher={}", attester.inner.wallet, vouched(attester, reached).to_text())
}

/// Hands one out to a program.
fn told(attester: &Attester, reached: Thresholds) -> Response {
    let voucher = vouched(attester, reached).to_text();
    Json(Given { voucher, reached: reached.iter().map(agetoken::Threshold::years).collect() }).into_response()
}

fn vouched(attester: &Attester, reached: Thresholds) -> Voucher {
    metrics::counter!("rempart_age_vouchers_total").increment(1);
    attester.vouch(reached)
}

/// Hands one out to whoever came back by an address, and not by a form.
fn give(attester: &Attester, reached: Thresholds, headers: &HeaderMap) -> Response {
    if wants_json(headers) {
        return told(attester, reached);
    }
    (StatusCode::SEE_OTHER, [(LOCATION, given(attester, reached))]).into_response()
}

fn wants_json(headers: &HeaderMap) -> bool {
    accepts(headers, "application/json")
}

/// Whether the header `Accept` names this kind. People's browsers name pages; programs name what they read.
fn accepts(headers: &HeaderMap, kind: &str) -> bool {
    headers.get(ACCEPT).and_then(|value| value.to_str().ok()).is_some_and(|accept| accept.contains(kind))
}

/// What a form sends, files or not.
async fn sent(request: Request) -> Result<Sent, NotProven> {
    let kind = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut sent = Sent::default();
    if kind.starts_with("multipart/form-data") {
        let mut form = Multipart::from_request(request, &()).await.map_err(|_| NotProven::Unreadable)?;
        while let Some(field) = form.next_field().await.map_err(|_| NotProven::Unreadable)? {
            let name = field.name().unwrap_or_default().to_owned();
            let value = field.bytes().await.map_err(|_| NotProven::Unreadable)?.to_vec();
            if !sent.put(name, value) {
                return Err(NotProven::Unreadable);
            }
        }
        return Ok(sent);
    }
    let body = axum::body::to_bytes(request.into_body(), FORM_BYTES_MAX).await.map_err(|_| NotProven::Unreadable)?;
    pairs(&body, &mut sent)?;
    Ok(sent)
}

fn pairs(encoded: &[u8], sent: &mut Sent) -> Result<(), NotProven> {
    for (name, value) in form_urlencoded::parse(encoded) {
        if !sent.put(name.into_owned(), value.into_owned().into_bytes()) {
            return Err(NotProven::Unreadable);
        }
    }
    Ok(())
}
