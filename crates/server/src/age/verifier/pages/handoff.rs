//! `GET /age/handoff`: a square for another device, and the way on once that has answered. The page loads itself again; there is no
//! script. Whoever shows the square is let in, so the page says for whom it is.

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::http::header::LOCATION;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use qrcode::render::svg;
use qrcode::{EcLevel, QrCode};
use sealing::VisitToken;

use super::{Cookie, wished};
use crate::age::pages::{Frame, page};
use crate::age::verifier::Verifier;
use crate::http::Problem;
use crate::http::locale::Texts;

/// How long before the page looks again.
const AGAIN_SECONDS: u64 = 5;
/// The square is at least so wide and high.
const SQUARE_PIXELS: u32 = 260;

#[derive(Template)]
#[template(path = "age/verifier/pages/handoff.html")]
struct Handoff {
    frame: Frame,
    again_seconds: u64,
    square: String,
    wallet: String,
    gate: String,
}

/// Shows the square, or goes on.
pub(super) async fn show(
    State(verifier): State<Verifier>,
    headers: HeaderMap,
    t: Texts,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let back = wished(&verifier, query.as_deref());
    let held = Cookie::Waiting.read(&verifier, &headers);
    if let Some(waiting) = &held
        && let Some(visit) = verifier.take_over(waiting).await?
    {
        let mut response = (StatusCode::SEE_OTHER, [(LOCATION, back.as_str())]).into_response();
        Cookie::Visit.put(&verifier, response.headers_mut(), Some(&visit));
        Cookie::Waiting.put(&verifier, response.headers_mut(), None);
        return Ok(response);
    }
    let waiting = held.clone().unwrap_or_else(|| VisitToken::generate(&mut verifier.inner.settings.entropy.rng()));
    let wallet = verifier.wallet_link(&verifier.ask_for(&waiting), "/");
    let path = |path: &str| {
        let query = form_urlencoded::Serializer::new(String::new()).append_pair("back", &back).finish();
        format!("{path}?{query}")
    };
    let template = Handoff {
        frame: Frame { t, whose: verifier.inner.settings.origin.host().to_owned(), here: path("/age/handoff") },
        again_seconds: AGAIN_SECONDS,
        square: square(&wallet)?,
        wallet,
        gate: path("/age/gate"),
    };
    let mut response = page(StatusCode::OK, t, &template)?;
    if held.is_none() {
        Cookie::Waiting.put(&verifier, response.headers_mut(), Some(&waiting));
    }
    Ok(response)
}

fn square(link: &str) -> Result<String, Problem> {
    let code = QrCode::with_error_correction_level(link, EcLevel::L).map_err(|error| {
        tracing::error!(%error, "the wallet's address is too long for a square");
        Problem::internal()
    })?;
    let svg = code.render::<svg::Color<'_>>().min_dimensions(SQUARE_PIXELS, SQUARE_PIXELS).build();
    // Inside a page it has no XML declaration.
    Ok(svg.find("<svg").map_or(svg.clone(), |start| svg[start..].to_owned()))
}
