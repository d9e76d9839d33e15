//! StopNCII v1: `FetchHashes`, `SubmitHashes`, `SubmitFeedback`.

mod feedback;
mod fetch;
mod submit;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::node::Node;

/// In whose name a withdrawal is voted on.
const REGISTRY: &str = "rempart";

pub(super) fn routes() -> OpenApiRouter<Node> {
    OpenApiRouter::new()
        .routes(routes!(fetch::fetch))
        .routes(routes!(submit::submit))
        .routes(routes!(feedback::feedback))
}
