//! `POST match/image`: is this picture known? Hashed in memory, in all eight orientations, never written.

use axum::body::Bytes;
use axum::extract::{FromRequest, Multipart, Request, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use exchange::{Fingerprint, MatchResult, Parsed, Radius};
use fingerprint::Dihedral;
use media::{DecodeError, PictureFingerprints, Purpose};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use tokio::sync::OwnedSemaphorePermit;

use crate::exchange::api::MatchParameters;
use crate::http::{Json, Problem, Query};
use crate::matcher::Matcher;

/// What is known about a picture.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ImageMatch {
    /// As in `match`.
    pub seq: u64,
    /// As in `match`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stale_seconds: Option<u64>,
    /// 0..=100: how much there is to see in the picture.
    #[schema(maximum = 100)]
    pub quality: u8,
    /// The quality is below 50, or the hash is that of a flat picture: only copies of the very file were looked for,
    /// since plain pictures resemble strangers.
    pub too_plain: bool,
    /// `JPEG`, `PNG`, `GIF`, `WebP`, `BMP` or `TIFF`.
    pub format: String,
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// One result, in the form of `match`.
    #[schema(min_items = 1, max_items = 1)]
    pub results: Vec<MatchResult>,
}

/// A form with a picture.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "it only describes the form in the document")]
pub(crate) struct ImageForm {
    /// The picture file.
    #[schema(value_type = String, format = Binary)]
    image: Vec<u8>,
}

/// Is this picture known?
///
/// The picture itself as the body (`image/*` or `application/octet-stream`; what it is is told by its bytes), or a form
/// with a field `image`. It is hashed in memory in all eight orientations, as it is and without a border or a
/// caption, with its SHA-256 and MD5, and forgotten.
#[utoipa::path(
    post, path = "/match/image", tag = "match", operation_id = "match_image",
    params(MatchParameters),
    request_body(content(
        (String = "application/octet-stream"),
        (String = "image/*"),
        (ImageForm = "multipart/form-data"),
    )),
    responses(
        (status = 200, description = "What is known about it.", body = ImageMatch),
        (status = 413, description = "Too many bytes or pixels: send a smaller copy.", body = Problem, content_type = "application/problem+json"),
        (status = 415, description = "Not a picture in a format that is read here.", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "A damaged picture, or a radius that is none.", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Nothing whole is held yet, it is too stale, or too many pictures at once.", body = Problem, content_type = "application/problem+json"),
        (status = "4XX", description = "Not readable, or no token.", body = Problem, content_type = "application/problem+json"),
        (status = "5XX", description = "The matcher failed.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn match_image(
    State(matcher): State<Matcher>,
    Query(parameters): Query<MatchParameters>,
    request: Request,
) -> Result<Json<ImageMatch>, Problem> {
    let radius = parameters.radius.map_or(Ok(Radius::DEFAULT), Radius::new)?;
    let _place = matcher.picture_place()?;
    let bytes = picture(request).await?;
    let taken = matcher.fingerprints(bytes, Purpose::Query).await?;
    let pdq = telling(&taken.dihedral);
    let too_plain = pdq.is_empty();
    let trimmed = taken.trimmed.as_ref().map(telling).unwrap_or_default();
    let query = Parsed { pdq, trimmed, sha256: Some(taken.sha256.into()), md5: Some(taken.md5.into()) };
    let answer = matcher.answer(vec![query], radius).await?;
    let known = answer.results.iter().any(|result| !result.matches.is_empty());
    metrics::counter!("rempart_queries_total", "known" => if known { "yes" } else { "no" }).increment(1);
    Ok(Json(ImageMatch {
        seq: answer.seq,
        stale_seconds: answer.stale_seconds,
        quality: taken.dihedral.quality,
        too_plain,
        format: taken.format.to_string(),
        width: taken.width,
        height: taken.height,
        results: answer.results,
    }))
}

/// The eight hashes, or none of a picture too plain to be in a bank.
pub(in crate::matcher) fn telling(of: &Dihedral) -> Vec<[u8; 32]> {
    let upright = Fingerprint::Pdq { hash: of.hashes[0].into(), quality: Some(of.quality) };
    if upright.check_plainness().is_ok() { of.hashes.map(<[u8; 32]>::from).to_vec() } else { Vec::new() }
}

impl Matcher {
    /// A place among the requests with pictures that are under way.
    pub(in crate::matcher) fn picture_place(&self) -> Result<OwnedSemaphorePermit, Problem> {
        self.inner.picture_requests.clone().try_acquire_owned().map_err(|_| busy())
    }

    /// Decodes and hashes, a bounded number at a time, where it keeps no other request waiting.
    pub(in crate::matcher) async fn fingerprints(
        &self,
        bytes: Bytes,
        purpose: Purpose,
    ) -> Result<PictureFingerprints, Problem> {
        let decoder = self.inner.decodes.clone().acquire_owned().await.map_err(|_| Problem::internal())?;
        let limits = self.inner.pictures.limits;
        let work = move || {
            // Held until the work is over, even when nobody waits for it any more.
            let _decoder = decoder;
            media::fingerprints(&bytes, &limits, purpose)
        };
        let result = tokio::task::spawn_blocking(work).await.map_err(|_| Problem::internal())?;
        result.map_err(refused)
    }
}

/// The picture's bytes, from the body or from a form.
pub(super) async fn picture(request: Request) -> Result<Bytes, Problem> {
    let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.trim().to_ascii_lowercase();
    if kind.starts_with("image/") || kind.starts_with("application/octet-stream") {
        return Bytes::from_request(request, &()).await.map_err(|_| too_large());
    }
    if !kind.starts_with("multipart/form-data") {
        let detail =
            "Send the picture as image/* or application/octet-stream, or in a multipart/form-data field `image`.";
        let title = "Not a type that is read here";
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "media-type", title, detail));
    }
    let mut form =
        Multipart::from_request(request, &()).await.map_err(|error| Problem::malformed(error.body_text()))?;
    let unreadable = |error: axum::extract::multipart::MultipartError| match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => too_large(),
        _ => Problem::malformed(error.body_text()),
    };
    while let Some(field) = form.next_field().await.map_err(unreadable)? {
        if field.name() == Some("image") {
            return field.bytes().await.map_err(unreadable);
        }
    }
    Err(Problem::invalid("the form has no field `image`"))
}

fn refused(error: DecodeError) -> Problem {
    use DecodeError as E;
    use StatusCode as Code;
    let detail = error.to_string();
    match error {
        E::UnknownFormat | E::Unsupported { .. } | E::UnsupportedKind { .. } => {
            Problem::new(Code::UNSUPPORTED_MEDIA_TYPE, "format-unsupported", "This format is not read here", detail)
        }
        E::TooManyBytes { .. } | E::TooManyPixels { .. } | E::TooMuchMemory { .. } => {
            Problem::new(Code::PAYLOAD_TOO_LARGE, "too-large", "The picture is too large", detail)
        }
        E::TooLong { .. } => Problem::new(Code::UNPROCESSABLE_ENTITY, "too-slow", "Decoding took too long", detail),
        E::Empty | E::Truncated { .. } | E::Corrupt { .. } => {
            Problem::new(Code::UNPROCESSABLE_ENTITY, "corrupt", "The picture is damaged", detail)
        }
        other => {
            tracing::warn!(error = %other, "a decoder failed");
            Problem::new(Code::UNPROCESSABLE_ENTITY, "decoder-failed", "The picture could not be decoded", detail)
        }
    }
}

fn too_large() -> Problem {
    let detail = "The picture has more bytes than are taken here: send a smaller copy of it.";
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", "The picture is too large", detail)
}

fn busy() -> Problem {
    let detail =
        "Too many pictures are being looked at. Try again shortly, or hash them yourself and POST /api/v1/match.";
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "busy", "Too many pictures at once", detail)
        .retry_after(Duration::from_secs(1))
}
