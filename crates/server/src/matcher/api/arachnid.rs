//! Arachnid Shield's matching, v1: here, on the platform's own premises, pictures are taken too. Its client sends the access
//! token as the password.

use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use exchange::dialects::arachnid::{Scanned, decode_address, decode_queries, encode_answers, encode_scanned};
use exchange::{Advice, Kind, Parsed, Radius};
use media::Purpose;

use super::image::{picture, telling};
use crate::exchange::arachnid::{Refusal, firm, queries, told};
use crate::http::Problem;
use crate::matcher::Matcher;

/// Is this known? For Arachnid Shield's clients
#[utoipa::path(
    post, path = "/pdq/", tag = "dialects", operation_id = "arachnid_pdq",
    request_body(content = Object, content_type = "application/json"),
    responses(
        (status = 200, description = "Answers, by question.", body = Object, content_type = "application/json"),
        (status = "4XX", description = "Not readable, or no token.", body = Object, content_type = "application/json"),
        (status = "5XX", description = "The matcher failed, or holds nothing whole yet.", body = Object, content_type = "application/json"),
    )
)]
pub(super) async fn pdq(State(matcher): State<Matcher>, body: Bytes) -> Result<Response, Refusal> {
    let asked = decode_queries(&body).map_err(Problem::from)?;
    let answer = matcher.answer(queries(&asked), Radius::DEFAULT).await?;
    Ok(json(encode_answers(&told(asked, &answer.results))))
}

/// Is this picture known? For Arachnid Shield's clients
///
/// The picture as the body. It is hashed in memory and forgotten. What a person is to look at first is no match here: the
/// answer has no word for it.
#[utoipa::path(
    post, path = "/media/", tag = "dialects", operation_id = "arachnid_media",
    request_body(content = String, content_type = "image/*"),
    responses(
        (status = 200, description = "What is known about it.", body = Object, content_type = "application/json"),
        (status = "4XX", description = "Not a picture that is read here, or no token.", body = Object, content_type = "application/json"),
        (status = "5XX", description = "The matcher failed, or holds nothing whole yet.", body = Object, content_type = "application/json"),
    )
)]
pub(super) async fn media(State(matcher): State<Matcher>, request: Request) -> Result<Response, Refusal> {
    let _place = matcher.picture_place()?;
    let bytes = picture(request).await?;
    scanned(&matcher, bytes).await
}

/// Is the picture at this address known? For Arachnid Shield's clients
///
/// The matcher fetches it, by https and from the public internet alone, over at most five redirects; otherwise as for a
/// picture that was sent.
#[utoipa::path(
    post, path = "/url/", tag = "dialects", operation_id = "arachnid_url",
    request_body(content = Object, content_type = "application/json"),
    responses(
        (status = 200, description = "What is known about it.", body = Object, content_type = "application/json"),
        (status = "4XX", description = "Not an address that is fetched from, nothing that can be read there, or no token.", body = Object, content_type = "application/json"),
        (status = "5XX", description = "The matcher failed, or holds nothing whole yet.", body = Object, content_type = "application/json"),
    )
)]
pub(super) async fn url(State(matcher): State<Matcher>, body: Bytes) -> Result<Response, Refusal> {
    let _place = matcher.picture_place()?;
    let address = decode_address(&body).map_err(Problem::from)?;
    let bytes = matcher.picture_at(&address).await?;
    scanned(&matcher, bytes).await
}

async fn scanned(matcher: &Matcher, bytes: Bytes) -> Result<Response, Refusal> {
    let size = bytes.len() as u64;
    let taken = matcher.fingerprints(bytes, Purpose::Query).await?;
    let sha256: [u8; 32] = taken.sha256.into();
    let trimmed = taken.trimmed.as_ref().map(telling).unwrap_or_default();
    let pdq = telling(&taken.dihedral);
    let query = Parsed { pdq, trimmed, sha256: Some(sha256), md5: Some(taken.md5.into()) };
    let answer = matcher.answer(vec![query], Radius::DEFAULT).await?;
    let met = answer.results.first().and_then(|result| {
        let class = firm(result)?;
        let is_exact =
            |met: &exchange::Matched| met.advice == Advice::Block && met.class == class && met.kind != Kind::Pdq;
        Some((class, result.matches.iter().any(is_exact)))
    });
    Ok(json(encode_scanned(&Scanned { bytes: size, sha256, met })))
}

fn json(body: Vec<u8>) -> Response {
    ([(CONTENT_TYPE, "application/json")], body).into_response()
}
