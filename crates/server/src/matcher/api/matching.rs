//! `POST match`: as on a node, from what is held here.

use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::response::Response;
use exchange::{MatchRequest, MatchResponse};

use crate::exchange::api::{MatchParameters, answer_in_kind};
use crate::http::{Problem, Query};
use crate::matcher::Matcher;

/// Is this known?
///
/// As on a node: 1 to 1000 queries in JSON, or packed as 32 bytes a query. `seq` is that of the node least ahead;
/// `stale_seconds` is there when a node is not being heard.
#[utoipa::path(
    post, path = "/match", tag = "match", operation_id = "match",
    params(MatchParameters),
    request_body(content(
        (MatchRequest = "application/json"),
        (String = "application/octet-stream"),
    )),
    responses(
        (status = 200, description = "Answers, in the order of the queries.",
            content((MatchResponse = "application/json"), (String = "application/octet-stream"))),
        (status = 503, description = "Nothing whole is held yet, or it is too stale.", body = Problem, content_type = "application/problem+json"),
        (status = "4XX", description = "Not readable, or no token.", body = Problem, content_type = "application/problem+json"),
        (status = "5XX", description = "The matcher failed.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn matching(
    State(matcher): State<Matcher>,
    Query(parameters): Query<MatchParameters>,
    headers: HeaderMap,
    request: Request,
) -> Result<Response, Problem> {
    let answer = async |queries, radius| matcher.answer(queries, radius).await;
    answer_in_kind(request, &headers, &parameters, answer).await
}
