//! What a page's form sends, and whether a page of ours sent it.

use axum::body::to_bytes;
use axum::extract::Request;
use axum::http::header::{HOST, ORIGIN};
use axum::http::{HeaderMap, HeaderName};

pub(crate) use super::fields::Fields;

/// Why a form is not read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum FormError {
    /// A page of another site sent it.
    Elsewhere,
    /// More bytes or fields than a form has.
    TooMuch,
}

impl Fields {
    /// Reads the form that a request brings. One that another site's page sent is refused: browsers say where a request
    /// comes from.
    pub(crate) async fn read(request: Request, bytes_max: usize) -> Result<Self, FormError> {
        if !is_from_here(request.headers()) {
            return Err(FormError::Elsewhere);
        }
        let body = to_bytes(request.into_body(), bytes_max).await.map_err(|_| FormError::TooMuch)?;
        Self::parse(&body).ok_or(FormError::TooMuch)
    }
}

/// Browsers say what kind of site a form was on; older ones at least its origin. Programs say neither.
pub(crate) fn is_from_here(headers: &HeaderMap) -> bool {
    if let Some(site) = headers.get(HeaderName::from_static("sec-fetch-site")) {
        return site == "same-origin" || site == "none";
    }
    let Some(origin) = headers.get(ORIGIN) else { return true };
    let Some((_, of)) = origin.to_str().ok().and_then(|origin| origin.split_once("://")) else { return false };
    // A reverse proxy may call us by another name and pass on the one that the browser used; no page can write either.
    [HOST, HeaderName::from_static("x-forwarded-host")]
        .iter()
        .any(|name| headers.get(name).is_some_and(|host| host == of))
}

/// The value of a cookie.
pub(crate) fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let all = headers.get_all(axum::http::header::COOKIE).iter().filter_map(|header| header.to_str().ok());
    let mut named = all.flat_map(|text| text.split(';')).filter_map(|pair| pair.trim().split_once('='));
    named.find(|(known, _)| *known == name).map(|(_, value)| value)
}
