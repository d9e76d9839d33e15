//! `POST pdq/`: is this known?

use axum::body::Bytes;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use exchange::dialects::arachnid::{Met, decode_queries, encode_answers};
use exchange::{Advice, Class, MatchResult, Parsed, Radius};

use super::Refusal;
use crate::access::Asker;
use crate::compute::{in_turn, turn};
use crate::exchange::dialect::Shown;
use crate::http::Problem;
use crate::node::Node;

/// Is this known? For Arachnid Shield's clients
///
/// Up to 1000 PDQ hashes in base64. Known is what the advice is to block: the answer has no word for a match that a person
/// is to look at. `csam` is class minor, `harmful-abusive-material` adult.
#[utoipa::path(
    post, path = "/pdq/", tag = "dialects", operation_id = "arachnid_pdq",
    request_body(content = Object, content_type = "application/json"),
    responses(
        (status = 200, description = "Answers, by question.", body = Object, content_type = "application/json"),
        (status = "4XX", description = "Not for this key, or not readable.", body = Object, content_type = "application/json"),
        (status = "5XX", description = "The node failed.", body = Object, content_type = "application/json"),
    )
)]
pub(super) async fn pdq(
    State(node): State<Node>,
    Shown(who, _): Shown<Asker, Refusal>,
    body: Bytes,
) -> Result<Response, Refusal> {
    let asked = decode_queries(&body).map_err(Problem::from)?;
    let answers = answers(&node, who, asked).await?;
    Ok(([(CONTENT_TYPE, "application/json")], encode_answers(&answers)).into_response())
}

async fn answers(
    node: &Node,
    who: Asker,
    asked: Vec<(String, [u8; 32])>,
) -> Result<Vec<(String, Option<Met>)>, Problem> {
    let live = node.bank.live().clone();
    if !live.is_ready() {
        return Err(Problem::loading());
    }
    let turn = turn(&node.searches).await?;
    let who = who.renewed(node).await?;
    let sees = node.bank.shows(who.viewer()).await?;
    let queries = queries(&asked);
    let results = in_turn(turn, move || live.answer_shown(&queries, Radius::DEFAULT, sees)).await?;
    Ok(told(asked, &results))
}

/// As our own match is asked.
pub(crate) fn queries(asked: &[(String, [u8; 32])]) -> Vec<Parsed> {
    asked.iter().map(|(_, hash)| Parsed { pdq: vec![*hash], ..Parsed::default() }).collect()
}

/// The answer to each question. Whose the entries are, and by which digests, is not for whoever may only ask.
pub(crate) fn told(asked: Vec<(String, [u8; 32])>, results: &[MatchResult]) -> Vec<(String, Option<Met>)> {
    let met = |result: &MatchResult| firm(result).map(|class| Met { class, sha256: None });
    asked.into_iter().zip(results).map(|((text, _), result)| (text, met(result))).collect()
}

/// The class of what is to be blocked; a minor's before an adult's.
pub(crate) fn firm(result: &MatchResult) -> Option<Class> {
    result.matches.iter().filter(|met| met.advice == Advice::Block).map(|met| met.class).min()
}
