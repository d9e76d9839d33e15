//! What somebody sees whose age was not shown: why, the other ways, and whom to turn to.

use askama::Template;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};

use super::choose::whose;
use super::wants_json;
use crate::age::attester::Attester;
use crate::age::attester::evidence::NotProven;
use crate::age::pages::{Frame, page};
use crate::http::Problem;
use crate::http::locale::Texts;
use crate::storage::StorageError;

#[derive(Template)]
#[template(path = "age/attester/pages/refused.html")]
struct Refused<'r> {
    frame: Frame,
    why: String,
    again: String,
    contact: &'r str,
}

pub(super) fn answer(
    attester: &Attester,
    t: Texts,
    headers: &HeaderMap,
    way: &str,
    error: &NotProven,
) -> Result<Response, Problem> {
    let (status, why) = match error {
        NotProven::Unreadable => (StatusCode::UNPROCESSABLE_ENTITY, t.age_not_unreadable().to_string()),
        NotProven::TooYoung => (StatusCode::FORBIDDEN, t.age_not_too_young().to_string()),
        NotProven::TooOften => (StatusCode::TOO_MANY_REQUESTS, t.age_not_too_often().to_string()),
        NotProven::Provider(reason) => {
            tracing::warn!(%reason, way, "a provider did not confirm an age");
            (StatusCode::BAD_GATEWAY, t.age_not_provider().to_string())
        }
        NotProven::Storage(error) => return Err(told(error)),
        NotProven::NotConfirmed => (StatusCode::FORBIDDEN, t.age_not_confirmed().to_string()),
    };
    if wants_json(headers) {
        return Ok(Problem::new(status, "not-proven", "No age was shown", error.to_string()).into_response());
    }
    let again = if attester.method(way).is_some() { format!("/age/way/{way}") } else { "/".to_owned() };
    let frame = Frame { t, whose: whose(attester), here: again.clone() };
    page(status, t, &Refused { frame, why, again, contact: &attester.inner.contact })
}

/// What a page says of storage that fails is what an API says.
fn told(error: &StorageError) -> Problem {
    tracing::error!(%error, "storage failed");
    Problem::internal()
}
