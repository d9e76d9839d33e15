//! `POST media/`, `POST url/`: a node is sent no pictures and fetches none.

use axum::http::StatusCode;

use super::Refusal;
use crate::access::Asker;
use crate::exchange::dialect::Shown;
use crate::http::Problem;

/// Refused: a node is sent no pictures
#[utoipa::path(
    post, path = "/media/", tag = "dialects", operation_id = "arachnid_media",
    responses((status = "4XX", description = "Always; the detail says what to do instead.", body = Object, content_type = "application/json"))
)]
pub(super) async fn media(Shown(..): Shown<Asker, Refusal>) -> Refusal {
    refusal("This node is sent hashes and never pictures.")
}

/// Refused: a node fetches no pictures
#[utoipa::path(
    post, path = "/url/", tag = "dialects", operation_id = "arachnid_url",
    responses((status = "4XX", description = "Always; the detail says what to do instead.", body = Object, content_type = "application/json"))
)]
pub(super) async fn url(Shown(..): Shown<Asker, Refusal>) -> Refusal {
    refusal("This node fetches nothing and is told no addresses of pictures.")
}

fn refusal(why: &str) -> Refusal {
    let detail = format!(
        "{why} Hash the picture where it is and ask /arachnid/v1/pdq/, or run `rempart matcher` on your own premises, \
         which takes pictures."
    );
    Refusal(Problem::new(StatusCode::FORBIDDEN, "no-pictures", "No pictures here", detail))
}
