//! `/h/hash`: the signals of a file. A picture too plain to be told from others has no `pdq`.

use ::media::Purpose;
use axum::extract::{Request, State};
use exchange::dialects::hma::Signals;

use super::media::{self, Hashed, Wanted};
use super::refused::{Asked, Refused};
use crate::http::Json;
use crate::matcher::Matcher;

pub(super) async fn of_url(
    State(matcher): State<Matcher>,
    Asked(wanted): Asked<Wanted>,
) -> Result<Json<Signals>, Refused> {
    let _place = matcher.picture_place()?;
    let media = media::of_url(&matcher, &wanted).await?;
    let Hashed { signals, .. } = media::hashed(&matcher, media, &wanted, Purpose::Query).await?;
    Ok(Json(signals))
}

pub(super) async fn of_form(
    State(matcher): State<Matcher>,
    Asked(wanted): Asked<Wanted>,
    request: Request,
) -> Result<Json<Signals>, Refused> {
    let _place = matcher.picture_place()?;
    let form = media::form(&matcher, request).await?;
    let media = form.media.ok_or_else(no_file)?;
    let Hashed { signals, .. } = media::hashed(&matcher, media, &wanted, Purpose::Query).await?;
    Ok(Json(signals))
}

/// A form without a file.
pub(super) fn no_file() -> Refused {
    Refused::bad("send one file, in a field `photo` or `video` of a form")
}
