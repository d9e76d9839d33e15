//! `GET /age/auth`, which the site's proxy asks before each request, and `POST /age/leave`.

use axum::extract::State;
use axum::http::header::LOCATION;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};

use super::Cookie;
use crate::age::verifier::Verifier;
use crate::http::Problem;

/// 204 when the visit may go on; 401 otherwise; 500 or more when nobody knows, which no proxy takes for a yes.
pub(super) async fn show(State(verifier): State<Verifier>, headers: HeaderMap) -> Result<Response, Problem> {
    let may = match Cookie::Visit.read(&verifier, &headers) {
        Some(visit) => verifier.may_go_on(&visit).await?,
        None => false,
    };
    Ok(if may { StatusCode::NO_CONTENT } else { StatusCode::UNAUTHORIZED }.into_response())
}

/// Ends the visit.
pub(super) async fn leave(State(verifier): State<Verifier>, headers: HeaderMap) -> Result<Response, Problem> {
    if let Some(visit) = Cookie::Visit.read(&verifier, &headers) {
        verifier.leave(&visit).await?;
    }
    let mut response = (StatusCode::SEE_OTHER, [(LOCATION, "/age/gate")]).into_response();
    Cookie::Visit.put(&verifier, response.headers_mut(), None);
    Ok(response)
}
