//! What a person sees, one page a file, its template beside it. Every page is for anybody (no key, no account); the pages
//! of a draft and of an open case need the visit's cookie, and every form that changes something carries its token.
//!
//! To add a page: a file here with its handlers, a template that extends `intake/pages/frame.html`, its texts in
//! `locales/{fr,en}/`, a route below.

mod accessible;
mod frame;
mod helplines;
mod landing;
mod privacy;
mod reading;
mod shelf;
mod threatened;
mod traces;

use axum::Router;
use axum::routing::get;

use crate::http::assets::{ASSET_ROUTE, asset};
use crate::node::Node;

/// The portal's routes.
pub(crate) fn router() -> Router<Node> {
    Router::new().route("/", get(landing::show)).route(ASSET_ROUTE, get(asset)).merge(shelf::router())
}
