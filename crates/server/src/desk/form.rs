//! Forms of the desk: read only when a page of this very session sent them.

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::header::{LOCATION, SET_COOKIE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use subtle::ConstantTimeEq;

use super::Refused;
use crate::access::staff::{Anybody, Handle};
use crate::http::form::{Fields, FormError};
use crate::http::locale::Texts;
use crate::node::Node;

/// Bytes of one form.
const FORM_BYTES_MAX: usize = 256 * 1024;
/// What carries the session's token: a field, or for a script's request this header, which no page of another site may set.
const FORM_TOKEN: &str = "t";
const TOKEN_HEADER: &str = "x-form";

/// A form that a page of this very session sent, and whoever sent it. The rights are checked before anything of it is read.
#[derive(Debug)]
pub struct Form<H> {
    /// Who sent it.
    pub who: H,
    /// What it says.
    pub(crate) fields: Fields,
}

/// Whoever may send a form: a handle, or somebody on the pages before one.
pub(crate) trait Sender: FromRequestParts<Node, Rejection = Refused> + Send {
    /// The texts of their pages.
    fn texts(&self) -> Texts;

    /// What their forms carry. Before anybody is signed in there is no token; where a form was sent from is checked all the same.
    fn token(&self) -> Option<String>;
}

impl<H: Handle> Sender for H {
    fn texts(&self) -> Texts {
        self.signed().t
    }

    fn token(&self) -> Option<String> {
        Some(self.signed().form_token())
    }
}

impl Sender for Anybody {
    fn texts(&self) -> Texts {
        self.t
    }

    fn token(&self) -> Option<String> {
        None
    }
}

impl<S: Sender> FromRequest<Node> for Form<S> {
    type Rejection = Refused;

    async fn from_request(request: Request, node: &Node) -> Result<Self, Refused> {
        let (mut parts, body) = request.into_parts();
        let who = S::from_request_parts(&mut parts, node).await?;
        let header = parts.headers.get(TOKEN_HEADER).cloned();
        let fields = read(Request::from_parts(parts, body)).await.map_err(|error| Refused::form(who.texts(), error))?;
        if let Some(token) = who.token() {
            let given = header.as_ref().map_or(fields.one(FORM_TOKEN).as_bytes(), HeaderValue::as_bytes);
            if !bool::from(given.ct_eq(token.as_bytes())) {
                return Err(Refused::form(who.texts(), FormError::Elsewhere));
            }
        }
        Ok(Self { who, fields })
    }
}

async fn read(request: Request) -> Result<Fields, FormError> {
    Fields::read(request, FORM_BYTES_MAX).await
}

/// On to another page of ours, with cookies where some are new.
pub(crate) fn went(path: &str, cookies: &[String]) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    // Whatever is put into a path is checked or encoded by whoever puts it there.
    let path = HeaderValue::from_str(path).unwrap_or(HeaderValue::from_static("/desk"));
    response.headers_mut().insert(LOCATION, path);
    for cookie in cookies {
        if let Ok(mut cookie) = HeaderValue::from_str(cookie) {
            cookie.set_sensitive(true);
            response.headers_mut().append(SET_COOKIE, cookie);
        }
    }
    response
}
