//! `/c/banks` and `/c/bank/{name}`.

use axum::extract::State;
use axum::http::StatusCode;
use exchange::dialects::hma::{Bank, BankEdit, BankName, NewBank, shortened};
use serde_json::{Value, json};

use super::names::{check_own, exchange_of, of_upstreams, upstream_of};
use super::refused::{At, Body, Refused};
use crate::http::Json;
use crate::matcher::Matcher;
use crate::matcher::banks::BanksError;

/// Own banks, then those of what is followed.
pub(super) async fn list(State(matcher): State<Matcher>) -> Json<Vec<Bank>> {
    let mut all = matcher.inner.banks.all();
    all.extend(of_upstreams(&matcher));
    Json(all)
}

/// 201; 400: not a name; 403: there is one.
pub(super) async fn add(
    State(matcher): State<Matcher>,
    Body(new): Body<NewBank>,
) -> Result<(StatusCode, Json<Bank>), Refused> {
    let name: BankName = new.name.parse()?;
    if upstream_of(&matcher, name.as_str()).is_some() {
        return Err(BanksError::Exists.into());
    }
    Ok((StatusCode::CREATED, Json(matcher.inner.banks.add(name, new.ratio()).await?)))
}

pub(super) async fn show(State(matcher): State<Matcher>, At(name): At<String>) -> Result<Json<Bank>, Refused> {
    let of_upstream = || of_upstreams(&matcher).into_iter().find(|bank| bank.name.as_str() == name);
    let bank = matcher.inner.banks.bank(&name).or_else(of_upstream);
    Ok(Json(bank.ok_or_else(|| BanksError::NoBank(shortened(&name)))?))
}

pub(super) async fn edit(
    State(matcher): State<Matcher>,
    At(name): At<String>,
    Body(edit): Body<BankEdit>,
) -> Result<Json<Bank>, Refused> {
    if let Some(exchange) = exchange_of(&matcher, &name) {
        if edit.name.as_ref().is_some_and(|new| *new != name) {
            return Err(Refused::forbidden("an exchange's bank has the exchange's name; make another exchange"));
        }
        let exchange = matcher.change_exchange(&exchange.bank, edit.ratio(), None).await?;
        return Ok(Json(exchange.as_bank()));
    }
    check_own(&matcher, &name)?;
    let new_name: Option<BankName> = edit.name.as_deref().map(str::parse).transpose()?;
    if new_name.as_ref().is_some_and(|name| upstream_of(&matcher, name.as_str()).is_some()) {
        return Err(BanksError::Exists.into());
    }
    Ok(Json(matcher.inner.banks.edit(&name, new_name, edit.ratio()).await?))
}

/// 200 also when there was none. An exchange goes with its bank.
pub(super) async fn remove(State(matcher): State<Matcher>, At(name): At<String>) -> Result<Json<Value>, Refused> {
    if let Some(exchange) = exchange_of(&matcher, &name) {
        matcher.remove_exchange(&exchange.bank).await?;
        return Ok(Json(json!({"message": "Done"})));
    }
    check_own(&matcher, &name)?;
    matcher.inner.banks.remove(&name).await?;
    Ok(Json(json!({"message": "Done"})))
}
