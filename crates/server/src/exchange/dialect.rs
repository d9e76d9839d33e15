//! What the dialects share: keys in other systems' clothes, walks through the bank, votes as outcomes, contributions.
//!
//! | system | below | key in | lists | votes | takes | asks |
//! | --- | --- | --- | --- | --- | --- | --- |
//! | StopNCII v1 | `/stopncii/v1` | `x-functions-key` | follow | outcome | contribute | |
//! | NCMEC v2 | `/ncmec/v2` | Basic password | follow | outcome | contribute | |
//! | ThreatExchange | `/threatexchange/vN.0` | `access_token` | follow | outcome | contribute | |
//! | Tech Against Terrorism v2 | `/tat` | password, then Bearer | follow | outcome | | |
//! | Arachnid Shield v1 | `/arachnid/v1` | Basic password | | | | match |
//!
//! Every door takes our own `Authorization: Bearer rp_..` too.

use std::marker::PhantomData;

use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::IntoResponse;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use exchange::dialects::{DialectError, Skipped};
use exchange::{
    Agreement, Class, Contribution, EntryId, Fingerprint, KeptReason, OUTCOMES_PER_CALL_MAX, Outcome, OutcomeId,
    OutcomeKind, OutcomeReport, Tier,
};
use serde::Serialize;
use sha2::{Digest, Sha256};
use utoipa_axum::router::OpenApiRouter;

use super::{arachnid, ncmec, stopncii, tat, threatexchange};
use crate::access::{Follower, Right, Teller, enter, of_scheme};
use crate::bank::{Dialect, Reached};
use crate::http::Problem;
use crate::node::Node;
use crate::partners::KeyText;

/// The dialects' routes, with their documentation.
pub(crate) fn routes() -> OpenApiRouter<Node> {
    OpenApiRouter::new()
        .nest("/stopncii/v1", stopncii::routes())
        .nest("/ncmec/v2", ncmec::routes())
        .nest("/threatexchange", threatexchange::routes())
        .nest("/tat", tat::routes())
        .nest("/arachnid/v1", arachnid::routes())
}

/// Where the token stands in the query.
const ACCESS_TOKEN: &str = "access_token";
/// Numbers that are looked at for one page, at most: a reader that is shown little of a large bank is not kept waiting.
const NUMBERS_PER_PAGE_MAX: u64 = 20_000;
/// Numbers of one reading.
pub(super) const NUMBERS_PER_READING: u32 = 5_000;

/// Who shows a key in another system's way, as `R`; refused in the shape of `E`.
pub(super) struct Shown<R, E = Problem>(pub(super) R, pub(super) PhantomData<E>);

impl<R: Right, E: From<Problem> + IntoResponse> FromRequestParts<Node> for Shown<R, E> {
    type Rejection = E;

    async fn from_request_parts(parts: &mut Parts, node: &Node) -> Result<Self, E> {
        let key = key_in(&parts.headers, &parts.uri)?;
        Ok(Self(enter(&key, node).await?, PhantomData))
    }
}

/// The key, wherever such clients put it.
fn key_in(headers: &HeaderMap, uri: &Uri) -> Result<KeyText, Problem> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(header) = text(AUTHORIZATION.as_str()) {
        if let Some(token) = of_scheme("bearer", header) {
            return key(token);
        }
        let basic = of_scheme("basic", header).and_then(|token| STANDARD.decode(token).ok());
        let basic = basic.and_then(|bytes| String::from_utf8(bytes).ok()).ok_or_else(key_malformed)?;
        let (_, password) = basic.split_once(':').ok_or_else(key_malformed)?;
        return key(password);
    }
    if let Some(function_key) = text("x-functions-key") {
        return key(function_key);
    }
    let query = uri.query().unwrap_or_default();
    let token = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == ACCESS_TOKEN);
    key(&token.ok_or_else(key_missing)?.1)
}

/// A key as text: ours, or `<its id as a decimal number>|<its secret>`.
pub(super) fn key(text: &str) -> Result<KeyText, Problem> {
    let text = text.trim();
    let ours = match text.split_once('|') {
        None => text.to_owned(),
        Some((id, secret)) => format!("rp_{:016x}_{secret}", id.parse::<u64>().map_err(|_| key_malformed())?),
    };
    ours.parse().map_err(|_| key_malformed())
}

fn key_missing() -> Problem {
    let detail = "Send your partner key where this system's clients send theirs; /docs or your operator says how.";
    Problem::new(StatusCode::UNAUTHORIZED, "key-missing", "A key is needed", detail)
}

fn key_malformed() -> Problem {
    let detail = "What came in the place of the key is none: it is rp_<16 hex digits>_<64 hex digits>, or in an access \
                  token <decimal number>|<64 hex digits>.";
    Problem::new(StatusCode::UNAUTHORIZED, "key-malformed", "This is no key", detail)
}

impl From<DialectError> for Problem {
    fn from(error: DialectError) -> Self {
        match error {
            DialectError::TooLarge => Self::too_large(),
            DialectError::Unreadable => Self::malformed(error.to_string()),
        }
    }
}

/// A walk through the bank: page after page from a number to one that its beginning fixed, so that it ends although others
/// write.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Walk {
    /// The last number that was told.
    pub(super) after: u64,
    /// The last that is to be.
    pub(super) until: u64,
}

impl Walk {
    /// As a token that clients give back.
    pub(super) fn token(self) -> String {
        format!("{}.{}", self.after, self.until)
    }

    /// The walk that a token goes on with, if it can be one of this bank.
    pub(super) fn of(token: &str, head: u64) -> Result<Self, Problem> {
        let numbers = token.split_once('.').and_then(|(after, until)| Some((after.parse().ok()?, until.parse().ok()?)));
        match numbers {
            Some((after, until)) if after <= until && until <= head => Ok(Self { after, until }),
            Some(_) => Err(super::api::ahead(0, head)),
            None => Err(Problem::malformed("this is no page token of ours; begin from your last checkpoint")),
        }
    }

    pub(super) const fn is_over(self) -> bool {
        self.after >= self.until
    }

    /// The number up to which one page may look.
    pub(super) fn page_end(self) -> u64 {
        self.until.min(self.after.saturating_add(NUMBERS_PER_PAGE_MAX))
    }
}

/// Begins or goes on with a list from a second, itself included. What the reader says it has is acknowledged.
pub(super) async fn walk_from(
    node: &Node,
    who: &Follower,
    dialect: Dialect,
    second: Option<i64>,
) -> Result<Walk, Problem> {
    let head = node.bank.head().await?;
    let told = node.bank.comes(who, dialect, second.is_none()).await?;
    let Some(second) = second else { return Ok(Walk { after: 0, until: head }) };
    acknowledge(node, who, told, second, head).await?;
    Ok(Walk { after: node.bank.number_before(second).await?.min(head), until: head })
}

/// Whoever comes back with the second of its last complete answer, or a later one, has that in force.
pub(super) async fn acknowledge(
    node: &Node,
    who: &Follower,
    told: Reached,
    second: i64,
    head: u64,
) -> Result<(), Problem> {
    if told.number == 0 || told.number > head || second < told.second {
        return Ok(());
    }
    let known = node.partners.key(who.key()).await?.and_then(|key| key.cursor).map(|(seq, _)| seq);
    if known.is_none_or(|known| known < told.number) {
        node.partners.acknowledge(who, told.number, head).await?;
    }
    Ok(())
}

/// Notes how far a complete answer reached.
pub(super) async fn told(
    node: &Node,
    who: &Follower,
    dialect: Dialect,
    number: u64,
    second: i64,
) -> Result<(), Problem> {
    Ok(node.bank.reached(who, dialect, Reached { number, second }).await?)
}

/// Writes down what was said of fingerprints: an outcome for each entry that holds one and that the teller may know of.
/// The same said again counts once. Gives how many entries were meant.
pub(super) async fn tell(
    node: &Node,
    who: &Teller,
    said: &[(Vec<Fingerprint>, OutcomeKind, Option<KeptReason>)],
) -> Result<usize, Problem> {
    let all: Vec<Fingerprint> = said.iter().flat_map(|(fingerprints, ..)| fingerprints.iter().cloned()).collect();
    let held = node.bank.held(who.viewer(), &all).await?;
    let mut outcomes = Vec::new();
    for (fingerprints, kind, reason) in said {
        let meant = held.iter().filter(|held| fingerprints.contains(&held.fingerprint));
        for holder in meant.flat_map(|held| &held.holders) {
            outcomes.push(outcome(node, who, holder.entry, *kind, *reason));
        }
    }
    report(node, who, outcomes).await
}

/// Writes down what was said of one entry.
pub(super) async fn tell_of(
    node: &Node,
    who: &Teller,
    entry: EntryId,
    said: &[(OutcomeKind, Option<KeptReason>)],
) -> Result<(), Problem> {
    let outcomes = said.iter().map(|(kind, reason)| outcome(node, who, entry, *kind, *reason)).collect();
    report(node, who, outcomes).await.map(drop)
}

/// These wires give a vote no name: it is told by what it says, so that sending it again counts once.
fn outcome(node: &Node, who: &Teller, entry: EntryId, kind: OutcomeKind, reason: Option<KeptReason>) -> Outcome {
    let mut digest = Sha256::new();
    digest.update(b"dialect outcome");
    digest.update(who.partner().as_bytes());
    digest.update(entry.as_bytes());
    digest.update([kind.code(), reason.map_or(255, KeptReason::code)]);
    let mut id = [0; 16];
    id.copy_from_slice(&digest.finalize()[..16]);
    Outcome { id: OutcomeId::from_bytes(id), entry, kind, reason, count: 1, at: node.clock.now() }
}

async fn report(node: &Node, who: &Teller, outcomes: Vec<Outcome>) -> Result<usize, Problem> {
    let count = outcomes.len();
    for some in outcomes.chunks(OUTCOMES_PER_CALL_MAX) {
        node.removal.report(who, &OutcomeReport { outcomes: some.to_vec() }).await?;
    }
    Ok(count)
}

/// A contribution of a partner that says it has looked, or not: at the highest tier that fits both that and its agreement.
pub(super) fn offered(
    agreement: &Agreement,
    class: Class,
    looked: bool,
    fingerprints: Vec<Fingerprint>,
) -> Contribution {
    let is_verified = looked && agreement.takes(class, Tier::Verified);
    let tier = if is_verified { Tier::Verified } else { Tier::Reported };
    Contribution { class, tier, fingerprints, views: Vec::new() }
}

/// The class that a partner means which names none: the one it may contribute, and adult of two.
pub(super) fn class_meant(agreement: &Agreement) -> Class {
    match (agreement.contributes.adult, agreement.contributes.minor) {
        (None, Some(_)) => Class::Minor,
        _ => Class::Adult,
    }
}

/// What became of a call, for systems that read any JSON.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct Taken {
    /// Records of the call.
    pub(super) count: usize,
    /// Of these, how many were taken.
    pub(super) accepted: usize,
    /// The others.
    pub(super) skipped: Vec<Left>,
}

/// A record that was left out.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct Left {
    /// Which of the call, from 0.
    position: usize,
    /// Why.
    reason: String,
}

impl Taken {
    pub(super) fn of(accepted: usize, skipped: &[Skipped]) -> Self {
        let left = |one: &Skipped| Left { position: one.position, reason: one.flaw.to_string() };
        Self { count: accepted + skipped.len(), accepted, skipped: skipped.iter().map(left).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    fn shown(name: &'static str, value: &str, uri: &str) -> Option<String> {
        let mut headers = HeaderMap::new();
        if !name.is_empty() {
            headers.insert(name, value.parse().unwrap());
        }
        key_in(&headers, &uri.parse().unwrap()).ok().map(|key| key.reveal())
    }

    #[test]
    fn a_key_is_found_in_every_place_where_such_clients_put_it() {
        let key = KeyText::generate(&mut rand::rngs::StdRng::seed_from_u64(1));
        let text = key.reveal();
        let id = u64::from_be_bytes(*key.id().as_bytes());
        let graph = format!("{id:020}|{}", text.rsplit_once('_').unwrap().1);
        let found = Some(text.clone());
        assert_eq!(shown("x-functions-key", &text, "/"), found);
        assert_eq!(shown("authorization", &format!("bearer {text}"), "/"), found);
        assert_eq!(shown("authorization", &format!("Basic {}", STANDARD.encode(format!("a:{text}"))), "/"), found);
        assert_eq!(shown("", "", &format!("/x?a=b&access_token={}", graph.replace('|', "%7C"))), found);
        assert_eq!(shown("", "", &format!("/x?access_token={text}")), found);
        for (name, value, uri) in [
            ("", "", "/"),
            ("x-functions-key", "nonsense", "/"),
            ("authorization", "Basic nonsense", "/"),
            ("authorization", "Basic bm9ub25zZW5zZQ==", "/"),
            ("", "", "/?access_token=1%7C2"),
            ("", "", "/?access_token=99999999999999999999999%7C00"),
        ] {
            assert_eq!(shown(name, value, uri), None, "{name} {value} {uri}");
        }
    }

    #[test]
    fn a_walk_goes_on_from_its_token_and_from_none_that_is_ahead() {
        let walk = Walk { after: 3, until: 9 };
        assert_eq!(Walk::of(&walk.token(), 9).unwrap(), walk);
        assert!(Walk::of(&walk.token(), 8).is_err());
        for wrong in ["", "3", "9.3", "a.b", "3.9.1", "-1.2"] {
            assert!(Walk::of(wrong, 9).is_err(), "{wrong}");
        }
    }
}
