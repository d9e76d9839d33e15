//! `/c/exchanges..`: what this matcher follows. What was made here can be changed and removed here; what the operator set up where
//! the matcher is started, or with `rempart follow`, is shown.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use exchange::Time;
use exchange::dialects::hma::{ExchangeApi, ExchangeCredentials, ExchangeEdit, ExchangeError, NewExchange, shortened};
use serde_json::{Map, Value, json};

use super::names::upstream_of;
use super::refused::{At, Body, Refused};
use crate::http::Json;
use crate::matcher::Matcher;
use crate::matcher::exchanges::ExchangesError;
use crate::matcher::sources::exchanges::{api_of, source_name};
use crate::matcher::sources::{Exchange, Source};
use crate::matcher::standing::Standing;

/// Somebody who is followed, in HMA's terms.
struct Followed {
    name: String,
    api: ExchangeApi,
    url: String,
    is_heard: bool,
    is_up_to_date: bool,
    heard_at: Option<Time>,
    /// Since when it is being asked, if it is at this moment.
    asking_since: Option<Time>,
    /// When all that it has was last here.
    complete_at: Option<Time>,
    /// Whether the last fetch went well; nothing: there was none yet.
    is_well: Option<bool>,
    trouble: Option<String>,
    items: u64,
    /// If it was made here.
    exchange: Option<Arc<Exchange>>,
}

impl Followed {
    fn all(matcher: &Matcher) -> Vec<Self> {
        let nodes = matcher.inner.standings.all().into_iter().map(Self::of_node);
        let sources = matcher.sources().into_iter().filter(|source| !source.view.removing);
        nodes.chain(sources.map(|source| Self::of_source(source, matcher))).collect()
    }

    fn of_node(standing: Standing) -> Self {
        Self {
            name: name(&standing.host),
            api: ExchangeApi::Rempart,
            is_heard: standing.connected,
            is_up_to_date: standing.connected && standing.cursor.is_some() && standing.cursor >= standing.head,
            heard_at: standing.heard_at,
            asking_since: (standing.connected && !standing.loaded).then_some(standing.followed_at),
            complete_at: standing.heard_at.filter(|_| standing.loaded),
            is_well: Some(standing.connected),
            trouble: standing.trouble,
            url: standing.url,
            items: standing.entries,
            exchange: None,
        }
    }

    fn of_source(source: Source, matcher: &Matcher) -> Self {
        let is_heard = source.stale_seconds(matcher.now()).is_none();
        let is_asked = source.exchange.as_deref().is_none_or(Exchange::is_asked);
        let (is_whole, view, exchange) = (source.is_whole(), source.view, source.exchange);
        let waits = (!is_asked && exchange.as_ref().is_some_and(|exchange| !exchange.has_credentials))
            .then(|| "its credentials were not set yet".to_owned());
        Self {
            name: exchange.as_ref().map_or_else(|| name(view.name.as_str()), |exchange| exchange.bank.to_string()),
            api: api_of(view.kind),
            is_heard,
            is_up_to_date: is_asked && is_heard && is_whole && view.failures == 0,
            heard_at: view.heard_at,
            asking_since: matcher.inner.follow.asking_since(view.id),
            complete_at: view.complete_at,
            is_well: if view.failures > 0 { Some(false) } else { view.complete_at.map(|_| true) },
            trouble: waits.or(view.trouble),
            url: view.url,
            items: view.records,
            exchange,
        }
    }

    /// How it is set up.
    fn config(&self) -> Value {
        let mut config = match &self.exchange {
            Some(exchange) => exchange.config.fields(),
            None => Map::from_iter([("url".to_owned(), self.url.clone().into())]),
        };
        let is_enabled = self.exchange.as_ref().is_none_or(|exchange| exchange.is_enabled);
        config.insert("name".to_owned(), self.name.clone().into());
        config.insert("api".to_owned(), self.api.name().into());
        config.insert("enabled".to_owned(), is_enabled.into());
        config.into()
    }
}

pub(super) async fn list(State(matcher): State<Matcher>) -> Json<Vec<String>> {
    Json(Followed::all(&matcher).into_iter().map(|followed| followed.name).collect())
}

/// 201; 400: not an exchange; 403: there is something of this name, or it may not be there.
pub(super) async fn add(
    State(matcher): State<Matcher>,
    Body(body): Body<Map<String, Value>>,
) -> Result<(StatusCode, Json<Value>), Refused> {
    let new = NewExchange::read(&body)?;
    let (bank, source) = (new.bank.as_str(), source_name(&new.bank));
    let is_taken = matcher.inner.banks.bank(bank).is_some()
        || upstream_of(&matcher, bank).is_some()
        || Followed::all(&matcher).iter().any(|followed| followed.name == bank)
        || matcher.sources().iter().any(|followed| followed.view.name == source);
    if is_taken {
        return Err(ExchangesError::Exists.into());
    }
    matcher.make_exchange(new).await?;
    Ok((StatusCode::CREATED, Json(json!({"message": "Created successfully"}))))
}

pub(super) async fn apis() -> Json<Vec<&'static str>> {
    Json(ExchangeApi::ALL.map(ExchangeApi::name).to_vec())
}

pub(super) async fn api(State(matcher): State<Matcher>, At(api): At<String>) -> Result<Json<Value>, Refused> {
    standing_of(&matcher, api_named(&api)?).await
}

/// `{"credential_json": {..}}`; an empty object takes them away, none at all leaves them as they are.
pub(super) async fn set_credentials(
    State(matcher): State<Matcher>,
    At(api): At<String>,
    Body(body): Body<Map<String, Value>>,
) -> Result<Json<Value>, Refused> {
    let api = api_named(&api)?;
    match body.get("credential_json") {
        None | Some(Value::Null) => {}
        Some(Value::Object(fields)) => {
            matcher.set_api_credentials(api, ExchangeCredentials::read(api, fields)?).await?;
        }
        Some(_) => return Err(ExchangeError::NoObject("credential_json").into()),
    }
    standing_of(&matcher, api).await
}

pub(super) async fn schema(At(api): At<String>) -> Result<Json<Value>, Refused> {
    Ok(Json(json!(api_named(&api)?.schema())))
}

pub(super) async fn show(State(matcher): State<Matcher>, At(asked): At<String>) -> Result<Json<Value>, Refused> {
    Ok(Json(found(&matcher, &asked)?.config()))
}

/// `{"enabled": ..}`: whether it is asked and matched.
pub(super) async fn edit(
    State(matcher): State<Matcher>,
    At(asked): At<String>,
    Body(body): Body<Map<String, Value>>,
) -> Result<Json<Value>, Refused> {
    let exchange = made_here(found(&matcher, &asked)?)?;
    let ExchangeEdit { is_enabled } = ExchangeEdit::read(&body)?;
    matcher.change_exchange(&exchange.bank, None, is_enabled).await?;
    Ok(Json(found(&matcher, &asked)?.config()))
}

/// 200 also when there was none. Its bank goes with it.
pub(super) async fn remove(State(matcher): State<Matcher>, At(asked): At<String>) -> Result<Json<Value>, Refused> {
    if let Ok(followed) = found(&matcher, &asked) {
        matcher.remove_exchange(&made_here(followed)?.bank).await?;
    }
    Ok(Json(json!({"message": "success"})))
}

pub(super) async fn status(State(matcher): State<Matcher>, At(asked): At<String>) -> Result<Json<Value>, Refused> {
    let followed = found(&matcher, &asked)?;
    let seconds = |at: Option<Time>| at.map(|at| at.as_micros() / 1_000_000);
    Ok(Json(json!({
        "checkpoint_ts": seconds(followed.heard_at),
        "running_fetch_start_ts": seconds(followed.asking_since),
        "last_fetch_complete_ts": seconds(followed.complete_at),
        "last_fetch_succeeded": followed.is_well,
        "up_to_date": followed.is_up_to_date,
        "fetched_items": followed.items,
        "trouble": followed.trouble.filter(|_| !followed.is_up_to_date || !followed.is_heard),
    })))
}

async fn standing_of(matcher: &Matcher, api: ExchangeApi) -> Result<Json<Value>, Refused> {
    let is_set = matcher.has_api_credentials(api).await?;
    Ok(Json(json!({"supports_authentification": true, "has_set_authentification": is_set})))
}

fn name(of: &str) -> String {
    of.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' }).collect()
}

fn found(matcher: &Matcher, asked: &str) -> Result<Followed, Refused> {
    let followed = Followed::all(matcher).into_iter().find(|followed| followed.name == asked);
    Ok(followed.ok_or_else(|| ExchangesError::None(shortened(asked)))?)
}

fn made_here(followed: Followed) -> Result<Arc<Exchange>, Refused> {
    let Followed { name, exchange, .. } = followed;
    Ok(exchange.ok_or(ExchangesError::Elsewhere(name))?)
}

fn api_named(api: &str) -> Result<ExchangeApi, Refused> {
    ExchangeApi::from_name(api).ok_or_else(|| Refused::bad(format!("no such Exchange API '{}'", shortened(api))))
}
