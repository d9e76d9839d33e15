//! `GET /age/token`: for stock clients of RFC 9577. Off unless the site wants it: the token is fetched while the person waits, and
//! nothing binds it to whoever fetched it.

use agetoken::{Epoch, header};
use axum::extract::State;
use axum::http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};

use super::Cookie;
use super::refused::Why;
use crate::age::verifier::{Admitted, Verifier};
use crate::http::Problem;

pub(super) async fn show(State(verifier): State<Verifier>, headers: HeaderMap) -> Result<Response, Problem> {
    let Some(sent) = headers.get(AUTHORIZATION) else { return challenge(&verifier) };
    let token = sent.to_str().ok().and_then(|text| header::parse_authorization(text).ok());
    let token = token.ok_or_else(|| Problem::malformed("send `Authorization: PrivateToken token=..` (RFC 9577)"))?;
    match verifier.redeem_plain(&token).await {
        Ok(Admitted::Here(visit)) => {
            let mut response = StatusCode::OK.into_response();
            Cookie::Visit.put(&verifier, response.headers_mut(), Some(&visit));
            Ok(response)
        }
        // A plain token asks for no other device.
        Ok(Admitted::HandedOver) => Err(Problem::internal()),
        Err(error) => {
            let name = format!("age-{}", Why::of(&error).code());
            let detail = error.to_string();
            Err(match error {
                crate::age::verifier::NotAdmitted::Storage(error) => error.into(),
                _ => Problem::new(StatusCode::FORBIDDEN, &name, "Not let in", detail),
            })
        }
    }
}

fn challenge(verifier: &Verifier) -> Result<Response, Problem> {
    let (log, settings) = (verifier.log(), &verifier.inner.settings);
    let key = log.ring().key(settings.threshold, Epoch::of(verifier.now())).ok_or_else(Problem::loading)?;
    let value = header::www_authenticate(&verifier.challenge(0), key);
    Ok((StatusCode::UNAUTHORIZED, [(WWW_AUTHENTICATE, value)]).into_response())
}
