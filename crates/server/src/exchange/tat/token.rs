//! `POST token-auth/tcap/`: a password for a token.

use axum::extract::State;
use axum::extract::rejection::FormRejection;
use axum::{Form, extract::FromRequest};
use serde::{Deserialize, Serialize};

use crate::access::{Reader, enter};
use crate::exchange::dialect::key;
use crate::http::{Json, Problem};
use crate::node::Node;

/// A name and a password; others are passed over.
#[derive(Deserialize, utoipa::ToSchema)]
pub(super) struct Credentials {
    /// The partner's name, for its own records: the key says who it is.
    #[serde(default)]
    #[schema(required = false)]
    #[allow(dead_code, reason = "part of the form")]
    username: String,
    /// The partner key.
    password: String,
}

/// What the list is asked with.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct Token {
    /// The same key, as a bearer token.
    token: String,
    /// Nothing.
    user: User,
}

/// Nothing is told here.
#[derive(Serialize, utoipa::ToSchema)]
struct User {}

/// A form whose refusal is a problem document.
#[derive(FromRequest)]
#[from_request(via(Form), rejection(Problem))]
pub(super) struct Filled<T>(T);

impl From<FormRejection> for Problem {
    fn from(rejection: FormRejection) -> Self {
        Self::malformed(rejection.body_text())
    }
}

/// A token for a password, for Tech Against Terrorism's clients
#[utoipa::path(
    post, path = "/token-auth/tcap/", tag = "dialects", operation_id = "tat_token", security(()),
    request_body(content = Credentials, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "The token.", body = Token),
        (status = "4XX", description = "No good key.", body = Problem, content_type = "application/problem+json"),
        (status = "5XX", description = "The node failed.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn token(
    State(node): State<Node>,
    Filled(credentials): Filled<Credentials>,
) -> Result<Json<Token>, Problem> {
    let key = key(&credentials.password)?;
    enter::<Reader>(&key, &node).await?;
    Ok(Json(Token { token: key.reveal(), user: User {} }))
}
