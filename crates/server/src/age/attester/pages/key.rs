//! `GET /age/attester`: by which key vouchers are known, and what each way says of itself, for programs.

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use serde::Serialize;

use crate::age::attester::Attester;
use crate::age::attester::evidence::{Level, Retains, Told};

#[derive(Serialize)]
struct Said {
    key: String,
    ways: Vec<Way>,
}

#[derive(Serialize)]
struct Way {
    id: &'static str,
    /// Of IEEE 2089.1.
    level: &'static str,
    retains: &'static str,
    told: &'static str,
    transitional: bool,
}

pub(super) async fn show(State(attester): State<Attester>) -> impl IntoResponse {
    let ways = attester.inner.methods.iter().map(|method| method.declaration()).map(|declared| Way {
        id: declared.id,
        level: match declared.level {
            Level::Asserted => "asserted",
            Level::Standard => "standard",
            Level::Enhanced => "enhanced",
            Level::Strict => "strict",
        },
        retains: match declared.retains {
            Retains::Nothing => "nothing",
            Retains::CountedDigest => "counted-digest",
        },
        told: match declared.told {
            Told::Nobody => "nobody",
            Told::Provider => "provider",
        },
        transitional: declared.is_transitional,
    });
    Json(Said { key: attester.public().to_string(), ways: ways.collect() })
}
