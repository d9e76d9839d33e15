//! `/m/lookup`, `/m/raw_lookup`, `/m/compare`.
//!
//! Own banks and what is followed are searched together. What is found through an exact copy of a picture's file is
//! listed under `pdq` at distance 0: HMA has no other place for it.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use ::media::Purpose;
use axum::extract::{Request, State};
use exchange::dialects::hma::{self, BankName, Compared, Met, SignalType, Signals};
use exchange::{Parsed, Radius};
use rand::RngExt;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::hash::no_file;
use super::media::{self, Hashed, Wanted};
use super::names::number_of;
use super::refused::{Asked, Body, Refused};
use crate::http::Json;
use crate::matcher::Matcher;
use crate::matcher::answer::Whose;
use crate::matcher::banks::content_of;

/// Names in a list of banks, at most.
const NAMES_MAX: usize = 100;

/// What is looked for, and where.
#[derive(Debug, Deserialize)]
pub(super) struct Lookup {
    #[serde(default)]
    signal: Option<String>,
    #[serde(default)]
    signal_type: Option<String>,
    #[serde(default)]
    banks: Option<String>,
    #[serde(default)]
    seed: Option<String>,
    #[serde(default)]
    bypass_coinflip: Option<String>,
    #[serde(default)]
    include_distance: Option<String>,
    #[serde(flatten)]
    wanted: Wanted,
}

/// What was met, by bank.
type ByBank = BTreeMap<BankName, Vec<Met>>;

/// A form's answer names the type; that about one signal does not.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Answer {
    ByBank(ByBank),
    ByType(BTreeMap<&'static str, ByBank>),
}

pub(super) async fn of_signal_or_url(
    State(matcher): State<Matcher>,
    Asked(lookup): Asked<Lookup>,
) -> Result<Json<Answer>, Refused> {
    if lookup.wanted.url.is_some() {
        let _place = matcher.picture_place()?;
        let media = media::of_url(&matcher, &lookup.wanted).await?;
        return Ok(Json(of_media(&matcher, media, &lookup).await?));
    }
    let Some((kind, query)) = signal(&matcher, &lookup)? else { return Ok(Json(Answer::ByBank(ByBank::new()))) };
    Ok(Json(Answer::ByBank(met(&matcher, kind, query, &lookup).await?)))
}

pub(super) async fn of_form(
    State(matcher): State<Matcher>,
    Asked(lookup): Asked<Lookup>,
    request: Request,
) -> Result<Json<Answer>, Refused> {
    let _place = matcher.picture_place()?;
    let form = media::form(&matcher, request).await?;
    Ok(Json(of_media(&matcher, form.media.ok_or_else(no_file)?, &lookup).await?))
}

/// Numbers alone, unless distances are asked for.
pub(super) async fn raw(
    State(matcher): State<Matcher>,
    Asked(mut lookup): Asked<Lookup>,
) -> Result<Json<Value>, Refused> {
    // What is switched on for a part of the traffic is in the index.
    lookup.bypass_coinflip = Some("true".into());
    let found = match signal(&matcher, &lookup)? {
        Some((kind, query)) => met(&matcher, kind, query, &lookup).await?,
        None => ByBank::new(),
    };
    let found = found.into_values().flatten();
    Ok(Json(if is_true(lookup.include_distance.as_deref()) {
        json!({"matches": found.collect::<Vec<_>>()})
    } else {
        json!({"matches": found.map(|met| met.bank_content_id).collect::<Vec<_>>()})
    }))
}

pub(super) async fn compare(
    Body(asked): Body<BTreeMap<String, Vec<String>>>,
) -> Result<Json<BTreeMap<&'static str, (bool, Compared)>>, Refused> {
    Ok(Json(hma::compare(&asked)?))
}

/// The one signal that is asked for; `None`: an empty one, as HMA gives for a picture too plain to be told from others.
fn signal(matcher: &Matcher, lookup: &Lookup) -> Result<Option<(SignalType, Parsed)>, Refused> {
    let (Some(value), Some(kind)) = (&lookup.signal, &lookup.signal_type) else {
        return Err(Refused::bad("the parameters `signal` and `signal_type`, or `url`, are needed"));
    };
    let kind = SignalType::from_name(kind)?;
    if !matcher.inner.banks.is_on(kind) {
        return Err(Refused::bad(format!("SignalType '{}' is not enabled", kind.name())));
    }
    if value.trim().is_empty() {
        return Ok(None);
    }
    let signals = Signals::one(kind, value)?;
    let bytes = |kind: &Option<exchange::Fingerprint>| kind.as_ref().map(|signal| signal.bytes().to_vec());
    let pdq = bytes(&signals.pdq).and_then(|bytes| bytes.try_into().ok());
    let md5 = bytes(&signals.video_md5).and_then(|bytes| bytes.try_into().ok());
    Ok(Some((kind, Parsed { pdq: pdq.into_iter().collect(), md5, ..Parsed::default() })))
}

async fn of_media(matcher: &Matcher, media: media::Media, lookup: &Lookup) -> Result<Answer, Refused> {
    let Hashed { kind, query, .. } = media::hashed(matcher, media, &lookup.wanted, Purpose::Query).await?;
    let mut answer = BTreeMap::new();
    if query != Parsed::default() {
        answer.insert(kind.name(), met(matcher, kind, query, lookup).await?);
    }
    Ok(Answer::ByType(answer))
}

/// What a query meets, the nearest first in each bank.
async fn met(matcher: &Matcher, kind: SignalType, query: Parsed, lookup: &Lookup) -> Result<ByBank, Refused> {
    let only = names(lookup)?.map(Arc::new);
    let apart = matcher.answer_apart(vec![query], Radius::DEFAULT, only.clone()).await?;
    let coin = if is_true(lookup.bypass_coinflip.as_deref()) { 0.0 } else { coin(matcher, lookup.seed.as_deref()) };
    let mut found = ByBank::new();
    for (whose, results) in apart.answers {
        for matched in results.into_iter().flat_map(|result| result.matches) {
            let of_followed = |of: &str| (BankName::of_node(of, matched.class, matched.advice), 1.0);
            let (name, ratio) = match &whose {
                Whose::Source(_, Some(bank)) => (bank.name.clone(), bank.matching_enabled_ratio.get()),
                Whose::Node(place) => of_followed(matcher.inner.replicas[*place].upstream.host()),
                Whose::Source(name, None) => of_followed(name.as_str()),
                Whose::Own => {
                    // Removed since it was met.
                    let Some(place) = content_of(matched.entry).and_then(|id| matcher.inner.banks.whereabouts(id))
                    else {
                        continue;
                    };
                    (place.bank.name, place.bank.matching_enabled_ratio.get())
                }
            };
            if ratio >= coin && only.as_ref().is_none_or(|only| only.contains(&name)) {
                let met = Met { bank_content_id: number_of(matched.entry), distance: matched.distance.to_string() };
                found.entry(name).or_default().push(met);
            }
        }
    }
    let known = if found.is_empty() { "no" } else { "yes" };
    metrics::counter!("rempart_queries_total", "known" => known).increment(1);
    tracing::debug!(kind = kind.name(), banks = found.len(), "looked up");
    Ok(found)
}

fn names(lookup: &Lookup) -> Result<Option<HashSet<BankName>>, Refused> {
    let Some(list) = lookup.banks.as_deref().filter(|list| !list.trim().is_empty()) else { return Ok(None) };
    let names: Vec<&str> = list.split(',').map(str::trim).collect();
    if names.len() > NAMES_MAX {
        return Err(Refused::bad(format!("name at most {NAMES_MAX} banks")));
    }
    Ok(Some(names.into_iter().map(str::parse).collect::<Result<_, _>>()?))
}

/// Where the coin fell, 0 to 1 without 1: the same for the same seed.
fn coin(matcher: &Matcher, seed: Option<&str>) -> f64 {
    let thrown = match seed {
        Some(seed) => {
            let digest = Sha256::digest(seed);
            u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]])
        }
        None => matcher.inner.entropy.rng().random(),
    };
    f64::from(thrown) / (f64::from(u32::MAX) + 1.0)
}

/// As programs write it.
pub(super) fn is_true(text: Option<&str>) -> bool {
    text.is_some_and(|text| matches!(text.trim().to_ascii_lowercase().as_str(), "true" | "1" | "yes"))
}
