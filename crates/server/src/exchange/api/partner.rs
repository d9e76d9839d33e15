//! `GET partners/self`: what the node knows of the caller.

use axum::extract::State;
use exchange::{Agreement, PartnerId, Scope, Time};
use serde::{Deserialize, Serialize};

use crate::access::Reader;
use crate::http::{Json, Problem};
use crate::node::Node;

/// What the node knows of the caller.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PartnerSelf {
    /// The partner.
    pub id: PartnerId,
    /// Its name, shown to others as the origin of its entries.
    pub name: String,
    /// The id of the key that asks.
    pub key: String,
    /// What that key may be used for.
    pub scopes: Vec<Scope>,
    /// Until when it may.
    pub expires_at: Option<Time>,
    /// What was agreed.
    pub agreement: Agreement,
    /// As in the feed: changes when what the key is shown changes.
    pub agreement_token: String,
    /// What this key last acknowledged.
    pub cursor: Option<u64>,
    /// The last number of the bank.
    pub head: u64,
}

/// What this node knows of you
#[utoipa::path(
    get, path = "/partners/self", tag = "self", operation_id = "partner_self",
    responses(
        (status = 200, description = "You.", body = PartnerSelf),
        (status = "4XX", description = "No good key.", body = Problem, content_type = "application/problem+json"),
        (status = "5XX", description = "The node failed.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn partner(State(node): State<Node>, who: Reader) -> Result<Json<PartnerSelf>, Problem> {
    let key = node.partners.key(who.key()).await?;
    let member = who.member();
    Ok(Json(PartnerSelf {
        id: member.partner,
        name: member.name.clone(),
        key: member.key.to_string(),
        scopes: member.scopes.iter().collect(),
        expires_at: key.as_ref().and_then(|key| key.expires_at),
        agreement: member.agreement,
        agreement_token: node.bank.agreement_token(&member.agreement),
        cursor: key.and_then(|key| key.cursor.map(|(seq, _)| seq)),
        head: node.bank.head().await?,
    }))
}
