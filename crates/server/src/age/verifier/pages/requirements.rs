//! `GET /age/requirements`: what is asked for, and whose proofs are taken, for programs.

use axum::Json;
use axum::extract::State;
use axum::http::header::CACHE_CONTROL;
use axum::response::IntoResponse;
use serde::Serialize;

use crate::age::verifier::Verifier;

#[derive(Serialize)]
struct Requirements {
    age: u8,
    origin: String,
    issuer: String,
    wallet: String,
    /// How many entries of the issuer's key log are known here.
    log_entries: u64,
}

pub(super) async fn show(State(verifier): State<Verifier>) -> impl IntoResponse {
    let settings = &verifier.inner.settings;
    let requirements = Requirements {
        age: settings.threshold.years(),
        origin: settings.origin.to_string(),
        issuer: settings.source.issuer().to_string(),
        wallet: settings.wallet.clone(),
        log_entries: verifier.log().size(),
    };
    ([(CACHE_CONTROL, "public, max-age=300")], Json(requirements))
}
