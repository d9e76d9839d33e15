//! What a matcher serves: the node's `match`, pictures, outcomes, its status and health.
//!
//! | route | who may |
//! | --- | --- |
//! | everything under `/api/v1` | who [`Access`](super::Access) admits |
//! | `/healthz`, `/readyz`, `/api/openapi.json` | everyone |
//!
//! Beside them, at the root, HMA's API ([`super::hma`]).

mod arachnid;
mod health;
mod image;
mod matching;
mod outcomes;
mod status;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware;
use axum::routing::get;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Matcher, access};
use crate::http::layers;

pub(crate) use health::ready;
pub use image::ImageMatch;
pub(super) use image::telling;
pub use status::MatcherStatus;

/// Bytes that a multipart form may have around the picture.
const FORM_BYTES: usize = 64 * 1024;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Rempart matcher",
        description = "A platform's own replica of one or more nodes: is this known? Pictures are hashed in memory, \
            here, and never written or sent. Errors are RFC 9457 problem documents whose `detail` says what to do. \
            On a loopback address no token is needed; elsewhere send the matcher's access token.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0")
    ),
    modifiers(&Security),
    tags(
        (name = "match", description = "Ask whether content is known."),
        (name = "outcome", description = "Say what was done; the node that holds the entry is told."),
        (name = "self", description = "How the matcher stands to its nodes."),
        (name = "dialects", description = "The same for clients of Arachnid Shield.")
    )
)]
struct Document;

struct Security;

impl utoipa::Modify for Security {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme};
        let mut bearer = Http::new(HttpAuthScheme::Bearer);
        bearer.description = Some("The matcher's access token, where one is set.".to_owned());
        let components = document.components.get_or_insert_with(Default::default);
        components.add_security_scheme("token", SecurityScheme::Http(bearer));
        let without = SecurityRequirement::default();
        document.security = Some(vec![SecurityRequirement::new("token", Vec::<String>::new()), without]);
    }
}

fn routes(picture_bytes_max: usize) -> OpenApiRouter<Matcher> {
    let pictures = OpenApiRouter::new()
        .routes(routes!(image::match_image))
        .layer(DefaultBodyLimit::max(picture_bytes_max.saturating_add(FORM_BYTES)));
    let rest = OpenApiRouter::new()
        .routes(routes!(matching::matching))
        .routes(routes!(outcomes::outcomes))
        .routes(routes!(status::status));
    let shield = OpenApiRouter::new()
        .routes(routes!(arachnid::pdq))
        .routes(routes!(arachnid::media))
        .routes(routes!(arachnid::url))
        .layer(DefaultBodyLimit::max(picture_bytes_max));
    OpenApiRouter::with_openapi(Document::openapi()).nest("/api/v1", rest.merge(pictures)).nest("/arachnid/v1", shield)
}

pub(super) fn router(matcher: Matcher) -> Router {
    let bytes_max = usize::try_from(matcher.inner.pictures.limits.bytes_max).unwrap_or(usize::MAX);
    let (guarded, _) = routes(bytes_max).split_for_parts();
    let public = Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(health::ready))
        .route("/api/openapi.json", get(health::openapi));
    let guarded = guarded.route_layer(middleware::from_fn_with_state(matcher.clone(), access::admit));
    let hma = super::hma::router(&matcher);
    layers(guarded.merge(public).with_state(matcher).merge(hma))
}

/// The OpenAPI 3.1 document of a matcher.
pub fn document() -> utoipa::openapi::OpenApi {
    let (_, mut document) = routes(0).split_for_parts();
    document.info.version = env!("CARGO_PKG_VERSION").to_owned();
    document
}
