//! `POST entries`: put content under protection.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use exchange::Contribution;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::access::Contributor;
use crate::bank::{BankError, Contributed, Idempotency};
use crate::http::{Json, Problem};
use crate::node::Node;

const TOKEN_LENGTH_MAX: usize = 200;

/// Entries to protect.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ContributeRequest {
    /// 1..=1000; all of them are taken or none.
    #[schema(min_items = 1, max_items = 1000)]
    pub entries: Vec<Contribution>,
}

/// Put content under protection
///
/// Takes 1 to 1000 entries, all or none. The same fingerprints from the same partner are one entry: sending them again
/// gives the entry that is there, raised to a higher tier if one is given. When this answers, the entries are on disk
/// and in the feed.
#[utoipa::path(
    post, path = "/entries", tag = "contribute", operation_id = "contribute",
    params(("Idempotency-Key" = Option<String>, Header,
        description = "1 to 200 visible ASCII characters. The same key with the same body within 24 hours gets the \
            first answer; with another body, 422.", min_length = 1, max_length = 200, pattern = "^[!-~]+$")),
    request_body(content = ContributeRequest, example = json!({"entries": [{"class": "minor", "tier": "reported",
        "fingerprints": [{"kind": "pdq", "quality": 96,
            "value": "c49f3b60c49f3b60c49f3b60c49f3b601b60c49f3b60c49f1b60c49f3b60c49f"}]}]})),
    responses(
        (status = 201, description = "Under protection.", body = Contributed),
        (status = "4XX", description = "Nothing was changed.", body = Problem, content_type = "application/problem+json"),
        (status = "5XX", description = "Nothing was changed.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn contribute(
    State(node): State<Node>,
    who: Contributor,
    headers: HeaderMap,
    Json(request): Json<ContributeRequest>,
) -> Result<(StatusCode, Json<Contributed>), Problem> {
    let who = who.renewed(&node).await?;
    let idempotency = idempotency(&headers, &request)?;
    let contributed = node.bank.contribute(&who, &request.entries, idempotency.as_ref()).await?;
    metrics::counter!("rempart_contributions_total").increment(contributed.entries.len() as u64);
    Ok((StatusCode::CREATED, Json(contributed)))
}

fn idempotency(headers: &HeaderMap, request: &ContributeRequest) -> Result<Option<Idempotency>, Problem> {
    let Some(header) = headers.get("idempotency-key") else { return Ok(None) };
    let token = header.to_str().ok().filter(|token| {
        (1..=TOKEN_LENGTH_MAX).contains(&token.len()) && token.bytes().all(|byte| byte.is_ascii_graphic())
    });
    let detail = "Idempotency-Key is 1 to 200 visible ASCII characters.";
    let token = token.ok_or_else(|| Problem::malformed(detail))?.to_owned();
    // What was understood is digested, so that white space in the body does not matter.
    let body = serde_json::to_vec(request).map_err(|_| Problem::internal())?;
    Ok(Some(Idempotency { token, request_digest: Sha256::digest(body).into() }))
}

impl From<BankError> for Problem {
    fn from(error: BankError) -> Self {
        let detail = error.to_string();
        let new = |status, name, title| Self::new(status, name, title, detail.clone());
        match error {
            BankError::Storage(error) => error.into(),
            BankError::WrongKey
            | BankError::Client(_)
            | BankError::Sealed(_)
            | BankError::Claims(..)
            | BankError::ClaimTaken(_)
            | BankError::NoClaim => {
                tracing::error!(%error, "the bank cannot be read, or was asked what no key can ask");
                Self::internal()
            }
            BankError::BrokenOff(error) => error.into(),
            BankError::Contribution(..) | BankError::Count(_) => Self::invalid(detail),
            BankError::NotAgreed { .. } => new(StatusCode::FORBIDDEN, "not-agreed", "Outside your agreement"),
            BankError::OtherBody => {
                new(StatusCode::UNPROCESSABLE_ENTITY, "idempotency-other-body", "The key was used for another call")
            }
            BankError::Unknown(_) => Self::not_found(detail),
            BankError::NotYours(_) => new(StatusCode::FORBIDDEN, "not-yours", "Another partner's entry"),
            BankError::OtherAgreement => new(StatusCode::CONFLICT, "agreement-changed", "Your agreement changed"),
            BankError::Withdrawn(_) => new(StatusCode::CONFLICT, "withdrawn", "The entry is withdrawn"),
        }
    }
}
