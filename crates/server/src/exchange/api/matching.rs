//! `POST match`: is this known?

use axum::body::Bytes;
use axum::extract::{FromRequest, Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use exchange::packed::{self, PackedError};
use exchange::{MatchRequest, MatchResponse, MatchResult, Parsed, QueryError, Radius};
use serde::Deserialize;

use crate::access::Asker;
use crate::compute::{in_turn, turn};
use crate::http::{Json, Problem, Query};
use crate::node::Node;

/// Content type of the packed form, both ways.
pub const PACKED: &str = "application/octet-stream";

/// For the packed form: how far to look.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct MatchParameters {
    /// Packed form only: PDQ distance, 0..=60, 31 when left out.
    #[param(minimum = 0, maximum = 60)]
    pub radius: Option<u32>,
}

/// Is this known?
///
/// 1 to 1000 queries, each a PDQ hash (or the eight of its orientations) and exact digests. Advice is `block` only for
/// entries that analysts verified, of class minor confirmed, within the class's radius or by exact digest; a radius beyond
/// 31 gives `review` only. For volume, send `application/octet-stream`: 32 bytes a query, answered by a 16-byte header
/// (`RPM1`, seq u64, records u32, little-endian) and 28 bytes a match (query u32, entry id 16 bytes, distance, class,
/// tier, status, advice, kind, fingerprint, flags as one byte each).
#[utoipa::path(
    post, path = "/match", tag = "match", operation_id = "match",
    params(MatchParameters),
    request_body(content(
        (MatchRequest = "application/json", example = json!({"queries": [
            {"pdq": "c49f3b60c49f3b60c49f3b60c49f3b601b60c49f3b60c49f1b60c49f3b60c49f"}]})),
        (String = "application/octet-stream"),
    )),
    responses(
        (status = 200, description = "Answers, in the order of the queries.",
            content((MatchResponse = "application/json"), (String = "application/octet-stream"))),
        (status = "4XX", description = "Not for this key, or not readable.", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "The bank is still loading.", body = Problem, content_type = "application/problem+json"),
        (status = "5XX", description = "The node failed.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn matching(
    State(node): State<Node>,
    who: Asker,
    Query(parameters): Query<MatchParameters>,
    headers: HeaderMap,
    request: Request,
) -> Result<Response, Problem> {
    let answer = async |queries: Vec<Parsed>, radius| -> Result<MatchResponse, Problem> {
        let live = node.bank.live().clone();
        if !live.is_ready() {
            return Err(Problem::loading());
        }
        // As many searches at a time as there are cores; the others wait here, holding their queries only.
        let turn = turn(&node.searches).await?;
        let (seq, viewer) = (live.applied(), who.renewed(&node).await?.viewer());
        let sees = node.bank.shows(viewer).await?;
        let results = in_turn(turn, move || live.answer_shown(&queries, radius, sees)).await?;
        Ok(MatchResponse { seq, stale_seconds: None, results })
    };
    answer_in_kind(request, &headers, &parameters, answer).await
}

/// Reads queries in the form that they came in, and answers in the same. A matcher uses it too.
pub(crate) async fn answer_in_kind(
    request: Request,
    headers: &HeaderMap,
    parameters: &MatchParameters,
    answer: impl AsyncFnOnce(Vec<Parsed>, Radius) -> Result<MatchResponse, Problem>,
) -> Result<Response, Problem> {
    let kind = headers.get(CONTENT_TYPE);
    if kind.is_some_and(|kind| kind.as_bytes().eq_ignore_ascii_case(PACKED.as_bytes())) {
        answer_packed(request, parameters.radius, answer).await
    } else if parameters.radius.is_some() {
        Err(Problem::invalid("in JSON the radius goes into the body, as \"radius\""))
    } else {
        answer_json(request, answer).await
    }
}

async fn answer_json(
    request: Request,
    answer: impl AsyncFnOnce(Vec<Parsed>, Radius) -> Result<MatchResponse, Problem>,
) -> Result<Response, Problem> {
    let Json(request) = Json::<MatchRequest>::from_request(request, &()).await?;
    let (queries, radius) = request.parse()?;
    let response = answer(queries, radius).await?;
    count(&response.results);
    Ok(Json(response).into_response())
}

async fn answer_packed(
    request: Request,
    radius: Option<u32>,
    answer: impl AsyncFnOnce(Vec<Parsed>, Radius) -> Result<MatchResponse, Problem>,
) -> Result<Response, Problem> {
    let radius = radius.map_or(Ok(Radius::DEFAULT), Radius::new)?;
    let body = Bytes::from_request(request, &()).await.map_err(|refused| match refused.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Problem::too_large(),
        _ => Problem::malformed("the body ended before it was whole; send it again"),
    })?;
    let queries = packed::decode_request(&body)?;
    let queries = queries.into_iter().map(|hash| Parsed { pdq: vec![hash], ..Parsed::default() }).collect();
    let response = answer(queries, radius).await?;
    count(&response.results);
    Ok(([(CONTENT_TYPE, PACKED)], packed::encode_response(&response)).into_response())
}

fn count(results: &[MatchResult]) {
    let known = results.iter().filter(|result| !result.matches.is_empty()).count() as u64;
    metrics::counter!("rempart_queries_total", "known" => "yes").increment(known);
    metrics::counter!("rempart_queries_total", "known" => "no").increment(results.len() as u64 - known);
}

impl From<QueryError> for Problem {
    fn from(error: QueryError) -> Self {
        Self::invalid(error.to_string())
    }
}

impl From<PackedError> for Problem {
    fn from(error: PackedError) -> Self {
        Self::invalid(error.to_string())
    }
}
