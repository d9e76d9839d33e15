//! `/age/way/{way}/back`: a provider sends somebody back, in their browser (GET) or by an application on their device (POST), which is
//! told where their browser goes on. A journey ends once.

use axum::Json;
use axum::extract::{Path, RawQuery, Request, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use sealing::VisitToken;
use serde::Serialize;

use super::way::find;
use super::{give, pairs, refused, sent};
use crate::age::attester::Attester;
use crate::age::attester::evidence::{NotProven, Sent, Step};
use crate::http::Problem;
use crate::http::locale::Texts;
use agetoken::Thresholds;

/// What a journey is called whose end is the voucher.
const DONE: &str = "done";

/// The browser is back.
pub(super) async fn person(
    State(attester): State<Attester>,
    Path(way): Path<String>,
    RawQuery(query): RawQuery,
    t: Texts,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let mut sent = Sent::default();
    let read = pairs(query.unwrap_or_default().as_bytes(), &mut sent);
    let finished = match read {
        Ok(()) => finish(&attester, &way, &sent).await?,
        Err(error) => Err(error),
    };
    match finished {
        Ok(reached) => Ok(give(&attester, reached, &headers)),
        Err(error) => refused::answer(&attester, t, &headers, &way, &error),
    }
}

#[derive(Serialize)]
struct GoOn {
    redirect_uri: String,
}

/// An application has sent what it was asked for.
pub(super) async fn application(
    State(attester): State<Attester>,
    Path(way): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    let sent = sent(request).await?;
    let reached = finish(&attester, &way, &sent).await??;
    let desk = &attester.inner.desk;
    let done = VisitToken::generate(&mut desk.entropy.rng());
    desk.depart(&done, DONE, &[reached.to_byte()]).await?;
    let redirect_uri = format!("{}/age/done?state={}", desk.base, done.to_text().as_str());
    Ok(Json(GoOn { redirect_uri }).into_response())
}

/// The browser goes on after its application.
pub(super) async fn done(
    State(attester): State<Attester>,
    RawQuery(query): RawQuery,
    t: Texts,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let mut sent = Sent::default();
    pairs(query.unwrap_or_default().as_bytes(), &mut sent)?;
    let token = sent.text("state").and_then(VisitToken::parse);
    let state = match &token {
        Some(token) => attester.inner.desk.arrive(token, DONE).await?,
        None => None,
    };
    let reached = state.and_then(|state| {
        let bits = *state.first()?;
        let all = agetoken::Threshold::ALL.into_iter();
        Some(all.filter(|one| Thresholds::from_iter([*one]).to_byte() & bits != 0).collect::<Thresholds>())
    });
    match reached {
        Some(reached) => Ok(give(&attester, reached, &headers)),
        None => refused::answer(&attester, t, &headers, "", &NotProven::NotConfirmed),
    }
}

async fn finish(attester: &Attester, way: &str, sent: &Sent) -> Result<Result<Thresholds, NotProven>, Problem> {
    let (method, desk) = (find(attester, way)?, &attester.inner.desk);
    let Some(token) = sent.text("state").and_then(VisitToken::parse) else { return Ok(Err(NotProven::Unreadable)) };
    let Some(state) = desk.arrive(&token, method.declaration().id).await? else {
        return Ok(Err(NotProven::NotConfirmed));
    };
    Ok(match method.finish(desk, &state, sent).await {
        Ok(Step::Reached(reached)) => Ok(reached),
        // Nobody is sent on from provider to provider.
        Ok(Step::Elsewhere { .. }) => Err(NotProven::NotConfirmed),
        Err(error) => Err(error),
    })
}
