//! `POST threat_descriptors`, `POST {descriptor}`, `DELETE {descriptor}`: contribute, react, take back.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use exchange::dialects::threatexchange::{FILM_TAG, Reaction, encode_success, fingerprint};
use exchange::{Class, RemoveReason};

use super::{Fault, entry_of, is_version, json, names, number, parameters};
use crate::access::{Contributor, Teller};
use crate::exchange::dialect::{Shown, class_meant, offered, tell_of};
use crate::http::{Path, Problem};
use crate::node::Node;

/// Contribute, as ThreatExchange's clients do
///
/// `indicator`, `type`, `status`, `tags`, in the query or a form. The tags `minor` and `adult` name the class; `MALICIOUS` is
/// contributed as looked at, if the agreement allows it.
#[utoipa::path(
    post, path = "/{version}/threat_descriptors", tag = "dialects", operation_id = "threatexchange_submit",
    params(
        ("version" = String, Path, description = "Such as v26.0.", pattern = "^v[0-9]{1,3}\\.0$"),
        ("indicator" = Option<String>, Query, description = "The hash."),
        ("type" = Option<String>, Query, description = "Such as HASH_PDQ."),
        ("status" = Option<String>, Query, description = "MALICIOUS, or another."),
        ("tags" = Option<String>, Query, description = "Between commas."),
    ),
    responses(
        (status = 200, description = "Under protection.", body = Object, content_type = "application/json"),
        (status = "4XX", description = "Nothing was changed.", body = Object, content_type = "application/json"),
        (status = "5XX", description = "Nothing was changed.", body = Object, content_type = "application/json"),
    )
)]
pub(super) async fn submit(
    State(node): State<Node>,
    Shown(who, _): Shown<Contributor, Fault>,
    Path(version): Path<String>,
    uri: Uri,
    body: Bytes,
) -> Result<Response, Fault> {
    is_version(&version)?;
    let who = who.renewed(&node).await?;
    let parameters = parameters(&uri, &body);
    let given = |name: &str| parameters.get(name).ok_or_else(|| Problem::invalid(format!("{name} is missing")));
    let tags = names(&parameters, "tags");
    let is_film = tags.iter().any(|tag| tag == FILM_TAG);
    let (fingerprint, _) = fingerprint(given("type")?, given("indicator")?, is_film)
        .map_err(|flaw| Problem::invalid(format!("the indicator: {flaw}")))?;
    let class = tags.iter().find_map(|tag| Class::from_name(tag)).unwrap_or_else(|| class_meant(who.agreement()));
    let looked = parameters.get("status").is_some_and(|status| status == "MALICIOUS");
    let contribution = offered(who.agreement(), class, looked, vec![fingerprint]);
    let contributed = node.bank.contribute(&who, &[contribution], None).await?;
    let id = contributed.entries.first().map(|given| u128::from_be_bytes(*given.id.as_bytes()));
    Ok(json(encode_success(&id.ok_or_else(Problem::internal)?.to_string())))
}

/// Say what was done, as ThreatExchange's clients do
///
/// `reactions`, between commas: HELPFUL is blocked, SAW_THIS_TOO seen, NOT_HELPFUL kept as no violation, DISAGREE_WITH_TAGS
/// mistaken. `reactions_to_remove` is answered and changes nothing: an outcome that was told stands.
#[utoipa::path(
    post, path = "/{version}/{id}", tag = "dialects", operation_id = "threatexchange_react",
    params(
        ("version" = String, Path, description = "Such as v26.0.", pattern = "^v[0-9]{1,3}\\.0$"),
        ("id" = String, Path, description = "The descriptor, a decimal number."),
        ("reactions" = Option<String>, Query, description = "Between commas."),
        ("reactions_to_remove" = Option<String>, Query, description = "Between commas."),
    ),
    responses(
        (status = 200, description = "Written down.", body = Object, content_type = "application/json"),
        (status = "4XX", description = "Nothing was changed.", body = Object, content_type = "application/json"),
        (status = "5XX", description = "Nothing was changed.", body = Object, content_type = "application/json"),
    )
)]
pub(super) async fn react(
    State(node): State<Node>,
    Shown(who, _): Shown<Teller, Fault>,
    Path((version, id)): Path<(String, String)>,
    uri: Uri,
    body: Bytes,
) -> Result<Response, Fault> {
    is_version(&version)?;
    let who = who.renewed(&node).await?;
    let entry = entry_of(number(&id)?);
    let parameters = parameters(&uri, &body);
    let reactions = names(&parameters, "reactions");
    let is_known = |name: &String| Reaction::from_name(name).ok_or_else(|| Problem::invalid("no such reaction"));
    let mut said = reactions.iter().map(is_known).collect::<Result<Vec<_>, _>>()?;
    said.dedup();
    if said.is_empty() && !parameters.contains_key("reactions_to_remove") {
        let detail = "of a descriptor only reactions can be changed here; take it back and contribute it again";
        return Err(Problem::invalid(detail).into());
    }
    if !said.is_empty() {
        let said: Vec<_> = said.into_iter().map(Reaction::outcome).collect();
        tell_of(&node, &who, entry, &said).await?;
    }
    Ok(json(encode_success(&id)))
}

/// Take an entry back, as ThreatExchange's clients do
#[utoipa::path(
    delete, path = "/{version}/{id}", tag = "dialects", operation_id = "threatexchange_delete",
    params(
        ("version" = String, Path, description = "Such as v26.0.", pattern = "^v[0-9]{1,3}\\.0$"),
        ("id" = String, Path, description = "The descriptor, a decimal number."),
    ),
    responses(
        (status = 200, description = "Taken back.", body = Object, content_type = "application/json"),
        (status = "4XX", description = "Nothing was changed.", body = Object, content_type = "application/json"),
        (status = "5XX", description = "Nothing was changed.", body = Object, content_type = "application/json"),
    )
)]
pub(super) async fn delete(
    State(node): State<Node>,
    Shown(who, _): Shown<Contributor, Fault>,
    Path((version, id)): Path<(String, String)>,
) -> Result<Response, Fault> {
    is_version(&version)?;
    node.bank.withdraw(&who, entry_of(number(&id)?), RemoveReason::Mistaken).await?;
    Ok(json(encode_success(&id)))
}
