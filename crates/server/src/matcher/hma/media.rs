//! A picture or a video, from a form or from a URL, and what it is recognised by. Nothing of it is written.

use std::collections::HashMap;

use ::media::Purpose;
use axum::body::Bytes;
use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use exchange::dialects::hma::{SignalError, SignalType, Signals};
use exchange::{Fingerprint, Parsed, View};
use fingerprint::{Digests, FileDigests};
use serde::Deserialize;

use super::VIDEO_BYTES_MAX;
use super::refused::Refused;
use crate::matcher::Matcher;
use crate::matcher::api::telling;
use crate::matcher::banks::Content;

/// Characters of a form's other fields, at most.
const FIELD_BYTES_MAX: usize = 32 * 1024;
const FIELDS_MAX: usize = 16;

/// A file that arrived.
pub(super) enum Media {
    /// To be decoded.
    Photo(Bytes),
    /// Hashed on the way.
    Video(FileDigests),
}

/// What a URL's content is, and which signals of it are wanted.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Wanted {
    #[serde(default)]
    pub(super) url: Option<String>,
    #[serde(default)]
    content_type: Option<String>,
    #[serde(default)]
    types: Option<String>,
}

impl Wanted {
    /// Whether signals of this type are wanted.
    fn wants(&self, kind: SignalType) -> bool {
        self.types
            .as_deref()
            .filter(|types| !types.is_empty())
            .is_none_or(|types| types.split(',').any(|name| name.trim() == kind.name()))
    }

    /// All types are ones that there are.
    fn check(&self) -> Result<(), SignalError> {
        let types = self.types.as_deref().unwrap_or_default().split(',').map(str::trim);
        types.filter(|name| !name.is_empty()).try_for_each(|name| SignalType::from_name(name).map(drop))
    }
}

/// A form's file and its other fields.
#[derive(Default)]
pub(super) struct Form {
    pub(super) media: Option<Media>,
    pub(super) fields: HashMap<String, String>,
}

/// A file by its signals.
pub(super) struct Hashed {
    /// As HMA shows them; empty for a picture too plain to be told from others.
    pub(super) signals: Signals,
    /// Under which type what it meets is listed.
    pub(super) kind: SignalType,
    /// What is looked for.
    pub(super) query: Parsed,
    /// What is banked; without views unless it was hashed for that.
    pub(super) content: Content,
}

/// Reads a form: one file in a field `photo` or `video`.
pub(super) async fn form(matcher: &Matcher, request: Request) -> Result<Form, Refused> {
    let bad = |error: MultipartError| Refused::new(error.status(), error.body_text());
    let mut parts = match Multipart::from_request(request, &()).await {
        Ok(parts) => parts,
        Err(error) => return Err(Refused::bad(error.body_text())),
    };
    let mut form = Form::default();
    while let Some(field) = parts.next_field().await.map_err(bad)? {
        let name = field.name().unwrap_or_default().to_owned();
        let file = match name.as_str() {
            "photo" => Media::Photo(photo(matcher, field).await?),
            "video" => Media::Video(video(field).await?),
            _ if form.fields.len() >= FIELDS_MAX => return Err(Refused::bad("the form has too many fields")),
            _ => {
                let text = bounded(field, FIELD_BYTES_MAX).await?;
                let text = String::from_utf8(text).map_err(|_| Refused::bad("a field of the form is no text"))?;
                form.fields.insert(name, text);
                continue;
            }
        };
        if form.media.replace(file).is_some() {
            return Err(Refused::bad("send one file, in a field `photo` or `video`"));
        }
    }
    Ok(form)
}

/// Fetches what a URL names, if its host may be fetched from.
pub(super) async fn of_url(matcher: &Matcher, wanted: &Wanted) -> Result<Media, Refused> {
    let text = wanted.url.as_deref().ok_or_else(|| Refused::bad("the parameter `url` is needed"))?;
    let url = url::Url::parse(text).map_err(|_| Refused::bad("the parameter `url` is no URL"))?;
    if !matcher.inner.hma.may_fetch(&url) {
        let message =
            "this matcher does not fetch from that host; send the file itself, or name the host in hma_fetch_hosts";
        return Err(Refused::forbidden(message));
    }
    let gone = |_| Refused::bad("the URL could not be fetched");
    let mut response = matcher.inner.http.get(url).timeout(crate::matcher::CALL_TIMEOUT).send().await.map_err(gone)?;
    if !response.status().is_success() {
        return Err(Refused::bad(format!("the URL answered {}", response.status().as_u16())));
    }
    let told = response.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let is_video = match wanted.content_type.as_deref() {
        Some("photo") => false,
        Some("video") => true,
        Some(_) => return Err(Refused::bad("content_type is photo or video")),
        None if told.starts_with("image/") => false,
        None if told.starts_with("video/") => true,
        None => return Err(Refused::bad("say with content_type whether it is a photo or a video")),
    };
    let bytes_max = if is_video { VIDEO_BYTES_MAX } else { photo_bytes_max(matcher) };
    let (mut digests, mut bytes, mut length) = (Digests::new(), Vec::new(), 0);
    while let Some(chunk) = response.chunk().await.map_err(gone)? {
        length += chunk.len();
        if length > bytes_max {
            return Err(too_large(bytes_max));
        }
        if is_video { digests.update(&chunk) } else { bytes.extend_from_slice(&chunk) }
    }
    Ok(if is_video { Media::Video(digests.finish()) } else { Media::Photo(bytes.into()) })
}

/// Takes a file's signals: those that are wanted and looked for here.
pub(super) async fn hashed(
    matcher: &Matcher,
    media: Media,
    wanted: &Wanted,
    purpose: Purpose,
) -> Result<Hashed, Refused> {
    wanted.check()?;
    let is_on = |kind| wanted.wants(kind) && matcher.inner.banks.is_on(kind);
    let mut signals = Signals::default();
    match media {
        Media::Video(digests) => {
            let (md5, sha256) = (<[u8; 16]>::from(digests.md5), <[u8; 32]>::from(digests.sha256));
            let mut query = Parsed::default();
            if is_on(SignalType::VideoMd5) {
                signals.video_md5 = Some(Fingerprint::Md5(md5));
                (query.md5, query.sha256) = (Some(md5), Some(sha256));
            }
            let content = Content { beside: vec![Fingerprint::Sha256(sha256)], ..Content::of(&signals) };
            Ok(Hashed { signals, kind: SignalType::VideoMd5, query, content })
        }
        Media::Photo(bytes) => {
            let taken = matcher.fingerprints(bytes, purpose).await?;
            let (md5, sha256) = (<[u8; 16]>::from(taken.md5), <[u8; 32]>::from(taken.sha256));
            let mut query = Parsed::default();
            if is_on(SignalType::Pdq) {
                query.pdq = telling(&taken.dihedral);
                query.trimmed = taken.trimmed.as_ref().map(telling).unwrap_or_default();
                (query.md5, query.sha256) = (Some(md5), Some(sha256));
                let quality = Some(taken.dihedral.quality);
                signals.pdq = query.pdq.first().map(|hash| Fingerprint::Pdq { hash: *hash, quality });
            }
            let view = |(view, hash): &(fingerprint::View, fingerprint::Pdq)| {
                let view = View { code: view.code(), hash: (*hash).into() };
                view.check_plainness().is_ok().then_some(view)
            };
            let views = if signals.is_empty() { Vec::new() } else { taken.views.iter().filter_map(view).collect() };
            let beside = vec![Fingerprint::Sha256(sha256), Fingerprint::Md5(md5)];
            let content = Content { beside, views, ..Content::of(&signals) };
            Ok(Hashed { signals, kind: SignalType::Pdq, query, content })
        }
    }
}

async fn photo(matcher: &Matcher, field: Field<'_>) -> Result<Bytes, Refused> {
    Ok(bounded(field, photo_bytes_max(matcher)).await?.into())
}

async fn video(mut field: Field<'_>) -> Result<FileDigests, Refused> {
    let (mut digests, mut length) = (Digests::new(), 0);
    while let Some(chunk) = field.chunk().await.map_err(|error| Refused::new(error.status(), error.body_text()))? {
        length += chunk.len();
        if length > VIDEO_BYTES_MAX {
            return Err(too_large(VIDEO_BYTES_MAX));
        }
        digests.update(&chunk);
    }
    Ok(digests.finish())
}

async fn bounded(mut field: Field<'_>, bytes_max: usize) -> Result<Vec<u8>, Refused> {
    let mut bytes = Vec::new();
    while let Some(chunk) = field.chunk().await.map_err(|error| Refused::new(error.status(), error.body_text()))? {
        if bytes.len() + chunk.len() > bytes_max {
            return Err(too_large(bytes_max));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

fn photo_bytes_max(matcher: &Matcher) -> usize {
    usize::try_from(matcher.inner.pictures.limits.bytes_max).unwrap_or(usize::MAX)
}

fn too_large(bytes_max: usize) -> Refused {
    Refused::new(StatusCode::PAYLOAD_TOO_LARGE, format!("it has more than the {bytes_max} bytes that are taken here"))
}
