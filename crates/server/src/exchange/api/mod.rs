//! Our own API: one file an endpoint. A route that is not documented is not routed.
//!
//! To add one: a file with its handler and `#[utoipa::path]`, a line in [`node`] (and in the matcher's router if a
//! matcher serves it too), `cargo xtask generate` for the committed OpenAPI document, a test in `tests/it`, and a row
//! in the table of who may.

mod changes;
mod contribute;
mod cursor;
mod dispute;
mod entry;
mod matching;
mod notice_acknowledgement;
mod notice_key;
mod notice_outcome;
mod notices;
mod outcomes;
mod outcomes_of_entry;
mod partner;
mod snapshot;
mod stream;
mod withdraw;

use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::node::Node;

pub use changes::WAIT_SECONDS_MAX;
pub(super) use changes::ahead;
pub use contribute::ContributeRequest;
pub use matching::PACKED;
pub(crate) use matching::{MatchParameters, answer_in_kind};
pub use partner::PartnerSelf;
pub use withdraw::Changed;

/// The document's frame; the routes fill it.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Rempart node",
        description = "Fingerprints of intimate pictures that must not spread: contribute them, follow them, match \
            against them, say what was done. Only fingerprints travel, never pictures. Errors are RFC 9457 problem \
            documents whose `detail` says what to do.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0")
    ),
    modifiers(&Security),
    tags(
        (name = "contribute", description = "Put content under protection, take it back, contest it."),
        (name = "follow", description = "Know every change, in order, as it happens."),
        (name = "match", description = "Ask whether content is known."),
        (name = "outcome", description = "Say what was done, and read what others did."),
        (name = "notices", description = "What you were asked to take down: read it, say that you have it, say what you did."),
        (name = "self", description = "What this node knows of you."),
        (name = "dialects", description = "The same for clients of StopNCII, NCMEC, ThreatExchange, Tech Against \
            Terrorism and Arachnid Shield: see docs/dialects.md. Each takes the key in its own place too.")
    )
)]
struct Document;

struct Security;

impl utoipa::Modify for Security {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme};
        let mut bearer = Http::new(HttpAuthScheme::Bearer);
        bearer.description = Some("A partner key, `rp_<16 hex digits>_<64 hex digits>`.".to_owned());
        let components = document.components.get_or_insert_with(Default::default);
        components.add_security_scheme("key", SecurityScheme::Http(bearer));
        document.security = Some(vec![SecurityRequirement::new("key", Vec::<String>::new())]);
    }
}

/// The routes of a node, under `/api/v1`, with their documentation.
pub fn node() -> OpenApiRouter<Node> {
    OpenApiRouter::with_openapi(Document::openapi())
        .nest(
            "/api/v1",
            OpenApiRouter::new()
                .routes(routes!(contribute::contribute))
                .routes(routes!(entry::entry, withdraw::withdraw))
                .routes(routes!(dispute::dispute))
                .routes(routes!(outcomes_of_entry::outcomes_of_entry))
                .routes(routes!(changes::changes))
                .routes(routes!(stream::stream))
                .routes(routes!(snapshot::snapshot))
                .routes(routes!(cursor::cursor))
                .routes(routes!(matching::matching))
                .routes(routes!(outcomes::outcomes))
                .routes(routes!(notices::notices))
                .routes(routes!(notice_key::notice_key))
                .routes(routes!(notices::notice))
                .routes(routes!(notice_acknowledgement::notice_acknowledgement))
                .routes(routes!(notice_outcome::notice_outcome))
                .routes(routes!(partner::partner)),
        )
        .merge(super::dialect::routes())
}

/// The OpenAPI 3.1 document of a node.
pub fn document() -> utoipa::openapi::OpenApi {
    let (_, mut document) = node().split_for_parts();
    document.info.version = env!("CARGO_PKG_VERSION").to_owned();
    document
}
