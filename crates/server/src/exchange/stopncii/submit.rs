//! `POST SubmitHashes`: a member contributes.

use axum::body::Bytes;
use axum::extract::State;
use exchange::Class;
use exchange::dialects::stopncii::{Submission, Vote, decode_submission};

use crate::access::Contributor;
use crate::exchange::dialect::{Shown, Taken, class_meant, offered};
use crate::http::{Json, Problem};
use crate::node::Node;

/// Contribute, as StopNCII's clients do
///
/// Up to 1000 hashes. The tags `minor` and `adult` name the class. With the vote `Blocked` a hash is contributed as looked
/// at, if the agreement allows it. What cannot be taken is named and stops nothing else.
#[utoipa::path(
    post, path = "/SubmitHashes", tag = "dialects", operation_id = "stopncii_submit_hashes",
    request_body(content = Object, content_type = "application/json"),
    responses(
        (status = 200, description = "What was taken.", body = Taken),
        (status = "4XX", description = "Nothing was changed.", body = Problem, content_type = "application/problem+json"),
        (status = "5XX", description = "Nothing was changed.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn submit(
    State(node): State<Node>,
    Shown(who, _): Shown<Contributor>,
    body: Bytes,
) -> Result<Json<Taken>, Problem> {
    let who = who.renewed(&node).await?;
    let (submissions, skipped) = decode_submission(&body)?;
    let contribution = |submission: &Submission| {
        let tags = submission.votes.iter().flat_map(|vote| &vote.tags);
        let class = tags.filter_map(|tag| Class::from_name(tag)).next().unwrap_or_else(|| class_meant(who.agreement()));
        let looked = submission.votes.iter().any(|vote| vote.vote == Vote::Blocked);
        offered(who.agreement(), class, looked, vec![submission.fingerprint.clone()])
    };
    let contributions: Vec<_> = submissions.iter().map(contribution).collect();
    if !contributions.is_empty() {
        node.bank.contribute(&who, &contributions, None).await?;
    }
    Ok(Json(Taken::of(contributions.len(), &skipped)))
}
